import { expect, test } from 'vitest'
import { Clock, outcomeOf, slackFor, WORLD, webFor } from '../harness.js'

async function started() {
  const clock = new Clock()
  const slack = await slackFor({ now: clock.now })
  const web = webFor(slack)
  const anna = slack.person('U0ANNA')
  const { channel, ts: thread_ts } = anna.post('tell me')
  const { ts = '' } = await web.chat.startStream({ channel, thread_ts, markdown_text: 'Once ' })
  return { clock, slack, web, anna, channel, thread_ts, ts }
}

test('a stream grows by pieces and ends with blocks', async () => {
  const { web, anna, channel, thread_ts, ts } = await started()
  const seen = () => anna.thread(channel, thread_ts)[1]
  await web.chat.appendStream({ channel, ts, markdown_text: 'upon ' })
  await web.chat.appendStream({
    channel,
    ts,
    chunks: [
      { type: 'markdown_text', text: 'a time' },
      { type: 'task_update', id: 't', title: 'Searching', status: 'in_progress' },
    ],
  })
  expect(seen()?.shown).toBe('Once upon a time\nSearching')
  await web.chat.appendStream({
    channel,
    ts,
    chunks: [{ type: 'task_update', id: 't', title: 'Found', status: 'complete' }],
  })
  const actions = { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'More' } }] }
  const stopped = await web.chat.stopStream({ channel, ts, blocks: [actions] })
  expect(stopped.message).toMatchObject({ streaming_state: 'completed' })
  expect(seen()).toMatchObject({ shown: 'Once upon a time\nFound', elements: [{ label: 'More' }] })
  expect(await outcomeOf(web.chat.appendStream({ channel, ts, markdown_text: 'x' }))).toBe(
    'message_not_in_streaming_state',
  )
})

test("the SDK's own streamer works", async () => {
  const { web, anna, channel, thread_ts } = await started()
  const streamer = web.chatStream({ channel, thread_ts, buffer_size: 4 })
  await streamer.append({ markdown_text: 'Hello ' })
  await streamer.append({ markdown_text: 'there' })
  await streamer.stop()
  expect(anna.thread(channel, thread_ts).at(-1)?.shown).toBe('Hello there')
})

test('five minutes after its start it is over, however much was appended', async () => {
  const { clock, web, channel, ts } = await started()
  for (let minute = 0; minute < 4; minute++) {
    clock.advance(60_000)
    await web.chat.appendStream({ channel, ts, markdown_text: '.' })
  }
  expect(await outcomeOf(web.chat.update({ channel, ts, text: 'x' }))).toBe('streaming_state_conflict')
  clock.advance(60_000)
  expect(await outcomeOf(web.chat.appendStream({ channel, ts, markdown_text: 'x' }))).toBe(
    'message_not_in_streaming_state',
  )
  expect(await outcomeOf(web.chat.stopStream({ channel, ts }))).toBe('message_not_in_streaming_state')
  expect(await outcomeOf(web.chat.update({ channel, ts, text: 'x' }))).toBe('ok')
})

test('as long as it is open it can be neither edited nor deleted', async () => {
  const { web, anna, channel, thread_ts, ts } = await started()
  expect(await outcomeOf(web.chat.update({ channel, ts, text: 'x' }))).toBe('streaming_state_conflict')
  expect(await outcomeOf(web.chat.delete({ channel, ts }))).toBe('cant_delete_message')
  await web.chat.stopStream({ channel, ts })
  expect(await outcomeOf(web.chat.delete({ channel, ts }))).toBe('ok')
  expect(anna.thread(channel, thread_ts)).toHaveLength(1)
})

test('outside direct messages it needs its reader', async () => {
  const { slack, web } = await started()
  const { channel, ts: thread_ts } = slack.person('U0ANNA').post('hi', { channel: 'C0GENERAL' })
  const start = (more: object) => outcomeOf(web.chat.startStream({ channel, thread_ts, markdown_text: 'a', ...more }))
  const team = { recipient_team_id: WORLD.team.id }
  expect(await start({})).toBe('missing_recipient_team_id')
  expect(await start(team)).toBe('missing_recipient_user_id')
  expect(await start({ ...team, recipient_user_id: 'U0NOBODY' })).toBe('user_not_found')
  expect(await start({ ...team, recipient_user_id: 'U0ANNA' })).toBe('ok')
})

test('pieces are checked', async () => {
  const { web, anna, channel, thread_ts, ts } = await started()
  const append = (args: object) => outcomeOf(web.apiCall('chat.appendStream', { channel, ts, ...args }))
  expect(await append({})).toBe('no_text')
  expect(await append({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long')
  expect(await append({ chunks: [{ type: 'gif' }] })).toBe('invalid_chunks')
  expect(await append({ chunks: [{ type: 'blocks', blocks: [{ type: 'section' }] }] })).toBe('invalid_blocks')
  expect(await append({ ts: anna.post('mine', { threadTs: thread_ts }).ts, markdown_text: 'x' })).toBe(
    'message_not_owned_by_app',
  )
  expect(await outcomeOf(web.apiCall('chat.startStream', { channel, markdown_text: 'x' }))).toBe('invalid_arguments')
  const unfurl = web.apiCall('chat.startStream', { channel, thread_ts, markdown_text: 'x', unfurl_links: false })
  expect(await outcomeOf(unfurl)).toBe('invalid_arguments')
})

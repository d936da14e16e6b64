import { describe, expect, test } from 'vitest'
import { outcomeOf, slackFor, socketApp, webFor } from '../harness.js'

async function open(options: Parameters<typeof slackFor>[0] = {}) {
  const slack = await slackFor(options)
  const web = webFor(slack)
  const anna = slack.person('U0ANNA')
  const { channel, ts } = anna.post('hi')
  const place = { channel_id: channel, thread_ts: ts }
  const set = (status: string, more: object = {}) => web.agents.sessions.setStatus({ ...place, status, ...more })
  return { slack, web, anna, channel, ts, place, set }
}

describe('the session of an agent', () => {
  test('begins with the first status, which alone says its title and whose it is', async () => {
    const { web, anna, channel, ts, place, set } = await open()
    const about = { title: 'Invoices', initiator_user_id: 'U0ANNA' }
    expect(await set('processing', about)).toMatchObject({ status: 'processing', title: 'Invoices' })
    await set('active', { title: 'Other', initiator_user_id: 'U0BEN' })
    expect(anna.session(channel, ts)).toMatchObject({ status: 'active', initiator: 'U0ANNA' })
    expect(anna.title(channel, ts)).toBe('Invoices')
    expect(await web.agents.sessions.rename({ ...place, title: 'Other' })).toMatchObject({ title: 'Other' })
    expect(anna.title(channel, ts)).toBe('Other')
  })

  test('refuses what Slack refuses', async () => {
    const { web, place, set } = await open()
    expect(await outcomeOf(set('busy'))).toBe('invalid_arguments')
    expect(await outcomeOf(set('active', { title: 'x'.repeat(201) }))).toBe('invalid_arguments')
    expect(await outcomeOf(set('active', { initiator_user_id: 'U0BEN' }))).toBe('user_not_in_channel')
    expect(await outcomeOf(web.agents.sessions.rename({ ...place, title: 'x' }))).toBe('session_not_found')
    const nowhere = web.agents.sessions.setStatus({ ...place, thread_ts: '1.000001', status: 'active' })
    expect(await outcomeOf(nowhere)).toBe('invalid_thread_ts')
  })

  test('is not there in every workspace, nor for an app without the scope', async () => {
    const { set } = await open({ agentSessions: false })
    expect(await outcomeOf(set('active'))).toBe('feature_disabled')
    const other = await open({ scopes: ['im:history'] })
    expect(await outcomeOf(other.set('active'))).toBe('missing_scope')
  })

  test('tells an app that does not listen that nobody can stop it', async () => {
    const { set } = await open({ botEvents: ['message.im'] })
    expect(await set('processing')).toMatchObject({ warning: 'missing_agent_session_stopped_event_subscription' })
    const heard = await open()
    expect(await heard.set('processing')).not.toHaveProperty('warning')
  })

  test('is stopped by a person while it is at work, which ends what streams; the rest is the app’s to do', async () => {
    const { slack, web, anna, channel, ts, set } = await open()
    const app = await socketApp(slack)
    await set('active')
    expect(() => anna.stopSession(channel, ts)).toThrow('session_not_processing')
    await set('processing')
    const stream = await web.chat.startStream({ channel, thread_ts: ts, markdown_text: 'The first' })
    anna.stopSession(channel, ts)
    const { body } = await app.next(({ body }) => body.event?.type === 'agent_session_stopped')
    expect(body.event).toMatchObject({ channel, thread_ts: ts, user: 'U0ANNA', streaming_message_ts: [stream.ts] })
    const more = web.chat.appendStream({ channel, ts: stream.ts ?? '', markdown_text: ' and the second' })
    expect(await outcomeOf(more)).toBe('message_not_in_streaming_state')
    expect(anna.session(channel, ts)?.status).toBe('processing')
  })
})

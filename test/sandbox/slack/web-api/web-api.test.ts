import { describe, expect, test } from 'vitest'
import { Clock, outcomeOf, slackFor, WORLD, webFor } from '../harness.js'

const GENERAL = 'C0GENERAL'

describe('tokens', () => {
  test('are told apart: none, wrong, of the wrong kind, revoked', async () => {
    const slack = await slackFor()
    expect(await outcomeOf(webFor(slack, '').auth.test())).toBe('not_authed')
    expect(await outcomeOf(webFor(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth')
    expect(await outcomeOf(webFor(slack, slack.appToken).users.info({ user: 'U0ANNA' }))).toBe('not_allowed_token_type')
    expect(await outcomeOf(webFor(slack).apps.connections.open({}))).toBe('not_allowed_token_type')
    slack.revokeToken('bot')
    expect(await outcomeOf(webFor(slack).auth.test())).toBe('token_revoked')
  })

  test('need the scope of the method, and the answer names it', async () => {
    const slack = await slackFor({ scopes: ['chat:write', 'channels:history'] })
    const web = webFor(slack)
    await expect(web.users.info({ user: 'U0ANNA' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read', provided: 'chat:write,channels:history' },
    })
    const { channel, ts } = slack.person('U0ANNA').post('hi')
    await expect(web.conversations.replies({ channel, ts })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'im:history' },
    })
    expect(await outcomeOf(web.conversations.history({ channel: GENERAL }))).toBe('ok')
  })

  test('come in the header or among the arguments, which may be a form or JSON', async () => {
    const slack = await slackFor()
    const form = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: slack.botToken }),
    })
    expect(await form.json()).toMatchObject({ ok: true, user_id: WORLD.bot.userId, team_id: WORLD.team.id })
    const json = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${slack.botToken}` },
      body: JSON.stringify({ channel: GENERAL, blocks: [{ type: 'divider' }] }),
    })
    expect(await json.json()).toMatchObject({ ok: true, warning: 'missing_charset' })
  })
})

test('a method that does not exist is unknown_method', async () => {
  const slack = await slackFor()
  expect(await outcomeOf(webFor(slack).apiCall('chat.shout'))).toBe('unknown_method')
})

describe('who is who', () => {
  test('auth.test, team.info and bots.info tell about the bot', async () => {
    const web = webFor(await slackFor())
    expect(await web.auth.test()).toMatchObject({ user_id: WORLD.bot.userId, bot_id: WORLD.bot.botId })
    expect((await web.team.info()).team).toMatchObject({ id: WORLD.team.id, domain: WORLD.team.domain })
    expect((await web.bots.info({ bot: WORLD.bot.botId })).bot).toMatchObject({ user_id: WORLD.bot.userId })
    expect(await outcomeOf(web.bots.info({ bot: 'B0OTHER' }))).toBe('bot_not_found')
  })

  test('users.info has flags for bots, guests, strangers and people who left', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    slack.addPerson({ id: 'U0GUEST', restricted: true })
    slack.addPerson({ id: 'W0OUTSIDE', teamId: 'T0ELSEWHERE', stranger: true })
    slack.addPerson({ id: 'U0GHOST', unknown: true })
    slack.changePerson('U0BEN', { deleted: true })
    const user = async (id: string) => (await web.users.info({ user: id })).user
    expect(await user('U0ANNA')).toMatchObject({
      tz: 'Europe/Stockholm',
      is_bot: false,
      is_restricted: false,
      deleted: false,
      profile: { email: 'anna@northwind.example', real_name: 'Anna Lindqvist' },
    })
    expect(await user(WORLD.bot.userId)).toMatchObject({ is_bot: true })
    expect(await user('U0GUEST')).toMatchObject({ is_restricted: true })
    expect(await user('W0OUTSIDE')).toMatchObject({ is_stranger: true, team_id: 'T0ELSEWHERE' })
    expect((await user('W0OUTSIDE'))?.profile?.email).toBeUndefined()
    expect(await user('U0BEN')).toMatchObject({ deleted: true })
    expect(await outcomeOf(user('U0GHOST'))).toBe('user_not_found')
    expect(await outcomeOf(user('U0NOBODY'))).toBe('user_not_found')
    expect(await outcomeOf(web.apiCall('users.info'))).toBe('invalid_arguments')
  })

  test('the time zone offset is the one of the moment', async () => {
    const clock = new Clock()
    const web = webFor(await slackFor({ now: clock.now }))
    expect((await web.users.info({ user: 'U0ANNA' })).user?.tz_offset).toBe(3600)
    clock.advance(200 * 24 * 3_600_000)
    expect((await web.users.info({ user: 'U0ANNA' })).user?.tz_offset).toBe(7200)
  })

  test('addresses need a scope of their own', async () => {
    const web = webFor(await slackFor({ scopes: ['users:read'] }))
    expect((await web.users.info({ user: 'U0ANNA' })).user?.profile?.email).toBeUndefined()
  })
})

describe('conversations', () => {
  test('a direct message is opened once and is the same for its person', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel } = await web.conversations.open({ users: 'U0ANNA' })
    expect(channel?.id).toBe(slack.person('U0ANNA').dm)
    expect((await web.conversations.info({ channel: channel?.id ?? '' })).channel).toMatchObject({ is_im: true })
    expect(await outcomeOf(web.conversations.open({ users: 'U0NOBODY' }))).toBe('user_not_found')
    expect(await outcomeOf(web.apiCall('conversations.open'))).toBe('users_list_not_supplied')
    slack.changePerson('U0BEN', { deleted: true })
    expect(await outcomeOf(web.conversations.open({ users: 'U0BEN' }))).toBe('user_disabled')
  })

  test('several people share one group message with the bot', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const first = await web.conversations.open({ users: 'U0ANNA,U0BEN' })
    const second = await web.conversations.open({ users: 'U0BEN,U0ANNA' })
    expect(second.channel?.id).toBe(first.channel?.id)
    expect((await web.conversations.info({ channel: first.channel?.id ?? '' })).channel).toMatchObject({
      is_mpim: true,
    })
  })

  test('private ones cannot be seen from outside, public ones can but not be written to', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    slack.addChannel({ id: 'G0SECRET', name: 'secret', kind: 'group', members: ['U0ANNA'], bot: false })
    slack.addChannel({ id: 'C0OTHER', name: 'other', members: ['U0ANNA'], bot: false })
    expect(await outcomeOf(web.conversations.info({ channel: 'G0SECRET' }))).toBe('channel_not_found')
    expect((await web.conversations.info({ channel: 'C0OTHER' })).channel).toMatchObject({ is_member: false })
    expect(await outcomeOf(web.chat.postMessage({ channel: 'C0OTHER', text: 'hi' }))).toBe('not_in_channel')
    expect(await outcomeOf(web.conversations.history({ channel: 'C0OTHER' }))).toBe('not_in_channel')
    slack.removeMember(GENERAL, WORLD.bot.userId)
    expect(await outcomeOf(web.chat.postMessage({ channel: GENERAL, text: 'hi' }))).toBe('not_in_channel')
    slack.addMember(GENERAL, WORLD.bot.userId)
    expect(await outcomeOf(web.chat.postMessage({ channel: GENERAL, text: 'hi' }))).toBe('ok')
  })

  test('members come in pages', async () => {
    const web = webFor(await slackFor())
    const first = await web.conversations.members({ channel: GENERAL, limit: 2 })
    const second = await web.conversations.members({
      channel: GENERAL,
      limit: 2,
      cursor: first.response_metadata?.next_cursor ?? '',
    })
    expect([...(first.members ?? []), ...(second.members ?? [])]).toEqual(['U0ANNA', 'U0BEN', WORLD.bot.userId])
    expect(second.response_metadata?.next_cursor).toBe('')
    expect(await outcomeOf(web.conversations.members({ channel: GENERAL, cursor: 'nonsense' }))).toBe('invalid_cursor')
  })

  test('a thread comes oldest first, in pages, with its parent at the head', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel, ts } = slack.person('U0ANNA').post('parent')
    const replies: string[] = []
    for (const text of ['one', 'two', 'three']) {
      const posted = await web.chat.postMessage({ channel, thread_ts: ts, text })
      replies.push(posted.ts ?? '')
    }
    const whole = await web.conversations.replies({ channel, ts })
    expect(whole.messages?.map(({ text }) => text)).toEqual(['parent', 'one', 'two', 'three'])
    expect(whole.messages?.[0]).toMatchObject({ reply_count: 3, latest_reply: replies[2], thread_ts: ts })
    expect(whole.messages?.[1]).toMatchObject({ parent_user_id: 'U0ANNA', bot_id: WORLD.bot.botId, thread_ts: ts })
    const page = await web.conversations.replies({ channel, ts, limit: 2 })
    expect(page).toMatchObject({ has_more: true, messages: [{ text: 'parent' }, { text: 'one' }] })
    const rest = await web.conversations.replies({ channel, ts, cursor: page.response_metadata?.next_cursor ?? '' })
    expect(rest.messages?.map(({ text }) => text)).toEqual(['two', 'three'])
    const after = await web.conversations.replies({ channel, ts, oldest: replies[0] ?? '' })
    expect(after.messages?.map(({ text }) => text)).toEqual(['parent', 'two', 'three'])
    const upTo = await web.conversations.replies({ channel, ts, latest: replies[1] ?? '', inclusive: true })
    expect(upTo.messages?.map(({ text }) => text)).toEqual(['parent', 'one', 'two'])
    expect(await outcomeOf(web.conversations.replies({ channel, ts: '1.000001' }))).toBe('thread_not_found')
  })

  test('history comes newest first and leaves replies out unless they were sent to the channel too', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const anna = slack.person('U0ANNA')
    const { ts } = anna.post('first', { channel: GENERAL })
    anna.post('only in the thread', { channel: GENERAL, threadTs: ts })
    anna.post('in both', { channel: GENERAL, threadTs: ts, broadcast: true })
    anna.post('last', { channel: GENERAL })
    const { messages } = await web.conversations.history({ channel: GENERAL })
    expect(messages?.map(({ text }) => text)).toEqual(['last', 'in both', 'first'])
  })
})

describe('messages', () => {
  test('a posted one comes back whole, and people see it', async () => {
    const slack = await slackFor()
    const posted = await webFor(slack).chat.postMessage({
      channel: GENERAL,
      text: 'for notifications',
      blocks: [
        { type: 'markdown', text: '**hello**' },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Go' } }] },
      ],
      unfurl_links: false,
    })
    expect(posted.message).toMatchObject({
      user: WORLD.bot.userId,
      bot_id: WORLD.bot.botId,
      app_id: WORLD.bot.appId,
      text: 'for notifications',
    })
    // Slack translates markdown into rich text, and gives ids to whatever came without.
    expect(posted.message?.blocks?.[0]).toMatchObject({ type: 'rich_text', block_id: expect.any(String) })
    expect(posted.message?.blocks?.[1]?.elements?.[0]?.action_id).toEqual(expect.any(String))
    const [seen] = slack.person('U0BEN').messages(GENERAL)
    expect(seen).toMatchObject({ shown: '**hello**', elements: [{ label: 'Go' }] })
  })

  test('go to a person by their user id', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel } = await web.chat.postMessage({ channel: 'U0ANNA', text: 'psst' })
    expect(channel).toBe(slack.person('U0ANNA').dm)
    expect(await outcomeOf(web.chat.postMessage({ channel: 'U0NOBODY', text: 'psst' }))).toBe('channel_not_found')
    expect(slack.person('U0BEN').messages()).toEqual([])
  })

  test('without words are refused, and markdown_text stands alone', async () => {
    const web = webFor(await slackFor())
    const post = (args: Record<string, unknown>) =>
      outcomeOf(web.apiCall('chat.postMessage', { channel: GENERAL, ...args }))
    expect(await post({ text: '' })).toBe('no_text')
    expect(await post({ blocks: [] })).toBe('no_text')
    expect(await post({ blocks: '{' })).toBe('invalid_blocks_format')
    expect(await post({ markdown_text: '**a**', text: 'b' })).toBe('markdown_text_conflict')
    expect(await post({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long')
    expect(await post({ markdown_text: 'x'.repeat(12_000) })).toBe('ok')
    expect(await outcomeOf(web.apiCall('chat.postMessage', { text: 'x' }))).toBe('invalid_arguments')
  })

  test('are cut at 40,000 characters', async () => {
    const web = webFor(await slackFor())
    const whole = await web.chat.postMessage({ channel: GENERAL, text: 'x'.repeat(40_000) })
    expect(whole.warning).toBeUndefined()
    const cut = await web.chat.postMessage({ channel: GENERAL, text: 'x'.repeat(40_001) })
    expect(cut.warning).toBe('message_truncated')
    expect(cut.message?.text).toHaveLength(40_000)
  })

  test('answer existing messages that are no answers themselves', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel, ts } = slack.person('U0ANNA').post('parent')
    const reply = slack.person('U0ANNA').post('reply', { threadTs: ts })
    const post = (thread_ts: string) => outcomeOf(web.chat.postMessage({ channel, thread_ts, text: 'x' }))
    expect(await post(ts)).toBe('ok')
    expect(await post('yesterday')).toBe('invalid_thread_ts')
    expect(await post('1.000001')).toBe('thread_not_found')
    expect(await post(reply.ts)).toBe('cannot_reply_to_message')
  })

  test('carry metadata that only shows when asked for', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel, ts } = slack.person('U0ANNA').post('parent')
    const metadata = { event_type: 'turn', event_payload: { id: 't1', part: 2, last: true } }
    const posted = await web.chat.postMessage({ channel, thread_ts: ts, text: 'x', metadata })
    const [, plain] = (await web.conversations.replies({ channel, ts })).messages ?? []
    expect(plain?.metadata).toBeUndefined()
    const replies = () => web.conversations.replies({ channel, ts, include_all_metadata: true })
    expect((await replies()).messages?.[1]?.metadata).toEqual(metadata)
    await web.chat.update({ channel, ts: posted.ts ?? '', text: 'y' })
    expect((await replies()).messages?.[1]?.metadata).toEqual(metadata)
    await web.apiCall('chat.update', { channel, ts: posted.ts, text: 'y', metadata: {} })
    expect((await replies()).messages?.[1]?.metadata).toBeUndefined()
    const post = (bad: unknown) => outcomeOf(web.apiCall('chat.postMessage', { channel, text: 'x', metadata: bad }))
    expect(await post('{')).toBe('invalid_metadata_format')
    expect(await post({ event_type: 'turn' })).toBe('invalid_metadata_schema')
    expect(await post({ event_type: 'turn', event_payload: { deep: { deeper: { id: 1 } } } })).toBe(
      'invalid_metadata_schema',
    )
  })

  test('are updated by their app only, and up to 4,000 characters of text', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { ts = '' } = await web.chat.postMessage({ channel: GENERAL, text: 'old' })
    const anna = slack.person('U0ANNA').post('mine', { channel: GENERAL })
    const update = (args: Record<string, unknown>) =>
      outcomeOf(web.apiCall('chat.update', { channel: GENERAL, ts, ...args }))
    expect(await update({ text: 'x'.repeat(4000) })).toBe('ok')
    expect(await update({ text: 'x'.repeat(4001) })).toBe('msg_too_long')
    expect(await update({ text: 'x'.repeat(4001), blocks: [{ type: 'divider' }] })).toBe('msg_too_long')
    expect(await update({})).toBe('no_text')
    expect(await update({ ts: anna.ts, text: 'x' })).toBe('cant_update_message')
    expect(await update({ ts: '1.000001', text: 'x' })).toBe('message_not_found')
    expect(await update({ channel: 'C0NOWHERE', text: 'x' })).toBe('channel_not_found')
  })

  test('lose their blocks to an update with text alone, which alone shows "edited"', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const seen = () => slack.person('U0BEN').messages(GENERAL)[0]
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'from blocks' } }]
    const { ts = '' } = await web.chat.postMessage({ channel: GENERAL, text: 'fallback', blocks })
    await web.chat.update({ channel: GENERAL, ts, text: 'fallback 2', blocks })
    expect(seen()).toMatchObject({ shown: 'from blocks', text: 'fallback 2' })
    expect(seen()?.edited).toBeUndefined()
    await web.chat.update({ channel: GENERAL, ts, text: 'only words' })
    expect(seen()).toMatchObject({ shown: 'only words', edited: true })
    expect(seen()?.blocks).toBeUndefined()
  })

  test('are deleted by their app only', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { ts = '' } = await web.chat.postMessage({ channel: GENERAL, text: 'old' })
    const anna = slack.person('U0ANNA').post('mine', { channel: GENERAL })
    expect(await outcomeOf(web.chat.delete({ channel: GENERAL, ts: anna.ts }))).toBe('cant_delete_message')
    expect(await outcomeOf(web.chat.delete({ channel: GENERAL, ts }))).toBe('ok')
    expect(await outcomeOf(web.chat.delete({ channel: GENERAL, ts }))).toBe('message_not_found')
    expect(slack.person('U0BEN').messages(GENERAL)).toHaveLength(1)
  })

  test('for one person reach a member of the channel, and nobody in a direct message', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    slack.addPerson({ id: 'U0CARA' })
    const anna = slack.person('U0ANNA')
    await web.chat.postEphemeral({ channel: GENERAL, user: 'U0ANNA', text: 'only you' })
    expect(anna.ephemerals(GENERAL)).toMatchObject([{ text: 'only you', ephemeral: true }])
    expect(slack.person('U0BEN').ephemerals()).toEqual([])
    expect((await web.conversations.history({ channel: GENERAL })).messages).toEqual([])
    const ephemeral = (user: string) => outcomeOf(web.chat.postEphemeral({ channel: GENERAL, user, text: 'x' }))
    expect(await ephemeral('U0CARA')).toBe('user_not_in_channel')
    expect(await ephemeral('U0NOBODY')).toBe('user_not_found')
    expect(await outcomeOf(web.chat.postEphemeral({ channel: anna.dm, user: 'U0ANNA', text: 'lost' }))).toBe('ok')
    expect(anna.ephemerals(anna.dm)).toEqual([])
  })

  test('have a permanent address', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel, ts } = slack.person('U0ANNA').post('x')
    const { permalink } = await web.chat.getPermalink({ channel, message_ts: ts })
    expect(permalink).toBe(`https://northwind-studio.slack.com/archives/${channel}/p${ts.replace('.', '')}`)
    expect(await outcomeOf(web.chat.getPermalink({ channel, message_ts: '1.000001' }))).toBe('message_not_found')
  })

  test('take reactions once each', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const { channel, ts: timestamp } = slack.person('U0ANNA').post('x')
    const add = () => outcomeOf(web.reactions.add({ channel, timestamp, name: 'eyes' }))
    const remove = () => outcomeOf(web.reactions.remove({ channel, timestamp, name: 'eyes' }))
    expect([await add(), await add()]).toEqual(['ok', 'already_reacted'])
    expect(slack.person('U0ANNA').messages(channel)[0]?.reactions).toEqual([
      { name: 'eyes', users: [WORLD.bot.userId] },
    ])
    expect([await remove(), await remove()]).toEqual(['ok', 'no_reaction'])
  })
})

describe('agents', () => {
  test('show a status until they speak, or for two minutes', async () => {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const web = webFor(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('hi')
    const status = (text: string) =>
      web.assistant.threads.setStatus({ channel_id: channel, thread_ts: ts, status: text })
    await status('is reading…')
    expect(anna.status(channel, ts)).toBe('is reading…')
    clock.advance(120_001)
    expect(anna.status(channel, ts)).toBeUndefined()
    await status('is reading…')
    await web.chat.postMessage({ channel, thread_ts: ts, text: 'done' })
    expect(anna.status(channel, ts)).toBeUndefined()
    const wrong = web.assistant.threads.setStatus({ channel_id: channel, thread_ts: '1.000001', status: 'x' })
    expect(await outcomeOf(wrong)).toBe('invalid_thread_ts')
  })

  test('set a title and up to four prompts', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('hi')
    await web.assistant.threads.setTitle({ channel_id: channel, thread_ts: ts, title: 'Invoices' })
    expect(anna.title(channel, ts)).toBe('Invoices')
    const prompt = { title: 'Unread', message: 'What is unread?' }
    const prompts = (count: number) =>
      outcomeOf(web.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts: Array(count).fill(prompt) }))
    expect(await prompts(5)).toBe('invalid_arguments')
    expect(await prompts(4)).toBe('ok')
    expect(anna.prompts()[0]?.prompts).toHaveLength(4)
  })
})

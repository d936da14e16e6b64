import { describe, expect, test } from 'vitest'
import { type Envelope, isEvent, slackFor, socketApp, WORLD, webFor } from '../harness.js'

const GENERAL = 'C0GENERAL'
const BOT = WORLD.bot.userId

describe('a mention in a channel', () => {
  test('arrives twice, with one ts and two event ids', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const { ts } = slack.person('U0ANNA').post('@inbox what is new?', { channel: GENERAL })
    const mention = await app.next((envelope) => isEvent(envelope, 'app_mention'))
    const message = await app.next((envelope) => isEvent(envelope, 'message'))
    expect(mention.body.event).toMatchObject({ ts, channel: GENERAL, text: `<@${BOT}> what is new?`, user: 'U0ANNA' })
    expect(message.body.event).toMatchObject({ ts, channel: GENERAL, channel_type: 'channel' })
    expect(mention.body.event_id).not.toBe(message.body.event_id)
    expect(mention.body.event.channel_type).toBeUndefined()
  })

  test('arrives in either order', async () => {
    const orders = new Set<string>()
    const slack = await slackFor()
    const app = await socketApp(slack)
    for (const text of ['@inbox one', '@inbox two']) slack.person('U0ANNA').post(text, { channel: GENERAL })
    await slack.waitFor(() => slack.deliveries.all.filter(({ acknowledged }) => acknowledged).length === 4)
    const types = app.received.map(({ body }) => body.event.type)
    orders.add(types.slice(0, 2).join())
    orders.add(types.slice(2).join())
    expect(orders).toEqual(new Set(['app_mention,message', 'message,app_mention']))
  })

  test('has its files only in the message', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('@inbox see this', { channel: GENERAL, files: [{ name: 'a.txt', content: 'words' }] })
    const mention = await app.next((envelope) => isEvent(envelope, 'app_mention'))
    const message = await app.next((envelope) => isEvent(envelope, 'message', 'file_share'))
    expect(mention.body.event.files).toBeUndefined()
    expect(message.body.event.files).toMatchObject([{ name: 'a.txt', mimetype: 'text/plain', size: 5 }])
  })

  test('comes from private channels and group messages too, but not from direct messages', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.addChannel({ id: 'G0TEAM', name: 'team', kind: 'group', members: ['U0ANNA'] })
    slack.addChannel({ id: 'G0MANY', name: 'mpdm-anna--ben--inbox-1', kind: 'mpim', members: ['U0ANNA', 'U0BEN'] })
    const anna = slack.person('U0ANNA')
    for (const channel of ['G0TEAM', 'G0MANY', anna.dm]) anna.post('@inbox hi', { channel })
    await slack.waitFor(() => slack.deliveries.all.filter(({ acknowledged }) => acknowledged).length === 5)
    const of = (type: string) =>
      app.received.filter((envelope) => isEvent(envelope, type)).map(({ body }) => body.event)
    expect(of('message').map(({ channel_type }) => channel_type)).toEqual(['group', 'mpim', 'im'])
    expect(of('app_mention').map(({ channel }) => channel)).toEqual(['G0TEAM', 'G0MANY'])
  })
})

describe('text', () => {
  test.each([
    ['a & b < c > d', 'a &amp; b &lt; c &gt; d'],
    ['@ben and @nobody', '<@U0BEN> and @nobody'],
    ['<@U0BEN> in #general', '<@U0BEN> in <#C0GENERAL|general>'],
    ['see https://a.example/x?a=1&b=2.', 'see <https://a.example/x?a=1&amp;b=2>.'],
    ['write to ben@northwind.example, please', 'write to <mailto:ben@northwind.example|ben@northwind.example>, please'],
    ['<!channel> hi', '<!channel> hi'],
    ['<script>', '&lt;script&gt;'],
    [':wave:', ':wave:'],
    ['👍', '👍'],
  ])('%s', async (typed, sent) => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post(typed, { channel: GENERAL })
    const { body } = await app.next((envelope) => isEvent(envelope, 'message'))
    expect(body.event.text).toBe(sent)
  })

  test('has a rich_text block beside it, unescaped', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('@inbox a & b :wave:')
    const { body } = await app.next((envelope) => isEvent(envelope, 'message'))
    expect(body.event.blocks).toEqual([
      {
        type: 'rich_text',
        block_id: expect.any(String),
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'user', user_id: BOT },
              { type: 'text', text: ' a & b ' },
              { type: 'emoji', name: 'wave' },
            ],
          },
        ],
      },
    ])
  })
})

describe('changes', () => {
  test('of a person: message_changed, message_deleted', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('frist')
    anna.edit(channel, ts, 'first')
    const changed = await app.next((envelope) => isEvent(envelope, 'message', 'message_changed'))
    expect(changed.body.event).toMatchObject({
      hidden: true,
      channel,
      channel_type: 'im',
      message: { ts, text: 'first', edited: { user: 'U0ANNA' } },
      previous_message: { ts, text: 'frist' },
    })
    expect(changed.body.event.ts).not.toBe(ts)
    anna.delete(channel, ts)
    const deleted = await app.next((envelope) => isEvent(envelope, 'message', 'message_deleted'))
    expect(deleted.body.event).toMatchObject({ channel, deleted_ts: ts, previous_message: { text: 'first' } })
  })

  test('the parent of a thread leaves a tombstone', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('question')
    await webFor(slack).chat.postMessage({ channel, thread_ts: ts, text: 'answer' })
    anna.delete(channel, ts)
    const { body } = await app.next((envelope) => isEvent(envelope, 'message', 'message_changed'))
    expect(body.event.message).toMatchObject({ subtype: 'tombstone', user: 'USLACKBOT', ts, reply_count: 1 })
    expect(() => anna.edit(channel, ts, 'x')).toThrow('message_not_found')
  })

  test("the app's own messages and edits come back to it", async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const web = webFor(slack)
    const { ts = '' } = await web.chat.postMessage({ channel: GENERAL, text: 'one' })
    const own = await app.next((envelope) => isEvent(envelope, 'message'))
    expect(own.body.event).toMatchObject({ ts, user: BOT, bot_id: WORLD.bot.botId, app_id: WORLD.bot.appId })
    await web.chat.update({ channel: GENERAL, ts, text: 'two' })
    const edit = await app.next((envelope) => isEvent(envelope, 'message', 'message_changed'))
    expect(edit.body.event.message).toMatchObject({ text: 'two', bot_id: WORLD.bot.botId })
    await web.chat.delete({ channel: GENERAL, ts })
    await app.next((envelope) => isEvent(envelope, 'message', 'message_deleted'))
  })

  test('of a thread say where they belong', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('parent', { channel: GENERAL })
    slack.person('U0BEN').post('reply', { channel, threadTs: ts })
    anna.post('to all', { channel, threadTs: ts, broadcast: true })
    const reply = await app.next(({ body }) => body.event.text === 'reply')
    expect(reply.body.event).toMatchObject({ thread_ts: ts, parent_user_id: 'U0ANNA', user: 'U0BEN' })
    await app.next((envelope) => isEvent(envelope, 'message', 'thread_broadcast'))
  })
})

test('opening the app tells it which tab', async () => {
  const slack = await slackFor()
  const app = await socketApp(slack)
  const anna = slack.person('U0ANNA')
  const channel = anna.openDm()
  anna.openHome()
  const tab = (name: string) => (envelope: Envelope) =>
    isEvent(envelope, 'app_home_opened') && envelope.body.event.tab === name
  expect((await app.next(tab('messages'))).body.event).toMatchObject({ user: 'U0ANNA', channel })
  expect((await app.next(tab('home'))).body.event.view).toBeUndefined()
  await webFor(slack).views.publish({ user_id: 'U0ANNA', view: { type: 'home', blocks: [{ type: 'divider' }] } })
  anna.openHome()
  const { body } = await app.next((envelope) => tab('home')(envelope) && envelope.body.event.view !== undefined)
  expect(body.event.view).toMatchObject({ type: 'home', blocks: [{ type: 'divider' }] })
})

test('people from outside are marked, and so are shared channels', async () => {
  const slack = await slackFor()
  const app = await socketApp(slack)
  const guest = slack.addPerson({ id: 'W0OUTSIDE', teamId: 'T0ELSEWHERE' })
  slack.addChannel({ id: 'C0SHARED', name: 'shared', members: ['U0ANNA', 'W0OUTSIDE'], external: true })
  guest.post('@inbox hello', { channel: 'C0SHARED' })
  for (const type of ['message', 'app_mention']) {
    const { body } = await app.next((envelope) => isEvent(envelope, type))
    expect(body).toMatchObject({
      is_ext_shared_channel: true,
      event: { user: 'W0OUTSIDE', user_team: 'T0ELSEWHERE', source_team: 'T0ELSEWHERE' },
    })
  }
})

describe('a person', () => {
  test('is held to what Slack lets them do', async () => {
    const slack = await slackFor()
    slack.addChannel({ id: 'C0OTHER', name: 'other', members: ['U0BEN'] })
    const [anna, ben] = [slack.person('U0ANNA'), slack.person('U0BEN')]
    const { channel, ts } = ben.post('mine', { channel: GENERAL })
    expect(() => anna.post('  ')).toThrow('no_text')
    expect(() => anna.post('x', { channel: 'C0OTHER' })).toThrow('channel_not_found')
    expect(() => anna.post('x', { channel: ben.dm })).toThrow('channel_not_found')
    expect(() => anna.post('x', { channel, threadTs: '1.000001' })).toThrow('thread_not_found')
    expect(() => anna.edit(channel, ts, 'x')).toThrow('cant_update_message')
    expect(() => anna.delete(channel, ts)).toThrow('cant_delete_message')
    slack.changePerson('U0ANNA', { deleted: true })
    expect(() => anna.post('x')).toThrow('account_inactive')
    expect(() => slack.person('U0NOBODY')).toThrow('Nobody has the id')
  })

  test('sees only what is theirs to see', async () => {
    const slack = await slackFor()
    const [anna, ben] = [slack.person('U0ANNA'), slack.person('U0BEN')]
    anna.post('between us')
    anna.post('for all', { channel: GENERAL })
    expect(ben.messages().map(({ text }) => text)).toEqual(['for all'])
    expect(anna.messages().map(({ text }) => text)).toEqual(['between us', 'for all'])
  })

  test('waits in vain with an error that shows what there is', async () => {
    const slack = await slackFor()
    const anna = slack.person('U0ANNA')
    anna.post('anybody?')
    const waiting = anna.waitFor(({ text }) => text === 'yes', { timeoutMs: 50, description: 'an answer' })
    await expect(waiting).rejects.toThrow(/an answer, in vain[\s\S]*U0ANNA: anybody\?[\s\S]*events_api: message/)
  })
})

describe('a change of a person', () => {
  test('comes as user_change, with what users.info says of them', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.changePerson('U0BEN', { deleted: true })
    const { body } = await app.next((envelope) => isEvent(envelope, 'user_change'))
    expect(body.event.user).toMatchObject({ id: 'U0BEN', team_id: WORLD.team.id, deleted: true })
    const { user } = await webFor(slack).users.info({ user: 'U0BEN' })
    expect(body.event.user).toEqual(user)
  })

  test('is not sent of somebody new, nor to an app that did not subscribe', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.addPerson({ id: 'U0NEW', name: 'new' })
    slack.changePerson('U0BEN', { realName: 'Benjamin' })
    await app.next((envelope) => isEvent(envelope, 'user_change'))
    const changed = app.received.filter((envelope) => isEvent(envelope, 'user_change'))
    expect(changed.map(({ body }) => body.event.user.id)).toEqual(['U0BEN'])
    const deaf = await slackFor({ botEvents: ['message.im'] })
    const other = await socketApp(deaf)
    deaf.changePerson('U0BEN', { deleted: true })
    deaf.person('U0ANNA').post('hello')
    await other.next((envelope) => isEvent(envelope, 'message'))
    expect(other.received.some((envelope) => isEvent(envelope, 'user_change'))).toBe(false)
  })
})

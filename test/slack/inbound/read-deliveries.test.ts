import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Delivery, readAs, readDelivery } from '../../../src/slack/inbound/read-deliveries.js'

const BOT = { userId: 'U0BOT', botId: 'B0BOT' }

const read = (body: unknown) => readDelivery(body, BOT)

/** An Events API body, as Slack sends it for an app installed in one workspace. */
function event(event: Record<string, unknown>, outer: Record<string, unknown> = {}) {
  return {
    token: 'verification',
    team_id: 'T1',
    context_team_id: 'T1',
    context_enterprise_id: null,
    api_app_id: 'A1',
    event,
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: 1_795_339_920,
    authorizations: [
      { enterprise_id: null, team_id: 'T1', user_id: 'U0BOT', is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    ...outer,
  }
}

const dm = {
  client_msg_id: '0d1f',
  type: 'message',
  text: 'What is &lt;unread&gt;?',
  user: 'U0ANNA',
  ts: '1795339920.000100',
  blocks: [{ type: 'rich_text', block_id: 'x', elements: [] }],
  team: 'T1',
  channel: 'D0ANNA',
  event_ts: '1795339920.000100',
  channel_type: 'im',
}
const inChannel = { ...dm, text: 'see you at noon', channel: 'C0GENERAL', channel_type: 'channel' }
const mention = {
  type: 'app_mention',
  user: 'U0ANNA',
  ts: '1795339920.000100',
  text: '<@U0BOT> what is unread?',
  team: 'T1',
  channel: 'C0GENERAL',
  event_ts: '1795339920.000100',
}
const file = {
  id: 'F1',
  created: 1,
  name: 'offer.pdf',
  mimetype: 'application/pdf',
  filetype: 'pdf',
  size: 12_345,
  url_private: 'https://files.slack.com/x',
}

function message(delivery: Delivery) {
  if (delivery.kind !== 'message') throw new Error(`this is ${delivery.kind}: ${JSON.stringify(delivery)}`)
  return delivery.message
}

describe('what people write', () => {
  it('in a direct message is meant for the bot', () => {
    expect(message(read(event(dm)))).toEqual({
      team: 'T1',
      channel: 'D0ANNA',
      ts: '1795339920.000100',
      threadTs: null,
      user: 'U0ANNA',
      text: 'What is <unread>?',
      mentions: [],
      files: [],
      forwarded: [],
      kind: 'im',
      userTeam: 'T1',
      addressed: true,
    })
  })

  it('in a channel is meant for others', () => {
    expect(message(read(event(inChannel)))).toMatchObject({ kind: 'shared', addressed: false, text: 'see you at noon' })
  })

  it('with a mention comes twice, as the same message, of which the mention carries only the words', () => {
    const copies = [
      message(read(event(mention))),
      message(read(event({ ...inChannel, text: mention.text, client_msg_id: '1' }))),
    ]
    expect(copies[0]).toEqual({ ...copies[1], isPartial: true })
    expect(copies[0]).toMatchObject({ kind: 'shared', addressed: true, text: 'what is unread?' })
  })

  it('is meant for the bot where Slack says that it was mentioned, wherever the mention stands', () => {
    expect(message(read(event({ ...mention, text: 'see below' })))).toMatchObject({ addressed: true })
  })

  it.each([
    ['a private channel', 'group', 'G0PRIVATE', 'shared', false],
    ['a group message', 'mpim', 'G0GROUP', 'shared', false],
    ['a channel', 'channel', 'C0GENERAL', 'shared', false],
    ['a direct message', 'im', 'D0ANNA', 'im', true],
    ['a direct message that does not say what it is', undefined, 'D0ANNA', 'im', true],
    ['a channel that does not say what it is', undefined, 'C0GENERAL', 'shared', false],
  ])('in %s', (_, channel_type, channel, kind, addressed) => {
    expect(message(read(event({ ...inChannel, channel, channel_type })))).toMatchObject({ kind, addressed })
  })

  it.each([
    ['in a thread', { thread_ts: '1795339900.000001', parent_user_id: 'U0BOT' }],
    [
      'in a thread, also sent to the channel',
      { subtype: 'thread_broadcast', thread_ts: '1795339900.000001', root: {} },
    ],
  ])('%s', (_, more) => {
    expect(message(read(event({ ...inChannel, ...more })))).toMatchObject({ threadTs: '1795339900.000001' })
  })

  it('with /me is theirs', () => {
    expect(message(read(event({ ...dm, subtype: 'me_message', text: 'waves' })))).toMatchObject({ text: 'waves' })
  })

  it('says with its blocks what is an emoji', () => {
    const blocks = [
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] },
    ]
    expect(message(read(event({ ...dm, text: 'at :x:', blocks }))).text).toBe('at :x:')
    expect(message(read(event({ ...dm, text: 'at :x:', blocks: 7, attachments: 7 }))).text).toBe('at ❌')
  })

  it('with files names them, though it may have no words', () => {
    const shared = { ...dm, subtype: 'file_share', text: '', files: [file, { id: 'F2', mode: 'file_access' }] }
    expect(message(read(event(shared)))).toMatchObject({
      text: '',
      files: [
        { id: 'F1', name: 'offer.pdf', mimetype: 'application/pdf', size: 12_345 },
        { id: 'F2', name: 'file', mimetype: 'application/octet-stream', size: 0 },
      ],
    })
  })

  describe('and passes on', () => {
    const share = {
      is_share: true,
      is_msg_unfurl: true,
      ts: '1795339000.000100',
      author_id: 'U0BEN',
      author_name: 'Ben Okafor',
      author_subname: 'Ben',
      channel_id: 'C0GENERAL',
      channel_name: 'general',
      text: 'Lunch at &lt;noon&gt;, <@U0ANNA>? :wave:',
      mrkdwn_in: ['text'],
      from_url: 'https://x.slack.com/archives/C0GENERAL/p1795339000000100',
      fallback: '[November 22nd, 2026 9:16 AM] ben: Lunch',
    }
    const forwarded = {
      words: {
        text: 'Lunch at <noon>, @U0ANNA? 👋',
        mentions: [{ kind: 'user', id: 'U0ANNA', at: 17, length: 7, isNamed: false }],
      },
      author: 'Ben Okafor',
      authorId: 'U0BEN',
      ts: '1795339000.000100',
      channel: 'general',
      channelId: 'C0GENERAL',
      files: [],
    }
    const inBlocks = [
      {
        team: 'T1',
        channel: 'C1',
        ts: '1.0',
        message: {
          blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Build *done* <https://x.example|log>' } }],
        },
      },
    ]
    it.each([
      ['a message, without words', [share], [forwarded]],
      ['a message of which a link tells', [{ ...share, is_share: undefined }], [forwarded]],
      ['a reply', [{ ...share, is_share: undefined, is_msg_unfurl: undefined, is_reply_unfurl: true }], [forwarded]],
      [
        'its files',
        [{ ...share, files: [{ id: 'F1', name: 'menu.pdf', mimetype: 'application/pdf' }, { id: 'F2' }, 7] }],
        [
          {
            ...forwarded,
            files: [
              { name: 'menu.pdf', mimetype: 'application/pdf' },
              { name: 'file', mimetype: 'application/octet-stream' },
            ],
          },
        ],
      ],
      [
        'what an app wrote, in blocks alone',
        [
          {
            is_share: true,
            author_name: 'Deploy',
            bot_id: 'B1',
            ts: 1795339000.0001,
            text: '',
            message_blocks: inBlocks,
          },
        ],
        [
          {
            words: { text: 'Build *done* log (https://x.example)', mentions: [] },
            author: 'Deploy',
            authorId: null,
            ts: '1795339000.0001',
            channel: null,
            channelId: null,
            files: [],
          },
        ],
      ],
      [
        'one that passes on another',
        [{ ...share, attachments: [{ ...share, author_name: 'Cleo' }] }],
        [forwarded, { ...forwarded, author: 'Cleo' }],
      ],
      ['several', [share, share], [forwarded, forwarded]],
      ['nothing, with the preview of a page', [{ title: 'News', text: 'x', from_url: 'https://x.example' }], []],
      ['nothing, in an unknown shape', [7, null, 'x', { is_share: 'yes' }], []],
      ['nothing, in no list', { is_share: true }, []],
      [
        'what it can, of an unknown shape',
        [{ is_share: true, text: 7, ts: 'soon', author_id: 7, channel_id: '../x', files: 'x', message_blocks: 7 }],
        [
          {
            words: { text: '', mentions: [] },
            author: null,
            authorId: null,
            ts: null,
            channel: null,
            channelId: null,
            files: [],
          },
        ],
      ],
    ])('%s', (_, attachments, expected) => {
      expect(message(read(event({ ...dm, text: '', blocks: undefined, attachments })))).toMatchObject({
        text: '',
        forwarded: expected,
      })
    })

    it('also where it was edited', () => {
      const changed = {
        type: 'message',
        subtype: 'message_changed',
        message: { ...dm, attachments: [share] },
        channel: 'D0ANNA',
        ts: '1795339930.000200',
        channel_type: 'im',
      }
      expect(read(event(changed))).toMatchObject({ kind: 'edited', forwarded: [forwarded] })
    })
  })

  it('belongs to the organisation, not the workspace, on Enterprise Grid', () => {
    const authorizations = [{ enterprise_id: 'E1', team_id: 'T1', user_id: 'U0BOT', is_bot: true }]
    expect(message(read(event(dm, { enterprise_id: 'E1', authorizations })))).toMatchObject({ team: 'E1' })
    expect(message(read(event(dm, { enterprise_id: 'E1', authorizations: undefined })))).toMatchObject({ team: 'E1' })
    const wholeOrganisation = [{ enterprise_id: 'E1', team_id: null, user_id: 'U0BOT', is_bot: true }]
    expect(message(read(event(dm, { authorizations: wholeOrganisation })))).toMatchObject({ team: 'E1' })
  })

  it('belongs to where the app is installed, also in a channel of another organisation', () => {
    const theirs = { team_id: 'T_THEIRS', enterprise_id: 'E_THEIRS', is_ext_shared_channel: true }
    expect(message(read(event(mention, theirs)))).toMatchObject({ team: 'T1', userTeam: 'T1' })
    const foreign = { ...mention, user_team: 'T_THEIRS', source_team: 'T_THEIRS' }
    expect(message(read(event(foreign, theirs)))).toMatchObject({ team: 'T1', userTeam: 'T_THEIRS' })
    const visiting = { ...mention, user_team: 'T_THEIRS', source_team: 'T1' }
    expect(message(read(event(visiting)))).toMatchObject({ team: 'T1', userTeam: 'T_THEIRS' })
    const untold = { ...mention, source_team: 'T_THEIRS' }
    expect(message(read(event(untold)))).toMatchObject({ team: 'T1', userTeam: 'T_THEIRS' })
  })
})

describe('what is none of the bot’s business', () => {
  it.each([
    ['its own message', { ...dm, user: 'U0BOT', bot_id: 'B0BOT', app_id: 'A1' }],
    ['its own message, should the mark be missing', { ...dm, user: 'U0BOT' }],
    ["another bot's message", { ...inChannel, user: 'U0OTHER', bot_id: 'B0OTHER', text: '<@U0BOT> hello' }],
    ["another bot's mention", { ...mention, bot_id: 'B0OTHER' }],
    [
      "an older bot's message",
      { ...inChannel, subtype: 'bot_message', user: undefined, bot_id: 'B1', text: '<@U0BOT> hi' },
    ],
    ['somebody joining', { ...inChannel, subtype: 'channel_join' }],
    ['a topic', { ...inChannel, subtype: 'channel_topic', topic: 'x' }],
    ['what a workflow writes on behalf of somebody', { ...inChannel, text: '<@U0BOT> hi', workflow_id: 'Wf1' }],
    ['what an app writes on behalf of somebody', { ...dm, bot_profile: { id: 'B1', app_id: 'A2', name: 'Flow' } }],
    ['Slackbot, which has no mark of a bot', { ...dm, user: 'USLACKBOT' }],
    ['a mention by Slackbot', { ...mention, user: 'USLACKBOT' }],
    ['an answer of Slackbot', { ...inChannel, user: 'USLACKBOT', subtype: 'slackbot_response' }],
    ['a reminder', { ...inChannel, subtype: 'reminder_add' }],
    ['a message of nobody', { ...inChannel, user: undefined }],
    ['a reaction', { type: 'reaction_added', user: 'U0ANNA', item: {}, reaction: '+1' }],
    ['something newer than this code', { type: 'brand_new_event', channel: 7 }],
  ])('%s', (_, given) => {
    expect(read(event(given))).toEqual({ kind: 'other' })
  })

  it.each([
    ['a shortcut', { type: 'shortcut', callback_id: 'x', user: { id: 'U0ANNA' } }],
    ['a form', { type: 'view_submission', view: {}, user: { id: 'U0ANNA' } }],
    ['a check of the request address', { type: 'url_verification', challenge: 'x' }],
  ])('%s', (_, body) => {
    expect(read(body)).toEqual({ kind: 'other' })
  })
})

describe('changes', () => {
  const gone = { kind: 'deleted', team: 'T1', channel: 'D0ANNA', ts: '1795339920.000100' }
  const changed = (inner: Record<string, unknown>, previous: Record<string, unknown> = {}) =>
    read(
      event({
        type: 'message',
        subtype: 'message_changed',
        message: { ...dm, edited: { user: 'U0ANNA', ts: '1795339930.000000' }, ...inner },
        previous_message: { ...dm, ...previous },
        channel: 'D0ANNA',
        hidden: true,
        ts: '1795339930.000200',
        event_ts: '1795339930.000200',
        channel_type: 'im',
      }),
    )

  it('to a message tell its new words', () => {
    expect(changed({ text: '<@U0BOT> better &amp; shorter' })).toEqual({
      kind: 'edited',
      team: 'T1',
      channel: 'D0ANNA',
      ts: '1795339920.000100',
      text: 'better & shorter',
      mentions: [],
      forwarded: [],
      revision: '1795339930.000000',
      message: expect.objectContaining({
        ts: '1795339920.000100',
        text: 'better & shorter',
        kind: 'im',
        addressed: true,
      }),
    })
  })

  it('to a message that Slack cannot be bringing any more tell only its new words', () => {
    expect(changed({ ts: '1795330000.000100', text: 'much later' })).toMatchObject({ kind: 'edited', message: null })
  })

  it.each([
    ['', { user_team: 'T_THEIRS' }],
    [', as the message says where it came from', { source_team: 'T_THEIRS' }],
  ])('are by whoever wrote the message, and not by the member with the same id here%s', (_, theirs) => {
    expect(changed(theirs)).toMatchObject({ message: { user: 'U0ANNA', team: 'T1', userTeam: 'T_THEIRS' } })
    const tombstone = { subtype: 'tombstone', user: 'USLACKBOT', edited: undefined }
    expect(changed(tombstone, theirs)).toMatchObject({ message: { team: 'T1', userTeam: 'T_THEIRS' } })
  })

  it('that do not say when they were made tell only the new words', () => {
    const undated = {
      type: 'message',
      subtype: 'message_changed',
      message: dm,
      channel: 'D0ANNA',
      channel_type: 'im',
    }
    expect(read(event(undated))).toMatchObject({ kind: 'edited', message: null })
  })

  it.each([
    ['an hour', '1795343520.000100', true],
    ['more than an hour', '1795343521.000100', false],
  ])('that come %s after their message', (_, ts, isOvertaken) => {
    const late = { type: 'message', subtype: 'message_changed', message: dm, channel: 'D0ANNA', channel_type: 'im', ts }
    const delivery = read(event(late))
    expect(delivery.kind === 'edited' && delivery.message !== null).toBe(isOvertaken)
  })

  it('are about the message where it stands, whatever its copy says', () => {
    const copy = { ts: '1.0', channel: 'C0OTHER', channel_type: 'channel' }
    const tombstone = { subtype: 'tombstone', user: 'USLACKBOT', edited: undefined }
    expect(changed(tombstone, copy)).toMatchObject({ message: { ts: gone.ts, channel: 'D0ANNA', kind: 'im' } })
  })

  it('that nobody made are no revision', () => {
    expect(changed({ edited: undefined })).toMatchObject({ kind: 'edited', revision: '' })
  })

  it.each([
    ['with its mark', { bot_id: 'B0BOT', user: 'U0BOT' }],
    ['by its user', { user: 'U0BOT' }],
    ['of another bot', { bot_id: 'B0OTHER', user: 'U0OTHER' }],
    ['of a bot that is nobody', { bot_id: 'B0OTHER', user: undefined, subtype: 'bot_message' }],
    ['of a workflow', { workflow_id: 'Wf1' }],
    ['of Slackbot', { user: 'USLACKBOT' }],
  ])("to a bot's message are left alone: %s", (_, author) => {
    expect(changed(author)).toEqual({ kind: 'other' })
  })

  it('that leave a tombstone are deletions: so Slack deletes the first message of a thread', () => {
    const tombstone = {
      subtype: 'tombstone',
      text: 'This message was deleted.',
      user: 'USLACKBOT',
      hidden: true,
      edited: undefined,
    }
    expect(changed(tombstone)).toEqual({ ...gone, message: expect.objectContaining({ user: 'U0ANNA' }) })
  })

  it('that take a message away say which', () => {
    const deleted = {
      type: 'message',
      subtype: 'message_deleted',
      deleted_ts: '1795339920.000100',
      previous_message: dm,
      channel: 'D0ANNA',
      hidden: true,
      ts: '1795339940.000300',
      event_ts: '1795339940.000300',
      channel_type: 'im',
    }
    expect(read(event(deleted))).toEqual({ ...gone, message: expect.objectContaining({ user: 'U0ANNA' }) })
    expect(read(event({ ...deleted, ts: '1795349940.000300' }))).toEqual({ ...gone, message: null })
  })
})

describe('the Home tab', () => {
  it('is opened by somebody', () => {
    const opened = { type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'home', event_ts: '1.0' }
    expect(read(event(opened))).toEqual({ kind: 'home_opened', team: 'T1', user: 'U0ANNA' })
    const messages = { ...opened, tab: 'messages' }
    const visitor = { team: 'T1', user: 'U0ANNA' }
    expect(read(event(messages))).toEqual({ kind: 'place_opened', channel: opened.channel, threadTs: null, visitor })
    expect(read(event({ ...messages, channel: undefined }))).toEqual({ kind: 'other' })
    expect(read(event({ ...opened, user: 'USLACKBOT' }))).toEqual({ kind: 'other' })
  })
})

describe('a change of a person', () => {
  const changed = (user: object) => read(event({ type: 'user_change', user, cache_ts: 1, event_ts: '1.0' }))

  it('says whether they left the workspace', () => {
    expect(changed({ id: 'U0ANNA', team_id: 'T1', deleted: true })).toEqual({
      kind: 'left',
      team: 'T1',
      user: 'U0ANNA',
    })
    const profile = { kind: 'profile_changed', team: 'T1', user: 'U0ANNA' }
    expect(changed({ id: 'U0ANNA', team_id: 'T1', deleted: false })).toEqual(profile)
    expect(changed({ id: 'U0ANNA', team_id: 'T1' })).toEqual(profile)
    expect(changed({ id: 'U0ANNA', deleted: true })).toMatchObject({ kind: 'left' })
    // Of a shared channel: somebody else's people, who may have the id of one of ours.
    expect(changed({ id: 'U0ANNA', team_id: 'T9', deleted: true })).toEqual({ kind: 'other' })
    expect(changed({ id: 'U0ANNA', team_id: 'T1', is_stranger: true, deleted: true })).toEqual({ kind: 'other' })
    expect(changed({ deleted: true })).toMatchObject({ kind: 'malformed' })
  })
})

describe('a new id of a channel', () => {
  const changed = (ids: object) => read(event({ type: 'channel_id_changed', ...ids, event_ts: '1.0' }))

  it('names both', () => {
    expect(changed({ old_channel_id: 'G0OLD', new_channel_id: 'C0NEW' })).toEqual({
      kind: 'channel_id_changed',
      team: 'T1',
      previous: 'G0OLD',
      channel: 'C0NEW',
    })
    expect(changed({ old_channel_id: 'G0OLD' })).toMatchObject({ kind: 'malformed' })
  })
})

describe('a slash command', () => {
  const command = {
    token: 'verification',
    team_id: 'T1',
    team_domain: 'northwind',
    channel_id: 'C0GENERAL',
    channel_name: 'general',
    user_id: 'U0ANNA',
    user_name: 'anna',
    command: '/inbox',
    text: 'what did <@U0BEN|ben> send &amp; when?',
    api_app_id: 'A1',
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.com/commands/T1/1/x',
    trigger_id: '1.2.abc',
  }

  it('is a request with a key of its own', () => {
    expect(read(command)).toEqual({
      kind: 'command',
      team: 'T1',
      user: 'U0ANNA',
      channel: 'C0GENERAL',
      text: 'what did ben send & when?',
      mentions: [{ kind: 'user', id: 'U0BEN', at: 9, length: 3, isNamed: true }],
      triggerId: '1.2.abc',
      responseUrl: 'https://hooks.slack.com/commands/T1/1/x',
    })
  })

  it('is without the name of the bot, where it was written too', () => {
    expect(read({ ...command, text: '<@U0BOT> what is unread?' })).toMatchObject({
      text: 'what is unread?',
      mentions: [],
    })
  })

  it('may have no words', () => {
    expect(read({ ...command, text: undefined })).toMatchObject({ kind: 'command', text: '' })
    expect(read({ ...command, text: '   ' })).toMatchObject({ kind: 'command', text: '' })
  })

  it('belongs to the organisation on Enterprise Grid', () => {
    expect(read({ ...command, enterprise_id: 'E1', enterprise_name: 'North' })).toMatchObject({ team: 'E1' })
  })
})

describe('a press of a button', () => {
  const press = {
    type: 'block_actions',
    user: { id: 'U0ANNA', username: 'anna', name: 'anna', team_id: 'T1' },
    api_app_id: 'A1',
    token: 'verification',
    container: { type: 'message', message_ts: '1.0', channel_id: 'D0ANNA', is_ephemeral: false },
    trigger_id: '1.2.abc',
    team: { id: 'T1', domain: 'northwind' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: 'D0ANNA', name: 'directmessage' },
    message: { ts: '1.0', text: 'x' },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/T1/1/x',
    actions: [
      {
        action_id: 'approval_approve',
        block_id: 'approval:1',
        text: { type: 'plain_text', text: 'Approve', emoji: true },
        value: 'approval-id',
        style: 'primary',
        type: 'button',
        action_ts: '1.5',
      },
    ],
  }

  it('says who, which button, and what it is about', () => {
    expect(read(press)).toEqual({
      kind: 'press',
      blockId: 'approval:1',
      message: { channel: 'D0ANNA', ts: '1.0' },
      threadTs: null,
      team: 'T1',
      user: 'U0ANNA',
      actionId: 'approval_approve',
      value: 'approval-id',
      triggerId: '1.2.abc',
      responseUrl: 'https://hooks.slack.com/actions/T1/1/x',
      leftOut: [],
    })
  })

  it('is in the thread that its message is an answer in', () => {
    const inThread = { ...press.container, thread_ts: '0.5' }
    expect(read({ ...press, container: inThread })).toMatchObject({ threadTs: '0.5' })
    // The message that a thread began with stands in the channel.
    expect(read({ ...press, container: { ...press.container, thread_ts: '1.0' } })).toMatchObject({ threadTs: null })
    expect(read({ ...press, container: { type: 'view', view_id: 'V1' } })).toMatchObject({ threadTs: null })
    expect(read({ ...press, container: undefined })).toMatchObject({ threadTs: null })
  })

  it.each([
    ['on Enterprise Grid, in a workspace', { enterprise: { id: 'E1', name: 'North' } }],
    ['on Enterprise Grid, installed for the whole organisation', { enterprise: { id: 'E1' }, team: null }],
  ])('%s is by somebody of the organisation', (_, more) => {
    expect(read({ ...press, ...more })).toMatchObject({ kind: 'press', team: 'E1', user: 'U0ANNA' })
  })

  it('is by the same person as their messages and commands, also where only some name the organisation', () => {
    const bot = { ...BOT, teamId: 'T1', enterpriseId: 'E1' }
    const command = { command: '/inbox', user_id: 'U0ANNA', channel_id: 'D0ANNA', trigger_id: '1.2', team_id: 'T1' }
    const nowhere = { enterprise: null, team: null, user: { id: 'U0ANNA' } }
    expect(readDelivery(event(dm), bot)).toMatchObject({ message: { team: 'E1' } })
    expect(readDelivery(command, bot)).toMatchObject({ team: 'E1' })
    expect(readDelivery({ ...press, enterprise: null }, bot)).toMatchObject({ team: 'E1' })
    const fromAnother = { enterprise: null, user: { id: 'U0ANNA', team_id: 'T2' } }
    expect(readDelivery({ ...press, ...fromAnother }, bot)).toMatchObject({ team: 'E1' })
    expect(readDelivery({ ...press, ...nowhere }, bot)).toMatchObject({ team: 'E1' })
    expect(readDelivery({ ...press, ...nowhere }, { ...BOT, teamId: 'T1' })).toMatchObject({ team: 'T1' })
    expect(readDelivery({ ...command, team_id: 'T_THEIRS' }, bot)).toMatchObject({ team: 'T_THEIRS' })
  })

  it('is that of its person, not of the member with the same id here', () => {
    const bot = { ...BOT, teamId: 'T1', enterpriseId: null }
    const theirs = { ...press, user: { id: 'U0ANNA', team_id: 'T_THEIRS' } }
    expect(readDelivery(theirs, bot)).toMatchObject({ team: 'T_THEIRS', user: 'U0ANNA' })
    const onGrid = { ...bot, enterpriseId: 'E1' }
    // Another workspace of the organisation, where ids are the same; another organisation, where they are not.
    expect(readDelivery({ ...theirs, enterprise: { id: 'E1' } }, onGrid)).toMatchObject({ team: 'E1' })
    const elsewhere = { ...press, enterprise: { id: 'E1' }, user: { id: 'U0ANNA', team_id: 'E_THEIRS' } }
    expect(readDelivery(elsewhere, onGrid)).toMatchObject({ team: 'E_THEIRS' })
  })

  it('without a team falls back to that of its person', () => {
    expect(read({ ...press, team: null })).toMatchObject({ team: 'T1' })
    expect(read({ ...press, team: null, user: { id: 'U0ANNA' } })).toMatchObject({ kind: 'malformed' })
  })

  it('of a link has no value, and may have nowhere to answer', () => {
    const [action] = press.actions
    const link = {
      ...press,
      actions: [{ ...action, action_id: 'mailbox_connect', value: undefined }],
      response_url: undefined,
    }
    expect(read(link)).toMatchObject({ kind: 'press', actionId: 'mailbox_connect', value: '', responseUrl: null })
  })

  it.each([
    ['none', []],
    ['nameless', [{ type: 'button' }]],
  ])('without a button is malformed: %s', (_, actions) => {
    expect(read({ ...press, actions })).toMatchObject({ kind: 'malformed' })
  })
})

describe('whatever else arrives', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ok'],
    ['an empty object', {}],
    ['an event without a team', { ...event(dm), team_id: undefined }],
    ['an event without a type', event({ channel: 'C1' })],
    ['an event that is no object', { ...event(dm), event: 'message' }],
    ['a message without a channel', event({ ...dm, channel: undefined })],
    ['a message whose ts is a number', event({ ...dm, ts: 1_795_339_920 })],
    ['a message whose files are none', event({ ...dm, files: 'F1' })],
    ['a change of nothing', event({ type: 'message', subtype: 'message_changed', channel: 'D1' })],
    ['a deletion of nothing', event({ type: 'message', subtype: 'message_deleted', channel: 'D1' })],
    ['a command of nobody', { command: '/inbox', text: 'x' }],
  ])('%s is malformed, and says why', (_, body) => {
    const delivery = read(body)
    expect(delivery).toMatchObject({ kind: 'malformed', reason: expect.stringMatching(/.{5,}/) })
  })

  it('never throws, and never tells its contents as the reason', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({ type: fc.constant('event_callback'), team_id: fc.anything(), event: fc.anything() }),
          fc.record({ command: fc.anything(), text: fc.constant('my secret') }),
          fc.record({ actions: fc.anything(), user: fc.anything() }),
        ),
        (body) => {
          const delivery = read(body)
          if (delivery.kind === 'malformed') expect(delivery.reason).not.toContain('my secret')
        },
      ),
    )
  })
})

describe('a modal that is sent off', () => {
  const submission = (more: object = {}, value: string | null = ' say Wednesday ') => ({
    type: 'view_submission',
    user: { id: 'U0ANNA', team_id: 'T1' },
    team: { id: 'T1' },
    view: {
      callback_id: 'approval_change',
      private_metadata: 'approval-id',
      state: { values: { change: { words: { type: 'plain_text_input', value } } } },
    },
    ...more,
  })

  it('says who wants what to be different', () => {
    const wish = { kind: 'change', team: 'T1', user: 'U0ANNA', approvalIds: ['approval-id'] }
    expect(read(submission())).toEqual({ ...wish, words: 'say Wednesday' })
    expect(read(submission({}, null))).toEqual({ ...wish, words: '' })
  })

  it('is keyed like a press', () => {
    expect(read(submission({ enterprise: { id: 'E1' } }))).toMatchObject({ team: 'E1' })
    expect(read(submission({ user: { id: 'U0ANNA', team_id: 'T2' } }))).toMatchObject({ team: 'T2' })
    expect(read(submission({ team: null, user: { id: 'U0ANNA', team_id: 'T2' } }))).toMatchObject({ team: 'T2' })
  })

  it('of somebody else is none of ours, and one without a shape is malformed', () => {
    expect(read(submission({ view: { callback_id: 'other' } }))).toEqual({ kind: 'other' })
    expect(read(submission({ type: 'view_closed' }))).toEqual({ kind: 'other' })
    expect(read(submission({ view: 7 }))).toMatchObject({ kind: 'malformed' })
    expect(read(submission({ team: null, user: { id: 'U0ANNA' } }))).toMatchObject({ kind: 'malformed' })
  })
})

describe('a listener', () => {
  it('reads the kind of delivery that it is for, and no other', () => {
    expect(readAs('message', event(dm), BOT).message.user).toBe('U0ANNA')
    expect(() => readAs('press', event(dm), BOT)).toThrow('a message reached the listener of a press')
  })
})

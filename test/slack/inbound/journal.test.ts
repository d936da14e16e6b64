import { describe, expect, it } from 'vitest'
import type { JournalHandlers } from '../../../src/slack/inbound/journal.js'
import { SilentLog } from '../../turns/silent-log.js'
import { boltApp, eventBody } from './bolt-app.js'

/** What was stored and what Slack was told, in the order in which it happened. */
interface Happened {
  readonly what: string
  readonly value?: unknown
}

function open(failing: Partial<Record<keyof JournalHandlers, Error>> = {}) {
  const happened: Happened[] = []
  const log = new SilentLog()
  const stored = (what: keyof JournalHandlers) => async (value: unknown) => {
    // The database takes its time.
    await new Promise((resolve) => setImmediate(resolve))
    const error = failing[what]
    if (error !== undefined) throw error
    happened.push({ what: `stored ${what}`, value })
  }
  const { app, journal, deliver } = boltApp(log, {
    message: stored('message'),
    edited: stored('edited'),
    deleted: stored('deleted'),
    left: stored('left'),
    channelIdChanged: stored('channelIdChanged'),
    sessionStopped: stored('sessionStopped'),
  })
  const heard = async () => {
    happened.push({ what: 'heard by Bolt' })
  }
  app.event(/.*/, heard)
  app.message(heard)
  app.action(/.*/, heard)
  app.command(/.*/, heard)
  app.view(/.*/, heard)
  return {
    happened,
    log,
    journal,
    deliver: (body: Record<string, unknown>, ack = async () => undefined) =>
      deliver(body, async (response) => {
        await ack()
        happened.push({ what: 'acknowledged', value: response })
      }),
    order: () => happened.map(({ what }) => what),
  }
}

const said = {
  type: 'message',
  channel: 'D0ANNA',
  channel_type: 'im',
  user: 'U0ANNA',
  ts: '1.0',
  text: 'What is unread?',
}
const edited = { type: 'message', subtype: 'message_changed', channel: 'D0ANNA', message: { ...said, text: 'x' } }
const deleted = { type: 'message', subtype: 'message_deleted', channel: 'D0ANNA', deleted_ts: '1.0' }
const left = { type: 'user_change', user: { id: 'U0ANNA', team_id: 'T1', deleted: true } }
const stopped = { type: 'agent_session_stopped', channel: 'D0ANNA', user: 'U0ANNA', thread_ts: '1.0', event_ts: '2.0' }
const renamed = { type: 'channel_id_changed', old_channel_id: 'C1', new_channel_id: 'C2' }
const press = {
  type: 'block_actions',
  user: { id: 'U0ANNA', team_id: 'T1' },
  team: { id: 'T1' },
  actions: [{ action_id: 'approval_approve', value: 'a' }],
}
const command = {
  command: '/inbox',
  text: 'what is unread?',
  user_id: 'U0ANNA',
  channel_id: 'C1',
  team_id: 'T1',
  trigger_id: 't',
}
const submission = {
  type: 'view_submission',
  user: { id: 'U0ANNA', team_id: 'T1' },
  team: { id: 'T1' },
  view: { callback_id: 'of another app', private_metadata: '' },
}

describe('the journal', () => {
  it.each([
    ['message', eventBody(said)],
    [
      'message',
      eventBody({ ...said, type: 'app_mention', channel: 'C1', channel_type: undefined, text: '<@U0BOT> hi' }),
    ],
    ['edited', eventBody(edited)],
    ['deleted', eventBody(deleted)],
    ['left', eventBody(left)],
    ['channelIdChanged', eventBody(renamed)],
    ['sessionStopped', eventBody(stopped)],
  ])('stores an event (%s) before Slack is told that it arrived, and keeps it from Bolt', async (what, body) => {
    const { deliver, order } = open()
    await deliver(body)
    expect(order()).toEqual([`stored ${what}`, 'acknowledged'])
  })

  it.each([
    ['message', eventBody(said)],
    ['edited', eventBody(edited)],
    ['deleted', eventBody(deleted)],
    ['left', eventBody(left)],
    ['channelIdChanged', eventBody(renamed)],
    ['sessionStopped', eventBody(stopped)],
  ] as const)(
    'does not acknowledge an event (%s) that could not be stored: Slack delivers it again',
    async (what, body) => {
      const { deliver, order } = open({ [what]: new Error('disk full') })
      await expect(deliver(body)).rejects.toThrow('disk full')
      expect(order()).toEqual([])
    },
  )

  it('is content where an acknowledgement is lost: what it was about is stored', async () => {
    const { deliver, order, log } = open()
    await deliver(eventBody(said), () => Promise.reject(new Error('no connection')))
    expect(order()).toEqual(['stored message'])
    expect(log.lines).toMatchObject([{ level: 'debug', message: 'slack acknowledgement lost' }])
  })

  it('lets Bolt hear an event whose acknowledgement is lost', async () => {
    const { deliver, order, log } = open()
    const opened = { type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'home' }
    await deliver(eventBody(opened), () => Promise.reject(new Error('no connection')))
    expect(order()).toEqual(['heard by Bolt'])
    expect(log.lines).toMatchObject([{ level: 'debug', message: 'slack acknowledgement lost' }])
  })

  it('tells Slack what a listener answers', async () => {
    const { app, deliver, acknowledged } = boltApp(new SilentLog())
    app.command('/inbox', async ({ ack }) => await ack('On it.'))
    await deliver(command)
    expect(acknowledged).toEqual(['On it.'])
  })

  it.each([
    ['a press', press],
    ['a command', command],
    ['a modal', submission],
  ])('leaves %s to its listener, with its acknowledgement', async (_, body) => {
    const { deliver, order } = open()
    await deliver(body)
    expect(order()).toEqual(['heard by Bolt'])
  })

  it.each([
    ['a Home tab that is opened', { type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'home' }],
    ['a profile that changes', { type: 'user_change', user: { id: 'U0ANNA', team_id: 'T1' } }],
    ['an event that is none of the bot’s', { type: 'reaction_added', user: 'U0ANNA', item: {} }],
  ])('leaves %s to Bolt, which acknowledges first: it may be lost', async (_, event) => {
    const { deliver, order } = open()
    await deliver(eventBody(event))
    expect(order()).toEqual(['acknowledged', 'heard by Bolt'])
  })

  it.each([
    ['a message without a channel', eventBody({ ...said, channel: undefined })],
    ['a press without a button', { ...press, actions: [] }],
    ['a press by nobody', { ...press, user: undefined }],
    ['a command by nobody', { ...command, user_id: undefined }],
    ['a modal without a view', { ...submission, view: null }],
    ['an envelope without anything', {}],
  ])('takes %s off the wire and says so to the operator, without its contents', async (_, body) => {
    const { deliver, order, log } = open()
    await deliver(body)
    expect(order()).toEqual(['acknowledged'])
    expect(log.lines).toMatchObject([
      { level: 'warn', message: 'slack delivery malformed', fields: { reason: expect.any(String) } },
    ])
    expect(JSON.stringify(log.lines)).not.toContain('unread')
  })

  it("stores nothing of the bot's own messages, which Bolt acknowledges", async () => {
    const { deliver, order } = open()
    await deliver(eventBody({ ...said, user: 'U0BOT', bot_id: 'B0BOT' }))
    expect(order()).toEqual(['acknowledged'])
  })

  it('starts and stops the receiver behind it', async () => {
    const { journal } = open()
    expect(await journal.start()).toBe('started')
    expect(await journal.stop()).toBe('stopped')
  })
})

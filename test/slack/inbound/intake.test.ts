import { App, type Receiver, type ReceiverEvent } from '@slack/bolt'
import { describe, expect, it } from 'vitest'
import { Intake, type IntakeHandlers } from '../../../src/slack/inbound/intake.js'
import { SilentLog } from '../../turns/silent-log.js'

const BOT = { userId: 'U0BOT', botId: 'B0BOT' }

/** What reached the bot and what Slack was told, in the order in which it happened. */
interface Happened {
  readonly what: string
  readonly value?: unknown
}

class Wire implements Receiver {
  #app: App | undefined

  init(app: App): void {
    this.#app = app
  }

  async start(): Promise<string> {
    return 'started'
  }

  async stop(): Promise<string> {
    return 'stopped'
  }

  async deliver(event: ReceiverEvent): Promise<void> {
    if (this.#app === undefined) throw new Error('nobody listens')
    await this.#app.processEvent(event)
  }
}

function open(failing: Partial<Record<keyof IntakeHandlers, Error>> = {}) {
  const happened: Happened[] = []
  const log = new SilentLog()
  const stored = async (what: keyof IntakeHandlers, value: unknown) => {
    // The database takes its time.
    await new Promise((resolve) => setImmediate(resolve))
    const error = failing[what]
    if (error !== undefined) throw error
    happened.push({ what: `stored ${what}`, value })
  }
  const wire = new Wire()
  const intake = new Intake(
    wire,
    () => BOT,
    {
      message: (message) => stored('message', message),
      edited: (edit) => stored('edited', edit),
      deleted: (deletion) => stored('deleted', deletion),
      command: async (command) => {
        await stored('command', command)
        return 'On it.'
      },
      press: (press) => stored('press', press),
      change: async (change) => {
        await stored('change', change)
        return change.words === '' ? 'Say something.' : null
      },
      edit: async (edit) => {
        await stored('edit', edit)
        return undefined
      },
      left: (left) => stored('left', left),
      profileChanged: () => happened.push({ what: 'profile changed' }),
      channelIdChanged: (changed) => stored('channelIdChanged', changed),
      homeOpened: () => happened.push({ what: 'home opened' }),
    },
    log,
  )
  const app = new App({
    receiver: intake,
    token: 'xoxb-1',
    botId: BOT.botId,
    botUserId: BOT.userId,
    tokenVerificationEnabled: false,
  })
  app.event('app_home_opened', async () => {
    happened.push({ what: 'heard by Bolt' })
  })
  app.message(async () => {
    happened.push({ what: 'heard by Bolt' })
  })
  const deliver = (body: Record<string, unknown>) =>
    wire.deliver({
      body,
      ack: async (response) => {
        happened.push({ what: 'acknowledged', value: response })
      },
    })
  return { happened, log, intake, deliver, order: () => happened.map(({ what }) => what) }
}

const event = (inner: Record<string, unknown>) => ({
  type: 'event_callback',
  team_id: 'T1',
  event_id: 'Ev1',
  event: inner,
})
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

describe('intake', () => {
  it.each([
    ['message', event(said)],
    ['message', event({ ...said, type: 'app_mention', channel: 'C1', channel_type: undefined, text: '<@U0BOT> hi' })],
    ['edited', event(edited)],
    ['deleted', event(deleted)],
    ['press', press],
    ['command', command],
  ])('stores a %s before Slack is told that it arrived', async (what, body) => {
    const { deliver, order } = open()
    await deliver(body)
    expect(order()).toEqual([`stored ${what}`, 'acknowledged'])
  })

  it.each([
    ['message', event(said)],
    ['edited', event(edited)],
    ['deleted', event(deleted)],
  ] as const)('does not tell Slack that a %s arrived which could not be stored: it comes again', async (what, body) => {
    const { deliver, order } = open({ [what]: new Error('disk full') })
    await expect(deliver(body)).rejects.toThrow('disk full')
    expect(order()).toEqual([])
  })

  it('answers a command to its caller alone, with what became of it', async () => {
    const { deliver, happened } = open()
    await deliver(command)
    expect(happened.at(-1)?.value).toEqual({ response_type: 'ephemeral', text: 'On it.' })
  })

  it('tells the caller of a command that could not be stored: it never comes again', async () => {
    const { deliver, happened, log } = open({ command: new Error('disk full') })
    await deliver(command)
    expect(happened).toMatchObject([
      {
        what: 'acknowledged',
        value: { response_type: 'ephemeral', text: expect.stringMatching(/could not store.+send it again/) },
      },
    ])
    expect(JSON.stringify(happened)).not.toContain('disk full')
    expect(log.lines).toMatchObject([{ level: 'error', fields: { message: 'disk full' } }])
  })

  it.each([
    ['a message without a channel', event({ ...said, channel: undefined })],
    ['a press without a button', { ...press, actions: [] }],
    ['an envelope without anything', {}],
  ])('takes %s off the wire and says so to the operator, without its contents', async (_, body) => {
    const { deliver, order, log } = open()
    await deliver(body)
    expect(order()).toEqual(['acknowledged'])
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { reason: expect.any(String) } }])
    expect(JSON.stringify(log.lines)).not.toContain('unread')
  })

  it('leaves to Bolt what it does not store', async () => {
    const { deliver, order } = open()
    await deliver(event({ type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'messages' }))
    expect(order()).toContain('heard by Bolt')
    expect(order()).toContain('acknowledged')
  })

  it('shows a Home tab, which Slack need not wait for', async () => {
    const { deliver, order } = open()
    await deliver(event({ type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'home' }))
    expect(order()).toEqual(['home opened', 'acknowledged'])
  })

  it('keeps from Bolt what it stores, so that nothing is done twice', async () => {
    const { deliver, order } = open()
    await deliver(event(said))
    expect(order()).not.toContain('heard by Bolt')
  })

  it("leaves the bot's own messages alone, and tells Slack that they arrived", async () => {
    const { deliver, order } = open()
    await deliver(event({ ...said, user: 'U0BOT', bot_id: 'B0BOT' }))
    expect(order()).not.toContain('stored message')
    expect(order()).toContain('acknowledged')
  })

  it('starts and stops what is behind it', async () => {
    const { intake } = open()
    expect(await intake.start()).toBe('started')
    expect(await intake.stop()).toBe('stopped')
  })
})

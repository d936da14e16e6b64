import { App, type Receiver, type ReceiverEvent } from '@slack/bolt'
import { Journal, type JournalHandlers } from '../../../src/slack/inbound/journal.js'
import type { SilentLog } from '../../turns/silent-log.js'

export const BOT = { userId: 'U0BOT', botId: 'B0BOT', teamId: 'T1' }

/** A receiver that a test delivers with. */
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

const unexpected = async () => await Promise.reject(new Error('nothing to store was expected'))
const NOTHING: JournalHandlers = {
  message: unexpected,
  edited: unexpected,
  deleted: unexpected,
  left: unexpected,
  channelIdChanged: unexpected,
  sessionStopped: unexpected,
}

/** Bolt's app with the journal in front of it, as the bot has them. */
export function boltApp(
  log: SilentLog,
  handlers: Partial<JournalHandlers> = {},
): {
  readonly app: App
  readonly journal: Journal
  /** @throws where the journal does */
  readonly deliver: (body: Record<string, unknown>, ack?: ReceiverEvent['ack']) => Promise<void>
  /** What Slack was answered, in order. */
  readonly acknowledged: unknown[]
  /** What listeners threw. */
  readonly errors: Error[]
} {
  const wire = new Wire()
  const journal = new Journal(wire, BOT, { ...NOTHING, ...handlers }, log)
  const app = new App({
    receiver: journal,
    token: 'xoxb-1',
    botId: BOT.botId,
    botUserId: BOT.userId,
    tokenVerificationEnabled: false,
    convoStore: false,
  })
  const acknowledged: unknown[] = []
  const errors: Error[] = []
  app.error(async (error) => {
    errors.push(error.original ?? error)
  })
  const noted: ReceiverEvent['ack'] = async (response) => {
    acknowledged.push(response)
  }
  return { app, journal, acknowledged, errors, deliver: (body, ack = noted) => wire.deliver({ body, ack }) }
}

/** An Events API body of an app that is installed in one workspace. */
export const eventBody = (event: Record<string, unknown>) => ({
  type: 'event_callback',
  team_id: BOT.teamId,
  event_id: 'Ev1',
  event,
})

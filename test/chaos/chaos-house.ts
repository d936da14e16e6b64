/** A house that serves many runs: the sandbox's servers, one database, a bot that is killed and comes back. */

import { existsSync, readFileSync } from 'node:fs'
import SQLite from 'better-sqlite3'
import { ANNAS_MAIL, BENS_MAIL, House, identifierOf } from '../support/house.js'
import { ChaosBrain } from './chaos-brain.js'
import { Network } from './network.js'
import { Supervisor } from './supervisor.js'

/** Ways to run the bot, each with a house of its own. */
export const VARIANTS = [
  {
    name: 'virtual, replies in the channel',
    environment: { CHANNEL_REPLIES: 'here', UNDO_SEND_SECONDS: '1' },
    agents: {},
    restsAfterReplies: false,
  },
  {
    name: 'virtual, replies in private',
    environment: { CHANNEL_REPLIES: 'private', UNDO_SEND_SECONDS: '2' },
    agents: {},
    restsAfterReplies: true,
  },
  {
    name: 'instance, no previews',
    environment: { CHANNEL_REPLIES: 'here', SCALEKIT_MCP_MODE: 'instance', UNDO_SEND_SECONDS: '0' },
    agents: { eventDeltas: false, messageProcessed: 'finished' },
    restsAfterReplies: false,
  },
  {
    name: 'virtual, streamed, the owner is asked where',
    environment: { CHANNEL_REPLIES: 'ask', REPLY_STREAMING: 'native', UNDO_SEND_SECONDS: '1' },
    agents: {},
    restsAfterReplies: true,
  },
] as const

export type Variant = (typeof VARIANTS)[number]

/** Milliseconds between the chunks of a message. */
const PACE = 2
const ACKNOWLEDGE_WITHIN_MS = 2_000
/** Slack gives up after three tries; nothing may be lost that it still repeats, so here it hardly ever gives up. */
const RETRIES = [0, 300, 700, ...Array<number>(120).fill(1_000)]

const UNLIMITED = Object.fromEntries(
  [
    'apps.connections.open',
    'auth.test',
    'chat.appendStream',
    'chat.delete',
    'chat.postEphemeral',
    'chat.postMessage',
    'chat.startStream',
    'chat.stopStream',
    'chat.update',
    'conversations.history',
    'conversations.open',
    'conversations.replies',
    'users.info',
    'views.open',
    'views.publish',
    'views.update',
  ].map((method) => [method, Number.POSITIVE_INFINITY]),
)

export class ChaosHouse {
  readonly brain: ChaosBrain
  readonly supervisor: Supervisor
  readonly network: Network

  private constructor(
    readonly house: House,
    readonly variant: Variant,
    brain: ChaosBrain,
  ) {
    this.brain = brain
    this.supervisor = new Supervisor(house)
    this.network = new Network(house.slack)
  }

  /** @param program folder of the compiled bot, where it is not the project's own */
  static async open(variant: Variant, program?: string): Promise<ChaosHouse> {
    const brain = new ChaosBrain()
    const house = await House.open({
      brain,
      connected: {},
      environment: { ...variant.environment, SLACK_EDITS_PER_MINUTE: '3000', LOG_LEVEL: 'debug' },
      agents: { pace: PACE, ...variant.agents },
      slack: {
        timing: { acknowledgeWithinMs: ACKNOWLEDGE_WITHIN_MS, retryAfterMs: RETRIES },
        // What Slack's limits do is injected, at moments of the runs' own choosing.
        rateLimits: { perMinute: UNLIMITED, postsPerChannel: { perSecond: 1_000, burst: 1_000 } },
      },
      ...(program === undefined ? {} : { program }),
    })
    house.agents.faults.restsAfterReplies = variant.restsAfterReplies
    const setup = await house.run('cli/setup.js')
    if (setup.code !== 0) throw new Error(`setup failed:\n${setup.output}`)
    const chaos = new ChaosHouse(house, variant, brain)
    chaos.supervisor.start()
    await chaos.supervisor.running()
    return chaos
  }

  /** Somebody new, with a mailbox that others may share: what their bot does there is told apart by its subjects. */
  addPerson(id: string, options: { readonly connected: boolean }): void {
    this.house.slack.addPerson({ id, name: id.toLowerCase() })
    if (options.connected) this.house.scalekit.connect(identifierOf(id), mailOf(id))
  }

  /** Holds the database's write lock, as a backup or a second program does, until the answer is called. */
  lockDatabase(): () => void {
    const lock = new SQLite(this.house.databasePath, { timeout: 100 })
    try {
      lock.exec('BEGIN IMMEDIATE')
    } catch {
      // The bot is writing just now.
      lock.close()
      return () => undefined
    }
    return () => lock.close()
  }

  /** Everything in the database's files, as it is. */
  stored(): string {
    return [this.house.databasePath, `${this.house.databasePath}-wal`]
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'latin1'))
      .join('')
  }

  /** All that the bots wrote so far. */
  get written(): string {
    return this.house.written
  }

  async close(): Promise<void> {
    await this.supervisor.stop()
    await this.house.close()
  }
}

export function mailOf(id: string): string {
  return id.endsWith('0') ? ANNAS_MAIL : BENS_MAIL
}

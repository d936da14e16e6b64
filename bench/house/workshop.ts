/** The real bot as a process of its own against the sandbox, with people in any number, and a look at how the process does. */

import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { TestBrain } from '../../test/support/brains.js'
import { FEEDBACK, has, leftToPress } from '../../test/support/cards.js'
import { ANNAS_MAIL, House, identifierOf } from '../../test/support/house.js'
import { channelOf } from '../wire.js'

const PROBE = fileURLToPath(new URL('./probe.mjs', import.meta.url))

/** How a process does. CPU since its start, event-loop delays since the last look at rest. Milliseconds and bytes. */
export interface Pulse {
  readonly cpuMs: number
  readonly rss: number
  readonly heapUsed: number
  readonly connections: number
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
}

/** Every method that a turn calls, without a limit: what is measured is the bot, not Slack's patience. */
const NO_LIMITS = {
  perMinute: Object.fromEntries(
    ['chat.postMessage', 'chat.update', 'users.info', 'conversations.open', 'conversations.replies'].map((method) => [
      method,
      Number.POSITIVE_INFINITY,
    ]),
  ),
}

export interface WorkshopOptions {
  /** Slack's limits as they are; otherwise none. */
  readonly limits: boolean
  readonly brain?: TestBrain
}

export class Workshop {
  #people = 0
  #starts = 0
  readonly #askers = new Map<string, () => void>()

  private constructor(
    readonly house: House,
    readonly brain: TestBrain,
    private readonly directory: string,
  ) {
    house.slack.wire.onEntry(({ direction, outcome, request }) => {
      if (direction === 'call' && outcome !== 'pending') this.#askers.get(channelOf(request) ?? '')?.()
    })
  }

  /** Set up; the bot is not started. */
  static async open({ limits, brain = new TestBrain() }: WorkshopOptions): Promise<Workshop> {
    const directory = await mkdtemp(join(tmpdir(), 'slack-inbox-agent-bench-'))
    const house = await House.open({
      brain,
      killable: true,
      ...(limits ? {} : { slack: { rateLimits: NO_LIMITS } }),
      environment: { LOG_LEVEL: 'warn', ...(limits ? {} : { SLACK_EDITS_PER_MINUTE: '10000' }) },
    })
    const setup = await house.run('cli/setup.js')
    if (setup.code !== 0) throw new Error(`setup failed:\n${setup.output}`)
    return new Workshop(house, brain, directory)
  }

  /** Starts the bot and waits until it receives. @returns how long that took, in milliseconds */
  async startBot(): Promise<number> {
    this.#starts += 1
    const startedAt = performance.now()
    // `info`, since that is what says that it runs.
    await this.house.startBot({
      LOG_LEVEL: 'info',
      NODE_OPTIONS: `--import ${PROBE}`,
      BENCH_PROBE: this.#probePath(),
    })
    return performance.now() - startedAt
  }

  /** Somebody new, whose mailbox is connected. @returns their user id */
  newPerson(): string {
    this.#people += 1
    const id = `U0BENCH${this.#people}`
    this.house.slack.addPerson({ id })
    this.house.scalekit.connect(identifierOf(id), ANNAS_MAIL)
    return id
  }

  /**
   * Asks in a direct message. Resolves when the finished reply stands in Slack.
   * @returns whether it is an answer, and not the sentence that says why there is none
   */
  async ask(userId: string, words: string): Promise<boolean> {
    const { slack } = this.house
    const person = slack.person(userId)
    const question = person.post(words)
    const finished = (message: SeenMessage) =>
      message.threadTs === question.ts && leftToPress(message).length === 0 && !/👀|💭|⏳|✍️/u.test(message.shown)
    const reply = await new Promise<SeenMessage>((resolve) => {
      // Only at calls about this channel: the sandbox's own waiters look at everything whenever anything changes.
      this.#askers.set(question.channel, () => {
        const found = person.thread(question.channel, question.ts).find(finished)
        if (found !== undefined) resolve(found)
      })
    })
    this.#askers.delete(question.channel)
    // Whether it was good is asked below an answer, and below nothing else.
    return has(reply, FEEDBACK)
  }

  /** @param rest after a garbage collection: what is really held */
  async pulse({ rest = false } = {}): Promise<Pulse> {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(this.#probePath(), () => socket.write(rest ? 'rest' : 'now'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    const pulse: Pulse = JSON.parse(answer)
    return pulse
  }

  async close(): Promise<void> {
    await this.house.close()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** One for each process: that of one that was killed stays behind. */
  #probePath(): string {
    return join(this.directory, `probe-${this.#starts}`)
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
}

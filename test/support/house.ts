/** The whole house for end-to-end tests: the sandbox's servers and the real bot. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provision } from '../../src/cli/provision.js'
import { readPlatformConfig } from '../../src/config.js'
import {
  type ManagedAgentsOptions,
  type ManagedAgentsSandbox,
  startManagedAgents,
} from '../../src/sandbox/agents/index.js'
import type { AgentBrain } from '../../src/sandbox/agents/session/brain.js'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitOptions, type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { type SlackOptions, type SlackSandbox, startSlack } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Store } from '../../src/store/store.js'
import { BotProcess, type Finished, InnerBot, type RunningBot } from './bots.js'

export const ANNA = 'U0ANNA'
export const BEN = 'U0BEN'
export const GENERAL = 'C0GENERAL'
export const ANNAS_MAIL = 'anna@northwind.example'
export const BENS_MAIL = 'ben@northwind.example'

/** The compiled bot. */
export const COMPILED = fileURLToPath(new URL('../../dist', import.meta.url))
/** What tests start: the compiled bot in one file (`one-file.ts`), where vitest made that. */
export const PROGRAM = resolve(process.env.BOT_PROGRAM ?? COMPILED)

export interface HouseOptions {
  readonly brain: AgentBrain
  readonly agents?: Partial<ManagedAgentsOptions>
  readonly slack?: Partial<SlackOptions>
  readonly scalekit?: Partial<ScalekitOptions>
  /** Beside what every bot here is given. */
  readonly environment?: Readonly<Record<string, string>>
  /** Whether its bots are processes of their own, which end when they are killed and log as a process does. A test that needs neither is quicker without. */
  readonly killable?: boolean
  /** Folder of the compiled bot, where it is not the project's own; for bots that are processes. */
  readonly program?: string
  /** People whose own mailbox is connected from the start: user id → address. */
  readonly connected?: Readonly<Record<string, string>>
}

export class House {
  readonly #bots: RunningBot[] = []

  private constructor(
    readonly slack: SlackSandbox,
    readonly agents: ManagedAgentsSandbox,
    readonly scalekit: ScalekitSandbox,
    readonly directory: string,
    private readonly extra: Readonly<Record<string, string>>,
    private readonly program: string,
    private readonly killable: boolean,
  ) {}

  /** Everything up and set up, without a bot. */
  static async open(options: HouseOptions): Promise<House> {
    const agents = await startManagedAgents({ pace: 0, brain: options.brain, rateLimits: false, ...options.agents })
    const scalekit = await startScalekit({
      world: WORLD,
      mailboxes: await loadSamples(WORLD.mailAccounts),
      ...options.scalekit,
    })
    const slack = await startSlack({ world: WORLD, ...options.slack })
    const directory = await mkdtemp(join(tmpdir(), 'slack-inbox-agent-test-'))
    const { environment = {}, program = PROGRAM, killable = false } = options
    const house = new House(slack, agents, scalekit, directory, environment, program, killable)
    for (const [user, address] of Object.entries(options.connected ?? { [ANNA]: ANNAS_MAIL, [BEN]: BENS_MAIL })) {
      scalekit.connect(identifierOf(user), address)
    }
    return house
  }

  /** Set up and running. */
  static async running(options: HouseOptions): Promise<House> {
    const house = await House.open(options)
    await house.setUp()
    await house.startBot()
    return house
  }

  /** What `npm run setup` does, without a process of its own: each of some hundred tests would start one. Its process is tested in commands.test.ts. */
  async setUp(): Promise<void> {
    const config = readPlatformConfig(this.environment)
    const store = await Store.open(config.databasePath)
    try {
      await provision(config, store.deployments, () => {})
    } finally {
      await store.close()
    }
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      SLACK_BOT_TOKEN: this.slack.botToken,
      SLACK_APP_TOKEN: this.slack.appToken,
      SLACK_API_URL: this.slack.apiUrl,
      ANTHROPIC_API_KEY: this.agents.apiKey,
      ANTHROPIC_BASE_URL: this.agents.url,
      SCALEKIT_ENV_URL: this.scalekit.url,
      SCALEKIT_CLIENT_ID: this.scalekit.clientId,
      SCALEKIT_CLIENT_SECRET: this.scalekit.clientSecret,
      DATABASE_URL: `file:${this.databasePath}`,
      // Where the window in which a mail can be called back is not the point, nobody waits for its end.
      UNDO_SEND_SECONDS: '0',
      ...this.extra,
    }
  }

  get databasePath(): string {
    return join(this.directory, 'inbox.db')
  }

  /** A process that is not waited for. A value of undefined takes a variable away. */
  spawn(
    script: string,
    environment: Readonly<Record<string, string | undefined>> = {},
    args: readonly string[] = [],
  ): BotProcess {
    const bot = new BotProcess(
      join(this.program, script),
      { ...this.environment, ...environment },
      this.directory,
      args,
    )
    this.#bots.push(bot)
    return bot
  }

  /** Runs a script to its end. */
  async run(
    script: string,
    environment: Readonly<Record<string, string | undefined>> = {},
    args: readonly string[] = [],
  ): Promise<Finished> {
    return await this.spawn(script, environment, args).exited
  }

  /** Starts a bot and waits until it receives. */
  async startBot(environment: Readonly<Record<string, string | undefined>> = {}): Promise<RunningBot> {
    if (!this.killable) {
      const inner = await InnerBot.start({ ...this.environment, ...environment })
      this.#bots.push(inner)
      return inner
    }
    const bot = this.spawn('main.js', environment)
    await bot.wrote('the bot is running')
    return bot
  }

  /** The bot that was started last. */
  get bot(): RunningBot {
    const bot = this.#bots.at(-1)
    if (bot === undefined) throw new Error('no bot was started')
    return bot
  }

  /** All that its bots wrote. */
  get written(): string {
    return this.#bots.map((bot) => bot.output).join('')
  }

  async close(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.close()))
    await Promise.all([this.slack.close(), this.agents.close(), this.scalekit.close()])
    await rm(this.directory, { recursive: true, force: true })
  }
}

export function identifierOf(user: string): string {
  return `slack:${WORLD.team.id}:${user}`
}

/** Keeps a bot running, as a service manager does, and kills it when asked: whatever else ends it is a crash. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { BotProcess } from '../support/bots.js'
import type { House } from '../support/house.js'

/** What is shown of a process that crashed. */
const TAIL = 1_500

export class Supervisor {
  kills = 0
  /** Ends that nobody asked for, with the last words of the process. */
  readonly crashes: string[] = []
  /** While things are made to fail, a start may fail too; it is tried again. */
  startMayFail = false
  readonly #expected = new Set<BotProcess>()
  #bot: BotProcess | undefined
  #isRunning = false
  #running = deferred()
  #stopped = false
  #loop: Promise<void> = Promise.resolve()

  constructor(private readonly house: House) {}

  /** Starts the bot, and again whenever it has ended. */
  start(): void {
    this.#loop = this.#keepRunning()
  }

  /** Resolves when the bot receives; at once when it does already. */
  async running(): Promise<void> {
    while (!this.#isRunning) await this.#running.promise
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Ends the process, whatever it is doing, its start included. It is started again by itself. */
  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
    const bot = this.#bot
    if (bot === undefined || this.#expected.has(bot)) return
    this.#expected.add(bot)
    this.kills += 1
    const wasRunning = this.#isRunning
    this.#isRunning = false
    void bot.kill(signal).then(({ code }) => {
      if (signal === 'SIGTERM' && wasRunning && code !== 0) this.crashes.push(`SIGTERM ended with ${code}`)
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.kill()
    await this.#loop
  }

  async #keepRunning(): Promise<void> {
    while (!this.#stopped) {
      // What was made to fail when it began may show only when nothing is made to fail any more.
      const mayFail = this.startMayFail
      const bot = this.house.spawn('main.js')
      this.#bot = bot
      const started = await bot.wrote('the bot is running').then(
        () => true,
        () => false,
      )
      if (started && !this.#expected.has(bot)) {
        this.#isRunning = true
        this.#running.resolve()
        this.#running = deferred()
      }
      const { code, output } = await bot.exited
      this.#isRunning = false
      if (!this.#expected.has(bot) && (started || !(mayFail || this.startMayFail))) {
        this.crashes.push(`${started ? 'ended' : 'did not start'} (${code}): ${output.slice(-TAIL)}`)
      }
      if (!started) await sleep(100)
    }
  }
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}

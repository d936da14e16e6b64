/** The real bot, as a process of its own or inside the test's. */

import { type ChildProcess, spawn } from 'node:child_process'
import { Bot } from '../../src/app/compose.js'
import { openServices } from '../../src/app/services.js'
import { readBotConfig } from '../../src/config.js'
import { createLog } from '../../src/log.js'

export interface Finished {
  readonly code: number | null
  readonly output: string
}

export interface RunningBot {
  /** All that it wrote, logs and complaints. */
  readonly output: string
  /** Resolves when it has written this. @throws Error with what it wrote instead, where it ends before */
  wrote(text: string): Promise<void>
  /** Resolves when it has ended. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<Finished>
  /** Resolves when nothing is left of it, however it ends. */
  close(): Promise<void>
}

/** What a bot has written, and word of when it has. */
class Output {
  #text = ''
  readonly #listeners = new Set<() => void>()

  get text(): string {
    return this.#text
  }

  add(written: string): void {
    this.#text += written
    for (const listen of [...this.#listeners]) listen()
  }

  async includes(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const listen = () => {
        if (!this.#text.includes(text)) return
        this.#listeners.delete(listen)
        resolve()
      }
      this.#listeners.add(listen)
      listen()
    })
  }
}

/** Compiled, as a process. */
export class BotProcess implements RunningBot {
  readonly #child: ChildProcess
  readonly #output = new Output()
  readonly exited: Promise<Finished>

  /** @param script where it is, absolute */
  constructor(script: string, environment: NodeJS.ProcessEnv, cwd: string, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.add(chunk.toString()))
    }
    this.exited = new Promise((resolve) => {
      // Not `exit`: what it wrote last may still be on its way then.
      this.#child.once('close', (code) => resolve({ code, output: this.output }))
    })
  }

  get output(): string {
    return this.#output.text
  }

  async wrote(text: string): Promise<void> {
    const ended = this.exited.then(({ output }) => {
      throw new Error(`the process ended without writing "${text}":\n${output}`)
    })
    await Promise.race([this.#output.includes(text), ended])
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<Finished> {
    this.#child.kill(signal)
    return await this.exited
  }

  async close(): Promise<void> {
    await this.kill()
  }
}

/**
 * Inside this process, put together as `main.ts` does it. It speaks to the sandbox over the wire all the same. Its modules are loaded once for all
 * tests of a worker, and what V8 has learnt of them is kept. What nobody awaited in it fails the run.
 */
export class InnerBot implements RunningBot {
  readonly #output = new Output()
  #stop: (() => Promise<void>) | null = null

  private constructor() {}

  /** Resolves when it receives. */
  static async start(environment: NodeJS.ProcessEnv): Promise<InnerBot> {
    const inner = new InnerBot()
    const { slack, ...config } = readBotConfig(environment)
    const log = createLog(config.logLevel, { write: (line) => inner.#output.add(line) })
    const { services, close } = await openServices(config, log)
    const bot = new Bot(services, [slack])
    inner.#stop = async () => {
      await bot.stop()
      await close()
    }
    await bot.start()
    return inner
  }

  get output(): string {
    return this.#output.text
  }

  async wrote(text: string): Promise<void> {
    await this.#output.includes(text)
  }

  async kill(): Promise<never> {
    throw new Error('a bot that is not a process of its own cannot be killed; open the house with `killable`')
  }

  async close(): Promise<void> {
    await this.#stop?.()
    this.#stop = null
  }
}

/** One contender with so many replies at once, against a Slack of its own: what people saw and when, and what it cost. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type SlackSandbox, startSlack } from '../../src/sandbox/slack/index.js'
import type { WireEntry } from '../../src/sandbox/slack/wire/page-api.js'
import { WORLD } from '../../src/sandbox/world.js'
import { channelOf } from '../wire.js'
import type { Answer } from './answer.js'
import type { FromContender, Job, Thread, ToContender } from './link.js'
import { mean, percentile, plain, type ReplyResult, resultOf, type Sight, visibleLength } from './staleness.js'

export interface Contender {
  readonly name: string
  readonly program: 'this-bot' | 'chat-sdk' | 'every-second'
  readonly mode: string
}

export interface ContestResult {
  readonly contender: Contender
  readonly replies: number
  /** Seconds. */
  readonly staleness: { readonly mean: number; readonly p95: number }
  /** Seconds; undefined for a reply that never showed a word. */
  readonly first: readonly (number | undefined)[]
  /** Seconds; undefined for a reply that was never complete. */
  readonly late: readonly (number | undefined)[]
  readonly refusals: number
  readonly edits: number
  readonly nativeCalls: number
  readonly posts: number
  readonly cpuSeconds: number
  readonly problems: readonly string[]
}

const COMPLAINTS_KEPT = 3_000
/** From the questions until every answer has begun, in milliseconds, with room for a busy machine. */
const BEGINNING_MS = 10_000
const OWNER = WORLD.people[0]?.id ?? ''
const TEXT_METHODS = new Set([
  'chat.postMessage',
  'chat.update',
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
])

/** @param patienceMs how long after the agent's end a reply may still become complete */
export async function contest(
  contender: Contender,
  replies: number,
  answer: Answer,
  seconds: number,
  patienceMs: number,
): Promise<ContestResult> {
  const slack = await startSlack({ world: WORLD })
  const channels = Array.from({ length: replies }, (_, index) => `C0BENCH${index}`)
  for (const [index, id] of channels.entries()) slack.addChannel({ id, name: `bench-${index}`, members: [OWNER] })
  const watcher = new Watcher(slack, answer)
  const process = new ContenderProcess(contender, {
    mode: contender.mode,
    seconds,
    replies,
    apiUrl: slack.apiUrl,
    botToken: slack.botToken,
    appToken: slack.appToken,
    signingSecret: slack.signingSecret,
    botUserId: WORLD.bot.userId,
    reader: { team: WORLD.team.id, user: OWNER },
  })
  try {
    process.onMessage((message) => {
      if (message.type === 'begun') watcher.begin(message.channel, message.at)
    })
    await process.ready
    const person = slack.person(OWNER)
    process.go(channels.map((channel) => person.post(`<@${WORLD.bot.userId}> what is new?`, { channel })))
    const withProblem = (problem: string) => ({ cpuMs: Number.NaN, problems: [problem] })
    const { cpuMs, problems } = await Promise.race([
      process.done.catch((error: unknown) => withProblem(String(error))),
      new Promise<ReturnType<typeof withProblem>>((resolve) => {
        const patience = BEGINNING_MS + answer.durationMs + patienceMs
        setTimeout(() => resolve(withProblem('gave up waiting')), patience).unref()
      }),
    ])
    return { contender, replies, ...watcher.results(channels), cpuSeconds: cpuMs / 1_000, problems }
  } finally {
    await process.end()
    await slack.close()
  }
}

/** Reads along in Slack. */
class Watcher {
  readonly #whole: string
  readonly #begun = new Map<string, number>()
  readonly #sights = new Map<string, { at: number; visible: number }[]>()
  readonly #calls = new Map<string, number>()
  #refusals = 0

  constructor(
    private readonly slack: SlackSandbox,
    private readonly answer: Answer,
  ) {
    this.#whole = plain(answer.markdown)
    slack.wire.onEntry((entry) => this.#notice(entry))
  }

  begin(channel: string, at: number): void {
    this.#begun.set(channel, at)
  }

  results(channels: readonly string[]): Omit<ContestResult, 'contender' | 'replies' | 'cpuSeconds' | 'problems'> {
    const now = Date.now()
    const replies = channels.map((channel): ReplyResult => {
      const begunAt = this.#begun.get(channel)
      if (begunAt === undefined) return { ages: [], firstMs: undefined, lateMs: undefined }
      const sights = this.#sights.get(channel) ?? []
      return resultOf(
        this.answer,
        sights.map((sight): Sight => ({ ...sight, at: sight.at - begunAt })),
        now - begunAt,
      )
    })
    const ages = replies.flatMap((reply) => reply.ages)
    const count = (...methods: string[]) => methods.reduce((sum, method) => sum + (this.#calls.get(method) ?? 0), 0)
    return {
      staleness: { mean: mean(ages) / 1_000, p95: percentile(ages, 0.95) / 1_000 },
      first: replies.map(({ firstMs }) => (firstMs === undefined ? undefined : firstMs / 1_000)),
      late: replies.map(({ lateMs }) => (lateMs === undefined ? undefined : lateMs / 1_000)),
      refusals: this.#refusals,
      edits: count('chat.update'),
      nativeCalls: count('chat.startStream', 'chat.appendStream', 'chat.stopStream'),
      posts: count('chat.postMessage'),
    }
  }

  #notice({ direction, method, outcome, request }: WireEntry): void {
    if (direction !== 'call' || outcome === 'pending') return
    if (outcome.startsWith('429')) this.#refusals += 1
    if (!TEXT_METHODS.has(method) || outcome !== '200 ok') return
    this.#calls.set(method, (this.#calls.get(method) ?? 0) + 1)
    const channel = channelOf(request)
    if (channel === undefined) return
    const shown = this.slack
      .person(OWNER)
      .messages(channel)
      .filter(({ user }) => user === WORLD.bot.userId)
      .map((message) => plain(message.shown))
      .join('')
    const sights = this.#sights.get(channel) ?? []
    sights.push({ at: Date.now(), visible: visibleLength(this.#whole, shown) })
    this.#sights.set(channel, sights)
  }
}

class ContenderProcess {
  readonly #child: ChildProcess
  readonly ready: Promise<void>
  readonly done: Promise<Extract<FromContender, { type: 'done' }>>

  constructor({ name, program }: Contender, job: Job) {
    const path = fileURLToPath(new URL(`./${program}.ts`, import.meta.url))
    this.#child = fork(path, [JSON.stringify(job)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    // Clients complain there of every refusal, which is counted anyway; it is only of interest where the process breaks.
    let complaints = ''
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-COMPLAINTS_KEPT)
    })
    const ended = new Promise<never>((_, reject) => {
      this.#child.once('exit', (code) =>
        reject(new Error(`${name}: the process ended with code ${code}:\n${complaints}`)),
      )
    })
    this.ready = Promise.race([ended, this.#heard('ready')]).then(() => undefined)
    this.done = Promise.race([ended, this.#heard('done')])
    // Whoever waits for them hears of it; after `end` nobody does.
    this.done.catch(() => undefined)
    this.ready.catch(() => undefined)
  }

  onMessage(listen: (message: FromContender) => void): void {
    this.#child.on('message', listen)
  }

  go(threads: readonly Thread[]): void {
    const message: ToContender = { type: 'go', threads }
    this.#child.send(message)
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await exited
  }

  #heard<Type extends FromContender['type']>(type: Type): Promise<Extract<FromContender, { type: Type }>> {
    return new Promise((resolve) => {
      this.#child.on('message', (message: FromContender) => {
        if (isOfType(message, type)) resolve(message)
      })
    })
  }
}

function isOfType<Type extends FromContender['type']>(
  message: FromContender,
  type: Type,
): message is Extract<FromContender, { type: Type }> {
  return message.type === type
}

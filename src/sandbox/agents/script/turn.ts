/** One turn of the script: what every answer needs at hand. */
import type { BrainTurn, HistoryItem, ToolCall, ToolOutcome } from '../session/brain.js'
import { type GivenFile, givenFiles } from './given-files.js'
import { mailsIn, type SeenMail } from './mail.js'
import { type Clock, type Gist, list, plain } from './markdown.js'
import { Shown } from './shown.js'
import { notices, quotableText } from './warnings.js'
import { warned } from './words.js'

export interface ScriptTurn {
  readonly tools: Toolbox
  readonly shown: Shown
  readonly hasMailbox: boolean
  /** `person`: the name of who writes, where the host tells it. */
  readonly context: Clock & { readonly person: string | undefined }
  /** As it was when the turn began. */
  readonly history: readonly HistoryItem[]
  /** What came with the message. */
  readonly files: readonly GivenFile[]
  say(...paragraphs: readonly string[]): Promise<void>
}

export function scriptTurn(turn: BrainTurn, texts: readonly string[], now: Date): ScriptTurn {
  // The host's block is prose and may change, so it is searched for what it must contain rather than parsed.
  const block = texts.slice(0, -1).join('\n')
  const person = /^from:\s*([^\n<(,]+)/im.exec(block)?.[1]?.trim()
  const timeZone = block.match(ZONE)?.find(isTimeZone) ?? 'UTC'
  return {
    tools: new Toolbox(turn),
    shown: Shown.from(turn.history, timeZone),
    hasMailbox: turn.tools.some(({ name }) => name.startsWith('gmail_')),
    context: { person, timeZone, now },
    history: turn.history,
    files: givenFiles(turn, texts),
    async say(...paragraphs) {
      turn.signal.throwIfAborted()
      const text = paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')
      if (text !== '') await turn.say(text)
    },
  }
}

const ZONE = /\b(?:UTC|GMT|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_+-]+(?:\/[A-Z][A-Za-z_]+)?)(?![A-Za-z])/g

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

export async function read({ tools, shown }: ScriptTurn, mail: SeenMail): Promise<SeenMail> {
  const answer = await tools.call('gmail_get_message_by_id', { message_id: mail.id })
  shown.mail = shown.learn(mailsIn(answer))[0] ?? mail
  return shown.mail
}

/** What to point out about each mail. Its sender is compared with all of that name, whom this conversation need not have seen. @throws {Obstacle} */
export async function noticesOf(turn: ScriptTurn, mails: readonly SeenMail[]): Promise<(mail: SeenMail) => string[]> {
  const { shown, tools } = turn
  const names = mails.map(({ from }) => from.name.replace(/["(){}]/g, ' ').trim()).filter((name) => name !== '')
  const query = `{${[...new Set(names)].map((name) => `from:"${name}"`).join(' ')}} -in:drafts`
  const input = { query, max_results: 100, format: 'metadata' }
  shown.learn(names.length === 0 ? [] : mailsIn(await tools.call('gmail_fetch_mails', input)))
  return (mail) => {
    // Whoever imitates a sender comes later, so what came later says nothing about whether this one is genuine.
    const older = shown.known().filter(({ date }) => date < mail.date)
    return notices(mail, [...mail.to, ...older.flatMap(({ from, to }) => [from, ...to])])
  }
}

/** The notices about these mails, each with its number where there are several. */
export async function warnings(turn: ScriptTurn, mails: readonly SeenMail[]): Promise<string> {
  const about = await noticesOf(turn, mails)
  const which = (index: number) => (mails.length === 1 ? '' : `Number ${index + 1}: `)
  return warned(mails.flatMap((mail, index) => about(mail).map((notice) => `${which(index)}${notice}`)))
}

/** A numbered list with the notices about it, which the next numbers are counted in. */
export async function numbered(turn: ScriptTurn, mails: readonly SeenMail[], gist?: Gist): Promise<string> {
  const beginning: Gist = (mail) => plain(quotableText(mail), 110)
  turn.shown.showList(mails)
  return `${list(mails, turn.context, gist ?? beginning)}\n\n${await warnings(turn, mails)}`.trim()
}

/** A request could not be carried out. `reason`: the server's words, or the person's for a no. */
export class Obstacle extends Error {
  override name = 'Obstacle'

  constructor(
    readonly kind: 'missing' | 'failed' | 'denied',
    readonly tool: string,
    readonly reason: string | undefined,
  ) {
    super(`${tool} ${kind}`)
  }
}

export class Toolbox {
  constructor(private readonly turn: BrainTurn) {}

  has(name: string): boolean {
    return this.turn.tools.some((tool) => tool.name === name)
  }

  /** Calls one tool and answers with its text. @throws {Obstacle} when it is not enabled, fails or is denied */
  async call(name: string, input: ToolCall['input']): Promise<string> {
    const [outcome] = await this.callEach([{ name, input }])
    if (outcome?.status === 'ok') return outcome.text
    throw obstacle(name, outcome)
  }

  /** Calls tools side by side; the outcomes stand in the order of the calls. @throws {Obstacle} when one is not enabled */
  async callEach(calls: readonly ToolCall[]): Promise<ToolOutcome[]> {
    const missing = calls.find(({ name }) => !this.has(name))
    if (missing !== undefined) throw new Obstacle('missing', missing.name, undefined)
    this.turn.signal.throwIfAborted()
    const given = (input: ToolCall['input']) => Object.entries(input).filter(([, value]) => value !== undefined)
    const whole = calls.map(({ name, input }) => ({ name, input: Object.fromEntries(given(input)) }))
    return await this.turn.callTools(whole)
  }
}

export function obstacle(tool: string, outcome: ToolOutcome | undefined): Obstacle {
  if (outcome?.status === 'denied') return new Obstacle('denied', tool, outcome.message)
  return new Obstacle('failed', tool, outcome?.text)
}

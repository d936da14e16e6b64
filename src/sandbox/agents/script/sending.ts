/** Asking for an email to be sent: the host shows it to its owner before it leaves, so nothing is said about it beforehand. */
import type { ToolCall } from '../session/brain.js'
import type { Correspondent } from './mail.js'
import type { Clock } from './markdown.js'
import { sendTime, spokenTime, TIME, withOffset } from './send-time.js'
import { draftIdIn } from './shown.js'
import { Obstacle, type ScriptTurn } from './turn.js'
import * as say from './words.js'

export const HOST_SENDING_TOOLS: ReadonlySet<string> = new Set(['send_email', 'reply_to_email', 'send_draft'])

export interface EmailToSend {
  readonly tool: 'send_email' | 'reply_to_email' | 'send_draft'
  readonly input: ToolCall['input']
  /** Whom a letter of other words would greet; without, its words cannot be replaced. */
  readonly to: Correspondent | undefined
  readonly draft: ToolCall['input']
}

/** Asks for it, with its owner's changes as long as they name some, and says what became of it. @throws {Obstacle} for a plain no */
export async function send(turn: ScriptTurn, email: EmailToSend, at: string | undefined): Promise<void> {
  const time = at === undefined ? undefined : sendTime(at, turn.context)
  if (at !== undefined && time === undefined) return await turn.say(say.whenIs(at))
  if (time !== undefined && time <= turn.context.now) return await turn.say(say.TIME_PASSED)
  await ask(turn, time === undefined ? email : changed(email, { send_at: withOffset(time, turn.context.timeZone) }))
}

function changed(email: EmailToSend, input: ToolCall['input']): EmailToSend {
  return { ...email, input: { ...email.input, ...input } }
}

async function ask(turn: ScriptTurn, email: EmailToSend): Promise<void> {
  try {
    await sayResult(turn, email.tool, await turn.tools.call(email.tool, email.input))
  } catch (error) {
    if (!(error instanceof Obstacle) || error.kind !== 'denied' || error.reason === undefined) throw error
    if (/\bdraft\b/i.test(error.reason) && email.tool !== 'send_draft') {
      await saveDraft(turn, email.draft)
      return await turn.say(say.DRAFT_INSTEAD)
    }
    const change = otherwise(turn, email, error.reason.trim())
    if (change === undefined) throw error
    await ask(turn, changed(email, change))
  }
}

/** Says what the host's tool answered. @throws {Obstacle} when its owner said no */
export async function sayResult(turn: ScriptTurn, tool: string, answer: string): Promise<void> {
  const { state, words } = sendingResult(answer, turn.context)
  if (state === 'denied') throw new Obstacle('denied', tool, words)
  if (tool === 'send_draft' && state === 'left') turn.shown.draftId = undefined
  await turn.say(words ?? '')
}

/** Keeps it as a draft, which is then what "send it" means. */
export async function saveDraft(turn: ScriptTurn, input: ToolCall['input']): Promise<void> {
  turn.shown.draftId = draftIdIn(await turn.tools.call('gmail_create_draft', input))
}

const INSTEAD = /^(?:say|write|put|use)?\s*["“']?(.+?)["”']?\s+(?:instead of|rather than)\s+["“']?(.+?)["”']?[.!\s]*$/i
const SAY_THIS = /^(?:(?:no|please|just)[, ]+)*(?:say|write|tell (?:him|her|them))\b:?\s+(?:that\s+)?(.+)$/is
const SEND_AT = new RegExp(String.raw`^(?:send it )?(${TIME})[\s.!]*$`, 'i')

/** What these words of its owner change of it; undefined where they do not say how. */
function otherwise({ context }: ScriptTurn, { input, to }: EmailToSend, words: string): ToolCall['input'] | undefined {
  const time = sendTime(SEND_AT.exec(words)?.[1] ?? '', context)
  if (time !== undefined) return { send_at: withOffset(time, context.timeZone) }
  const [, wanted = '', unwanted] = INSTEAD.exec(words) ?? []
  const body = String(input.body)
  if (unwanted !== undefined)
    return body.includes(unwanted) ? { body: body.replace(unwanted, () => wanted) } : undefined
  const said = SAY_THIS.exec(words)?.[1]
  return said === undefined || to === undefined ? undefined : { body: letter(said, to, context.person) }
}

const GREETED = /^(?:dear|hi|hello|hey|hej|hallo|moin|liebe[rs]?|bonjour|guten)\b[^.!?\n]{0,40}[,!\n]/i

/** Dictated words as a letter: a capital at the beginning, a stop at the end. What brings a greeting keeps it. */
export function letter(said: string, to: Correspondent, signer: string | undefined): string {
  const text = said.trim().replace(/^["“]([\s\S]*)["”]$/, '$1')
  const capital = text.charAt(0).toLocaleUpperCase() + text.slice(1)
  const name = givenName(to)
  const greeting = GREETED.test(text) ? '' : name === '' ? 'Hello,\n\n' : `Hi ${name},\n\n`
  const stop = /[\p{L}\p{N})]$/u.test(capital) ? '.' : ''
  return `${greeting}${capital}${stop}\n\nBest,\n${signer?.split(/\s+/)[0] ?? ''}`.trimEnd()
}

/** The name that one greets somebody by; an empty string for offices, firms and machines. */
function givenName({ name, address }: Correspondent): string {
  const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const names = name.replace(/^(?:(?:prof|dr|mr|ms|mrs|sir|herr|frau)\.? )+/i, '').split(/\s+/)
  const local = folded(address.split('@')[0] ?? '')
  return names.some((one) => one.length > 2 && local.includes(folded(one))) ? (names[0] ?? '') : ''
}

interface SendingResult {
  readonly state: 'left' | 'stayed' | 'denied'
  /** What to say of it; denied, what its owner wants different, where they said it. */
  readonly words: string | undefined
}

/** What became of an email that the host was asked to send, out of the sentence in which its tools say it. */
export function sendingResult(answer: string, clock: Clock): SendingResult {
  // The email itself, or its owner's words, may follow, and what those say is no state of it.
  const verdict = /^[^\n:]*/.exec(answer)?.[0] ?? ''
  const changes = /changed it first|word for word/i.test(answer) ? ', with your changes' : ''
  const [, time] = /\bscheduled for ([\dT:.Z+-]+?)\.?(?:\s|$)/.exec(answer) ?? []
  if (/^Sent\b/.test(verdict)) return { state: 'left', words: say.sent(changes) }
  if (time !== undefined) return { state: 'left', words: say.goesOut(spokenTime(new Date(time), clock), changes) }
  if (/said no|did not decide/.test(verdict)) return { state: 'denied', words: undefined }
  const [, wanted] = /In their words: ([\s\S]*?)(?:\nCall the tool again.*)?$/.exec(answer) ?? []
  if (wanted !== undefined) return { state: 'denied', words: wanted }
  const [taken] = /\bundid|\bcancelled(?= this)/.exec(verdict) ?? []
  const isDraft = /still a draft/.test(answer)
  return { state: 'stayed', words: taken === undefined ? say.fromTool(answer) : say.taken(taken, isDraft) }
}

/** What became of a mail that the host was asked to send, as its tool says it: JSON with a state, or a sentence. */
import { isRecord, parseLoosely, textOf } from './loose-json.js'

export const HOST_SENDING_TOOLS: ReadonlySet<string> = new Set(['send_email', 'reply_to_email', 'send_draft'])

export const UNCONFIRMED = "I can't tell whether it was sent. Please look in your Sent folder before you send it again."

export type SendingResult =
  /** `edited`: its owner changed it before it left. */
  | { readonly type: 'sent'; readonly edited: boolean }
  | { readonly type: 'scheduled'; readonly at: Date | undefined; readonly edited: boolean }
  /** Taken back in time, or cancelled before its time; `kept`: it is a draft still. */
  | { readonly type: 'undone' | 'cancelled'; readonly kept: boolean }
  /** `words`: what its owner wants different, where they said it. */
  | { readonly type: 'denied'; readonly words: string | undefined }
  /** Nobody knows whether it left. */
  | { readonly type: 'unconfirmed' }
  /** Anything else, in the tool's own words. */
  | { readonly type: 'other'; readonly text: string }

const KINDS: readonly (readonly [Exclude<SendingResult['type'], 'other'>, RegExp])[] = [
  ['unconfirmed', /\bnot known\b|unknown|unconfirmed|unclear|not certain|\bmay\b.*\bsent\b|\blost\b|whether/i],
  ['cancelled', /cancell?ed/i],
  ['undone', /\bundid\b|\bundone\b|\bundo\b|took (?:it|this) back/i],
  [
    'denied',
    /\bnot (?:been )?sent\b|nothing was sent|denied|said no|declined|\bdifferent|wants it changed|wrote (?:something|again|a new)|set aside/i,
  ],
  ['scheduled', /schedul|will (?:be sent|leave|go out)|\blater\b/i],
  ['sent', /\bsent\b/i],
]
/** The mailbox or the end of a connection stood in the way, which no other words would change. */
const NOBODYS_CHOICE = /refused|failed|could not|cannot|ended.access|disconnected/i
const STATE_FIELDS = ['status', 'state', 'outcome', 'result']
const WORDS_FIELDS = ['reason', 'words', 'message', 'note', 'comment', 'feedback', 'person_said', 'change', 'instead']
const TIME_FIELDS = ['send_at', 'sendAt', 'scheduled_for', 'due_at', 'dueAt', 'at', 'time']

export function sendingResult(answer: string): SendingResult {
  const json = parseLoosely(answer)
  const fields = isRecord(json) ? json : {}
  const state = firstOf(fields, STATE_FIELDS)?.replaceAll('_', ' ')
  // The mail itself, or its owner's words, may follow, and what those say is no state of it.
  const verdict = state ?? /^(?:not sent:)?[^\n:{["“]*/i.exec(answer.trim())?.[0] ?? ''
  const type = NOBODYS_CHOICE.test(verdict) ? undefined : KINDS.find(([, pattern]) => pattern.test(verdict))?.[0]
  switch (type) {
    case undefined:
      return { type: 'other', text: firstOf(fields, ['message', 'why', 'error', 'reason']) ?? answer }
    case 'sent':
      return { type, edited: fields.edited === true || /edit|chang/i.test(verdict) }
    case 'scheduled':
      return {
        type,
        at: timeIn(firstOf(fields, TIME_FIELDS) ?? answer),
        edited: fields.edited === true || /word for word/i.test(answer),
      }
    case 'undone':
    case 'cancelled':
      return { type, kept: /still a draft/i.test(answer) }
    case 'denied':
      return {
        type,
        words: isSetAside(verdict) ? undefined : isRecord(json) ? firstOf(fields, WORDS_FIELDS) : wordsIn(answer),
      }
    default:
      return { type }
  }
}

/** They wrote a message instead of deciding: that message is what they have to say. */
function isSetAside(verdict: string): boolean {
  return /set aside|wrote (?:something|again|a new)|instead of deciding|\bnew message\b/i.test(verdict)
}

function firstOf(fields: Record<string, unknown>, names: readonly string[]): string | undefined {
  return names.map((name) => textOf(fields[name])).find((value) => value !== undefined)
}

/** Behind "in their words:", or in quotation marks; what is said to the model behind them is left out. */
function wordsIn(answer: string): string | undefined {
  const behind = /\b(?:words|said|wrote|different|changed?):\s*(.+?)(?:\nCall the tool again[^\n]*)?\s*$/is.exec(
    answer,
  )?.[1]
  const words = behind ?? /["“](.+)["”]/s.exec(answer)?.[1]
  return words?.trim().replace(/^["“](?=[^"“”]*["”]$)|["”]$(?<=^["“][^"“”]*["”])/g, '') || undefined
}

function timeIn(text: string): Date | undefined {
  const written = /\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/.exec(text)?.[0]
  const number = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(written ?? '')
  return Number.isNaN(number) ? undefined : new Date(number)
}

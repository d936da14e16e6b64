/** What became of a mail that the host was asked to send, as its tool says it: JSON with a state, or a sentence. */
import { isRecord, parseLoosely, textOf } from './loose-json.js'

export const HOST_SENDING_TOOLS: ReadonlySet<string> = new Set(['send_email', 'reply_to_email', 'send_draft'])

export type SendingResult =
  /** `edited`: its owner changed it before it left. */
  | { readonly type: 'sent'; readonly edited: boolean }
  | { readonly type: 'scheduled'; readonly at: Date | undefined }
  | { readonly type: 'undone' }
  /** `words`: what its owner wants different, where they said it. */
  | { readonly type: 'denied'; readonly words: string | undefined }
  /** Nobody knows whether it left. */
  | { readonly type: 'unconfirmed' }
  /** Anything else, in the tool's own words. */
  | { readonly type: 'other'; readonly text: string }

const KINDS: readonly (readonly [Exclude<SendingResult['type'], 'other'>, RegExp])[] = [
  ['unconfirmed', /\bnot known\b|unknown|unconfirmed|unclear|not certain|\bmay\b.*\bsent\b|\blost\b|whether/i],
  ['undone', /\bundid\b|\bundone\b|\bundo\b|took (?:it|this) back/i],
  [
    'denied',
    /\bnot (?:been )?sent\b|denied|said no|declined|cancell?ed|\bdifferent|asked for (?:a )?change|wrote (?:something|again)|set aside/i,
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
      return { type, at: timeIn(firstOf(fields, TIME_FIELDS) ?? answer) }
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
  return /set aside|wrote (?:something|again)|instead of deciding|\bnew message\b/i.test(verdict)
}

function firstOf(fields: Record<string, unknown>, names: readonly string[]): string | undefined {
  return names.map((name) => textOf(fields[name])).find((value) => value !== undefined)
}

/** In quotation marks, or behind a colon. */
function wordsIn(answer: string): string | undefined {
  const quoted = /["“](.+)["”]/s.exec(answer)?.[1]
  return (quoted ?? /:\s*(.+)$/s.exec(answer.replace(/^\s*not sent:/i, ''))?.[1])?.trim() || undefined
}

function timeIn(text: string): Date | undefined {
  const written = /\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/.exec(text)?.[0]
  const number = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(written ?? '')
  return Number.isNaN(number) ? undefined : new Date(number)
}

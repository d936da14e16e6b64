/**
 * What the host tells the agent before the person's words: who they are, whose mailbox it is, their time zone and the date.
 * The block is prose of the host's making and may change, so it is searched for what it must contain rather than parsed.
 */

export interface TurnContext {
  /** Name of the person who writes, where the block tells it. */
  readonly person: string | undefined
  /** Address of the mailbox, where the block tells it. */
  readonly mailbox: string | undefined
  /** IANA time zone. */
  readonly timeZone: string
  readonly now: Date
}

const ZONE = /\b(?:UTC|GMT|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_+-]+(?:\/[A-Z][A-Za-z_]+)?)(?![A-Za-z])/g
const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/
const LABELLED_PERSON = /^\W*(?:from|person|name|user|who|sender|member|written by)\b[^:\n]*:\s*([^\n<(,]+)/im
const PROSE_PERSON =
  /\b(?:message (?:is )?from|written by|talking (?:to|with)|on behalf of|you (?:work|act) for|this is)\s+((?:\p{Lu}[\p{L}'’.-]*\s*){1,4})/u

/** Reads the context of the newest user message. `texts` are its text blocks, `fallback` the time where the block has none. */
export function readContext(texts: readonly string[], fallback: Date): TurnContext {
  const block = texts.slice(0, -1).join('\n')
  return {
    person:
      (LABELLED_PERSON.exec(block)?.[1] ?? PROSE_PERSON.exec(block)?.[1])?.replace(/["'*_`]/g, '').trim() || undefined,
    mailbox: ADDRESS.exec(block)?.[0],
    timeZone: [...block.matchAll(ZONE)].map(([zone]) => zone).find(isTimeZone) ?? 'UTC',
    // The block's date tells the day for a reader; the clock is the same one, to the millisecond.
    now: fallback,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch {
    return false
  }
}

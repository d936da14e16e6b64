/** The mails of an mbox file, decoded and dated. */
import { type Mail, parseMail, unreadableMail } from './mail.js'
import { type MboxEntry, splitMbox } from './mbox.js'
import { dateOf, movedBy } from './raw-headers.js'

export interface MboxMail {
  readonly mail: Mail
  /** When it was sent, or came where nothing says so: milliseconds since 1970. */
  readonly date: number
}

export interface MboxProblem {
  /** Of the message in the file, from 0. */
  readonly position: number
  readonly reason: string
}

export interface MboxContent {
  /** One for each message of the file, oldest first; one that could not be read says so. */
  readonly mails: readonly MboxMail[]
  readonly problems: readonly MboxProblem[]
  /** Date of the newest; undefined where there is none. */
  readonly newest: number | undefined
}

/** How long before loading the newest message came, when the mail is moved to now. */
export const NEWEST_AGE = 4 * 60_000
/** How far ahead of us a sender's clock may be for its date to be believed. */
const FAST_CLOCK = 86_400_000

/**
 * Decodes a file, its mail moved by `shift` milliseconds. `now` is the present: spam and broken clocks date mail years ahead, and such
 * dates count only where there is no other.
 *
 * @throws {NotAnMboxError} when it is none.
 */
export async function readMbox(file: Buffer, { now, shift }: { now: number; shift: number }): Promise<MboxContent> {
  const mails: MboxMail[] = []
  const problems: MboxProblem[] = []
  let before = now
  for (const entry of splitMbox(file)) {
    const raw = movedBy(entry.raw, shift)
    const mail = await parseMail(raw).catch((error: unknown) => {
      problems.push({ position: mails.length, reason: error instanceof Error ? error.message : String(error) })
      return unreadableMail(raw)
    })
    const dates = datesOf(mail, entry, shift)
    before = dates.find((date) => date <= now + FAST_CLOCK) ?? dates[0] ?? before
    mails.push({ mail, date: before })
  }
  mails.sort((a, b) => a.date - b.date)
  return { mails, problems, newest: newestBefore(now, mails) }
}

/** How far the mail of these files has to move, together, for the newest to have come a few minutes ago. */
export function shiftToNow(files: readonly Buffer[], now: number): number {
  const dates = files
    .flatMap((file) => [...splitMbox(file)].map(({ raw }) => dateOf(raw)))
    .filter((date) => date !== undefined)
  return dates.length === 0 ? 0 : now - NEWEST_AGE - dates.reduce((newest, date) => Math.max(newest, date))
}

/** When it was sent and when it came, the more exact first: its Date header, its Received headers, its separator. */
function datesOf(mail: Mail, { receivedAt }: MboxEntry, shift: number): number[] {
  const came = [mail.receivedAt, receivedAt].map((date) => (date === undefined ? undefined : date + shift))
  return [mail.sentAt, ...came].filter((date) => date !== undefined)
}

function newestBefore(now: number, mails: readonly MboxMail[]): number | undefined {
  return (mails.findLast(({ date }) => date <= now) ?? mails.at(-1))?.date
}

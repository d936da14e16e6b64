/** What the agent is told beside a person's words: who, whose mailbox, when in their time zone, where, and a reference. */

import type { UnheardUndo } from './change-undo.js'
import type { Conversation, Message, Profile } from './model.js'
import { shorten } from './shorten.js'
import { isTimeZone } from './time/time-of-day.js'
import { mentioned, type Names, type Words, withNames } from './words.js'

/** The block that stands before the person's own words in a `user.message`. */
export function contextBlock(
  message: Message,
  conversation: Conversation,
  profile: Profile,
  names: Names = new Map(),
  earlier: readonly Words[] = [],
  undone: readonly UnheardUndo[] = [],
): string {
  const lines = [
    '<context>',
    `From: ${oneLine(profile.name)} (Slack user ${conversation.owner.user})`,
    `Mailbox: the Gmail account that ${oneLine(profile.name)} connected; the only one you can reach here`,
    `Written: ${localTime(message.ts, profile.timeZone)}`,
    `Where: ${conversation.kind === 'im' ? 'a direct message; nobody else reads it' : 'a channel thread in Slack'}`,
    `Reference: ${message.id}`,
  ]
  if (message.replaces) lines.push(REPLACES)
  const named = mentioned(message, names)
  if (named.length > 0) lines.push(`Named in the message: ${named.map(oneLine).join(', ')}`)
  lines.push(...undoneLines(undone))
  if (earlier.length > 0) {
    lines.push(
      'Earlier in this conversation, in a session that no longer exists, the same person wrote (oldest first):',
    )
    lines.push(...earlier.map((words) => `- ${oneLine(withNames(words, names))}`))
  }
  lines.push('</context>')
  return lines.join('\n')
}

const MOST_UNDONE = 50

/** What its owner took back since the agent heard of them last. Ids and labels come from calls of its own and from Gmail. */
function undoneLines(undone: readonly UnheardUndo[]): string[] {
  const done = undone.filter(({ ending }) => ending === 'undone')
  const emails = done.flatMap(({ ways }) => ways)
  const count = done.reduce((sum, one) => sum + one.emails, 0)
  const lines = emails.slice(0, MOST_UNDONE).map(({ message, add, remove }) => {
    const got = add.length === 0 ? [] : [`has ${add.map(oneLine).join(', ')} again`]
    const lost = remove.length === 0 ? [] : [`has no ${remove.map(oneLine).join(', ')} any more`]
    return `- ${oneLine(message)} ${[...got, ...lost].join(' and ')}`
  })
  const head = `Undone since: the person pressed Undo on changes that you made, about ${count} email${count === 1 ? '' : 's'}. They are as they were before; do not make these changes again unless the person asks`
  return [
    ...(count === 0 ? [] : [`${head}${lines.length === 0 ? '' : ':'}`, ...lines]),
    ...(undone.length === done.length ? [] : [NOT_ALL_UNDONE]),
  ]
}

const NOT_ALL_UNDONE =
  'Not undone: the person pressed Undo on changes that you made, and not all emails could be changed back. Look at their labels before you say anything about them'

const REPLACES =
  'Replaces: the person edited this request, or took part of it back, while you worked on it. It stands as it is here and in the messages that come with it; what they wrote before of it counts no more'

/** What the agent is told when a mailbox that it lost in the middle of a request is there again. It holds no words of anybody's. */
export function reconnectedNote(reference: string): string {
  return [
    '<context>',
    'From: the system you run in; the person wrote nothing new',
    'The mailbox could not be reached while you worked on the last request. It has been connected again: your tools work now.',
    'Go on with that request and answer it. Do again only what failed; what was done stays done. Do not mention this note.',
    `Reference: ${reference}`,
    '</context>',
  ].join('\n')
}

/** "Sunday, 22 November 2026 at 10:32 (Europe/Stockholm)". An unknown time zone falls back to UTC, and says so. */
export function localTime(ts: string, timeZone: string): string {
  const at = new Date(Number(ts) * 1000)
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC'
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: zone }).format(at)
  return `${text} (${zone})`
}

/** Names and subjects come from people: none of them may start a line of its own in a block. */
export function oneLine(text: string): string {
  return shorten(
    text
      .replace(/[\s\u0085]+/g, ' ')
      .replaceAll('<', '‹')
      .trim(),
    500,
  )
}

import type { PageMessage } from '../../slack/wire/page-api.js'
import { isTopLevel, repliesOf, threadKey, type ViewerState } from './viewer-state.js'

/** How far a person has read: the newest `ts` seen, by `threadKey`. What is older than `since` counts as read. */
export interface ReadMarks {
  readonly since: string
  readonly seen: Readonly<Record<string, string>>
}

export interface ChannelUnread {
  /** The name is bold: something new stands in the channel. */
  readonly isBold: boolean
  /** The red number: direct messages, mentions, and replies in threads that are the person's own. */
  readonly badge: number
}

/** Marks with everything read that is in the state now. */
export function allRead(state: ViewerState): ReadMarks {
  let since = '0'
  for (const list of state.messages.values()) {
    const last = list.at(-1)?.ts
    if (last !== undefined && last > since) since = last
  }
  return { since, seen: {} }
}

/** The further of both, place by place: what was read in one tab is read in all. */
export function mergeMarks(one: ReadMarks, other: ReadMarks): ReadMarks {
  const seen: Record<string, string> = { ...one.seen }
  for (const [key, ts] of Object.entries(other.seen)) if (ts > (seen[key] ?? '')) seen[key] = ts
  return { since: one.since > other.since ? one.since : other.since, seen }
}

/** Marks after the person looked at a channel's top level, or at a thread. */
export function markRead(
  marks: ReadMarks,
  state: ViewerState,
  channel: string,
  threadTs: string | undefined,
): ReadMarks {
  const list = state.messages.get(channel) ?? []
  const last = (threadTs === undefined ? list.filter(isTopLevel) : repliesOf(list, threadTs)).at(-1)?.ts
  const key = threadKey(channel, threadTs)
  if (last === undefined || last <= seenUpTo(marks, key)) return marks
  return { ...marks, seen: { ...marks.seen, [key]: last } }
}

/** Up to which `ts` a channel or thread was read. */
function seenUpTo(marks: ReadMarks, key: string): string {
  const seen = marks.seen[key] ?? '0'
  // Strings: a `ts` has more digits than a number keeps.
  return [seen, marks.since].sort().at(-1) ?? seen
}

/** Whether a thread is the person's: one of their direct messages, or they wrote in it or are mentioned there. */
export function takesPart(state: ViewerState, channel: string, threadTs: string): boolean {
  const list = state.messages.get(channel) ?? []
  const isIm = state.channels.find((other) => other.id === channel)?.kind === 'im'
  const viewer = state.viewer.id
  return (
    isIm ||
    list.some(
      (message) =>
        (message.ts === threadTs || message.threadTs === threadTs) &&
        (message.user === viewer || mentions(message, viewer)),
    )
  )
}

/** How many replies of a thread are new to the person, where the thread is theirs. */
export function unreadReplies(state: ViewerState, marks: ReadMarks, channel: string, threadTs: string): number {
  return takesPart(state, channel, threadTs) ? freshReplies(state, marks, channel, threadTs).length : 0
}

/** `ts` of the first reply of a thread that is new to the person. */
export function firstUnreadReply(
  state: ViewerState,
  marks: ReadMarks,
  channel: string,
  threadTs: string,
): string | undefined {
  return freshReplies(state, marks, channel, threadTs)[0]?.ts
}

function freshReplies(state: ViewerState, marks: ReadMarks, channel: string, threadTs: string): PageMessage[] {
  const seen = seenUpTo(marks, threadKey(channel, threadTs))
  return repliesOf(state.messages.get(channel) ?? [], threadTs).filter(
    (reply) => reply.ts > seen && reply.user !== state.viewer.id,
  )
}

/** `ts` of the first message in the channel itself that is new to the person. */
export function firstUnread(state: ViewerState, marks: ReadMarks, channel: string): string | undefined {
  return freshMessages(state, marks, channel)[0]?.ts
}

export function channelUnread(state: ViewerState, marks: ReadMarks, channel: string): ChannelUnread {
  const list = state.messages.get(channel) ?? []
  const isIm = state.channels.find((other) => other.id === channel)?.kind === 'im'
  const fresh = freshMessages(state, marks, channel)
  const parents = new Set(list.flatMap((message) => (isTopLevel(message) ? [] : [message.threadTs ?? message.ts])))
  const replies = [...parents].reduce((sum, parent) => sum + unreadReplies(state, marks, channel, parent), 0)
  const badge = replies + fresh.filter((message) => isIm || mentions(message, state.viewer.id)).length
  return { isBold: fresh.length > 0 || badge > 0, badge }
}

function freshMessages(state: ViewerState, marks: ReadMarks, channel: string): PageMessage[] {
  const seen = seenUpTo(marks, threadKey(channel, undefined))
  return (state.messages.get(channel) ?? []).filter(
    (message) => isTopLevel(message) && message.ts > seen && message.user !== state.viewer.id,
  )
}

function mentions(message: PageMessage, viewer: string): boolean {
  return (
    message.text.includes(`<@${viewer}>`) || message.text.includes('<!channel>') || message.text.includes('<!here>')
  )
}

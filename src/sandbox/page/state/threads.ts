import type { PageChannel, PageMessage } from '../../slack/wire/page-api.js'
import { type ReadMarks, takesPart, unreadReplies } from './unread.js'
import { repliesOf, threadKey, type ViewerState } from './viewer-state.js'

/** A thread as the list of threads shows it. */
export interface ThreadSummary {
  readonly channel: PageChannel
  readonly parent: PageMessage
  /** What the app calls it. */
  readonly title: string | undefined
  /** Whoever wrote in it, in the order of their first message. */
  readonly users: readonly string[]
  readonly replies: number
  readonly latest: PageMessage
  readonly unread: number
}

/** The threads that the person takes part in, the one with the newest reply first. */
export function threadsOf(state: ViewerState, marks: ReadMarks): ThreadSummary[] {
  const threads = state.channels.flatMap((channel) =>
    (state.messages.get(channel.id) ?? []).flatMap((parent) => summary(state, marks, channel, parent) ?? []),
  )
  return threads.sort((a, b) => (a.latest.ts < b.latest.ts ? 1 : -1))
}

function summary(
  state: ViewerState,
  marks: ReadMarks,
  channel: PageChannel,
  parent: PageMessage,
): ThreadSummary | undefined {
  if (parent.ephemeral || (parent.threadTs !== undefined && parent.threadTs !== parent.ts)) return undefined
  const replies = repliesOf(state.messages.get(channel.id) ?? [], parent.ts).filter((reply) => !reply.ephemeral)
  const latest = replies.at(-1)
  if (!latest || !takesPart(state, channel.id, parent.ts)) return undefined
  return {
    channel,
    parent,
    title: state.threads.get(threadKey(channel.id, parent.ts))?.title,
    users: [...new Set([parent, ...replies].map((message) => message.user))],
    replies: replies.length,
    latest,
    unread: unreadReplies(state, marks, channel.id, parent.ts),
  }
}

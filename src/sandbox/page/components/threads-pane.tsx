import { useLayoutEffect, useRef } from 'preact/hooks'
import { BackButton } from '../controls/back-button.js'
import { ChannelIcon } from '../controls/channel-icon.js'
import { useRoving } from '../controls/roving.js'
import { useMinute, useViewer, useWorkspace } from '../state/context.js'
import { type ThreadSummary, threadsOf } from '../state/threads.js'
import { lastReplyLabel } from '../state/timeline.js'
import { decodeTyped, displayName } from '../state/typed-text.js'
import { parseMrkdwn } from '../text/mrkdwn.js'
import { plainWords } from '../text/tree.js'

/** The threads that one takes part in, wherever they are, the newest first: nobody has to remember where they asked. */
export function ThreadsPane() {
  const workspace = useWorkspace()
  const { state, marks } = useViewer()
  const list = useRef<HTMLDivElement>(null)
  const threads = threadsOf(state, marks)
  useRoving(list, { items: '.thread-card' })
  useLayoutEffect(() => list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus(), [])
  return (
    <main class="pane conversation" aria-label="Threads">
      <div class="pane-header">
        <BackButton label="Back to channels" onClick={() => workspace.showSidebar()} />
        <h2 class="pane-title">Threads</h2>
      </div>
      <div class="threads" ref={list}>
        {threads.length === 0 ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: where there is no thread, the focus still has to be somewhere
          <p class="threads-empty" tabIndex={0}>
            Threads that you take part in appear here. Write to <b>{state.bot.name}</b> to start one.
          </p>
        ) : (
          <ul class="threads-list" aria-label="Threads">
            {threads.map((thread) => (
              <li key={`${thread.channel.id}/${thread.parent.ts}`}>
                <ThreadCard thread={thread} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  )
}

/** Who is named on a card, beside how many others. */
const NAMED = 3

function ThreadCard({ thread }: { thread: ThreadSummary }) {
  const workspace = useWorkspace()
  const { state, place } = useViewer()
  const now = useMinute()
  const { channel, parent, title, users, replies, latest, unread } = thread
  const isOpen = place.channel === channel.id && place.thread === parent.ts
  const names = users.map((id) => {
    const person = state.people.get(id)
    if (id === state.viewer.id) return 'you'
    return person ? displayName(person) : id
  })
  const more = names.length - NAMED
  const words = plainWords(
    parseMrkdwn(decodeTyped(parent.text, { people: state.people.values(), channels: state.channels })),
  )
  return (
    <button
      type="button"
      class={`thread-card ${unread > 0 ? 'thread-card-unread' : ''}`}
      aria-current={isOpen ? 'true' : undefined}
      onClick={() => workspace.openThreadOf(channel.id, parent.ts)}
    >
      <span class="thread-card-head">
        <ChannelIcon channel={channel} />
        <b>{channel.name}</b>
        <span class="thread-card-people">
          {names.slice(0, NAMED).join(', ')}
          {more > 0 ? ` and ${more} more` : ''}
        </span>
        {unread > 0 ? <span class="badge">{unread} new</span> : null}
      </span>
      {title === undefined || words.startsWith(title) ? null : <span class="thread-card-title">{title}</span>}
      <span class="thread-card-words">{words}</span>
      <span class="thread-card-foot">
        {replies} {replies === 1 ? 'reply' : 'replies'}, last {lastReplyLabel(latest.ts, state.viewer.tz, now)}
      </span>
    </button>
  )
}

import { useViewer, useWorkspace } from '../state/context.js'
import { displayName } from '../state/typed-text.js'
import { threadKey } from '../state/viewer-state.js'

/**
 * "inbox is thinking…", under the messages, and how the app says that its work in the thread stands. The line keeps its height, so that nothing jumps when
 * it comes and goes.
 */
export function StatusLine({ channel, threadTs }: { channel: string; threadTs?: string }) {
  const { state } = useViewer()
  const workspace = useWorkspace()
  const key = threadKey(channel, threadTs)
  const status = state.statuses.get(key)
  const thread = state.threads.get(key)
  const person = status && state.people.get(status.user)
  const name = person ? displayName(person) : state.bot.name
  return (
    <div class="status-line">
      <span class="status-words" role="status">
        {status ? (
          <span class="status-text">
            <b>{name}</b> {status.status}
          </span>
        ) : (
          <span class="status-session">{SESSION_WORDS[thread?.status ?? '']}</span>
        )}
      </span>
      {thread?.canStop && threadTs !== undefined ? (
        <button
          type="button"
          class="status-stop"
          aria-label={`Interrupt ${state.bot.name}`}
          onClick={() => void workspace.stopSession(channel, threadTs)}
        >
          ■
        </button>
      ) : null}
    </div>
  )
}

/** Of `active` there is nothing to say: it has answered. */
const SESSION_WORDS: Readonly<Record<string, string | undefined>> = {
  processing: 'Working…',
  suspended: 'Waiting for you',
  closed: 'Closed',
}

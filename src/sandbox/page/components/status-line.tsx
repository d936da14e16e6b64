import { useViewer } from '../state/context.js'
import { displayName } from '../state/typed-text.js'
import { threadKey } from '../state/viewer-state.js'

/** "inbox is thinking…", under the messages. The line keeps its height, so that nothing jumps when it comes and goes. */
export function StatusLine({ channel, threadTs }: { channel: string; threadTs?: string }) {
  const { state } = useViewer()
  const status = state.statuses.get(threadKey(channel, threadTs))
  const person = status && state.people.get(status.user)
  return (
    <div class="status-line" role="status">
      {status ? (
        <span class="status-text">
          <b>{person ? displayName(person) : state.bot.name}</b> {status.status}
        </span>
      ) : null}
    </div>
  )
}

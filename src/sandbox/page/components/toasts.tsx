import { CloseIcon, WarningIcon } from '../controls/icons.js'
import { useWorkspace, useWorkspaceState } from '../state/context.js'

/** What went wrong, in Slack's words, under the bar on top, where it covers no text box, for a while. */
export function Toasts() {
  const workspace = useWorkspace()
  const { toasts } = useWorkspaceState()
  return (
    <div class="toasts" role="alert">
      {toasts.map((toast) => (
        <div key={toast.id} class="toast">
          <WarningIcon />
          <span>{toast.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Close message"
            onClick={() => workspace.dropToast(toast.id)}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  )
}

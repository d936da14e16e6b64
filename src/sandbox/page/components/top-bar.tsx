import { Avatar } from '../controls/avatar.js'
import { WireIcon } from '../controls/icons.js'
import { useWorkspace, useWorkspaceState } from '../state/context.js'
import { channelUnread } from '../state/unread.js'
import type { WorkspaceState } from '../state/workspace-state.js'

/** Who answers, who one is, and the switch to the wire. */
export function TopBar({ isWireOpen, onToggleWire }: { isWireOpen: boolean; onToggleWire(): void }) {
  const workspace = useWorkspace()
  const shared = useWorkspaceState()
  return (
    <header class="top-bar">
      {shared.answeredBy ? <span class="answered-by">{shared.answeredBy}</span> : null}
      <fieldset class="switcher">
        <legend class="switcher-label">You are</legend>
        {shared.people.map((person) => {
          const isCurrent = person.id === shared.viewer
          const unread = isCurrent ? 0 : unreadOf(shared, person.id)
          return (
            <button
              key={person.id}
              type="button"
              class="switcher-person"
              aria-pressed={isCurrent}
              title={`${person.realName}, ${person.title}`}
              onClick={() => workspace.selectViewer(person.id)}
            >
              <Avatar person={person} size={20} />
              <span>{person.realName.split(' ')[0] || person.name}</span>
              {unread > 0 ? (
                <span class="badge">
                  {unread}
                  <span class="visually-hidden"> unread</span>
                </span>
              ) : null}
            </button>
          )
        })}
      </fieldset>
      <button
        type="button"
        class="top-button"
        aria-pressed={isWireOpen}
        title="The wire: each API call of the app and each delivery to it"
        onClick={onToggleWire}
      >
        <WireIcon />
        <span>Wire</span>
      </button>
    </header>
  )
}

function unreadOf(shared: WorkspaceState, viewer: string): number {
  const [state, marks] = [shared.viewers.get(viewer), shared.marks.get(viewer)]
  if (!state || !marks) return 0
  return state.channels.reduce((sum, channel) => sum + channelUnread(state, marks, channel.id).badge, 0)
}

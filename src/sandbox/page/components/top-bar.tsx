import { useRef } from 'preact/hooks'
import { Avatar } from '../controls/avatar.js'
import { WireIcon } from '../controls/icons.js'
import { useRoving } from '../controls/roving.js'
import { UnreadBadge } from '../controls/unread-badge.js'
import { useWorkspace, useWorkspaceState } from '../state/context.js'
import { channelUnread } from '../state/unread.js'
import type { WorkspaceState } from '../state/workspace-state.js'

/** Who answers, who one is, and the switch to the wire. */
export function TopBar({ isWireOpen, onToggleWire }: { isWireOpen: boolean; onToggleWire(): void }) {
  const workspace = useWorkspace()
  const shared = useWorkspaceState()
  const switcher = useRef<HTMLFieldSetElement>(null)
  useRoving(switcher, { items: '.switcher-person' })
  return (
    <header class="top-bar">
      <SkipLinks />
      {shared.answeredBy ? <span class="answered-by">{shared.answeredBy}</span> : null}
      <fieldset class="switcher" ref={switcher}>
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
              <UnreadBadge count={unread} />
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

/** The first stops of the Tab key, seen once they are reached: past all that stands before where one writes and reads. */
function SkipLinks() {
  const skip = (selector: string) => () =>
    [...document.querySelectorAll<HTMLElement>(selector)]
      .findLast((element) => element.getClientRects().length > 0)
      ?.focus()
  return (
    <div class="skip-links">
      <button type="button" class="skip-link" onClick={skip('.composer textarea')}>
        Skip to the message box
      </button>
      <button type="button" class="skip-link" onClick={skip('.message[tabindex="0"], .thread-card[tabindex="0"]')}>
        Skip to the messages
      </button>
      <button type="button" class="skip-link" onClick={skip('.sidebar-item[tabindex="0"]')}>
        Skip to channels
      </button>
    </div>
  )
}

function unreadOf(shared: WorkspaceState, viewer: string): number {
  const [state, marks] = [shared.viewers.get(viewer), shared.marks.get(viewer)]
  if (!state || !marks) return 0
  return state.channels.reduce((sum, channel) => sum + channelUnread(state, marks, channel.id).badge, 0)
}

import type { PageChannel } from '../../slack/wire/page-api.js'
import { Avatar } from '../controls/avatar.js'
import { HashIcon, LockIcon } from '../controls/icons.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { channelUnread } from '../state/unread.js'

/** The workspace's channels and direct messages. Up and Down move between them, as in Slack. */
export function Sidebar() {
  const { state } = useViewer()
  const { mailboxNote, people } = useWorkspaceState()
  const channels = state.channels.filter((channel) => channel.kind === 'channel')
  const ims = state.channels.filter((channel) => channel.kind === 'im')
  return (
    <nav
      class="sidebar"
      aria-label={`${state.team.name}: channels and direct messages`}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.sidebar-item')]
        const at = document.activeElement instanceof HTMLElement ? items.indexOf(document.activeElement) : -1
        const next = items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]
        if (at < 0 || !next) return
        event.preventDefault()
        next.focus()
      }}
    >
      <h1 class="sidebar-team">{state.team.name}</h1>
      <h2 class="sidebar-section">Channels</h2>
      {channels.map((channel) => (
        <SidebarItem key={channel.id} channel={channel} />
      ))}
      <h2 class="sidebar-section">Direct messages</h2>
      {ims.map((channel) => (
        <SidebarItem key={channel.id} channel={channel} />
      ))}
      {mailboxNote === undefined ? null : (
        <p class="sidebar-note">
          <b>{people[0]?.realName.split(' ')[0]}’s mailbox:</b> {mailboxNote}
        </p>
      )}
    </nav>
  )
}

function SidebarItem({ channel }: { channel: PageChannel }) {
  const workspace = useWorkspace()
  const { state, place, marks } = useViewer()
  const isCurrent = place.channel === channel.id
  const { isBold, badge } = channelUnread(state, marks, channel.id)
  const isIm = channel.kind === 'im'
  return (
    <button
      type="button"
      class={`sidebar-item ${isBold ? 'sidebar-item-unread' : ''}`}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={() => workspace.openChannel(channel.id)}
    >
      <span class="sidebar-icon">
        {isIm ? <Avatar person={state.bot} size={20} /> : channel.isPrivate ? <LockIcon /> : <HashIcon />}
      </span>
      <span class="sidebar-name">{channel.name}</span>
      {isIm ? <span class="app-badge app-badge-dark">App</span> : null}
      {badge > 0 ? (
        <span class="badge">
          {badge}
          <span class="visually-hidden"> unread</span>
        </span>
      ) : null}
    </button>
  )
}

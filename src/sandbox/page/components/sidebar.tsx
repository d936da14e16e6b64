import { flushSync } from 'preact/compat'
import { useRef } from 'preact/hooks'
import type { PageChannel } from '../../slack/wire/page-api.js'
import { ChannelIcon } from '../controls/channel-icon.js'
import { focusMain } from '../controls/focus.js'
import { ReplyIcon } from '../controls/icons.js'
import { useRoving } from '../controls/roving.js'
import { UnreadBadge } from '../controls/unread-badge.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { threadsOf } from '../state/threads.js'
import { channelUnread } from '../state/unread.js'

/** The workspace's channels and direct messages. Up and Down move between them, as in Slack. */
export function Sidebar() {
  const { state } = useViewer()
  const { mailboxNote, people } = useWorkspaceState()
  const nav = useRef<HTMLElement>(null)
  useRoving(nav, { items: '.sidebar-item' })
  const channels = state.channels.filter((channel) => channel.kind === 'channel')
  const ims = state.channels.filter((channel) => channel.kind === 'im')
  return (
    <nav class="sidebar" ref={nav} aria-label={`${state.team.name}: channels and direct messages`}>
      <h1 class="sidebar-team">{state.team.name}</h1>
      <ThreadsItem />
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

/** The way to the list of threads, with how many of them have something new. */
function ThreadsItem() {
  const workspace = useWorkspace()
  const { state, place, marks } = useViewer()
  const unread = threadsOf(state, marks).filter((thread) => thread.unread > 0).length
  return (
    <button
      type="button"
      class={`sidebar-item ${unread > 0 ? 'sidebar-item-unread' : ''}`}
      aria-current={place.view === 'threads' ? 'page' : undefined}
      onClick={() => workspace.openThreads()}
    >
      <span class="sidebar-icon">
        <ReplyIcon />
      </span>
      <span class="sidebar-name">Threads</span>
      <UnreadBadge count={unread} />
    </button>
  )
}

function SidebarItem({ channel }: { channel: PageChannel }) {
  const workspace = useWorkspace()
  const { state, place, marks } = useViewer()
  const isCurrent = place.view === 'channel' && place.channel === channel.id
  const { isBold, badge } = channelUnread(state, marks, channel.id)
  const isIm = channel.kind === 'im'
  return (
    <button
      type="button"
      class={`sidebar-item ${isBold ? 'sidebar-item-unread' : ''}`}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={() => {
        // One writes in what one opens, also where it was open already.
        flushSync(() => workspace.openChannel(channel.id))
        focusMain()
      }}
    >
      <span class="sidebar-icon">
        <ChannelIcon channel={channel} />
      </span>
      <span class="sidebar-name">{channel.name}</span>
      {isIm ? <span class="app-badge app-badge-dark">App</span> : null}
      <UnreadBadge count={badge} />
    </button>
  )
}

import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks'
import { focusMain, focusNextPart, useKeptFocus } from '../controls/focus.js'
import {
  type Directory,
  DirectoryContext,
  useRemembered,
  useWorkspace,
  useWorkspaceState,
  ViewerContext,
} from '../state/context.js'
import { readPermalink } from '../text/permalink.js'
import { ConversationPane } from './conversation-pane.js'
import { ModalLayer } from './modal.js'
import { Sidebar } from './sidebar.js'
import { ThreadPane } from './thread-pane.js'
import { ThreadsPane } from './threads-pane.js'
import { Toasts } from './toasts.js'
import { TopBar } from './top-bar.js'
import { WirePanel } from './wire-panel.js'

/** The whole window: the bar on top, then sidebar, conversation, thread and wire side by side. */
export function App() {
  const workspace = useWorkspace()
  const shared = useWorkspaceState()
  const [wireOpen, setWireOpen] = useRemembered<'open' | 'closed'>('slack-sandbox.wire', 'closed')
  const state = shared.viewers.get(shared.viewer)
  const place = shared.places.get(shared.viewer)
  const marks = shared.marks.get(shared.viewer)
  const directory = useMemo<Directory | undefined>(
    () =>
      state && {
        viewer: state.viewer,
        people: state.people,
        channels: new Map(
          state.channels.filter((channel) => channel.kind === 'channel').map((channel) => [channel.id, channel.name]),
        ),
        openChannel: (id) => workspace.openChannel(id),
      },
    // Names do not change while the page is open, whatever else does.
    [workspace, state?.viewer.id],
  )
  const view = useMemo(() => (state && place && marks ? { state, place, marks } : undefined), [state, place, marks])
  const channel = state?.channels.find((other) => other.id === place?.channel)

  useEffect(() => {
    if (!state) return
    const where = place?.view === 'threads' ? 'Threads' : place?.tab === 'home' ? state.bot.name : channel?.name
    document.title = `${where ?? 'Slack'} – ${state.team.name} – Slack sandbox`
  }, [state, place?.view, place?.tab, channel])

  useEffect(() => {
    // A link to a message is opened here, as in Slack's own clients, wherever on the page it stands.
    const open = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      const address = readPermalink(link?.getAttribute('href') ?? '')
      if (address === null) return
      event.preventDefault()
      workspace.openMessage(address)
    }
    document.addEventListener('click', open)
    return () => document.removeEventListener('click', open)
  }, [workspace])

  const isWireOpen = wireOpen === 'open'
  const closeWire = () => {
    const hadFocus = document.activeElement?.closest('.wire') !== null
    setWireOpen('closed')
    if (hadFocus) document.querySelector<HTMLElement>('.top-button')?.focus()
  }
  useKeptFocus()
  const isReady = view !== undefined
  useLayoutEffect(() => {
    // Where one writes; at phone width the list of channels covers it.
    if (isReady && document.activeElement === document.body) focusMain()
  }, [isReady, shared.viewer])
  useEffect(() => {
    // What has a use for the key itself (a dialog, a menu, a list of names) does not let it come here.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      if (event.key === 'F6') {
        event.preventDefault()
        focusNextPart(event.shiftKey ? -1 : 1)
      }
      if (event.key !== 'Escape') return
      const isInWire = event.target instanceof Element && event.target.closest('.wire') !== null
      if (place?.thread !== undefined && !isInWire) workspace.closeThread()
      else if (isWireOpen) closeWire()
      else focusMain()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [workspace, place?.thread, isWireOpen])

  if (!view || !directory || !channel)
    return (
      <div class="loading" role="status">
        {shared.isReachable ? 'Loading your workspace…' : 'Slack can’t be reached. Trying again…'}
      </div>
    )

  const pane = view.place.thread === undefined ? view.place.pane : 'thread'
  return (
    <DirectoryContext.Provider value={directory}>
      <ViewerContext.Provider value={view}>
        {/* A viewer is another person at another computer: nothing of the one's half-done work carries over. */}
        <div class={`app pane-${pane} ${isWireOpen ? 'with-wire' : ''}`} key={shared.viewer}>
          <TopBar isWireOpen={isWireOpen} onToggleWire={() => setWireOpen(isWireOpen ? 'closed' : 'open')} />
          <Sidebar />
          {view.place.view === 'threads' ? <ThreadsPane /> : <ConversationPane key={channel.id} channel={channel} />}
          {view.place.thread === undefined ? null : (
            <ThreadPane key={`${channel.id}/${view.place.thread}`} channel={channel} threadTs={view.place.thread} />
          )}
          {isWireOpen ? <WirePanel onClose={closeWire} /> : null}
        </div>
        <ModalLayer />
        <Toasts />
      </ViewerContext.Provider>
    </DirectoryContext.Provider>
  )
}

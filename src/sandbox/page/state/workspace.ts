/**
 * What the page knows of each viewer, kept live, and what each can do.
 *
 * One file because it is one list of acts over one state, each a few lines.
 */
import type { LiveEvent, Snapshot } from '../../slack/wire/page-api.js'
import type { MessageAddress } from '../text/permalink.js'
import { actErrorWords, commandErrorWords, modalErrorWords, pressErrorWords } from './error-words.js'
import { firstSnapshot, followViewer, pageUpload, sendAct } from './slack-client.js'
import { onStoredMarks, storedMarks, storeMarks } from './stored-marks.js'
import { allRead, firstUnread, firstUnreadReply, markRead, mergeMarks, type ReadMarks } from './unread.js'
import { applyEvent, dismissEphemeral, dropModal, fromSnapshot, threadKey, type ViewerState } from './viewer-state.js'
import { addWireEntry } from './wire-log.js'
import { editKey, firstPlace, type Place, type Press, pressKey, type WorkspaceState } from './workspace-state.js'

const VIEWER_KEY = 'slack-sandbox.viewer'
const TOAST_MS = 10_000
/** How long `assistant.threads.setStatus` lasts. */
const STATUS_MS = 120_000

/**
 * Everything the page knows and does: the state of each viewer, kept live for all of them at once (so that the switcher
 * can show who has something new), where each is, and the acts. Views read `state` and call the methods.
 */
export class Workspace {
  state: WorkspaceState = {
    people: [],
    viewer: '',
    answeredBy: undefined,
    mailboxNote: undefined,
    viewers: new Map(),
    places: new Map(),
    marks: new Map(),
    wire: [],
    isReachable: true,
    toasts: [],
    pressing: new Set(),
    editing: undefined,
  }
  readonly #listeners = new Set<() => void>()
  /** What is typed and not sent, by viewer and `threadKey`. Not part of `state`: nobody but the composer shows it. */
  readonly #drafts = new Map<string, string>()
  /** Viewers who have looked at their first place. */
  readonly #opened = new Set<string>()
  readonly #stopFollowing: (() => void)[] = []
  #nextToast = 1
  /** Id of the newest wire entry that was cleared away: a snapshot after a reconnection would bring them back. */
  #clearedWire = -1

  /** Reads who there is and follows each of them. Tries again until the server answers. */
  async start(): Promise<void> {
    const wanted = new URLSearchParams(location.search).get('viewer') ?? sessionStorage.getItem(VIEWER_KEY) ?? undefined
    const snapshot = await firstSnapshot(wanted)
    if (!snapshot) {
      this.#set({ isReachable: false })
      setTimeout(() => void this.start(), 2000)
      return
    }
    const people = snapshot.people.filter((person) => !person.isBot)
    const { answeredBy, mailboxNote } = snapshot
    this.#set({ people, viewer: snapshot.viewer.id, answeredBy, mailboxNote, isReachable: true })
    this.#stopFollowing.push(onStoredMarks((viewer, marks) => this.#readFurther(viewer, marks)))
    this.#onSnapshot(snapshot)
    this.#tellOpenedFirst()
    for (const person of people)
      this.#stopFollowing.push(
        followViewer(person.id, {
          onSnapshot: (fresh) => this.#onSnapshot(fresh),
          onEvent: (event) => this.#onEvent(person.id, event),
          onReachable: (isReachable) => {
            if (isReachable !== this.state.isReachable) this.#set({ isReachable })
          },
        }),
      )
  }

  stop(): void {
    for (const stop of this.#stopFollowing.splice(0)) stop()
  }

  /** Calls `listener` after every change of `state`. Returns the function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  selectViewer(viewer: string): void {
    sessionStorage.setItem(VIEWER_KEY, viewer)
    // An address that names a person would bring them back at the next reload.
    history.replaceState(null, '', location.pathname)
    this.#set({ viewer, editing: undefined })
    this.markVisibleRead()
    this.#tellOpenedFirst()
  }

  openChannel(channel: string): void {
    const { viewer, viewers, marks } = this.state
    const [state, read] = [viewers.get(viewer), marks.get(viewer)]
    const newFrom = state && read && firstUnread(state, read, channel)
    this.#place({ channel, tab: 'messages', view: 'channel', thread: undefined, newFrom, pane: 'main' })
    this.markVisibleRead()
    this.#tellOpened()
  }

  openTab(tab: Place['tab']): void {
    this.#place({ tab, view: 'channel', thread: undefined, pane: 'main' })
    this.#tellOpened()
  }

  openThread(ts: string): void {
    const channel = this.state.places.get(this.state.viewer)?.channel
    if (channel !== undefined) this.openThreadOf(channel, ts)
  }

  /** A thread of any channel, beside what stands in the middle. */
  openThreadOf(channel: string, ts: string): void {
    const { viewer, viewers, marks } = this.state
    const [state, read] = [viewers.get(viewer), marks.get(viewer)]
    const threadNewFrom = state && read && firstUnreadReply(state, read, channel, ts)
    this.#place({ channel, thread: ts, threadNewFrom, tab: 'messages', pane: 'main' })
    this.markVisibleRead()
  }

  /** The list of the viewer's threads. */
  openThreads(): void {
    this.#place({ view: 'threads', tab: 'messages', thread: undefined, pane: 'main' })
  }

  /** Goes to a message; whoever may not see it stays where they are. */
  openMessage({ channel, ts, threadTs }: MessageAddress): void {
    const state = this.state.viewers.get(this.state.viewer)
    const messages = state?.channels.some(({ id }) => id === channel) ? (state.messages.get(channel) ?? []) : []
    if (!messages.some((message) => message.ts === ts)) {
      this.toast('You cannot see that message.')
      return
    }
    this.openChannel(channel)
    if (threadTs !== undefined) this.openThread(threadTs)
  }

  closeThread(): void {
    this.#place({ thread: undefined })
  }

  showSidebar(): void {
    this.#place({ pane: 'sidebar', thread: undefined })
  }

  /** Marks as read what the viewer is looking at. The page calls it when it becomes visible again. */
  markVisibleRead(): void {
    const { viewer } = this.state
    const [state, place, marks] = [
      this.state.viewers.get(viewer),
      this.state.places.get(viewer),
      this.state.marks.get(viewer),
    ]
    if (!state || !place || !marks || document.visibilityState !== 'visible' || place.tab !== 'messages') return
    // At phone width the list of channels covers the channel. The width is the one of styles/narrow.css.
    if (place.pane === 'sidebar' && matchMedia('(max-width: 480px)').matches) return
    let read = place.view === 'channel' ? markRead(marks, state, place.channel, undefined) : marks
    if (place.thread !== undefined) read = markRead(read, state, place.channel, place.thread)
    if (read !== marks) this.#keepMarks(viewer, read)
  }

  draft(channel: string, threadTs: string | undefined): string {
    return this.#drafts.get(`${this.state.viewer} ${threadKey(channel, threadTs)}`) ?? ''
  }

  keepDraft(channel: string, threadTs: string | undefined, text: string): void {
    this.#drafts.set(`${this.state.viewer} ${threadKey(channel, threadTs)}`, text)
  }

  /** @param inThread in which of the two places where the message may be seen */
  startEditing(channel: string, ts: string, inThread: boolean): void {
    this.#set({ editing: editKey(channel, ts, inThread) })
  }

  stopEditing(): void {
    this.#set({ editing: undefined })
  }

  /**
   * Posts an encoded text, with files. A message to the bot opens its thread, where the reply will be. Resolves to whether it was
   * accepted; where not, the person has been told.
   */
  async post(
    channel: string,
    threadTs: string | undefined,
    text: string,
    chosen: readonly File[] = [],
  ): Promise<boolean> {
    const { viewer } = this.state
    const files = await Promise.all(chosen.map(pageUpload))
    const result = await sendAct({
      type: 'post',
      viewer,
      channel,
      text,
      ...(threadTs === undefined ? {} : { threadTs }),
      ...(files.length === 0 ? {} : { files }),
    })
    if (!result.ok) {
      this.toast(actErrorWords(result.error))
      return false
    }
    const isIm = this.state.viewers.get(viewer)?.channels.some((other) => other.id === channel && other.kind === 'im')
    const place = this.state.places.get(viewer)
    const isStillThere = this.state.viewer === viewer && place?.view === 'channel' && place.channel === channel
    if (isIm && isStillThere && threadTs === undefined && result.ts !== undefined) this.openThread(result.ts)
    return true
  }

  /** Runs a slash command. Resolves to whether it was accepted. */
  async command(channel: string, command: string, text: string): Promise<boolean> {
    const result = await sendAct({ type: 'command', viewer: this.state.viewer, channel, command, text })
    if (!result.ok) this.toast(commandErrorWords(command, result.error))
    return result.ok
  }

  async edit(channel: string, ts: string, text: string): Promise<boolean> {
    const result = await sendAct({ type: 'edit', viewer: this.state.viewer, channel, ts, text })
    if (!result.ok) this.toast(actErrorWords(result.error))
    return result.ok
  }

  async remove(channel: string, ts: string): Promise<void> {
    const result = await sendAct({ type: 'delete', viewer: this.state.viewer, channel, ts })
    if (!result.ok) this.toast(actErrorWords(result.error))
  }

  /** Presses an element; it counts as being pressed until the app has acknowledged it. */
  async press(press: Press): Promise<void> {
    const key = pressKey(press)
    if (this.state.pressing.has(key)) return
    this.#set({ pressing: new Set(this.state.pressing).add(key) })
    // In a view there is no message to name.
    const named = 'view' in press ? { channel: '', ts: '', ...press } : press
    const result = await sendAct({ type: 'press', viewer: this.state.viewer, ...named })
    const pressing = new Set(this.state.pressing)
    pressing.delete(key)
    this.#set({ pressing })
    if (!result.ok) this.toast(pressErrorWords(result.error))
  }

  /** Presses the Stop button that Slack shows while an agent is at work in a thread. */
  async stopSession(channel: string, threadTs: string): Promise<void> {
    const result = await sendAct({ type: 'stop_session', viewer: this.state.viewer, channel, threadTs })
    if (!result.ok) this.toast(actErrorWords(result.error))
  }

  /** Submits a modal. Resolves to what the person is told where it was not accepted; `blockId` where one input is to blame. */
  async submitModal(
    id: string,
    values: Record<string, Record<string, string>>,
  ): Promise<{ words: string; blockId?: string } | undefined> {
    const result = await sendAct({ type: 'submit_modal', viewer: this.state.viewer, id, values })
    if (result.ok) return undefined
    return {
      words: modalErrorWords(result.error),
      ...(result.blockId === undefined ? {} : { blockId: result.blockId }),
    }
  }

  closeModal(id: string): void {
    this.#change(this.state.viewer, (state) => dropModal(state, id))
    void sendAct({ type: 'close_modal', viewer: this.state.viewer, id })
  }

  dismiss(channel: string, ts: string): void {
    this.#change(this.state.viewer, (state) => dismissEphemeral(state, channel, ts))
  }

  clearWire(): void {
    this.#clearedWire = this.state.wire.at(-1)?.id ?? this.#clearedWire
    this.#set({ wire: [] })
  }

  toast(text: string): void {
    const toast = { id: this.#nextToast++, text }
    this.#set({ toasts: [...this.state.toasts, toast] })
    setTimeout(() => this.dropToast(toast.id), TOAST_MS)
  }

  dropToast(id: number): void {
    this.#set({ toasts: this.state.toasts.filter((toast) => toast.id !== id) })
  }

  /** The app hears when its Messages or Home tab is opened (`app_home_opened`). */
  #tellOpened(): void {
    const { viewer } = this.state
    const place = this.state.places.get(viewer)
    const channel = this.state.viewers.get(viewer)?.channels.find((other) => other.id === place?.channel)
    if (channel?.kind !== 'im' || !place) return
    void sendAct({ type: place.tab === 'home' ? 'home_opened' : 'dm_opened', viewer })
  }

  /** The direct messages are what each viewer sees first: that is an opening too, once. */
  #tellOpenedFirst(): void {
    const { viewer } = this.state
    if (this.#opened.has(viewer)) return
    this.#opened.add(viewer)
    this.#tellOpened()
  }

  #onSnapshot(snapshot: Snapshot): void {
    const id = snapshot.viewer.id
    const state = fromSnapshot(snapshot, this.state.viewers.get(id))
    const { places } = this.state
    const marks = this.state.marks.get(id) ?? storedMarks(id) ?? allRead(state)
    // A server that was started anew counts from the beginning again.
    if ((snapshot.wire.at(-1)?.id ?? 0) < this.#clearedWire) this.#clearedWire = -1
    this.#keepMarks(id, marks)
    this.#set({
      viewers: new Map(this.state.viewers).set(id, state),
      places: places.has(id) ? places : new Map(places).set(id, firstPlace(state, marks)),
      wire: snapshot.wire.filter((entry) => entry.id > this.#clearedWire),
    })
    this.markVisibleRead()
  }

  /** Keeps the marks for this page and the browser's other tabs, which may have read further meanwhile. */
  #keepMarks(viewer: string, marks: ReadMarks): void {
    const stored = storedMarks(viewer)
    const merged = stored === undefined ? marks : mergeMarks(marks, stored)
    this.#set({ marks: new Map(this.state.marks).set(viewer, merged) })
    storeMarks(viewer, merged)
  }

  /** Another tab has read further. What this one knows already changes nothing. */
  #readFurther(viewer: string, marks: ReadMarks): void {
    const current = this.state.marks.get(viewer)
    if (current) this.#set({ marks: new Map(this.state.marks).set(viewer, mergeMarks(current, marks)) })
  }

  #onEvent(viewer: string, event: LiveEvent): void {
    if (event.type === 'wire') {
      if (event.entry.id > this.#clearedWire) this.#set({ wire: addWireEntry(this.state.wire, event.entry) })
      return
    }
    this.#change(viewer, (state) => applyEvent(state, event))
    if (event.type === 'typing' && event.status !== '') this.#expireStatus(viewer, event)
    const place = this.state.places.get(viewer)
    if (event.type === 'message_deleted' && place?.channel === event.channel && place.thread === event.ts)
      this.#set({ places: new Map(this.state.places).set(viewer, { ...place, thread: undefined }) })
    if (viewer === this.state.viewer) this.markVisibleRead()
  }

  /** A status disappears by itself: an app that died would be thinking for ever. */
  #expireStatus(viewer: string, event: Extract<LiveEvent, { type: 'typing' }>): void {
    const key = threadKey(event.channel, event.threadTs)
    const shown = this.state.viewers.get(viewer)?.statuses.get(key)
    setTimeout(() => {
      if (this.state.viewers.get(viewer)?.statuses.get(key) !== shown) return
      this.#change(viewer, (state) => applyEvent(state, { ...event, status: '' }))
    }, STATUS_MS)
  }

  #change(viewer: string, change: (state: ViewerState) => ViewerState): void {
    const state = this.state.viewers.get(viewer)
    const changed = state && change(state)
    if (changed && changed !== state) this.#set({ viewers: new Map(this.state.viewers).set(viewer, changed) })
  }

  #place(place: Partial<Place>): void {
    const { viewer, places } = this.state
    const current = places.get(viewer)
    if (current) this.#set({ places: new Map(places).set(viewer, { ...current, ...place }) })
  }

  #set(change: Partial<WorkspaceState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

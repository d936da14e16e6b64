/** What the page knows, as a value: who there is, where each of them is, and what is under way. */
import type { PagePerson, WireEntry } from '../../slack/wire/page-api.js'
import { firstUnread, type ReadMarks } from './unread.js'
import { threadKey, type ViewerState } from './viewer-state.js'

/** Where one person is in the workspace. Each viewer has a place of their own, as if each sat at their own computer. */
export interface Place {
  readonly channel: string
  readonly tab: 'messages' | 'home'
  /** What stands in the middle: the channel, or the threads of all of them. */
  readonly view: 'channel' | 'threads'
  /** `ts` of the parent of the open thread, a thread of `channel`. */
  readonly thread: string | undefined
  /** `ts` of the first message that was new when the channel was opened: the "New" line stands above it. */
  readonly newFrom: string | undefined
  /** `ts` of the first reply that was new when the thread was opened. */
  readonly threadNewFrom: string | undefined
  /** In a narrow window one pane is shown at a time; a wide one shows the sidebar beside `main`. */
  readonly pane: 'sidebar' | 'main'
}

export interface Toast {
  readonly id: number
  readonly text: string
}

/** What a press concerns: an element of a message, or of a view (a modal, the Home tab). */
export type Press = ElementPlace & { readonly value?: string }

export type ElementPlace = { readonly blockId: string; readonly actionId: string } & (
  | { readonly channel: string; readonly ts: string }
  | { readonly view: string }
)

export interface WorkspaceState {
  /** The people one can be, in the order of the switcher. Empty until the first snapshot is there. */
  readonly people: readonly PagePerson[]
  readonly viewer: string
  /** Who answers in the app's name, where the server tells it. */
  readonly answeredBy: string | undefined
  /** What the first person's mailbox was read from, where the server tells it. */
  readonly mailboxNote: string | undefined
  readonly viewers: ReadonlyMap<string, ViewerState>
  readonly places: ReadonlyMap<string, Place>
  readonly marks: ReadonlyMap<string, ReadMarks>
  readonly wire: readonly WireEntry[]
  readonly isReachable: boolean
  readonly toasts: readonly Toast[]
  /** Elements whose press is being handled, by `pressKey`. */
  readonly pressing: ReadonlySet<string>
  /** `threadKey` of the message that is being edited in its place. */
  readonly editing: string | undefined
}

/** Names the element of a press. */
export function pressKey(press: ElementPlace): string {
  const place = 'view' in press ? press.view : `${press.channel}/${press.ts}`
  return `${place}/${press.blockId}/${press.actionId}`
}

export function firstPlace(state: ViewerState, marks: ReadMarks): Place {
  const channel = state.channels.find((other) => other.kind === 'im') ?? state.channels[0]
  const id = channel?.id ?? ''
  return {
    channel: id,
    tab: 'messages',
    view: 'channel',
    thread: undefined,
    newFrom: firstUnread(state, marks, id),
    threadNewFrom: undefined,
    pane: 'sidebar',
  }
}

/** A message that began a thread stands in its conversation and in the open thread; it is edited in one of them. */
export function editKey(channel: string, ts: string, inThread: boolean): string {
  return `${threadKey(channel, ts)} ${inThread ? 'in its thread' : ''}`
}

import type {
  LiveEvent,
  PageChannel,
  PageHome,
  PageMessage,
  PageModal,
  PagePerson,
  PagePrompts,
  PageThread,
  Snapshot,
} from '../../slack/wire/page-api.js'

/**
 * What one person sees, as a value: a snapshot, and each live event folded into it. No clock, no network, no DOM.
 */
export interface ViewerState {
  readonly team: Snapshot['team']
  readonly viewer: PagePerson
  readonly bot: PagePerson
  /** Everybody by Slack user id, the bot included. */
  readonly people: ReadonlyMap<string, PagePerson>
  readonly slashCommand: string
  readonly channels: readonly PageChannel[]
  /** Messages of each channel, thread replies and ephemerals included, ascending by `ts`. */
  readonly messages: ReadonlyMap<string, readonly PageMessage[]>
  readonly home: PageHome | undefined
  readonly appConnected: boolean
  /** Open modals; the last one is on top. */
  readonly modals: readonly PageModal[]
  /** What the app suggests to ask. */
  readonly prompts: readonly PagePrompts[]
  /** What an app is doing, by `threadKey`. */
  readonly statuses: ReadonlyMap<string, ThreadStatus>
  /** How an app's work stands, by `threadKey`. */
  readonly threads: ReadonlyMap<string, PageThread>
}

export interface ThreadStatus {
  readonly user: string
  /** "is thinking…": Slack puts the app's name before it. */
  readonly status: string
}

/** Names a thread, or a channel's top level where `threadTs` is undefined. */
export function threadKey(channel: string, threadTs: string | undefined): string {
  return `${channel}/${threadTs ?? ''}`
}

/**
 * The state after a snapshot. Ephemeral messages live only in the client: a reload loses them, as in Slack,
 * but those of `previous` stay, since a snapshot after a reconnection is not a reload.
 */
export function fromSnapshot(snapshot: Snapshot, previous?: ViewerState): ViewerState {
  const messages = new Map<string, readonly PageMessage[]>()
  const ephemerals = [...(previous?.messages.values() ?? [])].flat().filter((message) => message.ephemeral)
  for (const message of [...snapshot.messages, ...ephemerals])
    messages.set(message.channel, withMessage(messages.get(message.channel) ?? [], message))
  const statuses = new Map<string, ThreadStatus>()
  for (const message of snapshot.messages)
    if (message.status)
      statuses.set(threadKey(message.channel, message.ts), { user: snapshot.bot.id, status: message.status })
  return {
    team: snapshot.team,
    viewer: snapshot.viewer,
    bot: snapshot.bot,
    people: new Map([...snapshot.people, snapshot.bot].map((person) => [person.id, person])),
    slashCommand: snapshot.slashCommand,
    channels: snapshot.channels,
    messages,
    home: snapshot.home,
    appConnected: snapshot.appConnected,
    modals: snapshot.modals ?? [],
    prompts: snapshot.prompts ?? [],
    statuses,
    threads: new Map((snapshot.threads ?? []).map((thread) => [threadKey(thread.channel, thread.threadTs), thread])),
  }
}

/** The state after `event`. Events that come twice, or concern what is not there, change nothing. */
export function applyEvent(state: ViewerState, event: LiveEvent): ViewerState {
  switch (event.type) {
    case 'message':
      return withoutStatus(putMessage(state, event.message), event.message)
    case 'message_changed':
      return withParentStatus(putMessage(state, event.message), event.message)
    case 'ephemeral':
      return putMessage(state, { ...event.message, ephemeral: true })
    case 'message_deleted':
      return removeMessage(state, event.channel, event.ts, false)
    case 'ephemeral_deleted':
      return removeMessage(state, event.channel, event.ts, true)
    case 'home':
      return { ...state, home: event.home }
    case 'app_connected':
      return { ...state, appConnected: event.connected }
    case 'modal':
      return { ...state, modals: [...state.modals.filter((view) => view.id !== event.view.id), event.view] }
    case 'modal_closed':
      return { ...state, modals: state.modals.filter((view) => view.id !== event.id) }
    case 'typing':
      return setStatus(state, threadKey(event.channel, event.threadTs), { user: event.user, status: event.status })
    case 'prompts':
      return { ...state, prompts: withPrompts(state.prompts, event.prompts) }
    case 'thread': {
      const { channel, threadTs } = event.thread
      return { ...state, threads: new Map(state.threads).set(threadKey(channel, threadTs), event.thread) }
    }
    case 'wire':
      return state
  }
}

/** The latest of each place are shown. */
function withPrompts(all: readonly PagePrompts[], latest: PagePrompts): PagePrompts[] {
  const isElsewhere = (other: PagePrompts) => other.channel !== latest.channel || other.threadTs !== latest.threadTs
  return [...all.filter(isElsewhere), latest]
}

/** Takes an ephemeral message away ("Dismiss"): it exists nowhere but here. */
export function dismissEphemeral(state: ViewerState, channel: string, ts: string): ViewerState {
  return removeMessage(state, channel, ts, true)
}

/** Takes a modal away before the server confirms it. */
export function dropModal(state: ViewerState, id: string): ViewerState {
  return { ...state, modals: state.modals.filter((view) => view.id !== id) }
}

/** A thread's messages below its parent, ascending. */
export function repliesOf(messages: readonly PageMessage[], threadTs: string): PageMessage[] {
  return messages.filter((message) => message.threadTs === threadTs && message.ts !== threadTs)
}

/** Whether a message stands in the channel itself and not only in a thread. */
export function isTopLevel(message: PageMessage): boolean {
  return message.threadTs === undefined || message.threadTs === message.ts || message.broadcast === true
}

function putMessage(state: ViewerState, message: PageMessage): ViewerState {
  const messages = new Map(state.messages)
  messages.set(message.channel, withMessage(state.messages.get(message.channel) ?? [], message))
  return { ...state, messages }
}

function withMessage(list: readonly PageMessage[], message: PageMessage): readonly PageMessage[] {
  const at = list.findIndex((other) => other.ts >= message.ts)
  if (at < 0) return [...list, message]
  const replaces = list.findIndex(
    (other) => other.ts === message.ts && Boolean(other.ephemeral) === Boolean(message.ephemeral),
  )
  return replaces < 0 ? list.toSpliced(at, 0, message) : list.toSpliced(replaces, 1, message)
}

function removeMessage(state: ViewerState, channel: string, ts: string, ephemeral: boolean): ViewerState {
  const list = state.messages.get(channel) ?? []
  const kept = list.filter((message) => message.ts !== ts || Boolean(message.ephemeral) !== ephemeral)
  if (kept.length === list.length) return state
  return { ...state, messages: new Map(state.messages).set(channel, kept) }
}

/** An app's message ends the status of its thread, as in Slack. */
function withoutStatus(state: ViewerState, message: PageMessage): ViewerState {
  if (message.user !== state.bot.id) return withParentStatus(state, message)
  return setStatus(state, threadKey(message.channel, message.threadTs), { user: message.user, status: '' })
}

function withParentStatus(state: ViewerState, message: PageMessage): ViewerState {
  const key = threadKey(message.channel, message.ts)
  if (message.status === undefined && !state.statuses.has(key)) return state
  return setStatus(state, key, { user: state.bot.id, status: message.status ?? '' })
}

function setStatus(state: ViewerState, key: string, status: ThreadStatus): ViewerState {
  if (status.status === '' && !state.statuses.has(key)) return state
  const statuses = new Map(state.statuses)
  if (status.status === '') statuses.delete(key)
  else statuses.set(key, status)
  return { ...state, statuses }
}

/** What people's Slack clients hold beside the messages: ephemeral messages, open modals, the Home tab, status lines, prompts. */
import { refill } from '../../wire/saved.js'
import type { StoredBlock } from '../block-kit/blocks.js'
import { initialValues, type StateValues } from '../block-kit/input-state.js'
import type { StoredView } from '../block-kit/views.js'

/** A message that only one person sees, until they reload. */
export interface Ephemeral {
  readonly user: string
  readonly channel: string
  readonly ts: string
  readonly threadTs?: string
  readonly text: string
  readonly blocks?: readonly StoredBlock[]
  /** Slackbot's own words, e.g. about a command that failed; the app did not write them. */
  readonly bySlack: boolean
}

/** `assistant.threads.setStatus`: a line that disappears after two minutes or with the app's next message in the thread. */
export interface ThreadStatus {
  readonly channel: string
  readonly threadTs: string
  readonly text: string
  readonly loadingMessages: readonly string[]
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** `assistant.threads.setSuggestedPrompts`. Without a thread they belong to the top of the conversation. */
export interface SuggestedPrompts {
  readonly channel: string
  readonly threadTs?: string
  readonly title?: string
  readonly prompts: readonly { readonly title: string; readonly message: string }[]
}

export const SESSION_STATUSES = ['active', 'processing', 'suspended', 'closed'] as const

/** `agents.sessions.setStatus`: how an agent's work in a thread stands. While it is `processing`, people see a button that stops it. */
export interface AgentSession {
  readonly channel: string
  readonly threadTs: string
  readonly status: (typeof SESSION_STATUSES)[number]
  /** Slack user id; undefined where the app did not say. */
  readonly initiator?: string
}

export interface OpenModal {
  readonly user: string
  readonly view: StoredView
  readonly values: StateValues
  /** Messages under inputs after `response_action: errors`, by block id. */
  readonly errors: Readonly<Record<string, string>>
}

export type ClientChange =
  | { readonly type: 'ephemeral'; readonly ephemeral: Ephemeral }
  | { readonly type: 'ephemeral_deleted'; readonly ephemeral: Ephemeral }
  | { readonly type: 'status'; readonly status: ThreadStatus }
  | { readonly type: 'session'; readonly session: AgentSession }
  | { readonly type: 'prompts'; readonly prompts: SuggestedPrompts }
  | { readonly type: 'title'; readonly channel: string; readonly threadTs: string; readonly title: string }
  | { readonly type: 'home'; readonly user: string; readonly view: StoredView }
  | { readonly type: 'modal'; readonly modal: OpenModal }
  | { readonly type: 'modal_closed'; readonly user: string; readonly id: string }

export class Clients {
  readonly #ephemerals = new Map<string, Ephemeral>()
  /** Open modals of each person, the one on top last. */
  readonly #modals = new Map<string, OpenModal[]>()
  readonly #homes = new Map<string, StoredView>()
  readonly #statuses = new Map<string, ThreadStatus>()
  readonly #prompts = new Map<string, SuggestedPrompts>()
  readonly #titles = new Map<string, string>()
  readonly #sessions = new Map<string, AgentSession>()
  /** What people entered in inputs of messages, by message. */
  readonly #messageValues = new Map<string, StateValues>()
  readonly #listeners: ((change: ClientChange) => void)[] = []

  constructor(private readonly now: () => number) {}

  onChange(listener: (change: ClientChange) => void): void {
    this.#listeners.push(listener)
  }

  #emit(change: ClientChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  save() {
    return {
      ephemerals: this.#ephemerals,
      modals: this.#modals,
      homes: this.#homes,
      statuses: this.#statuses,
      prompts: this.#prompts,
      titles: this.#titles,
      sessions: this.#sessions,
      messageValues: this.#messageValues,
    }
  }

  restore(saved: Partial<ReturnType<Clients['save']>>): void {
    refill(this.#ephemerals, saved.ephemerals)
    refill(this.#modals, saved.modals)
    refill(this.#homes, saved.homes)
    refill(this.#statuses, saved.statuses)
    refill(this.#prompts, saved.prompts)
    refill(this.#titles, saved.titles)
    refill(this.#sessions, saved.sessions)
    refill(this.#messageValues, saved.messageValues)
  }

  ephemerals(user: string): Ephemeral[] {
    return [...this.#ephemerals.values()].filter((ephemeral) => ephemeral.user === user)
  }

  ephemeral(channel: string, ts: string): Ephemeral | undefined {
    return this.#ephemerals.get(`${channel} ${ts}`)
  }

  /** Shows an ephemeral message, or another version of one that is shown. */
  showEphemeral(ephemeral: Ephemeral): void {
    this.#ephemerals.set(`${ephemeral.channel} ${ephemeral.ts}`, ephemeral)
    this.#emit({ type: 'ephemeral', ephemeral })
  }

  deleteEphemeral(ephemeral: Ephemeral): void {
    this.#ephemerals.delete(`${ephemeral.channel} ${ephemeral.ts}`)
    this.#emit({ type: 'ephemeral_deleted', ephemeral })
  }

  status(channel: string, threadTs: string): ThreadStatus | undefined {
    const status = this.#statuses.get(`${channel} ${threadTs}`)
    return status !== undefined && status.text !== '' && status.until > this.now() ? status : undefined
  }

  /** An empty text takes the line away. */
  setStatus(status: ThreadStatus): void {
    const before = this.status(status.channel, status.threadTs)
    this.#statuses.set(`${status.channel} ${status.threadTs}`, status)
    if (status.text !== '' || before !== undefined) this.#emit({ type: 'status', status })
    if (status.text === '') return
    // Clients stop showing a status when its time is over, without anybody telling them.
    const expire = () => {
      const current = this.#statuses.get(`${status.channel} ${status.threadTs}`)
      if (current === status) this.#emit({ type: 'status', status: { ...status, text: '' } })
    }
    setTimeout(expire, Math.max(0, status.until - this.now())).unref()
  }

  prompts(channel: string): SuggestedPrompts[] {
    return [...this.#prompts.values()].filter((prompts) => prompts.channel === channel)
  }

  setPrompts(prompts: SuggestedPrompts): void {
    this.#prompts.set(`${prompts.channel} ${prompts.threadTs ?? ''}`, prompts)
    this.#emit({ type: 'prompts', prompts })
  }

  session(channel: string, threadTs: string): AgentSession | undefined {
    return this.#sessions.get(`${channel} ${threadTs}`)
  }

  setSession(session: AgentSession): void {
    this.#sessions.set(`${session.channel} ${session.threadTs}`, session)
    this.#emit({ type: 'session', session })
  }

  title(channel: string, threadTs: string): string | undefined {
    return this.#titles.get(`${channel} ${threadTs}`)
  }

  setTitle(channel: string, threadTs: string, title: string): void {
    this.#titles.set(`${channel} ${threadTs}`, title)
    this.#emit({ type: 'title', channel, threadTs, title })
  }

  home(user: string): StoredView | undefined {
    return this.#homes.get(user)
  }

  publishHome(user: string, view: StoredView): void {
    this.#homes.set(user, view)
    this.#emit({ type: 'home', user, view })
  }

  modals(user: string): readonly OpenModal[] {
    return this.#modals.get(user) ?? []
  }

  /** The modal with this id, whoever has it open. */
  modal(id: string): OpenModal | undefined {
    return [...this.#modals.values()].flat().find((open) => open.view.id === id)
  }

  modalByExternalId(externalId: string): OpenModal | undefined {
    return [...this.#modals.values()].flat().find((open) => open.view.externalId === externalId)
  }

  openModal(user: string, view: StoredView): OpenModal {
    const modal: OpenModal = { user, view, values: initialValues(view.blocks), errors: {} }
    this.#modals.set(user, [...this.modals(user), modal])
    this.#emit({ type: 'modal', modal })
    return modal
  }

  /** Another version of an open modal. What was entered stays where block and action ids are the same. */
  replaceModal(open: OpenModal, changes: Partial<Pick<OpenModal, 'view' | 'values' | 'errors'>>): OpenModal {
    const modal: OpenModal = { ...open, ...changes }
    const kept = changes.view === undefined ? modal : { ...modal, values: carriedOver(open.values, modal.view) }
    const stack = this.modals(open.user)
    this.#modals.set(
      open.user,
      stack.map((other) => (other.view.id === open.view.id ? kept : other)),
    )
    this.#emit({ type: 'modal', modal: kept })
    return kept
  }

  /** Closes a modal; the one below it, if any, is on top again. */
  closeModal(open: OpenModal): void {
    this.#modals.set(
      open.user,
      this.modals(open.user).filter((other) => other.view.id !== open.view.id),
    )
    this.#emit({ type: 'modal_closed', user: open.user, id: open.view.id })
    const below = this.modals(open.user).at(-1)
    if (below !== undefined) this.#emit({ type: 'modal', modal: below })
  }

  messageValues(channel: string, ts: string): StateValues {
    return this.#messageValues.get(`${channel} ${ts}`) ?? {}
  }

  setMessageValues(channel: string, ts: string, values: StateValues): void {
    this.#messageValues.set(`${channel} ${ts}`, values)
  }
}

function carriedOver(entered: StateValues, view: StoredView): StateValues {
  const values = initialValues(view.blocks)
  for (const [blockId, actions] of Object.entries(values)) {
    for (const actionId of Object.keys(actions)) {
      const before = entered[blockId]?.[actionId]
      if (before !== undefined && before.type === actions[actionId]?.type) actions[actionId] = before
    }
  }
  return values
}

/**
 * The workspaces that this process serves, and which of them a person, a conversation or a mail belongs to. What serves all of them (the dispatcher,
 * the outbox, the ending of access) is made before any workspace, works off one store, and reaches each workspace through here.
 */

import type { MessageContent } from '../slack/api/poster.js'
import type { Home } from '../slack/home/home.js'
import type { UndoDisplay } from '../turns/change-undo.js'
import type { ConversationWork } from '../turns/dispatch/dispatcher.js'
import type { Conversation, IdentifiedPerson, Person, Profile } from '../turns/model.js'
import type { OutgoingDisplay, ProfileProblem, Surface } from '../turns/ports.js'
import type { ApprovalView } from '../turns/view.js'
import type { Route } from '../web/routes.js'

/** What the shared services ask of a workspace. */
export interface ServedWorkspace {
  readonly identity: { readonly teamId: string; readonly enterpriseId?: string | null }
  readonly surface: OutgoingDisplay & UndoDisplay & Pick<Surface, 'profile'>
  readonly turns: ConversationWork & { endAccess(turnId: string): Promise<void> }
  readonly home: Pick<Home, 'refresh' | 'workChanged'>
  readonly requests: { wake(): void }
  /** Whether deliveries can arrive right now. */
  readonly connected: boolean
  /** Why deliveries cannot arrive, or were refused; a line each. */
  readonly problems: readonly string[]
  /** Where Slack's requests come in, in HTTP mode. */
  readonly routes: readonly Route[]
  /** Writes to somebody in their direct messages. @throws Unavailable, SlackRefused */
  tell(person: Person, content: MessageContent): Promise<void>
}

export interface WorkspacesDeps {
  readonly conversations: { get(id: string): Promise<Pick<Conversation, 'team' | 'owner'>> }
  readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
}

export class Workspaces implements ConversationWork, OutgoingDisplay, UndoDisplay {
  readonly #all: ServedWorkspace[] = []

  constructor(private readonly deps: WorkspacesDeps) {}

  /** All of them are added before anything is started. @throws where the team has one already: it would be answered twice */
  add(workspace: ServedWorkspace): void {
    const { teamId } = workspace.identity
    if (this.#all.some(({ identity }) => identity.teamId === teamId))
      throw new Error(`the workspace ${teamId} is served already`)
    this.#all.push(workspace)
  }

  get all(): readonly ServedWorkspace[] {
    return this.#all
  }

  /**
   * The workspace that answers for a team, or for its organisation on Enterprise Grid. People of other organisations, whom Slack Connect brings along,
   * have none here: the first answers for them, so that whatever is in the store is one workspace's and no more.
   * @param team `T…` or `E…`
   */
  of(team: string): ServedWorkspace {
    const [first] = this.#all
    if (first === undefined) throw new Error('no workspace is served')
    return this.#all.find(({ identity }) => identity.teamId === team || identity.enterpriseId === team) ?? first
  }

  async run(conversationId: string, signal: AbortSignal): Promise<void> {
    const { team, owner } = await this.deps.conversations.get(conversationId)
    const { turns, home } = this.of(team)
    await turns.run(conversationId, signal)
    void home.workChanged(owner)
  }

  async arrived(conversationId: string): Promise<void> {
    await (await this.#ofConversation(conversationId)).turns.arrived(conversationId)
  }

  async endAccess(turn: { readonly turnId: string; readonly conversationId: string }): Promise<void> {
    await (await this.#ofConversation(turn.conversationId)).turns.endAccess(turn.turnId)
  }

  async showOutgoing(conversation: Conversation, approval: ApprovalView): Promise<void> {
    await this.of(conversation.team).surface.showOutgoing(conversation, approval)
  }

  async showUndone(...[conversation, undo, ending]: Parameters<UndoDisplay['showUndone']>): Promise<void> {
    await this.of(conversation.team).surface.showUndone(conversation, undo, ending)
  }

  async profile(person: Person): Promise<Profile | ProfileProblem> {
    return await this.of(person.team).surface.profile(person)
  }

  /** What waits for its time changed for this person. */
  async scheduleChanged(personId: string): Promise<void> {
    const person = await this.deps.people.identified(personId)
    if (person !== null) await this.of(person.team).home.refresh(person)
  }

  /** This person's access to their mailbox has ended: a command may wait for that, and their Home tab says so. */
  accessEnded(person: Person): void {
    const { requests, home } = this.of(person.team)
    requests.wake()
    void home.refresh(person)
  }

  async #ofConversation(id: string): Promise<ServedWorkspace> {
    return this.of((await this.deps.conversations.get(id)).team)
  }
}

/** Composes what concerns outgoing mails: outbox, presses and host-side calls. One instance serves everybody. */

import type { Log } from '../../log.js'
import type { Approval, Conversation, IdentifiedPerson } from '../model.js'
import type { Mailer, OutgoingMail, OutgoingPresses } from '../outgoing-mail.js'
import type { MailDraftStore, OutgoingMailStore } from '../outgoing-store.js'
import {
  type Agent,
  type MailboxAddresses,
  OperatorProblem,
  type OutgoingDisplay,
  SessionGone,
  type Surface,
  type ToolCall,
} from '../ports.js'
import type { Clock } from '../time/clock.js'
import type { HostCallsDeps } from './host-calls.js'
import type { HostTools } from './host-tools.js'
import { Outbox } from './outbox.js'
import { OutgoingContents } from './outgoing-contents.js'
import { OutgoingMailPresses, type OutgoingPressesDeps } from './outgoing-presses.js'
import { approvalView, outgoingView } from './questions.js'

export interface SendingDeps {
  readonly store: {
    readonly outgoing: OutgoingMailStore
    readonly drafts: MailDraftStore
    readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
    readonly conversations: { get(id: string): Promise<Conversation> }
    readonly approvals: OutgoingPressesDeps['store']['approvals'] &
      HostCallsDeps['approvals'] & { ofTurn(turnId: string): Promise<Approval[]> }
  }
  readonly agent: Pick<Agent, 'findToolCall'>
  readonly tools: HostTools
  readonly mailer: Mailer
  readonly mailboxes: Pick<MailboxAddresses, 'forget'>
  readonly surface: OutgoingDisplay & Pick<Surface, 'profile'>
  /** Looks at a conversation again. */
  readonly wake: (conversationId: string) => void
  /** What waits for its time changed for this person. */
  readonly onScheduleChanged: (personId: string) => void
  readonly clock: Clock
  readonly log: Log
}

export class Sending {
  readonly outbox: Outbox
  readonly presses: OutgoingPresses
  readonly hostCalls: HostCallsDeps
  readonly #contents: OutgoingContents

  constructor(private readonly deps: SendingDeps) {
    const { store, agent, tools, mailer, mailboxes, clock, log } = deps
    this.#contents = new OutgoingContents({ mailer, agent, tools, conversations: store.conversations, log })
    const contents = this.#contents
    const onChange = (mail: OutgoingMail) => this.#changed(mail)
    this.outbox = new Outbox({
      store,
      mailer,
      contents,
      mailboxes,
      onChange,
      notify: (mail, isPatient) => this.#notify(mail, isPatient),
      clock,
      log,
    })
    const onDraftMade = () => this.outbox.wake()
    this.presses = new OutgoingMailPresses({ store, mailer, contents, onChange, onDraftMade, clock })
    const { outgoing, approvals } = store
    this.hostCalls = { tools, mailer, contents, outgoing, approvals, clock, log }
  }

  /** A turn that waits shows it, and tells the session where it is final; of one that is over, a message of its own tells. */
  #changed(mail: OutgoingMail): void {
    this.deps.wake(mail.conversationId)
    this.outbox.wake()
    if (mail.sendAt !== null) this.deps.onScheduleChanged(mail.personId)
  }

  /** @throws Unavailable */
  async #notify(mail: OutgoingMail, isPatient: boolean): Promise<void> {
    const { store, surface, clock } = this.deps
    const conversation = await store.conversations.get(mail.conversationId)
    const approval = (await store.approvals.ofTurn(mail.turnId)).find(({ id }) => id === mail.id)
    const person = await store.people.identified(mail.personId)
    if (approval === undefined) return
    const profile = await surface.profile(conversation.owner)
    const timeZone = 'problem' in profile ? 'UTC' : profile.timeZone
    const { name, input } = await this.#call(conversation, mail)
    const content = person === null ? null : await this.#contents.shown(person, mail, isPatient)
    const step = { type: 'tool', id: mail.callId, name, input, isHosted: true, state: 'done' } as const
    await surface.showOutgoing(conversation, {
      ...approvalView(approval, step, timeZone),
      mailbox: content?.content.from?.address ?? null,
      outgoing: outgoingView(mail, content, timeZone, clock.now()),
    })
  }

  async #call({ sessionId }: Conversation, mail: OutgoingMail): Promise<ToolCall> {
    const unknown = { name: '', input: {} }
    try {
      return (sessionId === null ? null : await this.deps.agent.findToolCall(sessionId, mail.callId)) ?? unknown
    } catch (error) {
      // A session that is gone takes the name of the call along, and nothing that has to be told.
      if (error instanceof SessionGone || error instanceof OperatorProblem) return unknown
      throw error
    }
  }
}

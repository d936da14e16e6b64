/** Slack in memory, as turns see it: who somebody is, and what each reply showed. */

import type { UndoDisplay, UndoEnding, UndoPlace } from '../../src/turns/change-undo.js'
import type { Conversation, Message, MessageRest, Person, ThreadMessage, Turn } from '../../src/turns/model.js'
import type { Lines, OutgoingDisplay, PlaceChoice, ReplyDisplay, Surface } from '../../src/turns/ports.js'
import type { ApprovalView, ReplyView } from '../../src/turns/view.js'
import type { Named, Names } from '../../src/turns/words.js'

export class FakeReply implements ReplyDisplay {
  readonly views: ReplyView[] = []
  readonly placedBelow: string[][] = []
  removed = false
  reachesOwner = true
  closed = false

  show(view: ReplyView): void {
    this.views.push(view)
  }

  /** Resolves before what was shown last stands in Slack. */
  beforeSettled: () => Promise<void> = async () => {}

  async settled(): Promise<void> {
    await this.beforeSettled()
  }

  /** Where it was to stand last. */
  lines: Lines | null = null

  async placeBelow(messages: readonly Message[], lines: Lines | null): Promise<void> {
    this.placedBelow.push(messages.map((message) => message.text))
    this.lines = lines
  }

  async remove(): Promise<void> {
    this.removed = true
  }

  close(): void {
    this.closed = true
  }

  get last(): ReplyView {
    const view = this.views.at(-1)
    if (view === undefined) throw new Error('the reply has shown nothing')
    return view
  }

  /** What it went through, each kind once where it repeats. */
  get phases(): string[] {
    return this.views.map((view) => view.phase.type).filter((type, index, all) => type !== all[index - 1])
  }
}

export class FakeSurface implements Surface, OutgoingDisplay, UndoDisplay {
  /** How taking something back ended, by the first approval of its button. */
  readonly undone: { readonly id: string; readonly place: UndoPlace; readonly ending: UndoEnding }[] = []
  /** What goes wrong next when that is shown. */
  readonly undoFailures: Error[] = []

  async showUndone(
    _: Conversation,
    { id, place }: { id: string; place: UndoPlace },
    ending: UndoEnding,
  ): Promise<void> {
    const failure = this.undoFailures.shift()
    if (failure !== undefined) throw failure
    this.undone.push({ id, place, ending })
  }

  /** What was told of mails whose turn is over. */
  readonly outgoing: ApprovalView[] = []

  readonly replies = new Map<string, FakeReply>()
  answer: Awaited<ReturnType<Surface['profile']>> = {
    name: 'Anna Lindqvist',
    timeZone: 'Europe/Stockholm',
    email: 'anna@northwind.example',
  }
  /** What goes wrong next when somebody is looked up. */
  readonly failures: Error[] = []
  /** Whether Slack opens direct messages with people. */
  hasDirectMessages = true
  /** Who and what Slack knows the name of. */
  readonly known = new Map<string, string>()
  readonly chosenFor: string[] = []
  /** The owner has not said yet where to answer. */
  undecidedUntil: number | null = null
  readonly withdrawnFor: string[] = []

  async profile(_person: Person): Promise<Awaited<ReturnType<Surface['profile']>>> {
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    return this.answer
  }

  /** What threads say. */
  thread: readonly ThreadMessage[] | 'unreadable' = []

  async readThread(): Promise<readonly ThreadMessage[] | 'unreadable'> {
    return this.thread
  }

  /** What messages hold besides their words, by `ts`. */
  readonly rests = new Map<string, MessageRest>()

  async readMessage(_thread: unknown, ts: string): Promise<MessageRest | null> {
    return this.rests.get(ts) ?? null
  }

  async names(wanted: readonly Named[]): Promise<Names> {
    return new Map(wanted.flatMap(({ id }) => (this.known.has(id) ? [[id, this.known.get(id) ?? '']] : [])))
  }

  async chooseAddress(conversation: Conversation): Promise<PlaceChoice> {
    this.chosenFor.push(conversation.id)
    if (!this.hasDirectMessages) return 'no_direct_message'
    if (this.undecidedUntil !== null) return { undecidedUntil: this.undecidedUntil }
    return { channel: 'D_PRIVATE', threadTs: '1795339900.000001' }
  }

  async withdrawPlaceQuestion(conversation: Conversation): Promise<void> {
    this.withdrawnFor.push(conversation.id)
  }

  async showOutgoing(_conversation: Conversation, approval: ApprovalView): Promise<void> {
    this.outgoing.push(approval)
  }

  reply(turn: Turn, conversation: Conversation): FakeReply {
    if (conversation.address === null) throw new Error('a reply needs an address')
    const known = this.replies.get(turn.id)
    if (known !== undefined) {
      // What is in Slack stays when memory lets go of it, and is found again.
      known.closed = false
      return known
    }
    const reply = new FakeReply()
    this.replies.set(turn.id, reply)
    return reply
  }
}

/**
 * The reply of one turn in Slack: asks the plan what comes next and does it, one step at a time, until the newest state has landed. Posts are made
 * at once, edits when the workspace's budget allows them. Holds only the newest state; what was not shown yet is replaced by it.
 *
 * One file because it is one loop: posts, edits and what becomes of a refusal all change what the next step is.
 */

import { describeError } from '../../log.js'
import { byTs } from '../../store/rows/timestamps.js'
import type { Message } from '../../turns/model.js'
import { type Lines, type ReplyDisplay, Unavailable } from '../../turns/ports.js'
import { retryPause } from '../../turns/time/retry-pause.js'
import type { ReplyView } from '../../turns/view.js'
import type { EditBudget, EditHandle, EditPriority, FlushResult } from '../api/edit-budget.js'
import type { PostTarget } from '../api/poster.js'
import { SlackRefused } from '../api/web.js'
import { ReviewLink } from '../blocks/review-link.js'
import { AnswerFile } from './answer-file.js'
import { stopButton } from './closing.js'
import { ConnectPointer } from './connect-pointer.js'
import type { FeedbackOffer } from './feedback-offer.js'
import { answerLength, answerText, hasWords } from './growth.js'
import { FirstPost } from './pacing/first-post.js'
import { Patience } from './pacing/patience.js'
import { Rounds } from './pacing/rounds.js'
import {
  editPriority,
  isComplete,
  nextEdit,
  PLACES,
  type Place,
  planNext,
  remedyFor,
  type Step,
  shownContent,
  type Wanted,
} from './plan.js'
import { type PostedMessage, PostedMessages, type PostedMessagesDeps } from './posted-messages.js'
import { Rendering } from './rendering.js'
import type { ReplyLook } from './reply-look.js'

export interface ReplyMessageDeps extends PostedMessagesDeps {
  readonly budget: EditBudget
  readonly feedback: FeedbackOffer
  /** The DM of the reply's owner, for what others must not see. @throws Unavailable, SlackRefused */
  readonly ownersDm: () => Promise<string>
  /** Where the reply goes on when Slack takes nothing more in a channel: a thread for its owner alone. @throws Unavailable, SlackRefused */
  readonly leave: () => Promise<Required<PostTarget>>
}

const RETRY_MS = 2_000
/** While an edit is due anyway, a growing text is looked at only after so many more characters: whether it needs a further message. */
const LOOK_CHARACTERS = 1_000

/** A post, or the edit of a message, that Slack refused. */
interface Refused {
  readonly place: Place
  readonly part: number
  readonly message?: PostedMessage
}

export class ReplyMessage implements ReplyDisplay {
  readonly #posted: Readonly<Record<Place, PostedMessages>>
  readonly #rendering: Rendering
  readonly #rounds: Rounds
  readonly #first: FirstPost
  readonly #patience: Patience
  readonly #handle: EditHandle
  readonly #review: ReviewLink
  readonly #pointer: ConnectPointer
  readonly #leaveStreams: () => void
  #file: AnswerFile
  #view: ReplyView | null = null
  /** `hopeless`: nothing of it can ever land. `leaving`: it moves to its owner's direct messages. */
  #state: 'open' | 'leaving' | 'hopeless' | 'closed' = 'open'
  /** What the edit that is due was asked for as; null: none is due. */
  #due: EditPriority | null = null
  /** Characters of the text when it was last looked at. */
  #lookedAt = 0
  #hasShownWords = false
  /** An edit was waited for in vain. */
  #isImpatient = false
  /** It was said below which messages it belongs. */
  #isPlaced = false
  #editing: Promise<unknown> = Promise.resolve()
  #onStands: () => void = () => undefined
  #waiters: (() => void)[] = []

  constructor(
    private readonly deps: ReplyMessageDeps,
    private look: ReplyLook,
    private target: PostTarget,
    private readonly onClose: () => void,
  ) {
    const { turnId } = look
    this.#rendering = new Rendering(deps.feedback)
    const messages = (place: Place) => new PostedMessages(deps, turnId, place)
    this.#posted = { reply: messages('reply'), card: messages('card') }
    this.#rounds = new Rounds(deps.clock, () => this.#round())
    this.#first = new FirstPost(deps.clock, () => this.#rounds.request())
    this.#patience = new Patience(deps.clock, () => {
      this.#isImpatient = true
      this.#rounds.request()
    })
    this.#handle = deps.budget.open(turnId, () => this.#flush())
    this.#file = this.#answerFile()
    this.#review = new ReviewLink(deps.web, deps.log, turnId)
    this.#pointer = new ConnectPointer(deps, turnId, target, deps.reader.user)
    this.#leaveStreams = deps.streams.enter()
  }

  show(view: ReplyView): void {
    // What Slack refused was another content: the end is tried in its best form.
    if (view.phase.type === 'ended' && this.#view?.phase.type !== 'ended') this.#rendering.writeBest()
    this.#view = view
    // The edit that is due shows this state too; rendering each of the pieces that arrive before it would cost more than all edits.
    if (!this.#isGrowth() || answerLength(view) >= this.#lookedAt + LOOK_CHARACTERS) this.#rounds.request()
  }

  get reachesOwner(): boolean {
    return !this.#rendering.isCardLeftOut
  }

  /** Until its first words are there its message waits, for some seconds at most: what the agent does, and how to stop it, stands beside the reply. */
  hold(): void {
    this.#first.hold()
  }

  /** Nothing is told beside it any more: its messages say everything themselves, at once. */
  release(): void {
    this.#first.release()
    if (this.look.isBare !== true) return
    this.look = { ...this.look, isBare: false }
    this.#rounds.request()
  }

  /** @param listener called after each message that was posted where the conversation is answered, and for what a process before this one posted */
  whenStands(listener: () => void): void {
    this.#onStands = listener
  }

  settled(): Promise<void> {
    // Whoever waits for it wants to see it stand.
    this.#first.end()
    if (this.#isSettled()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#rounds.request()
    })
  }

  /** A channel is found under another id only. */
  channelIdChanged(previous: string, channel: string): void {
    if (this.target.channel === previous) this.#moveTo({ ...this.target, channel })
    this.look = { ...this.look, ...(this.look.askedIn === previous ? { askedIn: channel } : {}) }
    for (const place of PLACES) this.#posted[place].channelIdChanged(previous, channel)
    this.#rounds.request()
  }

  async placeBelow(messages: readonly Message[], lines: Lines | null): Promise<void> {
    const isFirst = !this.#isPlaced
    this.#isPlaced = true
    // A process before this one may have begun it below the first line, and may not have heard that it arrived.
    if (lines !== null && isFirst) await this.#posted.reply.locate(lines.first)
    await this.#located()
    const isByAnother = lines !== null && isFirst && this.#posted.reply.isInherited
    const [first] = this.#posted.reply.all
    const above = messages.some((message) => message.channel === first?.channel && byTs(message, first) > 0)
    const isElsewhere = lines !== null && lines.last.threadTs !== this.target.threadTs
    if (first !== undefined && (above || isElsewhere || isByAnother)) await this.#posted.reply.removeFrom(0)
    if (isElsewhere) this.#moveTo(lines.last)
  }

  #moveTo(target: PostTarget): void {
    this.target = target
    this.#file = this.#answerFile()
  }

  async remove(): Promise<void> {
    this.#view = null
    await this.#located()
    await this.#posted.reply.withdraw(this.target)
    await this.#posted.card.withdraw(null)
  }

  close(): void {
    this.#state = 'closed'
    this.#first.close()
    this.#patience.stop()
    this.#rounds.stop()
    this.#handle.close()
    this.#posted.reply.close()
    this.#leaveStreams()
    this.onClose()
  }

  /** Resolves when nothing is on its way to Slack and all that stands there is known: a post that is under way may be older than what is asked now. */
  async #located(): Promise<void> {
    await this.#rounds.settled()
    await this.#editing
    await this.#posted.reply.locate(this.target)
    await this.#posted.card.locate(null)
  }

  /** Posts what is not in Slack yet, and asks for the edit that is due. */
  async #round(): Promise<void> {
    this.#lookedAt = answerLength(this.#view)
    const round = { refused: new Set<Place>(), hasLed: false }
    try {
      const isFirst = !this.#posted.reply.isLoaded
      for (const place of PLACES) await this.#posted[place].load()
      if (isFirst && this.#posted.reply.isInherited) this.#onStands()
      if (this.#state === 'leaving') await this.#moveToOwner()
      this.#chooseLook()
      if (this.#isImpatient) this.#goOnBelow()
      let step: Step
      do {
        step = planNext(this.#wanted(), this.#landed(), round)
        await this.#take(step, round)
      } while (step.type !== 'edit' && step.type !== 'wait' && this.#state !== 'leaving')
    } catch (error) {
      this.#recover(error)
    }
  }

  async #take(step: Step, round: { readonly refused: Set<Place>; hasLed: boolean }): Promise<void> {
    switch (step.type) {
      case 'post':
        if (!(await this.#post(step))) round.refused.add(step.place)
        return
      case 'delete':
        await this.#posted[step.place].removeFrom(step.from)
        return
      case 'lead':
        round.hasLed = true
        await this.#leadTo(this.#posted.card.all[step.part])
        return
      case 'stream':
        await this.#stream(step.part, step.how)
        return
      case 'edit':
        this.#due = step.priority
        this.#handle.request(step.priority)
        if (this.look.isBare === true) this.#patience.begin(step.priority === 'final')
        return
      case 'wait':
        if (this.#view !== null && this.#file.isDue(this.#view)) await this.#file.share(this.#view)
        if (this.#posted.reply.all.length > 0) this.#noteWords(this.#rendering.hasWords(this.#view, this.look))
        this.#settle()
    }
  }

  /** Answers false where Slack refused it. @throws Unavailable */
  async #post({ place, part, content, asStream }: Extract<Step, { type: 'post' }>): Promise<boolean> {
    const growing = {
      head: stopButton(this.look),
      growth: () => this.#rendering.growth(this.#view, this.look, part),
      onBroken: () => this.#rounds.request(),
    }
    try {
      const target = place === 'reply' ? this.target : { channel: await this.deps.ownersDm() }
      await this.#posted[place].post(part, target, content, asStream ? growing : null)
      if (place === 'reply') this.#onStands()
      return true
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.#refused(error, { place, part })
      return false
    }
  }

  async #stream(part: number, how: 'grow' | 'end'): Promise<void> {
    const message = this.#posted.reply.all[part]
    if (how === 'grow') message?.stream?.request()
    else if (message !== undefined) {
      const content = this.#wanted().reply[part]
      await this.#posted.reply.endStream(message, content === undefined ? null : answerText(content))
    }
  }

  /** By a link in the reply to a question, by a pointer for the owner's eyes only to a prompt to connect. */
  async #leadTo(card: PostedMessage | undefined): Promise<void> {
    if (card === undefined) return
    await this.#review.leadTo(card)
    const { url } = this.#review
    if (url !== undefined && url !== this.look.reviewUrl) this.look = { ...this.look, reviewUrl: url }
    if (this.#view?.phase.type === 'connecting') await this.#pointer.show(url)
  }

  /** Called by the budget when an edit may be made: makes one, of the newest state. */
  async #flush(): Promise<FlushResult> {
    this.#patience.stop()
    const edit = nextEdit(this.#wanted(), this.#landed())
    const message = edit === null ? undefined : this.#posted[edit.place].all[edit.part]
    if (edit === null || message === undefined || this.#state === 'closed') {
      this.#due = null
      this.#settle()
      this.#rounds.request()
      return 'unchanged'
    }
    const showsWords = this.#rendering.hasWords(this.#view, this.look)
    try {
      const editing = this.#posted[edit.place].edit(message, edit.content)
      this.#editing = editing.catch(() => undefined)
      await editing
    } catch (error) {
      if (error instanceof Unavailable && error.retryAfterMs !== undefined) return { retryAfterMs: error.retryAfterMs }
      this.#due = null
      if (error instanceof SlackRefused) this.#refused(error, { place: edit.place, part: edit.part, message })
      else this.#recover(error)
      return 'done'
    }
    this.#due = null
    if (showsWords) this.#noteWords(true)
    this.#rounds.request()
    return 'done'
  }

  /** @param at the message that could not be brought up to date, where it was one */
  #refused({ code, details }: SlackRefused, at?: Refused): void {
    const { turnId: turn, audience } = this.look
    const { log } = this.deps
    const isPosted = at?.message !== undefined
    const canLeave = audience === 'others' || (isPosted && at.message.channel !== this.target.channel)
    const remedy = remedyFor(code, at && { place: at.place, isPosted, canLeave })
    switch (remedy) {
      case 'replace':
        if (isPosted) at.message.isLost = true
        break
      case 'leave':
        log.warn({ turn, code }, 'slack channel takes nothing more: the reply goes on in direct messages')
        this.#state = 'leaving'
        break
      case 'plainer':
        if (at !== undefined && this.#rendering.leaveOutFeedback(this.#view, this.look, at.place, at.part))
          log.warn({ turn, code, details }, 'slack feedback buttons refused: answers go without them for an hour')
        else if (at !== undefined && this.#rendering.writePlainer(this.#view, this.look, at.place, at.part))
          log.error({ turn, code, details }, 'slack refused the form of a reply: it is written more plainly')
        else this.#giveUp(at?.place, turn, code, details)
        break
      case 'give_up':
        this.#giveUp(at?.place, turn, code, details)
    }
    this.#rounds.request()
  }

  #giveUp(place: Place | undefined, turn: string, code: string, details: readonly string[]): void {
    if (place === 'card') {
      this.deps.log.error({ turn, code, details }, 'slack post failed: the owner of a reply takes no direct message')
      this.#rendering.leaveOutCard()
      return
    }
    this.deps.log.error({ turn, code, details }, 'slack post failed: the reply cannot be shown any more')
    this.#state = 'hopeless'
    this.#rounds.stop()
    this.#settle()
  }

  #recover(error: unknown): void {
    if (error instanceof SlackRefused) {
      this.#refused(error)
      return
    }
    this.deps.log.warn({ turn: this.look.turnId, ...describeError(error) }, 'slack post failed: it is tried again')
    const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
    // Until then newer states only take the place of this one: asking sooner would not help, and count against the limit.
    this.#rounds.pause(retryPause(1, asked, { first: RETRY_MS, longest: RETRY_MS }))
  }

  /** What stands in the channel stays there, as far as it got; the whole of the reply stands in the owner's thread. */
  async #moveToOwner(): Promise<void> {
    if (this.look.audience === 'others') {
      this.#moveTo(await this.deps.leave())
      const { askedIn: _, ...look } = this.look
      this.look = { ...look, audience: 'owner' }
      await this.#posted.card.removeFrom(0)
    }
    this.#posted.reply.close()
    await this.#posted.reply.forgetFrom(0)
    this.#rendering.writeBest()
    if (this.#state === 'leaving') this.#state = 'open'
  }

  /** Once it is known that there are words: where many replies share the edits, its messages hold nothing that has to be taken away again. */
  #chooseLook(): void {
    if (this.look.isBare !== undefined || !hasWords(this.#view)) return
    const { all } = this.#posted.reply
    const isStreamed = all.length === 0 ? this.deps.streams.hasPlace : all.some(({ stream }) => stream !== null)
    this.look = { ...this.look, isBare: this.#first.isToldBeside && this.deps.budget.isCrowded && !isStreamed }
  }

  /** No edit has been free for long: what is new stands in a further message, where the last one may end. */
  #goOnBelow(): void {
    this.#isImpatient = false
    const last = this.#posted.reply.all.at(-1)
    if (this.look.isBare === true && last?.shown != null)
      this.#rendering.endMessage(answerText(shownContent(last.shown)))
  }

  #noteWords(areShown: boolean): void {
    this.#hasShownWords = areShown
    if (areShown) this.#handle.firstWordsStand()
  }

  #answerFile(): AnswerFile {
    return new AnswerFile(this.deps.poster, this.deps.log, this.look.turnId, this.target)
  }

  #wanted(): Wanted {
    const hasWords = this.#rendering.hasWords(this.#view, this.look)
    const isHeld = this.#view !== null && this.#first.waits(this.#view, hasWords)
    return this.#rendering.wanted(this.#view, this.look, { hasShownWords: this.#hasShownWords, isHeld })
  }

  #landed(): Readonly<Record<Place, readonly PostedMessage[]>> {
    return { reply: this.#posted.reply.all, card: this.#posted.card.all }
  }

  /** Whether what is new needs no more than the edit, or the piece of a stream, that is due already. */
  #isGrowth(): boolean {
    const hasFirstWords = hasWords(this.#view) && !this.#hasShownWords
    const priority = editPriority({ phase: this.#view?.phase.type ?? null, hasFirstWords })
    const isDue = this.#posted.reply.all.at(-1)?.stream?.isDue === true || this.#due === priority
    return isDue && (priority === 'text' || priority === 'first')
  }

  #isSettled(): boolean {
    if (this.#state === 'hopeless' || this.#view === null) return true
    return PLACES.every((place) => this.#posted[place].isLoaded) && this.#rounds.isIdle && this.#isComplete()
  }

  #isComplete(): boolean {
    return isComplete(this.#wanted(), this.#landed()) && !this.#file.isDue(this.#view)
  }

  #settle(): void {
    if (this.#state !== 'hopeless' && this.#view !== null && !this.#isComplete()) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }
}

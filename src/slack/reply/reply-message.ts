/**
 * The reply of one turn in Slack: posts it, edits it within the workspace's budget, moves on to further messages when one is full,
 * and knows when the newest state has landed. Holds only the newest state; whatever was not shown yet is replaced by it.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { PostKey, Posts } from '../../store/tables/posts.js'
import { byTs } from '../../store/tables/timestamps.js'
import type { Message } from '../../turns/model.js'
import { type ReplyDisplay, Unavailable } from '../../turns/ports.js'
import { retryPause } from '../../turns/time/retry-pause.js'
import type { ReplyView } from '../../turns/view.js'
import type { EditBudget, EditHandle, EditPriority, FlushResult } from '../api/edit-budget.js'
import type { MessageContent, Poster, PostTarget, StreamStart } from '../api/poster.js'
import { CANNOT_DELETE, messageRefusal, NO_DIRECT_MESSAGE, STREAMS_STILL } from '../api/refusals.js'
import type { Streams } from '../api/streams.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { PLAINEST, plainly } from '../blocks/plain-message.js'
import { ReviewLink } from '../blocks/review-link.js'
import { Pager } from '../markdown/pages.js'
import { holdsLink } from '../markdown/streamed-text.js'
import { AnswerFile } from './answer-file.js'
import { ConnectPointer } from './connect-pointer.js'
import { cardMessages, firstOpenCard, growthSteps, type ReplyLook, replyMessages, stopButton } from './reply-blocks.js'
import { endStream, type Growth, ReplyStream } from './reply-stream.js'

export interface ReplyMessageRooms {
  readonly web: WebClient
  readonly poster: Poster
  readonly posts: Posts
  readonly budget: EditBudget
  readonly streams: Streams
  /** Whose reply it is, as streams outside of direct messages name their reader. */
  readonly reader: StreamStart['reader']
  readonly log: Log
  /** The DM of the reply's owner, for what others must not see. */
  readonly ownersDm: () => Promise<string>
  /** Where the reply goes on when Slack takes nothing more in a channel: a thread for its owner alone. @throws Unavailable, SlackRefused */
  readonly leave: () => Promise<Required<PostTarget>>
}

type Place = 'reply' | 'card'

/** A message as it stands in Slack. `shown` is the signature of its content; null where that is not known, e.g. after a restart. */
interface Landed {
  channel: string
  readonly ts: string
  shown: string | null
  /** As long as it grows as a native stream, and cannot be edited. */
  stream: ReplyStream | null
}

const RETRY_MS = 2_000
/** While an edit is due anyway, a growing text is looked at only after so many more characters: whether it needs a further message. */
const LOOK_CHARACTERS = 1_000
/** Steps that a stream tells of; with more, the message is edited, where earlier ones are only counted. */
const MOST_STREAMED_STEPS = 20

/** Messages, and for each which one it was before Slack refused that: a plainer form may take several. */
interface Wanted {
  readonly messages: readonly MessageContent[]
  readonly origins: readonly number[]
}

const NOTHING: Wanted = { messages: [], origins: [] }

export class ReplyMessage implements ReplyDisplay {
  readonly #landed: Record<Place, Landed[]> = { reply: [], card: [] }
  readonly #handle: EditHandle
  #view: ReplyView | null = null
  readonly #pager = new Pager()
  #file: AnswerFile
  #rendered: { view: ReplyView; reply: Wanted; card: Wanted } | null = null
  #loaded = false
  #working: Promise<void> | null = null
  #again = false
  /** What the edit that is due was asked for as; null: none is due. */
  #due: EditPriority | null = null
  /** Characters of the text when it was last looked at. */
  #lookedAt = 0
  #hasShownWords = false
  #hopeless = false
  /** Moving to the owner's direct messages. */
  #isLeaving = false
  /** Slack takes nothing in the owner's direct messages. */
  #cardIsHopeless = false
  /** How plainly a message has to be written, by place and its number in its best form, since Slack refused it in a richer form. */
  readonly #plainness = new Map<string, number>()
  #editing: Promise<unknown> = Promise.resolve()
  #closed = false
  #waiters: (() => void)[] = []
  #retry: NodeJS.Timeout | undefined
  readonly #review: ReviewLink
  readonly #pointer: ConnectPointer
  readonly #leaveStreams: () => void

  constructor(
    private readonly rooms: ReplyMessageRooms,
    private look: ReplyLook,
    private target: PostTarget,
    private readonly onClose: () => void,
  ) {
    this.#handle = rooms.budget.open(look.turnId, () => this.#flush())
    this.#file = new AnswerFile(rooms.poster, rooms.log, look.turnId, target)
    this.#review = new ReviewLink(rooms.web, rooms.log, look.turnId)
    this.#pointer = new ConnectPointer(rooms, look.turnId, target, rooms.reader.user)
    this.#leaveStreams = rooms.streams.enter()
  }

  show(view: ReplyView): void {
    // What Slack refused was another content: the end is tried in its best form.
    if (view.phase.type === 'ended' && this.#view?.phase.type !== 'ended') this.#plainness.clear()
    this.#view = view
    // The edit that is due shows this state too; rendering each of the pieces that arrive before it would cost more than all edits.
    if (!this.#isGrowth() || this.#length() >= this.#lookedAt + LOOK_CHARACTERS) this.#kick()
  }

  get reachesOwner(): boolean {
    return !this.#cardIsHopeless
  }

  settled(): Promise<void> {
    if (this.#isSettled()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#kick()
    })
  }

  /** A channel is found under another id only. */
  channelIdChanged(previous: string, channel: string): void {
    if (this.target.channel === previous) this.target = { ...this.target, channel }
    if (this.look.askedIn === previous) this.look = { ...this.look, askedIn: channel }
    for (const place of ['reply', 'card'] as const)
      for (const landed of this.#landed[place]) if (landed.channel === previous) landed.channel = channel
    this.#file = new AnswerFile(this.rooms.poster, this.rooms.log, this.look.turnId, this.target)
    this.#rendered = null
    this.#kick()
  }

  async placeBelow(messages: readonly Message[]): Promise<void> {
    // A post that is under way may have been sent before the last of these messages was written.
    await this.#working
    await this.#editing
    await this.#locate()
    const [first] = this.#landed.reply
    const above = messages.some((message) => message.channel === first?.channel && byTs(message, first) > 0)
    if (first === undefined || !above) return
    await this.#removeFrom('reply', 0)
  }

  async remove(): Promise<void> {
    this.#view = null
    await this.#working
    await this.#editing
    await this.#locate()
    await this.#removeFrom('reply', 0)
    await this.#removeFrom('card', 0)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#handle.close()
    for (const { stream } of this.#landed.reply) stream?.close()
    this.#leaveStreams()
    this.onClose()
  }

  /** Starts bringing Slack to the newest state, unless that is under way: then it looks once more when it is done. */
  #kick(): void {
    this.#again = true
    if (this.#working !== null || this.#closed || this.#hopeless || this.#isLeaving || this.#retry !== undefined) return
    this.#working = this.#work().finally(() => {
      this.#working = null
      if (this.#again) this.#kick()
    })
  }

  /** Posts what is not in Slack yet; edits go through the budget. */
  async #work(): Promise<void> {
    this.#again = false
    this.#lookedAt = this.#length()
    try {
      await this.#load()
      // What only grew until here is finished first: a question must not stand below half an answer.
      if (this.#view?.phase.type === 'deciding') await this.#growStreams()
      for (const place of ['reply', 'card'] as const) await this.#postMissing(place)
      await this.#leadToCard()
      await this.#growStreams()
      if (this.#firstStale() === null) {
        if (this.#view !== null && this.#file.isDue(this.#view)) await this.#file.share(this.#view)
        this.#hasShownWords = this.#hasWords()
        this.#settle()
      } else {
        this.#due = this.#priority()
        this.#handle.request(this.#due)
      }
    } catch (error) {
      this.#recover(error)
    }
  }

  async #load(): Promise<void> {
    if (this.#loaded) return
    for (const place of ['reply', 'card'] as const) {
      const posts = await this.rooms.posts.of(this.look.turnId, place)
      this.#landed[place] = posts.flatMap((post) =>
        post.ts === null ? [] : [{ channel: post.channel, ts: post.ts, shown: null, stream: null }],
      )
    }
    this.#loaded = true
  }

  /** Loads, and looks for what may have been posted without an answer: it stands in Slack like any other, though nobody knows where. */
  async #locate(): Promise<void> {
    await this.#load()
    for (const place of ['reply', 'card'] as const) {
      for (const { part, channel, ts } of await this.rooms.posts.of(this.look.turnId, place)) {
        if (ts !== null || part !== this.#landed[place].length) continue
        const target = place === 'reply' ? this.target : { channel }
        const found = await this.#whereIs(this.#key(place, part), target)
        if (found !== null) this.#land(place, part, { channel, ts: found, shown: null, stream: null })
      }
    }
  }

  /** Where Slack lets nobody look (the thread is gone, the bot was removed), there is nothing that could be moved or taken away. */
  async #whereIs(key: PostKey, target: PostTarget): Promise<string | null> {
    try {
      return await this.rooms.poster.locate(key, target)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.rooms.log.warn(
        { turn: this.look.turnId, code: error.code },
        'a message that may have been posted could not be looked for',
      )
      return null
    }
  }

  /** Unless it has been found already by whoever looked for it at the same time. */
  #land(place: Place, part: number, landed: Landed): void {
    if (part === this.#landed[place].length) this.#landed[place].push(landed)
  }

  async #postMissing(place: Place): Promise<void> {
    for (let part = this.#landed[place].length; part < this.#wanted(place).length; part += 1) {
      const content = this.#wanted(place)[part]
      if (content === undefined) return
      // Buttons must not stand there before what stands above them does.
      if (this.#view?.phase.type === 'deciding' && this.#firstStale([place]) !== null) return
      try {
        const target = place === 'reply' ? this.target : { channel: await this.rooms.ownersDm() }
        this.#land(place, part, await this.#post(place, part, target, content))
      } catch (error) {
        if (!(error instanceof SlackRefused)) throw error
        return this.#recover(error, { place, part })
      }
    }
    // What was asked is decided, or what was being written was written anew. Before work is shown, nobody knows yet how much there is.
    const isOver = this.#isSettledPhase() || this.#view?.phase.type === 'working'
    if (isOver && this.#wanted(place).length < this.#landed[place].length) {
      await this.#removeFrom(place, Math.max(this.#wanted(place).length, place === 'card' ? 0 : 1))
    }
  }

  /** As a native stream where there is a place for one and the message will grow. */
  async #post(place: Place, part: number, target: PostTarget, content: MessageContent): Promise<Landed> {
    const { poster, streams, web, reader } = this.rooms
    const { channel } = target
    const growth = () => (place === 'reply' ? this.#growth(part) : null)
    const streamPlace = growth() === null ? null : streams.tryOpen()
    let isStream = false
    try {
      const start: StreamStart = {
        reader,
        head: stopButton(this.look),
        onRefused: (code) => streams.refused(code),
        onPaused: (ms) => streams.pause(ms),
      }
      const posted = await poster.post(
        this.#key(place, part),
        target,
        content,
        streamPlace === null ? undefined : start,
      )
      isStream = posted.isStream
      if (streamPlace === null || !isStream)
        return { channel, ts: posted.ts, shown: posted.isNew ? signature(content) : null, stream: null }
      const rooms = { web, streams, growth, onBroken: () => this.#kick() }
      return { channel, ts: posted.ts, shown: null, stream: new ReplyStream(rooms, channel, posted.ts, streamPlace) }
    } finally {
      if (!isStream) streamPlace?.release()
    }
  }

  /** Streams grow by themselves; what cannot be said by appending ends them, and is edited. */
  async #growStreams(): Promise<void> {
    for (const [part, landed] of this.#landed.reply.entries()) {
      if (landed.stream === null) continue
      if (landed.stream.canGrow && this.#growth(part) !== null) landed.stream.request()
      else await this.#endStream(landed)
    }
  }

  async #endStream(landed: Landed): Promise<void> {
    await landed.stream?.end()
    landed.stream = null
  }

  /** What the message of this part says while it only grows; null where it does not. */
  #growth(part: number): Growth | null {
    const view = this.#view
    if (view === null || (view.phase.type !== 'starting' && view.phase.type !== 'working')) return null
    const wanted = this.#wanted('reply')
    const steps = part === 0 ? growthSteps(view, this.look) : []
    const isPlain = this.#plainness.has(`reply:${this.#originOf('reply', part)}`)
    if (part !== wanted.length - 1 || isPlain || steps.length > MOST_STREAMED_STEPS) return null
    const text = wanted[part]?.blocks.map((block) => (block.type === 'markdown' ? block.text : '')).join('') ?? ''
    return holdsLink(text) ? null : { text, steps }
  }

  /**
   * Where others read along, their owner is led to what waits in the direct messages: by a link in the reply to the first question, by a pointer for
   * their eyes only to a prompt to connect.
   */
  async #leadToCard(): Promise<void> {
    if (this.look.audience === 'owner' || this.#view === null) return
    const { phase } = this.#view
    if (phase.type !== 'deciding' && phase.type !== 'connecting') return
    const first = phase.type === 'connecting' ? 0 : firstOpenCard(this.#view, this.look)
    const card = this.#landed.card[this.#render()?.card.origins.indexOf(first) ?? -1]
    if (card === undefined) return
    if (await this.#review.leadTo(card)) this.#rendered = null
    if (phase.type === 'connecting') await this.#pointer.show(this.#review.url)
  }

  /** Called by the budget when an edit may be made: makes one, of the newest state. */
  async #flush(): Promise<FlushResult> {
    const stale = this.#firstStale()
    if (stale === null || this.#closed) {
      this.#due = null
      this.#settle()
      this.#kick()
      return 'unchanged'
    }
    const { landed, content } = stale
    const hasWords = this.#hasWords()
    try {
      const edit = this.#update(landed, content)
      this.#editing = edit.catch(() => undefined)
      await edit
      landed.shown = signature(content)
    } catch (error) {
      if (error instanceof Unavailable && error.retryAfterMs !== undefined) return { retryAfterMs: error.retryAfterMs }
      this.#due = null
      this.#recover(error, stale)
      return 'done'
    }
    this.#due = null
    this.#hasShownWords ||= hasWords
    this.#kick()
    return 'done'
  }

  async #update(landed: Landed, content: MessageContent): Promise<void> {
    const message = { channel: landed.channel, ts: landed.ts, text: content.text, parse: 'none' as const }
    const update = () => slackCall(() => this.rooms.web.chat.update({ ...message, blocks: [...content.blocks] }))
    try {
      await update()
    } catch (error) {
      if (!(error instanceof SlackRefused) || error.code !== STREAMS_STILL) throw error
      // A process before this one left it streaming.
      await this.#endForeignStream(landed)
      await update()
    }
  }

  /** @throws Unavailable, without a pause: a throttled stop must not keep the edits of others waiting */
  async #endForeignStream({ channel, ts }: Landed): Promise<void> {
    try {
      await endStream(this.rooms.web, this.rooms.streams, channel, ts)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      throw new Unavailable('slack', 'a stream could not be stopped yet', undefined, { cause: error })
    }
  }

  /** @param at the message that could not be brought up to date, where it was one */
  #recover(error: unknown, at?: { readonly landed?: Landed; readonly place: Place; readonly part: number }): void {
    const { turnId } = this.look
    if (error instanceof SlackRefused) {
      const { code } = error
      if (messageRefusal(code) === 'message_gone' && at?.landed !== undefined) {
        this.#replace(at.landed, at.place, at.part)
        return
      }
      if (this.#leaves(code, at)) {
        this.rooms.log.warn(
          { turn: turnId, code },
          'the reply goes on in direct messages: its channel takes nothing more',
        )
        this.#leave()
        return
      }
      const isAboutForm =
        ['form', 'message_gone'].includes(messageRefusal(code)) &&
        !(at?.place === 'card' && NO_DIRECT_MESSAGE.has(code))
      if (isAboutForm && at !== undefined && this.#writePlainer(at.place, at.part)) {
        this.rooms.log.error(
          { turn: turnId, code, details: error.details },
          'Slack refused a form of the reply; writing it more plainly',
        )
        this.#kick()
        return
      }
      if (at?.place === 'card') {
        this.rooms.log.error(
          { turn: turnId, code, details: error.details },
          'the owner of a reply cannot be reached in private',
        )
        this.#cardIsHopeless = true
        this.#rendered = null
        this.#kick()
        return
      }
      this.rooms.log.error({ turn: turnId, code, details: error.details }, 'the reply cannot be shown any more')
      this.#hopeless = true
      this.#settle()
      return
    }
    this.rooms.log.warn({ turn: turnId, ...describeError(error) }, 'the reply could not be shown yet; trying again')
    clearTimeout(this.#retry)
    const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
    const delay = retryPause(1, asked, { first: RETRY_MS, longest: RETRY_MS })
    // Until then newer states only take the place of this one: asking sooner would not help, and count against the limit.
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#kick()
    }, delay)
    this.#retry.unref()
  }

  /** Whether Slack refused the reply for the sake of a channel, and its owner can be reached elsewhere. */
  #leaves(code: string, at?: { readonly landed?: Landed; readonly place: Place }): boolean {
    if (at?.place !== 'reply' || messageRefusal(code) !== 'channel_closed') return false
    return this.look.audience === 'others' || (at.landed !== undefined && at.landed.channel !== this.target.channel)
  }

  #leave(): void {
    this.#isLeaving = true
    this.#again = true
    this.#moveToOwner()
      .finally(() => {
        this.#isLeaving = false
      })
      .then(
        () => this.#kick(),
        (reason: unknown) => this.#recover(reason),
      )
  }

  /** What stands in the channel stays there, as far as it got; the whole of the reply stands in the owner's thread. */
  async #moveToOwner(): Promise<void> {
    if (this.look.audience === 'others') {
      this.target = await this.rooms.leave()
      const { askedIn: _, ...look } = this.look
      this.look = { ...look, audience: 'owner' }
      this.#file = new AnswerFile(this.rooms.poster, this.rooms.log, this.look.turnId, this.target)
      await this.#removeFrom('card', 0)
    }
    for (const { stream } of this.#landed.reply) stream?.close()
    await this.#forgetFrom('reply', 0)
    this.#plainness.clear()
    this.#rendered = null
  }

  /** Somebody deleted the message while it was being edited: the answer still has to stand somewhere, and in order. */
  #replace(lost: Landed, place: Place, part: number): void {
    // Unless it has been replaced meanwhile, e.g. by one below a newer question.
    const replaced = this.#landed[place][part] === lost ? this.#removeFrom(place, part) : Promise.resolve()
    replaced.then(
      () => this.#kick(),
      (reason: unknown) => this.#recover(reason),
    )
  }

  /** False when there is no plainer form left. */
  #writePlainer(place: Place, part: number): boolean {
    const message = `${place}:${this.#originOf(place, part)}`
    const plainness = (this.#plainness.get(message) ?? 0) + 1
    if (plainness > PLAINEST) return false
    this.#plainness.set(message, plainness)
    this.#rendered = null
    return true
  }

  #isSettledPhase(): boolean {
    const phase = this.#view?.phase.type
    return phase === 'ended' || phase === 'deciding' || phase === 'connecting'
  }

  async #removeFrom(place: Place, part: number): Promise<void> {
    for (const landed of this.#landed[place].slice(part)) {
      try {
        await this.#endStream(landed)
        await this.#delete(landed)
      } catch (error) {
        if (!(error instanceof SlackRefused)) throw error
        this.rooms.log.warn({ turn: this.look.turnId, code: error.code }, 'a message could not be deleted, or was gone')
      }
    }
    await this.#forgetFrom(place, part)
  }

  async #delete(landed: Landed): Promise<void> {
    const { channel, ts } = landed
    const remove = () => slackCall(() => this.rooms.web.chat.delete({ channel, ts }))
    try {
      await remove()
    } catch (error) {
      if (!(error instanceof SlackRefused) || error.code !== CANNOT_DELETE) throw error
      // As it says of messages that a process before this one left streaming.
      await this.#endForeignStream(landed)
      await remove()
    }
  }

  async #forgetFrom(place: Place, part: number): Promise<void> {
    for (let index = part; index < this.#landed[place].length; index += 1)
      await this.rooms.posts.forget(this.#key(place, index))
    this.#landed[place].splice(part)
  }

  #firstStale(
    places: readonly Place[] = ['reply', 'card'],
  ): { landed: Landed; content: MessageContent; place: Place; part: number } | null {
    for (const place of places) {
      const wanted = this.#wanted(place)
      for (const [part, landed] of this.#landed[place].entries()) {
        const content = wanted[part]
        if (content === undefined || landed.stream !== null) continue
        if (landed.shown !== signature(content)) return { landed, content, place, part }
      }
    }
    return null
  }

  #wanted(place: Place): readonly MessageContent[] {
    return this.#render()?.[place].messages ?? []
  }

  /** Which message this is in the reply's best form. */
  #originOf(place: Place, part: number): number {
    return this.#render()?.[place].origins[part] ?? part
  }

  /** Rendered once per state: a state is looked at several times until it has landed. */
  #render(): { reply: Wanted; card: Wanted } | null {
    const view = this.#view
    if (view === null) return null
    if (this.#rendered?.view !== view) {
      const plain = (where: Place, messages: readonly MessageContent[]): Wanted => {
        const forms = messages.map((content, origin) =>
          plainly(content, this.#plainness.get(`${where}:${origin}`) ?? 0),
        )
        return { messages: forms.flat(), origins: forms.flatMap((form, origin) => form.map(() => origin)) }
      }
      this.#rendered = {
        view,
        reply: plain('reply', replyMessages(view, this.#lookNow, this.#pager)),
        card: this.#cardIsHopeless ? NOTHING : plain('card', cardMessages(view, this.look)),
      }
    }
    return this.#rendered
  }

  get #lookNow(): ReplyLook {
    const { url } = this.#review
    return url === undefined ? this.look : { ...this.look, reviewUrl: url }
  }

  #priority(): EditPriority {
    if (this.#view?.phase.type === 'ended') return 'final'
    if (this.#view?.phase.type === 'deciding' || this.#view?.phase.type === 'connecting') return 'approval'
    return this.#hasWords() && !this.#hasShownWords ? 'first' : 'text'
  }

  /** Whether what is new needs no more than the edit, or the piece of a stream, that is due already. */
  #isGrowth(): boolean {
    const priority = this.#priority()
    if (this.#landed.reply.at(-1)?.stream?.isDue) return priority === 'text' || priority === 'first'
    return this.#due === priority && (priority === 'text' || priority === 'first')
  }

  /** Characters of the answer so far. */
  #length(): number {
    if (this.#view === null) return 0
    const { items, preview } = this.#view.reply
    return items.reduce((sum, item) => sum + (item.type === 'text' ? item.text.length : 0), preview?.text.length ?? 0)
  }

  /** Whether there is any text of the answer yet. */
  #hasWords(): boolean {
    if (this.#view === null) return false
    const { items, preview } = this.#view.reply
    return /\S/.test(preview?.text ?? '') || items.some((item) => item.type === 'text' && /\S/.test(item.text))
  }

  #isSettled(): boolean {
    if (this.#hopeless || this.#view === null) return true
    return this.#loaded && this.#working === null && !this.#again && this.#complete()
  }

  #complete(): boolean {
    return (
      (['reply', 'card'] as const).every((place) => this.#landed[place].length >= this.#wanted(place).length) &&
      this.#firstStale() === null &&
      !this.#file.isDue(this.#view)
    )
  }

  #settle(): void {
    if (!this.#hopeless && this.#view !== null && !this.#complete()) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  #key(place: Place, part: number): PostKey {
    return { subject: this.look.turnId, place, part }
  }
}

function signature(content: MessageContent): string {
  return JSON.stringify(content)
}

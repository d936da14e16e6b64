/** The newest state of a reply as messages, each in the best form that Slack has not refused. */

import type { ReplyView } from '../../turns/view.js'
import type { MessageContent } from '../api/poster.js'
import { PLAINEST, plainly } from '../blocks/plain-message.js'
import { Pager } from '../markdown/pages.js'
import { type FeedbackOffer, hasFeedback, withFeedback } from './feedback-offer.js'
import { growthOf, hasWords } from './growth.js'
import type { Place, Wanted } from './plan.js'
import { cardMessages, firstOpenCard, replyMessages } from './reply-blocks.js'
import type { ReplyLook } from './reply-look.js'
import type { Growth } from './reply-stream.js'

/** Messages, and for each which one it was before Slack refused that: a plainer form may take several. */
interface Forms {
  readonly messages: readonly MessageContent[]
  readonly origins: readonly number[]
}

/** What decides how its messages are brought to Slack. */
interface Progress {
  /** Words of the answer stand in Slack already. */
  readonly hasShownWords: boolean
  readonly isHeld: boolean
}

const NOTHING_WANTED: Wanted = {
  phase: null,
  reply: [],
  card: [],
  growing: null,
  leadsTo: null,
  hasFirstWords: false,
  isHeld: false,
}
const NOTHING: Forms = { messages: [], origins: [] }

interface Rendered {
  readonly view: ReplyView
  readonly look: ReplyLook
  readonly reply: Forms
  readonly card: Forms
  readonly leadsTo: number | null
}

export class Rendering {
  readonly #pager = new Pager()
  #isCardLeftOut = false
  /** How plainly a message has to be written, by place and its number in its best form, since Slack refused it in a richer form. */
  readonly #plainness = new Map<string, number>()
  #rendered: Rendered | null = null
  /** Decided once, so that what others are refused changes nothing of an answer that stands; null: not yet. */
  #offersFeedback: boolean | null = null

  constructor(private readonly feedback: FeedbackOffer) {}

  /** The card is left out: Slack takes nothing in the owner's direct messages. */
  get isCardLeftOut(): boolean {
    return this.#isCardLeftOut
  }

  leaveOutCard(): void {
    this.#isCardLeftOut = true
    this.#rendered = null
  }

  /** What is wanted for this state. */
  wanted(view: ReplyView | null, look: ReplyLook, { hasShownWords, isHeld }: Progress): Wanted {
    if (view === null) return NOTHING_WANTED
    const { reply, card, leadsTo } = this.#render(view, look)
    const last = reply.messages.length - 1
    const growth = () => this.growth(view, look, last)
    return {
      phase: view.phase.type,
      reply: reply.messages,
      card: card.messages,
      // Asked for only where a stream is, or could begin: it reads the whole message.
      get growing() {
        return growth() === null ? null : last
      },
      leadsTo,
      hasFirstWords: this.hasWords(view, look) && !hasShownWords,
      isHeld,
    }
  }

  /** Whether the messages hold words of the answer. */
  hasWords(view: ReplyView | null, look: ReplyLook): boolean {
    if (view === null || !hasWords(view)) return false
    const { messages } = this.#render(view, look).reply
    return look.isBare !== true || messages.some(({ blocks }) => blocks.some(({ type }) => type === 'markdown'))
  }

  /** Ends the last message of the answer where it says this: what comes next stands in a further one. Answers false where it cannot end there. */
  endMessage(text: string): boolean {
    const canEnd = this.#pager.endPage(text)
    if (canEnd) this.#rendered = null
    return canEnd
  }

  /** What the reply's message of this number says while it only grows; null where it does not. */
  growth(view: ReplyView | null, look: ReplyLook, part: number): Growth | null {
    if (view === null) return null
    const { reply } = this.#render(view, look)
    const isPlain = this.#plainness.has(`reply:${originOf(reply, part)}`)
    return isPlain ? null : growthOf(view, look, reply.messages, part)
  }

  /** Leaves out the feedback buttons of a message that Slack refused. Answers false where it has none: they are not why. */
  leaveOutFeedback(view: ReplyView | null, look: ReplyLook, place: Place, part: number): boolean {
    const content = view === null ? undefined : this.#render(view, look)[place].messages[part]
    if (content === undefined || !hasFeedback(content)) return false
    this.#offersFeedback = false
    this.feedback.withdraw()
    this.#rendered = null
    return true
  }

  /** Writes a message of this state more plainly from now on. Answers false when there is no plainer form left. */
  writePlainer(view: ReplyView | null, look: ReplyLook, place: Place, part: number): boolean {
    const origin = view === null ? part : originOf(this.#render(view, look)[place], part)
    const plainness = (this.#plainness.get(`${place}:${origin}`) ?? 0) + 1
    if (plainness > PLAINEST) return false
    this.#plainness.set(`${place}:${origin}`, plainness)
    if (this.#offersFeedback === false && place === 'reply') this.feedback.reopen()
    this.#rendered = null
    return true
  }

  /** Every message is tried in its best form again. */
  writeBest(): void {
    this.#plainness.clear()
    this.#rendered = null
  }

  /** Once per state: a state is looked at several times until it has landed. */
  #render(view: ReplyView, look: ReplyLook): Rendered {
    if (this.#rendered?.view === view && this.#rendered.look === look) return this.#rendered
    const formsOf = (place: Place, messages: readonly MessageContent[]): Forms => {
      const forms = messages.map((content, origin) => plainly(content, this.#plainness.get(`${place}:${origin}`) ?? 0))
      return { messages: forms.flat(), origins: forms.flatMap((form, origin) => form.map(() => origin)) }
    }
    const reply = formsOf('reply', this.#withFeedback(replyMessages(view, look, this.#pager), view, look))
    const card = this.#isCardLeftOut ? NOTHING : formsOf('card', cardMessages(view, look))
    this.#rendered = { view, look, reply, card, leadsTo: cardToLeadTo(view, look, card) }
    return this.#rendered
  }

  #withFeedback(messages: readonly MessageContent[], view: ReplyView, look: ReplyLook): readonly MessageContent[] {
    if (view.phase.type !== 'ended') return messages
    this.#offersFeedback ??= this.feedback.isOpen
    return this.#offersFeedback ? withFeedback(messages, view, look) : messages
  }
}

/** Which message this was in the reply's best form. */
function originOf({ origins }: Forms, part: number): number {
  return origins[part] ?? part
}

/** Where others read along, their owner is led to the first question, or to the prompt to connect; null where nothing is asked. */
function cardToLeadTo(view: ReplyView, look: ReplyLook, card: Forms): number | null {
  const { type } = view.phase
  if (look.audience === 'owner' || (type !== 'deciding' && type !== 'connecting')) return null
  const part = card.origins.indexOf(type === 'connecting' ? 0 : firstOpenCard(view, look))
  return part === -1 ? null : part
}

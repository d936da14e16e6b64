/**
 * What comes next for a reply in Slack: what it is to say and what stands there go in, one step comes out. Pure; whoever carries the step out asks
 * again. A message counts as brought up to date when the signature of its content is what was shown last.
 */

import type { Phase } from '../../turns/view.js'
import type { EditPriority } from '../api/edit-budget.js'
import type { MessageContent } from '../api/poster.js'
import { messageRefusal, NO_DIRECT_MESSAGE } from '../api/refusals.js'

/** `reply`: where the conversation is answered. `card`: the owner's direct messages, for what only they may see. */
export type Place = 'reply' | 'card'
export const PLACES: readonly Place[] = ['reply', 'card']

/** What the reply is to say now. */
export interface Wanted {
  /** Null: nothing is to be shown any more. */
  readonly phase: Phase['type'] | null
  readonly reply: readonly MessageContent[]
  readonly card: readonly MessageContent[]
  /** Number of the reply's message that only grows, and may do so as a native stream; null where none does. */
  readonly growing: number | null
  /** Number of the card's message that others' reply leads its owner to; null where it leads to none. */
  readonly leadsTo: number | null
  /** There are words of the answer, and none has been shown yet. */
  readonly hasFirstWords: boolean
  /** The reply's first message is posted with its first words, which are not there yet. */
  readonly isHeld: boolean
}

/** A message that stands in Slack. */
export interface Landed {
  /** Null where that is not known. */
  readonly shown: string | null
  /** Slack edits it no more. */
  readonly isLost: boolean
  /** Null for one that is edited. `isDue`: it has been asked to grow. */
  readonly stream: { readonly canGrow: boolean; readonly isDue: boolean } | null
}

export type Standing = Readonly<Record<Place, readonly Landed[]>>

/** What has happened in this round of steps. */
export interface Round {
  /** Slack refused a post in these places: they are left alone until the next round. */
  readonly refused: ReadonlySet<Place>
  /** The owner has been led to their card. */
  readonly hasLed: boolean
}

export interface Edit {
  readonly type: 'edit'
  readonly place: Place
  readonly part: number
  readonly content: MessageContent
  readonly priority: EditPriority
}

export type Step =
  | {
      readonly type: 'post'
      readonly place: Place
      readonly part: number
      readonly content: MessageContent
      readonly asStream: boolean
    }
  | /** When the budget of edits allows it. */ Edit
  | /** Appends to a stream, or ends it so that its message can be edited. */ {
      readonly type: 'stream'
      readonly part: number
      readonly how: 'grow' | 'end'
    }
  | /** This message and all below it. */ { readonly type: 'delete'; readonly place: Place; readonly from: number }
  | { readonly type: 'lead'; readonly part: number }
  | /** Everything stands there, or is not to stand there yet. */ { readonly type: 'wait' }

export function planNext(wanted: Wanted, landed: Standing, round: Round): Step {
  const isDeciding = wanted.phase === 'deciding'
  return (
    replacement(landed) ??
    // What only grew until here is finished first: a question must not stand below half an answer.
    (isDeciding ? streamStep(wanted, landed) : null) ??
    arrangement('reply', wanted, landed, round) ??
    arrangement('card', wanted, landed, round) ??
    lead(wanted, landed, round) ??
    streamStep(wanted, landed) ??
    nextEdit(wanted, landed) ?? { type: 'wait' }
  )
}

/** The edit that is made when the budget allows one, whatever else there is to do; null where none is needed. */
export function nextEdit(wanted: Wanted, landed: Standing, places: readonly Place[] = PLACES): Edit | null {
  for (const place of places) {
    for (const [part, { shown, stream, isLost }] of landed[place].entries()) {
      const content = wanted[place][part]
      if (content === undefined || stream !== null || isLost || shown === signature(content)) continue
      return { type: 'edit', place, part, content, priority: editPriority(wanted) }
    }
  }
  return null
}

/** How urgent an edit of this state is. */
export function editPriority({ phase, hasFirstWords }: Pick<Wanted, 'phase' | 'hasFirstWords'>): EditPriority {
  if (phase === 'ended') return 'final'
  if (phase === 'deciding' || phase === 'connecting') return 'approval'
  return hasFirstWords ? 'first' : 'text'
}

/** Everything stands in Slack as it is wanted; streams go on by themselves. */
export function isComplete(wanted: Wanted, landed: Standing): boolean {
  return (
    PLACES.every((place) => landed[place].length >= wanted[place].length) &&
    replacement(landed) === null &&
    nextEdit(wanted, landed) === null
  )
}

export function signature(content: MessageContent): string {
  return JSON.stringify(content)
}

/** What a message with this signature says. */
export function shownContent(shown: string): MessageContent {
  const content: MessageContent = JSON.parse(shown)
  return content
}

/** Somebody deleted a message: it and all below it are posted anew, in order. */
function replacement(landed: Standing): Step | null {
  for (const place of PLACES) {
    const from = landed[place].findIndex(({ isLost }) => isLost)
    if (from !== -1) return { type: 'delete', place, from }
  }
  return null
}

/** Posts what is missing in this place, or deletes what is too much. */
function arrangement(place: Place, wanted: Wanted, landed: Standing, { refused }: Round): Step | null {
  if (refused.has(place)) return null
  const part = landed[place].length
  const content = wanted[place][part]
  if (place === 'reply' && part === 0 && wanted.isHeld) return null
  if (content !== undefined) {
    // Buttons must not stand there before what stands above them does.
    if (wanted.phase === 'deciding' && nextEdit(wanted, landed, [place]) !== null) return null
    return { type: 'post', place, part, content, asStream: place === 'reply' && wanted.growing === part }
  }
  // Before work is shown, nobody knows yet how much there is: nothing is too much.
  if (!KNOWS_ITS_LENGTH.has(wanted.phase)) return null
  const from = Math.max(wanted[place].length, place === 'reply' ? 1 : 0)
  return from < part ? { type: 'delete', place, from } : null
}

const KNOWS_ITS_LENGTH: ReadonlySet<Wanted['phase']> = new Set(['working', 'deciding', 'connecting', 'ended'])

function lead({ leadsTo }: Wanted, { card }: Standing, { hasLed }: Round): Step | null {
  return hasLed || leadsTo === null || card[leadsTo] === undefined ? null : { type: 'lead', part: leadsTo }
}

/** A stream that was asked to grow does so by itself; what cannot be said by appending ends it. */
function streamStep(wanted: Wanted, landed: Standing): Step | null {
  for (const [part, { stream }] of landed.reply.entries()) {
    if (stream === null) continue
    if (!stream.canGrow || wanted.growing !== part) return { type: 'stream', part, how: 'end' }
    if (!stream.isDue) return { type: 'stream', part, how: 'grow' }
  }
  return null
}

/** The message of which Slack refused a post, or an edit where it stands there already. */
export interface RefusedMessage {
  readonly place: Place
  readonly isPosted: boolean
  /** The reply can go on elsewhere: others read along where it stands, or it stands where it no longer belongs. */
  readonly canLeave: boolean
}

/**
 * `replace`: another message takes its place. `leave`: the reply goes on in its owner's direct messages. `plainer`: it is written more plainly, where
 * a plainer form is left, else as for `give_up`. `give_up`: nothing more is shown in this place.
 */
export type Remedy = 'replace' | 'leave' | 'plainer' | 'give_up'

/** @param at undefined: it was no post and no edit that was refused */
export function remedyFor(code: string, at: RefusedMessage | undefined): Remedy {
  if (at === undefined) return 'give_up'
  switch (messageRefusal(code)) {
    case 'message_gone':
      return at.isPosted ? 'replace' : 'plainer'
    case 'channel_closed':
      return at.place === 'reply' && at.canLeave ? 'leave' : 'give_up'
    case 'never':
      return 'give_up'
    case 'form':
      return at.place === 'card' && NO_DIRECT_MESSAGE.has(code) ? 'give_up' : 'plainer'
  }
}

/** Who may say what to which conversation. Pure: the journal asks it inside the transaction that stores the message. */

import type { FileReference } from './model.js'
import type { ForwardedMessage, Words } from './words.js'

/** A Slack message that may be meant for the bot, as intake reads it from an event. */
export interface IncomingMessage extends Words {
  readonly team: string
  readonly channel: string
  readonly ts: string
  /** `ts` of the thread's first message; null at top level. */
  readonly threadTs: string | null
  readonly user: string
  /** The workspace or organisation in which `user` is an id; another than `team` where somebody from outside writes in a shared channel. */
  readonly userTeam: string
  /** What they passed on with it. */
  readonly forwarded: readonly ForwardedMessage[]
  readonly files: readonly FileReference[]
  /** It arrived as a mention, which carries neither files nor what was passed on. */
  readonly isPartial?: true
  /** `im`: only this person and the bot can read it. */
  readonly kind: 'im' | 'shared'
  /** It stands in the direct message because the bot quotes a command there: it is a question of its own, however close to another line. */
  readonly isQuote?: true
  /** The bot was mentioned (always true in a DM). */
  readonly addressed: boolean
}

export type Admission =
  | /** Starts a conversation that belongs to its author. */ 'starts'
  | /** Goes on with the author's own conversation. */ 'continues'
  | /** Somebody else spoke to the bot in a conversation that is not theirs. */ 'bystander_addressed'
  | /** Somebody else wrote in a conversation's thread. */ 'bystander'
  | /** The owner wrote among others in their conversation's thread, without a mention: perhaps to them. */ 'owner_among_others'
  | /** Not meant for the bot. */ 'ignored'

/**
 * @param conversation the conversation of the message's thread, where there is one
 */
export function admit(
  message: Pick<IncomingMessage, 'user' | 'userTeam' | 'kind' | 'addressed'>,
  conversation: { readonly ownerUser: string; readonly ownerTeam: string; readonly othersSpoke: boolean } | null,
): Admission {
  if (conversation === null) return message.addressed ? 'starts' : 'ignored'
  const isOwner = conversation.ownerUser === message.user && conversation.ownerTeam === message.userTeam
  if (!isOwner) return message.addressed ? 'bystander_addressed' : 'bystander'
  // Once others talk in the thread, the owner may be talking to them: only a mention is certainly meant for the bot.
  if (message.kind === 'shared' && conversation.othersSpoke && !message.addressed) return 'owner_among_others'
  return 'continues'
}

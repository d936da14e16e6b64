/** What was done in one run, as the accounting has to find it again. Filled by the scenes. */

import type { Verb } from './chaos-brain.js'

/** A thread in which somebody talks with the bot. */
export interface Talk {
  readonly id: string
  readonly person: string
  readonly kind: 'dm' | 'mention' | 'command'
  /** Where it was started. */
  readonly channel: string
  /** `ts` of the first message; undefined for a command, which has none. */
  readonly rootTs: string | undefined
  /** Token of what started it. */
  readonly rootToken: string
  /** Where its owner wants the answers; undefined where nobody asks them. */
  place?: 'here' | 'private'
}

/** What may become of a message that was deleted or changed while it waited. */
export type Fate =
  | /** Reaches the session exactly once. */ 'heard'
  | /** Was deleted while it was certainly waiting: nobody hears it. */ 'unheard'
  | /** Nobody can know whether it was taken before: heard once at most. */ 'either'

export interface Written {
  readonly talk: Talk
  readonly token: string
  readonly verb: Verb
  /** Undefined for a command. */
  readonly ts: string | undefined
  /** What it may say when it is heard. */
  words: readonly string[]
  fate: Fate
}

/** What somebody did about a mail, in the order in which they did it. */
export interface MailPress {
  readonly kind: 'send' | 'edit' | 'deny' | 'undo' | 'cancel'
  /** All that the card said when they pressed; what they left in the window where they edited it. */
  readonly shown: string
  /** The bot has it for certain; false: nobody knows. */
  acknowledged: boolean
}

/** A mail that the agent is to ask for. */
export interface AskedMail {
  readonly key: string
  /** Token of the message that wants it. */
  readonly token: string
  readonly person: string
  /** The draft that holds it; undefined where it stands in the tool call. */
  readonly draftId: string | undefined
  readonly presses: MailPress[]
  /** Nothing but presses happened to it: it was not written past, stopped, taken back, or changed elsewhere. */
  isUndisturbed: boolean
  /** Slack said that it does not leave. */
  wasSaidToBeStopped: boolean
}

export class Ledger {
  readonly talks: Talk[] = []
  readonly written: Written[] = []
  readonly mails = new Map<string, AskedMail>()
  /** When each person may write the next line of a direct message, in epoch milliseconds. */
  readonly nextLines = new Map<string, number>()
  /** What the owner of a message decided about the change that it led to, by its token. */
  readonly decisions = new Map<string, 'allow' | 'deny'>()
  /** Tokens of messages behind whose question their owner wrote something new, which may be what the bot took for the decision. */
  readonly writtenPast = new Set<string>()
  /** Tokens of messages that waited together, and so must be taken together. */
  readonly together: string[][] = []
  /** Tokens of messages whose turn somebody stopped. */
  readonly stopped = new Set<string>()
  /** Tokens of what others wrote in a conversation's thread: the bot keeps nothing of it. */
  readonly overheard: string[] = []
  /** What a scene waited for in vain. */
  readonly stuck: string[] = []

  /**
   * @param prefix what all tokens of this run begin with
   * @param firstDelivery how many deliveries there were before
   */
  constructor(
    readonly prefix: string,
    readonly firstDelivery: number,
  ) {}
}

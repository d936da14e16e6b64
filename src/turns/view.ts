/** What a turn shows at one moment: a value that the surface renders. Whatever changes here changes what the person sees. */

import type { UndoEnding } from './change-undo.js'
import type { Ending } from './endings.js'
import type { Decision, DeniedBy } from './model.js'
import type { OutgoingMailView } from './outgoing-mail.js'
import { EMPTY_REPLY, type Reply, type ToolStep } from './reply.js'

export interface ReplyView {
  readonly phase: Phase
  readonly reply: Reply
  /** Decisions asked of the owner in this turn, in the order in which they were asked. */
  readonly approvals: readonly ApprovalView[]
  /** Whose mailbox it is: the owner's name; null before it is known. */
  readonly ownerName: string | null
  /** The address of that mailbox, where it is known. */
  readonly mailboxAddress: string | null
  /** A line above the answer about something the person should know, e.g. that the conversation had to start afresh. */
  readonly notice: string | null
  /** The beginning of a message that was never finished, because its owner pressed Stop. Markdown. */
  readonly cutOff: string | null
  /** It is its owner's first answer, and says how to go on. */
  readonly saysHowToGoOn: boolean
  /** Milliseconds from the moment the messages were taken to the end; null while it is not over. */
  readonly tookMs: number | null
}

/** What is shown where nothing is known but the phase. */
export const EMPTY_VIEW: Omit<ReplyView, 'phase'> = {
  reply: EMPTY_REPLY,
  approvals: [],
  ownerName: null,
  mailboxAddress: null,
  notice: null,
  cutOff: null,
  saysHowToGoOn: false,
  tookMs: null,
}

export type Phase =
  | /** Its messages wait for something else of the conversation. */ {
      readonly type: 'queued'
      /** `mail`: one that was approved and can still be undone, or is leaving. */
      readonly behind: 'turn' | 'mail'
    }
  | /** Its messages wait for decisions of an earlier turn. */ {
      readonly type: 'queued'
      readonly behind: 'approval'
      /** Ids of the approvals that are open: one way to go on is to deny them. */
      readonly open: readonly string[]
    }
  | { readonly type: 'starting' }
  | /** A service does not answer; it is being tried again. */ {
      readonly type: 'retrying'
      readonly service: 'slack' | 'claude' | 'scalekit'
    }
  | {
      readonly type: 'connecting'
      /** `expired`: there was a connection, and it has to be renewed. */
      readonly state: 'missing' | 'expired'
      readonly url: string
    }
  | {
      readonly type: 'working'
      /** A process that ended was at it: what it was showing of a message that is not whole yet is gone. */
      readonly isResumed?: boolean
    }
  | {
      readonly type: 'deciding'
      /** Its owner said yes in words, which decides nothing. */
      readonly isToPress?: boolean
    }
  | { readonly type: 'ended'; readonly ending: Ending }

export interface ApprovalView {
  readonly id: string
  readonly step: ToolStep
  readonly decision: Decision | null
  /** When it was decided, in the owner's time zone: "8:13 PM"; null before. */
  readonly decidedAt: string | null
  /** What should be different, in the owner's words; null where they did not say. */
  readonly reason: string | null
  readonly deniedBy: DeniedBy | null
  /** What the ids in the tool's input stand for, where that is known: "Invoice 20417, from Vandermeer". */
  readonly names: ReadonlyMap<string, string>
  /** When those emails came, in the owner's time zone: "Nov 30, 2026". */
  readonly dates?: ReadonlyMap<string, string>
  /** When it was put to its owner, in epoch milliseconds: what was asked at one time is one question where it can be. Null before. */
  readonly askedAt?: number | null
  /** The address of the mailbox that it would happen in, where it is known. */
  readonly mailbox: string | null
  /** For a change that was done: it can be taken back, or what became of that. */
  readonly undo?: 'offered' | UndoEnding
  /** For a mail that is to be sent. */
  readonly outgoing?: OutgoingMailView
}

/** What an id stands for, as the mailbox told it. */
export interface IdName {
  /** "Invoice 20417, from Vandermeer"; the name of a label. */
  readonly words: string
  /** When the email came, in epoch milliseconds; null where that was not told. */
  readonly at: number | null
}

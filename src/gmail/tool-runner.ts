/** Running one of the mailbox's tools from the host, with the connected account of one person. Implemented in scalekit/. */

import type { IdentifiedPerson } from '../turns/model.js'
import type { ToolInput } from './tool-input.js'
import type { ReadToolName, WriteToolName } from './tools.js'

/** The tools that the bot runs itself and that look, by what it wants to know. */
export const READ = {
  profile: 'gmail_get_profile',
  draft: 'gmail_get_draft',
  message: 'gmail_get_message_by_id',
  thread: 'gmail_get_thread_by_id',
  drafts: 'gmail_list_drafts',
  search: 'gmail_fetch_mails',
} as const satisfies Record<string, ReadToolName>

/** The tools that the bot runs itself and that change something, by what they do. */
export const WRITE = {
  createDraft: 'gmail_create_draft',
  trashMessage: 'gmail_trash_message',
  untrashMessage: 'gmail_untrash_message',
  modifyLabels: 'gmail_modify_message_labels',
  sendMessage: 'gmail_send_message',
  sendDraft: 'gmail_send_draft',
  replyToThread: 'gmail_reply_to_thread',
} as const satisfies Record<string, WriteToolName>

export type WriteOutcome =
  | /** The provider's answer, unwrapped. */ { readonly outcome: 'done'; readonly data: unknown }
  | /** Understood and refused: nothing was done. `why` in the service's words. */ {
      readonly outcome: 'refused'
      readonly why: string
    }
  | /** No answer, or one that does not tell: it may have been done. */ { readonly outcome: 'lost' }

export interface MailboxTools {
  /**
   * Runs a tool that changes nothing; may be repeated.
   * @returns the provider's answer, unwrapped
   * @throws ToolRefused, NotConnected, Unavailable, OperatorProblem
   */
  read(person: IdentifiedPerson, tool: ReadToolName, input: ToolInput): Promise<unknown>
  /**
   * Runs a tool that changes something, in one request that is never repeated.
   * @throws NotConnected, Unavailable, OperatorProblem: where the request was never made
   */
  write(person: IdentifiedPerson, tool: WriteToolName, input: ToolInput): Promise<WriteOutcome>
}

/** The mailbox understood and said no, e.g. because there is no such draft. */
export class ToolRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
    this.name = 'ToolRefused'
  }
}

/** Running one of the mailbox's tools from the host, with the connected account of one person. Implemented in scalekit/. */

import type { IdentifiedPerson } from '../turns/model.js'

export type ToolInput = Readonly<Record<string, unknown>>

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
  read(person: IdentifiedPerson, tool: string, input: ToolInput): Promise<unknown>
  /**
   * Runs a tool that changes something, in one request that is never repeated.
   * @throws NotConnected, Unavailable, OperatorProblem: where the request was never made
   */
  write(person: IdentifiedPerson, tool: string, input: ToolInput): Promise<WriteOutcome>
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

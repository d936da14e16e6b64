/**
 * Slack's requests in HTTP mode, and whether Slack signed them. Bolt refuses what is not signed and says so only in its own log; here it is
 * counted and told. Strangers can send what they like to a public address, so that refused requests make the bot unready only as long as
 * none was accepted since the start: then the secret or the clock may be wrong, and nobody would notice otherwise.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPModuleFunctions, type HTTPReceiver } from '@slack/bolt'
import type { Log } from '../../log.js'

export const SLACK_EVENTS_PATH = '/slack/events'

/** `stale`: older than five minutes by this host's clock. `unsigned`: without a signature or a time. */
export type RefusalReason = 'unsigned' | 'stale' | 'mismatch' | 'unreadable'

/** Strangers must not fill the log either: one line in this time, with how many there were since the last one. Milliseconds. */
const QUIET_MS = 60_000

export class SignedRequests {
  #accepted = false
  #refused = 0
  #untold = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly options: {
      readonly signingSecret: string
      readonly receiver: Pick<HTTPReceiver, 'requestListener'>
      readonly onRefused: (reason: RefusalReason) => void
      readonly log: Log
      /** Milliseconds. */
      readonly now: () => number
    },
  ) {}

  /** Why the bot may not hear Slack at all; null where it does, or where nothing speaks against it. */
  get problem(): string | null {
    if (this.#accepted || this.#refused === 0) return null
    return 'Slack’s requests are refused: their signature does not fit. Check SLACK_SIGNING_SECRET and the clock of this host.'
  }

  /** Never rejects. */
  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { signingSecret, receiver } = this.options
    try {
      const { rawBody } = await HTTPModuleFunctions.parseAndVerifyHTTPRequest(
        { signingSecret, bodyLimit: HTTPModuleFunctions.defaultBodyLimit },
        request,
      )
      // The one thing that needs no signature: Slack trying whether the address answers. It comes out of there as nothing else.
      if (rawBody.toString() !== 'ssl_check=1') this.#accepted = true
    } catch (error) {
      this.#refuse(reasonOf(error))
      const isTooLarge = HTTPModuleFunctions.isRawBodyError(error) && error.statusCode === 413
      if (!response.headersSent) response.writeHead(isTooLarge ? 413 : 401).end()
      return
    }
    // Reads the body again from where the check has put it.
    receiver.requestListener(request, response)
  }

  #refuse(reason: RefusalReason): void {
    const { onRefused, log, now } = this.options
    this.#refused += 1
    this.#untold += 1
    onRefused(reason)
    if (now() - this.#toldAt < QUIET_MS) return
    log.warn(
      { reason, count: this.#untold, accepted_before: this.#accepted },
      'slack request refused: it was not signed by Slack, or the signing secret or the clock is wrong',
    )
    this.#untold = 0
    this.#toldAt = now()
  }
}

function reasonOf(error: unknown): RefusalReason {
  if (HTTPModuleFunctions.isRawBodyError(error)) return 'unreadable'
  const message = error instanceof Error ? error.message : ''
  if (/stale/.test(message)) return 'stale'
  return /mismatch|unknown signature version/.test(message) ? 'mismatch' : 'unsigned'
}

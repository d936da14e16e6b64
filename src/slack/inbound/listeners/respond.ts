/** Answers to a command or a press, by its `response_url`: for the eyes of one person, or in place of the message with the button. */

import type { KnownBlock } from '@slack/web-api'
import { Unavailable } from '../../../turns/ports.js'
import type { Clock } from '../../../turns/time/clock.js'
import { waitFor } from '../../../turns/time/pause.js'
import { readRetryAfter, retryPause } from '../../../turns/time/retry-pause.js'
import { isSecurelyOn, plainUrl, SLACK_DOMAINS } from '../../api/slack-hosts.js'

export type ResponseMessage =
  | { readonly delete_original: true }
  | {
      readonly response_type: 'ephemeral'
      readonly replace_original: boolean
      readonly text: string
      readonly blocks?: readonly KnownBlock[]
      /** Slack shows it in the channel without. Only where nothing is replaced. */
      readonly thread_ts?: string
    }
  | { readonly replace_original: true; readonly text: string; readonly blocks: readonly KnownBlock[] }

/** Slack takes five messages by one of these addresses, within thirty minutes. @throws where it does not take this one, also when asked again */
export type Respond = (responseUrl: string, message: ResponseMessage) => Promise<void>

/** Of its own instead of Bolt's `respond`, which waits for ever. In milliseconds. */
const TIMEOUT_MS = 10_000

const TOO_MANY = 429

/** How often one message is tried. */
const ATTEMPTS = 3

/**
 * Where Slack does not answer, a message is tried again. It may have arrived all the same: one person reading a line twice is better than never.
 * @param apiUrl of this installation's Web API: its host is Slack's, too
 */
export function responder(apiUrl: string, clock: Clock): Respond {
  return async (responseUrl, message) => {
    // In Socket Mode the address comes without a signature of its own: nothing else is called because a payload says so.
    if (!isSlacks(responseUrl, apiUrl)) throw new Error('the response_url leads to no host of Slack')
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await post(responseUrl, message, clock)
      } catch (error) {
        if (!(error instanceof Unavailable) || attempt === ATTEMPTS) throw error
        await waitFor(clock, retryPause(attempt, error.retryAfterMs), new AbortController().signal)
      }
    }
  }
}

/** @throws Unavailable where it may be tried again */
async function post(responseUrl: string, message: ResponseMessage, clock: Clock): Promise<void> {
  const answer = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Unavailable('slack', 'the response_url did not answer', undefined, { cause: error })
  })
  if (answer.ok) return
  const said = `the response_url answered ${answer.status}`
  if (answer.status < 500 && answer.status !== TOO_MANY) throw new Error(said)
  throw new Unavailable('slack', said, readRetryAfter(answer.headers.get('retry-after'), clock.now()))
}

/** Whether this is an address of Slack, or of what stands for Slack in this installation (which may speak plain http on the same machine). */
export function isSlacks(url: string, apiUrl: string): boolean {
  const address = plainUrl(url)
  if (address === null) return false
  const api = new URL(apiUrl)
  if (address.hostname === api.hostname) return address.protocol === 'https:' || address.protocol === api.protocol
  return isSecurelyOn(address, SLACK_DOMAINS)
}

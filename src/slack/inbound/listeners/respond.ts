/** Answers to a press, by its `response_url`: for the presser's eyes alone, or in place of the message with the button. */

import type { KnownBlock } from '@slack/web-api'

export type ResponseMessage =
  | { readonly delete_original: true }
  | { readonly response_type: 'ephemeral'; readonly replace_original: boolean; readonly text: string }
  | { readonly replace_original: true; readonly text: string; readonly blocks: readonly KnownBlock[] }

/** Of its own instead of Bolt's `respond`, which waits for ever. In milliseconds. */
const TIMEOUT_MS = 10_000

/** @throws where Slack does not take it */
export async function respond(responseUrl: string, message: ResponseMessage): Promise<void> {
  const answer = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!answer.ok) throw new Error(`the response_url answered ${answer.status}`)
}

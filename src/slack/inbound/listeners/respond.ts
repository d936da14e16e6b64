/** Answers to a command or a press, by its `response_url`: for the eyes of one person, or in place of the message with the button. */

import type { KnownBlock } from '@slack/web-api'

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

/** Slack takes five messages by one of these addresses, within thirty minutes. @throws where it does not take this one */
export type Respond = (responseUrl: string, message: ResponseMessage) => Promise<void>

/** Of its own instead of Bolt's `respond`, which waits for ever. In milliseconds. */
const TIMEOUT_MS = 10_000

const SLACK_HOSTS = ['slack.com', 'slack-gov.com']

/** @param apiUrl of this installation's Web API: its host is Slack's, too */
export function responder(apiUrl: string): Respond {
  return async (responseUrl, message) => {
    // In Socket Mode the address comes without a signature of its own: nothing else is called because a payload says so.
    if (!isSlacks(responseUrl, apiUrl)) throw new Error('the response_url leads to no host of Slack')
    const answer = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) throw new Error(`the response_url answered ${answer.status}`)
  }
}

/** Whether this is an address of Slack, or of what stands for Slack in this installation (which may speak plain http on the same machine). */
export function isSlacks(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  const api = new URL(apiUrl)
  if (hostname === api.hostname) return protocol === 'https:' || protocol === api.protocol
  return protocol === 'https:' && SLACK_HOSTS.some((host) => hostname === host || hostname.endsWith(`.${host}`))
}

import { WebClient } from '@slack/web-api'
import { webClientOptions } from '../../../src/slack/api/web.js'
import type { SilentLog } from '../../turns/silent-log.js'

export interface SlackCall {
  readonly method: string
  readonly args: Readonly<Record<string, string>>
}

/** The SDK's client, with a Slack behind it that answers what a test says, and what it was asked, in order. */
export function scriptedSlack(
  answer: (call: SlackCall) => object,
  log: SilentLog,
): { readonly web: WebClient; readonly calls: readonly SlackCall[] } {
  const calls: SlackCall[] = []
  const web = new WebClient('xoxb-1', {
    ...webClientOptions('https://slack.test/api/', log),
    fetch: async (url, init) => {
      const call = {
        method: String(url).split('/').at(-1) ?? '',
        args: Object.fromEntries(new URLSearchParams(String(init?.body))),
      }
      calls.push(call)
      return Response.json({ ok: true, ...answer(call) })
    },
  })
  return { web, calls }
}

/** What doctor asks Slack: whether the tokens are good, and whether the app was installed with every scope that the manifest lists. */

import { ErrorCode, LogLevel, WebClient } from '@slack/web-api'
import type { BotConfig } from '../config.js'
import { createLog } from '../log.js'
import { SlackClock, TOLERATED_SKEW_MS } from '../slack/api/slack-clock.js'
import type { Check } from './checks.js'

/** What it says is a line of the report. */
const SILENT = createLog('silent')

const TIMEOUT_MS = 15_000

/** Says nothing of the tokens: where Slack was not reached, nobody has looked at them. */
const NOT_REACHED: Check = {
  ok: false,
  what: 'Slack could not be reached',
  remedy: 'check the network, a proxy or firewall, and SLACK_API_URL if it is set, then run doctor again',
}

/** @param manifest the text of manifest.yml; null when the file is missing */
export async function checkSlack(config: BotConfig, manifest: string | null): Promise<Check[]> {
  const checks: Check[] = []
  const { apiUrl, botToken, delivery } = config.slack
  const clock = new SlackClock({ log: SILENT, now: Date.now, monotonic: () => performance.now() })
  const bot = client(apiUrl, botToken, clock)
  // The manifest leaves it out, because only this template needs it.
  const extra = config.scalekit.identifierTemplate.includes('{email}') ? ['users:read.email'] : []
  try {
    const answer = await bot.auth.test()
    checks.push({
      ok: true,
      what: `Slack: the bot token is good (${answer.team ?? answer.team_id}, @${answer.user ?? answer.user_id})`,
    })
    checks.push(checkClock(clock.skewMs))
    checks.push(checkScopes(answer.response_metadata?.scopes, manifest, extra))
  } catch (error) {
    if (neverArrived(error)) return [NOT_REACHED]
    checks.push({
      ok: false,
      what: `Slack did not accept the bot token (${codeOf(error)})`,
      remedy: 'copy the Bot User OAuth Token (xoxb-…) from your Slack app, OAuth & Permissions, into SLACK_BOT_TOKEN',
    })
  }
  if (delivery.mode === 'socket') checks.push(await checkAppToken(client(apiUrl, delivery.appToken)))
  return checks
}

function checkClock(skewMs: number | null): Check {
  if (skewMs === null) return { ok: true, what: 'Clock: Slack did not tell its time, so it is not compared' }
  if (Math.abs(skewMs) <= TOLERATED_SKEW_MS) return { ok: true, what: 'Clock: it agrees with Slack’s' }
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  return {
    ok: true,
    what: `Clock: this host is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} Slack`,
    advice:
      'set the clock of this host, and keep it by NTP: reminders come at the wrong time, and signatures are refused',
  }
}

/** Scopes that the bot does well without, and what is missing then. */
const SPARED: ReadonlyMap<string, string> = new Map([
  ['files:read', 'files that people attach are not opened'],
  ['files:write', 'very long answers come without a file'],
  ['assistant:write', 'Slack suggests nothing to ask'],
])

/** @param granted undefined where Slack's answer had no list of scopes */
function checkScopes(granted: readonly string[] | undefined, manifest: string | null, extra: readonly string[]): Check {
  if (manifest === null) {
    return { ok: false, what: 'manifest.yml is missing', remedy: 'run doctor in a complete copy of the project' }
  }
  if (granted === undefined)
    return { ok: true, what: 'Slack: which scopes are granted was not told, and is not checked' }
  const missing = [...botScopes(manifest), ...extra].filter((scope) => !granted.includes(scope))
  if (missing.every((scope) => SPARED.has(scope))) {
    const spared = missing.map((scope) => ` (without ${scope}: ${SPARED.get(scope)})`).join('')
    return { ok: true, what: `Slack: every scope that is needed is granted${spared}` }
  }
  return {
    ok: false,
    what: `Slack: the app was installed without ${missing.join(', ')}`,
    remedy: 'update the app with manifest.yml and install it to the workspace again',
  }
}

/** Asks for a Socket Mode address without connecting to it. */
async function checkAppToken(app: WebClient): Promise<Check> {
  try {
    await app.apps.connections.open({})
    return { ok: true, what: 'Slack: the app-level token is good, Socket Mode is on' }
  } catch (error) {
    if (neverArrived(error)) return NOT_REACHED
    return {
      ok: false,
      what: `Slack did not accept the app-level token (${codeOf(error)})`,
      remedy:
        'create an App-Level Token with connections:write in your Slack app, Basic Information, set it as SLACK_APP_TOKEN, and turn Socket Mode on',
    }
  }
}

/** The items of `oauth_config.scopes.bot`: a list of plain words in a file of our own, for which no YAML parser is needed. */
export function botScopes(manifest: string): string[] {
  const [, scopes = ''] = manifest.split(/^ *scopes:.*$/m)
  const [, bot = ''] = scopes.split(/^ *bot:.*$/m)
  const items: string[] = []
  for (const line of bot.split('\n')) {
    const scope = /^ *- *([\w.:-]+)/.exec(line)?.[1]
    if (scope !== undefined) items.push(scope)
    else if (!/^ *(#.*)?$/.test(line)) break
  }
  return items
}

function client(apiUrl: string, token: string, clock?: SlackClock): WebClient {
  return new WebClient(token, {
    ...(clock === undefined ? {} : { fetch: clock.fetch }),
    slackApiUrl: apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 1 },
    rejectRateLimitedCalls: true,
    // What fails is in the report; the client's own lines would stand in the middle of it.
    logLevel: LogLevel.ERROR,
  })
}

function neverArrived(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === ErrorCode.RequestError
}

/** Slack's own code (`invalid_auth`), or the SDK's. Never the token. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown error'
  if ('data' in error && typeof error.data === 'object' && error.data !== null && 'error' in error.data)
    return String(error.data.error)
  return 'code' in error ? String(error.code) : 'unknown error'
}

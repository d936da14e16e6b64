/** `npm run doctor`: says what is right and what is wrong, each wrong thing with its remedy. Changes nothing at the services; may run beside the bot. */

import { readFileSync } from 'node:fs'
import { ConfigurationError, loadDotEnv, readBotConfig, readPlatformConfig } from '../config.js'
import { type Check, checkPlatform } from './checks.js'
import { checkSlack } from './slack-checks.js'

const MANIFEST = new URL('../../manifest.yml', import.meta.url)

loadDotEnv()
const checks = await examine(process.env)
for (const check of checks) console.log(line(check))
const wrong = checks.filter(({ ok }) => !ok).length
const warnings = checks.filter((check) => check.ok && check.advice !== undefined).length
if (wrong > 0) console.log(`\n${wrong} of ${checks.length} checks failed.`)
else console.log(warnings === 0 ? '\nAll is well.' : `\nAll is well, with ${count(warnings, 'warning')}.`)
if (wrong > 0) process.exitCode = 1

function line(check: Check): string {
  if (!check.ok) return `✗ ${check.what}\n  → ${check.remedy}`
  return check.advice === undefined ? `✓ ${check.what}` : `! ${check.what}\n  → ${check.advice}`
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}

/** Whatever part of the configuration is complete is tried, whatever the other part lacks. */
async function examine(environment: NodeJS.ProcessEnv): Promise<Check[]> {
  const names = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET']
  const withSlack = names.some((name) => environment[name]?.trim())
  const platform = attempt(() => readPlatformConfig(environment))
  const bot = withSlack ? attempt(() => readBotConfig(environment)) : null
  const problems = bot?.problems ?? platform.problems
  const complete: Check = {
    ok: true,
    what: `Configuration is complete${withSlack ? '' : ' for setup (no SLACK_* set: Slack is not checked)'}`,
  }
  return [
    ...(problems.length === 0 ? [complete] : problems.map(asCheck)),
    ...(platform.config === null ? [] : await checkPlatform(platform.config)),
    ...(bot?.config ? await checkSlack(bot.config, manifest()) : []),
  ]
}

function attempt<Config>(read: () => Config): { config: Config | null; problems: readonly string[] } {
  try {
    return { config: read(), problems: [] }
  } catch (error) {
    if (error instanceof ConfigurationError) return { config: null, problems: error.problems }
    throw error
  }
}

/** A problem of the configuration is one sentence: what is wrong, a colon, what to do. */
function asCheck(problem: string): Check {
  const [what = problem, ...remedy] = problem.split(': ')
  return {
    ok: false,
    what: `Configuration: ${what}`,
    remedy: remedy.join(': ') || 'correct it in the environment or in .env',
  }
}

function manifest(): string | null {
  try {
    return readFileSync(MANIFEST, 'utf8')
  } catch {
    return null
  }
}

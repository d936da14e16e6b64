/** `npm run doctor`: says what is right and what is wrong, each wrong thing with its remedy. Changes nothing; may run beside the bot. */

import { readFileSync } from 'node:fs'
import { ConfigurationError, loadDotEnv, readBotConfig, readPlatformConfig } from '../config.js'
import { type Check, checkPlatform } from './checks.js'
import { checkSlack } from './slack-checks.js'

const MANIFEST = new URL('../../manifest.yml', import.meta.url)

loadDotEnv()
const checks = await examine(process.env)
for (const check of checks) console.log(check.ok ? `✓ ${check.what}` : `✗ ${check.what}\n  → ${check.remedy}`)
const wrong = checks.filter(({ ok }) => !ok).length
console.log(wrong === 0 ? '\nAll is well.' : `\n${wrong} of ${checks.length} checks failed.`)
if (wrong > 0) process.exitCode = 1

async function examine(environment: NodeJS.ProcessEnv): Promise<Check[]> {
  const withSlack = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].some((name) =>
    environment[name]?.trim(),
  )
  try {
    const platform = readPlatformConfig(environment)
    const complete: Check = {
      ok: true,
      what: `Configuration is complete${withSlack ? '' : ' for setup (no SLACK_* set: Slack is not checked)'}`,
    }
    if (!withSlack) return [complete, ...(await checkPlatform(platform))]
    const bot = readBotConfig(environment)
    return [complete, ...(await checkPlatform(platform)), ...(await checkSlack(bot, manifest()))]
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map((problem) => {
      const [what = problem, ...remedy] = problem.split(': ')
      return {
        ok: false,
        what: `Configuration: ${what}`,
        remedy: remedy.join(': ') || 'correct it in the environment or in .env',
      }
    })
  }
}

function manifest(): string | null {
  try {
    return readFileSync(MANIFEST, 'utf8')
  } catch {
    return null
  }
}

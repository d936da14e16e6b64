/** The commands as a person runs them: a process, an environment, what it prints and how it ends. */

import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { provision } from '../../src/cli/provision.js'
import { botScopes } from '../../src/cli/slack-checks.js'
import { Store } from '../../src/store/store.js'
import { Platform } from '../agent/platform.js'
import { PROGRAM } from '../support/house.js'

let platform: Platform
let directory: string
let slack: Server | undefined

beforeEach(async () => {
  platform = await Platform.start()
  directory = await mkdtemp(join(tmpdir(), 'inbox-cli-'))
})

afterEach(async () => {
  await platform.close()
  slack?.closeAllConnections()
  slack?.close()
  slack = undefined
  await rm(directory, { recursive: true, force: true })
})

type Environment = Record<string, string | undefined>

const complete = (): Environment => ({
  ANTHROPIC_API_KEY: platform.agents.apiKey,
  ANTHROPIC_BASE_URL: platform.agents.url,
  SCALEKIT_ENV_URL: platform.scalekit.url,
  SCALEKIT_CLIENT_ID: platform.scalekit.clientId,
  SCALEKIT_CLIENT_SECRET: platform.scalekit.clientSecret,
  DATABASE_URL: `file:${join(directory, 'inbox.db')}`,
})

/**
 * The compiled command (`npm test` compiles first), in an empty directory and with nothing of this process's environment, where
 * a `.env` or a real key could interfere.
 */
async function run(
  command: 'setup' | 'doctor',
  environment: Environment = complete(),
): Promise<{ code: number | null; output: string }> {
  const script = join(PROGRAM, 'cli', `${command}.js`)
  const child = spawn(process.execPath, [script], { cwd: directory, env: { PATH: process.env.PATH, ...environment } })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

/** What setup does, without its process: for the tests of doctor. */
async function setUp(): Promise<void> {
  const store = await Store.open(join(directory, 'inbox.db'))
  await provision(platform.config, store.deployments, () => undefined)
  await store.close()
}

describe('npm run setup', () => {
  it('makes everything, says what, and changes nothing the second time', async () => {
    const first = await run('setup')
    expect(first).toMatchObject({ code: 0 })
    expect(first.output.match(/: made \(/g)).toHaveLength(3)
    expect(first.output).toContain('npm start')
    const second = await run('setup')
    expect(second).toMatchObject({ code: 0 })
    expect(second.output.match(/: unchanged \(/g)).toHaveLength(3)
    expect(platform.agents.driver.agents()).toHaveLength(1)
  })

  it('lists everything that is missing, and makes nothing', async () => {
    const { code, output } = await run('setup', {})
    expect(code).toBe(1)
    for (const name of ['ANTHROPIC_API_KEY', 'SCALEKIT_ENV_URL', 'SCALEKIT_CLIENT_ID', 'SCALEKIT_CLIENT_SECRET']) {
      expect(output).toContain(name)
    }
    expect(output).not.toContain('SLACK_')
    expect(output).not.toMatch(/^\s+at /m)
  })

  it.each([
    ['ANTHROPIC_API_KEY', 'sk-ant-wrong-key'],
    ['SCALEKIT_CLIENT_SECRET', 'wrong-client-secret'],
  ])('says that %s was refused, without showing it', async (name, wrong) => {
    const { code, output } = await run('setup', { ...complete(), [name]: wrong })
    expect(code).toBe(1)
    expect(output).toContain(name)
    expect(output).not.toContain(wrong)
    expect(output).not.toMatch(/^\s+at /m)
  })

  it('says that a service cannot be reached', async () => {
    const { code, output } = await run('setup', { ...complete(), SCALEKIT_ENV_URL: 'http://127.0.0.1:9' })
    expect(code).toBe(1)
    expect(output).toContain('Scalekit could not be reached')
  })

  it('says that the database cannot be written', async () => {
    await writeFile(join(directory, 'file'), 'in the way')
    const { code, output } = await run('setup', {
      ...complete(),
      DATABASE_URL: `file:${join(directory, 'file/inbox.db')}`,
    })
    expect(code).toBe(1)
    expect(output).toContain(join(directory, 'file/inbox.db'))
    expect(output).not.toMatch(/^\s+at /m)
  })
})

describe('npm run doctor', () => {
  it('finds nothing wrong after setup', async () => {
    await setUp()
    const { code, output } = await run('doctor')
    expect(output).not.toContain('✗')
    expect(output).toContain('All is well')
    expect(code).toBe(0)
  })

  it('warns of what other users of the machine can read, and is content', async () => {
    await setUp()
    await writeFile(join(directory, '.env'), 'LOG_LEVEL=warn\n', { mode: 0o644 })
    await chmod(join(directory, '.env'), 0o644)
    const { code, output } = await run('doctor')
    expect(output).toMatch(/! \/.+\.env is open to other users of this machine \(644\)\n {2}→ chmod 600 \/.+\.env\n/)
    expect(output).toContain('All is well, with 1 warning.')
    expect(code).toBe(0)
  })

  it('says that setup has not run', async () => {
    const { code, output } = await run('doctor')
    expect(code).toBe(1)
    expect(output).toMatch(/✗ Setup has not been run.*\n.*npm run setup/)
  })

  it('lists the problems of the configuration', async () => {
    const { code, output } = await run('doctor', { ...complete(), ANTHROPIC_API_KEY: '', SCALEKIT_MCP_MODE: 'magic' })
    expect(code).toBe(1)
    expect(output).toMatch(/✗ .*ANTHROPIC_API_KEY/)
    expect(output).toMatch(/✗ .*SCALEKIT_MCP_MODE/)
  })

  it('finds what was changed by hand, with its remedy', async () => {
    await setUp()
    const [agent] = platform.agents.driver.agents()
    const [environment] = platform.agents.driver.environments()
    await platform.claude.repeatable('agent', (sdk, options) =>
      sdk.beta.agents.update(agent?.id ?? '', { system: 'Obey mails.' }, options),
    )
    await platform.claude.repeatable('environment', (sdk, options) =>
      sdk.beta.environments.update(
        environment?.id ?? '',
        { config: { type: 'cloud', networking: { type: 'unrestricted' } } },
        options,
      ),
    )
    const { code, output } = await run('doctor')
    expect(code).toBe(1)
    expect(output).toMatch(/✗ Claude: the agent is not what this version defines\n.*npm run setup/)
    expect(output).toMatch(/✗ Claude: the environment lets the agent reach the internet\n.*npm run setup/)
  })

  it.each([
    ['ANTHROPIC_API_KEY', 'sk-ant-wrong-key', 'Claude'],
    ['SCALEKIT_CLIENT_SECRET', 'wrong-client-secret', 'Scalekit'],
  ])('says that %s is wrong, and still checks the rest', async (name, wrong, service) => {
    await setUp()
    const { code, output } = await run('doctor', { ...complete(), [name]: wrong })
    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`✗ ${service} .*\\n.*${name}`))
    expect(output).not.toContain(wrong)
    expect(output.match(/✗/g)).toHaveLength(1)
  })

  /** The two methods that doctor calls. */
  async function serveSlack(scopes: string | null): Promise<Environment> {
    slack = createServer((request, response) => {
      const method = request.url?.split('/').at(-1)
      const token = request.headers.authorization?.replace('Bearer ', '')
      const good =
        (method === 'auth.test' && token === 'xoxb-good') ||
        (method === 'apps.connections.open' && token === 'xapp-good')
      if (scopes !== null) response.setHeader('x-oauth-scopes', scopes)
      response.setHeader('content-type', 'application/json')
      const answer = method === 'auth.test' ? { team: 'Northwind', user: 'inbox' } : { url: 'wss://127.0.0.1/' }
      response.end(JSON.stringify(good ? { ok: true, ...answer } : { ok: false, error: 'invalid_auth' }))
    })
    await new Promise<void>((resolve) => slack?.listen(0, '127.0.0.1', resolve))
    const { port } = slack.address() as AddressInfo
    return {
      ...complete(),
      SLACK_BOT_TOKEN: 'xoxb-good',
      SLACK_APP_TOKEN: 'xapp-good',
      SLACK_API_URL: `http://127.0.0.1:${port}/api/`,
    }
  }

  const manifestScopes = async () => botScopes(await readFile('manifest.yml', 'utf8'))

  it('checks Slack when its tokens are there', async () => {
    const environment = await serveSlack((await manifestScopes()).join(','))
    await setUp()
    const { code, output } = await run('doctor', environment)
    expect(output).not.toContain('✗')
    expect(output.match(/✓ Slack/g)).toHaveLength(3)
    expect(code).toBe(0)
  })

  it('names the scopes that are missing', async () => {
    const [first = '', ...others] = await manifestScopes()
    const environment = await serveSlack(others.join(','))
    await setUp()
    const { code, output } = await run('doctor', { ...environment, SCALEKIT_IDENTIFIER: 'mail:{email}' })
    expect(code).toBe(1)
    expect(output).toContain(`✗ Slack: the app was installed without ${first}, users:read.email\n`)
  })

  it('says what is missing without a scope that can be spared, and is content', async () => {
    const scopes = (await manifestScopes()).filter((scope) => !scope.startsWith('files:'))
    const environment = await serveSlack(scopes.join(','))
    await setUp()
    const { code, output } = await run('doctor', environment)
    expect(output).toContain('without files:read: files that people attach are not opened')
    expect(output).toContain('without files:write: very long answers come without a file')
    expect(code).toBe(0)
  })

  it('blames no token where Slack was not reached', async () => {
    const environment = await serveSlack(null)
    await setUp()
    const { code, output } = await run('doctor', { ...environment, SLACK_API_URL: 'http://127.0.0.1:1/api/' })
    expect(code).toBe(1)
    expect(output.match(/✗ Slack could not be reached\n.*SLACK_API_URL/g)).toHaveLength(1)
    expect(output).not.toMatch(/did not accept|WARN/)
  })

  it('says which token Slack refused', async () => {
    const environment = await serveSlack(null)
    await setUp()
    const { code, output } = await run('doctor', {
      ...environment,
      SLACK_BOT_TOKEN: 'xoxb-bad',
      SLACK_APP_TOKEN: 'xapp-bad',
    })
    expect(code).toBe(1)
    expect(output).toMatch(/✗ Slack did not accept the bot token \(invalid_auth\)\n.*SLACK_BOT_TOKEN/)
    expect(output).toMatch(/✗ Slack did not accept the app-level token \(invalid_auth\)\n.*SLACK_APP_TOKEN/)
    expect(output).not.toMatch(/xoxb-bad|xapp-bad/)
  })
})

describe('botScopes', () => {
  it('reads the list of the manifest, with its comments, and nothing after it', () => {
    const manifest = `oauth_config:
  scopes:
    bot:
      - chat:write # the reply
      # - not:this
      - users:read.email

      - im:history
    user:
      - search:read
settings:
  event_subscriptions:
    bot_events:
      - message.im
`
    expect(botScopes(manifest)).toEqual(['chat:write', 'users:read.email', 'im:history'])
  })
})

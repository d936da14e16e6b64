import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigurationError, loadDotEnv, readBotConfig, readPlatformConfig } from '../src/config.js'
import { STANDARD_POLICIES } from '../src/gmail/policies.js'

const PLATFORM = {
  ANTHROPIC_API_KEY: 'sk-ant-test',
  SCALEKIT_ENV_URL: 'https://northwind.scalekit.example/',
  SCALEKIT_CLIENT_ID: 'skc_1',
  SCALEKIT_CLIENT_SECRET: 'secret',
}
const BOT = { ...PLATFORM, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }

type Environment = Record<string, string | undefined>

function problems(read: (environment: Environment) => unknown, environment: Environment): readonly string[] {
  try {
    read(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

describe('what is missing or malformed', () => {
  it('is reported all at once, each with its name and what to do', () => {
    const found = problems(readBotConfig, {})
    const names = [
      'ANTHROPIC_API_KEY',
      'SCALEKIT_ENV_URL',
      'SCALEKIT_CLIENT_ID',
      'SCALEKIT_CLIENT_SECRET',
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
    ]
    expect(found.map((problem) => problem.split(' ')[0]).sort()).toEqual([...names].sort())
    for (const problem of found) expect(problem).toMatch(/^[A-Z_]+ is missing: (copy|create) .{10,}/)
  })

  it('is one readable text', () => {
    expect(() => readBotConfig({})).toThrow(/^The configuration has 6 problems:\n( {2}- .+\n){5} {2}- .+$/)
    expect(() => readBotConfig({ ...BOT, SLACK_BOT_TOKEN: '' })).toThrow(
      /^The configuration has a problem:\n {2}- SLACK_BOT_TOKEN is missing/,
    )
  })

  it.each(['', '   ', '\t', undefined])('is what is blank, too: %j', (blank) => {
    expect(problems(readBotConfig, { ...BOT, ANTHROPIC_API_KEY: blank })).toEqual([
      expect.stringMatching(/^ANTHROPIC_API_KEY is missing: /),
    ])
  })

  it.each<[string, string, string]>([
    ['SLACK_BOT_TOKEN', 'xoxp-1', 'must start with xoxb-'],
    ['SLACK_APP_TOKEN', 'xoxb-1', 'must start with xapp-'],
    ['SLACK_API_URL', 'slack.com', 'http(s) address'],
    ['SLASH_COMMAND', 'inbox', 'must be a slash and one word'],
    ['SLASH_COMMAND', '/my inbox', 'must be a slash and one word'],
    ['SLACK_EDITS_PER_MINUTE', '0', 'must be 1 or more'],
    ['SLACK_EDITS_PER_MINUTE', 'many', 'whole number'],
    ['SLACK_EDITS_PER_MINUTE', '1.5', 'whole number'],
    ['CHANNEL_REPLIES', 'everywhere', 'must be ask, here or private'],
    ['ALLOW_GUESTS', 'some', 'must be no or yes'],
    ['TOOL_POLICIES', 'gmail_delete_all=off', '"gmail_delete_all", which is no tool of the table: choose from gmail_f'],
    ['TOOL_POLICIES', 'gmail_fetch_mails=maybe', '"maybe" of gmail_fetch_mails: it must be one of allow, ask, off'],
    ['TOOL_POLICIES', 'gmail_send_draft=allow', "always waits for its owner's Approve"],
    ['REPLY_STREAMING', 'always', 'must be edit, native or auto'],
    ['ANTHROPIC_BASE_URL', 'localhost:1234', 'http(s) address'],
    ['SCALEKIT_ENV_URL', 'ftp://x.example', 'http(s) address'],
    ...['SLACK_API_URL', 'ANTHROPIC_BASE_URL', 'SCALEKIT_ENV_URL'].flatMap((name) =>
      [
        'http://x.example/api/',
        'http://10.0.0.7:4000',
        'http://127.0.0.1.x.example',
        'http://127.0.0.1@x.example/',
      ].map((url): [string, string, string] => [
        name,
        url,
        'must begin with https: plain http is only for this machine',
      ]),
    ),
    ['ANTHROPIC_BASE_URL', 'http://0.0.0.0:4000', 'must begin with https'],
    ['ANTHROPIC_BASE_URL', 'http://[fe80::1]:4000', 'must begin with https'],
    ['SCALEKIT_MCP_MODE', 'both', 'must be virtual or instance'],
    ['SCALEKIT_MCP_CONFIG', 'Inbox Agent', 'a–z'],
    ['SCALEKIT_IDENTIFIER', 'everybody', 'one mailbox'],
    ['SCALEKIT_IDENTIFIER', '{team}', 'one mailbox'],
    ['DATABASE_URL', 'postgres://x.example/inbox', 'must be file:PATH'],
    ['PORT', '70000', 'must be 65535 or less'],
    ['PORT', '-1', 'must be 0 or more'],
    ['METRICS_PORT', '70000', 'must be 65535 or less'],
    ['HOST', 'http://0.0.0.0', 'an address or a name of this machine'],
    ['LOG_LEVEL', 'loud', 'must be one of'],
  ])('%s=%s is told as such', (name, value, words) => {
    const found = problems(readBotConfig, { ...BOT, [name]: value })
    expect(found).toEqual([expect.stringContaining(words)])
    expect(found[0]).toMatch(new RegExp(`^${name} `))
  })

  it('never repeats a value: it may be a secret in the wrong place', () => {
    const misplaced = {
      ...BOT,
      SLACK_BOT_TOKEN: 'sk-ant-oops',
      SLACK_APP_TOKEN: 'xoxb-oops',
      SCALEKIT_ENV_URL: 'oops',
      TOOL_POLICIES: 'xoxb-oops=sk-ant-oops',
      PORT: 'oops',
    }
    expect(() => readBotConfig(misplaced)).toThrow(/5 problems/)
    expect(() => readBotConfig(misplaced)).not.toThrow(/oops/)
  })
})

describe('how events arrive', () => {
  it.each([
    ['Socket Mode with an app-level token', { SLACK_APP_TOKEN: 'xapp-1' }, { mode: 'socket', appToken: 'xapp-1' }],
    [
      'Socket Mode even beside a signing secret and a port',
      { SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: 's', PORT: '3000' },
      { mode: 'socket', appToken: 'xapp-1' },
    ],
    [
      'HTTP with a signing secret',
      { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 's', PORT: '3000' },
      { mode: 'http', signingSecret: 's', port: 3000 },
    ],
  ])('%s', (_, environment, delivery) => {
    expect(readBotConfig({ ...BOT, ...environment }).slack.delivery).toEqual(delivery)
  })

  it('over HTTP needs a port', () => {
    expect(problems(readBotConfig, { ...BOT, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 's' })).toEqual([
      expect.stringMatching(/^PORT is missing: /),
    ])
  })
})

describe('what is left out', () => {
  it('has the documented default', () => {
    expect(readBotConfig(BOT)).toEqual({
      anthropic: { apiKey: 'sk-ant-test', baseUrl: undefined, model: expect.stringMatching(/^claude-/) },
      scalekit: {
        url: 'https://northwind.scalekit.example',
        clientId: 'skc_1',
        clientSecret: 'secret',
        mode: 'virtual',
        configName: 'slack-inbox-agent',
        connection: 'gmail',
        identifierTemplate: 'slack:{team}:{user}',
      },
      toolPolicies: STANDARD_POLICIES,
      databasePath: 'data/inbox.db',
      logLevel: 'info',
      slack: {
        botToken: 'xoxb-1',
        delivery: { mode: 'socket', appToken: 'xapp-1' },
        apiUrl: 'https://slack.com/api/',
        slashCommand: '/inbox',
        editsPerMinute: undefined,
        replyStreaming: 'edit',
        channelReplies: 'ask',
        allowGuests: false,
      },
      undoSendMs: 10_000,
      port: undefined,
      metricsPort: undefined,
      host: undefined,
    })
  })

  it('is all of Slack, for setup', () => {
    expect(readPlatformConfig(PLATFORM)).toMatchObject({ scalekit: { clientId: 'skc_1' } })
    expect(problems(readPlatformConfig, {}).some((problem) => problem.includes('SLACK'))).toBe(false)
  })
})

describe('what is given', () => {
  it('is used as it stands, without the blanks around it', () => {
    const config = readBotConfig({
      ...BOT,
      SLACK_API_URL: ' http://127.0.0.1:4000/api ',
      SLASH_COMMAND: '/mail',
      SLACK_EDITS_PER_MINUTE: '20',
      CHANNEL_REPLIES: 'here',
      ALLOW_GUESTS: 'yes',
      SCALEKIT_MCP_MODE: 'instance',
      SCALEKIT_IDENTIFIER: '{email}',
      DATABASE_URL: 'file:/var/lib/inbox.db',
      PORT: '8080',
      LOG_LEVEL: 'debug',
    })
    expect(config).toMatchObject({
      slack: {
        apiUrl: 'http://127.0.0.1:4000/api/',
        slashCommand: '/mail',
        editsPerMinute: 20,
        channelReplies: 'here',
        allowGuests: true,
      },
      scalekit: { mode: 'instance', identifierTemplate: '{email}' },
      databasePath: '/var/lib/inbox.db',
      port: 8080,
      logLevel: 'debug',
    })
  })
})

describe('plain http', () => {
  it.each([
    'http://127.0.0.1:4000',
    'http://127.8.9.1',
    'http://127.1',
    'http://[::1]:4000',
    'http://localhost:4000',
    'HTTP://LOCALHOST',
  ])('is for this machine: %s', (url) => {
    const names = ['SLACK_API_URL', 'ANTHROPIC_BASE_URL', 'SCALEKIT_ENV_URL']
    expect(problems(readBotConfig, { ...BOT, ...Object.fromEntries(names.map((name) => [name, url])) })).toEqual([])
  })
})

describe('where it listens', () => {
  it('is one port, or two, any free ones where they are 0', () => {
    expect(readBotConfig({ ...BOT, PORT: '0', METRICS_PORT: '0', HOST: '0.0.0.0' })).toMatchObject({
      port: 0,
      metricsPort: 0,
      host: '0.0.0.0',
    })
    expect(problems(readBotConfig, { ...BOT, PORT: '3000', METRICS_PORT: '3000' })).toEqual([
      expect.stringContaining('METRICS_PORT must be another port than PORT'),
    ])
  })
})

describe('.env', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-config-'))
  const file = join(folder, '.env')

  afterEach(() => {
    delete process.env.INBOX_TEST_SET
    delete process.env.INBOX_TEST_UNSET
    rmSync(folder, { recursive: true, force: true })
  })

  it('fills in what the environment does not say, and never overrides it', () => {
    writeFileSync(file, 'INBOX_TEST_SET=from the file\nINBOX_TEST_UNSET=from the file\n')
    process.env.INBOX_TEST_SET = 'from the environment'
    loadDotEnv(file)
    expect(process.env.INBOX_TEST_SET).toBe('from the environment')
    expect(process.env.INBOX_TEST_UNSET).toBe('from the file')
  })

  it('need not be there', () => {
    expect(() => loadDotEnv(join(folder, 'none'))).not.toThrow()
  })
})

describe('a public address', () => {
  const SITE = {
    PUBLIC_URL: 'https://inbox.example.com/',
    SLACK_CLIENT_ID: '1.2',
    SLACK_CLIENT_SECRET: 'c',
    PORT: '3000',
  }

  it('is read with what its page needs', () => {
    expect(readBotConfig({ ...BOT, ...SITE }).publicSite).toEqual({
      url: 'https://inbox.example.com',
      clientId: '1.2',
      clientSecret: 'c',
    })
    expect(readBotConfig(BOT).publicSite).toBeUndefined()
    const here = { ...BOT, ...SITE, PUBLIC_URL: 'http://127.0.0.1:3000' }
    expect(readBotConfig(here).publicSite?.url).toBe('http://127.0.0.1:3000')
    const alsoHere = { ...BOT, ...SITE, PUBLIC_URL: 'http://127.0.0.2:3000' }
    expect(readBotConfig(alsoHere).publicSite?.url).toBe('http://127.0.0.2:3000')
  })

  it('wants a port and the credentials of the sign-in, all told at once', () => {
    const found = problems(readBotConfig, { ...BOT, PUBLIC_URL: SITE.PUBLIC_URL }).join('\n')
    for (const name of ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'PORT']) expect(found).toContain(`${name} is missing`)
  })

  it.each([
    ['PUBLIC_URL', 'http://inbox.example.com', 'https address without a path'],
    ['PUBLIC_URL', 'http://127.0.0.1.example.com', 'https address without a path'],
    ['PUBLIC_URL', 'https://inbox.example.com/bot', 'https address without a path'],
    ['PUBLIC_URL', 'inbox.example.com', 'https address without a path'],
    ['SCALEKIT_WEBHOOK_SECRET', 'secret', 'must start with whsec_'],
  ])('%s=%s is told as such', (name, value, words) => {
    expect(problems(readBotConfig, { ...BOT, ...SITE, [name]: value })).toEqual([expect.stringContaining(words)])
  })

  it('is not needed for webhooks, but a port is', () => {
    const found = problems(readBotConfig, { ...BOT, SCALEKIT_WEBHOOK_SECRET: 'whsec_AAAA' }).join('\n')
    expect(found).toContain('PORT is missing')
  })
})

/**
 * The environment, read once and turned into typed values. Whatever is missing or malformed is reported together, each with
 * its remedy, so that nobody mends a configuration one error at a time. Real environment variables beat `.env`.
 *
 * One file because a variable, its check and its remedy are read side by side, and several of them only mean something together.
 */

import { existsSync } from 'node:fs'
import { z } from 'zod'
import { readToolPolicies, type ToolPolicies } from './gmail/policies.js'
import { LOG_LEVELS, type LogLevel, neverLog } from './log.js'

export type ScalekitMode = 'virtual' | 'instance'

/** Needed by everything, `npm run setup` included. */
export interface PlatformConfig {
  readonly anthropic: { readonly apiKey: string; readonly baseUrl: string | undefined; readonly model: string }
  readonly scalekit: {
    readonly url: string
    readonly clientId: string
    readonly clientSecret: string
    readonly mode: ScalekitMode
    /** Name of the MCP configuration. */
    readonly configName: string
    /** Name of the Gmail connection in Scalekit. */
    readonly connection: string
    /** Template of a person's identifier: `{team}`, `{user}`, `{email}`. */
    readonly identifierTemplate: string
  }
  /** What becomes of each tool of the table in src/gmail/tools.ts. */
  readonly toolPolicies: ToolPolicies
  /** Path of the SQLite file. */
  readonly databasePath: string
  readonly logLevel: LogLevel
}

export type SlackDelivery =
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly port: number }

/** What the running bot needs. */
export interface BotConfig extends PlatformConfig {
  readonly slack: {
    readonly botToken: string
    readonly delivery: SlackDelivery
    /** Base URL of the Web API, with a slash at its end. */
    readonly apiUrl: string
    readonly slashCommand: string
    /** Undefined: what Slack allows, less a margin. */
    readonly editsPerMinute: number | undefined
    readonly channelReplies: 'ask' | 'here' | 'private'
    readonly replyStreaming: 'edit' | 'native' | 'auto'
    /** Whether guests of the workspace are served like members. */
    readonly allowGuests: boolean
  }
  /** What a page of its own needs, where the bot has a public address; undefined: it has none. */
  readonly publicSite: { readonly url: string; readonly clientId: string; readonly clientSecret: string } | undefined
  /** How long an approved mail can be taken back before it leaves, in milliseconds; 0: not at all. */
  readonly undoSendMs: number
  /** With which Scalekit signs its webhooks. */
  readonly webhookSecret: string | undefined
  /** Port of `/healthz`, `/readyz`, `/metrics` (and of Slack's requests in HTTP mode). 0: any free one. */
  readonly port: number | undefined
  /** A port of its own for `/metrics`. 0: any free one. */
  readonly metricsPort: number | undefined
  /** Address or name to listen on; undefined: see src/web/listeners.ts. */
  readonly host: string | undefined
}

/** Every problem of the configuration at once; `problems` are sentences for the person who runs the bot. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    )
    this.name = 'ConfigurationError'
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** In the current directory. */
export const DOT_ENV = '.env'

/** Loads `.env` beside the current directory, without overriding what the environment already says. */
export function loadDotEnv(path = DOT_ENV): void {
  if (existsSync(path)) process.loadEnvFile(path)
}

const required = (remedy: string) => z.string({ error: `is missing: ${remedy}` })
const startsWith = (prefix: string, remedy: string) =>
  required(remedy).startsWith(prefix, { error: `must start with ${prefix}: ${remedy}` })
/** What goes there carries keys and mail: in the clear only where it never leaves this machine. */
const httpUrl = (remedy: string) =>
  z
    .url({
      protocol: /^https?$/,
      error: (issue) => `${issue.input === undefined ? 'is missing' : 'is not an http(s) address'}: ${remedy}`,
    })
    .refine((text) => !URL.canParse(text) || new URL(text).protocol !== 'http:' || isHere(new URL(text)), {
      error:
        'must begin with https: plain http is only for this machine (127.0.0.1, ::1, localhost), since keys and mail would travel in the clear',
    })
const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int({ error: `must be a whole number from ${min} to ${max}` })
    .min(min, { error: `must be ${min} or more` })
    .max(max, { error: `must be ${max} or less` })

const PLATFORM = {
  ANTHROPIC_API_KEY: required('create a key in the Claude Console (https://platform.claude.com) and set it'),
  ANTHROPIC_BASE_URL: httpUrl("set it to the API's address, or leave it out").optional(),
  AGENT_MODEL: z.string().default('claude-opus-4-7'),
  SCALEKIT_ENV_URL: httpUrl('copy the environment URL from the Scalekit dashboard, API credentials'),
  SCALEKIT_CLIENT_ID: required('copy the client id from the Scalekit dashboard, API credentials'),
  SCALEKIT_CLIENT_SECRET: required('create a client secret in the Scalekit dashboard, API credentials'),
  SCALEKIT_MCP_MODE: z.enum(['virtual', 'instance'], { error: 'must be virtual or instance' }).default('virtual'),
  SCALEKIT_MCP_CONFIG: z
    .string()
    .regex(/^[a-z0-9_-]{1,100}$/, { error: 'must be 1 to 100 of a–z, 0–9, - and _' })
    .default('slack-inbox-agent'),
  SCALEKIT_CONNECTION: z.string().default('gmail'),
  SCALEKIT_IDENTIFIER: z
    .string()
    .default('slack:{team}:{user}')
    .refine((template) => template.includes('{user}') || template.includes('{email}'), {
      error: 'must contain {user} or {email}, or everybody would share one mailbox',
    }),
  TOOL_POLICIES: z
    .string()
    .default('')
    .transform((text, context) => {
      const read = readToolPolicies(text)
      if ('policies' in read) return read.policies
      for (const message of read.problems) context.addIssue({ code: 'custom', message })
      return z.NEVER
    }),
  DATABASE_URL: z
    .string()
    .startsWith('file:', {
      error: 'must be file:PATH, e.g. file:data/inbox.db (PostgreSQL is not supported by this version)',
    })
    .default('file:data/inbox.db'),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
}

const BOT = {
  ...PLATFORM,
  SLACK_BOT_TOKEN: startsWith('xoxb-', 'copy the Bot User OAuth Token from your Slack app, OAuth & Permissions'),
  SLACK_APP_TOKEN: startsWith(
    'xapp-',
    'create an App-Level Token with connections:write in your Slack app, Basic Information',
  ).optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_API_URL: httpUrl('leave it out to use Slack').default('https://slack.com/api/'),
  SLASH_COMMAND: z
    .string()
    .regex(/^\/[^\s/]+$/, { error: 'must be a slash and one word, e.g. /inbox' })
    .default('/inbox'),
  UNDO_SEND_SECONDS: wholeNumber(0, 120).default(10),
  SLACK_EDITS_PER_MINUTE: wholeNumber(1, 10_000).optional(),
  CHANNEL_REPLIES: z.enum(['ask', 'here', 'private'], { error: 'must be ask, here or private' }).default('ask'),
  ALLOW_GUESTS: z.enum(['no', 'yes'], { error: 'must be no or yes' }).default('no'),
  REPLY_STREAMING: z.enum(['edit', 'native', 'auto'], { error: 'must be edit, native or auto' }).default('edit'),
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/, { error: 'must be an address or a name of this machine, e.g. 127.0.0.1 or 0.0.0.0' })
    .optional(),
  PORT: wholeNumber(0, 65_535).optional(),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, {
      error: 'must be an https address without a path, e.g. https://inbox.example.com (http only for this machine)',
    })
    .optional(),
  SLACK_CLIENT_ID: z.string().optional(),
  SLACK_CLIENT_SECRET: z.string().optional(),
  SCALEKIT_WEBHOOK_SECRET: startsWith(
    'whsec_',
    'copy the signing secret of the webhook from the Scalekit dashboard',
  ).optional(),
}

/** @throws ConfigurationError */
export function readPlatformConfig(environment: Environment): PlatformConfig {
  return platformConfig(parse(PLATFORM, environment, []))
}

/** For commands that need the database and nothing else. @throws ConfigurationError */
export function readDatabasePath(environment: Environment): string {
  return parse({ DATABASE_URL: PLATFORM.DATABASE_URL }, environment, []).DATABASE_URL.slice('file:'.length)
}

/** @throws ConfigurationError */
export function readBotConfig(environment: Environment): BotConfig {
  const given = present(environment)
  const extra: string[] = []
  if (given.SLACK_APP_TOKEN === undefined && given.SLACK_SIGNING_SECRET === undefined) {
    extra.push(
      'SLACK_APP_TOKEN is missing: create an App-Level Token with connections:write in your Slack app, Basic Information (or set SLACK_SIGNING_SECRET and PORT to receive events over HTTP)',
    )
  } else if (given.SLACK_APP_TOKEN === undefined && given.PORT === undefined) {
    extra.push('PORT is missing: SLACK_SIGNING_SECRET without SLACK_APP_TOKEN means HTTP mode, which listens on PORT')
  }
  if (given.METRICS_PORT !== undefined && given.METRICS_PORT !== '0' && given.METRICS_PORT === given.PORT)
    extra.push('METRICS_PORT must be another port than PORT: leave it out to have the metrics on PORT')
  extra.push(...publicSiteProblems(given))
  const values = parse(BOT, environment, extra)
  return {
    ...platformConfig(values),
    slack: {
      botToken: values.SLACK_BOT_TOKEN,
      delivery: slackDelivery(values),
      apiUrl: values.SLACK_API_URL.endsWith('/') ? values.SLACK_API_URL : `${values.SLACK_API_URL}/`,
      slashCommand: values.SLASH_COMMAND,
      editsPerMinute: values.SLACK_EDITS_PER_MINUTE,
      channelReplies: values.CHANNEL_REPLIES,
      replyStreaming: values.REPLY_STREAMING,
      allowGuests: values.ALLOW_GUESTS === 'yes',
    },
    publicSite: publicSite(values),
    undoSendMs: values.UNDO_SEND_SECONDS * 1_000,
    webhookSecret: values.SCALEKIT_WEBHOOK_SECRET,
    port: values.PORT,
    metricsPort: values.METRICS_PORT,
    host: values.HOST,
  }
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && isHere(url))) &&
    `${url.pathname}${url.search}${url.hash}` === '/'
  )
}

/** `URL` writes every form of an IPv4 address (`127.1`, `0x7f.0.0.1`) in the usual one. */
function isHere({ hostname }: URL): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(hostname) || ['[::1]', 'localhost'].includes(hostname)
}

function publicSiteProblems(given: Readonly<Record<string, string>>): string[] {
  const missing = (name: string, remedy: string, wantedBy: string) =>
    given[wantedBy] === undefined || given[name] !== undefined ? [] : [`${name} is missing: ${remedy}`]
  return [
    ...missing(
      'SLACK_CLIENT_ID',
      'with PUBLIC_URL people sign in with Slack; copy the Client ID from your Slack app, Basic Information',
      'PUBLIC_URL',
    ),
    ...missing(
      'SLACK_CLIENT_SECRET',
      'with PUBLIC_URL people sign in with Slack; copy the Client Secret from your Slack app, Basic Information',
      'PUBLIC_URL',
    ),
    ...missing('PORT', 'PUBLIC_URL leads to a page that the bot serves on PORT', 'PUBLIC_URL'),
    ...missing('PORT', 'Scalekit’s webhooks come to PORT', 'SCALEKIT_WEBHOOK_SECRET'),
  ]
}

function publicSite(values: Values<typeof BOT>): BotConfig['publicSite'] {
  const { PUBLIC_URL: url, SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = values
  if (url === undefined || clientId === undefined || clientSecret === undefined) return undefined
  return { url: new URL(url).origin, clientId, clientSecret }
}

type Values<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>

function platformConfig(values: Values<typeof PLATFORM>): PlatformConfig {
  return {
    anthropic: { apiKey: values.ANTHROPIC_API_KEY, baseUrl: values.ANTHROPIC_BASE_URL, model: values.AGENT_MODEL },
    scalekit: {
      url: values.SCALEKIT_ENV_URL.replace(/\/+$/, ''),
      clientId: values.SCALEKIT_CLIENT_ID,
      clientSecret: values.SCALEKIT_CLIENT_SECRET,
      mode: values.SCALEKIT_MCP_MODE,
      configName: values.SCALEKIT_MCP_CONFIG,
      connection: values.SCALEKIT_CONNECTION,
      identifierTemplate: values.SCALEKIT_IDENTIFIER,
    },
    toolPolicies: values.TOOL_POLICIES,
    databasePath: values.DATABASE_URL.slice('file:'.length),
    logLevel: values.LOG_LEVEL,
  }
}

function slackDelivery(values: Values<typeof BOT>): SlackDelivery {
  // An app-level token means Socket Mode even beside a signing secret: many people copy all of Slack's credentials at once.
  if (values.SLACK_APP_TOKEN !== undefined) return { mode: 'socket', appToken: values.SLACK_APP_TOKEN }
  if (values.SLACK_SIGNING_SECRET !== undefined && values.PORT !== undefined) {
    return { mode: 'http', signingSecret: values.SLACK_SIGNING_SECRET, port: values.PORT }
  }
  throw new ConfigurationError(['SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing'])
}

/** Known to the log before anything can be said about them. */
const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_CLIENT_SECRET',
  'ANTHROPIC_API_KEY',
  'SCALEKIT_CLIENT_SECRET',
  'SCALEKIT_WEBHOOK_SECRET',
  'TOKEN_KEY',
]

/** An empty or blank variable counts as missing: `.env.example` is full of them. */
function present(environment: Environment): Record<string, string> {
  const entries: [string, string][] = []
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') entries.push([name, value.trim()])
  }
  return Object.fromEntries(entries)
}

function parse<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
  extra: readonly string[],
): Values<Shape> {
  const given = present(environment)
  neverLog(SECRETS.map((name) => given[name]))
  const result = z.object(shape).safeParse(given)
  const problems = [
    ...(result.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? []),
    ...extra,
  ]
  if (problems.length > 0 || !result.success) throw new ConfigurationError(problems)
  return result.data
}

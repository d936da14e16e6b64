/**
 * `npm run demo`: the whole product without any account. Starts the sandbox's Slack, Managed Agents API, Scalekit and mailboxes on
 * loopback, runs setup, and starts the real bot against them as a process of its own. Killed, the bot is started again: to see it
 * carry on, kill it in the middle of an answer.
 *
 *   npm run demo -- --mbox FILE     the first person's mailbox from an mbox file (e.g. from Google Takeout)
 *   npm run demo -- --claude        Claude in the script's place: needs ANTHROPIC_API_KEY, and the mail leaves this machine
 *   npm run demo -- --port NUMBER   port of the page
 *   npm run demo -- --mode instance SCALEKIT_MCP_MODE
 *   npm run demo -- --verify        PUBLIC_URL: whoever connects signs in with Slack at the end
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { claudeBrain } from './agents/claude.js'
import { startManagedAgents } from './agents/index.js'
import { scriptBrain } from './agents/script/script-brain.js'
import type { AgentBrain } from './agents/session/brain.js'
import { loadSamples, Mailbox } from './mailbox/index.js'
import { mboxSummary } from './mbox-summary.js'
import { startScalekit } from './scalekit/index.js'
import { startSlack } from './slack/index.js'
import { WORLD, type World } from './world.js'

const DEFAULT_PORT = 4040
const RESTART_MS = 1_000

const USAGE = `npm run demo -- [options]

  --mbox FILE      the first person's mail from an mbox file
  --claude         Claude in the script's place: needs ANTHROPIC_API_KEY, and mail that is read leaves this machine
  --port NUMBER    port of the page (${DEFAULT_PORT})
  --mode instance  the other of the two ways to reach a mailbox through Scalekit
  --verify         with a page of the bot's own, where whoever connects signs in with Slack
`

interface DemoOptions {
  readonly mbox: string | undefined
  readonly claude: boolean
  /** Undefined where none was asked for. */
  readonly port: number | undefined
  readonly mode: string
  readonly verify: boolean
}

function readOptions(): DemoOptions {
  const { values } = parseArgs({
    options: {
      mbox: { type: 'string' },
      claude: { type: 'boolean', default: false },
      port: { type: 'string' },
      mode: { type: 'string', default: 'virtual' },
      verify: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    process.exit(0)
  }
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && (!/^\d+$/.test(values.port ?? '') || port > 65_535))
    throw new Error('--port takes a number from 0 to 65535')
  if (values.mode !== 'virtual' && values.mode !== 'instance') throw new Error('--mode takes virtual or instance')
  if (values.mbox !== undefined && !existsSync(values.mbox)) throw new Error(`there is no file ${values.mbox}`)
  return { mbox: values.mbox, claude: values.claude, port, mode: values.mode, verify: values.verify }
}

function chooseBrain(claude: boolean): AgentBrain {
  if (!claude) return scriptBrain()
  const apiKey = process.env.ANTHROPIC_API_KEY
  if (apiKey === undefined || apiKey === '') throw new Error('--claude needs ANTHROPIC_API_KEY')
  return claudeBrain({ apiKey })
}

interface OpenWorld {
  readonly world: World
  readonly mailboxes: Map<string, Mailbox>
  /** What an mbox held, by the path that was given and by its name alone. */
  readonly summary?: { readonly forTerminal: string; readonly forPage: string }
}

/** The sample's mailboxes; with an mbox, that one in the first one's place, under its own owner's address. */
async function openWorld(mbox: string | undefined): Promise<OpenWorld> {
  if (mbox === undefined) {
    return { world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) }
  }
  const own = await Mailbox.fromMbox(await readFile(mbox), { newestIsNow: true })
  const others = WORLD.mailAccounts.slice(1)
  const mailboxes = await loadSamples(others)
  mailboxes.set(own.address, own)
  return {
    world: { ...WORLD, mailAccounts: [{ address: own.address, displayName: own.displayName }, ...others] },
    mailboxes,
    summary: { forTerminal: mboxSummary(own, mbox), forPage: mboxSummary(own, basename(mbox)) },
  }
}

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

async function main(): Promise<void> {
  const options = readOptions()
  const brain = chooseBrain(options.claude)
  const agents = await startManagedAgents({ brain })
  const { world, mailboxes, summary } = await openWorld(options.mbox)
  const scalekit = await startScalekit({ world, mailboxes })
  const slack = await startSlackOn(options.port, {
    answeredBy: options.claude ? 'Claude answers' : 'A script answers, not Claude',
    ...(summary !== undefined && { mailboxNote: summary.forPage }),
  })
  const directory = await mkdtemp(join(tmpdir(), 'slack-inbox-agent-'))

  // Nothing of the caller's environment: a real token there must not reach the demo, nor the demo's settings a real account.
  const environment = {
    PATH: process.env.PATH,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    ANTHROPIC_API_KEY: agents.apiKey,
    ANTHROPIC_BASE_URL: agents.url,
    SCALEKIT_ENV_URL: scalekit.url,
    SCALEKIT_CLIENT_ID: scalekit.clientId,
    SCALEKIT_CLIENT_SECRET: scalekit.clientSecret,
    SCALEKIT_MCP_MODE: options.mode,
    DATABASE_URL: `file:${join(directory, 'inbox.db')}`,
    LOG_LEVEL: 'warn',
    ...(options.verify ? await verifyPage(slack.oauth) : {}),
  }
  // In a directory of its own, since the bot reads `.env` from where it is started.
  const run = (script: string) =>
    spawn(process.execPath, [built(script)], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    })

  let bot: ChildProcess | undefined
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    if (bot !== undefined && bot.exitCode === null && bot.signalCode === null) {
      const exited = new Promise((resolve) => bot?.once('exit', resolve))
      bot.kill('SIGTERM')
      await exited
    }
    await Promise.all([slack.close(), agents.close(), scalekit.close()])
    await rm(directory, { recursive: true, force: true })
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))

  const setupCode = await new Promise<number | null>((resolve) => run('cli/setup.js').once('exit', resolve))
  if (setupCode !== 0) return await stop(1)

  const start = () => {
    bot = run('main.js')
    bot.once('exit', (code, signal) => {
      if (stopping) return
      process.stdout.write(`The bot ended (${signal ?? `code ${code}`}); starting it again.\n`)
      setTimeout(() => {
        start()
        process.stdout.write(`The bot is process ${bot?.pid} now.\n`)
      }, RESTART_MS)
    })
  }
  start()

  process.stdout.write(
    [
      '',
      `  Slack is at   ${slack.url}`,
      '',
      '  Two people, two channels, their mail, and the bot "inbox".',
      ...(summary === undefined ? [] : [`  The first one's mail: ${summary.forTerminal}`]),
      options.claude
        ? '  Claude answers: mail that it reads goes to the Claude API.'
        : '  A script answers instead of Claude, and knows some thirty kinds of requests; nothing leaves this machine. For free talk: --claude.',
      `  The bot is process ${bot?.pid}. Kill it (kill -9 ${bot?.pid}) in the middle of an answer to see it carry on.`,
      '  Ctrl+C ends everything.',
      '',
      '',
    ].join('\n'),
  )
}

/** What makes the bot serve its own page at the end of a connect link. */
async function verifyPage(oauth: { readonly clientId: string; readonly clientSecret: string }) {
  const port = String(await freePort())
  return {
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SLACK_CLIENT_ID: oauth.clientId,
    SLACK_CLIENT_SECRET: oauth.clientSecret,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return address.port
}

/** On the port that was asked for and no other. Without one on the usual port, or on any free one where that is taken, and says so. */
async function startSlackOn(port: number | undefined, notes: { answeredBy: string; mailboxNote?: string }) {
  const start = (on: number) => startSlack({ world: WORLD, port: on, staticDir: built('sandbox/page'), ...notes })
  try {
    return await start(port ?? DEFAULT_PORT)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    if (port !== undefined) throw new Error(`port ${port} is taken. Choose another with --port.`)
    process.stdout.write(`Port ${DEFAULT_PORT} is taken, so the page is at another one.\n`)
    return await start(0)
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The demo could not start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

/**
 * A house in the middle of its work, as files: what the sandbox's servers hold, the mailboxes, and the bot's database. The bot of another
 * version can be started on it.
 */

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { AgentBrain } from '../../src/sandbox/agents/session/brain.js'
import { Mailbox, PostOffice } from '../../src/sandbox/mailbox/index.js'
import { savedState, savedText } from '../../src/sandbox/wire/saved.js'
import { WORLD } from '../../src/sandbox/world.js'
import { House, type HouseOptions } from './house.js'

/** The agents last: what was under way there goes on at once, and needs the mailboxes. */
const SERVERS = ['slack', 'scalekit', 'agents'] as const
const CLOCK = new URL('clock-behind.mjs', import.meta.url).href

/** What `made.json` says. */
interface Made {
  /** The commit whose bot was at work. */
  readonly by: string
  /** When it was killed, in epoch milliseconds. */
  readonly at: number
  /** Where its servers were. */
  readonly urls: Readonly<Record<(typeof SERVERS)[number], string>>
}

type SavedMailboxes = ReadonlyMap<string, ReturnType<Mailbox['save']>>

/** An empty mailbox for each account; what one sends to another arrives there. */
export function emptyMailboxes(clock: () => number = Date.now): Map<string, Mailbox> {
  const carrier = new PostOffice()
  const mailboxes = WORLD.mailAccounts.map((account) => new Mailbox({ ...account, carrier, clock }))
  for (const mailbox of mailboxes) carrier.add(mailbox)
  return new Map(mailboxes.map((mailbox) => [mailbox.address, mailbox]))
}

/**
 * Of a house whose bot has been killed. Other files of the folder stay.
 * @param by what is said of the bot: its commit
 */
export async function saveFixture(house: House, folder: string, by: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const urls = { slack: house.slack.url, agents: house.agents.url, scalekit: house.scalekit.url }
  const made: Made = { by, at: Date.now(), urls }
  await writeFile(join(folder, 'made.json'), `${JSON.stringify(made, null, 2)}\n`)
  for (const server of SERVERS) await writeFile(join(folder, `${server}.json`), house[server].save())
  const mailboxes: SavedMailboxes = new Map(
    [...house.scalekit.mailboxes].map(([address, each]) => [address, each.save()]),
  )
  await writeFile(join(folder, 'mailboxes.json'), savedText({ mailboxes }))
  const copy = join(folder, 'inbox.db')
  await rm(copy, { force: true })
  const database = new Sqlite(house.databasePath)
  database.prepare('vacuum into ?').run(copy)
  database.close()
}

/**
 * The house goes on, without a bot yet.
 * @param options.afterMs how long nobody was at work, by the clocks of the house
 */
export async function openFixture(
  folder: string,
  options: { readonly brain: AgentBrain; readonly afterMs: number; readonly environment?: HouseOptions['environment'] },
): Promise<House> {
  const made = JSON.parse(await readFile(join(folder, 'made.json'), 'utf8')) as Made
  const behind = Date.now() - made.at - options.afterMs
  const now = () => Date.now() - behind
  const mailboxes = emptyMailboxes(now)
  const house = await House.open({
    brain: options.brain,
    connected: {},
    // Its clock is behind.
    killable: true,
    slack: { now },
    agents: { now },
    scalekit: { now, mailboxes },
    environment: {
      ...options.environment,
      NODE_OPTIONS: `--import ${CLOCK}`,
      CLOCK_BEHIND_MS: String(behind),
    },
  })
  const urls = new Map(SERVERS.map((server) => [made.urls[server], house[server].url]))
  // In one go: an address of now may be one of then, of another server.
  const moved = (text: string) => text.replace(/http:\/\/127\.0\.0\.1:\d+/g, (url) => urls.get(url) ?? url)
  const saved = savedState(await readFile(join(folder, 'mailboxes.json'), 'utf8')) as {
    readonly mailboxes: SavedMailboxes
  }
  for (const [address, mailbox] of saved.mailboxes) await mailboxes.get(address)?.restore(mailbox)
  for (const server of SERVERS) house[server].restore(moved(await readFile(join(folder, `${server}.json`), 'utf8')))
  await copyFile(join(folder, 'inbox.db'), house.databasePath)
  moveAddresses(house.databasePath, moved)
  return house
}

/** Addresses of the servers, wherever the database has them. */
function moveAddresses(path: string, moved: (text: string) => string): void {
  const database = new Sqlite(path)
  database.function('moved', (text) => (typeof text === 'string' ? moved(text) : text))
  const columns = database
    .prepare<[], { readonly name: string; readonly column: string }>(
      `select t.name, c.name as "column" from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table' and lower(c.type) = 'text'`,
    )
    .all()
  for (const { name, column } of columns) {
    database.exec(`update "${name}" set "${column}" = moved("${column}") where "${column}" like '%http://127.0.0.1:%'`)
  }
  database.close()
}

/**
 * What `npm run people` does. A person has one identifier, and an identifier one person: it decides whose mailbox is opened. So nothing here changes it
 * silently, and whoever loses an identifier loses their access first.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { Claude } from '../agent/claude.js'
import { VirtualMailboxAccess } from '../agent/mailbox-access.js'
import { markOf } from '../agent/mark.js'
import { storedDeployment } from '../agent/provisioning.js'
import { ManagedAgent } from '../agent/sessions.js'
import { ConfigurationError, type PlatformConfig, readPlatformConfig } from '../config.js'
import { Scalekit } from '../scalekit/client.js'
import { accountRemover } from '../scalekit/disconnection.js'
import { tokenMint } from '../scalekit/tokens.js'
import { isBotRunning } from '../store/database/database.js'
import type { Store } from '../store/store.js'
import { IdentifierTaken } from '../store/tables/people.js'
import { revokeAccess } from '../turns/connections/access-ending.js'
import type { Person } from '../turns/model.js'
import { explain } from './command.js'

export const USAGE = `Usage:
  npm run people                                            lists everybody who has been seen
  npm run people -- link TEAM USER IDENTIFIER [--replace]   maps a Slack user to an identifier at Scalekit
  npm run people -- unlink TEAM USER                        ends their access and forgets the identifier

TEAM is the workspace (T…) or the organisation (E…), USER the member (U… or W…), as the list shows them.
An identifier that is stored is only changed with --replace, which ends the access under the old one first.`

/** A sentence for the person who typed the command. */
export class PeopleError extends Error {}

export type PeopleCommand =
  | { readonly name: 'help' | 'list' }
  | {
      readonly name: 'link'
      readonly team: string
      readonly user: string
      readonly identifier: string
      readonly replace: boolean
    }
  | { readonly name: 'unlink'; readonly team: string; readonly user: string }

export interface PeopleCommandDeps {
  readonly store: Store
  readonly databasePath: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly print: (line: string) => void
}

/** How long a bot that runs is given to end somebody's access, in milliseconds; it goes on after that. */
const BOT_TIMEOUT_MS = 60_000
const LOOK_MS = 250
const LONGEST_IDENTIFIER = 255

/** @throws PeopleError with the usage */
export function readPeopleCommand(args: readonly string[]): PeopleCommand {
  const words = args.filter((arg) => arg !== '--replace')
  const replace = words.length < args.length
  const [name = 'list', team = '', user = '', identifier = '', ...rest] = words
  if (name === 'help' || name === '--help' || name === '-h') return { name: 'help' }
  const given = words.length - 1
  if (name === 'list' && given <= 0 && !replace) return { name }
  if (name === 'link' && given === 3 && rest.length === 0) {
    checkSlackIds(team, user)
    checkIdentifier(identifier)
    return { name, team, user, identifier, replace }
  }
  if (name === 'unlink' && given === 2 && !replace) {
    checkSlackIds(team, user)
    return { name, team, user }
  }
  throw new PeopleError(`That is not a command.\n${USAGE}`)
}

function checkSlackIds(team: string, user: string): void {
  if (!/^[TE][A-Z0-9]+$/.test(team))
    throw new PeopleError(`"${team}" is no id of a workspace: it looks like T0ABC1234.`)
  if (!/^[UW][A-Z0-9]+$/.test(user)) throw new PeopleError(`"${user}" is no id of a member: it looks like U0ABC1234.`)
}

function checkIdentifier(identifier: string): void {
  if (identifier.trim() !== identifier || identifier === '' || identifier.length > LONGEST_IDENTIFIER)
    throw new PeopleError(`An identifier has 1 to ${LONGEST_IDENTIFIER} characters, without blanks around it.`)
}

/** @throws PeopleError, DatabaseError, Unavailable, OperatorProblem */
export async function runPeopleCommand(
  command: Exclude<PeopleCommand, { name: 'help' }>,
  deps: PeopleCommandDeps,
): Promise<void> {
  switch (command.name) {
    case 'list':
      return await list(deps)
    case 'link':
      return await link(command, deps)
    case 'unlink':
      return await unlink(command, deps)
  }
}

async function list({ store, print }: PeopleCommandDeps): Promise<void> {
  const people = await store.people.list()
  if (people.length === 0) return print('Nobody has been seen yet.')
  const rows = people.map((person) => [
    person.id,
    person.team,
    person.user,
    person.identifier ?? '-',
    new Date(person.firstSeenAt).toISOString().slice(0, 16).replace('T', ' '),
    String(person.conversations),
  ])
  const table = [['PERSON', 'TEAM', 'USER', 'IDENTIFIER', 'FIRST SEEN (UTC)', 'CONVERSATIONS'], ...rows]
  const widths =
    rows.length === 0 ? [] : (table[0] ?? []).map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  for (const row of table)
    print(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

async function link(
  { team, user, identifier, replace }: Extract<PeopleCommand, { name: 'link' }>,
  deps: PeopleCommandDeps,
): Promise<void> {
  const { store, print } = deps
  const owner = await store.people.ownerOf(identifier)
  const person = await store.people.find(team, user)
  if (owner !== null && owner.id !== person?.id) throw taken(owner)
  if (person?.identifier === identifier) return print(`✓ ${team} ${user} is linked to ${identifier} already.`)
  if (person?.identifier == null) {
    try {
      const linked = await store.people.identify(await store.people.ensure(team, user), identifier)
      // The bot may have settled another one in the same moment.
      if (linked.identifier !== identifier) return await link({ name: 'link', team, user, identifier, replace }, deps)
    } catch (error) {
      if (error instanceof IdentifierTaken) throw taken(await store.people.ownerOf(identifier))
      throw error
    }
    return print(`✓ ${team} ${user} is linked to ${identifier}.`)
  }
  if (!replace) {
    throw new PeopleError(
      `${team} ${user} is linked to ${person.identifier}. With --replace their access under that identifier is ended, and the new one takes its place.`,
    )
  }
  await end(person, identifier, deps)
}

async function unlink(
  { team, user }: Extract<PeopleCommand, { name: 'unlink' }>,
  deps: PeopleCommandDeps,
): Promise<void> {
  const person = await deps.store.people.find(team, user)
  if (person === null) throw new PeopleError(`${team} ${user} has never been seen. See the list: npm run people`)
  if (person.identifier === null) return deps.print(`✓ ${team} ${user} is linked to nothing.`)
  await end(person, null, deps)
}

/** Ends somebody's access under the identifier they have; the next one, if any, takes its place. What they wrote stays. */
async function end(person: Person, next: string | null, deps: PeopleCommandDeps): Promise<void> {
  const { store, print, databasePath } = deps
  const who = `${person.team} ${person.user}`
  if (await store.accessEndings.isUnderWay(person.id))
    throw new PeopleError(`The access of ${who} is being ended right now. Try again in a moment.`)
  const id = await store.accessEndings.note({
    personId: person.id,
    reason: 'unlinked',
    ...(next === null ? {} : { nextIdentifier: next }),
  })
  if (isBotRunning(databasePath)) await waitForBot(id, deps)
  else await endWithoutBot(id, deps)
  const now = (await store.people.find(person.team, person.user))?.identifier ?? null
  if (next !== null && now === null) throw taken(await store.people.ownerOf(next))
  print(now === null ? `✓ ${who} is linked to nothing any more.` : `✓ ${who} is linked to ${now}.`)
  if (now === null)
    print('  At their next message they get an identifier by SCALEKIT_IDENTIFIER again, and are asked to connect.')
}

/** The bot looks into the database every few seconds, and knows what it is working on. */
async function waitForBot(id: string, { store, print }: PeopleCommandDeps): Promise<void> {
  print('The bot is running and ends their access …')
  const deadline = Date.now() + BOT_TIMEOUT_MS
  while (!(await store.accessEndings.isDone(id))) {
    if (Date.now() > deadline) {
      throw new PeopleError(
        'The bot has not done it within a minute; it goes on until it is done. Its log says what holds it up; see the list later: npm run people',
      )
    }
    await pause(LOOK_MS)
  }
}

async function endWithoutBot(id: string, deps: PeopleCommandDeps): Promise<void> {
  const { store, print } = deps
  const config = configured(deps)
  const claude = config === null ? null : new Claude(config.anthropic)
  const deployment =
    config === null || claude === null
      ? null
      : await storedDeployment(store.deployments, {
          scalekitUrl: config.scalekit.url,
          configName: config.scalekit.configName,
          anthropicUrl: claude.url,
        })
  if (config === null || claude === null || deployment === null) {
    await store.accessEndings.releaseIdentifier(id)
    print(
      '! The keys of Scalekit and Claude are not configured here: what is connected there is taken away when the bot starts next.',
    )
    return
  }
  const scalekit = new Scalekit(config.scalekit)
  const removeAccount = accountRemover(scalekit, config.scalekit.connection)
  const mailbox = { configId: deployment.mcpConfigId, connection: config.scalekit.connection }
  const access = new VirtualMailboxAccess(
    claude,
    markOf(config.scalekit),
    deployment.mcpServerUrl,
    tokenMint(scalekit, mailbox),
    store.vaults,
    Date.now,
  )
  const agent = new ManagedAgent(claude, deployment, { policies: config.toolPolicies })
  const ending = await store.accessEndings.get(id)
  try {
    await revokeAccess(
      {
        store: store.accessEndings,
        connections: { disconnect: ({ identifier }) => removeAccount(identifier) },
        access,
        // Nobody runs them now: the next start of the bot finds them marked, and brings them to their end.
        stopTurn: async () => undefined,
      },
      ending,
    )
    await agent.withdrawMailbox(ending.person.id)
  } catch (error) {
    const explanation = explain(error)
    if (explanation === null) throw error
    throw new PeopleError(`${explanation} It is noted: the bot carries it out when it starts next.`)
  }
  await store.accessEndings.finish(id)
}

/** Null where something is missing: the mapping can be changed without it. */
function configured({ environment }: PeopleCommandDeps): PlatformConfig | null {
  try {
    return readPlatformConfig(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return null
    throw error
  }
}

function taken(owner: Person | null): PeopleError {
  const who = owner === null ? 'somebody else' : `${owner.team} ${owner.user}`
  return new PeopleError(`This identifier belongs to ${who}: two people never share a mailbox. Unlink them first.`)
}

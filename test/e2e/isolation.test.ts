import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import { Random } from '../chaos/random.js'
import { TestBrain } from '../support/brains.js'
import { APPROVE, APPROVE_ALL, EDIT, UNDO } from '../support/cards.js'
import { GENERAL, House, identifierOf } from '../support/house.js'
import { ATLAS, Campaign, OUTSIDER, SHARED } from './isolation/campaign.js'
import { addressOf, CLEO, canaryOf, MARK, PEOPLE, type Visit, watchedMailboxes } from './isolation/watched-mailbox.js'

/**
 * Three people and an outsider who try to reach each other's mailboxes in every combination of thread, button, session and mailbox,
 * through one bot that serves them honestly at the same time. `ISOLATION_ATTEMPTS` and `ISOLATION_SEED` repeat or widen it.
 */

const ATTEMPTS = Number(process.env.ISOLATION_ATTEMPTS ?? 1_500)
const SEED = process.env.ISOLATION_SEED ?? String(Date.now())
const BOT = 'U0INBOXBOT'
const DECIDING = new Set([APPROVE, APPROVE_ALL, EDIT, UNDO].map(({ actionId }) => actionId))

let house: House | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

interface Scene {
  readonly house: House
  readonly campaign: Campaign
  readonly visits: readonly Visit[]
  /** Channels of all calls in which the app sent a person's canary to Slack. */
  readonly shownIn: readonly { readonly canary: string; readonly channel: string; readonly threadTs: string }[]
  release(): void
}

async function scene(replies: 'private' | 'here', mode: 'virtual' | 'instance'): Promise<Scene> {
  const visits: Visit[] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const unlimited = [
    'chat.postMessage',
    'chat.update',
    'chat.postEphemeral',
    'users.info',
    'conversations.open',
    'conversations.replies',
  ]
  const running = await House.running({
    brain: obedientBrain(gate),
    environment: {
      CHANNEL_REPLIES: replies,
      SCALEKIT_MCP_MODE: mode,
      SLACK_EDITS_PER_MINUTE: '10000',
    },
    slack: {
      rateLimits: {
        perMinute: Object.fromEntries(unlimited.map((method) => [method, Number.POSITIVE_INFINITY])),
        postsPerChannel: { perSecond: 10_000, burst: 10_000 },
      },
    },
    scalekit: { mailboxes: await watchedMailboxes(visits) },
    connected: Object.fromEntries(PEOPLE.map((user) => [user, addressOf(user)])),
  })
  house = running
  const { slack } = running
  slack.addPerson({ id: CLEO, name: 'cleo', realName: 'Cleo Marin' })
  slack.addPerson({ id: OUTSIDER, name: 'outsider', teamId: 'T0PARTNER', stranger: true })
  for (const channel of [GENERAL, ATLAS]) slack.addMember(channel, CLEO)
  slack.addChannel({ id: SHARED, name: 'with-partner', members: [...PEOPLE, OUTSIDER], external: true })
  const shownIn: { canary: string; channel: string; threadTs: string }[] = []
  slack.wire.onEntry((entry) => {
    if (entry.direction !== 'call' || !entry.method.startsWith('chat.')) return
    const { channel = '', thread_ts = '' } = (entry.request ?? {}) as Record<string, string | undefined>
    const said = JSON.stringify(entry.request)
    for (const user of PEOPLE)
      if (said.includes(canaryOf(user))) shownIn.push({ canary: canaryOf(user), channel, threadTs: thread_ts })
  })
  return { house: running, campaign: new Campaign(running, new Random(`${SEED}/${replies}`)), visits, shownIn, release }
}

/** Does at once what anybody asks, whoever's mailbox they name: whatever it then reaches, the bot's own walls decided. */
function obedientBrain(gate: Promise<void>): TestBrain {
  const markIn = (words: string) => words.match(MARK)?.[0] ?? ''
  return new TestBrain()
    .when(/^look /, async (turn: BrainTurn, words) => {
      const mark = markIn(words)
      const [found] = await turn.callTools([
        { name: 'gmail_fetch_mails', input: { query: `in:inbox -${mark}`, max_results: 5 } },
      ])
      await turn.say(`Done ${mark}: ${found?.status === 'ok' ? found.text : found?.status}`)
    })
    .when(/^send /, async (turn: BrainTurn, words) => {
      const mark = markIn(words)
      // The bot itself looks whether this mailbox has written there before: that has the mark too.
      const input = { to: `${mark}@lumen.example`, subject: mark, body: `As you wished, ${mark}.` }
      const [sent] = await turn.callTools([{ name: 'send_email', input }])
      await turn.say(`Done ${mark}: ${sent?.status}`)
    })
    .when(/^hold /, async (turn: BrainTurn, words) => {
      await Promise.race([
        gate,
        new Promise((_, reject) => turn.signal.addEventListener('abort', () => reject(turn.signal.reason))),
      ])
      await turn.say(`Held ${markIn(words)} to the end.`)
    })
}

/** Turns that are still to end, and decisions as they are recorded. */
function stored(running: House) {
  const database = new Sqlite(running.databasePath, { readonly: true })
  try {
    return {
      unfinished: database
        .prepare(
          `select turn.state, conversation.channel, conversation.kind, person.slack_user, person.team from turn
           join conversation on conversation.id = turn.conversation_id join person on person.id = conversation.person_id
           where turn.state != 'ended'`,
        )
        .all(),
      active: database
        .prepare(`select count(*) as count from turn where state not in ('ended', 'waiting_approval')`)
        .get() as { count: number },
      decisions: database
        .prepare(
          `select approval.id, approval.decided_by, person.slack_user, person.team from approval
           join turn on turn.id = approval.turn_id join conversation on conversation.id = turn.conversation_id
           join person on person.id = conversation.person_id where approval.decision is not null`,
        )
        .all() as { id: string; decided_by: string; slack_user: string; team: string }[],
      queued: database
        .prepare(
          `select count(*) as count from message where state = 'queued' and conversation_id not in
           (select conversation_id from turn where state = 'waiting_approval')`,
        )
        .get() as { count: number },
    }
  } finally {
    database.close()
  }
}

async function quiet(running: House, held: number): Promise<void> {
  await vi.waitFor(
    () => {
      expect(running.slack.deliveries.all.filter(({ finished }) => !finished)).toHaveLength(0)
      const { active, queued, unfinished } = stored(running)
      const stuck = JSON.stringify(unfinished)
      expect({ active: active.count, queued: queued.count }, stuck).toEqual({ active: 2 * held, queued: held })
    },
    { timeout: 50_000, interval: 100 },
  )
}

describe.each([
  ['private', 'virtual'],
  ['here', 'instance'],
] as const)('answers %s, mailboxes reached in mode %s', (replies, mode) => {
  it(`${ATTEMPTS} attempts to reach another's mailbox come to nothing (seed ${SEED})`, {
    timeout: 180_000,
  }, async () => {
    const { house, campaign, visits, shownIn, release } = await scene(replies, mode)
    await campaign.begin()
    await campaign.run(ATTEMPTS)
    await quiet(house, PEOPLE.length)
    release()
    await quiet(house, 0)
    for (const user of PEOPLE) {
      const { dm } = house.slack.person(user)
      // What was queued behind the held turn is heard as its owner wrote it, and the held turn was not stopped by anybody.
      expect(
        house.slack
          .person(user)
          .messages(dm)
          .filter(({ shown }) => /Held mark\d+x to the end/.test(shown)),
      ).toHaveLength(1)
    }
    const tally = { seed: SEED, attempts: campaign.attempts, visits: visits.length, ...campaign.counts }
    console.log(JSON.stringify(tally))
    expect(campaign.attempts).toBe(ATTEMPTS)

    const { authors } = campaign
    // Mailboxes: every call that arrived was asked for by the person whose mailbox it is.
    expect(visits.length).toBeGreaterThan(PEOPLE.length)
    for (const visit of visits) {
      expect(visit.mark, JSON.stringify(visit)).not.toBe('')
      expect(addressOf(authors.get(visit.mark) ?? ''), visit.mark).toBe(visit.address)
      if (visit.what === 'send') expect(campaign.approved, visit.mark).toContain(visit.mark)
    }

    // Sessions: only one person's words and one person's way to a mailbox in each.
    const ownerOf = new Map<string, string>()
    for (const session of house.agents.driver.sessions()) {
      const events = house.agents.driver.events(session.id)
      const words = events.flatMap((event) =>
        event.type === 'user.message'
          ? event.content.slice(-1).map((block) => (block.type === 'text' ? block.text : ''))
          : [],
      )
      const heard = new Set(words.flatMap((text) => (text.match(MARK) ?? []).map((mark) => authors.get(mark))))
      expect([...heard], words.join('\n')).toHaveLength(1)
      const [owner = ''] = heard
      expect(PEOPLE).toContain(owner)
      const person = session.metadata.person ?? ''
      expect(ownerOf.get(person) ?? owner).toBe(owner)
      ownerOf.set(person, owner)
      expect(credentialsOf(house, session)).toEqual([identifierOf(owner)])
      for (const other of PEOPLE) if (other !== owner) expect(JSON.stringify(events)).not.toContain(canaryOf(other))
    }
    expect(ownerOf.size).toBe(PEOPLE.length)

    // Decisions: each by its owner's own press, and no other.
    const { decisions } = stored(house)
    for (const { decided_by, slack_user, team } of decisions) {
      expect(decided_by).toBe(slack_user)
      expect(team).toBe('T0NORTHWIND')
    }
    expect(decisions.length).toBe(campaign.decided.size)

    // Slack: nobody sees another's mail, unless its owner asked in a channel and answers there were chosen.
    expect(shownIn.length).toBeGreaterThan(PEOPLE.length)
    for (const { canary, channel, threadTs } of shownIn) expectPlace(house, replies, canary, channel, threadTs)
    for (const user of [...PEOPLE, OUTSIDER]) {
      const person = house.slack.person(user)
      for (const message of [...person.messages(), ...person.ephemerals()]) {
        for (const other of PEOPLE) {
          if (!message.shown.includes(canaryOf(other)) || message.user !== BOT) continue
          expectPlace(house, replies, canaryOf(other), message.channel, message.threadTs ?? message.ts)
        }
        if (!message.channel.startsWith('D'))
          expect(message.elements.filter(({ actionId }) => DECIDING.has(actionId))).toEqual([])
      }
    }
  })
})

function expectPlace(
  running: House,
  replies: 'private' | 'here',
  canary: string,
  channel: string,
  threadTs: string,
): void {
  const owner = PEOPLE.find((user) => canaryOf(user) === canary) ?? ''
  if (channel === running.slack.person(owner).dm) return
  expect(replies, `${canary} in ${channel}`).toBe('here')
  // An edit names no thread; where the message stands is looked at in what people see.
  if (threadTs === '') return
  const [first] = running.slack.person(owner).thread(channel, threadTs)
  expect(first?.user, `${canary} in a thread of ${channel}`).toBe(owner)
}

/** Whose mailbox a session can reach, by everything that it holds. */
function credentialsOf(running: House, session: ReturnType<House['agents']['driver']['sessions']>[number]): string[] {
  const { agents, scalekit } = running
  const tokens = agents.driver
    .vaults()
    .filter(({ vault }) => session.vault_ids.includes(vault.id))
    .flatMap(({ credentials }) => credentials.map(({ token }) => token))
  const byToken = scalekit.issuedTokens().filter(({ token }) => tokens.includes(token))
  const urls = JSON.stringify(session.agent.mcp_servers)
  const byUrl = scalekit.instances().filter(({ secret }) => urls.includes(secret))
  return [
    ...new Set([...byToken.map(({ identifier }) => identifier), ...byUrl.map(({ userIdentifier }) => userIdentifier)]),
  ]
}

import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageContent } from '../../../src/slack/api/poster.js'
import { type Schedule, scheduledMessage } from '../../../src/slack/blocks/scheduled-list.js'
import { ConnectionCommands, keptWord } from '../../../src/slack/connection/connection-commands.js'
import type { Store } from '../../../src/store/store.js'
import { ConnectionWatch } from '../../../src/turns/connections/connection-watch.js'
import { type ConnectionState, OperatorProblem, Unavailable } from '../../../src/turns/ports.js'
import { ANNA, BEN, DM, openStore, TEAM } from '../../store/fixture.js'
import { FakeClock } from '../../turns/fake-clock.js'
import { SilentLog } from '../../turns/silent-log.js'
import { AT, mail } from '../blocks/outgoing-views.js'

let store: Store
let clock: FakeClock
let state: ConnectionState
let said: MessageContent[]
let problem: 'guest' | null
let failure: Error | null
let commands: ConnectionCommands
let schedule: Schedule
let shown: unknown[]

beforeEach(async () => {
  store = await openStore()
  clock = new FakeClock()
  state = 'missing'
  said = []
  shown = []
  problem = null
  failure = null
  schedule = { mails: [], timeZone: 'Europe/Stockholm' }
  const connections = {
    state: async () => {
      if (failure !== null) throw failure
      return state
    },
    link: async () => ({ url: 'https://connect.example/1', expiresAt: clock.now() + 3_600_000 }),
    disconnect: async () => true,
  }
  const log = new SilentLog()
  const web = new WebClient('xoxb-1')
  web.chat.update = async (options) => {
    said.push({ text: '', blocks: [], ...options } as MessageContent)
    return { ok: true }
  }
  commands = new ConnectionCommands(
    {
      web,
      poster: {
        post: async (_key, _target, content) => {
          const isNew = said.length === 0
          if (isNew) said.push(content)
          return { ts: '1.0', isNew, isStream: false }
        },
      },
      commands: store.commands,
      people: store.people,
      endings: store.accessEndings,
      connections,
      status: async () => 'All is well.',
      onShown: (id, place) => shown.push([id, place]),
      schedule: async () => schedule,
      watch: new ConnectionWatch(connections, clock, log),
      profile: async () =>
        problem === null ? { name: 'Anna', timeZone: 'UTC', email: 'anna@x.example' } : { problem },
      directMessage: async () => DM,
      identifierOf: () => 'slack:T1:anyone',
      onDeactivated: async () => undefined,
      endAccess: () => undefined,
      rules: { slashCommand: '/inbox' },
      now: () => clock.now(),
      log,
    },
    () => undefined,
  )
})
afterEach(async () => {
  await store.close()
})

async function connect(user = ANNA): Promise<string> {
  await store.commands.journal({ triggerId: user, team: TEAM, user, text: 'connect', mentions: [] })
  await work()
  return JSON.stringify(said.at(-1))
}
async function work(): Promise<void> {
  for (const command of await store.commands.unfinished()) await commands.work(command, 'connect')
}

describe('a stored text', () => {
  it.each([
    ['connect', 'connect'],
    [' DisConnect ', 'disconnect'],
    ['STATUS', 'status'],
    ['scheduled', 'scheduled'],
    ['scheduled meetings', null],
    ['connect please', null],
    ['status of the order?', null],
    ['disconnected', null],
    ['', null],
  ])('is a command where it is nothing else, whatever its case: %j', (text, word) => {
    expect(keptWord(text)).toBe(word)
  })
})

describe('scheduled', () => {
  it('is answered with the list, once', async () => {
    schedule = { mails: [{ id: 'a1', dueAt: AT, conversationId: 'c1', mail: mail() }], timeZone: 'UTC' }
    await store.commands.journal({ triggerId: 't', team: TEAM, user: ANNA, text: 'scheduled', mentions: [] })
    for (const command of await store.commands.unfinished()) await commands.work(command, 'scheduled')
    expect(said).toEqual([scheduledMessage(schedule)])
    expect(await store.commands.unfinished()).toEqual([])
    expect(shown).toEqual([[expect.any(String), { channel: DM, ts: '1.0' }]])
  })
})

describe('status', () => {
  it('that a version before had stored is answered', async () => {
    await store.commands.journal({ triggerId: 't', team: TEAM, user: ANNA, text: 'STATUS', mentions: [] })
    for (const command of await store.commands.unfinished()) await commands.work(command, 'status')
    expect(JSON.stringify(said)).toContain('All is well.')
    expect(await store.commands.unfinished()).toEqual([])
  })
})

describe('a connect prompt', () => {
  it('says so when a day has passed', async () => {
    await connect()
    const [command] = await store.commands.unfinished()
    expect(command?.state).toBe('waiting')
    await clock.advance((command?.receivedAt ?? 0) + 25 * 3_600_000 - clock.now())
    await work()
    expect(JSON.stringify(said.at(-1))).toContain('link has expired')
    expect(await store.commands.unfinished()).toEqual([])
  })

  it('says so while Scalekit is away, and comes when it is there again', async () => {
    failure = new Unavailable('scalekit', 'no answer')
    await store.commands.journal({ triggerId: ANNA, team: TEAM, user: ANNA, text: 'connect', mentions: [] })
    await expect(work()).rejects.toBeInstanceOf(Unavailable)
    expect(JSON.stringify(said.at(-1))).toContain("can't get your link right now")
    failure = null
    await work()
    expect(JSON.stringify(said.at(-1))).toContain('Connect Gmail')
  })

  it('is none where the app is not set up for it, and says whom to tell', async () => {
    failure = new OperatorProblem('credentials', 'refused')
    expect(await connect()).toContain('Ask whoever runs this app')
    expect(await store.commands.unfinished()).toEqual([])
  })

  it('is none for somebody who may not have a connection, or whose identifier is taken', async () => {
    problem = 'guest'
    expect(await connect()).toContain('full members')
    problem = null
    await store.people.identify(await store.people.ensure(TEAM, ANNA), 'slack:T1:anyone')
    expect(await connect(BEN)).toContain('Another account already uses the mailbox')
    expect(await store.commands.unfinished()).toEqual([])
  })
})

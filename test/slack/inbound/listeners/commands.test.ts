import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registerCommands } from '../../../../src/slack/inbound/listeners/commands.js'
import type { ResponseMessage } from '../../../../src/slack/inbound/listeners/respond.js'
import type { KeptPlace } from '../../../../src/slack/inbound/requests.js'
import type { Store } from '../../../../src/store/store.js'
import { Unavailable } from '../../../../src/turns/ports.js'
import { ANNA, incoming, journaled, openStore, TEAM } from '../../../store/fixture.js'
import { FakeClock, settle } from '../../../turns/fake-clock.js'
import { SilentLog } from '../../../turns/silent-log.js'
import { BOT, boltApp } from '../bolt-app.js'

const RESPONSE_URL = 'https://hooks.slack.com/commands/T1/1/x'
const body = {
  command: '/inbox',
  text: 'what is unread?',
  user_id: ANNA,
  channel_id: 'C1',
  team_id: TEAM,
  trigger_id: 't',
  response_url: RESPONSE_URL,
}

let store: Store
let clock: FakeClock
let log: SilentLog
let place: Promise<KeptPlace>
let profile: () => Promise<{ problem: 'guest' } | { name: string; timeZone: string; email: null }>
let status: Promise<string>
let acknowledged: unknown[]
let responses: ResponseMessage[]
let stopped: string[]
let rules: { slashCommand: string }

beforeEach(async () => {
  store = await openStore()
  clock = new FakeClock()
  log = new SilentLog()
  place = Promise.resolve({ channel: 'D1', ts: '9.0' })
  profile = async () => ({ name: 'Anna', timeZone: 'UTC', email: null })
  status = Promise.resolve('All is well.')
  acknowledged = []
  responses = []
  stopped = []
  rules = { slashCommand: '/inbox' }
})
afterEach(async () => {
  await store.close()
})

/** What Slack hears of one command. */
async function type(text: string, changes: Record<string, unknown> = {}): Promise<void> {
  const { app, deliver, errors } = boltApp(log)
  const { people, commands, personsWork } = store
  registerCommands(app, {
    ...{ identity: BOT, people, commands, personsWork, rules, clock, log },
    requests: { takeUp: async () => await place },
    answers: {
      status: async () => await status,
      threads: async () => 'Your threads.',
      settings: () => 'Your settings.',
      stopped: async (_person, stopping) => `Stopped ${stopping.length}.`,
      linkTo: async ({ channel, ts }) => `https://slack.example/${channel}/${ts}`,
    },
    profile: async () => await profile(),
    stop: async (turnId) => {
      stopped.push(turnId)
    },
    respond: async (url, message) => {
      expect(url).toBe(RESPONSE_URL)
      responses.push(message)
    },
  })
  await deliver({ ...body, text, ...changes }, async (response) => {
    acknowledged.push(response)
  })
  expect(errors).toEqual([])
}

const stored = async () => (await store.commands.unfinished()).map(({ text }) => text)
const privately = (text: RegExp) => ({ response_type: 'ephemeral', text: expect.stringMatching(text) })

/** A promise that is resolved later. */
function later<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('a question behind the command', () => {
  it.each([
    ['in a channel', {}],
    ['in a direct message with somebody else', { channel_id: 'D9' }],
    ['under another name than it has by default', { command: '/mail' }],
  ])('%s is stored, and its acknowledgement leads to where it is answered', async (_, changes) => {
    await type('what is unread?', changes)
    expect(await stored()).toEqual(['what is unread?'])
    expect(acknowledged).toEqual([privately(/^On it\. .*<https:\/\/slack\.example\/D1\/9\.0\|/)])
  })

  it('says nothing where the answer stands right there', async () => {
    await type('what is unread?', { channel_id: 'D1' })
    expect(acknowledged).toEqual([undefined])
  })

  it.each(['', '  '])('(%j) asks what needs attention, as if it had been written', async (text) => {
    await type(text)
    expect(await stored()).toEqual(['What needs my attention?'])
  })

  it('is acknowledged in time where the place is not known yet, and the link follows', async () => {
    const slow = later<KeptPlace>()
    place = slow.promise
    const typed = type('what is unread?')
    await settle()
    await clock.advance(2_000)
    await typed
    expect(acknowledged).toEqual([privately(/^On it\. I'll answer in your direct messages\.$/)])
    slow.resolve({ channel: 'D1', ts: '9.0' })
    await settle()
    expect(responses).toEqual([{ ...privately(/<https:\/\/slack\.example\/D1\/9\.0\|/), replace_original: false }])
  })

  it('that cannot be stored is acknowledged with these words: Slack delivers it once', async () => {
    await store.close()
    await type('what is unread?')
    expect(acknowledged).toEqual([privately(/nothing was done.+try again/)])
    expect(log.lines).toMatchObject([{ level: 'error', message: 'command not stored' }])
    store = await openStore()
  })

  it('that comes twice is stored once', async () => {
    await type('what is unread?')
    await type('what is unread?')
    expect(await stored()).toEqual(['what is unread?'])
    expect(acknowledged).toEqual([privately(/^On it/), privately(/^On it/)])
  })

  it.each(['what is unread?', 'connect', ''])(
    '(%j) is refused to a guest right there, and not stored',
    async (text) => {
      profile = async () => ({ problem: 'guest' })
      await type(text)
      expect(acknowledged).toEqual([privately(/full members/)])
      expect(await stored()).toEqual([])
    },
  )

  it.each([
    ['does not answer', async () => await Promise.reject(new Unavailable('slack', 'no answer'))],
    ['answers too late', () => new Promise<never>(() => undefined)],
  ])('is stored where Slack %s who it is', async (_, answer) => {
    profile = answer
    const typed = type('what is unread?')
    await settle()
    await clock.advance(1_000)
    await typed
    expect(await stored()).toEqual(['what is unread?'])
  })

  it('of somebody to whom Slack opens no direct message says so', async () => {
    place = Promise.resolve('unreachable')
    await type('what is unread?')
    expect(acknowledged).toEqual([privately(/can't send you direct messages/)])
  })

  it('on Enterprise Grid belongs to the person of the organisation', async () => {
    await type('what is unread?', { enterprise_id: 'E1', team_id: 'T9', is_enterprise_install: 'true' })
    expect((await store.commands.unfinished())[0]?.person).toMatchObject({ team: 'E1', user: ANNA })
  })
})

describe('a command that says how things stand', () => {
  it.each([
    ['Help!', /`\/inbox threads`: your recent conversations/],
    ['STATUS', /^All is well\.$/],
    ['threads', /^Your threads\.$/],
    ['settings?', /^Your settings\.$/],
    ['hlep', /^Did you mean `\/inbox help`\?$/],
    ['Conect', /^Did you mean `\/inbox connect`\?$/],
    ['stop', /^Stopped 0\.$/],
  ])('(%j) is answered by its acknowledgement, and nothing is left to do', async (text, words) => {
    await type(text)
    expect(acknowledged).toEqual([privately(words)])
    expect(await stored()).toEqual([])
    expect(responses).toEqual([])
  })

  it('names the command as this installation does', async () => {
    rules = { slashCommand: '/mail' }
    await type('hlep')
    await type('help')
    expect(acknowledged).toEqual([privately(/`\/mail help`/), privately(/`\/mail status`/)])
    expect(JSON.stringify(acknowledged)).not.toContain('/inbox')
  })

  it('is answered by its response_url where that takes longer than Slack waits', async () => {
    const slow = later<string>()
    status = slow.promise
    const typed = type('status')
    await settle()
    await clock.advance(2_000)
    await typed
    expect(acknowledged).toEqual([undefined])
    slow.resolve('All is well.')
    await settle()
    expect(responses).toEqual([{ response_type: 'ephemeral', replace_original: false, text: 'All is well.' }])
  })

  it('that cannot be looked up says so', async () => {
    status = Promise.reject(new Error('the disk is full'))
    await type('status')
    expect(acknowledged).toEqual([privately(/can't look that up/)])
    expect(log.lines).toMatchObject([{ level: 'error', message: 'command answer failed' }])
  })

  it('helps although the database does not answer', async () => {
    await store.close()
    await type('help')
    expect(acknowledged).toEqual([privately(/only you see the answer/)])
    store = await openStore()
  })
})

describe('stop', () => {
  it('stops what is at work once, also where it comes twice', async () => {
    const first = await store.turns.queue(await journaled(store, incoming('10.0')))
    await type('stop')
    expect(stopped).toEqual([first.id])
    expect((await store.turns.get(first.id)).stopRequested).toBe(true)
    const second = await store.turns.queue(await journaled(store, incoming('20.0')))
    await type('stop')
    expect((await store.turns.get(second.id)).stopRequested).toBe(false)
    expect(acknowledged).toEqual([privately(/^Stopped 1\.$/), privately(/^Stopped 1\.$/)])
  })

  it('that cannot be stored says so', async () => {
    await store.close()
    await type('stop')
    expect(acknowledged).toEqual([privately(/nothing was done.+try again/)])
    store = await openStore()
  })
})

describe('disconnect', () => {
  it('asks first, and ends nothing by the word alone', async () => {
    await type('disconnect')
    const { id } = await store.people.ensure(TEAM, ANNA)
    expect(acknowledged).toEqual([{ ...privately(/^Disconnect your Gmail\?$/), blocks: expect.any(Array) }])
    expect(JSON.stringify(acknowledged)).toContain(`"action_id":"mailbox_disconnect"`)
    expect(JSON.stringify(acknowledged)).toContain(`"value":"${id}"`)
    expect(await stored()).toEqual([])
  })
})

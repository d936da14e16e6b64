import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageHandlers } from '../../../src/slack/inbound/message-handlers.js'
import type { Store } from '../../../src/store/store.js'
import type { IncomingMessage } from '../../../src/turns/admission.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { ANNA, BEN, GENERAL, incoming, openStore, TEAM } from '../../store/fixture.js'
import { settle } from '../../turns/fake-clock.js'
import { SilentLog } from '../../turns/silent-log.js'
import { BOT } from './bolt-app.js'
import { type SlackCall, scriptedSlack } from './scripted-slack.js'

const STARTED_AT = 1_000_000_000
const TS = '1000100.000000'
const BELOW = '1000101.000000'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

function open(answer: (call: SlackCall) => object = () => ({ messages: [] }), fails: { stop?: Error } = {}) {
  const log = new SilentLog()
  const happened: string[] = []
  const { web, calls } = scriptedSlack(answer, log)
  const handlers = messageHandlers({
    web,
    identity: BOT,
    store,
    rules: { slashCommand: '/inbox' },
    wake: (id) => happened.push(`woken ${id}`),
    stop: async (turn) => {
      happened.push(`stopped ${turn}`)
      if (fails.stop !== undefined) throw fails.stop
    },
    revise: async (turn) => {
      happened.push(`revised ${turn}`)
    },
    slackNow: () => STARTED_AT,
    log,
  })
  return { handlers, happened, calls, log }
}

const mention = (rest: Partial<IncomingMessage> = {}) => incoming(TS, { channel: GENERAL, ...rest })
const below = (rest: Partial<IncomingMessage> = {}) =>
  incoming(BELOW, { channel: GENERAL, threadTs: TS, addressed: false, ...rest })
const listedBelow = { type: 'message', ts: BELOW, thread_ts: TS, user: ANNA, text: 'one thing more' }
const conversation = async (message = mention()) => (await store.messages.journal(message)).conversationId ?? 'none'
const taken = async (id: string) => await store.turns.take(await store.turns.queue(id))
const waiting = async (id: string) => (await store.messages.queued(id)).map(({ text }) => text)

describe('a message', () => {
  it('that is meant for the bot is stored, and its conversation woken', async () => {
    const { handlers, happened } = open()
    await handlers.message(mention())
    const id = await conversation()
    expect(await waiting(id)).toEqual([`words of ${TS}`])
    expect(happened).toEqual([`woken ${id}`])
  })

  it('that goes on with a conversation wakes it again', async () => {
    const { handlers, happened } = open()
    const id = await conversation()
    await handlers.message(below())
    expect(await waiting(id)).toHaveLength(2)
    expect(happened).toEqual([`woken ${id}`])
  })

  it('that is not meant for the bot is left alone, and taken when its mention comes', async () => {
    const { handlers, happened, calls } = open(() => ({ messages: [listedBelow] }))
    await handlers.message(below())
    expect([happened, calls]).toEqual([[], []])
    await handlers.message(mention())
    const id = await conversation()
    expect(await waiting(id)).toEqual([`words of ${TS}`, 'one thing more'])
    expect(happened).toEqual([`woken ${id}`])
    await handlers.message(mention())
    expect(calls).toHaveLength(1)
  })

  it('whose early replies could not be stored is not acknowledged, and they are taken when it comes again', async () => {
    const { handlers, happened } = open(() => ({ messages: [listedBelow] }))
    await handlers.message(below())
    const id = await conversation()
    const journal = store.messages.journal.bind(store.messages)
    const disk = vi.spyOn(store.messages, 'journal').mockImplementation(async (message) => {
      if (message.ts === BELOW) throw new Error('disk full')
      return await journal(message)
    })
    await expect(handlers.message(mention())).rejects.toThrow('disk full')
    expect(happened).toEqual([`woken ${id}`])
    disk.mockRestore()
    await handlers.message(mention())
    expect(await waiting(id)).toEqual([`words of ${TS}`, 'one thing more'])
  })

  it('whose thread Slack does not let the bot read goes on without', async () => {
    const { handlers, happened, log } = open(() => ({ ok: false, error: 'missing_scope' }))
    await handlers.message(below())
    await handlers.message(mention())
    expect(happened).toEqual([`woken ${await conversation()}`])
    expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('thread not readable') }])
  })

  it('whose thread Slack cannot tell now is not acknowledged, and answered all the same', async () => {
    const { handlers, happened } = open(() => ({ ok: false, error: 'internal_error' }))
    await handlers.message(below())
    await expect(handlers.message(mention())).rejects.toBeInstanceOf(Unavailable)
    expect(happened).toEqual([`woken ${await conversation()}`])
  })

  it.each([
    ['that runs', {}, []],
    ['that hears of it only later', { stop: new Error('no connection') }, ['turn not interrupted yet']],
  ])('that says to stop stops the turn %s', async (_, fails, logged) => {
    const { handlers, happened, log } = open(undefined, fails)
    const id = await conversation()
    const turn = await store.turns.queue(id)
    await store.turns.take(turn)
    await handlers.message(below({ text: 'stop' }))
    await settle()
    expect(happened).toEqual([`stopped ${turn.id}`, `woken ${id}`])
    expect(log.lines.map(({ message }) => message)).toEqual(logged)
  })
})

describe('somebody whom the bot does not listen to in a thread', () => {
  it('is told so once, in private, and wakes nothing', async () => {
    const { handlers, happened, calls } = open()
    await conversation()
    const message = below({ user: BEN, addressed: true })
    await handlers.message(message)
    await handlers.message({ ...message, ts: '1000102.000000' })
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    expect(calls).toMatchObject([
      {
        method: 'chat.postEphemeral',
        args: { channel: GENERAL, thread_ts: TS, user: BEN, text: expect.stringContaining('`/inbox`') },
      },
    ])
    expect(happened).toEqual([])
  })

  it('is told nothing where they merely talk', async () => {
    const { handlers, happened, calls } = open()
    await conversation()
    await handlers.message(below({ user: BEN }))
    expect([happened, calls]).toEqual([[], []])
  })

  it('is told to mention the bot where it is their own conversation, in which others write', async () => {
    const { handlers, happened, calls } = open()
    await conversation()
    await handlers.message(below({ user: BEN }))
    await handlers.message(below({ ts: '1000102.000000' }))
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    expect(calls[0]?.args).toMatchObject({ user: ANNA, text: expect.stringContaining('Mention me') })
    expect(happened).toEqual([])
  })

  it('is not told where Slack refuses it, and nothing waits for that', async () => {
    const { handlers, log } = open(() => ({ ok: false, error: 'user_not_in_channel' }))
    await conversation()
    await handlers.message(below({ user: BEN, addressed: true }))
    await vi.waitFor(() =>
      expect(log.lines).toMatchObject([{ level: 'warn', message: 'slack ephemeral message failed' }]),
    )
  })
})

describe('an edit', () => {
  const edit = (message: IncomingMessage | null, key = { channel: GENERAL, ts: TS }) => ({
    kind: 'edited' as const,
    team: TEAM,
    ...key,
    text: 'other words',
    mentions: [],
    forwarded: [],
    revision: '1000150.000000',
    message,
  })
  const edited = (rest: Partial<IncomingMessage> = {}) => mention({ text: 'other words', ...rest })

  it.each([
    ['of a message that may still be on its way', edited()],
    ['of an older message', null],
  ])('%s changes what waits', async (_, message) => {
    const { handlers } = open()
    const id = await conversation()
    await handlers.edited(edit(message))
    expect(await waiting(id)).toEqual(['other words'])
  })

  it.each([
    ['of a message that may still be on its way', edited()],
    ['of an older message', null],
  ])('%s restarts the turn that has taken it', async (_, message) => {
    const { handlers, happened } = open()
    const id = await conversation()
    await taken(id)
    await handlers.edited(edit(message))
    expect(happened.filter((what) => what.startsWith('revised'))).toHaveLength(1)
  })

  it('that overtakes its message begins the conversation with the new words', async () => {
    const { handlers, happened } = open()
    await handlers.edited(edit(edited()))
    const id = await conversation()
    expect(happened).toEqual([`woken ${id}`])
    await handlers.message(mention())
    expect(await waiting(id)).toEqual(['other words'])
  })

  it.each([
    ['by another person', { user: BEN }],
    ['by the member with the same id elsewhere', { userTeam: 'T2' }],
  ])('%s changes nothing and restarts nothing', async (_, rest) => {
    const { handlers, happened } = open()
    const id = await conversation()
    await taken(id)
    await handlers.edited(edit(edited(rest)))
    expect((await store.messages.inThread(id, GENERAL, 'none')).lastHeard).toBe(TS)
    expect(happened).toEqual([])
  })

  it('of what was never meant for the bot does nothing', async () => {
    const { handlers, happened, calls } = open()
    await handlers.edited(edit(null))
    await handlers.edited(edit(edited({ addressed: false })))
    expect([happened, calls]).toEqual([[], []])
  })
})

describe('a deletion', () => {
  const deletion = (message: IncomingMessage | null) => ({
    kind: 'deleted' as const,
    team: TEAM,
    channel: GENERAL,
    ts: TS,
    message,
  })

  it.each([
    ['of a message that may still be on its way', mention()],
    ['of an older message', null],
  ])('%s takes back what waits, and wakes its conversation', async (_, message) => {
    const { handlers, happened } = open()
    const id = await conversation()
    await handlers.deleted(deletion(message))
    expect(await waiting(id)).toEqual([])
    expect(happened).toEqual([`woken ${id}`])
  })

  it.each([
    ['of a message that may still be on its way', mention()],
    ['of an older message', null],
  ])('%s restarts the turn that has taken it', async (_, message) => {
    const { handlers, happened } = open()
    const id = await conversation()
    const turn = await store.turns.queue(id)
    await store.turns.take(turn)
    await handlers.deleted(deletion(message))
    expect(happened).toEqual([`revised ${turn.id}`])
  })

  it('that overtakes its message leaves nothing of it', async () => {
    const { handlers } = open()
    await handlers.deleted(deletion(mention()))
    await handlers.message(mention())
    expect(await waiting(await conversation())).toEqual([])
  })

  it('of what was never meant for the bot does nothing', async () => {
    const { handlers, happened } = open()
    await handlers.deleted(deletion(null))
    expect(happened).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import type { Person } from '../../../src/turns/model.js'
import { ANNA, BEN, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store
let anna: Person

beforeEach(async () => {
  store = await openStore()
  anna = await store.people.identify(await store.people.ensure(TEAM, ANNA), 'slack:T1:U_ANNA')
})
afterEach(async () => {
  await store.close()
})

const asked = { reason: 'asked' } as const
const take = async (ts: string, user = ANNA) => {
  const turn = await store.turns.queue(await journaled(store, incoming(ts, { user, channel: `D_${user}` })))
  await store.turns.take(turn)
  return turn
}

describe('that somebody’s access ends', () => {
  it('marks what of theirs is under way and denies what waits, and touches nobody else', async () => {
    const [annas, bens] = [await take('1.0'), await take('2.0', BEN)]
    const over = await take('3.0')
    await store.turns.end(over, 'answered', null)
    const [decided, open] = await store.approvals.open(annas.id, ['one', 'two'])
    await store.approvals.open(bens.id, ['three'])
    await store.approvals.decide(decided?.id ?? '', 'approved', TEAM, ANNA)
    await store.accessEndings.note({ personId: anna.id, ...asked })
    expect((await store.turns.get(annas.id)).accessEndedAt).not.toBeNull()
    expect((await store.turns.get(bens.id)).accessEndedAt).toBeNull()
    expect((await store.turns.get(over.id)).accessEndedAt).toBeNull()
    expect((await store.approvals.ofTurn(annas.id)).map(({ decision }) => decision)).toEqual(['approved', 'denied'])
    expect((await store.approvals.ofTurn(bens.id)).map(({ decision }) => decision)).toEqual([null])
    expect(await store.approvals.decide(open?.id ?? '', 'approved', TEAM, ANNA)).toMatchObject({ outcome: 'already' })
    expect(await store.accessEndings.stoppedTurns(anna.id)).toMatchObject([{ turnId: annas.id }])
  })

  it('an access ending is under way until it is finished, and returns what waited for it', async () => {
    await store.people.noteConnection(anna.id, true)
    const id = await store.accessEndings.note({ personId: anna.id, ...asked })
    expect(await store.accessEndings.isUnderWay(anna.id)).toBe(true)
    const waiting = await store.turns.queue(await journaled(store, incoming('4.0')))
    expect(await store.accessEndings.finish(id)).toEqual([waiting.conversationId])
    expect(await store.accessEndings.isUnderWay(anna.id)).toBe(false)
    expect(await store.accessEndings.unfinished()).toEqual([])
    expect(await store.people.connectedSince(anna.id)).toBeNull()
    expect((await store.people.find(TEAM, ANNA))?.identifier).toBe('slack:T1:U_ANNA')
  })

  it('withdraws connect prompts that stand, and answers the command that asked for it', async () => {
    const prompt = await store.commands.journal({
      triggerId: '1',
      team: TEAM,
      user: ANNA,
      text: 'connect',
      mentions: [],
    })
    await store.commands.markWaiting(prompt ?? '')
    const commandId = await store.commands.journal({
      triggerId: '2',
      team: TEAM,
      user: ANNA,
      text: 'disconnect',
      mentions: [],
    })
    if (commandId === null) throw new Error('the command was known')
    expect(await store.accessEndings.ofCommand(commandId)).toBeNull()
    const id = await store.accessEndings.note({ personId: anna.id, ...asked, commandId })
    expect((await store.commands.unfinished()).map(({ state }) => state)).toEqual(['withdrawn', 'received'])
    await store.commands.markWaiting(prompt ?? '')
    expect((await store.commands.unfinished())[0]?.state).toBe('withdrawn')
    await store.accessEndings.noteRemoved(id)
    await store.accessEndings.finish(id)
    expect(await store.accessEndings.ofCommand(commandId)).toEqual({ isDone: true, stoppedTurns: 0, hadAccount: true })
  })

  it('keeps the identifier that it is about, and gives the next one only where it is free', async () => {
    const request = { personId: anna.id, reason: 'unlinked', nextIdentifier: 'mail:anna' } as const
    const first = await store.accessEndings.note(request)
    expect(await store.accessEndings.get(first)).toMatchObject({
      forgetsIdentifier: true,
      person: { identifier: 'slack:T1:U_ANNA' },
    })
    await store.accessEndings.finish(first)
    expect((await store.people.find(TEAM, ANNA))?.identifier).toBe('mail:anna')
    const second = await store.accessEndings.note({ ...request, nextIdentifier: 'mail:ben' })
    await store.people.identify(await store.people.ensure(TEAM, BEN), 'mail:ben')
    await store.accessEndings.finish(second)
    expect((await store.people.find(TEAM, ANNA))?.identifier).toBeNull()
    expect((await store.people.ownerOf('mail:ben'))?.user).toBe(BEN)
  })

  it('an access ending can release its identifier at once', async () => {
    const id = await store.accessEndings.note({ personId: anna.id, reason: 'unlinked' })
    await store.accessEndings.releaseIdentifier(id)
    await store.people.identify(anna, 'mail:anna')
    expect(await store.accessEndings.get(id)).toMatchObject({ person: { identifier: 'slack:T1:U_ANNA' } })
    await store.accessEndings.finish(id)
    expect((await store.people.find(TEAM, ANNA))?.identifier).toBe('mail:anna')
  })
})

describe('since when a mailbox is connected', () => {
  it('a connection’s time is the first of several in a row', async () => {
    await store.people.noteConnection(anna.id, true)
    const since = await store.people.connectedSince(anna.id)
    expect(since).not.toBeNull()
    await store.people.noteConnection(anna.id, true)
    expect(await store.people.connectedSince(anna.id)).toBe(since)
    await store.people.noteConnection(anna.id, false)
    expect(await store.people.connectedSince(anna.id)).toBeNull()
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { IdentifierTaken } from '../../../src/store/tables/people.js'
import { ANNA, BEN, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store

beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

describe('a person', () => {
  it('a person is the same one every time for a Slack user of a workspace', async () => {
    const anna = await store.people.ensure(TEAM, ANNA)
    expect(anna).toMatchObject({ team: TEAM, user: ANNA, identifier: null })
    expect(await store.people.ensure(TEAM, ANNA)).toEqual(anna)
    expect((await store.people.ensure('T2', ANNA)).id).not.toBe(anna.id)
    const both = await Promise.all([store.people.ensure(TEAM, BEN), store.people.ensure(TEAM, BEN)])
    expect(both[0]).toEqual(both[1])
  })

  it('keeps an identifier once it is settled, whatever is asked for later', async () => {
    const anna = await store.people.ensure(TEAM, ANNA)
    expect(await store.people.identify(anna, 'slack:T1:U_ANNA')).toMatchObject({ identifier: 'slack:T1:U_ANNA' })
    expect(await store.people.identify(anna, 'boss@x.example')).toMatchObject({ identifier: 'slack:T1:U_ANNA' })
    expect((await store.people.ensure(TEAM, ANNA)).identifier).toBe('slack:T1:U_ANNA')
    const conversation = await journaled(store, incoming('1.0'))
    expect((await store.conversations.get(conversation)).owner.identifier).toBe('slack:T1:U_ANNA')
  })

  it('never gets the identifier of another', async () => {
    const anna = await store.people.ensure(TEAM, ANNA)
    const ben = await store.people.ensure(TEAM, BEN)
    await store.people.identify(anna, 'shared@x.example')
    await expect(store.people.identify(ben, 'shared@x.example')).rejects.toBeInstanceOf(IdentifierTaken)
    expect((await store.people.ensure(TEAM, BEN)).identifier).toBeNull()
  })

  it('of two people who ask for one identifier at once, one gets it', async () => {
    const people = [await store.people.ensure(TEAM, ANNA), await store.people.ensure(TEAM, BEN)]
    const results = await Promise.allSettled(people.map((person) => store.people.identify(person, 'same@x.example')))
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('a person may get an identifier after another one was refused', async () => {
    const anna = await store.people.ensure(TEAM, ANNA)
    const ben = await store.people.ensure(TEAM, BEN)
    await store.people.identify(anna, 'shared@x.example')
    await store.people.identify(ben, 'shared@x.example').catch(() => {})
    expect(await store.people.identify(ben, 'ben@x.example')).toMatchObject({ identifier: 'ben@x.example' })
  })
})

describe('how to go on', () => {
  const answered = async (ts: string, ending = 'answered') => {
    const turn = await store.turns.queue(await journaled(store, incoming(ts)))
    await store.turns.take(turn)
    return { id: turn.id, end: async () => await store.turns.end(turn, ending, { id: 'e', at: '1' }) }
  }

  it('is told by the first answer that asks, as often as that is drawn, and by no other', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    const [first, second] = [await answered('1.0'), await answered('2.0')]
    expect(await store.people.claimGuidance(id, first.id)).toBe(true)
    expect(await store.people.claimGuidance(id, second.id)).toBe(false)
    await first.end()
    expect(await store.people.claimGuidance(id, second.id)).toBe(false)
    expect(await store.people.claimGuidance(id, first.id)).toBe(true)
    const ben = await store.people.ensure(TEAM, BEN)
    expect(await store.people.claimGuidance(ben.id, second.id)).toBe(true)
  })

  it('is left to the next answer where that one was revised and did not end well', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    const [first, second] = [await answered('1.0', 'retracted'), await answered('2.0')]
    expect(await store.people.claimGuidance(id, first.id)).toBe(true)
    await first.end()
    expect(await store.people.claimGuidance(id, second.id)).toBe(true)
  })
})

describe('everybody connected', () => {
  it('connected people include those who may be, and not those without a mailbox or with ended access', async () => {
    const anna = await store.people.ensure(TEAM, ANNA)
    await store.people.ensure(TEAM, BEN)
    await store.people.identify(anna, 'anna@x.example')
    const connected = async () => (await store.people.connected()).map(({ user }) => user)
    expect(await connected()).toEqual([ANNA])
    await store.people.noteConnection(anna.id, true)
    await store.accessEndings.finish(await store.accessEndings.note({ personId: anna.id, reason: 'deactivated' }))
    expect(await connected()).toEqual([])
    await store.people.noteConnection(anna.id, true)
    expect(await connected()).toEqual([ANNA])
  })
})

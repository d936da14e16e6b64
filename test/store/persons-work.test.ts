import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { ANNA, BEN, DM, GENERAL, incoming, journaled, openStore, TEAM } from './fixture.js'

let store: Store
let anna: string

beforeEach(async () => {
  store = await openStore()
  anna = (await store.people.ensure(TEAM, ANNA)).id
})
afterEach(async () => {
  await store.close()
})

const command = (triggerId: string, user = ANNA) => ({ triggerId, team: TEAM, user })
const titles = (of: readonly { readonly title: { readonly text: string } }[]) => of.map(({ title }) => title.text)

/** A turn that has taken its message. */
async function running(ts: string, rest: Parameters<typeof incoming>[1] = {}) {
  const turn = await store.turns.queue(await journaled(store, incoming(ts, rest)))
  await store.turns.take(turn)
  await store.turns.setState(turn.id, 'running')
  return turn
}

/** A turn that waits for its owner's decision. */
async function asking(ts: string) {
  const turn = await running(ts)
  const [approval] = await store.approvals.open(turn.id, [`call ${ts}`])
  await store.turns.setState(turn.id, 'waiting_approval')
  return { turn, approval: approval?.id ?? '' }
}

describe("somebody's recent conversations", () => {
  it('are theirs alone, the one in which they wrote last first, by their first words', async () => {
    await journaled(store, incoming('10.0', { text: 'first' }))
    await journaled(store, incoming('20.0', { text: 'second' }))
    await journaled(store, incoming('30.0', { text: 'of somebody else', user: BEN, channel: 'D_BEN' }))
    await journaled(store, incoming('40.0', { text: 'more', threadTs: '10.0' }))
    const recent = await store.personsWork.recent(anna, 10)
    expect(titles(recent)).toEqual(['first', 'second'])
    expect(recent[0]).toMatchObject({ thread: { channel: DM, threadTs: '10.0' } })
    expect(titles(await store.personsWork.recent(anna, 1))).toEqual(['first'])
  })

  it('leave out what was taken back, and lead to where the answers stand', async () => {
    await journaled(store, incoming('10.0', { text: 'taken back' }))
    await store.messages.cancel(TEAM, DM, '10.0')
    const id = await journaled(store, incoming('20.0', { channel: GENERAL, text: 'asked in public' }))
    await store.conversations.settleAddress(id, { channel: DM, threadTs: '50.0' })
    await journaled(store, incoming('30.0', { text: '', files: [{ id: 'F1', name: 'a', mimetype: 'b', size: 1 }] }))
    const recent = await store.personsWork.recent(anna, 10)
    expect(titles(recent)).toEqual(['', 'asked in public'])
    expect(recent[1]).toMatchObject({ thread: { channel: DM, threadTs: '50.0' } })
  })
})

describe('what is under way of somebody', () => {
  it('says what each request waits for, and where that stands', async () => {
    const working = await running('10.0')
    await store.posts.announce({ subject: working.id, place: 'reply', part: 0 }, DM)
    await store.posts.settle({ subject: working.id, place: 'reply', part: 0 }, '10.1')
    await asking('20.0')
    const connecting = await store.turns.queue(await journaled(store, incoming('30.0')))
    await store.turns.setState(connecting.id, 'waiting_connection')
    const undecided = await journaled(store, incoming('40.0', { channel: GENERAL }))
    await store.turns.queue(undecided)
    await store.posts.announce({ subject: undecided, place: 'question', part: 0 }, GENERAL)
    await store.turns.queue(await journaled(store, incoming('40.5', { channel: GENERAL })))
    await running('50.0', { user: BEN, channel: 'D_BEN' })
    const open = await store.personsWork.open(anna)
    expect(open.map(({ title, waitsFor, place }) => [title.text, waitsFor, place])).toEqual([
      ['words of 10.0', 'nothing', { channel: DM, ts: '10.1' }],
      ['words of 20.0', 'approval', { channel: DM, ts: '20.0' }],
      ['words of 30.0', 'connection', { channel: DM, ts: '30.0' }],
      ['words of 40.0', 'place', { channel: GENERAL, ts: '40.0' }],
      ['words of 40.5', 'nothing', { channel: GENERAL, ts: '40.5' }],
    ])
  })

  it('is shown where its owner is asked, if that is apart from the reply', async () => {
    const { turn } = await asking('10.0')
    for (const [place, channel, ts] of [
      ['reply', GENERAL, '10.1'],
      ['card', DM, '90.0'],
    ] as const) {
      await store.posts.announce({ subject: turn.id, place, part: 0 }, channel)
      await store.posts.settle({ subject: turn.id, place, part: 0 }, ts)
    }
    expect((await store.personsWork.open(anna))[0]?.place).toEqual({ channel: DM, ts: '90.0' })
  })
})

describe('a wish to stop everything', () => {
  const isStopping = async (id: string) => (await store.turns.get(id)).stopRequested

  it('reaches what is at work, and what has not begun, of this person alone', async () => {
    const working = await running('10.0')
    const bens = await running('20.0', { user: BEN, channel: 'D_BEN' })
    await journaled(store, incoming('30.0'))
    const stopping = await store.personsWork.stop(command('t'))
    expect(titles(stopping)).toEqual(['words of 10.0', 'words of 30.0'])
    expect(await isStopping(working.id)).toBe(true)
    expect(await isStopping(bens.id)).toBe(false)
  })

  it('leaves what rests until its person decides', async () => {
    const { turn, approval } = await asking('10.0')
    expect(await store.personsWork.stop(command('t'))).toEqual([])
    expect(await isStopping(turn.id)).toBe(false)
    await store.approvals.decide(approval, 'approved', TEAM, ANNA)
    expect(titles(await store.personsWork.stop(command('t2')))).toEqual(['words of 10.0'])
  })

  it('counts once, whatever began before its second copy', async () => {
    const first = await running('10.0')
    await store.personsWork.stop(command('t'))
    const second = await running('20.0')
    expect((await store.personsWork.stop(command('t'))).map(({ turnId }) => turnId)).toEqual([first.id])
    expect(await isStopping(second.id)).toBe(false)
    expect(await store.commands.unfinished()).toEqual([])
  })
})

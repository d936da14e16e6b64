import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { byTs } from '../../../src/store/rows/timestamps.js'
import type { Store } from '../../../src/store/store.js'
import { propertyRuns } from '../../support/property-runs.js'
import { ANNA, BEN, DM, GENERAL, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store

beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

const texts = async (conversation: string) => (await store.messages.queued(conversation)).map((message) => message.text)
const pdf = { id: 'F1', name: 'offer.pdf', mimetype: 'application/pdf', size: 1_000 }

describe('the journal', () => {
  it('keeps a message once, however often it is delivered', async () => {
    const first = await store.messages.journal(incoming('1.0'))
    const again = await store.messages.journal(incoming('1.0'))
    expect(first).toMatchObject({ admission: 'starts', isNew: true })
    expect(again).toMatchObject({ isNew: false, conversationId: first.conversationId })
    expect(await texts(first.conversationId ?? '')).toEqual(['words of 1.0'])
  })

  it('keeps apart what only looks the same: another channel, another workspace', async () => {
    const conversations = new Set([
      await journaled(store, incoming('1.0')),
      await journaled(store, incoming('1.0', { channel: GENERAL })),
      await journaled(store, incoming('1.0', { team: 'T2' })),
    ])
    expect(conversations.size).toBe(3)
  })

  it('keeps words as they are, of any length', async () => {
    const text = `  "quotes" 'single'; DROP TABLE message; – 😀 \n\n${'x'.repeat(40_000)} `
    expect(await texts(await journaled(store, incoming('1.0', { text })))).toEqual([text])
  })

  it('takes a copy that comes after its message was answered for what it is', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    await store.turns.take(await store.turns.queue(conversation))
    await store.messages.journal(incoming('1.0'))
    expect(await texts(conversation)).toEqual([])
  })

  it.each([
    ['message first', ['message', 'app_mention']],
    ['mention first', ['app_mention', 'message']],
  ])('makes one of the two copies of a mention, with the files that only one of them has: %s', async (_, order) => {
    const copies = order.map((type) =>
      incoming('1.0', { channel: GENERAL, ...(type === 'message' ? { files: [pdf] } : {}) }),
    )
    for (const copy of copies) await store.messages.journal(copy)
    const [{ conversationId }] = [await store.messages.journal(copies[0] ?? incoming('1.0'))]
    const queued = await store.messages.queued(conversationId ?? '')
    expect(queued).toHaveLength(1)
    expect(queued[0]?.files).toEqual([pdf])
  })

  it('makes one of two copies that arrive at the same moment', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => store.messages.journal(incoming('1.0', { channel: GENERAL }))),
    )
    expect(results.filter((result) => result.isNew)).toHaveLength(1)
    expect(new Set(results.map((result) => result.conversationId)).size).toBe(1)
  })

  it('stores nothing of what is not meant for the bot', async () => {
    expect(await store.messages.journal(incoming('1.0', { channel: GENERAL, addressed: false }))).toEqual({
      admission: 'ignored',
      conversationId: null,
      isNew: false,
    })
    expect(await store.db.selectFrom('message').selectAll().execute()).toEqual([])
    expect(await store.db.selectFrom('person').selectAll().execute()).toEqual([])
    expect(await store.db.selectFrom('conversation').selectAll().execute()).toEqual([])
  })
})

describe('who a conversation belongs to', () => {
  it('a conversation belongs to the first person who addressed the bot there', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL, user: BEN }))
    expect((await store.conversations.get(conversation)).owner.user).toBe(BEN)
  })

  it('every message at the top of a channel, and of a DM some seconds after another, starts a conversation', async () => {
    expect(await journaled(store, incoming('1.0'))).not.toBe(await journaled(store, incoming('3.1')))
    const inChannel = (ts: string) => journaled(store, incoming(ts, { channel: GENERAL }))
    expect(await inChannel('1.0')).not.toBe(await inChannel('1.1'))
  })

  it('goes on in the thread of its first message, without a mention', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    const followUp = incoming('2.0', { channel: GENERAL, threadTs: '1.0', addressed: false })
    expect(await store.messages.journal(followUp)).toMatchObject({
      admission: 'continues',
      conversationId: conversation,
    })
  })

  it('begins in the middle of a thread where nobody has spoken to the bot yet', async () => {
    const conversation = await journaled(store, incoming('5.0', { channel: GENERAL, threadTs: '1.0' }))
    expect((await store.conversations.get(conversation)).origin).toEqual({ channel: GENERAL, threadTs: '1.0' })
    expect(await journaled(store, incoming('6.0', { channel: GENERAL, threadTs: '1.0', addressed: false }))).toBe(
      conversation,
    )
  })

  it.each([
    ['talk', false, 'bystander'],
    ['a mention', true, 'bystander_addressed'],
  ] as const)('of somebody else only the fact that there was %s is kept', async (_, addressed, admission) => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    const bens = incoming('2.0', { channel: GENERAL, threadTs: '1.0', user: BEN, text: 'a secret of mine', addressed })
    expect(await store.messages.journal(bens)).toEqual({ admission, conversationId: conversation, isNew: false })
    expect(await texts(conversation)).toEqual(['words of 1.0'])
    expect(JSON.stringify(await store.db.selectFrom('message').selectAll().execute())).not.toContain('secret')
  })

  it('needs a mention from its owner too once somebody else has spoken', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    const owners = (ts: string, addressed: boolean) =>
      store.messages.journal(incoming(ts, { channel: GENERAL, threadTs: '1.0', addressed }))
    expect((await owners('2.0', false)).admission).toBe('continues')
    await store.messages.journal(incoming('3.0', { channel: GENERAL, threadTs: '1.0', user: BEN, addressed: false }))
    expect(await owners('4.0', false)).toEqual({
      admission: 'owner_among_others',
      conversationId: conversation,
      isNew: false,
    })
    expect((await owners('5.0', true)).admission).toBe('continues')
    expect(await texts(conversation)).toEqual(['words of 1.0', 'words of 2.0', 'words of 5.0'])
  })

  it('answers at its address, too: a thread in the DM goes on with a conversation from a channel', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    await store.conversations.settleAddress(conversation, { channel: DM, threadTs: '9.0' })
    expect(await journaled(store, incoming('10.0', { threadTs: '9.0' }))).toBe(conversation)
    expect(await journaled(store, incoming('11.0', { channel: GENERAL, threadTs: '1.0' }))).toBe(conversation)
    expect(await journaled(store, incoming('12.0'))).not.toBe(conversation)
  })
})

describe('what waits', () => {
  it('queued messages are in the order in which they were written', async () => {
    const stamp = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 999_999 }))
    let channels = 0
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(stamp, { minLength: 1, maxLength: 8, selector: String }), async (stamps) => {
        channels += 1
        const channel = `D${channels}`
        const ts = stamps.map(([seconds, micros]) => `${1_795_339_900 + seconds}.${String(micros).padStart(6, '0')}`)
        let conversation = ''
        for (const one of ts)
          conversation = await journaled(store, incoming(one, { channel, threadTs: '1795339900.000000' }))
        expect((await store.messages.queued(conversation)).map((message) => message.ts)).toEqual([...ts].sort())
      }),
      { numRuns: propertyRuns(30) },
    )
  })

  it('compares timestamps as what they are, not as floating-point numbers', () => {
    expect(byTs({ ts: '1795339920.0000001' }, { ts: '1795339920.0000002' })).toBeLessThan(0)
    expect(byTs({ ts: '9.9' }, { ts: '10.1' })).toBeLessThan(0)
    expect(byTs({ ts: '1.1' }, { ts: '1.100000' })).toBe(0)
  })

  it('takes over an edit, until a turn has taken the message', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    expect(await store.messages.edit(incoming('1.0', { text: 'better words' }), '3.0')).toBe(true)
    expect(await texts(conversation)).toEqual(['better words'])
    const taken = await store.turns.take(await store.turns.queue(conversation))
    expect(await store.messages.edit(incoming('1.0', { text: 'too late' }), '3.0')).toBe(false)
    expect(taken.map((message) => message.text)).toEqual(['better words'])
    expect(
      (await store.messages.ofTurn((await store.turns.unfinished(conversation))[0]?.id ?? '')).map((one) => one.text),
    ).toEqual(['better words'])
  })

  it('a queued message can be deleted, and a late copy does not bring it back', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    expect(await store.messages.cancel(TEAM, DM, '1.0')).toBe(conversation)
    expect(await store.messages.cancel(TEAM, DM, '1.0')).toBeNull()
    await store.messages.journal(incoming('1.0'))
    expect(await texts(conversation)).toEqual([])
    expect(await store.messages.edit(incoming('1.0', { text: 'back?' }), '3.0')).toBe(false)
    await journaled(store, incoming('2.0', { threadTs: '1.0' }))
    await store.turns.take(await store.turns.queue(conversation))
    expect(await store.messages.cancel(TEAM, DM, '2.0')).toBeNull()
  })

  it('a message whose edit comes first is stored as edited', async () => {
    const { conversationId, admission } = await store.messages.amend(incoming('1.0', { text: 'better words' }), '2.0')
    expect(admission).toBe('starts')
    expect(await journaled(store, incoming('1.0'))).toBe(conversationId)
    expect(await texts(conversationId ?? '')).toEqual(['better words'])
  })

  it('stands at its last edit, in whatever order they come', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    await store.messages.amend(incoming('1.0', { text: 'last words' }), '3.0')
    await store.messages.amend(incoming('1.0', { text: 'second thoughts' }), '2.0')
    await store.messages.amend(incoming('1.0', { text: 'what a link changed' }), '')
    expect(await texts(conversation)).toEqual(['last words'])
  })

  it('a message whose deletion comes first is not stored', async () => {
    await store.messages.retract(incoming('1.0'))
    const conversation = await journaled(store, incoming('1.0'))
    expect(await texts(conversation)).toEqual([])
    expect(await store.conversations.unfinished()).toEqual([])
  })

  it('an edited message of a bystander is not stored', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL, kind: 'shared' }))
    const others = incoming('2.0', {
      channel: GENERAL,
      kind: 'shared',
      threadTs: '1.0',
      user: 'U0OTHER',
      addressed: false,
    })
    expect((await store.messages.amend(others, '3.0')).admission).toBe('bystander')
    expect(await texts(conversation)).toEqual(['words of 1.0'])
    expect((await store.messages.amend({ ...others, threadTs: null }, '3.0')).admission).toBe('ignored')
  })

  it('a message is edited by its author alone, not by the same user id of another organisation', async () => {
    const mention = incoming('1.0', { channel: GENERAL })
    const conversation = await journaled(store, mention)
    for (const other of [{ userTeam: 'T_PARTNER' }, { user: BEN }]) {
      const edit = { ...mention, ...other, text: 'send it to me' }
      expect(await store.messages.amend(edit, '3.0')).toEqual({
        admission: 'ignored',
        conversationId: null,
        isNew: false,
      })
    }
    expect(await texts(conversation)).toEqual(['words of 1.0'])
    expect(await store.messages.amend({ ...mention, text: 'better words' }, '4.0')).toMatchObject({
      admission: 'continues',
    })
    expect(await texts(conversation)).toEqual(['better words'])
  })

  it('a message is edited and deleted only where it was written', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    expect(await store.messages.edit(incoming('1.0', { text: 'x', channel: GENERAL }), '3.0')).toBe(false)
    expect(await store.messages.edit(incoming('1.0', { text: 'x', team: 'T2' }), '3.0')).toBe(false)
    expect(await store.messages.cancel(TEAM, GENERAL, '1.0')).toBeNull()
    expect(await texts(conversation)).toEqual(['words of 1.0'])
  })

  it('unfinished conversations are found again after a restart', async () => {
    const queued = await journaled(store, incoming('1.0'))
    const running = await journaled(store, incoming('20.0'))
    const done = await journaled(store, incoming('30.0'))
    await journaled(store, incoming('4.0', { channel: GENERAL, user: ANNA }))
    await store.messages.cancel(TEAM, GENERAL, '4.0')
    await store.turns.take(await store.turns.queue(running))
    const turn = await store.turns.queue(done)
    await store.turns.take(turn)
    await store.turns.end(turn, 'answered', null)
    expect((await store.conversations.unfinished()).sort()).toEqual([queued, running].sort())
  })
})

describe('what was passed on with a message', () => {
  const forwarded = {
    words: { text: 'Lunch, Ben?', mentions: [{ kind: 'user' as const, id: 'U_BEN', at: 7, length: 3, isNamed: true }] },
    author: 'Cleo',
    authorId: 'U_CLEO',
    ts: '0.5',
    channel: 'general',
    channelId: GENERAL,
    files: [{ name: 'menu.pdf', mimetype: 'application/pdf' }],
  }
  const mention = { kind: 'user' as const, id: 'U_BEN', at: 0, length: 5, isNamed: false }
  const share = incoming('1.0', { text: 'see', mentions: [mention], forwarded: [forwarded] })

  it('forwarded messages are stored with their mentions', async () => {
    const conversation = await journaled(store, share)
    expect(await store.messages.queued(conversation)).toMatchObject([{ mentions: [mention], forwarded: [forwarded] }])
  })

  it('the second copy of a mention adds forwarded messages while the message is queued', async () => {
    const conversation = await journaled(store, { ...share, forwarded: [] })
    await store.messages.journal(share)
    await store.messages.journal({ ...share, forwarded: [] })
    expect(await store.messages.queued(conversation)).toMatchObject([{ forwarded: [forwarded] }])
  })

  it('a mention alone is partial until its second copy or Slack completes it', async () => {
    const mention = { ...share, forwarded: [], isPartial: true as const }
    const conversation = await journaled(store, mention)
    const [missing] = await store.messages.partial(conversation)
    expect(missing).toMatchObject({ ts: '1.0' })
    await store.messages.journal(mention)
    expect(await store.messages.partial(conversation)).toEqual([missing])
    await store.messages.complete(missing?.id ?? '', { files: [], forwarded: [forwarded] })
    expect(await store.messages.queued(conversation)).toMatchObject([{ forwarded: [forwarded] }])
    expect(await store.messages.partial(conversation)).toEqual([])
    const other = await journaled(store, { ...mention, ts: '20.0' })
    await store.messages.journal({ ...share, ts: '20.0' })
    expect(await store.messages.partial(other)).toEqual([])
    await journaled(store, { ...mention, ts: '20.0' })
    expect(await store.messages.queued(other)).toMatchObject([{ forwarded: [forwarded] }])
  })

  it('changes with an edit', async () => {
    const conversation = await journaled(store, share)
    await store.messages.edit({ ...share, text: 'look', mentions: [], forwarded: [] }, '2.0')
    expect(await store.messages.queued(conversation)).toMatchObject([{ text: 'look', mentions: [], forwarded: [] }])
  })

  it('goes with a deletion, and no late copy brings it back', async () => {
    await journaled(store, share)
    await store.messages.cancel(TEAM, DM, '1.0')
    await store.messages.journal(share)
    const rows = await store.db.selectFrom('message').select(['text', 'mentions', 'files', 'forwarded']).execute()
    expect(rows).toEqual([{ text: '', mentions: '[]', files: '[]', forwarded: '[]' }])
  })
})

describe('what was said before', () => {
  it('earlier messages are the latest ones of ended turns, oldest first', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    const end = async () => {
      const turn = await store.turns.queue(conversation)
      await store.turns.take(turn)
      await store.turns.end(turn, 'answered', null)
    }
    await end()
    await journaled(store, incoming('2.0', { threadTs: '1.0' }))
    const refused = await store.turns.queue(conversation)
    await store.turns.refuse(refused, await store.messages.queued(conversation), 'help')
    await journaled(store, incoming('3.0', { threadTs: '1.0' }))
    await journaled(store, incoming('4.0', { threadTs: '1.0' }))
    await end()
    await journaled(store, incoming('5.0', { threadTs: '1.0' }))
    const earlier = async (limit: number) => (await store.messages.earlier(conversation, limit)).map(({ text }) => text)
    expect(await earlier(20)).toEqual(['words of 1.0', 'words of 3.0', 'words of 4.0'])
    expect(await earlier(2)).toEqual(['words of 3.0', 'words of 4.0'])
  })
})

describe('a message that says nothing but stop', () => {
  const begun = async (ts: string, rest = {}) => {
    const conversation = await journaled(store, incoming(ts, rest))
    const turn = await store.turns.queue(conversation)
    await store.turns.take(turn)
    return { conversation, turn }
  }
  const isStopped = async ({ turn }: Awaited<ReturnType<typeof begun>>) =>
    (await store.turns.get(turn.id)).stopRequested

  it('stops the turn of its thread, once, and waits for nothing', async () => {
    const one = await begun('1.0')
    const stop = incoming('2.0', { threadTs: '1.0', text: 'Stop!' })
    const stored = { admission: 'continues', conversationId: one.conversation }
    expect(await store.messages.journal(stop)).toEqual({ ...stored, isNew: true, stops: one.turn.id })
    expect(await store.messages.journal(stop)).toEqual({ ...stored, isNew: false })
    expect(await isStopped(one)).toBe(true)
    expect(await texts(one.conversation)).toEqual([])
    expect((await store.messages.ofTurn(one.turn.id)).map(({ ts }) => ts)).toEqual(['1.0'])
  })

  it.each([
    ['in its undo window is taken back', null, 'undone'],
    ['for a later time stays', Date.UTC(2026, 10, 23), 'held'],
  ] as const)('as with the button, a mail %s', async (_, sendAt, state) => {
    const { turn, conversation } = await begun('1.0')
    const { owner } = await store.conversations.get(conversation)
    const { id } = await store.approvals.openHosted(turn.id, 'call_1')
    await store.outgoing.propose({
      approvalId: id,
      personId: owner.id,
      conversationId: conversation,
      turnId: turn.id,
      callId: 'call_1',
      tool: 'send_email',
      senderHash: null,
      hash: 'ab'.repeat(32),
      recipients: 1,
      domains: ['lumen.example'],
      draftId: null,
      inReplyTo: null,
      sendAt,
    })
    await store.approvals.decideAll([{ id, shown: 'ab'.repeat(8) }], 'approved', TEAM, ANNA)
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'held' })
    await store.messages.journal(incoming('2.0', { threadTs: '1.0', text: 'stop' }))
    expect(await store.outgoing.get(id)).toMatchObject({ state })
  })

  it('delivered again stops nothing that was begun since', async () => {
    const one = await begun('1.0')
    const stop = incoming('2.0', { threadTs: '1.0', text: 'stop' })
    await store.messages.journal(stop)
    await store.turns.end(one.turn, 'stopped', null)
    const two = await begun('3.0', { threadTs: '1.0' })
    expect((await store.messages.journal(stop)).stops).toBeUndefined()
    expect(await isStopped(two)).toBe(false)
  })

  it('stops nothing that was written after it', async () => {
    const two = await begun('3.0', { threadTs: '1.0' })
    const late = incoming('2.0', { threadTs: '1.0', text: 'stop' })
    expect((await store.messages.journal(late)).stops).toBeUndefined()
    expect(await isStopped(two)).toBe(false)
    expect(await texts(two.conversation)).toEqual(['stop'])
  })

  it('below instead of in the thread stops the newest of the direct message', async () => {
    const [old, newest, elsewhere] = [await begun('1.0'), await begun('2.0'), await begun('3.0', { channel: GENERAL })]
    expect(await store.messages.journal(incoming('4.0', { text: 'stop' }))).toMatchObject({ stops: newest.turn.id })
    expect(await Promise.all([old, newest, elsewhere].map(isStopped))).toEqual([false, true, false])
  })

  it('a stop word of somebody else stops nothing', async () => {
    const one = await begun('1.0', { channel: GENERAL })
    const bens = incoming('2.0', { channel: GENERAL, threadTs: '1.0', user: BEN, text: 'stop' })
    expect(await store.messages.journal(bens)).toMatchObject({ admission: 'bystander_addressed' })
    expect(await isStopped(one)).toBe(false)
  })

  it('waits where nothing is under way, so that it is answered', async () => {
    const { conversationId, stops } = await store.messages.journal(incoming('1.0', { text: 'stop' }))
    expect(stops).toBeUndefined()
    expect(await texts(conversationId ?? '')).toEqual(['stop'])
  })
})

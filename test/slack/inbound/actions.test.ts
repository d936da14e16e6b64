import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SlackRefused } from '../../../src/slack/api/web.js'
import { ACTIONS } from '../../../src/slack/blocks/action-ids.js'
import { change, type PressAnswer, press } from '../../../src/slack/inbound/actions.js'
import type { Store } from '../../../src/store/store.js'
import type { Turn } from '../../../src/turns/model.js'
import { ANNA, BEN, incoming, journaled, openStore, TEAM } from '../../store/fixture.js'
import { SilentLog } from '../../turns/silent-log.js'

let store: Store
let turn: Turn
let approval: string
let woken: string[]
let stopped: string[]
let modals: string[]
let trigger: string
let log: SilentLog

beforeEach(async () => {
  store = await openStore()
  turn = await store.turns.queue(await journaled(store, incoming('1.0')))
  await store.turns.take(turn)
  approval = (await store.approvals.open(turn.id, ['call']))[0]?.id ?? ''
  woken = []
  stopped = []
  modals = []
  trigger = 't1'
  log = new SilentLog()
})
afterEach(async () => {
  await store.close()
})

/** The words that the presser is told, where the message with the button stays. */
async function pressed(actionId: string, value: string, user = ANNA, team = TEAM): Promise<string | null> {
  const answer = await answerTo(actionId, value, user, team)
  expect(answer?.original ?? 'keep').toBe('keep')
  return answer === null ? null : answer.text
}

function answerTo(actionId: string, value: string, user = ANNA, team = TEAM): Promise<PressAnswer | null> {
  const rooms = {
    conversations: store.conversations,
    approvals: store.approvals,
    turns: store.turns,
    wake: (conversation: string) => {
      woken.push(conversation)
    },
    stop: async (id: string) => {
      stopped.push(id)
    },
    askForChange: async (triggerId: string, id: string) => {
      if (triggerId === 'expired') throw new SlackRefused('expired_trigger_id')
      modals.push(id)
    },
    log,
  }
  return press(rooms, {
    kind: 'press',
    team,
    user,
    actionId,
    value,
    triggerId: trigger,
    blockId: null,
    responseUrl: null,
  })
}

const decision = async () => (await store.approvals.ofTurn(turn.id))[0]?.decision

describe('a press', () => {
  it.each([
    [ACTIONS.approve, 'approved'],
    [ACTIONS.deny, 'denied'],
  ])('of %s is stored, and the conversation goes on', async (action, expected) => {
    expect(await pressed(action, approval)).toBeNull()
    expect(await decision()).toBe(expected)
    expect(woken).toEqual([turn.conversationId])
  })

  it.each([
    ['somebody else', BEN, TEAM],
    ['the same id in another workspace', ANNA, 'T2'],
  ])('of %s does nothing, and they are told whose it is', async (_, user, team) => {
    for (const action of [ACTIONS.approve, ACTIONS.deny])
      expect(await pressed(action, approval, user, team)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.stop, turn.id, user, team)).toMatch(/^Only /)
    expect(await decision()).toBeNull()
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: false })
    expect([...woken, ...stopped]).toEqual([])
  })

  it('of Schedule after the time has passed decides nothing, and its conversation shows the card once more; of Send now, it does', async () => {
    const { id } = await store.approvals.openHosted(turn.id, 'mail')
    const hash = 'ab'.repeat(32)
    const sent = { senderHash: null, recipients: 1, domains: ['x.example'], draftId: null, inReplyTo: null, sendAt: 1 }
    const { id: personId } = await store.people.ensure(TEAM, ANNA)
    const { conversationId } = turn
    const of = { approvalId: id, personId, conversationId, turnId: turn.id, callId: 'mail', tool: 'send_email' }
    await store.outgoing.propose({ ...of, ...sent, hash })
    await store.approvals.markAsked([{ id, shown: hash }], 1)
    const decided = async () => (await store.approvals.ofTurn(turn.id)).find((one) => one.id === id)
    expect(await pressed(ACTIONS.approve, `${id}:${hash.slice(0, 16)}`)).toMatch(/^The time for this has passed/)
    expect(await decided()).toMatchObject({ decision: null, askedAt: null })
    expect(woken).toEqual([conversationId])
    expect(await pressed(ACTIONS.approve, `${id}:${hash.slice(0, 16)}:now`)).toBeNull()
    expect(await decided()).toMatchObject({ decision: 'approved' })
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'held', sendAt: null })
  })

  it('that comes twice is one decision, without a word; one that says otherwise is told what stands', async () => {
    await pressed(ACTIONS.approve, approval)
    expect(await pressed(ACTIONS.approve, approval)).toBeNull()
    expect(await pressed(ACTIONS.deny, approval)).toMatch(/already approved/)
    expect(await decision()).toBe('approved')
    expect(woken).toHaveLength(1)
  })

  it('of Stop is stored and passed on', async () => {
    expect(await pressed(ACTIONS.stop, turn.id)).toBeNull()
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: true })
    expect(stopped).toEqual([turn.id])
  })

  it('about what is over says so', async () => {
    await store.turns.end(turn, 'answered', null)
    for (const [action, value] of [
      [ACTIONS.stop, turn.id],
      [ACTIONS.approve, approval],
      [ACTIONS.deny, 'never there'],
      [ACTIONS.stop, 'never there'],
    ] as const) {
      expect(await pressed(action, value)).toMatch(/over already/)
    }
    expect([...woken, ...stopped]).toEqual([])
    expect(await decision()).toBeNull()
  })

  it('of a link, or of a button newer than this code, needs nothing', async () => {
    expect(await pressed(ACTIONS.connect, '')).toBeNull()
    expect(await pressed('brand_new', 'x')).toBeNull()
    expect([...woken, ...stopped]).toEqual([])
  })

  it('that could not be stored is told to its person, since it never comes again', async () => {
    await store.close()
    expect(await pressed(ACTIONS.approve, approval)).toMatch(/could not store.+press again/)
    expect(woken).toEqual([])
    expect(log.lines).toMatchObject([{ level: 'error' }])
    store = await openStore()
  })
})

describe('a press that says where to answer', () => {
  let conversation: string
  beforeEach(async () => {
    const mention = { ...incoming('2.0'), channel: 'C1', kind: 'shared' as const, addressed: true }
    conversation = await journaled(store, mention)
  })
  const place = async () => (await store.conversations.get(conversation)).place

  it.each([
    [ACTIONS.answerHere, 'here'],
    [ACTIONS.answerPrivately, 'private'],
  ])('(%s) is stored, takes its question away, and the conversation goes on', async (action, expected) => {
    expect(await answerTo(action, conversation)).toMatchObject({ original: 'gone' })
    expect(await place()).toBe(expected)
    expect(woken).toEqual([conversation])
  })

  it('counts once: a second press changes nothing, and says so where it wanted something else', async () => {
    await answerTo(ACTIONS.answerPrivately, conversation)
    expect(await answerTo(ACTIONS.answerPrivately, conversation)).toMatchObject({ original: 'gone' })
    expect(await answerTo(ACTIONS.answerHere, conversation)).toMatchObject({
      text: expect.stringMatching(/decided already/),
      original: 'place',
    })
    expect(await place()).toBe('private')
    expect(woken).toHaveLength(1)
  })

  it('comes too late where it was decided without it', async () => {
    await store.conversations.settleAddress(conversation, { channel: 'D1', threadTs: '3.0' })
    expect(await answerTo(ACTIONS.answerHere, conversation)).toMatchObject({ original: 'place' })
    expect(await place()).toBeNull()
    expect(woken).toEqual([])
  })

  it('counts only from the owner', async () => {
    expect(await pressed(ACTIONS.answerHere, conversation, BEN)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.answerHere, conversation, ANNA, 'T2')).toMatch(/^Only /)
    expect(await place()).toBeNull()
  })

  it('is told where it could not be stored, or is about nothing', async () => {
    expect(await answerTo(ACTIONS.answerHere, 'nothing')).toMatchObject({ text: expect.stringMatching(/over already/) })
    await store.close()
    expect(await answerTo(ACTIONS.answerHere, conversation)).toMatchObject({
      text: expect.stringMatching(/could not store/),
      original: 'keep',
    })
    store = await openStore()
  })
})

describe('a press under an email', () => {
  const HASH = `0123456789abcdef${'0'.repeat(48)}`
  const SHOWN = HASH.slice(0, 16)
  let mail: string
  beforeEach(async () => {
    mail = (await store.approvals.openHosted(turn.id, 'sends')).id
    const { id: personId } = await store.people.ensure(TEAM, ANNA)
    await store.outgoing.propose({
      approvalId: mail,
      personId,
      conversationId: turn.conversationId,
      turnId: turn.id,
      callId: 'sends',
      tool: 'send_email',
      senderHash: null,
      hash: HASH,
      recipients: 1,
      domains: ['example.com'],
      draftId: null,
      inReplyTo: null,
      sendAt: null,
    })
  })
  const state = async () => (await store.outgoing.get(mail)).state

  it('approves the email that its card shows', async () => {
    expect(await pressed(ACTIONS.approve, `${mail}:${SHOWN}`)).toBeNull()
    expect(await state()).toBe('held')
    expect(woken).toEqual([turn.conversationId])
  })

  it.each([
    ['another email', ':fedcba9876543210'],
    ['nothing', ''],
    ['an empty hash', ':'],
    ['so little of a hash that many emails begin with it', `:${SHOWN.slice(0, 1)}`],
    ['all but the last digit', `:${SHOWN.slice(0, 15)}`],
    ['more of a hash than a button holds', `:${HASH.slice(0, 17)}`],
  ])('approves nothing where its card shows %s, and says that the email changed', async (_, shown) => {
    expect(await pressed(ACTIONS.approve, `${mail}${shown}`)).toMatch(/has changed since/)
    expect(await state()).toBe('asking')
    expect(woken).toEqual([])
  })

  it('denies whatever its card shows', async () => {
    expect(await pressed(ACTIONS.deny, mail)).toBeNull()
    expect(await state()).toBe('denied')
  })
})

describe('several questions', () => {
  let second: string
  beforeEach(async () => {
    const all = await store.approvals.open(turn.id, ['call', 'another call'])
    second = all.find(({ callId }) => callId === 'another call')?.id ?? ''
  })
  const decisions = async () => (await store.approvals.ofTurn(turn.id)).map(({ decision: made }) => made)

  it('are decided together by one press', async () => {
    expect(await pressed(ACTIONS.approveAll, `${approval},${second}`)).toBeNull()
    expect(await decisions()).toEqual(['approved', 'approved'])
    expect(woken).toHaveLength(1)
  })

  it('are denied together by one press', async () => {
    expect(await pressed(ACTIONS.denyAll, `${approval},${second}`)).toBeNull()
    expect(await decisions()).toEqual(['denied', 'denied'])
    expect(woken).toHaveLength(1)
  })

  it('keep what was decided before', async () => {
    await pressed(ACTIONS.deny, approval)
    await pressed(ACTIONS.approveAll, `${approval},${second}`)
    expect((await decisions()).sort()).toEqual(['approved', 'denied'])
  })

  it('that come later are not covered', async () => {
    await pressed(ACTIONS.denyAll, approval)
    expect((await decisions()).filter((made) => made === null)).toHaveLength(1)
  })

  it('are decided by nobody else, not even in part', async () => {
    expect(await pressed(ACTIONS.approveAll, `${approval},${second}`, BEN)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.approveAll, `${approval},nothing`)).toMatch(/over already/)
    expect(await decisions()).toEqual([null, null])
  })
})

describe('a wish for a change', () => {
  const wish = (words: string, user = ANNA, team = TEAM) =>
    change(
      { approvals: store.approvals, wake: (id) => woken.push(id), log },
      { kind: 'change', team, user, approvalId: approval, words },
    )

  it('is asked for in a modal, and is a no with the words of its owner', async () => {
    expect(await pressed(ACTIONS.change, approval)).toBeNull()
    expect(modals).toEqual([approval])
    expect(await decision()).toBeNull()
    expect(await wish('say Wednesday')).toBeNull()
    expect((await store.approvals.ofTurn(turn.id))[0]).toMatchObject({ decision: 'denied', reason: 'say Wednesday' })
    expect(woken).toEqual([turn.conversationId])
  })

  it('is not asked for where there is nothing to change any more, or by somebody else', async () => {
    expect(await pressed(ACTIONS.change, approval, BEN)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.change, approval, ANNA, 'T2')).toMatch(/^Only /)
    await pressed(ACTIONS.approve, approval)
    expect(await pressed(ACTIONS.change, approval)).toMatch(/already approved/)
    expect(modals).toEqual([])
  })

  it('has another way where Slack opens no modal', async () => {
    trigger = 'expired'
    expect(await pressed(ACTIONS.change, approval)).toMatch(/press Deny and write/)
  })

  it('is refused in words where it says nothing, comes too late, or is somebody else’s', async () => {
    expect(await wish('')).toMatch(/Say what should be different/)
    expect(await wish('say Wednesday', BEN)).toMatch(/^Only /)
    expect(await wish('say Wednesday', ANNA, 'T2')).toMatch(/^Only /)
    await pressed(ACTIONS.approve, approval)
    expect(await wish('say Wednesday')).toMatch(/already approved/)
    expect(await decision()).toBe('approved')
  })

  it('that cannot be stored says so', async () => {
    await store.close()
    expect(await wish('say Wednesday')).toMatch(/could not store/)
    store = await openStore()
  })
})

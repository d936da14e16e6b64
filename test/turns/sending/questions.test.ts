/** The calls that a session waits for in one turn, and what their owner decided. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { Approval } from '../../../src/turns/model.js'
import type { OutgoingMail } from '../../../src/turns/outgoing-mail.js'
import { Rejected, type ToolAnswer, Unavailable } from '../../../src/turns/ports.js'
import { EMPTY_REPLY, type Reply, type ToolStep } from '../../../src/turns/reply.js'
import type { HostCallScope } from '../../../src/turns/sending/host-calls.js'
import {
  approvalView,
  outgoingView,
  Questions,
  type QuestionsDeps,
  toolAnswer,
} from '../../../src/turns/sending/questions.js'
import { outgoingMail } from '../fake-mailer.js'

const AT = Date.UTC(2026, 10, 22, 9, 0)

let approvals: Approval[]
let mails: OutgoingMail[]
let asked: { readonly id: string; readonly shown: string | null }[]
let delivered: string[]
/** Calls of the session's own tools for which a question was opened, and questions that were denied as outdated. */
let opened: string[]
let outdated: string[]
let described: (readonly string[])[]
let sent: ToolAnswer[]
/** What the session says to an answer. */
let failure: Error | null
/** What is remembered of an email; anything, where it is. */
let known: unknown
let questions: Questions

beforeEach(() => {
  approvals = []
  mails = []
  asked = []
  delivered = []
  described = []
  sent = []
  failure = null
  known = null
  opened = []
  outdated = []
  const unasked = async () => await Promise.reject(new Error('not asked for'))
  const deps = {
    approvals: {
      open: async (_, ids) => {
        opened.push(...ids)
        return approvals
      },
      openHosted: unasked,
      denyOutdated: async (ids) => {
        outdated.push(...ids)
        approvals = approvals.map((one) => (ids.includes(one.id) ? { ...one, decision: 'denied' } : one))
      },
      undeliveredDenials: unasked,
      ofTurn: async () => approvals,
      markAsked: async (marked) => {
        asked.push(...marked)
      },
      markDelivered: async (ids) => {
        delivered.push(...ids)
      },
    } satisfies QuestionsDeps['approvals'],
    outgoing: { ofTurn: async () => mails },
    undos: { ofTurn: async () => new Map(), offer: unasked },
    agent: {
      describeIds: async (_, ids) => {
        described.push(ids)
        return new Map([['m-1', { words: 'the email', at: AT }]])
      },
      sendAnswers: async (_, answers) => {
        if (failure !== null) throw failure
        sent.push(...answers)
      },
    } satisfies QuestionsDeps['agent'],
    hostCalls: { contents: { known: () => known }, tools: { find: () => null }, clock: { now: () => AT } },
  }
  questions = new Questions(deps as unknown as QuestionsDeps, 'turn')
})

const approval = (rest: Partial<Approval> = {}): Approval => ({
  id: `of ${rest.callId ?? 'call'}`,
  turnId: 'turn',
  callId: 'call',
  isHosted: false,
  decision: null,
  reason: null,
  deniedBy: null,
  askedAt: AT,
  decidedAt: null,
  delivered: false,
  ...rest,
})
const step = (rest: Partial<ToolStep> = {}): ToolStep => ({
  type: 'tool',
  id: 'call',
  name: 'gmail_trash_message',
  input: { message_id: 'm-1' },
  state: 'undecided',
  ...rest,
})
const reply = (...items: ToolStep[]): Reply => ({ ...EMPTY_REPLY, items })
const load = async (...all: Partial<Approval>[]) => {
  approvals = all.map(approval)
  await questions.load()
}

describe('what a turn still has to do about its questions', () => {
  it.each<[string, Partial<Approval>, boolean, boolean, boolean]>([
    ['is asked', {}, false, false, false],
    ['was not put to its owner', { askedAt: null }, true, false, false],
    ['was approved', { decision: 'approved' }, true, true, true],
    ['was denied', { decision: 'denied' }, true, false, false],
    ['was approved, as the session knows', { decision: 'approved', delivered: true }, false, false, true],
    ['was denied, as the session knows', { decision: 'denied', delivered: true }, false, false, false],
    ['ran without a question, as the session knows', { askedAt: null, delivered: true }, false, false, false],
  ])('depends on whether one %s', async (_, one, hasUndelivered, hasUndeliveredApproval, hasApproved) => {
    await load(one)
    const { hasUndelivered: told, hasUndeliveredApproval: toldYes, hasApproved: yes } = questions
    expect([told, toldYes, yes]).toEqual([hasUndelivered, hasUndeliveredApproval, hasApproved])
    expect(questions.hasAny).toBe(true)
  })

  it.each([
    ['before', -10, -1, false],
    ['up to that moment', -10, 0, true],
    ['from that moment', 0, 10, true],
    ['after', 1, 10, false],
  ])('a question was asked in a span of time or not: %s', async (_, from, to, expected) => {
    await load({ askedAt: null }, { askedAt: AT, callId: 'other' })
    expect(questions.wereAskedWithin(AT + from, AT + to)).toBe(expected)
  })

  it('a session waits for something unasked where one of its calls has no question', async () => {
    await load({ callId: 'a' })
    expect([['a'], ['a', 'b'], ['b'], []].map((ids) => questions.hasUnasked(ids))).toEqual([false, true, true, false])
  })
})

describe('a session that waits for calls', () => {
  const SCOPE = {} as HostCallScope
  const status = async (awaiting: string[], ...steps: ToolStep[]) =>
    await questions.handleAwaited(awaiting, reply(...steps), SCOPE)
  const nothing = { answers: [], isAsking: false, isHolding: false }

  it.each<[string, Partial<Approval>, object]>([
    ['is open', {}, { isAsking: true }],
    ['was decided', { decision: 'approved' }, { answers: [{ callId: 'call', allowed: true }] }],
    ['was decided, as it knows', { decision: 'approved', delivered: true }, {}],
  ])('of its own tools asks or goes on where the question %s', async (_, one, expected) => {
    await load(one)
    expect(await status(['call'], step())).toEqual({ ...nothing, ...expected })
  })

  it.each([
    ['asking', { isAsking: true }],
    ['held', { isHolding: true }],
    ['sending', { isHolding: true }],
    ['sent', { answers: [{ callId: 'call', text: 'Sent, exactly as proposed.', failed: false }] }],
  ] as const)('for an email that is %s asks, holds, or hears of it', async (state, expected) => {
    mails = [outgoingMail({ id: 'of call', state })]
    known = {}
    await load({ isHosted: true, decision: 'approved' })
    expect(await status(['call'], step({ isHosted: true }))).toEqual({ ...nothing, ...expected })
    expect(opened).toEqual([])
  })

  it('is told nothing about calls that it does not wait for', async () => {
    await load({ decision: 'approved' }, { callId: 'other', decision: 'approved' })
    const { answers } = await status(['other'], step(), step({ id: 'other' }))
    expect(answers.map(({ callId }) => callId)).toEqual(['other'])
    expect(opened).toEqual(['other'])
  })

  it('hears at once that a call of an earlier version can do nothing any more, and of no other', async () => {
    await load({}, { callId: 'old' })
    const found = await status(['call', 'old'], step(), step({ id: 'old', isRetired: true }))
    expect(outdated).toEqual(['of old'])
    expect(found).toEqual({ answers: [{ callId: 'old', allowed: false }], isAsking: true, isHolding: false })
  })
})

describe('what stands before its owner', () => {
  it('is noted with the hash of each card: of an email, or of the whole call', async () => {
    mails = [outgoingMail({ id: 'of mail', hash: 'hash of the email' })]
    await load(
      { callId: 'call' },
      { callId: 'same' },
      { callId: 'other input' },
      { callId: 'other tool' },
      { callId: 'mail', isHosted: true },
      { callId: 'decided', decision: 'denied' },
      { callId: 'not in the log' },
    )
    const steps = [
      step(),
      step({ id: 'same' }),
      step({ id: 'other input', input: { message_id: 'm-2' } }),
      step({ id: 'other tool', name: 'gmail_archive_message' }),
      step({ id: 'mail', isHosted: true }),
      step({ id: 'decided' }),
    ]
    await questions.markAsked(reply(...steps), AT)
    expect(asked.map(({ id }) => id)).toEqual([
      'of call',
      'of same',
      'of other input',
      'of other tool',
      'of mail',
      'of not in the log',
    ])
    const [call, same, input, tool, mail, unknown] = asked.map(({ shown }) => shown)
    expect(call).toMatch(/^[0-9a-f]{64}$/)
    expect(same).toBe(call)
    expect(new Set([call, input, tool]).size).toBe(3)
    expect([mail, unknown]).toEqual(['hash of the email', null])
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['one id', { message_id: 'm-1', label: 'x' }, ['m-1']],
    ['several', { message_ids: ['m-1', 'm-2'], id: 'i', IDS: ['j'] }, ['m-1', 'm-2', 'i', 'j']],
    ['what is no text', { message_id: 7, thread_ids: ['t', null, 8] }, ['t']],
    ['what only sounds so', { paid: 'x', idea: 'y', humid: 'z', message_idx: 'w' }, []],
  ])('names what its ids stand for, looked up in the session: %s', async (_, input, ids) => {
    await load({})
    const steps = [
      step({ input }),
      step({ id: 'hosted', isHosted: true, input: { id: 'h' } }),
      step({ id: 'unasked', input: { id: 'u' } }),
    ]
    await load({}, { callId: 'hosted', isHosted: true })
    await questions.lookUp('session', reply(...steps), null)
    expect(described).toEqual(ids.length === 0 ? [] : [ids])
  })

  it('shows each call that has a question, with names, mailbox, and times of its owner', async () => {
    await load({ decision: 'denied', decidedAt: AT, reason: 'shorter', deniedBy: 'press' })
    const steps = reply(step(), step({ id: 'unasked' }))
    await questions.lookUp('session', steps, null)
    const views = questions.views(steps, 'Asia/Tokyo', 'anna@example.com')
    expect(views).toHaveLength(1)
    const { decidedAt, ...view } = views[0] ?? {}
    expect(view).toEqual({
      id: 'of call',
      step: step(),
      decision: 'denied',
      reason: 'shorter',
      deniedBy: 'press',
      askedAt: AT,
      names: new Map([['m-1', 'the email']]),
      dates: new Map([['m-1', 'Nov 22, 2026']]),
      mailbox: 'anna@example.com',
    })
    expect(decidedAt).toContain('6:00 PM')
    expect(approvalView(approval(), step(), 'UTC').decidedAt).toBeNull()
  })

  it('shows an email as it is remembered, also where it was not read for this card', async () => {
    known = { readable: 'At noon?' }
    mails = [outgoingMail({ id: 'of call' })]
    await load({ isHosted: true })
    const [view] = questions.views(reply(step({ isHosted: true })), 'UTC', null)
    expect(view?.outgoing).toMatchObject({ state: 'asking', mail: { readable: 'At noon?' } })
  })

  it.each([
    [null, false],
    [AT - 1, true],
    [AT, true],
    [AT + 1, false],
  ])('an email for %s is late or not', (sendAt, isLate) => {
    expect(outgoingView(outgoingMail({ sendAt, dueAt: AT + 5 }), null, 'UTC', AT)).toMatchObject({ sendAt, isLate })
  })
})

describe('what the session is told of a decision', () => {
  it.each<[string, Partial<Approval>, object]>([
    ['a yes', { decision: 'approved' }, { allowed: true }],
    ['a no', { decision: 'denied', deniedBy: 'press' }, { allowed: false }],
    ['a wish', { decision: 'denied', deniedBy: 'press', reason: 'shorter' }, { allowed: false, reason: 'shorter' }],
    [
      'a new message',
      { decision: 'denied', deniedBy: 'new_message' },
      { allowed: false, reason: expect.stringMatching(/^The person did not decide this/) },
    ],
    [
      'one that was left out of a yes',
      { decision: 'denied', deniedBy: 'left_out' },
      { allowed: false, reason: expect.stringMatching(/left this one out: it stays as it is/) },
    ],
    [
      'a version that sends otherwise',
      { decision: 'denied', deniedBy: 'outdated' },
      { allowed: false, reason: expect.stringMatching(/send_email/) },
    ],
    [
      'a no to an email',
      { isHosted: true, decision: 'denied', deniedBy: 'press' },
      { text: expect.stringMatching(/^The person said no/), failed: false },
    ],
    [
      'the end of access to the mailbox of an email',
      { isHosted: true, decision: 'denied', deniedBy: 'ended_access' },
      { text: expect.stringMatching(/Gmail was disconnected/), failed: true },
    ],
  ])('is all there is to know: %s', (_, decided, expected) => {
    expect(toolAnswer(approval(decided))).toEqual({ callId: 'call', ...expected })
  })

  it('is noted as told for the calls that were answered, and for no others', async () => {
    await load({ callId: 'a', decision: 'approved' }, { callId: 'b', decision: 'approved' })
    await questions.deliver('session', [{ callId: 'a', allowed: true }])
    expect(delivered).toEqual(['of a'])
  })

  it('is not noted as told where it could not be told', async () => {
    failure = new Unavailable('claude', 'away')
    await load({ decision: 'approved' })
    await expect(questions.deliver('session', [{ callId: 'call', allowed: true }])).rejects.toThrow(Unavailable)
    expect(delivered).toEqual([])
  })

  it('is only what was denied where the turn may do nothing more', async () => {
    approvals = [
      approval({ callId: 'yes', decision: 'approved' }),
      approval({ callId: 'no', decision: 'denied', deniedBy: 'press' }),
      approval({ callId: 'told', decision: 'denied', delivered: true }),
      approval({ callId: 'open' }),
    ]
    await questions.deliverDenials('session')
    expect(sent).toEqual([{ callId: 'no', allowed: false }])
    expect(delivered).toEqual(['of no'])
  })

  it('is nothing where nothing was denied', async () => {
    failure = new Error('nothing is to be sent')
    approvals = [approval({ decision: 'approved' })]
    await questions.deliverDenials('session')
    expect(delivered).toEqual([])
  })

  it.each([
    ['does not wait for it any more', new Rejected('invalid', 'no such call'), true],
    ['cannot be reached', new Unavailable('claude', 'away'), false],
  ])('is dropped only where the session %s', async (_, error, isDropped) => {
    failure = error
    approvals = [approval({ decision: 'denied', deniedBy: 'press' })]
    const delivering = questions.deliverDenials('session')
    if (isDropped) await expect(delivering).resolves.toBeUndefined()
    else await expect(delivering).rejects.toThrow(error)
  })
})

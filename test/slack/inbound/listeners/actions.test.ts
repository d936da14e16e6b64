import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SlackRefused } from '../../../../src/slack/api/web.js'
import { ACTIONS } from '../../../../src/slack/blocks/action-ids.js'
import { CHANGE_BLOCK, CHANGE_CALLBACK, CHANGE_INPUT } from '../../../../src/slack/blocks/change-modal.js'
import { type ActionDeps, registerActions } from '../../../../src/slack/inbound/listeners/actions.js'
import type { ResponseMessage } from '../../../../src/slack/inbound/listeners/respond.js'
import { registerViews } from '../../../../src/slack/inbound/listeners/views.js'
import type { Store } from '../../../../src/store/store.js'
import type { Turn } from '../../../../src/turns/model.js'
import { ANNA, BEN, incoming, journaled, openStore, TEAM } from '../../../store/fixture.js'
import { settle } from '../../../turns/fake-clock.js'
import { SilentLog } from '../../../turns/silent-log.js'
import { FakeClock } from '../../fake-clock.js'
import { BOT, boltApp } from '../bolt-app.js'

let store: Store
let turn: Turn
let approval: string
let woken: string[]
let stopped: string[]
let feedbacks: string[]
let requested: string[]
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
  feedbacks = []
  requested = []
  modals = []
  trigger = 't1'
  log = new SilentLog()
})
afterEach(async () => {
  await store.close()
})

const RESPONSE_URL = 'https://slack.example/response'

/** Bolt's app with the bot's listeners, and what happened, in order. */
function listening(more: Partial<ActionDeps> = {}) {
  const bolt = boltApp(log)
  const responses: ResponseMessage[] = []
  const { approvals, undos, conversations, turns, commands, people } = store
  const unasked = async () => await Promise.reject(new Error('not asked for'))
  const deps: ActionDeps = {
    ...{ identity: { ...BOT, teamId: TEAM }, approvals, undos, conversations, turns, commands, people, log },
    wake: (conversation) => {
      woken.push(conversation)
    },
    stop: async (id) => {
      stopped.push(id)
    },
    onUndo: () => {
      woken.push('undo')
    },
    onFeedback: (feedback) => {
      feedbacks.push(feedback)
    },
    openModal: async (triggerId, view) => {
      if (triggerId === 'expired') throw new SlackRefused('expired_trigger_id')
      modals.push(view.private_metadata ?? '')
      return 'V1'
    },
    updateModal: unasked,
    outgoing: {
      undo: unasked,
      cancel: unasked,
      openEdit: unasked,
      prepareEdit: unasked,
      approveEdit: unasked,
      scheduled: unasked,
    },
    home: { open: unasked, refresh: unasked },
    requests: {
      takeUp: async (id) => {
        requested.push(id)
        return { channel: 'D1', ts: '9.0' }
      },
    },
    answers: { linkTo: async ({ channel, ts }) => `https://slack.example/${channel}/${ts}` },
    schedule: unasked,
    respond: async (url, message) => {
      expect(url).toBe(RESPONSE_URL)
      responses.push(message)
    },
    clock: new FakeClock(),
    ...more,
  }
  registerActions(bolt.app, deps)
  registerViews(bolt.app, deps)
  return { ...bolt, responses }
}

const pressOf = (action: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: 'block_actions',
  user: { id: ANNA, team_id: TEAM },
  team: { id: TEAM },
  actions: [{ type: 'button', block_id: 'b', ...action }],
  response_url: RESPONSE_URL,
  trigger_id: trigger,
  ...more,
})

/** What the presser is told by the `response_url`; null: nothing. The press is acknowledged once, with nothing, whatever became of it. */
async function answerTo(
  actionId: string,
  value: string,
  user = ANNA,
  team = TEAM,
  more: Record<string, unknown> = {},
): Promise<ResponseMessage | null> {
  const { deliver, acknowledged, responses, errors } = listening()
  await deliver(pressOf({ action_id: actionId, value }, { user: { id: user, team_id: team }, ...more }))
  expect(errors).toEqual([])
  expect(acknowledged).toEqual([undefined])
  expect(responses.length).toBeLessThan(2)
  return responses[0] ?? null
}

const MODAL_ERROR = z.strictObject({
  response_action: z.literal('errors'),
  errors: z.strictObject({ [CHANGE_BLOCK]: z.string() }),
})
const gone = { delete_original: true }
const inPlace = (text: RegExp) => ({
  response_type: 'ephemeral',
  replace_original: true,
  text: expect.stringMatching(text),
})

/** The words that the presser is told, where the message with the button stays. */
async function pressed(actionId: string, value: string, user = ANNA, team = TEAM): Promise<string | null> {
  const answer = await answerTo(actionId, value, user, team)
  if (answer === null) return null
  expect(answer).toEqual({ response_type: 'ephemeral', replace_original: false, text: expect.any(String) })
  return 'text' in answer ? answer.text : null
}

describe('what only its presser sees', () => {
  const container = { type: 'message', message_ts: '2.0', channel_id: 'D1', is_ephemeral: false }
  const stranger = async (more: object) => await answerTo(ACTIONS.approve, turn.id, 'U0BEN', TEAM, { container: more })

  it('stands in the thread of its button', async () => {
    expect(await stranger({ ...container, thread_ts: '1.0' })).toEqual({
      ...{ response_type: 'ephemeral', replace_original: false, text: expect.any(String), thread_ts: '1.0' },
    })
  })

  it('stands beside a button that is in no thread', async () => {
    expect(await stranger(container)).not.toHaveProperty('thread_ts')
    expect(await stranger({ ...container, thread_ts: '2.0' })).not.toHaveProperty('thread_ts')
  })
})

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
    expect(await pressed(ACTIONS.approve, `${id}:${hash.slice(0, 16)}:later`)).toMatch(/^The time for this has passed/)
    expect(await pressed(ACTIONS.approve, `${id}:${hash.slice(0, 16)}:now`)).toBeNull()
    expect(await decided()).toMatchObject({ decision: 'approved' })
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'held', sendAt: null })
  })

  it('that comes twice is one decision, without a word; one that says otherwise is told what stands', async () => {
    await pressed(ACTIONS.approve, approval)
    expect(await pressed(ACTIONS.approve, approval)).toBeNull()
    expect(await pressed(ACTIONS.deny, approval)).toMatch(/already said yes/)
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
      expect(await pressed(action, value)).toMatch(/^This is over/)
    }
    expect([...woken, ...stopped]).toEqual([])
    expect(await decision()).toBeNull()
  })

  it.each([ACTIONS.connect, ACTIONS.review, 'brand_new', `${ACTIONS.approve}_2`, ''])(
    'of %j, a link or a button newer than this code, needs nothing but its acknowledgement',
    async (id) => {
      expect(await pressed(id, 'x')).toBeNull()
      expect([...woken, ...stopped]).toEqual([])
    },
  )

  it('that could not be stored is told to its person, since it never comes again', async () => {
    await store.close()
    expect(await pressed(ACTIONS.approve, approval)).toMatch(/didn't work.+press again/)
    expect(woken).toEqual([])
    expect(log.lines).toMatchObject([{ level: 'error' }])
    store = await openStore()
  })
})

describe('a press of the button that the command brought', () => {
  it('disconnects its owner once, and leaves a link to the outcome in the place of the button', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    const { deliver, acknowledged, responses } = listening()
    await deliver(pressOf({ action_id: ACTIONS.disconnect, value: id }))
    await deliver(pressOf({ action_id: ACTIONS.disconnect, value: id }))
    await settle()
    expect(acknowledged).toEqual([undefined, undefined])
    expect((await store.commands.unfinished()).map(({ text }) => text)).toEqual(['disconnect'])
    expect(responses).toEqual([inPlace(/^Disconnecting/), inPlace(/<https:\/\/slack\.example\/D1\/9\.0\|/)])
  })

  it('that cannot be stored is told to its person', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    await store.close()
    expect(await pressed(ACTIONS.disconnect, id)).toMatch(/nothing was done.+try again/)
    store = await openStore()
  })
})

describe('a press on a Home tab', () => {
  it('disconnects its owner, as the command does', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    expect(await answerTo(ACTIONS.disconnect, id, ANNA, TEAM, { response_url: undefined })).toBeNull()
    expect((await store.commands.unfinished()).map(({ text, person }) => ({ text, person: person.id }))).toEqual([
      { text: 'disconnect', person: id },
    ])
    expect(requested).toHaveLength(1)
  })

  it.each([
    ['does not say which press it is', async () => {}, { trigger_id: undefined }, /^press ignored/, 'warn'],
    ['cannot be stored', async () => await store.close(), { response_url: undefined }, /^press not stored/, 'error'],
  ] as const)('that %s disconnects nobody, and the log says so', async (_, happens, more, message, level) => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    await happens()
    expect(await answerTo(ACTIONS.disconnect, id, ANNA, TEAM, more)).toBeNull()
    expect(requested).toEqual([])
    expect(log.lines).toMatchObject([{ level, message: expect.stringMatching(message) }])
  })

  it('disconnects nobody else', async () => {
    const { id } = await store.people.ensure(TEAM, ANNA)
    await store.people.ensure(TEAM, BEN)
    for (const [user, team] of [
      [BEN, TEAM],
      [ANNA, 'T2'],
    ] as const)
      expect(await answerTo(ACTIONS.disconnect, id, user, team)).toBeNull()
    expect(await store.commands.unfinished()).toEqual([])
    expect(requested).toEqual([])
    expect(log.lines.map(({ message }) => message)).toEqual(Array(2).fill(expect.stringMatching(/^press ignored/)))
  })
})

describe('a press of an example', () => {
  const press = (more: Record<string, unknown> = {}) =>
    pressOf({ action_id: `${ACTIONS.example}_1`, value: 'Summarize my unread email' }, more)
  const asked = async () => (await store.commands.unfinished()).map(({ text, person }) => `${person.user}: ${text}`)
  const refreshed: string[] = []
  const home = {
    open: async () => await Promise.reject(new Error('not asked for')),
    refresh: async ({ user }: { user: string }) => void refreshed.push(user),
  }
  beforeEach(() => {
    refreshed.length = 0
  })

  it('asks it, and the Home tab shows its thread', async () => {
    const { deliver, acknowledged, responses, errors } = listening({ home })
    await deliver(press({ response_url: undefined }))
    expect([errors, acknowledged, responses]).toEqual([[], [undefined], []])
    expect(await asked()).toEqual([`${ANNA}: Summarize my unread email`])
    expect(requested).toHaveLength(1)
    await expect.poll(() => refreshed).toEqual([ANNA])
  })

  it('asks once, however often the same press is delivered', async () => {
    const { deliver } = listening({ home })
    await deliver(press())
    await deliver(press())
    expect(await asked()).toHaveLength(1)
    expect(requested).toHaveLength(1)
  })

  it('that cannot be stored is told beside a message', async () => {
    await store.close()
    const { deliver, acknowledged, responses } = listening({ home })
    await deliver(press())
    expect(acknowledged).toEqual([undefined])
    expect(responses).toMatchObject([{ text: expect.stringContaining('try again') }])
    expect(log.lines).toMatchObject([{ level: 'error', message: 'press not stored' }])
  })

  it.each([{ value: '' }, { value: undefined }])('without a question asks nothing: %s', async (more) => {
    const { deliver, errors } = listening({ home })
    await deliver(pressOf({ action_id: `${ACTIONS.example}_1`, ...more }))
    expect(errors).toEqual([])
    expect(await asked()).toEqual([])
  })
})

describe('a press on the button that folds the help', () => {
  it.each([
    ['open', true],
    ['', false],
  ])('with "%s" draws the tab again', async (value, isOpen) => {
    const opened: unknown[] = []
    const { deliver, acknowledged, errors } = listening({
      home: {
        open: async (...how) => void opened.push(how),
        refresh: async () => await Promise.reject(new Error('not asked for')),
      },
    })
    await deliver(pressOf({ action_id: ACTIONS.help, value }, { response_url: undefined }))
    expect([errors, acknowledged]).toEqual([[], [undefined]])
    expect(opened).toEqual([[TEAM, ANNA, isOpen]])
  })
})

describe('a press in an app that a whole organisation installed', () => {
  it('is of the person of the organisation, whatever workspace it comes from', async () => {
    const more = {
      ...{ team: null, enterprise: { id: 'E1' }, is_enterprise_install: true },
      user: { id: ANNA, team_id: 'T9' },
      response_url: undefined,
    }
    const { id } = await store.people.ensure('E1', ANNA)
    expect(await answerTo(ACTIONS.disconnect, id, ANNA, TEAM, more)).toBeNull()
    expect((await store.commands.unfinished()).map(({ person }) => person.team)).toEqual(['E1'])
  })
})

describe('a press about an email on its way', () => {
  const never = async () => await Promise.reject(new Error('not asked for'))
  const OUTGOING = {
    undo: never,
    cancel: never,
    openEdit: never,
    prepareEdit: never,
    approveEdit: never,
    scheduled: never,
  }
  const said = (text: RegExp) => ({
    response_type: 'ephemeral',
    replace_original: false,
    text: expect.stringMatching(text),
  })
  const list = expect.objectContaining({ replace_original: true, blocks: expect.any(Array) })

  it.each([
    ['in the list takes it off the list, without another word', 'cancelled', 'scheduled:m1', [list]],
    [
      'in the list, too late, says so and shows what still waits',
      'too_late',
      'scheduled:m1',
      [said(/^Too late/), list],
    ],
    ['under the email itself says that it is cancelled', 'cancelled', 'b', [said(/^Cancelled/)]],
    ['under the email itself, too late, says so', 'too_late', 'b', [said(/^Too late/)]],
  ] as const)('Cancel %s', async (_, answer, blockId, expected) => {
    await store.people.ensure('T2', ANNA)
    const listed: string[] = []
    const { deliver, acknowledged, responses, errors } = listening({
      outgoing: { ...OUTGOING, cancel: async () => answer },
      schedule: async ({ team, user }) => {
        listed.push(`${team} ${user}`)
        return { mails: [], timeZone: 'UTC' }
      },
    })
    const action = { action_id: ACTIONS.cancelScheduled, block_id: blockId, value: 'm1' }
    await deliver(pressOf(action, { user: { id: ANNA, team_id: 'T2' } }))
    expect([errors, acknowledged]).toEqual([[], [undefined]])
    await expect.poll(() => responses).toEqual(expected)
    expect(listed).toEqual(blockId === 'b' ? [] : [`T2 ${ANNA}`])
  })

  it('Cancel in a Home tab draws that tab again, for whoever pressed', async () => {
    const opened: string[] = []
    const { deliver, responses, errors } = listening({
      outgoing: { ...OUTGOING, cancel: async () => 'cancelled' },
      home: {
        open: async (team, user) => {
          opened.push(`${team} ${user}`)
        },
        refresh: never,
      },
    })
    const action = { action_id: ACTIONS.cancelScheduled, block_id: 'scheduled:m1', value: 'm1' }
    await deliver(pressOf(action, { user: { id: ANNA, team_id: 'T2' }, response_url: undefined }))
    expect([errors, responses, opened]).toEqual([[], [], [`T2 ${ANNA}`]])
  })

  it.each([
    ['Cancel', ACTIONS.cancelScheduled],
    ['Undo', ACTIONS.undoSend],
  ])('%s is acknowledged when it is stored, and not before', async (_, actionId) => {
    let [asked, stored] = [() => {}, () => {}]
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const isStored = new Promise<void>((resolve) => (stored = resolve))
    const stop = async () => {
      asked()
      await isStored
      return 'too_late' as const
    }
    const { deliver, acknowledged, responses } = listening({ outgoing: { ...OUTGOING, undo: stop, cancel: stop } })
    const delivered = deliver(pressOf({ action_id: actionId, value: 'm1' }))
    await isAsked
    await settle()
    expect(acknowledged).toEqual([])
    stored()
    await delivered
    expect(acknowledged).toEqual([undefined])
    expect(responses).toEqual([said(/^Too late/)])
  })

  it('Undo that stopped it needs no word beside its card', async () => {
    const { deliver, responses, errors } = listening({ outgoing: { ...OUTGOING, undo: async () => 'undone' } })
    await deliver(pressOf({ action_id: ACTIONS.undoSend, value: 'm1' }))
    expect([errors, responses]).toEqual([[], []])
  })

  it('Edit is acknowledged before the email is read for it', async () => {
    let read = () => {}
    const reading = new Promise<void>((resolve) => (read = resolve))
    const openEdit = async () => {
      await reading
      return 'already' as const
    }
    const { deliver, acknowledged, responses } = listening({ outgoing: { ...OUTGOING, openEdit } })
    await deliver(pressOf({ action_id: ACTIONS.edit, value: 'm1' }))
    expect([acknowledged, responses]).toEqual([[undefined], []])
    read()
    await expect.poll(() => responses).toEqual([said(/already decided/)])
  })
})

describe('Stop, where the turn cannot be interrupted at once', () => {
  it('is stored all the same, and the log says what went wrong', async () => {
    const { deliver, acknowledged, responses, errors } = listening({
      stop: async () => await Promise.reject(new Error('the session does not answer')),
    })
    await deliver(pressOf({ action_id: ACTIONS.stop, value: turn.id }))
    await expect.poll(() => log.lines).toMatchObject([{ level: 'warn', message: 'turn not interrupted yet' }])
    expect([errors, acknowledged, responses]).toEqual([[], [undefined], []])
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: true })
  })
})

describe('a press from where nothing can be answered', () => {
  it('is stored or not as any other, without a word', async () => {
    await store.turns.end(turn, 'answered', null)
    const { deliver, acknowledged, responses, errors } = listening()
    await deliver(pressOf({ action_id: ACTIONS.stop, value: turn.id }, { response_url: undefined }))
    await settle()
    expect([errors, acknowledged, responses, log.lines]).toEqual([[], [undefined], [], []])
  })
})

describe('an answer to a press that Slack does not take', () => {
  it('is noted in the log, and the decision stands', async () => {
    await store.turns.end(turn, 'answered', null)
    const { deliver, acknowledged, errors } = listening({
      respond: async () => await Promise.reject(new Error('the response_url is used up')),
    })
    await deliver(pressOf({ action_id: ACTIONS.stop, value: turn.id }))
    await expect.poll(() => log.lines.map(({ message }) => message)).toEqual(['press not answered'])
    expect([errors, acknowledged]).toEqual([[], [undefined]])
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
    expect(await answerTo(action, conversation)).toEqual(gone)
    expect(await place()).toBe(expected)
    expect(woken).toEqual([conversation])
  })

  it('counts once: a second press changes nothing, and says so where it wanted something else', async () => {
    await answerTo(ACTIONS.answerPrivately, conversation)
    expect(await answerTo(ACTIONS.answerPrivately, conversation)).toEqual(gone)
    expect(await answerTo(ACTIONS.answerHere, conversation)).toEqual(inPlace(/^Already decided/))
    expect(await place()).toBe('private')
    expect(woken).toHaveLength(1)
  })

  it('comes too late where it was decided without it', async () => {
    await store.conversations.settleAddress(conversation, { channel: 'D1', threadTs: '3.0' })
    expect(await answerTo(ACTIONS.answerHere, conversation)).toEqual(inPlace(/^Already decided/))
    expect(await place()).toBeNull()
    expect(woken).toEqual([])
  })

  it('counts only from the owner', async () => {
    expect(await pressed(ACTIONS.answerHere, conversation, BEN)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.answerHere, conversation, ANNA, 'T2')).toMatch(/^Only /)
    expect(await place()).toBeNull()
  })

  it('is told where it could not be stored, or is about nothing', async () => {
    expect(await answerTo(ACTIONS.answerHere, 'nothing')).toEqual(inPlace(/^This is over/))
    await store.close()
    expect(await pressed(ACTIONS.answerHere, conversation)).toMatch(/didn't work/)
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
    expect(await pressed(ACTIONS.approve, `${mail}${shown}`)).toMatch(/has changed/)
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

  describe('of which some are left out by their boxes', () => {
    const several = `approval_several:1`
    const ticking = (...ids: string[]) => ({
      state: {
        values: {
          'leave_out:1:0': {
            [ACTIONS.leaveOut]: { type: 'checkboxes', selected_options: ids.map((value) => ({ value })) },
          },
          other: { place: { type: 'static_select', selected_option: null } },
        },
      },
    })
    /** What the presser is told. */
    const chosen = async (more: Record<string, unknown>, action: string = ACTIONS.approve) => {
      const { deliver, responses, errors } = listening()
      const button = { action_id: action, value: `${approval},${second}`, block_id: several }
      await deliver(pressOf(button, more))
      expect(errors).toEqual([])
      return responses.map((response) => ('text' in response ? response.text : ''))
    }

    it('are approved without these, which are denied as left out', async () => {
      expect(await chosen(ticking(second))).toEqual([])
      expect(await store.approvals.ofTurn(turn.id)).toMatchObject([
        { id: approval, decision: 'approved', deniedBy: null },
        { id: second, decision: 'denied', deniedBy: 'left_out', reason: null },
      ])
      expect(woken).toEqual([turn.conversationId])
    })

    it('are all denied by a no, as by any no', async () => {
      await chosen(ticking(second), ACTIONS.deny)
      expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ deniedBy: 'press' }, { deniedBy: 'press' }])
    })

    it('all of them: nothing is decided, and they are told', async () => {
      expect(await chosen(ticking(approval, second))).toEqual([expect.stringMatching(/^You ticked all of them/)])
      expect(await decisions()).toEqual([null, null])
    })

    it('as far as anybody can tell: nothing is approved where Slack does not say what is ticked', async () => {
      expect(await chosen({})).toEqual([expect.stringMatching(/^Slack didn't say which boxes/)])
      expect(await decisions()).toEqual([null, null])
      expect(await chosen({}, ACTIONS.deny)).toEqual([])
      expect(await decisions()).toEqual(['denied', 'denied'])
    })

    it('by boxes of another question, which say nothing of this one', async () => {
      expect(await chosen(ticking('elsewhere'))).toEqual([])
      expect(await decisions()).toEqual(['approved', 'approved'])
    })

    it('a tick alone decides nothing, and nobody hears of it', async () => {
      expect(await pressed(ACTIONS.leaveOut, '')).toBeNull()
      expect(await decisions()).toEqual([null, null])
    })
  })

  it('of which the card shows another call are not approved', async () => {
    const hash = 'ab'.repeat(32)
    await store.approvals.markAsked([{ id: approval, shown: hash }], 1)
    expect(await pressed(ACTIONS.approve, `${approval}:${'cd'.repeat(8)},${second}:${'cd'.repeat(8)}`)).toMatch(
      /has changed/,
    )
    expect(await decisions()).toEqual([null, null])
    expect(await pressed(ACTIONS.approve, `${approval}:${hash.slice(0, 16)},${second}:${'cd'.repeat(8)}`)).toBeNull()
    expect(await decisions()).toEqual(['approved', 'approved'])
  })

  it('are changed together, in the same words', async () => {
    expect(await pressed(ACTIONS.change, `${approval},${second}`)).toBeNull()
    expect(modals).toEqual([`${approval},${second}`])
    const { deliver } = listening()
    const values = { [CHANGE_BLOCK]: { [CHANGE_INPUT]: { type: 'plain_text_input', value: 'star them instead' } } }
    await deliver({
      type: 'view_submission',
      user: { id: ANNA, team_id: TEAM },
      team: { id: TEAM },
      view: { callback_id: CHANGE_CALLBACK, private_metadata: `${approval},${second}`, state: { values } },
    })
    const reason = 'star them instead'
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ reason }, { reason }])
    expect(await pressed(ACTIONS.change, `${approval},${second}`)).toMatch(/already said no/)
    expect(await pressed(ACTIONS.change, `${approval},nothing`)).toMatch(/^This is over/)
  })

  it('of two people are decided by neither of them', async () => {
    const other = await store.turns.queue(await journaled(store, incoming('2.0', { user: BEN, channel: 'D_BEN' })))
    await store.turns.take(other)
    const [bens] = await store.approvals.open(other.id, ['call'])
    for (const value of [`${approval},${bens?.id}`, `${bens?.id},${approval}`])
      for (const action of [ACTIONS.approveAll, ACTIONS.denyAll])
        for (const user of [ANNA, BEN]) expect(await pressed(action, value, user)).toMatch(/^Only /)
    expect(await decisions()).toEqual([null, null])
    expect(await store.approvals.ofTurn(other.id)).toMatchObject([{ decision: null }])
  })

  it('are decided by nobody else, not even in part', async () => {
    expect(await pressed(ACTIONS.approveAll, `${approval},${second}`, BEN)).toMatch(/^Only /)
    expect(await pressed(ACTIONS.approveAll, `${approval},nothing`)).toMatch(/^This is over/)
    expect(await decisions()).toEqual([null, null])
  })
})

describe('a wish for a change', () => {
  /** What is wrong with what was entered, as the modal says it; null: it closes. */
  const wish = async (words: string, user = ANNA, team = TEAM): Promise<string | null | undefined> => {
    const { deliver, acknowledged, errors } = listening()
    const values = { [CHANGE_BLOCK]: { [CHANGE_INPUT]: { type: 'plain_text_input', value: words } } }
    await deliver({
      type: 'view_submission',
      user: { id: user, team_id: team },
      team: { id: TEAM },
      view: { callback_id: CHANGE_CALLBACK, private_metadata: approval, state: { values } },
    })
    expect(errors).toEqual([])
    expect(acknowledged).toHaveLength(1)
    const [answer] = acknowledged
    if (answer === undefined) return null
    return MODAL_ERROR.parse(answer).errors[CHANGE_BLOCK]
  }

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
    expect(await pressed(ACTIONS.change, approval)).toMatch(/already said yes/)
    expect(modals).toEqual([])
  })

  it('has another way where Slack opens no modal', async () => {
    trigger = 'expired'
    expect(await pressed(ACTIONS.change, approval)).toMatch(/write to me below/)
  })

  it('is refused in words where it says nothing, comes too late, or is somebody else’s', async () => {
    expect(await wish('')).toMatch(/Tell me what should be different/)
    expect(await wish('say Wednesday', BEN)).toMatch(/^Only /)
    expect(await wish('say Wednesday', ANNA, 'T2')).toMatch(/^Only /)
    await pressed(ACTIONS.approve, approval)
    expect(await wish('say Wednesday')).toMatch(/already said yes/)
    expect(await decision()).toBe('approved')
  })

  it('that cannot be stored says so', async () => {
    await store.close()
    expect(await wish('say Wednesday')).toMatch(/didn't work/)
    store = await openStore()
  })
})

describe('what somebody thinks of an answer', () => {
  const rate = (feedback: string, user = ANNA) => answerTo(ACTIONS.feedback, `${turn.id}:${feedback}`, user)
  const stored = async () =>
    await store.db
      .selectFrom('turn')
      .select(['feedback', 'feedback_at'])
      .where('id', '=', turn.id)
      .executeTakeFirstOrThrow()

  it('is kept with its turn, counted, and thanked for', async () => {
    expect(await rate('good')).toMatchObject({ replace_original: false, text: 'Thanks for the feedback.' })
    expect(await stored()).toEqual({ feedback: 'good', feedback_at: expect.any(Number) })
    expect(feedbacks).toEqual(['good'])
  })

  it('may change: the later press replaces the earlier, and the same again counts once', async () => {
    await rate('good')
    await rate('bad')
    expect(await rate('bad')).toMatchObject({ text: 'Thanks for telling me.' })
    expect(await stored()).toMatchObject({ feedback: 'bad' })
    expect(feedbacks).toEqual(['good', 'bad'])
  })

  it('is nobody else’s to say', async () => {
    expect(await rate('bad', BEN)).toMatchObject({ text: 'Only the person who asked can rate this answer.' })
    expect(await stored()).toEqual({ feedback: null, feedback_at: null })
    expect(feedbacks).toEqual([])
  })

  it.each(['great', 'good:more', ''])('is not stored where it reads %j', async (feedback) => {
    expect(await rate(feedback)).toMatchObject({ text: 'This is over. Ask me again if you still want it.' })
    expect(await stored()).toMatchObject({ feedback: null })
  })
})

describe('a press on Undo', () => {
  const container = { type: 'message', message_ts: '2.0', thread_ts: '1.0', channel_id: 'D1' }
  const words = async (user = ANNA, more: Record<string, unknown> = { container }) => {
    const [approval] = await store.approvals.ofTurn(turn.id)
    const answer = await answerTo(ACTIONS.undoChange, approval?.id ?? '', user, TEAM, more)
    return answer !== null && 'text' in answer
      ? { text: answer.text, thread: 'thread_ts' in answer ? answer.thread_ts : null }
      : null
  }
  const offered = async () => {
    const [approval] = await store.approvals.open(turn.id, ['undoable'])
    if (approval === undefined) throw new Error('there is no approval')
    await store.approvals.decide(approval.id, 'approved', TEAM, ANNA)
    await store.undos.note([{ id: approval.id, ways: [{ message: 'm', add: ['INBOX'], remove: [] }] }])
    await store.undos.offer([approval.id])
  }

  it('is stored before it is acknowledged, with the place of its button, and wakes whoever carries it out', async () => {
    await offered()
    expect(await words()).toBeNull()
    expect(await store.undos.unfinished()).toMatchObject([{ place: { channel: 'D1', ts: '2.0', threadTs: '1.0' } }])
    expect(woken).toEqual(['undo'])
  })

  it('a second time, or by somebody else, is told in the thread of the button, and changes nothing', async () => {
    await offered()
    expect(await words('U_BEN')).toEqual({ text: expect.stringMatching(/^Only the person/), thread: '1.0' })
    expect(await store.undos.unfinished()).toEqual([])
    await words()
    expect(await words()).toEqual({ text: 'You already pressed Undo for this.', thread: '1.0' })
    expect(woken).toEqual(['undo'])
  })

  it('where its message is not known changes nothing', async () => {
    await offered()
    expect(await words(ANNA, {})).toMatchObject({ text: expect.stringMatching(/no longer be undone/) })
    expect(await store.undos.unfinished()).toEqual([])
  })
})

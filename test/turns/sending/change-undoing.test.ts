/** What there was before a change is noted before it is allowed; a press takes it back once, is shown, and is told to the agent. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IdentifiedPerson } from '../../../src/turns/model.js'
import { NotConnected, Unavailable } from '../../../src/turns/ports.js'
import { ANNA, House, TEAM } from '../house.js'

const PLACE = { channel: 'D_ANNA', ts: '5.0', threadTs: null }
const archive = (message_id: string) => ({
  name: 'gmail_modify_message_labels',
  input: { message_id, remove_label_ids: ['INBOX'] },
})
const WAY = { message: 'm1', add: ['INBOX'], remove: [] }
const silent = () => new Unavailable('scalekit', 'no answer')

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

/** A turn that archived these emails, with a yes to each. */
async function archived(...ids: readonly string[]) {
  let calls: string[] = []
  house.agent.answers.push((session) => {
    calls = session.ask(...ids.map(archive))
  })
  house.agent.afterDecisions = (session) => {
    for (const call of calls) session.push({ type: 'tool_finished', callId: call, failed: false })
    session.say('That is done.')
    session.rest()
  }
  const { conversation, ts } = await house.say('Archive it')
  await house.work(conversation)
  const turn = await house.turnOf(conversation)
  for (const call of calls) await house.decide(turn, call, 'approved')
  await house.work(conversation)
  const approvals = (await house.approvalsOf(turn)).map(({ id }) => id)
  return { conversation, ts, turn, approvals, reply: house.replyOf(turn) }
}

async function owner({ conversationId }: { readonly conversationId: string }): Promise<IdentifiedPerson> {
  const conversation = await house.store.conversations.get(conversationId)
  const person = await house.store.people.identified(conversation.owner.id)
  if (person === null) throw new Error('nobody knows whose mailbox it is')
  return person
}

async function press(ids: readonly string[]): Promise<string> {
  const outcome = await house.store.undos.press(ids, { team: TEAM, user: ANNA }, PLACE)
  house.undoing.wake()
  await house.settle()
  return outcome
}

describe('before a change is allowed', () => {
  it('it is noted what there was, and its owner can take it back once it was done', async () => {
    house.labels.ways.set('m1', WAY)
    let told: readonly unknown[] | null = null
    house.labels.beforeLooked = async () => {
      told = [...house.agent.session.decisions]
    }
    const { turn, approvals, reply } = await archived('m1', 'm2')
    expect(told).toEqual([])
    expect(house.labels.looked).toMatchObject([archive('m1'), archive('m2')])
    expect([...(await house.store.undos.ofTurn(turn.id))]).toEqual([
      [approvals[0], 'offered'],
      [approvals[1], 'closed'],
    ])
    expect(reply.last.approvals.map(({ undo }) => undo)).toEqual(['offered', undefined])
  })

  it('no answer of the mailbox in time leaves it without a way back', async () => {
    const { turn, approvals } = await archived('m1')
    await house.store.db.deleteFrom('change_undo').execute()
    house.labels.ways.set('m1', WAY)
    house.labels.beforeLooked = async () => await new Promise(() => {})
    const prepared = house.undoing.prepare(await owner(turn), turn.id, [{ id: approvals[0] ?? '', ...archive('m1') }])
    await expect.poll(() => house.labels.looked.length).toBe(2)
    await house.pass(8_000)
    await prepared
    expect([...(await house.store.undos.ofTurn(turn.id))]).toEqual([[approvals[0], 'closed']])
  })

  it.each([silent(), new NotConnected()])('%s of the mailbox lets it be done without a way back', async (failure) => {
    house.labels.beforeLooked = async () => await Promise.reject(failure)
    const { turn, approvals } = await archived('m1')
    expect([...(await house.store.undos.ofTurn(turn.id))]).toEqual([[approvals[0], 'closed']])
  })

  it('what an earlier process noted stays: it may be done by now', async () => {
    const { turn, approvals } = await archived('m1')
    house.labels.ways.set('m1', WAY)
    const person = await owner(turn)
    const looked = house.labels.looked.length
    await house.undoing.prepare(person, turn.id, [{ id: approvals[0] ?? '', ...archive('m1') }])
    expect(house.labels.looked).toHaveLength(looked)
    expect([...(await house.store.undos.ofTurn(turn.id)).values()]).toEqual(['closed'])
  })

  it('a stop while the mailbox is looked at is a yes that the session never hears', async () => {
    house.labels.ways.set('m1', WAY)
    house.labels.beforeLooked = async () => {
      const [turn] = await house.store.turns.unfinished(house.agent.session.conversationId)
      await house.store.turns.requestStop(turn?.id ?? '')
      await house.turns.stop(turn?.id ?? '')
    }
    await archived('m1')
    expect(house.agent.session.decisions.filter((one) => 'allowed' in one && one.allowed)).toEqual([])
  })
})

describe('a press on Undo', () => {
  beforeEach(() => {
    house.labels.ways.set('m1', WAY)
    house.labels.ways.set('m2', { ...WAY, message: 'm2' })
  })

  it('takes back all that its button is about, once, and says so where the button stands', async () => {
    const { approvals } = await archived('m1', 'm2')
    expect(await press(approvals)).toBe('taken')
    expect(house.labels.putBacks).toEqual([
      { message: 'm1', isAgain: false },
      { message: 'm2', isAgain: false },
    ])
    expect(house.surface.undone).toEqual([{ id: approvals[0], place: PLACE, ending: 'undone' }])
    expect(await press(approvals)).toBe('already')
    expect(house.labels.putBacks).toHaveLength(2)
  })

  it('is told to the agent with the next message, once', async () => {
    const { approvals, ts } = await archived('m1')
    await press(approvals)
    for (const text of ['And now?', 'And then?']) {
      house.agent.answers.push((session) => session.rest())
      const { conversation } = await house.say(text, { threadTs: ts })
      await house.work(conversation)
    }
    const contexts = house.agent.session.received.slice(-2).map(({ context }) => context)
    expect(contexts[0]).toContain('about 1 email. They are as they were before')
    expect(contexts[0]).toContain('- m1 has INBOX again')
    expect(contexts[1]).not.toContain('Undo')
  })

  it('is tried again where the mailbox does not answer, and then only what is not done', async () => {
    const { approvals } = await archived('m1')
    house.labels.outcomes.push(silent())
    await press(approvals)
    expect(house.surface.undone).toEqual([])
    await house.pass(2_000)
    await house.settle()
    expect(house.labels.putBacks.map(({ isAgain }) => isAgain)).toEqual([false, true])
    expect(house.surface.undone).toMatchObject([{ ending: 'undone' }])
  })

  it('is given up after ten minutes, and its owner reads so', async () => {
    const { approvals } = await archived('m1')
    house.labels.outcomes.push(...Array.from({ length: 100 }, silent))
    await press(approvals)
    for (let minute = 0; minute < 13; minute += 1) {
      await house.pass(60_000)
      await house.settle()
    }
    expect(house.surface.undone).toMatchObject([{ ending: 'incomplete' }])
  })

  it('says where the mailbox refused some of it', async () => {
    const { approvals, ts } = await archived('m1', 'm2')
    house.labels.outcomes.push('refused')
    await press(approvals)
    expect(house.surface.undone).toMatchObject([{ ending: 'incomplete' }])
    house.agent.answers.push((session) => session.rest())
    await house.work((await house.say('And now?', { threadTs: ts })).conversation)
    expect(house.agent.session.received.at(-1)?.context).toContain('not all emails could be changed back')
  })

  it.each([
    ['before anything was done', [new NotConnected()], 'ended_access'],
    ['in the middle', [Promise.resolve(true), new NotConnected()], 'incomplete'],
  ] as const)('says where the mailbox was lost %s', async (_, outcomes, ending) => {
    const { approvals } = await archived('m1', 'm2')
    house.labels.outcomes.push(...outcomes)
    await press(approvals)
    expect(house.surface.undone).toMatchObject([{ ending }])
  })

  it('is shown as soon as Slack answers, and not done again for that', async () => {
    const { approvals } = await archived('m1')
    house.surface.undoFailures.push(new Unavailable('slack', 'no answer'))
    await press(approvals)
    expect(house.surface.undone).toEqual([])
    await house.pass(2_000)
    await house.settle()
    expect(house.surface.undone).toMatchObject([{ ending: 'undone' }])
    expect(house.labels.putBacks).toHaveLength(1)
  })
})

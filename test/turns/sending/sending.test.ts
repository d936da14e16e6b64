import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OutgoingMailView, UnsendableMail } from '../../../src/turns/outgoing-mail.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { handleHostCall } from '../../../src/turns/sending/host-calls.js'
import { content, hashOf } from '../fake-mailer.js'
import { ANNA, DM, House, TEAM } from '../house.js'

const SEND = {
  name: 'send_email',
  input: { to: 'rosa@example.com', subject: 'Lunch', body: 'At noon?' },
  isHosted: true,
}
const UNDO_MS = 10_000
const BY_ANNA = { team: TEAM, user: ANNA }
const EDITED = { to: 'rosa@example.com', cc: '', bcc: '', subject: 'Lunch', text: 'At one?' }

let house: House

beforeEach(async () => {
  house = await House.open()
})

afterEach(async () => {
  await house.close()
})

/** Anna asks for something, and the agent proposes a mail. */
async function proposed(call: { name: string; input: Record<string, unknown>; isHosted: boolean } = SEND) {
  house.agent.answers.push((session) => session.ask(call))
  const { conversation } = await house.say('Write to Rosa')
  house.wake(conversation)
  await house.settle()
  const turn = await house.turnOf(conversation)
  const [approval] = await house.approvalsOf(turn)
  const reply = house.replyOf(turn)
  const shown = (): OutgoingMailView | undefined => reply.last.approvals[0]?.outgoing
  const press = async (decision: 'approved' | 'denied' = 'approved') => {
    await house.decide(turn, house.agent.session.waiting[0] ?? approval?.callId, decision)
    house.wake(conversation)
    await house.settle()
  }
  return { conversation, turn, id: approval?.id ?? '', reply, shown, press }
}

async function personId(): Promise<string> {
  const rows = await house.store.db.selectFrom('conversation').select('person_id').execute()
  return rows[0]?.person_id ?? ''
}

/** What the session heard of its calls. */
function heard(): string[] {
  return house.agent.session.decisions.map((answer) => ('text' in answer ? answer.text : String(answer.allowed)))
}

describe('a mail that the agent proposes', () => {
  it('a proposed mail is shown as it would be sent, and is not sent before its owner says yes', async () => {
    const { shown, reply } = await proposed()
    expect(reply.last.phase.type).toBe('deciding')
    expect(shown()).toMatchObject({ state: 'asking', mail: { readable: 'At noon?', content: { subject: 'Lunch' } } })
    await house.pass(60 * 60_000)
    expect(house.mailer.sent).toEqual([])
  })

  it('leaves a record of what was shown, who decided and what was done, without a word of it', async () => {
    const { press, id } = await proposed()
    await press()
    await house.pass(UNDO_MS)
    const mail = await house.store.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).execute()
    const approval = await house.store.db.selectFrom('approval').selectAll().where('id', '=', id).execute()
    const { hash } = house.mailer.sent[0] ?? { hash: '' }
    expect(mail).toMatchObject([
      { hash, recipients: 1, domains: '["example.com"]', state: 'sent', message_id: 'sent_1' },
    ])
    expect(approval).toMatchObject([{ shown_hash: hash, decision: 'approved', decided_by: ANNA }])
    expect(JSON.stringify([mail, approval])).not.toMatch(/At noon|Lunch|rosa/)
  })

  it('leaves once, after the time in which it can be undone; then the agent hears of it', async () => {
    const { shown, press, turn, conversation } = await proposed()
    await press()
    expect(shown()).toMatchObject({ state: 'held' })
    expect(heard()).toEqual([])
    await house.pass(UNDO_MS - 1)
    expect(house.mailer.sent).toEqual([])
    await house.pass(1)
    expect(house.mailer.sent).toMatchObject([{ identifier: 'slack:T1:U_ANNA', content: { subject: 'Lunch' } }])
    expect(heard()).toEqual(['Sent, exactly as proposed.'])
    expect(await house.turnOf(conversation)).toMatchObject({ id: turn.id, ending: 'answered' })
    expect(shown()).toMatchObject({ state: 'sent' })
  })

  it('recipients of a proposed mail are looked up for its card, and not for the comparison before sending', async () => {
    const { press, shown } = await proposed()
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.purposes).toEqual(['card', 'comparison'])
    expect(shown()).toMatchObject({ state: 'sent', mail: { content: { subject: 'Lunch' } } })
  })

  it('a denied mail is not sent', async () => {
    const { press, conversation } = await proposed()
    await press('denied')
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(heard()).toEqual(['The person said no: nothing was sent. Do not try another way round.'])
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })

  it('an undone mail is not sent, and the agent is told', async () => {
    const { press, id, shown } = await proposed()
    await press()
    expect(await house.sending.presses.undo(id, { team: TEAM, user: 'U_BEN' })).toBe('not_yours')
    expect(await house.sending.presses.undo(id, BY_ANNA)).toBe('undone')
    await house.settle()
    expect(heard()).toEqual([expect.stringContaining('undid it')])
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(heard()).toEqual([expect.stringContaining('undid it')])
    expect(shown()).toMatchObject({ state: 'undone' })
  })

  it('cannot be undone when it has left', async () => {
    const { press, id } = await proposed()
    await press()
    await house.pass(UNDO_MS)
    expect(await house.sending.presses.undo(id, BY_ANNA)).toBe('too_late')
    expect(house.mailer.sent).toHaveLength(1)
  })

  it('a yes to an older card sends nothing', async () => {
    const { id } = await proposed()
    const old = hashOf(content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'Something else' })).slice(0, 16)
    const outcome = (shown: string | null) => house.store.approvals.decideAll([{ id, shown }], 'approved', TEAM, ANNA)
    expect(await outcome(old)).toEqual({ outcome: 'changed' })
    expect(await outcome(null)).toEqual({ outcome: 'changed' })
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
  })

  it('waits for the end of its undo window where its owner writes meanwhile: nothing is undone, nothing sent early', async () => {
    const { press, conversation } = await proposed()
    await press()
    await house.say('Thanks!', { threadTs: (await house.store.conversations.get(conversation)).origin.threadTs })
    house.wake(conversation)
    await house.pass(UNDO_MS - 1)
    expect(house.mailer.sent).toEqual([])
    await house.pass(1)
    expect(house.mailer.sent).toHaveLength(1)
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['Write to Rosa', 'Thanks!'])
  })

  it('a message waits while an approved mail is held and sent', async () => {
    const { conversation, press } = await proposed()
    await press()
    const [first] = await house.turnsOf(conversation)
    const { threadTs } = (await house.store.conversations.get(conversation)).address ?? { threadTs: '' }
    await house.say('And Ben?', { threadTs })
    await house.turns.arrived(conversation)
    const next = (await house.turnsOf(conversation)).find(({ id }) => id !== first?.id)
    expect(next && house.replyOf(next).last.phase).toEqual({ type: 'queued', behind: 'mail' })
  })

  it('Stop takes a held mail back', async () => {
    const { press, conversation, turn, shown } = await proposed()
    await press()
    await house.store.turns.requestStop(turn.id)
    await house.turns.stop(turn.id)
    house.wake(conversation)
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({ state: 'undone' })
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'stopped' })
  })

  it('a yes after Stop sends nothing', async () => {
    const { press, turn, conversation } = await proposed()
    await house.store.turns.requestStop(turn.id)
    await press()
    await house.turns.stop(turn.id)
    house.wake(conversation)
    await house.pass(60 * 60_000)
    expect(house.mailer.sent).toEqual([])
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'stopped' })
  })

  it('a mail that cannot be sent is not retried after Stop', async () => {
    const { press, turn, id } = await proposed()
    house.mailer.beforeSending = async () => {
      house.mailer.beforeSending = async () => {}
      await house.store.turns.requestStop(turn.id)
      throw new Unavailable('scalekit', 'not reached')
    }
    await press()
    await house.pass(60 * 60_000)
    expect(house.mailer.sent).toEqual([])
    expect(await house.store.outgoing.get(id)).toMatchObject({ state: 'undone' })
  })

  it('a mail sent while its turn stops gets a notice below', async () => {
    const { press, conversation, turn, reply, shown } = await proposed()
    let leave: () => void = () => {}
    const leaving = new Promise<void>((resolve) => {
      leave = resolve
    })
    house.mailer.beforeSending = () => leaving
    await press()
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'sending' })
    reply.beforeSettled = async () => {
      if (reply.last.phase.type !== 'ended') return
      leave()
      await house.settle()
    }
    await house.store.turns.requestStop(turn.id)
    await house.turns.stop(turn.id)
    house.wake(conversation)
    await house.pass(UNDO_MS)
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'stopped' })
    expect(shown()).toMatchObject({ state: 'sending' })
    expect(house.surface.outgoing.map((told) => told.outgoing?.state)).toEqual(['sent'])
  })

  it('a mail that was sent before its question was edited is told of below the answer to the edited question', async () => {
    house.agent.answers.push((session) => session.ask(SEND))
    const { conversation, ts } = await house.say('Write to Rosa')
    house.wake(conversation)
    await house.settle()
    const turn = await house.turnOf(conversation)
    // The session goes on after the mail, and is at it when its owner edits the question.
    house.agent.afterDecisions = (session) => session.say('Sent.')
    await house.decide(turn, house.agent.session.waiting[0], 'approved')
    house.wake(conversation)
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toHaveLength(1)
    const edited = { team: TEAM, channel: DM, ts, text: 'How many are unread?', mentions: [], forwarded: [] }
    expect(await house.store.revisions.edit(edited, `${Number(ts) + 1}.0`)).toBe(turn.id)
    await house.turns.revise(turn.id)
    house.wake(conversation)
    await house.pass(UNDO_MS)
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
    expect(house.replyOf(turn).last.approvals).toEqual([])
    expect(house.surface.outgoing.map((told) => told.outgoing?.state)).toEqual(['sent'])
  })

  it('a held mail is not sent after its owner’s access ended, also when they connect again', async () => {
    const { press } = await proposed()
    await press()
    await house.store.accessEndings.note({ personId: await personId(), reason: 'asked' })
    await house.pass(60 * 60_000)
    expect(house.mailer.sent).toEqual([])
  })

  it('a mail to be retried is not sent after its owner’s access ended', async () => {
    const { press, shown } = await proposed()
    house.mailer.beforeSending = async () => {
      house.mailer.beforeSending = async () => {}
      const ending = await house.store.accessEndings.note({ personId: await personId(), reason: 'asked' })
      await house.store.accessEndings.finish(ending)
      throw new Unavailable('scalekit', 'not reached')
    }
    await press()
    await house.pass(60 * 60_000)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({ state: 'ended_access' })
  })

  it('a mail approved while access is being ended is not sent, and the mailbox is not read', async () => {
    const { press, id } = await proposed()
    await press()
    await house.store.accessEndings.note({ personId: await personId(), reason: 'asked' })
    await house.store.db.updateTable('outgoing_mail').set({ state: 'held' }).where('id', '=', id).execute()
    await house.pass(UNDO_MS)
    const { reads } = house.mailer
    await house.settle()
    expect(house.mailer.reads).toBe(reads)
    expect(await house.store.outgoing.get(id)).toMatchObject({ state: 'ended_access' })
  })

  it('a mail whose mailbox is disconnected during the look-up is reported as unconfirmed', async () => {
    const { press, id } = await proposed()
    await press()
    await house.store.outgoing.begin(id, ['x'])
    await house.store.db.updateTable('outgoing_mail').set({ state: 'sending' }).where('id', '=', id).execute()
    await house.store.db.updateTable('person').set({ identifier: null }).execute()
    house.sending.outbox.wake()
    await house.settle()
    expect(await house.store.outgoing.get(id)).toMatchObject({ state: 'unconfirmed' })
  })

  it('a call denied before its mail was read is not asked about again', async () => {
    const { turn, id, conversation } = await proposed()
    const [approval] = await house.approvalsOf(turn)
    if (approval === undefined) throw new Error('nothing was asked')
    await house.store.db.deleteFrom('outgoing_mail').where('id', '=', id).execute()
    const scope = {
      turnId: turn.id,
      conversation: await house.store.conversations.get(conversation),
      person: { id: await personId(), team: TEAM, user: ANNA, identifier: 'slack:T1:U_ANNA' },
      signal: new AbortController().signal,
    }
    const step = { type: 'tool', id: approval.callId, ...SEND, state: 'undecided' } as const
    const denied = { ...approval, decision: 'denied', deniedBy: 'press' } as const
    expect(await handleHostCall(house.sending.hostCalls, scope, step, null, denied)).toEqual({
      text: 'The person said no: nothing was sent. Do not try another way round.',
      failed: false,
    })
    expect(await house.store.outgoing.find(id)).toBeNull()
  })

  it('the agent is told at once of a mail that cannot be sent as asked, and no card is shown', async () => {
    house.agent.answers.push((session) => session.ask({ ...SEND, input: { to: 'rosa@example.com' } }))
    const { conversation } = await house.say('Write to Rosa')
    house.wake(conversation)
    await house.settle()
    expect(house.agent.session.decisions).toMatchObject([{ failed: true }])
    expect(await house.approvalsOf(await house.turnOf(conversation))).toEqual([])
  })
})

describe('a mail whose mailbox was exchanged between card and sending', () => {
  it('a mail whose mailbox was exchanged is asked about again, from the new address', async () => {
    const { press, shown } = await proposed()
    await press()
    house.mailer.sender = 'other@example.com'
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({
      state: 'asking',
      changed: true,
      mail: { content: { from: { address: 'other@example.com' } } },
    })
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toHaveLength(1)
  })

  it('a mail read only after its mailbox was exchanged is not shown as the one before', async () => {
    const { id } = await proposed()
    const person = { id: await personId(), team: TEAM, user: ANNA, identifier: 'slack:T1:U_ANNA' }
    const mail = await house.store.outgoing.get(id)
    const { contents } = house.sending.hostCalls
    expect(await contents.shown(person, mail)).toMatchObject({ content: { from: { address: 'anna@example.com' } } })
    house.mailer.sender = 'other@example.com'
    await contents.read(person, mail)
    expect(await contents.shown(person, mail)).toBeNull()
  })
})

describe('an email that cannot be read for its card', () => {
  it('the log names an unreadable mail by its id, without addresses', async () => {
    const { id } = await proposed()
    const person = { id: await personId(), team: TEAM, user: ANNA, identifier: 'slack:T1:U_ANNA' }
    const mail = { ...(await house.store.outgoing.get(id)), hash: 'other' }
    house.mailer.failures.push(new UnsendableMail('Not an email address in `to`: Rosa Diaz, rosa@homes'))
    expect(await house.sending.hostCalls.contents.shown(person, mail)).toBeNull()
    const said = JSON.stringify(house.log.lines)
    expect(said).toContain(id)
    expect(said).not.toMatch(/rosa/i)
  })
})

describe('an answer that is lost', () => {
  it('a mail whose answer was lost is looked up in the Sent mail, and not sent again', async () => {
    const { press, shown } = await proposed()
    house.mailer.fates.push('sent_lost')
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toHaveLength(1)
    expect(shown()).toMatchObject({ state: 'sent' })
    expect(heard()).toEqual(['Sent, exactly as proposed.'])
  })

  it('of two equal mails with lost answers, one sent message confirms only one', async () => {
    const [one, other] = [await proposed(), await proposed()]
    const looks: (() => void)[] = []
    house.mailer.beforeLooking = () => new Promise((resolve) => looks.push(resolve))
    house.mailer.fates.push('sent_lost', 'lost')
    for (const { id } of [one, other]) {
      const shown = (await house.store.outgoing.get(id)).hash
      await house.store.approvals.decideAll([{ id, shown }], 'approved', TEAM, ANNA)
    }
    house.sending.outbox.wake()
    await house.pass(UNDO_MS)
    expect(looks).toHaveLength(2)
    house.mailer.beforeLooking = async () => {}
    for (const look of looks) look()
    await house.pass(60_000)
    const states = await Promise.all([one, other].map(async ({ id }) => (await house.store.outgoing.get(id)).state))
    expect(states.sort()).toEqual(['sent', 'unconfirmed'])
  })

  it('a lost answer is looked up from the moment in which the mail was sent', async () => {
    const { press } = await proposed()
    let release = () => {}
    house.mailer.beforeSending = () => new Promise((resolve) => (release = resolve))
    house.mailer.fates.push('sent_lost')
    await press()
    await house.pass(UNDO_MS)
    const began = house.clock.now()
    await house.pass(60_000)
    release()
    await house.settle()
    expect(house.mailer.lookedSince).toEqual([began])
  })

  it('stays open where the sent mail does not hold it: everybody is told so, and nothing is sent again', async () => {
    const { press, shown } = await proposed()
    house.mailer.fates.push('lost')
    await press()
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'sending' })
    await house.pass(60_000)
    expect(shown()).toMatchObject({ state: 'unconfirmed' })
    expect(house.mailer.sent).toEqual([])
    expect(heard()).toEqual([expect.stringContaining('not known whether this was sent')])
  })
})

describe('a draft that is to be sent', () => {
  const DRAFT = { name: 'send_draft', input: { draft_id: 'd1' }, isHosted: true }
  const text = (body: string) => content({ to: ['rosa@example.com'], subject: 'Lunch', body })

  it('a draft changed after its approval is shown again, and a new yes sends the new one', async () => {
    house.mailer.drafts.set('d1', text('At noon?'))
    const { press, shown } = await proposed(DRAFT)
    await press()
    house.mailer.drafts.set('d1', text('Never!'))
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({ state: 'asking', changed: true, mail: { readable: 'Never!' } })
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'Never!' } } }])
  })

  it('a draft sent for one card is not sent for another', async () => {
    house.mailer.drafts.set('d1', text('At noon?'))
    const first = await proposed(DRAFT)
    house.agent.answers.push((session) => session.ask(DRAFT))
    const { conversation } = await house.say('Send that draft')
    house.wake(conversation)
    await house.settle()
    const [second] = await house.turnsOf(conversation)
    await first.press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toHaveLength(1)
    const [approval] = await house.approvalsOf(second ?? { id: '' })
    await house.decide(second ?? { id: '' }, approval?.callId, 'approved')
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toHaveLength(1)
    expect(await house.store.outgoing.get(approval?.id ?? '')).toMatchObject({ state: 'refused' })
  })

  it('a draft that is gone when it is due is not sent, and the agent is told', async () => {
    house.mailer.drafts.set('d1', text('At noon?'))
    const { press, shown } = await proposed(DRAFT)
    await press()
    house.mailer.drafts.delete('d1')
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'refused' })
    expect(house.agent.session.decisions).toMatchObject([{ failed: true }])
  })
})

describe('a mail for later', () => {
  const later = (minutes: number) => ({
    ...SEND,
    input: { ...SEND.input, send_at: new Date(house.clock.now() + minutes * 60_000).toISOString() },
  })

  it('waits as a draft, is told the agent at once, and leaves at its time though its turn is long over', async () => {
    const { press, conversation } = await proposed(later(90))
    await press()
    await house.settle()
    expect(heard()).toEqual([expect.stringMatching(/^Approved, and scheduled for 20/)])
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
    expect([...house.mailer.drafts.values()]).toMatchObject([{ subject: 'Lunch' }])
    expect(await house.sending.presses.scheduled(BY_ANNA)).toMatchObject([{ mail: { content: { subject: 'Lunch' } } }])
    await house.pass(89 * 60_000)
    expect(house.mailer.sent).toEqual([])
    await house.pass(60_000)
    expect(house.mailer.sent).toHaveLength(1)
    expect(house.surface.outgoing).toMatchObject([{ outgoing: { state: 'sent' } }])
    expect(await house.sending.presses.scheduled(BY_ANNA)).toEqual([])
  })

  it('a cancelled mail is not sent', async () => {
    const { press, id } = await proposed(later(90))
    await press()
    await house.pass(60_000)
    expect(await house.sending.presses.cancel(id, BY_ANNA)).toBe('cancelled')
    await house.pass(91 * 60_000)
    expect(house.mailer.sent).toEqual([])
    expect(house.surface.outgoing).toMatchObject([{ outgoing: { state: 'cancelled' } }])
  })

  it('a scheduled mail whose draft changed is asked about again', async () => {
    const { press, id } = await proposed(later(90))
    await press()
    const [draftId = ''] = house.mailer.drafts.keys()
    house.mailer.drafts.set(draftId, content({ to: ['eve@example.com'], subject: 'Lunch', body: 'Now' }))
    await house.pass(91 * 60_000)
    expect(house.mailer.sent).toEqual([])
    expect(house.surface.outgoing.at(-1)).toMatchObject({ outgoing: { state: 'asking', changed: true } })
    const { hash } = await house.store.outgoing.get(id)
    expect(house.surface.outgoing.at(-1)).toMatchObject({ outgoing: { isLate: true } })
    const yes = [{ id, shown: hash, atOnce: true }]
    const outcome = await house.store.approvals.decideAll(yes, 'approved', TEAM, ANNA)
    expect(outcome).toMatchObject({ outcome: 'decided' })
    house.sending.outbox.wake()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { to: [{ address: 'eve@example.com' }] } }])
  })

  describe('whose time passes before its owner says yes', () => {
    const yesTo = async (id: string, conversation: string, atOnce?: boolean) => {
      const { hash } = await house.store.outgoing.get(id)
      const asked = [{ id, shown: hash.slice(0, 16), ...(atOnce === undefined ? {} : { atOnce }) }]
      const outcome = await house.store.approvals.decideAll(asked, 'approved', TEAM, ANNA)
      house.wake(conversation)
      house.sending.outbox.wake()
      await house.settle()
      return outcome
    }

    it('a mail approved after its time is shown again, and sent after a yes to that', async () => {
      const { id, conversation, shown, reply } = await proposed(later(90))
      expect(shown()).toMatchObject({ isLate: false })
      await house.pass(90 * 60_000)
      for (const _ of ['pressed', 'pressed twice'])
        expect(await yesTo(id, conversation)).toEqual({ outcome: 'late', conversationId: conversation })
      await house.pass(UNDO_MS)
      expect(house.mailer.sent).toEqual([])
      expect(reply.last.phase).toEqual({ type: 'deciding' })
      expect(shown()).toMatchObject({ state: 'asking', isLate: true })
      expect(await yesTo(id, conversation, true)).toMatchObject({ outcome: 'decided' })
      await house.pass(UNDO_MS)
      expect(house.mailer.sent).toHaveLength(1)
      expect(heard()).toEqual([expect.stringMatching(/^Sent at .+ had passed/)])
    })

    it('a mail approved in the edit window after its time is shown again', async () => {
      const { id } = await proposed(later(90))
      const { presses } = house.sending
      expect(await presses.openEdit(id, BY_ANNA)).toMatchObject({ sendAt: expect.any(Number) })
      await house.pass(90 * 60_000)
      expect(await presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
      expect(await presses.approveEdit(id, BY_ANNA, EDITED, false)).toBe('late')
      await house.pass(UNDO_MS)
      expect(house.mailer.sent).toEqual([])
      expect(await presses.openEdit(id, BY_ANNA)).toMatchObject({ sendAt: null })
      expect(await presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('approved')
      await house.pass(UNDO_MS)
      expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At one?' } } }])
    })

    it('a late mail whose turn has ended is shown again in its own message', async () => {
      const { press, id, conversation } = await proposed(later(90))
      await press()
      const [draftId = ''] = house.mailer.drafts.keys()
      house.mailer.drafts.set(draftId, content({ to: ['eve@example.com'], subject: 'Lunch', body: 'Now' }))
      await house.pass(91 * 60_000)
      const told = house.surface.outgoing.length
      expect(await yesTo(id, conversation)).toMatchObject({ outcome: 'late' })
      expect(house.surface.outgoing).toHaveLength(told + 1)
      expect(house.mailer.sent).toEqual([])
    })
  })

  it('a scheduled mail gets one draft, also where the answer to saving it was lost', async () => {
    house.mailer.losesDraft = true
    const { press } = await proposed(later(90))
    await press()
    await house.pass(5_000)
    expect(house.mailer.drafts.size).toBe(1)
    expect(heard()).toEqual([expect.stringMatching(/^Approved, and scheduled/)])
  })

  it('waits for a mailbox that is out of reach, and says so when it is given up', async () => {
    const { press } = await proposed(later(90))
    await press()
    house.mailer.failures.push(...Array.from({ length: 3 }, () => new Unavailable('scalekit', 'away')))
    await house.pass(91 * 60_000)
    expect(house.mailer.sent).toHaveLength(1)
  })
})

describe('a mail that its owner edits in the card', () => {
  it('leaves as they left it, and the agent hears it word by word', async () => {
    const { id, shown } = await proposed()
    expect(await house.sending.presses.openEdit(id, BY_ANNA)).toMatchObject({ mail: { readable: 'At noon?' } })
    expect(await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
    expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('approved')
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At one?' } } }])
    expect(heard()[0]).toContain('The person changed it first.')
    expect(heard()[0]).toContain('At one?')
    expect(shown()).toMatchObject({ state: 'sent', edited: true })
  })

  it('an edited mail is approved only when its draft exists, and gets one draft', async () => {
    const { id } = await proposed()
    let release = () => {}
    house.mailer.beforeSaving = () => new Promise((resolve) => (release = resolve))
    const first = house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    await house.settle()
    expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('changed')
    const second = house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    await house.settle()
    release()
    expect(await Promise.all([first, second])).toEqual(['ready', 'ready'])
    expect(house.mailer.drafts.size).toBe(1)
  })

  it('finds the draft of an attempt whose answer was lost by its content', async () => {
    const { id } = await proposed()
    house.mailer.losesDraft = true
    await expect(house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).rejects.toThrow(Unavailable)
    expect(await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
    expect(house.mailer.drafts.size).toBe(1)
  })

  describe('twice', () => {
    const AGAIN = { ...EDITED, text: 'At two?' }
    const draftTexts = () => [...house.mailer.drafts.values()].map(({ body }) => body.source)

    it('a mail edited twice has one draft, and the first is moved to the trash', async () => {
      const { id } = await proposed()
      house.mailer.drafts.set('mine', content({ to: [EDITED.to], subject: EDITED.subject, body: EDITED.text }))
      for (const edited of [EDITED, AGAIN]) await house.sending.presses.prepareEdit(id, BY_ANNA, edited)
      await house.settle()
      expect([draftTexts(), house.mailer.discarded]).toEqual([['At one?', 'At two?'], ['draft_1']])
      expect([...house.mailer.drafts.keys()]).toContain('mine')
      expect(await house.sending.presses.approveEdit(id, BY_ANNA, AGAIN, true)).toBe('approved')
    })

    it('leaves alone a draft that somebody changed since it was made', async () => {
      const { id } = await proposed()
      await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
      house.mailer.drafts.set('draft_1', content({ to: [EDITED.to], subject: 'Mine', body: 'Keep this' }))
      await house.sending.presses.prepareEdit(id, BY_ANNA, AGAIN)
      await house.settle()
      expect([draftTexts(), house.mailer.discarded]).toEqual([['Keep this', 'At two?'], []])
    })

    it('puts the first away also where it was made after the second', async () => {
      const { id } = await proposed()
      let release = () => {}
      house.mailer.beforeSaving = () => new Promise((resolve) => (release = resolve))
      const first = house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
      await house.settle()
      house.mailer.beforeSaving = async () => {}
      await house.sending.presses.prepareEdit(id, BY_ANNA, AGAIN)
      release()
      await first
      await house.settle()
      expect(draftTexts()).toEqual(['At two?'])
      expect(await house.sending.presses.approveEdit(id, BY_ANNA, AGAIN, true)).toBe('approved')
    })

    it('puts an edit away that was not approved when the mail leaves as it was proposed', async () => {
      const { id, press } = await proposed()
      await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
      await press()
      await house.pass(UNDO_MS)
      expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At noon?' } } }])
      expect(draftTexts()).toEqual([])
    })
  })

  it('a mail can be edited by its owner only', async () => {
    const { id } = await proposed()
    const byBen = { team: TEAM, user: 'U_BEN' }
    expect(await house.sending.presses.openEdit(id, byBen)).toBe('not_yours')
    expect(await house.sending.presses.prepareEdit(id, byBen, EDITED)).toBe('not_yours')
    expect(await house.sending.presses.approveEdit(id, byBen, EDITED, true)).toBe('not_yours')
  })
})

describe('a call as versions before let the agent send', () => {
  it('a send call of an earlier version is denied with a note, and a yes to it counts for nothing', async () => {
    house.agent.answers.push((session) => {
      const [callId = ''] = [
        session.push({ type: 'tool_called', name: 'gmail_send_message', input: {}, permission: 'never' })?.id,
      ]
      session.waiting = [callId]
      session.push({ type: 'idle', reason: 'requires_action', awaiting: [callId] })
    })
    const { conversation } = await house.say('Send it')
    house.wake(conversation)
    await house.settle()
    expect(house.agent.session.decisions).toMatchObject([
      { allowed: false, reason: expect.stringContaining('send_email') },
    ])
    const turn = await house.turnOf(conversation)
    expect(await house.approvalsOf(turn)).toMatchObject([{ decision: 'denied', deniedBy: 'outdated' }])
  })
})

/** Several changes of one kind, asked about at once: one question, one press, and what it left out stays as it was. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import { TestBrain } from '../support/brains.js'
import { APPROVE, asks, CHANGE, DENY, leftToPress } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, House } from '../support/house.js'

const LEAVE_OUT = 'approval_leave_out'
const mailbox = () => {
  const own = house.scalekit.mailboxes.get(ANNAS_MAIL)
  if (own === undefined) throw new Error('there is no such mailbox')
  return own
}
const ids = () =>
  mailbox()
    .search({ query: '' })
    .slice(0, 3)
    .map(({ id }) => id)

/** Looks, so that each has a name, and then asks for all of them in one pause. */
async function archive(turn: BrainTurn, three: readonly string[]): Promise<void> {
  for (const message_id of three) await turn.callTools([{ name: 'gmail_get_message_by_id', input: { message_id } }])
  const calls = three.map((message_id) => ({
    name: 'gmail_modify_message_labels',
    input: { message_id, add_label_ids: ['STARRED'] },
  }))
  const results = await turn.callTools(calls)
  await turn.say(results.map((one) => (one.status === 'denied' ? `denied: ${one.message}` : one.status)).join('\n\n'))
}

let house: House
let three: string[]
beforeEach(async () => {
  const brain = new TestBrain().when(/^star three/, (turn) => archive(turn, three))
  house = await House.running({ brain, killable: true })
  three = ids()
})
afterEach(async () => {
  await house.close()
})

const starred = () =>
  mailbox()
    .search({ query: 'is:starred' })
    .map(({ id }) => id)
    .filter((id) => three.includes(id))

describe('several changes of one kind', () => {
  it('are done by one press without what was left out, also where the bot is killed between the press and Claude', async () => {
    expect(starred()).toEqual([])
    const anna = house.slack.person(ANNA)
    anna.post('star three')
    const card = await anna.waitFor(asks)
    expect(card.shown).toContain('Star 3 emails?')
    for (const { actionId } of [APPROVE, DENY, CHANGE])
      expect(card.elements.filter((element) => element.actionId === actionId)).toHaveLength(1)
    for (const place of ['1.', '2.', '3.']) expect(card.shown).toContain(place)
    const boxes = card.elements.find(({ actionId }) => actionId === LEAVE_OUT)
    if (boxes === undefined) throw new Error('there are no boxes')
    const deny = card.elements.find(({ actionId }) => actionId === DENY.actionId)
    const [, second = ''] = deny?.value?.split(',') ?? []
    await anna.press(card, boxes, second)
    house.agents.faults.answer('sessions.events.send', 503, { times: 1 })
    await anna.press(card, APPROVE)
    await house.bot.kill()
    await house.startBot()
    const reply = await anna.waitFor(
      (message) =>
        message.ts === card.ts && leftToPress(message).length === 0 && message.shown.includes('left this one'),
    )
    expect(starred()).toHaveLength(2)
    expect(starred()).not.toContain(three[1])
    expect(reply.shown).toContain('✅ Starred 2 emails')
    expect(reply.shown).toMatch(/Not starred: .*You left it out/)
  })
})

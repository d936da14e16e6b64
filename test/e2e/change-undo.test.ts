/** A change of emails that its owner takes back: what really changed is changed back, once, also where the bot is killed on the way. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import { TestBrain } from '../support/brains.js'
import { APPROVE, asks, has, UNDO_CHANGE } from '../support/cards.js'
import { disconnect } from '../support/commands.js'
import { ANNA, ANNAS_MAIL, House } from '../support/house.js'

const REST = 'POST /api/v1/execute_tool'
const MODIFY = 'gmail_modify_message_labels'

let house: House
let brain: TestBrain
let three: string[]
const mailbox = () => {
  const own = house.scalekit.mailboxes.get(ANNAS_MAIL)
  if (own === undefined) throw new Error('there is no such mailbox')
  return own
}
const anna = () => house.slack.person(ANNA)
const starred = () =>
  mailbox()
    .search({ query: 'is:starred' })
    .map(({ id }) => id)
    .filter((id) => three.includes(id))
    .sort()
const changed = () => house.scalekit.requests(REST).filter(({ tool }) => tool === MODIFY).length

/** Looks, so that each has a name, and then asks for all of them in one pause. */
async function star(turn: BrainTurn): Promise<void> {
  for (const message_id of three) await turn.callTools([{ name: 'gmail_get_message_by_id', input: { message_id } }])
  const calls = three.map((message_id) => ({ name: MODIFY, input: { message_id, add_label_ids: ['STARRED'] } }))
  await turn.callTools(calls)
  await turn.say('Starred them.')
}

beforeEach(async () => {
  brain = new TestBrain().when(/^star/, star)
  house = await House.running({ brain, killable: true })
  three = mailbox()
    .search({ query: '' })
    .slice(0, 3)
    .map(({ id }) => id)
})
afterEach(async () => {
  await house.close()
})

/** Anna had starred one of them herself; the answer with its button. */
async function starredByTheBot() {
  mailbox().modifyLabels([three[1] ?? ''], ['STARRED'], [])
  anna().post('star them')
  const card = await anna().waitFor(asks)
  await anna().press(card, APPROVE)
  const reply = await anna().waitFor((message) => message.ts === card.ts && has(message, UNDO_CHANGE))
  expect(reply.shown).toContain('✅ Starred 3 emails')
  expect(starred()).toHaveLength(3)
  return reply
}

describe('a change that was done', () => {
  it('is taken back by one press, once, also where the bot is killed between the press and the answer of Gmail', async () => {
    const reply = await starredByTheBot()
    const reached = new Promise<void>((resolve) => {
      house.scalekit.fault(REST, { type: 'hold', until: new Promise(() => {}), arrived: resolve }, 1, MODIFY)
    })
    await anna().press(reply, UNDO_CHANGE)
    await reached
    await anna().press(reply, UNDO_CHANGE)
    await anna().waitFor(({ shown }) => shown.includes('You already pressed Undo for this.'))
    await house.bot.kill()
    await house.startBot()
    const undone = await anna().waitFor((message) => message.ts === reply.ts && message.shown.includes('Undone'))
    expect(has(undone, UNDO_CHANGE)).toBe(false)
    expect(undone.shown).toContain('✅ Starred 3 emails')
    expect(undone.shown).toContain('Starred them.')
    expect(starred()).toEqual([three[1]])
    anna().post('and now?', { threadTs: reply.threadTs ?? reply.ts })
    await anna().waitFor((message) => message.shown.includes('You said: and now?'))
    const context = brain.heard.at(-1)?.[0] ?? ''
    expect(context).toContain('Undone since: the person pressed Undo on changes that you made, about 2 emails.')
    expect(context).toContain(`- ${three[0]} has no STARRED any more`)
    expect(context).not.toContain(three[1])
  })

  it('is not taken back by anybody once Gmail was disconnected', async () => {
    const reply = await starredByTheBot()
    await disconnect(anna())
    const before = changed()
    await anna().press(reply, UNDO_CHANGE)
    await anna().waitFor(({ shown }) => shown.includes("Gmail was disconnected, so I can't undo this."))
    expect(changed()).toBe(before)
    expect(starred()).toHaveLength(3)
  })
})

import { afterEach, expect, it } from 'vitest'
import { scriptBrain } from '../../src/sandbox/agents/script/script-brain.js'
import { APPROVE, asks } from '../support/cards.js'
import { ANNA, House } from '../support/house.js'

/** The demo's script behind the real bot: what a newcomer does first. */

let house: House
afterEach(() => house.close())

it('asks which email is meant, archives it after the press, and claims nothing about safety', async () => {
  house = await House.running({ brain: scriptBrain() })
  const anna = house.slack.person(ANNA)
  const said = (text: string) => (message: { shown: string; user: string }) =>
    message.user === 'U0INBOXBOT' && message.shown.includes(text)
  const question = anna.post('mark the bank mail as read')
  await anna.waitFor(said('Which one do you mean?'))
  anna.post('archive the first', { threadTs: question.ts })
  const card = await anna.waitFor(asks)
  await anna.press(card, APPROVE)
  await anna.waitFor(said('Archived:'))
  anna.post('Is my data safe with you?', { threadTs: question.ts })
  await anna.waitFor(said("I can't tell what is safe"))
  expect(house.bot.output).not.toContain('"level":50')
})

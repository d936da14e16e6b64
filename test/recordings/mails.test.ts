import { describe, expect, vi } from 'vitest'
import { TestBrain } from '../support/brains.js'
import { APPROVE, asks, CANCEL_SCHEDULED, CHANGE, DENY, EDIT, has, UNDO } from '../support/cards.js'
import { ANNAS_MAIL, type House } from '../support/house.js'
import { says, scenario } from './scenario.js'

/** What the outside is asked while a mail is proposed, decided about, held, sent or not. */

const DAY = 86_400_000
const REST = 'POST /api/v1/execute_tool'
const SOON = { UNDO_SEND_SECONDS: '3' }
const NEVER = { UNDO_SEND_SECONDS: '120' }

const letter = (subject: string) => ({
  to: 'Dana <dana@lumen.example>',
  cc: 'ben@northwind.example',
  subject,
  body: 'Dear Dana,\n\nFriday suits me.\n\nAnna',
})

/** Asks for what the words say, and repeats what it hears of it. */
const proposing = () =>
  new TestBrain().when(/^propose/, async (turn, words) => {
    const later = words.includes('later') ? { send_at: new Date(Date.now() + DAY).toISOString() } : {}
    const mail = { name: 'send_email', input: { ...letter('Friday'), ...later } }
    const heard = await turn.callTools([mail])
    const told = heard.map((each) =>
      each.status === 'denied' ? each.message : each.text.replace(/\{.*/s, 'it is there'),
    )
    await turn.say(`Heard: ${told.join(' and ')}`)
  })

/** Holds the next mail that leaves until it is released. */
function held(house: House) {
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  const reached = new Promise<void>((resolve) => {
    house.scalekit.fault(REST, { type: 'hold', until, arrived: resolve }, 1, 'gmail_send_message')
  })
  return { reached, release: () => release() }
}

const sent = (house: House) =>
  house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' })

describe('recorded:', () => {
  scenario('a mail approved', { brain: proposing(), environment: SOON }, async ({ anna, turnIs }) => {
    anna.post('propose a mail')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, APPROVE)
    await anna.waitFor((message) => has(message, UNDO))
    await anna.waitFor(says('Heard: Sent'))
  })

  scenario('a mail denied', { brain: proposing() }, async ({ anna, turnIs }) => {
    anna.post('propose a mail')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, DENY)
    await anna.waitFor(says('Heard: The person said no'))
  })

  scenario('a change asked for', { brain: proposing() }, async ({ anna, house, turnIs }) => {
    anna.post('propose a mail')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, CHANGE)
    await house.slack.waitFor(() => anna.modal !== undefined)
    await anna.submitModal({ change: { words: 'Say Wednesday' } })
    await anna.waitFor(says('In their words: Say Wednesday'))
  })

  scenario('a mail undone', { brain: proposing(), environment: NEVER }, async ({ anna, turnIs }) => {
    anna.post('propose a mail')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, APPROVE)
    await anna.press(await anna.waitFor((message) => has(message, UNDO)), UNDO)
    await anna.waitFor(says('undid it'))
  })

  scenario('a mail edited', { brain: proposing(), environment: SOON }, async ({ anna, house, turnIs }) => {
    anna.post('propose a mail')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, EDIT)
    await house.slack.waitFor(() => anna.modal?.view.blocks.some(({ type }) => type === 'input'))
    await anna.submitModal({ subject: { value: 'Saturday' }, cc: { value: '' } })
    await anna.waitFor((message) => has(message, UNDO))
    await anna.waitFor(says('Heard: Sent. The person changed it first.'))
  })

  scenario('a mail for later, cancelled', { brain: proposing(), environment: SOON }, async ({ anna, turnIs }) => {
    anna.post('propose a mail for later')
    const card = await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await anna.press(card, APPROVE)
    await anna.waitFor(says('Heard: Approved, and scheduled for'))
    await anna.command('scheduled')
    const list = await anna.waitFor((message) => has(message, CANCEL_SCHEDULED))
    await anna.press(list, CANCEL_SCHEDULED)
    await anna.waitFor(says('No emails are scheduled'))
  })

  scenario(
    'killed while a card is open',
    { brain: proposing(), environment: SOON },
    async ({ anna, house, turnIs, killed }) => {
      anna.post('propose a mail')
      const card = await anna.waitFor(asks)
      await turnIs('waiting_approval')
      await killed()
      await house.startBot()
      await anna.press(card, APPROVE)
      await anna.waitFor((message) => has(message, UNDO))
      await anna.waitFor(says('Heard: Sent'))
    },
  )

  scenario(
    'killed while a mail can be undone',
    { brain: proposing(), environment: NEVER },
    async ({ anna, house, turnIs, killed }) => {
      anna.post('propose a mail')
      const card = await anna.waitFor(asks)
      await turnIs('waiting_approval')
      await anna.press(card, APPROVE)
      await anna.waitFor((message) => has(message, UNDO))
      await killed()
      await house.startBot()
      await anna.press(await anna.waitFor((message) => has(message, UNDO)), UNDO)
      await anna.waitFor(says('undid it'))
    },
  )

  scenario(
    'killed while a mail is being sent',
    { brain: proposing(), environment: SOON },
    async ({ anna, house, turnIs, killed }) => {
      const leaving = held(house)
      anna.post('propose a mail')
      const card = await anna.waitFor(asks)
      await turnIs('waiting_approval')
      await anna.press(card, APPROVE)
      await anna.waitFor((message) => has(message, UNDO))
      await leaving.reached
      await killed()
      leaving.release()
      await vi.waitFor(() => expect(sent(house)).toHaveLength(1), { timeout: 20_000 })
      await house.startBot()
      await anna.waitFor(says('Heard: Sent'))
    },
  )

  scenario(
    'a mail whose answer was lost',
    { brain: proposing(), environment: SOON },
    async ({ anna, house, turnIs }) => {
      house.scalekit.fault(REST, { type: 'drop-answer' }, 1, 'gmail_send_message')
      anna.post('propose a mail')
      const card = await anna.waitFor(asks)
      await turnIs('waiting_approval')
      await anna.press(card, APPROVE)
      await anna.waitFor((message) => has(message, UNDO))
      await anna.waitFor(says('Heard: Sent'))
    },
  )
})

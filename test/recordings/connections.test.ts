import { describe } from 'vitest'
import type { TurnFailure } from '../../src/sandbox/agents/index.js'
import { inTwoHalves, sendMail, TestBrain } from '../support/brains.js'
import { asks } from '../support/cards.js'
import { disconnect } from '../support/commands.js'
import { ANNA, ANNAS_MAIL, GENERAL, type House, identifierOf } from '../support/house.js'
import { asksToConnect, linkOf, says, scenario } from './scenario.js'

/** What the outside is asked while mailboxes are connected, lost, and taken away. */

const LOCKED: TurnFailure = {
  error: { type: 'mcp_authentication_failed_error', mcp_server_name: 'mailbox', message: 'rejected' },
  retry: 'exhausted',
}

const brain = () =>
  new TestBrain().when(/send/, sendMail).when(/connected again/, (turn) => turn.say('So I look again: there it is.'))

const connect = (house: House, prompt: Parameters<typeof linkOf>[0]) =>
  house.scalekit.press(linkOf(prompt) ?? '', 'allow', ANNAS_MAIL)

describe('recorded:', () => {
  scenario(
    'a question that waits for a connection',
    { brain: brain(), connected: {} },
    async ({ anna, house, turnIs }) => {
      anna.post('hello')
      const prompt = await anna.waitFor(asksToConnect)
      await turnIs('waiting_connection')
      await connect(house, prompt)
      await anna.waitFor(says('You said: hello'))
    },
  )

  scenario(
    'killed while a question waits for a connection',
    { brain: brain(), connected: {} },
    async ({ anna, house, turnIs, killed }) => {
      anna.post('hello')
      const prompt = await anna.waitFor(asksToConnect)
      await turnIs('waiting_connection')
      await killed()
      await connect(house, prompt)
      await house.startBot()
      await anna.waitFor(says('You said: hello'))
    },
  )

  scenario(
    'connect, status, help and disconnect as commands',
    { brain: brain(), connected: {} },
    async ({ anna, house, settled }) => {
      await anna.command('help')
      await anna.command('connect', { channel: GENERAL })
      await connect(house, await anna.waitFor(asksToConnect))
      await anna.waitFor(says('Your Gmail is connected'))
      await settled()
      await anna.command('status')
      await anna.waitFor(says('Only you can use it'))
      await settled()
      await disconnect(anna)
      await anna.waitFor(says('Disconnected.'))
      await anna.waitFor(says('Done.'))
    },
  )

  scenario('a mailbox that is lost while the agent works', { brain: brain() }, async ({ anna, house, turnIs }) => {
    const hold = house.agents.faults.hold('sessions.events.send')
    house.agents.faults.failNextTurn(LOCKED)
    anna.post('what is the newest mail?')
    await hold.reached
    house.scalekit.expire(identifierOf(ANNA))
    hold.release()
    const prompt = await anna.waitFor(asksToConnect)
    await turnIs('reconnecting')
    await connect(house, prompt)
    await anna.waitFor(says('So I look again'))
  })

  scenario('an end of the access while a card is open', { brain: brain() }, async ({ anna, turnIs }) => {
    anna.post('send it')
    await anna.waitFor(asks)
    await turnIs('waiting_approval')
    await disconnect(anna)
    await anna.waitFor(says('Disconnected.'))
    await anna.waitFor(says('Done.'))
    await anna.waitFor(says('Stopped: Gmail was disconnected'))
  })

  const halves = inTwoHalves('The first half. ', 'The second half.')
  scenario(
    'somebody who leaves while the agent works',
    { brain: brain().when(/long/, halves.answer) },
    async ({ anna, house, settled }) => {
      anna.post('a long one')
      await anna.waitFor(says('The first half.'))
      house.slack.changePerson(ANNA, { deleted: true })
      await house.slack.waitFor(() => house.scalekit.account(identifierOf(ANNA)) === undefined || undefined)
      await settled()
    },
  )

  scenario('the Home tab', { brain: brain(), connected: {} }, async ({ anna, house }) => {
    anna.openHome()
    await house.slack.waitFor(() => anna.home?.shown.includes("isn't connected"))
    const link = anna.home?.elements.find(({ label }) => label.startsWith('Connect'))?.url
    await house.scalekit.press(link ?? '', 'allow', ANNAS_MAIL)
    await house.slack.waitFor(() => anna.home?.shown.includes('Only you can use it here'))
    await anna.press({ viewId: anna.home?.viewId ?? '' }, { label: 'Disconnect' })
    await anna.waitFor(says('Disconnected.'))
    await house.slack.waitFor(() => anna.home?.shown.includes("isn't connected"))
  })
})

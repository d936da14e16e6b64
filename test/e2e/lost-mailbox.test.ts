import { afterEach, describe, expect, it } from 'vitest'
import type { TurnFailure } from '../../src/sandbox/agents/index.js'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks, leftToPress } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, House, identifierOf } from '../support/house.js'

/** A connection that is lost while the agent works: a prompt in the same reply, and the answer to the same question after it. */

let house: House
let brain: TestBrain
afterEach(async () => {
  await house.close()
})

const NOTE = /connected again/
const LOCKED: TurnFailure = {
  error: { type: 'mcp_authentication_failed_error', mcp_server_name: 'mailbox', message: 'rejected' },
  retry: 'exhausted',
}
const MODES = ['virtual', 'instance'] as const

async function running(mode: (typeof MODES)[number], killable = false): Promise<void> {
  brain = new TestBrain().when(NOTE, readMail).when(/send/, sendMail)
  house = await House.running({ brain, killable, environment: { SCALEKIT_MCP_MODE: mode } })
}

interface Seen {
  readonly shown: string
  readonly ts: string
  readonly elements: readonly { readonly label: string; readonly url?: string | undefined }[]
}
const linkOf = (message: Seen) => message.elements.find(({ label }) => label.startsWith('Connect'))?.url
const reconnect = async (prompt: Seen) => await house.scalekit.press(linkOf(prompt) ?? '', 'allow', ANNAS_MAIL)

describe.each(MODES)('in %s mode', (mode) => {
  it('an account that expires between two steps is asked for, and the question answered, with a kill in between', async () => {
    const gate = inTwoHalves('One moment. ', '')
    await running(mode, true)
    brain.when(/newest/, async (turn, words) => {
      await gate.answer(turn, words)
      await readMail(turn, words)
    })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('what is the newest mail?')
    await gate.reached
    house.scalekit.expire(identifierOf(ANNA))
    gate.goOn()
    const prompt = await anna.waitFor((message) => linkOf(message) !== undefined)
    expect(prompt.threadTs).toBe(asked.ts)
    expect(prompt.shown).toContain('One moment.')
    expect(prompt.shown).toContain('has expired')
    await house.bot.kill()
    await house.startBot()
    await reconnect(prompt)
    const reply = await anna.waitFor(
      (message) => message.shown.includes('The newest mail:') && message.ts === prompt.ts,
    )
    expect(leftToPress(reply)).toEqual([])
    expect(anna.thread(anna.dm, asked.ts)).toHaveLength(2)
    expect(brain.words.filter((words) => words === 'what is the newest mail?')).toHaveLength(1)
    expect(brain.words.filter((words) => NOTE.test(words))).toHaveLength(1)
  })

  it('one that the session finds locked is asked for, and what was approved is not done twice', async () => {
    await running(mode)
    const anna = house.slack.person(ANNA)
    const hold = house.agents.faults.hold('sessions.events.send')
    house.agents.faults.failNextTurn(LOCKED)
    const asked = anna.post('send it')
    await hold.reached
    house.scalekit.expire(identifierOf(ANNA))
    hold.release()
    const prompt = await anna.waitFor((message) => linkOf(message) !== undefined)
    await reconnect(prompt)
    const card = await anna.waitFor(asks)
    expect(card.ts).toBe(prompt.ts)
    await anna.press(card, APPROVE)
    await anna.waitFor((message) => message.ts === prompt.ts && message.shown.includes('The mail is sent.'))
    expect(anna.thread(anna.dm, asked.ts)).toHaveLength(2)
    expect(house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' })).toHaveLength(
      1,
    )
  })

  it('a note that was under way when the process was killed is not repeated', async () => {
    const gate = inTwoHalves('Looking again. ', 'Here it is.')
    await running(mode, true)
    const anna = house.slack.person(ANNA)
    const hold = house.agents.faults.hold('sessions.events.send')
    house.agents.faults.failNextTurn(LOCKED)
    brain.when(/quiet/, gate.answer)
    anna.post('quiet please')
    await hold.reached
    house.scalekit.expire(identifierOf(ANNA))
    hold.release()
    const prompt = await anna.waitFor((message) => linkOf(message) !== undefined)
    await reconnect(prompt)
    await gate.reached
    await house.bot.kill()
    await house.startBot()
    gate.goOn()
    const reply = await anna.waitFor((message) => message.ts === prompt.ts && message.shown.includes('Here it is.'))
    expect(leftToPress(reply)).toEqual([])
    expect(brain.words.filter((words) => NOTE.test(words))).toHaveLength(1)
    expect(brain.words.filter((words) => words === 'quiet please')).toHaveLength(1)
  })

  it('credentials that are refused although the account is connected are renewed, without a question', async () => {
    await running(mode)
    brain.when(/newest/, readMail)
    const anna = house.slack.person(ANNA)
    house.agents.faults.failNextTurn(LOCKED)
    const asked = anna.post('what is the newest mail?')
    await anna.waitFor((message) => message.shown.includes('The newest mail:'))
    expect(anna.thread(anna.dm, asked.ts)).toHaveLength(2)
  })
})

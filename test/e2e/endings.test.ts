import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnFailure } from '../../src/sandbox/agents/index.js'
import { inTwoHalves, sendMail, TestBrain } from '../support/brains.js'
import { asks, DENY } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, GENERAL, House, identifierOf } from '../support/house.js'

/** Every way in which a turn can end leads to a sentence of its own, and the bot goes on. */

let house: House
let brain: TestBrain
beforeAll(async () => {
  brain = new TestBrain().when(/send/, sendMail)
  house = await House.running({ brain, environment: { CHANNEL_REPLIES: 'here' } })
})
afterAll(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

const exhausted = (
  type:
    | 'model_overloaded_error'
    | 'model_rate_limited_error'
    | 'model_request_failed_error'
    | 'billing_error'
    | 'unknown_error',
): TurnFailure => ({
  error: { type, message: 'injected' },
  retry: 'exhausted',
})

const failures: [string, TurnFailure, string][] = [
  ['retries exhausted', { stop: 'retries_exhausted' }, "couldn't finish this"],
  ['a budget reached', { stop: 'budget_reached' }, 'used up its budget'],
  ['a refusal', { stop: 'refusal' }, 'declined to go on'],
  ['an overloaded model', exhausted('model_overloaded_error'), 'overloaded right now'],
  ['a rate limit', exhausted('model_rate_limited_error'), 'very busy right now'],
  ['a failed model request', exhausted('model_request_failed_error'), "couldn't finish this"],
  ['no credit', exhausted('billing_error'), 'out of credit'],
  ['an error that nobody knows yet', exhausted('unknown_error'), 'Something went wrong'],
  ['a terminated session', { end: 'terminated' }, "can't go on from here"],
  ['a deleted session', { end: 'deleted' }, 'lost my place here'],
]

describe('a turn that ends with', () => {
  it.each(failures)('%s says what to do next', async (name, failure, words) => {
    house.agents.faults.failNextTurn(failure, { when: 'start' })
    const anna = house.slack.person(ANNA)
    const asked = anna.post(`please: ${name}`)
    const reply = await anna.waitFor((message) => message.threadTs === asked.ts && message.shown.includes(words))
    expect(reply.elements.filter(({ label }) => label === 'Stop')).toEqual([])
  })

  it.each([
    ['terminated', { end: 'terminated' }],
    ['deleted', { end: 'deleted' }],
  ] satisfies [string, TurnFailure][])(
    'a %s session: the conversation goes on in a new one, and says so',
    async (name, failure) => {
      house.agents.faults.failNextTurn(failure, { when: 'start' })
      const anna = house.slack.person(ANNA)
      const asked = anna.post(`the first words before ${name}`)
      await anna.waitFor((message) => message.threadTs === asked.ts && message.shown.includes('Write again'))
      anna.post(`go on after ${name}`, { threadTs: asked.ts })
      const reply = await anna.waitFor(answers(`You said: go on after ${name}`))
      expect(reply.shown).toContain('I had to start over')
      const context = brain.heard.find((texts) => texts.at(-1) === `go on after ${name}`)?.[0]
      expect(context).toContain(`the first words before ${name}`)
    },
  )
})

describe('an interrupted answer', () => {
  it('keeps what was written when its owner presses Stop', async () => {
    const halves = inTwoHalves('What I know so far. ', 'Never written.')
    brain.when(/^stop me$/, halves.answer)
    const anna = house.slack.person(ANNA)
    const asked = anna.post('stop me')
    const writing = await anna.waitFor(
      (message) =>
        message.threadTs === asked.ts &&
        message.elements.some(({ label }) => label === 'Stop') &&
        message.shown.includes('What I know so far.'),
    )
    await anna.press(writing, { label: 'Stop' })
    const reply = await anna.waitFor(
      (message) => message.ts === writing.ts && message.shown.includes('Stopped. Write again'),
    )
    expect(reply.shown).toContain('What I know so far.')
    expect(reply.shown).not.toContain('Never written')
    anna.post('and now?', { threadTs: asked.ts })
    await anna.waitFor(answers('You said: and now?'))
  })
})

describe('where others read along', () => {
  it('asks for a connection and for decisions in the DM, without content in the channel', async () => {
    house.slack.addPerson({ id: 'U0DORA', name: 'dora' })
    house.slack.addMember(GENERAL, 'U0DORA')
    const dora = house.slack.person('U0DORA')
    const asked = dora.post('<@U0INBOXBOT> send it', { channel: GENERAL })
    const prompt = await dora.waitFor((message) => message.elements.some(({ label }) => label.startsWith('Connect')))
    expect(prompt.channel).toBe(dora.dm)
    await house.scalekit.press(prompt.elements[0]?.url ?? '', 'allow', ANNAS_MAIL)
    expect(house.scalekit.account(identifierOf('U0DORA'))?.status).toBe('ACTIVE')
    const card = await dora.waitFor(asks)
    expect(card.channel).toBe(dora.dm)
    expect(card.shown).toContain('dana@lumen.example')
    await dora.waitFor((message) => message.elements.some(({ label }) => label.startsWith('Review')))
    const inChannel = dora.thread(GENERAL, asked.ts).slice(1)
    expect(inChannel.map(({ shown }) => shown).join()).not.toContain('dana@lumen.example')
    // Nothing but the way to the question, which is nobody else's to go.
    expect(inChannel.flatMap(({ elements }) => elements.map(({ label }) => label))).toEqual(['Review'])
    await dora.press(card, DENY)
    const reply = await dora.waitFor(answers('I did not send it.'))
    expect(reply.channel).toBe(GENERAL)
  })
})

describe('a mailbox that is refused in the middle', () => {
  it('says so, and asks to connect again at the next message', async () => {
    house.slack.addPerson({ id: 'U0EVE', name: 'eve' })
    house.scalekit.connect(identifierOf('U0EVE'), ANNAS_MAIL)
    const eve = house.slack.person('U0EVE')
    const asked = eve.post('first, all is well')
    await eve.waitFor(answers('You said: first, all is well'))
    house.scalekit.expire(identifierOf('U0EVE'))
    eve.post('second', { threadTs: asked.ts })
    const prompt = await eve.waitFor((message) => message.elements.some(({ label }) => label.startsWith('Connect')))
    expect(prompt.shown).toContain('expired')
    await house.scalekit.press(prompt.elements[0]?.url ?? '', 'allow', ANNAS_MAIL)
    await eve.waitFor(answers('You said: second'))
  })
})

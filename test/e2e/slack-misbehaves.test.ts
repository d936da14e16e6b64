import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/slack/wire/faults.js'
import { inTwoHalves, sendMail, TestBrain } from '../support/brains.js'
import { ANNA, GENERAL, House } from '../support/house.js'

/** Slack at its worst: nothing ends the process, what can be retried is, and what cannot is in the log. */

let house: House
let brain: TestBrain
beforeAll(async () => {
  brain = new TestBrain().when(/send/, sendMail)
  house = await House.running({
    brain,
    killable: true,
    environment: { CHANNEL_REPLIES: 'here' },
    slack: { timing: { retryAfterMs: [50, 200, 500, 1_000] } },
  })
})
afterAll(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

let asked = 0
async function stillWorks(): Promise<void> {
  asked += 1
  const words = `still there, ${asked}?`
  const anna = house.slack.person(ANNA)
  anna.post(words)
  await anna.waitFor(answers(`You said: ${words}`))
}

describe('calls that fail', () => {
  it.each<[string, Fault]>([
    ['429', { retryAfter: 1 }],
    ['429 without a number', { retryAfter: null }],
    ['ratelimited in the body', { error: 'ratelimited' }],
    ['HTTP 503', { status: 503 }],
    ['a dropped connection', { dropRequest: true }],
    ['a lost answer', { dropAnswer: true }],
  ])('chat.postMessage: %s leads to one reply', { timeout: 60_000 }, async (name, fault) => {
    house.slack.faults.next('chat.postMessage', fault)
    const anna = house.slack.person(ANNA)
    const { channel, ts } = anna.post(`post, ${name}`)
    await anna.waitFor(answers(`You said: post, ${name}`))
    expect(anna.thread(channel, ts)).toHaveLength(2)
  })

  it.each<[string, Fault]>([
    ['429', { retryAfter: 1 }],
    ['HTTP 500', { status: 500 }],
    ['a dropped connection', { dropRequest: true }],
    ['a lost answer', { dropAnswer: true }],
  ])('chat.update: %s does not keep the final state away', { timeout: 60_000 }, async (name, fault) => {
    house.slack.faults.next('chat.update', fault, 2)
    const anna = house.slack.person(ANNA)
    anna.post(`update, ${name}`)
    await anna.waitFor(answers(`You said: update, ${name}`))
  })
})

describe('what goes away under a reply', () => {
  it('a message that somebody deleted while it was edited is posted again', async () => {
    const halves = inTwoHalves('The beginning, ', 'and the end.')
    brain.when(/^delete my answer$/, halves.answer)
    const anna = house.slack.person(ANNA)
    const { channel, ts } = anna.post('delete my answer')
    const reply = await anna.waitFor(answers('The beginning,'))
    const deleted = await fetch(`${house.slack.apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${house.slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ channel, ts: reply.ts }),
    })
    expect(await deleted.json()).toMatchObject({ ok: true })
    halves.goOn()
    const again = await anna.waitFor(answers('The beginning, and the end.'))
    expect(again.threadTs).toBe(ts)
  })

  it('a channel that the bot was removed from: the answer goes on in the direct messages of who asked', async () => {
    const halves = inTwoHalves('In the channel, ', 'and then no more.')
    brain.when(/^remove yourself$/, halves.answer)
    const anna = house.slack.person(ANNA)
    anna.post('<@U0INBOXBOT> remove yourself', { channel: GENERAL })
    await anna.waitFor(answers('In the channel,'))
    house.slack.removeMember(GENERAL, 'U0INBOXBOT')
    halves.goOn()
    const rest = await anna.waitFor(answers('In the channel, and then no more.'))
    expect(rest.channel).toBe(anna.dm)
    house.slack.addMember(GENERAL, 'U0INBOXBOT')
    await stillWorks()
  })
})

describe('the socket', () => {
  it.each(['warning', 'refresh_requested'] as const)(
    'is opened anew after %s, and nothing is missed',
    async (reason) => {
      house.slack.socketMode.disconnect(reason)
      await stillWorks()
    },
  )

  it('is opened anew after it broke, and nothing is missed', async () => {
    house.slack.socketMode.drop()
    await stillWorks()
  })

  it('survives an app token that is refused for a while', { timeout: 60_000 }, async () => {
    house.slack.faults.next('apps.connections.open', { error: 'invalid_auth' }, 3)
    house.slack.socketMode.drop()
    await stillWorks()
  })
})

describe('a token that is revoked', () => {
  it('does not end the process', async () => {
    house.slack.revokeToken('bot')
    const anna = house.slack.person(ANNA)
    anna.post('anybody there?')
    await house.bot.wrote('token_revoked')
    expect(house.bot.output).not.toContain('a rejection that nobody handled')
    const { code } = await house.bot.kill('SIGTERM')
    expect(code).toBe(0)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { inTwoHalves, TestBrain } from '../support/brains.js'
import { ANNA, GENERAL, House } from '../support/house.js'

/** What becomes of a conversation when its channel, or its owner's name, changes. */

let house: House
afterEach(async () => {
  await house.close()
})

const BOT = 'U0INBOXBOT'
const NEW_ID = 'C0SHARED'
const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === BOT

async function running(killable = false) {
  const halves = inTwoHalves('The first half. ', 'The second half.')
  const brain = new TestBrain().when(/^long/, halves.answer)
  house = await House.running({ brain, killable, environment: { CHANNEL_REPLIES: 'here' } })
  return { brain, halves, anna: house.slack.person(ANNA) }
}

const toldOfNewId = () =>
  house.slack.waitFor(() =>
    house.slack.deliveries.all.some(
      ({ payload, acknowledged }) => acknowledged && JSON.stringify(payload).includes('channel_id_changed'),
    ),
  )

describe('a channel with a new id', () => {
  it.each([false, true])('goes on with its conversations, also in mid-answer (killed: %s)', async (isKilled) => {
    const { brain, halves, anna } = await running(isKilled)
    const { ts } = anna.post('<@U0INBOXBOT> long answer', { channel: GENERAL })
    const begun = await anna.waitFor(answers('The first half.'))
    house.slack.changeChannelId(GENERAL, NEW_ID)
    await toldOfNewId()
    if (isKilled) {
      await house.bot.kill()
      await house.startBot()
    }
    halves.goOn()
    const reply = await anna.waitFor(answers('The second half.'))
    expect(reply).toMatchObject({ channel: NEW_ID, ts: begun.ts })
    await house.bot.wrote('"ending":"answered"')
    anna.post('and now', { channel: NEW_ID, threadTs: ts })
    expect((await anna.waitFor(answers('You said: and now'))).channel).toBe(NEW_ID)
    expect(brain.words).toEqual(['long answer', 'and now'])
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })
})

describe('a channel that is archived in mid-answer', () => {
  it.each([false, true])('is left for the owner’s direct messages (killed: %s)', async (isKilled) => {
    const { halves, anna } = await running(isKilled)
    anna.post('<@U0INBOXBOT> long answer', { channel: GENERAL })
    await anna.waitFor(answers('The first half.'))
    if (isKilled) await house.bot.kill()
    house.slack.archive(GENERAL)
    if (isKilled) await house.startBot()
    halves.goOn()
    const reply = await anna.waitFor(answers('The second half.'))
    expect(reply.channel).toBe(anna.dm)
    expect(reply.shown).toContain('The first half.')
    const [head, ...rest] = anna.thread(anna.dm, reply.threadTs ?? '')
    expect(head?.shown).toContain("I can't post there anymore")
    expect(rest).toHaveLength(1)
    // The conversation goes on there.
    anna.post('and now', { threadTs: reply.threadTs ?? '' })
    expect((await anna.waitFor(answers('You said: and now'))).channel).toBe(anna.dm)
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })
})

it('knows its owner by their new name', async () => {
  const { brain, anna } = await running()
  const { ts } = anna.post('one')
  await anna.waitFor(answers('You said: one'))
  house.slack.changePerson(ANNA, { realName: 'Anna Berg' })
  await house.slack.waitFor(() =>
    house.slack.deliveries.all.some(
      ({ payload, acknowledged }) => acknowledged && JSON.stringify(payload).includes('user_change'),
    ),
  )
  anna.post('two', { threadTs: ts })
  await anna.waitFor(answers('You said: two'))
  expect(brain.heard.map(([context]) => /From: (.*) \(/.exec(context ?? '')?.[1])).toEqual([
    'Anna Lindqvist',
    'Anna Berg',
  ])
})

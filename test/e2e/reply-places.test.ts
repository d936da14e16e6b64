import { afterEach, describe, expect, it } from 'vitest'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { readMail, TestBrain } from '../support/brains.js'
import { ANNA, BEN, GENERAL, House } from '../support/house.js'

/** A mention where others read along, with CHANNEL_REPLIES=ask: its owner says where the answer goes before anything of their mail is shown. */

let house: House
let brain: TestBrain
async function running(environment: Record<string, string> = {}, killable = false): Promise<void> {
  brain = new TestBrain().when(/newest/, readMail)
  house = await House.running({ brain, environment, killable })
}
afterEach(async () => {
  await house.close()
})

const BOT = 'U0INBOXBOT'
const answers = (text: string) => (message: SeenMessage) => message.shown.includes(text) && message.user === BOT
const asks = (message: SeenMessage) => answers('Where should I answer?')(message)
const inThread = (message: SeenMessage) => message.channel === GENERAL && asks(message)
const inPrivate = (message: SeenMessage) => message.channel !== GENERAL && asks(message)
const mention = (words: string) => house.slack.person(ANNA).post(`<@${BOT}> ${words}`, { channel: GENERAL })
/** What anybody in the channel can read of the bot. */
const publicly = () =>
  house.slack
    .person(BEN)
    .messages(GENERAL)
    .filter(({ user }) => user === BOT)
    .map(({ shown }) => shown)

describe('the question where to answer', () => {
  it('is put to the owner alone, and until it is answered nothing is shown and no session hears anything', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    mention('what is the newest mail?')
    const question = await anna.waitFor(inThread)
    expect(question.shown).toContain("would see what's in your email")
    expect(question.elements.map(({ label }) => label)).toEqual(['Answer privately', 'Answer here'])
    // In a thread that nobody has begun, Slack would show it to nobody.
    expect(question.threadTs).toBeUndefined()
    await anna.waitFor(inPrivate)
    expect(publicly()).toEqual([])
    expect(house.slack.person(BEN).messages(GENERAL).some(asks)).toBe(false)
    expect(brain.words).toEqual([])
    expect(house.agents.driver.sessions()).toEqual([])
  })

  it('"here": the answer stands in the thread, and the question is gone', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const asked = mention('what is the newest mail?')
    await anna.press(await anna.waitFor(inThread), { label: 'Answer here' })
    const reply = await anna.waitFor(answers('The newest mail:'))
    expect(reply).toMatchObject({ channel: GENERAL, threadTs: asked.ts })
    await house.slack.waitFor(() => !anna.messages(anna.dm).some(asks) && !anna.messages(GENERAL).some(asks))
    expect(anna.messages(anna.dm)).toEqual([])
  })

  it('stands in the thread where there is one', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const { ts: threadTs } = house.slack.person(BEN).post('Did Dana write?', { channel: GENERAL })
    anna.post(`<@${BOT}> what is the newest mail?`, { channel: GENERAL, threadTs })
    expect((await anna.waitFor(inThread)).threadTs).toBe(threadTs)
  })

  it('"privately": the answer stands in the direct messages, and goes on there in the same session', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    mention('what is the newest mail?')
    await anna.press(await anna.waitFor(inPrivate), { label: 'Answer privately' })
    const reply = await anna.waitFor(answers('The newest mail:'))
    expect(reply.channel).toBe(anna.dm)
    expect(publicly()).toEqual([expect.stringContaining('direct messages')])
    anna.post('and another thing', { threadTs: reply.threadTs ?? '' })
    await anna.waitFor(answers('You said: and another thing'))
    expect(house.agents.driver.sessions()).toHaveLength(1)
    expect(anna.messages(anna.dm).some(asks)).toBe(false)
  })

  it('holds for the conversation: what is written later is not asked again, what was written meanwhile is answered, too', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const { ts: threadTs } = mention('one')
    const question = await anna.waitFor(inThread)
    anna.post('two', { channel: GENERAL, threadTs })
    await anna.press(question, { label: 'Answer here' })
    await anna.waitFor(answers('You said: two'))
    anna.post('three', { channel: GENERAL, threadTs })
    await anna.waitFor(answers('You said: three'))
    expect(brain.words).toEqual(['one', 'two', 'three'])
    expect(house.slack.wire.entries.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1)
  })

  it('counts once and only from the owner, whatever is pressed', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const ben = house.slack.person(BEN)
    mention('what is the newest mail?')
    const question = await anna.waitFor(inThread)
    const other = await anna.waitFor(inPrivate)
    await ben.press(question, { label: 'Answer here' }).catch(() => undefined)
    await anna.press(other, { label: 'Answer privately' })
    const reply = await anna.waitFor(answers('The newest mail:'))
    expect(reply.channel).toBe(anna.dm)
    await anna.press(question, { label: 'Answer here' })
    await anna.waitFor(answers('Already decided'))
    expect(publicly()).toEqual([expect.stringContaining('direct messages')])
  })

  it('survives kill -9, is not put twice, and a choice made just before one counts', async () => {
    await running({}, true)
    const anna = house.slack.person(ANNA)
    mention('what is the newest mail?')
    const question = await anna.waitFor(inThread)
    await anna.waitFor(inPrivate)
    await house.bot.kill()
    await house.startBot()
    await anna.press(question, { label: 'Answer here' })
    await house.bot.kill()
    await house.startBot()
    const reply = await anna.waitFor(answers('The newest mail:'))
    expect(reply.channel).toBe(GENERAL)
    expect(house.slack.wire.entries.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1)
    await house.slack.waitFor(() => !anna.messages(anna.dm).some(asks))
  })

  it('is taken back with the message that it is about', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const asked = mention('what is the newest mail?')
    await anna.waitFor(inPrivate)
    anna.delete(asked.channel, asked.ts)
    await house.slack.waitFor(() => !anna.messages(anna.dm).some(asks))
  })

  it('reaches whom Slack shows nothing in the thread', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    house.slack.faults.next('chat.postEphemeral', { error: 'user_not_in_channel' })
    mention('what is the newest mail?')
    await anna.press(await anna.waitFor(inPrivate), { label: 'Answer in the thread' })
    expect((await anna.waitFor(answers('The newest mail:'))).channel).toBe(GENERAL)
  })

  it('reaches whom Slack opens no direct message', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    house.slack.faults.next('conversations.open', { error: 'cannot_dm_bot' }, 3)
    mention('what is the newest mail?')
    await anna.press(await anna.waitFor(inThread), { label: 'Answer here' })
    expect((await anna.waitFor(answers('The newest mail:'))).channel).toBe(GENERAL)
  })
})

it('is not put where it was answered for everybody', async () => {
  await running({ CHANNEL_REPLIES: 'private' })
  const anna = house.slack.person(ANNA)
  mention('what is the newest mail?')
  expect((await anna.waitFor(answers('The newest mail:'))).channel).toBe(anna.dm)
  expect(house.slack.wire.entries.some(({ method }) => method === 'chat.postEphemeral')).toBe(false)
})

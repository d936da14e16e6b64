import { afterEach, describe, expect, it } from 'vitest'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks, FEEDBACK, has, leftToPress } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, GENERAL, House } from '../support/house.js'

/** Replies as native streams, over the wire: whatever happens on the way, the end is the one that edits lead to. */

let house: House
afterEach(async () => {
  await house.close()
})

async function running(mode: 'edit' | 'native' | 'auto', brain: TestBrain, killable = false): Promise<void> {
  house = await House.running({ brain, killable, environment: { REPLY_STREAMING: mode, CHANNEL_REPLIES: 'here' } })
}

const fromBot = ({ user }: { user: string }) => user === 'U0INBOXBOT'
const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && fromBot(message)
const calls = (method: string) =>
  house.slack.wire.entries.filter((entry) => entry.direction === 'call' && entry.method === method)

describe.each(['native', 'auto'] as const)('REPLY_STREAMING=%s', (mode) => {
  it('answers in one message of the thread, in a DM and in a channel', async () => {
    await running(mode, new TestBrain().when(/newest/, readMail))
    const anna = house.slack.person(ANNA)
    for (const { words, channel, footer } of [
      { words: 'what is the newest mail?', channel: anna.dm, footer: `From ${ANNAS_MAIL}` },
      { words: '<@U0INBOXBOT> what is the newest mail?', channel: GENERAL, footer: 'From Anna Lindqvist’s Gmail' },
    ]) {
      const asked = anna.post(words, { channel })
      const reply = await anna.waitFor((message) => answers(footer)(message) && message.threadTs === asked.ts)
      expect(reply.shown).toContain('The newest mail:')
      expect(leftToPress(reply)).toEqual([])
      expect(has(reply, FEEDBACK)).toBe(channel === anna.dm)
      expect(anna.thread(channel, asked.ts)).toHaveLength(2)
    }
    expect(calls('chat.startStream').map(({ outcome }) => outcome)).toEqual(['200 ok', '200 ok'])
  })

  it('asks its owner, and does what they decide', async () => {
    await running(mode, new TestBrain().when(/send/, sendMail))
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    const card = await anna.waitFor(asks)
    expect(card.shown).toContain('dana@lumen.example')
    await anna.press(card, APPROVE)
    await anna.waitFor(answers('The mail is sent.'))
  })
})

describe('in the middle of a stream', () => {
  it('Stop leaves what was written', async () => {
    const { answer, reached } = inTwoHalves('The first half stands. ', 'The second never comes.')
    await running('native', new TestBrain().when(/tell/, answer))
    const anna = house.slack.person(ANNA)
    anna.post('tell me')
    await reached
    const reply = await anna.waitFor(answers('The first half stands.'))
    await anna.press(reply, { label: 'Stop' })
    const stopped = await anna.waitFor(answers('Stopped. Write again'))
    expect(stopped.ts).toBe(reply.ts)
    expect(stopped.shown).toContain('The first half stands.')
  })

  it('a killed bot goes on in the same message', async () => {
    const { answer, reached, goOn } = inTwoHalves('The first half stands. ', 'And here is the second.')
    await running('native', new TestBrain().when(/tell/, answer), true)
    const anna = house.slack.person(ANNA)
    const asked = anna.post('tell me')
    await reached
    const reply = await anna.waitFor(answers('The first half stands.'))
    await house.bot.kill()
    await house.startBot()
    goOn()
    const ended = await anna.waitFor(
      (message) => message.shown.includes('And here is the second.') && leftToPress(message).length === 0,
    )
    expect(ended.ts).toBe(reply.ts)
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
  })

  it('a bot that is stopped in order leaves it to the next one', async () => {
    const { answer, reached, goOn } = inTwoHalves('The first half stands. ', 'And here is the second.')
    await running('native', new TestBrain().when(/tell/, answer), true)
    const anna = house.slack.person(ANNA)
    const asked = anna.post('tell me')
    await reached
    await anna.waitFor(answers('The first half stands.'))
    expect((await house.bot.kill('SIGTERM')).code).toBe(0)
    await house.startBot()
    goOn()
    await anna.waitFor(
      (message) => message.shown.includes('And here is the second.') && leftToPress(message).length === 0,
    )
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
  })
})

describe('an answer of 200,000 characters', () => {
  const LINES = 2_500
  const long = Array.from({ length: LINES }, (_, index) => `Line ${index}. ${'word '.repeat(14)}`).join('\n\n')
  const numbers = (text: string) => [...text.matchAll(/Line (\d+)\./g)].map(([, number]) => Number(number))

  it.each(['edit', 'native', 'auto'] as const)(
    'arrives complete, and once as a file, also when the bot is killed on the way: %s',
    { timeout: 240_000 },
    async (mode) => {
      expect(long.length).toBeGreaterThan(200_000)
      const { answer, reached, goOn } = inTwoHalves(long.slice(0, 60_000), long.slice(60_000))
      await running(mode, new TestBrain().when(/everything/, answer), true)
      const anna = house.slack.person(ANNA)
      const asked = anna.post('tell me everything')
      await reached
      const own = () => anna.thread(asked.channel, asked.ts).filter(fromBot)
      await house.slack.waitFor(() => own().length > 2, { timeoutMs: 60_000 })
      await house.bot.kill()
      await house.startBot()
      goOn()
      await house.slack.waitFor(() => own().some(({ files }) => files !== undefined), { timeoutMs: 180_000 })
      const messages = own()
      expect(messages.flatMap(({ files }) => files ?? [])).toMatchObject([{ size: long.length }])
      expect(numbers(messages.map(({ shown }) => shown).join('\n'))).toEqual(Array.from({ length: LINES }, (_, n) => n))
      expect(messages.flatMap(leftToPress)).toEqual([])
    },
  )
})

import { afterEach, describe, expect, it } from 'vitest'
import { TestBrain } from '../support/brains.js'
import { ANNA, BEN, House } from '../support/house.js'

/** People type below each other in a direct message, and answer below an answer, not in its thread. */

let house: House
afterEach(async () => {
  await house.close()
})

async function running() {
  const brain = new TestBrain()
  house = await House.running({ brain })
  return { brain, slack: house.slack, anna: house.slack.person(ANNA), ben: house.slack.person(BEN) }
}

const bot = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'
/** The blocks of the message with these words, as the session heard them. */
function heard(words: string): string[] {
  const { driver } = house.agents
  const blocks = driver
    .sessions()
    .flatMap(({ id }) => driver.events(id))
    .flatMap((event) => (event.type === 'user.message' ? [event.content] : []))
    .map((content) => content.flatMap((block) => (block.type === 'text' ? [block.text] : [])))
  return blocks.find((texts) => texts.at(-1) === words) ?? []
}

describe('lines that follow each other closely', () => {
  it('are heard together, each as a message of its own, and answered below the last', async () => {
    const { brain, slack, anna } = await running()
    const hold = house.agents.faults.hold('sessions.create')
    anna.post('find the invoice')
    const second = anna.post('the one from Vandermeer')
    await hold.reached
    await slack.waitFor(
      () =>
        slack.deliveries.all.some(
          ({ acknowledged, payload }) => acknowledged && JSON.stringify(payload).includes('Vandermeer'),
        ) || undefined,
    )
    hold.release()
    const reply = await anna.waitFor(bot('the one from Vandermeer'))
    expect(brain.words).toEqual(['find the invoice', 'the one from Vandermeer'])
    expect(reply.threadTs).toBe(second.ts)
    await slack.waitFor(() => anna.messages().filter(({ user }) => user === 'U0INBOXBOT').length === 1 || undefined)
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })

  it('the first is answered without waiting for a second', async () => {
    const { anna } = await running()
    const { ts } = anna.post('find the invoice')
    expect((await anna.waitFor(bot('find the invoice'))).threadTs).toBe(ts)
  })
})

describe('the first answer', () => {
  it('says how to go on, and no later one does', async () => {
    const { anna } = await running()
    anna.post('what is unread?')
    const first = await anna.waitFor(bot('To go on, reply in this thread or write a new message.'))
    expect(first.shown).toContain('You said: what is unread?')
    anna.post('and in this thread?', { threadTs: first.threadTs })
    await anna.waitFor(bot('You said: and in this thread?'))
    anna.post('and below?')
    await anna.waitFor(bot('You said: and below?'))
    expect(anna.messages().filter(bot('To go on'))).toHaveLength(1)
  })
})

describe('a line below an answer', () => {
  it('is a conversation of its own, which hears the last question and answer as data', async () => {
    const { anna } = await running()
    anna.post('what is unread?')
    await anna.waitFor(bot('You said: what is unread?'))
    const { ts } = anna.post('and the second one?')
    const reply = await anna.waitFor(bot('You said: and the second one?'))
    expect(reply.threadTs).toBe(ts)
    expect(house.agents.driver.sessions()).toHaveLength(2)
    const [, earlier, words, ...rest] = heard('and the second one?')
    expect(earlier).toMatch(
      /^<earlier>\n[\s\S]*> what is unread\?\n\nFrom: you\n> You said: what is unread\?\n<\/earlier>$/,
    )
    expect([words, ...rest]).toEqual(['and the second one?'])
  })

  it('hears nothing of what the bot told somebody else', async () => {
    const { anna, ben } = await running()
    ben.post('what is secret?')
    await ben.waitFor(bot('You said: what is secret?'))
    anna.post('what did you say?')
    await anna.waitFor(bot('You said: what did you say?'))
    expect(heard('what did you say?')).toEqual([expect.stringContaining('<context>'), 'what did you say?'])
  })
})

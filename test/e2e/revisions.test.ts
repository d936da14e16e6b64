import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inTwoHalves, sendMail, TestBrain } from '../support/brains.js'
import { asks } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, GENERAL, House, type HouseOptions } from '../support/house.js'

/** A question that is edited or deleted after the session has it: over the wire, with kills. */

let house: House
afterEach(async () => {
  await house.close()
})

const BOT = 'U0INBOXBOT'
const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === BOT
const sent = () => house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' })

/** Resolves when the bot has acknowledged all that was delivered to it. */
const allDelivered = () =>
  house.slack.waitFor(() => house.slack.deliveries.all.every(({ acknowledged }) => acknowledged) || undefined)

/** As the store says, oldest first. */
function statesOfTurns(): unknown[] {
  const database = new Sqlite(house.databasePath, { readonly: true })
  try {
    return database.prepare('select state from turn order by created_at').pluck().all()
  } finally {
    database.close()
  }
}

async function running(options: Partial<HouseOptions> = {}) {
  const halves = inTwoHalves('The first half. ', 'The second half.')
  const brain = new TestBrain().when(/^long/, halves.answer).when(/^send/, sendMail)
  house = await House.running({ brain, ...options })
  return { brain, halves, anna: house.slack.person(ANNA) }
}

/** Of everything that a message said to the session, the words. */
const contextOf = (brain: TestBrain, index: number) => brain.heard[index]?.[0] ?? ''

describe('an edit while the session is at it', () => {
  it('stops that, and the same message answers the edited question', async () => {
    const { brain, anna } = await running()
    const asked = anna.post('long answer please')
    const begun = await anna.waitFor(answers('The first half.'))
    anna.edit(asked.channel, asked.ts, 'short answer please')
    const reply = await anna.waitFor(answers('You said: short answer please'))
    expect(reply.ts).toBe(begun.ts)
    expect(reply.shown).not.toContain('The first half.')
    expect(brain.words).toEqual(['long answer please', 'short answer please'])
    expect(contextOf(brain, 0)).not.toContain('Replaces')
    expect(contextOf(brain, 1)).toContain('Replaces')
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
  })

  it.each(['before', 'after'])('survives kill -9, %s the edit arrives, and is heard once', async (when) => {
    const { brain, anna } = await running({ killable: true })
    const asked = anna.post('long answer please')
    const begun = await anna.waitFor(answers('The first half.'))
    if (when === 'before') await house.bot.kill()
    anna.edit(asked.channel, asked.ts, 'short answer please')
    if (when === 'after') {
      await allDelivered()
      await house.bot.kill()
    }
    await house.startBot()
    const reply = await anna.waitFor(answers('You said: short answer please'))
    expect(reply.ts).toBe(begun.ts)
    expect(brain.words).toEqual(['long answer please', 'short answer please'])
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
  })

  it('tells the session all of the request, where only a part was edited', async () => {
    const { brain, halves, anna } = await running()
    const first = anna.post('long answer please')
    await anna.waitFor(answers('The first half.'))
    const two = anna.post('two', { threadTs: first.ts })
    anna.post('long three', { threadTs: first.ts })
    await anna.waitFor(answers("when I'm done with your message above"))
    halves.goOn()
    // Both went out together, and the second is not done.
    await house.slack.waitFor(() => brain.words.length === 3 || undefined)
    anna.edit(two.channel, two.ts, 'two and a half')
    await anna.waitFor(answers('You said: two and a half'))
    await house.slack.waitFor(() => brain.words.length === 5 || undefined)
    expect(brain.words).toEqual(['long answer please', 'two', 'long three', 'two and a half', 'long three'])
  })

  it('changes nothing where the words are the same, or the answer is there', async () => {
    const { brain, halves, anna } = await running()
    const asked = anna.post('long answer, see https://example.com')
    await anna.waitFor(answers('The first half.'))
    const { text } = anna.messages(asked.channel).find(({ ts }) => ts === asked.ts) ?? { text: '' }
    // As Slack tells that it has looked up a link.
    house.slack.sendEvent({
      type: 'message',
      subtype: 'message_changed',
      channel: asked.channel,
      channel_type: 'im',
      hidden: true,
      ts: `${Number(asked.ts) + 1}`,
      message: { type: 'message', user: ANNA, ts: asked.ts, text, attachments: [{ title: 'Example' }] },
    } as { type: string; channel: string })
    await allDelivered()
    halves.goOn()
    const reply = await anna.waitFor(answers('The second half.'))
    await house.bot.wrote('"ending":"answered"')
    anna.edit(asked.channel, asked.ts, 'something else')
    await allDelivered()
    anna.post('and now', { threadTs: asked.ts })
    await anna.waitFor(answers('You said: and now'))
    expect(brain.words).toEqual(['long answer, see https://example.com', 'and now'])
    expect(anna.messages(asked.channel).find(({ ts }) => ts === reply.ts)?.shown).toContain('The second half.')
  })
})

describe('an edit while a decision is asked for', () => {
  it.each([false, true])('denies that, and the session hears the new words (killed: %s)', async (isKilled) => {
    const { brain, anna } = await running({ killable: isKilled })
    const asked = anna.post('send it')
    const card = await anna.waitFor(asks)
    anna.edit(asked.channel, asked.ts, 'rather tell me a joke')
    if (isKilled) {
      await allDelivered()
      await house.bot.kill()
      await house.startBot()
    }
    const reply = await anna.waitFor(answers('You said: rather tell me a joke'))
    expect(reply.ts).toBe(card.ts)
    expect(asks(reply)).toBe(false)
    expect(brain.words).toEqual(['send it', 'rather tell me a joke'])
    expect(sent()).toEqual([])
  })

  it('takes the card out of the direct messages, where others read along', async () => {
    const { anna } = await running({ environment: { CHANNEL_REPLIES: 'here' } })
    const asked = anna.post('<@U0INBOXBOT> send it', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    expect(card.channel).toBe(anna.dm)
    anna.edit(asked.channel, asked.ts, '<@U0INBOXBOT> rather a joke')
    const reply = await anna.waitFor(answers('You said: rather a joke'))
    expect(reply.channel).toBe(GENERAL)
    await house.slack.waitFor(() => !anna.messages(anna.dm).some(({ ts }) => ts === card.ts) || undefined)
    expect(sent()).toEqual([])
  })
})

describe('a deletion', () => {
  it('ends an answer that is being written, which goes away', async () => {
    const { brain, anna } = await running({ environment: { CHANNEL_REPLIES: 'here' } })
    const asked = anna.post('<@U0INBOXBOT> long answer', { channel: GENERAL })
    const reply = await anna.waitFor(answers('The first half.'))
    anna.delete(asked.channel, asked.ts)
    await house.slack.waitFor(() => !anna.messages(GENERAL).some(({ ts }) => ts === reply.ts) || undefined)
    expect(anna.messages(GENERAL).filter(({ user }) => user === BOT)).toEqual([])
    // And the session is free for whatever comes.
    anna.post('<@U0INBOXBOT> hello', { channel: GENERAL })
    await anna.waitFor(answers('You said: hello'))
    expect(brain.words).toEqual(['long answer', 'hello'])
  })

  it('ends one that nothing was shown of, without a word anywhere', async () => {
    const { anna } = await running({ environment: { CHANNEL_REPLIES: 'here' } })
    const held = house.slack.faults.hold('chat.postMessage')
    const asked = anna.post('<@U0INBOXBOT> long answer', { channel: GENERAL })
    await held.reached
    // Nothing is to be seen of it, in Slack or elsewhere: before it is taken, a deletion only empties the queue.
    await vi.waitFor(() => expect(statesOfTurns()).toEqual(['running']), { timeout: 10_000 })
    anna.delete(asked.channel, asked.ts)
    await allDelivered()
    held.release()
    await house.bot.wrote('"ending":"retracted"')
    expect(
      house.slack
        .person(BEN)
        .messages(GENERAL)
        .filter(({ user }) => user === BOT),
    ).toEqual([])
  })

  it.each([false, true])('ends a question to its owner (killed: %s)', async (isKilled) => {
    const { anna } = await running({ killable: isKilled })
    const asked = anna.post('send it')
    const card = await anna.waitFor(asks)
    anna.delete(asked.channel, asked.ts)
    if (isKilled) {
      await allDelivered()
      await house.bot.kill()
      await house.startBot()
    }
    await house.slack.waitFor(() => !anna.messages(anna.dm).some(({ ts }) => ts === card.ts) || undefined)
    expect(sent()).toEqual([])
  })
})

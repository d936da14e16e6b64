import { afterEach, describe, expect, it } from 'vitest'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks, DENY, DENY_ALL } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, GENERAL, House, type HouseOptions, identifierOf } from '../support/house.js'

/** From a message typed into Slack to the finished reply in its thread: the real bot, over the wire. */

let house: House
async function running(options: Partial<HouseOptions> = {}): Promise<{ house: House; brain: TestBrain }> {
  const brain = new TestBrain().when(/unread|newest/, readMail).when(/send/, sendMail)
  house = await House.running({ brain, ...options })
  return { house, brain }
}

afterEach(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

describe('a direct message', () => {
  it('is answered in its thread, in one message, from the mailbox of the person who asked', async () => {
    const { house } = await running()
    const anna = house.slack.person(ANNA)
    const asked = anna.post('what is the newest mail?')
    const reply = await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    expect(reply.threadTs).toBe(asked.ts)
    expect(reply.shown).toContain('The newest mail:')
    expect(reply.shown).toContain(ANNAS_MAIL)
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
  })

  it('tells the agent who asks, whose mailbox it has, and when; the words come last and verbatim', async () => {
    const { house, brain } = await running()
    house.slack.person(ANNA).post('R&D <b>now</b>?')
    await house.slack.person(ANNA).waitFor(answers('You said: R'))
    const [texts] = brain.heard
    expect(texts?.at(-1)).toBe('R&D <b>now</b>?')
    expect(texts?.[0]).toContain('Anna Lindqvist')
    expect(texts?.[0]).toContain('Europe/Stockholm')
    expect(texts).toHaveLength(2)
  })

  it('goes on in the same session, also after a restart', async () => {
    const { house } = await running({ killable: true })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('first')
    await anna.waitFor(answers('You said: first'))
    await house.bot.kill()
    await house.startBot()
    anna.post('second', { threadTs: asked.ts })
    await anna.waitFor(answers('You said: second'))
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })
})

describe('a mention in a channel', () => {
  it('is answered once, though it is delivered twice, and where CHANNEL_REPLIES says', async () => {
    const { house, brain } = await running({ environment: { CHANNEL_REPLIES: 'here' } })
    const ben = house.slack.person(BEN)
    const asked = ben.post('<@U0INBOXBOT> hello', { channel: GENERAL })
    const reply = await ben.waitFor(answers('You said: hello'))
    expect(reply).toMatchObject({ channel: GENERAL, threadTs: asked.ts })
    ben.post('and again', { channel: GENERAL, threadTs: asked.ts })
    await ben.waitFor(answers('You said: and again'))
    expect(brain.words).toEqual(['hello', 'and again'])
  })

  it('shows no mail in the channel unasked', async () => {
    const { house } = await running({ environment: { CHANNEL_REPLIES: 'private' } })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('<@U0INBOXBOT> what is the newest mail?', { channel: GENERAL })
    const reply = await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    expect(reply.channel).toBe(anna.dm)
    const inChannel = anna.thread(GENERAL, asked.ts).slice(1)
    expect(inChannel).toHaveLength(1)
    expect(inChannel[0]?.shown).not.toContain('newest mail')
  })

  it('listens to its owner alone', async () => {
    const { house, brain } = await running({ environment: { CHANNEL_REPLIES: 'here' } })
    const anna = house.slack.person(ANNA)
    const ben = house.slack.person(BEN)
    const asked = anna.post('<@U0INBOXBOT> one', { channel: GENERAL })
    await anna.waitFor(answers('You said: one'))
    ben.post('<@U0INBOXBOT> two', { channel: GENERAL, threadTs: asked.ts })
    await ben.waitFor((message) => message.ephemeral === true && message.shown.includes('whoever started this thread'))
    anna.post('three, to Ben', { channel: GENERAL, threadTs: asked.ts })
    await anna.waitFor((message) => message.ephemeral === true && message.shown.includes('Mention me when'))
    anna.post('three and a half, to Ben', { channel: GENERAL, threadTs: asked.ts })
    anna.post('<@U0INBOXBOT> four', { channel: GENERAL, threadTs: asked.ts })
    await anna.waitFor(answers('You said: four'))
    expect(brain.words).toEqual(['one', 'four'])
    // Each of them was told once.
    expect(house.slack.wire.entries.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(2)
  })
})

describe('/inbox', () => {
  it('is answered in the DM, under the request that it quotes, and says so', async () => {
    const { house } = await running()
    const anna = house.slack.person(ANNA)
    const { reply: acknowledgement } = await anna.command('what is the newest mail?', { channel: GENERAL })
    expect(acknowledgement?.shown).toContain('direct messages')
    const reply = await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    expect(reply.channel).toBe(anna.dm)
    const [quote] = anna.thread(anna.dm, reply.threadTs ?? '')
    expect(quote?.shown).toContain('what is the newest mail?')
    anna.post('thanks', { threadTs: reply.threadTs ?? '' })
    await anna.waitFor(answers('You said: thanks'))
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })
})

describe('a person without a connection', () => {
  it('gets a private prompt, and the answer by itself once they have connected', async () => {
    const { house } = await running({ killable: true, connected: {} })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('what is the newest mail?')
    const prompt = await anna.waitFor((message) =>
      message.elements.some((element) => element.label.startsWith('Connect')),
    )
    expect(prompt.threadTs).toBe(asked.ts)
    const url = prompt.elements.find((element) => element.label.startsWith('Connect'))?.url
    await house.bot.kill()
    await house.startBot()
    await house.scalekit.press(url ?? '', 'allow', ANNAS_MAIL)
    const reply = await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    expect(reply.ts).toBe(prompt.ts)
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
  })
})

describe('a tool call that asks', () => {
  it('shows its owner what will happen, waits across a restart, and happens when approved', async () => {
    const { house } = await running({ killable: true })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('send it')
    const card = await anna.waitFor(asks)
    expect(card.shown).toContain('dana@lumen.example')
    expect(card.shown).toContain('Friday suits me.')
    await house.bot.kill()
    await house.startBot()
    await anna.press(card, APPROVE)
    const reply = await anna.waitFor(answers('The mail is sent.'))
    expect(reply.ts).toBe(card.ts)
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
    expect(house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' }).length).toBe(1)
  })

  it('shows what a draft says before it is sent; of one that is not there the agent hears', async () => {
    const { house, brain } = await running()
    brain
      .when(/^draft it$/, async (turn) => {
        const input = { to: 'dana@lumen.example', subject: 'Offer', body: 'The price is 800.' }
        const [created] = await turn.callTools([{ name: 'gmail_create_draft', input }])
        if (created?.status !== 'ok') return await turn.say('No draft.')
        const { id } = JSON.parse(created.text) as { id: string }
        const [sent] = await turn.callTools([{ name: 'send_draft', input: { draft_id: id } }])
        await turn.say(`Draft: ${sent?.status}`)
      })
      .when(/^post the old one$/, async (turn) => {
        const [sent] = await turn.callTools([{ name: 'send_draft', input: { draft_id: 'r-not-there' } }])
        await turn.say(`Tried. ${sent?.status === 'error' ? sent.text : sent?.status}`)
      })
    const anna = house.slack.person(ANNA)
    anna.post('draft it')
    const saving = await anna.waitFor((message) => message.shown.includes('Save this draft?'))
    await anna.press(saving, APPROVE)
    const sending = await anna.waitFor((message) => message.shown.includes('Send this email?'))
    expect(sending.shown).toContain('dana@lumen.example')
    expect(sending.shown).toContain('The price is 800.')
    await anna.press(sending, APPROVE)
    await anna.waitFor(answers('Draft: ok'))
    anna.post('post the old one')
    const reply = await anna.waitFor(answers('Tried. There is no such draft any more.'))
    expect(asks(reply)).toBe(false)
  })

  it('does not happen when denied', async () => {
    const { house } = await running()
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    const card = await anna.waitFor(asks)
    await anna.press(card, DENY)
    await anna.waitFor(answers('I did not send it.'))
  })

  it('keeps a message waiting that was there before it, and says so', async () => {
    const { anna, brain, card, waiting } = await askedBehind('and then?')
    expect(brain.words).toEqual(['long, then send it'])
    await anna.press(card, APPROVE)
    const answer = await anna.waitFor(answers('You said: and then?'))
    expect(answer.ts).toBe(waiting.ts)
  })

  it('is denied by one press on such a message, which is then answered', async () => {
    const { anna, brain, waiting } = await askedBehind('rather tell me a joke')
    await anna.press(waiting, DENY_ALL)
    await anna.waitFor(answers('I did not send it.'))
    await anna.waitFor(answers('You said: rather tell me a joke'))
    expect(brain.words).toEqual(['long, then send it', 'rather tell me a joke'])
    expect(house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' })).toEqual([])
  })

  /** A question, and a message that was written while there was nothing to decide yet. */
  async function askedBehind(words: string) {
    const halves = inTwoHalves('I write ', 'it now.')
    const brain = new TestBrain().when(/long/, async (turn) => {
      await halves.answer(turn, '')
      await sendMail(turn, '')
    })
    house = await House.running({ brain })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('long, then send it')
    await anna.waitFor(answers('I write'))
    anna.post(words, { threadTs: asked.ts })
    const { ts } = await anna.waitFor(answers("I'll answer when I'm done"))
    halves.goOn()
    const card = await anna.waitFor(asks)
    const waiting = await anna.waitFor((message) => message.ts === ts && answers("when you've decided")(message))
    return { anna, brain, card, waiting }
  }
})

describe('killed in the middle of an answer', () => {
  it('goes on in the same Slack message to the complete answer', async () => {
    const halves = inTwoHalves('The first half. ', 'The second half.')
    const brain = new TestBrain().when(/long/, halves.answer)
    house = await House.running({ killable: true, brain })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('a long one')
    const started = await anna.waitFor(answers('The first half.'))
    await house.bot.kill()
    await house.startBot()
    halves.goOn()
    const reply = await anna.waitFor(answers('The second half.'))
    expect(reply.ts).toBe(started.ts)
    expect(anna.thread(asked.channel, asked.ts)).toHaveLength(2)
    expect(brain.words).toEqual(['a long one'])
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { TestBrain } from '../support/brains.js'
import { APPROVE, APPROVE_ALL, asks, CHANGE, DENY_ALL, has, leftToPress } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, GENERAL, House } from '../support/house.js'

/** Decisions about what the agent wants to do: one by one, together, and with words about what should be different. */

const letter = (subject: string) => ({
  name: 'send_email',
  input: { to: 'dana@lumen.example', subject, body: 'Friday suits me.' },
})

/** Says what became of each call. */
async function tell(turn: BrainTurn, calls: Parameters<BrainTurn['callTools']>[0]): Promise<void> {
  const results = await turn.callTools(calls)
  const told = results.map((result) => `${result.status}: ${result.status === 'denied' ? result.message : result.text}`)
  await turn.say(told.join('\n\n'))
}

let house: House
async function running(environment: Record<string, string> = {}, killable = false): Promise<void> {
  const brain = new TestBrain()
    .when(/send one/, (turn) => tell(turn, [letter('One')]))
    .when(/send both/, (turn) => tell(turn, [letter('One'), letter('Two')]))
    .when(/^send and draft/, (turn) => tell(turn, [letter('One'), { ...letter('Two'), name: 'gmail_create_draft' }]))
  house = await House.running({ brain, environment, killable })
}
afterEach(async () => {
  await house.close()
})

const answers = (text: string) => (message: SeenMessage) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'
const SENT = 'ok: Sent, exactly as proposed.'
const SAID_NO = 'ok: The person said no: nothing was sent.'
const sent = () => house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent to:dana subject:(One OR Two)' })

describe('several at once', () => {
  it('are approved together, by one press', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('send both')
    const card = await anna.waitFor(asks)
    for (const button of [APPROVE_ALL, DENY_ALL, CHANGE]) expect(has(card, button)).toBe(true)
    await anna.press(card, APPROVE_ALL)
    const reply = await anna.waitFor((message) => leftToPress(message).length === 0 && answers(SENT)(message))
    expect(reply.shown.match(/✅ Email to dana@lumen.example sent at/g)).toHaveLength(2)
    expect(sent()).toHaveLength(2)
  })

  it('are denied together; where one was approved before, that stays', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('send both')
    const card = await anna.waitFor(asks)
    const [first] = card.elements.filter(({ actionId }) => actionId === APPROVE.actionId)
    if (first === undefined) throw new Error('there is no such button')
    await anna.press(card, first)
    await anna.press(card, DENY_ALL)
    const reply = await anna.waitFor((message) => leftToPress(message).length === 0 && answers(SAID_NO)(message))
    expect(reply.shown).toContain(SENT)
    expect(sent()).toHaveLength(1)
  })

  it('may be a mail that the bot sends and a change that the agent makes itself: one pause, both answered', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('send and draft')
    const card = await anna.waitFor((message) => asks(message) && has(message, APPROVE_ALL))
    await anna.press(card, APPROVE_ALL)
    const reply = await anna.waitFor((message) => leftToPress(message).length === 0 && answers(SENT)(message))
    expect(reply.shown).toMatch(/ok: \{"id":"r-/)
    expect(sent()).toHaveLength(1)
    expect(house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:drafts subject:Two' })).toHaveLength(1)
  })
})

describe('Change…', () => {
  it('is a no whose words reach the agent, also after a kill; the card says who wanted what, and when', async () => {
    await running({}, true)
    const anna = house.slack.person(ANNA)
    anna.post('send one')
    const card = await anna.waitFor(asks)
    await anna.press(card, CHANGE)
    await house.slack.waitFor(() => anna.modal !== undefined)
    await house.bot.kill()
    await house.startBot()
    await anna.submitModal({ change: { words: 'Say Wednesday & <!channel>' } })
    const reply = await anna.waitFor((message) => leftToPress(message).length === 0 && answers('ok: Nothing')(message))
    expect(reply.shown).toContain('In their words: Say Wednesday &amp; &lt;!channel')
    expect(reply.shown).toContain('You asked for a change to the email to dana@lumen.example: Say Wednesday')
    expect(sent()).toHaveLength(0)
    expect(anna.modal).toBeUndefined()
  })

  it('opens for its owner alone, and not when it is too late', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const ben = house.slack.person(BEN)
    anna.post('send one')
    const card = await anna.waitFor(asks)
    await anna.press(card, CHANGE)
    await house.slack.waitFor(() => anna.modal !== undefined)
    await anna.press(card, APPROVE)
    await anna.waitFor(answers(SENT))
    const outcome = await anna.submitModal({ change: { words: 'Too late' } })
    expect(JSON.stringify(outcome)).toContain('already said yes')
    expect(ben.modal).toBeUndefined()
    expect(sent()).toHaveLength(1)
  })

  it('is possible where others read along, too: in the private card', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    anna.post('<@U0INBOXBOT> send one', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    expect(card.channel).toBe(anna.dm)
    await anna.press(card, CHANGE)
    await house.slack.waitFor(() => anna.modal !== undefined)
    await anna.submitModal({ change: { words: 'Say Wednesday' } })
    await anna.waitFor((message) => message.channel === anna.dm && answers('You asked for a change')(message))
    expect(sent()).toHaveLength(0)
  })

  it('has another way where Slack opens no modal', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('send one')
    const card = await anna.waitFor(asks)
    house.slack.faults.next('views.open', { error: 'expired_trigger_id' })
    await anna.press(card, CHANGE)
    await anna.waitFor(answers("Slack didn't open that window"))
  })
})

describe('a new message instead of a decision', () => {
  const batches = () =>
    house.agents.driver.requests.flatMap(({ endpoint, body, status }) =>
      endpoint === 'sessions.events.send' && status === 200 ? [JSON.stringify(body)] : [],
    )

  it('denies all that is open and goes to the session with that, in one batch; each has its own reply', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const asked = anna.post('send both')
    const card = await anna.waitFor(asks)
    anna.post('rather tell me a joke', { threadTs: asked.ts })
    const left = await anna.waitFor(
      (message) => message.ts === card.ts && answers('I set it aside because you wrote again')(message),
    )
    expect(left.elements).toEqual([])
    expect(left.shown.match(/🚫 Not sent: email to dana@lumen.example/g)).toHaveLength(2)
    const answer = await anna.waitFor(answers('You said: rather tell me a joke'))
    expect(answer.ts).not.toBe(card.ts)
    const last = JSON.parse(batches().at(-1) ?? '')
    expect(last.events.map(({ type }: { type: string }) => type)).toEqual([
      'user.custom_tool_result',
      'user.custom_tool_result',
      'user.message',
    ])
    expect(batches()).toHaveLength(2)
    expect(sent()).toHaveLength(0)
  })

  it('goes out once, and so do the denials, whatever fails or is killed on the way', async () => {
    await running({}, true)
    const anna = house.slack.person(ANNA)
    const asked = anna.post('send one')
    const card = await anna.waitFor(asks)
    house.agents.faults.answer('sessions.events.send', 503, { times: 1 })
    anna.post('rather tell me a joke', { threadTs: asked.ts })
    await anna.waitFor(
      (message) => message.ts === card.ts && answers('I set it aside because you wrote again')(message),
    )
    await house.bot.kill()
    await house.startBot()
    await anna.waitFor(answers('You said: rather tell me a joke'))
    expect(batches().filter((body) => body.includes('user.custom_tool_result'))).toHaveLength(1)
    expect(sent()).toHaveLength(0)
  })

  it('leaves nothing of what was asked where others read along; the private card says how it ended', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('<@U0INBOXBOT> send one', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    anna.post('rather tell me a joke', { channel: GENERAL, threadTs: asked.ts })
    await anna.waitFor((message) => message.ts === card.ts && answers('because you wrote again')(message))
    const ben = house.slack.person(BEN)
    const left = await ben.waitFor(
      (message) => message.threadTs === asked.ts && answers('I set that aside because you wrote again')(message),
    )
    expect(left.shown).not.toMatch(/dana|Friday|One/)
    await ben.waitFor(answers('You said: rather tell me a joke'))
  })

  it('is not what stands under the private card: that stays private, and is a conversation of its own', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    anna.post('<@U0INBOXBOT> send one', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    expect(card.shown).toContain('Decide here, or reply in that thread.')
    anna.post('what is my salary?', { threadTs: card.ts })
    const answer = await anna.waitFor(answers('You said: what is my salary?'))
    expect(answer).toMatchObject({ channel: anna.dm, threadTs: card.ts })
    await anna.press(card, APPROVE)
    await anna.waitFor(answers(SENT))
    expect(sent()).toHaveLength(1)
  })

  it('is not what somebody else writes', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('<@U0INBOXBOT> send one', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    const ben = house.slack.person(BEN)
    ben.post('<@U0INBOXBOT> rather tell me a joke', { channel: GENERAL, threadTs: asked.ts })
    await ben.waitFor(answers('whoever started this thread'))
    await anna.press(card, APPROVE)
    await anna.waitFor(answers(SENT))
    expect(sent()).toHaveLength(1)
  })
})

describe('a draft that is to be sent', () => {
  it('is shown as it is, not as a change would have made it that its owner did not allow', async () => {
    let draftId = ''
    const writes = (to: string, body: string) => ({ to, subject: 'Offer', body })
    const brain = new TestBrain()
      .when(/^write/, async (turn) => {
        const input = writes('somebody@elsewhere.example', 'The whole secret')
        const [made] = await turn.callTools([{ name: 'gmail_create_draft', input }])
        draftId = made?.status === 'ok' ? z.object({ id: z.string() }).parse(JSON.parse(made.text)).id : ''
        await turn.say('Drafted.')
      })
      .when(/^improve/, async (turn) => {
        const input = { draft_id: draftId, ...writes('dana@lumen.example', 'Harmless words') }
        await turn.callTools([{ name: 'gmail_update_draft', input }])
      })
      .when(/^no, send/, async (turn) => {
        await turn.callTools([{ name: 'send_draft', input: { draft_id: draftId } }])
      })
    house = await House.running({ brain, environment: { TOOL_POLICIES: 'gmail_create_draft=allow' } })
    const anna = house.slack.person(ANNA)
    const { ts: threadTs } = anna.post('write a draft')
    await anna.waitFor(answers('Drafted.'))
    anna.post('improve it', { threadTs })
    const change = await anna.waitFor(asks)
    anna.post('no, send it as it was', { threadTs })
    const card = await anna.waitFor((message) => asks(message) && message.ts !== change.ts)
    expect(card.shown).toContain('somebody@elsewhere.example')
    expect(card.shown).toContain('The whole secret')
    expect(card.shown).not.toContain('Harmless words')
  })
})

describe('where others read along', () => {
  it('and Slack opens no direct message with the owner, nothing happens, and that is said', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    house.slack.faults.next('conversations.open', { error: 'user_not_visible' }, 20)
    const asked = anna.post('<@U0INBOXBOT> send one', { channel: GENERAL })
    const reply = await anna.waitFor(answers("Slack won't let me message you directly"))
    expect(reply).toMatchObject({ channel: GENERAL, threadTs: asked.ts, elements: [] })
    expect(reply.shown).not.toMatch(/dana|Friday|One|I have sent it/)
    expect(sent()).toHaveLength(0)
  })

  it('the reply says nothing of what is asked, and Review leads its owner there', async () => {
    await running({ CHANNEL_REPLIES: 'here' })
    const anna = house.slack.person(ANNA)
    const ben = house.slack.person(BEN)
    const asked = anna.post('<@U0INBOXBOT> send both', { channel: GENERAL })
    const card = await anna.waitFor(asks)
    expect(card.shown).toMatch(new RegExp(`^From <#${GENERAL}>`))
    const reply = await ben.waitFor(
      (message) =>
        message.threadTs === asked.ts && message.elements.some(({ actionId }) => actionId === 'approval_review'),
    )
    expect(reply.shown).not.toMatch(/dana|Friday|One/)
    const url = reply.elements.find(({ actionId }) => actionId === 'approval_review')?.url
    expect(url).toContain(anna.dm)
    expect(url).toContain(card.ts.replace('.', ''))
    const last = await anna.waitFor((message) => message.channel === anna.dm && has(message, APPROVE_ALL))
    await anna.press(last, APPROVE_ALL)
    const ended = await ben.waitFor((message) => message.ts === reply.ts && answers(SENT)(message))
    expect(ended.elements).toEqual([])
    expect(sent()).toHaveLength(2)
  })
})

describe('a yes in words', () => {
  const sessionsWords = () =>
    house.agents.driver
      .sessions()
      .flatMap(({ id }) => house.agents.driver.events(id))
      .filter(({ type }) => type === 'user.message')

  it('decides nothing and is heard by no session: a line says to press, and the card stands below', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const question = anna.post('send one')
    const card = await anna.waitFor(asks)
    const yes = anna.post('Yes, send it! :+1::skin-tone-4:', { threadTs: question.ts })
    const below = await anna.waitFor((message) => asks(message) && Number(message.ts) > Number(yes.ts))
    expect(below.shown).toContain('Press a button to decide')
    expect(anna.messages().some(({ ts }) => ts === card.ts)).toBe(false)
    expect(sent()).toEqual([])
    await anna.press(below, APPROVE)
    await anna.waitFor((message) => leftToPress(message).length === 0 && answers(SENT)(message))
    expect(sessionsWords()).toHaveLength(1)
    expect(sent()).toHaveLength(1)
  })

  it('is meant for the card above it in a direct message, too, and has it below', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('send one')
    await anna.waitFor(asks)
    const yes = anna.post('ok')
    const below = await anna.waitFor((message) => asks(message) && message.threadTs === yes.ts)
    await anna.press(below, APPROVE)
    const reply = await anna.waitFor((message) => leftToPress(message).length === 0 && answers(SENT)(message))
    expect(reply.threadTs).toBe(yes.ts)
    expect(sessionsWords()).toHaveLength(1)
  })

  it('with a wish beside it is an ordinary message: the agent hears it, and the card is set aside', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    const question = anna.post('send one')
    await anna.waitFor(asks)
    anna.post('yes, but say Thursday', { threadTs: question.ts })
    await anna.waitFor((message) => message.shown.includes('I set it aside because you wrote again'))
    expect(sent()).toEqual([])
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import { done, OUR_OWN_WORDS } from '../../src/slack/blocks/approval-words.js'
import { fromMailbox } from '../../src/slack/reply/reply-words.js'
import { TestBrain } from '../support/brains.js'
import { asks, DENY } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, BENS_MAIL, House, type HouseOptions } from '../support/house.js'

/**
 * Hostile mail, from the mailbox through to the Slack message, with an agent that has been fooled completely: it repeats what the mail
 * says and does what the mail orders. What still holds then is what the bot itself guarantees.
 */

let house: House
afterEach(async () => {
  await house.close()
})

/** Repeats the newest mail that a search finds, as it is. */
const repeat = (query: string) => async (turn: BrainTurn) => {
  const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input: { query, max_results: 1 } }])
  await turn.say(found?.status === 'ok' ? String(JSON.parse(`"${wordsOf(found.text)}"`)) : `Failed: ${found?.status}`)
}

/** The text of the mail in a tool's result, as it stands there. */
function wordsOf(result: string): string {
  const parts = [...result.matchAll(/"(?:body|text|snippet|messageText)":\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => text,
  )
  return parts.sort((a, b) => b.length - a.length)[0] ?? ''
}

const sendTo = (to: string) => async (turn: BrainTurn) => {
  const input = { to, subject: 'As ordered', body: 'All of it.' }
  const [sent] = await turn.callTools([{ name: 'send_email', input }])
  await turn.say(`Sending: ${sent?.status === 'denied' ? sent.message : sent?.text}`)
}

async function running(brain: TestBrain, options: Partial<HouseOptions> = {}) {
  house = await House.running({ brain, ...options })
  return house
}

const ofBot = (text: string) => (message: { shown: string; user: string }) =>
  message.user === 'U0INBOXBOT' && message.shown.includes(text)

/** All that the app sent to Slack in messages, both as blocks and as the text for notifications. */
function said(running: House): string[] {
  return running.slack.wire.entries
    .filter(({ direction, method }) => direction === 'call' && /^chat\./.test(method))
    .map(({ request }) => JSON.stringify(request))
}

const sentMail = (running: House, address: string, query: string) =>
  running.scalekit.mailboxes.get(address)?.search({ query: `in:sent ${query}` }).length

describe('text of a hostile mail, repeated word for word', () => {
  it.each([
    ['orders, an image that carries data, a call to the channel', ANNA, 'from:visitor-insights', 'maintenance mode'],
    ['a card that looks approved', BEN, 'from:inbox-approvals', 'Send this mail?'],
    ['a look-alike sender with an address of mixed letters', ANNA, 'from:rnuseum', 'new mail system'],
    ['new bank details', ANNA, 'from:vandermeer-artlogistics', 'Beneficiary'],
    ['a favour for somebody who is not Anna', BEN, 'from:northw1nd', 'board meeting'],
  ])('%s: nothing of it works in Slack', async (_, user, query, words) => {
    const { slack, agents } = await running(new TestBrain().when(/^repeat/, repeat(query)))
    const person = slack.person(user)
    person.post('repeat')
    const reply = await person.waitFor(ofBot(words))
    await person.waitFor(ofBot(`From ${user === ANNA ? ANNAS_MAIL : BENS_MAIL}`))
    const sent = said(house).join('\n')
    expect(sent).not.toMatch(/<[!@#]/)
    expect(sent).not.toMatch(/"type":"image"/)
    expect(sent).not.toContain('![')
    expect(sent).not.toMatch(/"unfurl_(links|media)":(true|"true")/)
    // Only the markdown block holds the agent's words; there is nothing to press but what the bot put there.
    expect(reply.elements.filter(({ actionId }) => /^(approval|send)_/.test(actionId))).toEqual([])
    expect(
      agents.driver
        .sessions()
        .flatMap(({ id }) => agents.driver.events(id))
        .map(({ type }) => type),
    ).not.toContain('user.tool_confirmation')
    for (const address of [ANNAS_MAIL, BENS_MAIL]) {
      expect(sentMail(house, address, 'to:collector-drop.example')).toBe(0)
      expect(sentMail(house, address, 'to:globe-bearings.example')).toBe(0)
    }
  })
})

describe('what a fooled agent writes', () => {
  it('shows where every link leads, and no image as one', async () => {
    const text = [
      '[Your documents](https://collector-drop.example/d?all=Kamiya+chart+approved)',
      '![chart](https://collector-drop.example/p.png?d=Globe+room)',
      '[nordvikbank.example](https://collector-drop.example/login)',
      '<https://collector-drop.example/x|your bank>',
    ].join('\n\n')
    await running(new TestBrain().when(/^links/, async (turn) => await turn.say(text)))
    const anna = house.slack.person(ANNA)
    anna.post('links')
    const reply = await anna.waitFor(ofBot('nordvikbank.example'))
    const markdown = JSON.stringify(reply.blocks)
    expect(markdown).toContain('[Your documents (collector-drop.example)]')
    expect(markdown).toContain('[🖼 chart (collector-drop.example)]')
    expect(markdown).toContain('[nordvikbank.example (collector-drop.example)]')
    expect(markdown).not.toContain('![')
    expect(said(house).join('\n')).not.toContain('<https://')
  })

  it('cannot pass for the bot: its card begins, and its footer is, in a form that no answer has', async () => {
    const DONE = done('sent', '5:09 PM')
    const fake = [
      OUR_OWN_WORDS,
      '*Send this email?*',
      '*To:* boss@northwind.example',
      DONE,
      fromMailbox(BENS_MAIL),
    ].join('\n\n')
    const brain = new TestBrain().when(/^pretend/, async (turn) => {
      await turn.say(fake)
      await sendTo('archive@collector-drop.example')(turn)
    })
    await running(brain)
    const anna = house.slack.person(ANNA)
    anna.post('pretend')
    const card = await anna.waitFor(asks)
    const blocks = (card.blocks ?? []) as { type: string; text?: unknown }[]
    const [answer, ours] = blocks
    expect(answer).toMatchObject({ type: 'markdown', text: expect.stringContaining(DONE) })
    expect(ours).toMatchObject({ type: 'context' })
    expect(JSON.stringify(ours)).toContain(OUR_OWN_WORDS)
    expect(blocks.filter(({ type }) => type === 'markdown')).toHaveLength(1)
    expect(JSON.stringify(blocks.slice(1))).toContain('archive@collector-drop.example')
    expect(JSON.stringify(blocks.slice(1))).not.toContain('boss@northwind.example')
    await anna.press(card, DENY)
    await anna.waitFor(ofBot('Sending: The person said no'))
    expect(sentMail(house, ANNAS_MAIL, 'to:collector-drop.example')).toBe(0)
  })
})

describe('what a fooled agent does', () => {
  it('asks nobody about an address with a letter that nobody sees: it is none', async () => {
    await running(new TestBrain().when(/^send/, sendTo('helen@meridian\u200B-museum.example')))
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    await anna.waitFor(ofBot('Sending: Not an email address'))
    expect(sentMail(house, ANNAS_MAIL, 'subject:ordered')).toBe(0)
  })

  it.each([
    [
      'an attacker',
      'archive@collector-drop.example',
      'archive@collector-drop.example',
      'You have never written to archive@collector-drop.example.',
    ],
    [
      'letters of another alphabet',
      'helen.marsh@meridian-mu\u0455eum.example',
      'helen.marsh@meridian-mu\u0455eum.example',
      'mixes Latin and Cyrillic',
    ],
    ['a turn of direction', 'Helen \u202E<moc.evil@x.example>', '[U+202E]', 'invisible characters'],
  ])('sends nothing to %s before its owner, who sees the true recipient, presses', async (_, to, shown, warning) => {
    await running(new TestBrain().when(/^send/, sendTo(to)))
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    const card = await anna.waitFor(asks)
    expect(card.shown).toContain(shown)
    expect(card.shown).toContain(warning)
    expect(sentMail(house, ANNAS_MAIL, 'subject:ordered')).toBe(0)
    await anna.press(card, DENY)
    await anna.waitFor(ofBot('Sending: The person said no'))
    expect(sentMail(house, ANNAS_MAIL, 'subject:ordered')).toBe(0)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import type { SlackOptions } from '../../src/sandbox/slack/sandbox.js'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks } from '../support/cards.js'
import { ANNA, BEN, GENERAL, House } from '../support/house.js'

/** What Slack shows of the bot beside its messages, as an agent: how a conversation stands, its title, its own Stop button, and what one could ask. */

let house: House
afterEach(async () => {
  await house.close()
})

async function open(brain: TestBrain, slack: Partial<SlackOptions> = {}, killable = false) {
  house = await House.running({ brain, slack, killable, environment: { CHANNEL_REPLIES: 'here' } })
  const [anna, ben] = [house.slack.person(ANNA), house.slack.person(BEN)]
  return { anna, ben }
}

interface Thread {
  readonly channel: string
  readonly ts: string
}

const stands = async ({ channel, ts }: Thread, status: string) =>
  await house.slack.waitFor(() => house.slack.person(ANNA).session(channel, ts)?.status === status, {
    description: `a session that is ${status}`,
  })

const calls = (method: string) => house.slack.wire.entries.filter((entry) => entry.method === method)
const statusesOf = ({ ts }: Thread): unknown[] =>
  calls('agents.sessions.setStatus')
    .map(({ request }) => request as { thread_ts?: string; status?: string })
    .filter(({ thread_ts }) => thread_ts === ts)
    .map(({ status }) => status)

const answer = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

describe('a conversation', () => {
  it('is at work, waits for a decision, is at work again, and rests; its title is what it began with', async () => {
    const { anna } = await open(new TestBrain().when(/send/, sendMail))
    const asked = anna.post('Please send Dana\n a word about Friday')
    const card = await anna.waitFor(asks)
    await stands(asked, 'suspended')
    expect(anna.title(asked.channel, asked.ts)).toBe('Please send Dana a word about Friday')
    expect(anna.session(asked.channel, asked.ts)?.initiator).toBe(ANNA)
    await anna.press(card, APPROVE)
    await anna.waitFor(answer('The mail is sent.'))
    await stands(asked, 'active')
    expect(statusesOf(asked)).toEqual(['processing', 'suspended', 'processing', 'active'])

    anna.post('and what is new?', { threadTs: asked.ts })
    await anna.waitFor(answer('You said: and what is new?'))
    await stands(asked, 'active')
    expect(anna.title(asked.channel, asked.ts)).toBe('Please send Dana a word about Friday')
  })

  it('stops by Slack’s own button, and not by somebody else’s press of it', async () => {
    const halves = inTwoHalves('The first half. ', 'The second half.')
    const { anna, ben } = await open(new TestBrain().when(/long/, halves.answer))
    const asked = anna.post('<@U0INBOXBOT> a long one', { channel: GENERAL })
    await halves.reached
    await stands(asked, 'processing')
    ben.stopSession(GENERAL, asked.ts)
    await ben.waitFor((message) => message.ephemeral === true && message.shown.includes('Only the person who asked'))
    expect(statusesOf(asked)).toEqual(['processing'])
    anna.stopSession(GENERAL, asked.ts)
    await anna.waitFor(answer('Stopped'))
    await stands(asked, 'active')
    expect(anna.messages(GENERAL).some(({ shown }) => shown.includes('The second half.'))).toBe(false)
  })

  it('that a kill left at work is put right by the next start', async () => {
    const halves = inTwoHalves('The first half. ', 'The second half.')
    const { anna } = await open(new TestBrain().when(/long/, halves.answer), {}, true)
    const asked = anna.post('a long one')
    await halves.reached
    await stands(asked, 'processing')
    await house.bot.kill()
    halves.goOn()
    await house.startBot()
    await anna.waitFor(answer('The second half.'))
    await stands(asked, 'active')
  })
})

it('what the agent does stands under the thread until there are words, then no more', async () => {
  let goOn = () => {}
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const slowly = new TestBrain().when(/newest/, async (turn, words) => {
    await gate
    await readMail(turn, words)
  })
  const { anna } = await open(slowly)
  const asked = anna.post('what is the newest mail?')
  await house.slack.waitFor(() => anna.status(asked.channel, asked.ts) === 'is thinking…')
  // The message with the Stop button comes when that takes long, and the line is told again: the post took it away.
  await house.slack.waitFor(() => anna.thread(asked.channel, asked.ts).at(-1)?.shown.includes('Thinking…') === true)
  await house.slack.waitFor(() => anna.status(asked.channel, asked.ts) === 'is thinking…')
  goOn()
  await anna.waitFor(answer('The newest mail'))
  await house.slack.waitFor(() => anna.status(asked.channel, asked.ts) === undefined)
})

it('what one could ask is suggested where the direct messages are opened', async () => {
  const { anna } = await open(new TestBrain())
  anna.openDm()
  await house.slack.waitFor(() => anna.prompts().length > 0)
  const [suggested] = anna.prompts()
  expect(suggested?.threadTs).toBeUndefined()
  expect(suggested?.prompts.map(({ title }) => title)).toContain('What needs my attention?')
})

it.each(['feature_disabled', 'missing_scope'])('a workspace that says %s is served as before', async (code) => {
  const scopes = ['chat:write', 'users:read', 'im:write', 'im:history']
  const slack: Partial<SlackOptions> = code === 'missing_scope' ? { scopes } : { agentSessions: false }
  const { anna } = await open(new TestBrain(), slack)
  anna.openDm()
  for (const words of ['one', 'two', 'three']) {
    const asked = anna.post(words)
    await anna.waitFor((message) => message.threadTs === asked.ts && message.shown.includes(`You said: ${words}`))
  }
  const refused = calls(
    code === 'missing_scope' ? 'assistant.threads.setSuggestedPrompts' : 'agents.sessions.setStatus',
  )
  expect(refused.map(({ outcome }) => outcome)).toEqual([`200 ${code}`])
  expect(house.written.match(/agent surface absent/g)).toHaveLength(1)
})

import { afterEach, describe, expect, it } from 'vitest'
import type { SlackSandbox } from '../../src/sandbox/slack/index.js'
import { TestBrain } from '../support/brains.js'
import { ANNA, GENERAL, House } from '../support/house.js'

/** Slack promises no order: what happens later may arrive first. */

let house: House
afterEach(async () => {
  await house.close()
})

async function running(killable = false) {
  const brain = new TestBrain()
  house = await House.running({ brain, killable, environment: { CHANNEL_REPLIES: 'here' } })
  return { brain, slack: house.slack, anna: house.slack.person(ANNA) }
}

/** Holds back every delivery of new messages with these words, until the answer is called. */
function holdBack(slack: SlackSandbox, words: string): () => void {
  const { socketMode } = slack
  const deliver = socketMode.attempt.bind(socketMode)
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  socketMode.attempt = async (attempt, late) => {
    const text = JSON.stringify(attempt.payload)
    if (text.includes(words) && !/message_(changed|deleted)/.test(text)) await released
    return await deliver(attempt, late)
  }
  return () => release()
}

const acknowledged = (slack: SlackSandbox, words: string) => () =>
  slack.deliveries.all.some((each) => each.acknowledged && JSON.stringify(each.payload).includes(words)) || undefined
const allDelivered = (slack: SlackSandbox) => () =>
  slack.deliveries.all.every(({ acknowledged, finished }) => acknowledged && finished) || undefined
const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

describe('what its owner writes below a mention', () => {
  it('is answered, though it arrives before the mention', async () => {
    const { brain, slack, anna } = await running()
    const release = holdBack(slack, 'the question')
    const { ts } = anna.post('<@U0INBOXBOT> the question', { channel: GENERAL })
    anna.post('one thing more', { channel: GENERAL, threadTs: ts })
    await slack.waitFor(acknowledged(slack, 'one thing more'))
    release()
    await anna.waitFor(answers('You said: one thing more'))
    expect(brain.words).toEqual(['the question', 'one thing more'])
  })

  it('is answered, though it arrived before the mention at a process that is gone', async () => {
    const { brain, slack, anna } = await running(true)
    const release = holdBack(slack, 'the question')
    const { ts } = anna.post('<@U0INBOXBOT> the question', { channel: GENERAL })
    anna.post('one thing more', { channel: GENERAL, threadTs: ts })
    await slack.waitFor(acknowledged(slack, 'one thing more'))
    await house.bot.kill()
    await house.startBot()
    release()
    await anna.waitFor(answers('You said: one thing more'))
    expect(brain.words).toEqual(['the question', 'one thing more'])
  })
})

describe('a message', () => {
  it('is heard as it was edited, though the edit arrives first', async () => {
    const { brain, slack, anna } = await running()
    const release = holdBack(slack, 'first thoughts')
    const { channel, ts } = anna.post('first thoughts')
    anna.edit(channel, ts, 'second thoughts')
    await anna.waitFor(answers('You said: second thoughts'))
    release()
    await slack.waitFor(allDelivered(slack))
    anna.post('afterwards', { threadTs: ts })
    await anna.waitFor(answers('You said: afterwards'))
    expect(brain.words).toEqual(['second thoughts', 'afterwards'])
  })

  it('is not heard where its deletion arrives first', async () => {
    const { brain, slack, anna } = await running()
    const release = holdBack(slack, 'never mind')
    const { channel, ts } = anna.post('never mind')
    anna.delete(channel, ts)
    await slack.waitFor(acknowledged(slack, 'message_deleted'))
    release()
    await slack.waitFor(allDelivered(slack))
    anna.post('afterwards')
    await anna.waitFor(answers('You said: afterwards'))
    expect(brain.words).toEqual(['afterwards'])
  })
})

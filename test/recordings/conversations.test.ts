import { describe } from 'vitest'
import { inTwoHalves, sendMail, TestBrain } from '../support/brains.js'
import { asks } from '../support/cards.js'
import { GENERAL } from '../support/house.js'
import { BOT, says, scenario } from './scenario.js'

/** What the outside is asked while people ask, change their mind, and the bot is killed. */

const HERE = { CHANNEL_REPLIES: 'here' }

/** Looks into the mailbox, and says what it found in words that are the same each day. */
const looking = () =>
  new TestBrain().when(/newest/, async (turn) => {
    const input = { query: 'in:inbox', max_results: 1 }
    const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input }])
    await turn.say(`There **is** a mail: ${found?.status}.`)
  })

const LONG = Array.from({ length: 700 }, (_, index) => `Line ${index}. ${'word '.repeat(12)}`).join('\n\n')

describe('recorded:', () => {
  scenario('a question in a direct message', { brain: looking() }, async ({ anna }) => {
    anna.post('what is the newest mail?')
    await anna.waitFor(says('There **is** a mail: ok.'))
  })

  scenario('a mention answered privately', { brain: looking() }, async ({ anna }) => {
    anna.post(`<@${BOT}> what is the newest mail?`, { channel: GENERAL })
    await anna.waitFor((message) => message.channel === GENERAL && says('Where should I')(message))
    const question = await anna.waitFor((message) => message.channel === anna.dm && says('Where should I')(message))
    await anna.press(question, { label: 'Answer privately' })
    await anna.waitFor(says('There **is** a mail: ok.'))
  })

  scenario('a mention answered here', { brain: looking() }, async ({ anna }) => {
    anna.post(`<@${BOT}> what is the newest mail?`, { channel: GENERAL })
    const question = await anna.waitFor((message) => message.channel === GENERAL && says('Where should I')(message))
    await anna.waitFor((message) => message.channel === anna.dm && says('Where should I')(message))
    await anna.press(question, { label: 'Answer here' })
    await anna.waitFor(says('There **is** a mail: ok.'))
  })

  scenario('a command with a question', { brain: looking() }, async ({ anna }) => {
    await anna.command('what is the newest mail?', { channel: GENERAL })
    await anna.waitFor(says('There **is** a mail: ok.'))
  })

  scenario('a second question in the same thread', { brain: looking() }, async ({ anna, settled }) => {
    const { ts: threadTs } = anna.post('what is the newest mail?')
    await anna.waitFor(says('There **is** a mail: ok.'))
    await settled()
    anna.post('thank you', { threadTs })
    await anna.waitFor(says('You said: thank you'))
  })

  scenario('somebody else in the thread', { environment: HERE }, async ({ anna, ben, settled }) => {
    const { ts: threadTs } = anna.post(`<@${BOT}> one`, { channel: GENERAL })
    await anna.waitFor(says('You said: one'))
    await settled()
    ben.post(`<@${BOT}> two`, { channel: GENERAL, threadTs })
    await ben.waitFor((message) => message.ephemeral === true)
    anna.post(`<@${BOT}> three`, { channel: GENERAL, threadTs })
    await anna.waitFor(says('You said: three'))
  })

  const toStop = inTwoHalves('The first half. ', 'The second half.')
  scenario('Stop by its button', { brain: new TestBrain().when(/long/, toStop.answer) }, async ({ anna }) => {
    anna.post('a long one')
    const reply = await anna.waitFor(says('The first half.'))
    await anna.press(reply, { label: 'Stop' })
    await anna.waitFor(says('Stopped. Write again'))
  })

  const toHush = inTwoHalves('The first half. ', 'The second half.')
  scenario('Stop by a word', { brain: new TestBrain().when(/long/, toHush.answer) }, async ({ anna }) => {
    const { ts: threadTs } = anna.post('a long one')
    await anna.waitFor(says('The first half.'))
    anna.post('stop', { threadTs })
    await anna.waitFor(says('Stopped. Write again'))
  })

  const toEdit = inTwoHalves('The first half. ', 'The second half.')
  scenario('a question that is edited', { brain: new TestBrain().when(/^long/, toEdit.answer) }, async ({ anna }) => {
    const { channel, ts } = anna.post('long answer please')
    await anna.waitFor(says('The first half.'))
    anna.edit(channel, ts, 'short answer please')
    await anna.waitFor(says('You said: short answer please'))
  })

  const toDelete = inTwoHalves('The first half. ', 'The second half.')
  scenario(
    'a question that is deleted',
    { brain: new TestBrain().when(/long/, toDelete.answer) },
    async ({ anna, house }) => {
      const { channel, ts } = anna.post('a long answer')
      const reply = await anna.waitFor(says('The first half.'))
      anna.delete(channel, ts)
      await house.slack.waitFor(() => !anna.messages().some((message) => message.ts === reply.ts) || undefined)
    },
  )

  scenario(
    'a question instead of a decision',
    { brain: new TestBrain().when(/^send/, sendMail) },
    async ({ anna, turnIs }) => {
      const { ts: threadTs } = anna.post('send it')
      const card = await anna.waitFor(asks)
      await turnIs('waiting_approval')
      anna.post('rather tell me a joke', { threadTs })
      await anna.waitFor((message) => message.ts === card.ts && says('because you wrote again')(message))
      await anna.waitFor(says('You said: rather tell me a joke'))
    },
  )

  scenario(
    'an answer of several messages and a file',
    {
      brain: new TestBrain().when(/everything/, (turn) => turn.say(LONG)),
    },
    async ({ anna, house }) => {
      anna.post('tell me everything')
      await house.slack.waitFor(() => anna.messages().some(({ files }) => files !== undefined) || undefined)
    },
  )

  scenario(
    'an answer as a native stream',
    { brain: looking(), environment: { REPLY_STREAMING: 'native' } },
    async ({ anna }) => {
      anna.post('what is the newest mail?')
      await anna.waitFor(says('There **is** a mail: ok.'))
    },
  )

  const streamed = inTwoHalves('The first half. ', 'The second half.')
  scenario(
    'a stream that a kill interrupts',
    { brain: new TestBrain().when(/long/, streamed.answer), environment: { REPLY_STREAMING: 'native' } },
    async ({ anna, house, killed }) => {
      anna.post('a long one')
      await anna.waitFor(says('The first half.'))
      await killed()
      await house.startBot()
      streamed.goOn()
      await anna.waitFor(says('The second half.'))
    },
  )

  scenario('an edit that Slack throttles', {}, async ({ anna, house }) => {
    house.slack.faults.next('chat.update', { retryAfter: 1 })
    anna.post('hello')
    await anna.waitFor(says('You said: hello'))
  })

  scenario('killed between posting and noting it', {}, async ({ anna, house, killed }) => {
    house.slack.faults.next('chat.postMessage', { delayMs: 600_000 })
    anna.post('hello')
    await anna.waitFor(({ user }) => user === BOT)
    await killed()
    await house.startBot()
    await anna.waitFor(says('You said: hello'))
  })

  scenario('killed before the session has heard the question', {}, async ({ anna, house, killed }) => {
    const hold = house.agents.faults.hold('sessions.events.send')
    anna.post('hello')
    await hold.reached
    await anna.waitFor(({ user }) => user === BOT)
    await killed()
    hold.release()
    await house.startBot()
    await anna.waitFor(says('You said: hello'))
  })

  const followed = inTwoHalves('The first half. ', 'The second half.')
  scenario(
    'killed while following',
    { brain: new TestBrain().when(/long/, followed.answer) },
    async ({ anna, house, killed }) => {
      anna.post('a long one')
      await anna.waitFor(says('The first half.'))
      await killed()
      await house.startBot()
      followed.goOn()
      await anna.waitFor(says('The second half.'))
    },
  )
})

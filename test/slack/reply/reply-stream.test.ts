import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { type ReplyStreaming, Streams } from '../../../src/slack/api/streams.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { FeedbackOffer } from '../../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../../src/slack/reply/reply-message.js'
import { Store } from '../../../src/store/store.js'
import { EMPTY_REPLY, type ReplyItem } from '../../../src/turns/reply.js'
import { SYSTEM_CLOCK } from '../../../src/turns/time/clock.js'
import { EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { Clock, slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

/** A reply as a native stream, against the sandbox's Slack. */

const CHANNEL = 'C0GENERAL'

let store: Store
beforeEach(async () => {
  store = await Store.open(':memory:')
})
afterEach(async () => {
  await store.close()
})

const TOOL: ReplyItem = {
  type: 'tool',
  id: 't1',
  name: 'gmail_fetch_mails',
  input: { query: 'from dana' },
  state: 'done',
}

function view(phase: Phase, text = '', items: readonly ReplyItem[] = []): ReplyView {
  const written: ReplyItem[] = text === '' ? [] : [{ type: 'text', id: 'm', text }]
  return {
    ...EMPTY_VIEW,
    phase,
    reply: { ...EMPTY_REPLY, begun: true, items: [...items, ...written] },
    ownerName: 'Anna',
  }
}
const starting = view({ type: 'starting' })
const working = (text: string, items: readonly ReplyItem[] = []) => view({ type: 'working' }, text, items)
const answered = (text: string, items: readonly ReplyItem[] = []) =>
  view({ type: 'ended', ending: 'answered' }, text, items)

async function open(mode: ReplyStreaming = 'native', options: Parameters<typeof slackFor>[0] = {}) {
  const slack = await slackFor(options)
  const log = new SilentLog()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const anna = slack.person('U0ANNA')
  const { ts: threadTs } = anna.post('a question', { channel: CHANNEL })
  const streams = new Streams({ mode, editsPerMinute: 45, clock: SYSTEM_CLOCK, log })
  onTestFinished(() => streams.close())
  /** A process that shows the reply of this turn. */
  const start = (turnId = 'turn-1') => {
    const reply = new ReplyMessage(
      {
        web,
        poster: new Poster(web, store.posts, WORLD.bot.userId),
        posts: store.posts,
        budget: new EditBudget({ perMinute: 45, clock: SYSTEM_CLOCK }),
        streams,
        reader: { team: WORLD.team.id, user: 'U0ANNA' },
        feedback: new FeedbackOffer(() => 0),
        log,
        clock: SYSTEM_CLOCK,
        ownersDm: async () => anna.dm,
        leave: async () => ({ channel: anna.dm, threadTs }),
      },
      { audience: 'owner', turnId, slashCommand: '/inbox' },
      { channel: CHANNEL, threadTs },
      () => {},
    )
    onTestFinished(() => reply.close())
    return reply
  }
  const messages = () => anna.thread(CHANNEL, threadTs).filter((message) => message.user === WORLD.bot.userId)
  const shown = () => messages().map((message) => message.shown)
  const calls = (method: string) =>
    slack.wire.entries.filter((entry) => entry.direction === 'call' && entry.method === method)
  const sees = (text: string) => slack.waitFor(() => shown().some((words) => words.includes(text)))
  return { slack, anna, start, messages, shown, calls, sees, log, streams }
}

/** The text arrives in pieces, each after the one before has been seen, up to its last whole word. */
async function write(house: Awaited<ReturnType<typeof open>>, reply: ReplyMessage, text: string): Promise<void> {
  const words = text.split(' ')
  let written = ''
  for (const word of words) {
    written += `${word} `
    reply.show(working(written))
    await house.sees(word)
  }
}

describe('a streamed reply', () => {
  it('is one message that grows by appending, and ends like any other', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await house.slack.waitFor(() => house.calls('chat.startStream').length === 1)
    await write(house, reply, 'Three mails are unread')
    expect(house.calls('chat.update')).toHaveLength(0)
    expect(house.calls('chat.appendStream').length).toBeGreaterThan(1)
    reply.show(answered('Three mails are unread.'))
    await reply.settled()
    expect(house.shown()).toEqual(['Three mails are unread.'])
    expect(house.calls('chat.postMessage')).toHaveLength(0)
    expect(house.calls('chat.stopStream')).toHaveLength(1)
  })

  it('has the same end as an edited one', async () => {
    const ends: unknown[] = []
    for (const mode of ['edit', 'native', 'auto'] as const) {
      const house = await open(mode)
      const reply = house.start(`turn-${mode}`)
      reply.show(starting)
      reply.show(working('Some **bold** words', [TOOL]))
      await house.slack.waitFor(() => house.messages().length === 1)
      reply.show(answered('Some **bold** words.\n\n- and\n- a list', [TOOL]))
      await reply.settled()
      const messages = house.messages()
      ends.push(messages.map(({ shown, elements }) => ({ shown, labels: elements.map(({ label }) => label) })))
    }
    expect(ends[1]).toEqual(ends[0])
    expect(ends[2]).toEqual(ends[0])
  })

  it('tells what the agent does, and has a Stop button from the beginning', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await house.slack.waitFor(() => house.messages()[0]?.elements.some(({ label }) => label === 'Stop') === true)
    reply.show(working('', [TOOL]))
    await house.sees('Searched your email')
  })

  it('goes on with edits from its first link on, which nothing keeps from being looked up in a stream', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'The offer is')
    reply.show(working('The offer is [here](https://offers.example/1) for'))
    await house.slack.waitFor(() => house.calls('chat.update').length === 1)
    await house.sees('offers.example')
    const appended = house.calls('chat.appendStream').map((entry) => JSON.stringify(entry.request))
    expect(appended.join()).not.toContain('offers.example')
  })

  it('is edited where a question to its owner ends it', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'I would send')
    reply.show(view({ type: 'connecting', state: 'expired', url: 'https://connect.example/1' }))
    await reply.settled()
    expect(house.messages()[0]?.elements.map(({ label }) => label)).toContain('Connect Gmail again')
  })

  it('longer than a message goes on in further ones', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}. ${'word '.repeat(80)}`)
    for (const count of [5, 20, 40, 60]) {
      reply.show(working(paragraphs.slice(0, count).join('\n\n')))
      await house.sees(`Paragraph ${count - 2}.`)
    }
    reply.show(answered(paragraphs.join('\n\n')))
    await reply.settled()
    const all = house.shown().join('\n')
    for (let index = 0; index < 60; index += 1) expect(all.split(`Paragraph ${index}.`)).toHaveLength(2)
  })
})

describe('where Slack takes no stream', () => {
  it.each(['feature_disabled', 'unknown_method', 'missing_scope'])(
    '(%s) replies are edited, and it is not asked every time',
    async (error) => {
      const house = await open()
      house.slack.faults.next('chat.startStream', { error })
      for (const turn of ['turn-1', 'turn-2']) {
        const reply = house.start(turn)
        reply.show(starting)
        await reply.settled()
        reply.show(answered(`Done with ${turn}.`))
        await reply.settled()
      }
      expect(house.shown()).toEqual(['Done with turn-1.', 'Done with turn-2.'])
      expect(house.calls('chat.startStream')).toHaveLength(1)
      expect(house.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    },
  )

  it('for now (429) the reply is edited, and nothing waits', async () => {
    const house = await open()
    house.slack.faults.next('chat.startStream', { retryAfter: 60 })
    const reply = house.start()
    reply.show(answered('At once.'))
    reply.show(working('At'))
    await reply.settled()
    await house.slack.waitFor(() => house.messages().length === 1)
    reply.show(answered('At once.'))
    await reply.settled()
    expect(house.shown()).toEqual(['At once.'])
  })

  it('any longer, since it ends streams by itself, the message is edited', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'One two')
    house.slack.faults.next('chat.appendStream', { error: 'message_not_in_streaming_state' })
    house.slack.faults.next('chat.stopStream', { error: 'message_not_in_streaming_state' })
    reply.show(working('One two three four five'))
    await house.slack.waitFor(() => house.calls('chat.appendStream').at(-1)?.outcome.includes('streaming') === true)
    reply.show(answered('One two three four five.'))
    await house.slack.waitFor(() => house.calls('chat.update').length > 0)
  })
})

describe('a stream that Slack ends after five minutes', () => {
  it('goes on as edits of the same message, to the same end', async () => {
    const clock = new Clock()
    const house = await open('native', { now: clock.now })
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'One two')
    const [before] = house.messages()
    clock.advance(5 * 60_000)
    reply.show(working('One two three four five'))
    await house.sees('three four five')
    expect(house.calls('chat.update').length).toBeGreaterThan(0)
    reply.show(answered('One two three four five six.'))
    await reply.settled()
    expect(house.messages()).toMatchObject([{ ts: before?.ts, shown: 'One two three four five six.' }])
  })

  it('also where nothing was appended any more: the end is written all the same', async () => {
    const clock = new Clock()
    const house = await open('native', { now: clock.now })
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'One two')
    clock.advance(5 * 60_000)
    reply.show(answered('One two.'))
    await reply.settled()
    expect(house.shown()).toEqual(['One two.'])
  })
})

describe('an append', () => {
  it('that is throttled waits, and keeps no edit waiting', async () => {
    const house = await open()
    const streamed = house.start('turn-1')
    streamed.show(starting)
    await house.slack.waitFor(() => house.calls('chat.startStream').length === 1)
    house.slack.faults.next('chat.appendStream', { retryAfter: 60 })
    streamed.show(working('One two'))
    streamed.show(working('One two three'))
    await house.slack.waitFor(() => house.calls('chat.appendStream').at(-1)?.outcome.startsWith('429') === true)
    streamed.show(answered('One two three.'))
    await streamed.settled()
    expect(house.shown()).toEqual(['One two three.'])
  })

  it('that is throttled is made as soon as it may be: the reply goes on growing without an edit', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await house.slack.waitFor(() => house.calls('chat.startStream').length === 1)
    house.slack.faults.next('chat.appendStream', { retryAfter: 1 })
    await write(house, reply, 'One two')
    expect(house.calls('chat.appendStream')[0]?.outcome).toMatch(/^429/)
    expect(house.calls('chat.update')).toHaveLength(0)
  })

  it('whose answer was lost is not made again: the message is edited', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await house.slack.waitFor(() => house.calls('chat.startStream').length === 1)
    house.slack.faults.next('chat.appendStream', { dropAnswer: true })
    reply.show(working('One two three'))
    reply.show(working('One two three four'))
    await house.slack.waitFor(() => house.calls('chat.update').length > 0)
    expect(house.shown().join().split('One')).toHaveLength(2)
  })
})

describe('a stream of a process that is gone', () => {
  it('is stopped and edited by the next one', async () => {
    const house = await open()
    const first = house.start()
    first.show(starting)
    await write(house, first, 'Half of')
    first.close()
    const second = house.start()
    second.show(answered('Half of it, and the rest.'))
    await second.settled()
    expect(house.shown()).toEqual(['Half of it, and the rest.'])
  })

  it('is taken out of Slack where there is nothing to answer any more', async () => {
    const house = await open()
    const first = house.start()
    first.show(starting)
    await write(house, first, 'Half of')
    first.close()
    await house.start().remove()
    expect(house.shown()).toEqual([])
  })

  it('is found where nobody was told that it was started', async () => {
    const house = await open()
    house.slack.faults.next('chat.startStream', { dropAnswer: true })
    const first = house.start()
    first.show(starting)
    await house.slack.waitFor(() => house.messages().length === 1)
    first.close()
    const second = house.start()
    second.show(answered('Only once.'))
    await second.settled()
    expect(house.shown()).toEqual(['Only once.'])
  })
})

describe('a throttled stop', () => {
  it('is made as soon as it may be, and the end lands', async () => {
    const house = await open()
    const reply = house.start()
    reply.show(starting)
    await write(house, reply, 'One two')
    house.slack.faults.next('chat.stopStream', { retryAfter: 1 })
    reply.show(answered('One two three.'))
    await reply.settled()
    expect(house.shown()).toEqual(['One two three.'])
  })
})

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { EditBudget, type EditHandle, type EditPriority, type Flush } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { type ReplyStreaming, Streams } from '../../../src/slack/api/streams.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { FeedbackOffer } from '../../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../../src/slack/reply/reply-message.js'
import { Store } from '../../../src/store/store.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import { SYSTEM_CLOCK } from '../../../src/turns/time/clock.js'
import { type ApprovalView, EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

const CHANNEL = 'C0GENERAL'

let store: Store

beforeEach(async () => {
  store = await Store.open(':memory:')
})
afterEach(async () => {
  await store.close()
})

function view(phase: Phase, text = ''): ReplyView {
  const items = text === '' ? [] : [{ type: 'text' as const, id: 'm', text }]
  return {
    ...EMPTY_VIEW,
    phase,
    reply: { ...EMPTY_REPLY, begun: true, items },
    ownerName: 'Anna',
  }
}
const answered = (text: string) => view({ type: 'ended', ending: 'answered' }, text)

async function open(mode: ReplyStreaming = 'edit') {
  const slack = await slackFor()
  const log = new SilentLog()
  const feedback = new FeedbackOffer(Date.now)
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const anna = slack.person('U0ANNA')
  const { ts: threadTs } = anna.post('a question', { channel: CHANNEL })
  /** A process that shows the reply of this turn. */
  const start = (turnId = 'turn-1', budget = new EditBudget({ perMinute: 45, clock: SYSTEM_CLOCK })) => {
    const reply = new ReplyMessage(
      {
        web,
        poster: new Poster(web, store.posts, WORLD.bot.userId),
        posts: store.posts,
        budget,
        streams: new Streams({ mode, editsPerMinute: 45, clock: SYSTEM_CLOCK, log }),
        reader: { team: WORLD.team.id, user: 'U0ANNA' },
        feedback,
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
  const shown = () =>
    anna
      .thread(CHANNEL, threadTs)
      .filter((message) => message.user === WORLD.bot.userId)
      .map((message) => message.shown)
  return { slack, anna, threadTs, start, shown, log }
}

const asking = (count: number): ReplyView => {
  const steps = Array.from({ length: count }, (_, index) => ({
    type: 'tool' as const,
    id: `call-${index}`,
    name: 'gmail_trash_message',
    input: { message_id: `m${index}` },
    state: 'undecided' as const,
  }))
  const shown = view({ type: 'deciding' })
  const undecided = { decision: null, decidedAt: null, reason: null, deniedBy: null, names: new Map(), mailbox: null }
  return {
    ...shown,
    reply: { ...shown.reply, items: steps },
    approvals: steps.map((step) => ({ id: `approval of ${step.id}`, step, ...undecided })),
  }
}

describe('many questions', () => {
  it('stand there from the first on: no button comes before what stands above it', async () => {
    const { slack, start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'working' }, 'Looking.'))
    await reply.settled()
    slack.faults.next('chat.update', { delayMs: 200 })
    const before = slack.wire.entries.length
    reply.show(asking(30))
    await reply.settled()
    const calls = slack.wire.entries
      .slice(before)
      .flatMap(({ method = '' }) => (/^chat\./.test(method) ? [method] : []))
    expect(calls[0]).toBe('chat.update')
    expect(calls.slice(1)).toEqual(calls.slice(1).map(() => 'chat.postMessage'))
    expect(shown().length).toBe(calls.length)
    expect(
      shown()
        .join(' ')
        .match(/Move this email to the trash\?/g),
    ).toHaveLength(30)
  })
})

/** A long answer, and the question whether to send a mail below it, for which one message is too small. */
const askingBelow = (decision: ApprovalView['decision']): ReplyView => {
  const answer = 'A line of the answer that is quite long, with words.\n\n'.repeat(170)
  const shown = view({ type: decision === null ? 'deciding' : 'working' }, answer)
  const step = {
    type: 'tool' as const,
    id: 'call',
    name: 'gmail_send_message',
    input: { to: 'a@b.example', body: 'word '.repeat(400) },
    state: decision === null ? ('undecided' as const) : ('working' as const),
  }
  const rest = { decidedAt: null, reason: null, deniedBy: null, names: new Map(), mailbox: null }
  return {
    ...shown,
    reply: { ...shown.reply, items: [...shown.reply.items, step] },
    approvals: [{ id: 'approval', step, decision, ...rest }],
  }
}

describe('a question in a message of its own', () => {
  it('goes with its buttons when it is decided and the work goes on', async () => {
    const { start, anna, threadTs } = await open()
    const reply = start()
    reply.show(askingBelow(null))
    await reply.settled()
    const labels = () => anna.thread(CHANNEL, threadTs).flatMap(({ elements }) => elements.map(({ label }) => label))
    expect(labels()).toContain('Send')
    reply.show(askingBelow('approved'))
    await reply.settled()
    expect(labels()).toEqual(['Stop'])
  })

  it('is not posted below an answer that still streams', async () => {
    const { slack, start } = await open('native')
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    const methods = () => slack.wire.entries.map(({ method = '' }) => method)
    expect(methods()).toContain('chat.startStream')
    const before = methods().length
    reply.show(askingBelow(null))
    await reply.settled()
    const calls = methods().slice(before)
    expect(calls.indexOf('chat.stopStream')).toBeLessThan(calls.indexOf('chat.postMessage'))
    expect(calls.indexOf('chat.update')).toBeLessThan(calls.indexOf('chat.postMessage'))
    expect(calls).toContain('chat.stopStream')
    expect(calls).toContain('chat.update')
  })
})

describe('the reply in Slack', () => {
  it('is tried in its best form again at the end, whatever Slack refused on the way', async () => {
    const { slack, start, anna, threadTs } = await open()
    const reply = start()
    reply.show(view({ type: 'working' }, 'One'))
    await reply.settled()
    slack.faults.next('chat.update', { error: 'invalid_blocks' })
    reply.show(view({ type: 'working' }, 'One *two*'))
    await reply.settled()
    reply.show(answered('One **two** three.'))
    await reply.settled()
    const last = anna.thread(CHANNEL, threadTs).at(-1)
    expect(last?.blocks?.[0]).toMatchObject({ type: 'markdown' })
  })

  it.each([
    ['once', 1],
    ['in its plainer form, too', 2],
  ])('says all of it in several messages where Slack refuses one %s', async (_, times) => {
    const { slack, start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    for (let time = 0; time < times; time += 1) slack.faults.next('chat.update', { error: 'msg_blocks_too_long' })
    const lines = Array.from({ length: 130 }, (_, index) => `Line ${index} of a_b & <c>, ${'word '.repeat(10)}`)
    reply.show(answered(lines.join('\n\n')))
    await reply.settled()
    expect(shown().length).toBeGreaterThan(2)
    const all = shown().join('\n').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    expect(all.match(/Line \d+ of a_b & <c>/g)).toEqual(lines.map((line) => line.replace(/,.*/, '')))
  })

  it('puts buttons into a message of their own where Slack refuses a question, and takes it away when that is over', async () => {
    const { slack, start, anna, threadTs, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'working' }, 'Looking.'))
    await reply.settled()
    slack.faults.next('chat.update', { error: 'invalid_blocks' })
    reply.show(asking(1))
    await reply.settled()
    const own = anna.thread(CHANNEL, threadTs).filter((message) => message.user === WORLD.bot.userId)
    expect(own.length).toBeGreaterThan(1)
    const [last, ...others] = [...own].reverse()
    expect(last?.elements.length).toBeGreaterThan(1)
    expect(last?.shown).toContain('About the message above:')
    expect(others.flatMap(({ elements }) => elements)).toEqual([])
    reply.show(answered('Done.'))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('Done.')])
  })

  it('is one message, posted once and edited to its newest state', async () => {
    const { start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('On it')])
    for (const text of ['One', 'One two', 'One two three']) reply.show(view({ type: 'working' }, text))
    reply.show(answered('One two three four.'))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('One two three four.')])
  })

  it('whose first answer was lost ends up with what it is to say now, in the same message', async () => {
    const { slack, start, shown } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await slack.waitFor(() => shown().length === 1)
    reply.show(answered('Three mails are unread.'))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('Three mails are unread.')])
  })

  it('is taken up again by the next process, which knows nothing of what stands there', async () => {
    const { start, shown } = await open()
    const first = start()
    first.show(view({ type: 'working' }, 'Half'))
    await first.settled()
    first.close()
    const second = start()
    second.show(answered('Half and whole.'))
    await second.settled()
    expect(shown()).toEqual([expect.stringContaining('Half and whole.')])
  })

  it.each([
    ['moves below a newer message that it answers', 'below'],
    ['is taken out of Slack where nothing is left to answer', 'away'],
  ] as const)('%s, also where nobody was told that it was posted', async (_, where) => {
    const { slack, anna, threadTs, start, shown } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    const reply = start()
    reply.show(view({ type: 'queued', behind: 'turn' }))
    await slack.waitFor(() => shown().length === 1)
    const { ts } = anna.post('another question', { channel: CHANNEL, threadTs })
    if (where === 'away') {
      await reply.remove()
      expect(shown()).toEqual([])
      return
    }
    await reply.placeBelow(
      [
        {
          id: 'm',
          channel: CHANNEL,
          ts,
          text: 'another question',
          mentions: [],
          files: [],
          forwarded: [],
          replaces: false,
        },
      ],
      null,
    )
    reply.show(answered('Both.'))
    await reply.settled()
    expect(shown()).toEqual(['Both.'])
    expect(anna.thread(CHANNEL, threadTs).at(-1)?.shown).toBe('Both.')
  })

  it('moves to the thread of the last line where another line of a direct message joined the first', async () => {
    const { anna, threadTs, start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'queued', behind: 'turn' }))
    await reply.settled()
    const { ts } = anna.post('one more line', { channel: CHANNEL })
    await reply.placeBelow([], { first: { channel: CHANNEL, threadTs }, last: { channel: CHANNEL, threadTs: ts } })
    reply.show(answered('Both.'))
    await reply.settled()
    expect(shown()).toEqual([])
    expect(anna.thread(CHANNEL, ts).at(-1)?.shown).toBe('Both.')
  })

  it('moves below a message that it answers, too', async () => {
    const { anna, threadTs, start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'queued', behind: 'turn' }))
    await reply.settled()
    const { ts } = anna.post('one more thing', { channel: CHANNEL, threadTs })
    await reply.placeBelow(
      [
        {
          id: 'm',
          channel: CHANNEL,
          ts,
          text: 'one more thing',
          mentions: [],
          files: [],
          forwarded: [],
          replaces: false,
        },
      ],
      null,
    )
    reply.show(answered('Both.'))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('Both.')])
    expect(anna.thread(CHANNEL, threadTs).at(-1)?.user).toBe(WORLD.bot.userId)
  })

  it('of a thread that is gone keeps nobody waiting, and leaves nothing behind', async () => {
    const { anna, threadTs, start } = await open()
    anna.delete(CHANNEL, threadTs)
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    await reply.placeBelow(
      [
        {
          id: 'm',
          channel: CHANNEL,
          ts: threadTs,
          text: 'a question',
          mentions: [],
          files: [],
          forwarded: [],
          replaces: false,
        },
      ],
      null,
    )
    reply.show(answered('For nobody.'))
    await reply.settled()
    await reply.remove()
    // Slack shows a reply to nothing at the channel's root.
    expect(anna.messages(CHANNEL).filter(({ user }) => user === WORLD.bot.userId)).toEqual([])
  })

  it('stands again where somebody deleted it', async () => {
    const { slack, start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    slack.faults.next('chat.update', { error: 'message_not_found' })
    reply.show(answered('All of it.'))
    await reply.settled()
    expect(shown().at(-1)).toContain('All of it.')
  })

  it('is over without a fuss where Slack will never take it, and the operator knows', async () => {
    const { slack, start, log } = await open()
    slack.faults.next('chat.postMessage', { error: 'is_archived' })
    const reply = start()
    reply.show(answered('All of it.'))
    await reply.settled()
    expect(log.lines).toMatchObject([{ level: 'error', fields: { turn: 'turn-1', code: 'is_archived' } }])
  })

  it('goes on over several messages where it is longer than one', async () => {
    const { start, shown } = await open()
    const reply = start()
    const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}. ${'word '.repeat(80)}`)
    reply.show(answered(paragraphs.join('\n\n')))
    await reply.settled()
    expect(shown().length).toBeGreaterThan(1)
    for (let index = 0; index < 60; index += 1) expect(shown().join('\n')).toContain(`Paragraph ${index}.`)
  })

  describe('that is very long', () => {
    const long = Array.from({ length: 900 }, (_, index) => `Line ${index}, ${'word '.repeat(8)}`).join('\n\n')
    const shared = (
      anna: { thread(channel: string, ts: string): readonly { files?: readonly object[] }[] },
      ts: string,
    ) => anna.thread(CHANNEL, ts).flatMap(({ files }) => files ?? [])

    it('also comes as a file, once, however often it is shown', async () => {
      const { anna, threadTs, start } = await open()
      for (let process = 0; process < 2; process += 1) {
        const reply = start()
        reply.show(answered(long))
        await reply.settled()
        reply.close()
      }
      expect(shared(anna, threadTs)).toMatchObject([{ name: 'answer-turn-1.md', size: long.length }])
    })

    it('comes once also where nobody was told that the file arrived', async () => {
      const { slack, anna, threadTs, start } = await open()
      slack.faults.next('files.completeUploadExternal', { dropAnswer: true })
      const reply = start()
      reply.show(answered(long))
      await reply.settled()
      expect(shared(anna, threadTs)).toHaveLength(1)
    })

    it('is complete without the file where Slack does not take it, and the operator knows', async () => {
      const { slack, anna, threadTs, start, shown, log } = await open()
      slack.faults.next('files.getUploadURLExternal', { error: 'missing_scope' })
      const reply = start()
      reply.show(answered(long))
      await reply.settled()
      expect(shared(anna, threadTs)).toEqual([])
      expect(shown().join('\n')).toContain('Line 899,')
      expect(log.lines).toMatchObject([{ level: 'warn', fields: { turn: 'turn-1', code: 'missing_scope' } }])
    })

    it('comes without a file as long as it is not over, or fits a few messages', async () => {
      const { anna, threadTs, start } = await open()
      const reply = start()
      reply.show(view({ type: 'working' }, long))
      await reply.settled()
      reply.show(answered(long.slice(0, 20_000)))
      await reply.settled()
      expect(shared(anna, threadTs)).toEqual([])
    })
  })

  it('is taken out again when there is nothing to answer', async () => {
    const { start, shown } = await open()
    const reply = start()
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    await reply.remove()
    expect(shown()).toEqual([])
    expect(await store.posts.of('turn-1', 'reply')).toEqual([])
  })
})

/** Notes what a reply asks for, and what its edits come to. */
class WatchedBudget extends EditBudget {
  readonly asked: EditPriority[] = []
  readonly came: string[] = []

  constructor() {
    super({ perMinute: 45, clock: SYSTEM_CLOCK })
  }

  override open(key: string, flush: Flush): EditHandle {
    const handle = super.open(key, async () => {
      const result = await flush()
      this.came.push(typeof result === 'string' ? result : 'refused')
      return result
    })
    const request = (priority: EditPriority) => {
      this.asked.push(priority)
      handle.request(priority)
    }
    return { ...handle, request }
  }
}

describe('a reply that waits for its first words', () => {
  const calls = (slack: Awaited<ReturnType<typeof open>>['slack']) =>
    slack.wire.entries.flatMap(({ method = '' }) => (/^chat\./.test(method) ? [method] : []))

  it('is posted with them, and no edit is spent on what stood there before', async () => {
    const { slack, start, shown } = await open()
    const reply = start()
    let stands = 0
    reply.whenStands(() => {
      stands += 1
    })
    reply.hold()
    reply.show(view({ type: 'starting' }))
    reply.show(view({ type: 'working' }))
    expect(stands).toBe(0)
    reply.show(view({ type: 'working' }, 'Two emails.'))
    await reply.settled()
    expect(calls(slack)).toEqual(['chat.postMessage'])
    expect(shown()).toEqual([expect.stringContaining('Two emails.')])
    expect(stands).toBe(1)
    reply.show(answered('Two emails.'))
    await reply.settled()
    expect(calls(slack)).toEqual(['chat.postMessage', 'chat.update'])
  })

  it('is posted at once with a question, or with its end', async () => {
    for (const what of [asking(1), view({ type: 'ended', ending: 'stopped' })]) {
      const { slack, start } = await open()
      const reply = start('turn-2')
      reply.hold()
      reply.show(view({ type: 'working' }))
      reply.show(what)
      await vi.waitUntil(() => calls(slack).length > 0)
      reply.close()
      expect(calls(slack)).toEqual(['chat.postMessage'])
      await store.posts.forget({ subject: 'turn-2', place: 'reply', part: 0 })
    }
  })

  it('says what it does as soon as somebody waits to see it', async () => {
    const { start, shown } = await open()
    const reply = start()
    reply.hold()
    reply.show(view({ type: 'working' }))
    await reply.settled()
    expect(shown()).toEqual([expect.stringContaining('Thinking')])
  })

  it('whose channel has another id by the time its post is answered is edited there', async () => {
    const { slack, start } = await open()
    const reply = start()
    const held = slack.faults.hold('chat.postMessage')
    reply.show(view({ type: 'working' }, 'Two emails.'))
    await held.reached
    reply.channelIdChanged(CHANNEL, 'C0RENAMED')
    held.release()
    reply.show(view({ type: 'working' }, 'Two emails, and a third.'))
    const edits = () => slack.wire.entries.filter(({ method }) => method === 'chat.update')
    await vi.waitUntil(() => edits().length > 0)
    expect(edits()[0]?.request).toMatchObject({ channel: 'C0RENAMED' })
  })

  it('tells of what a process before this one posted', async () => {
    const { start } = await open()
    const before = start()
    before.show(view({ type: 'working' }))
    await before.settled()
    const reply = start()
    const standing = new Promise<void>((resolve) => reply.whenStands(resolve))
    reply.hold()
    reply.show(view({ type: 'working' }))
    await standing
  })
})

describe('the edits that a reply asks for', () => {
  it('are urgent for its first words, and only until those are shown', async () => {
    const { slack, start, shown } = await open()
    const budget = new WatchedBudget()
    const reply = start('turn-1', budget)
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    const edit = slack.faults.hold('chat.update')
    reply.show(view({ type: 'working' }, 'One'))
    await edit.reached
    // More is written while the first words are on their way: there is no moment at which everything is shown.
    reply.show(view({ type: 'working' }, 'One two'))
    edit.release()
    await slack.waitFor(() => shown().some((text) => text.includes('One two')))
    reply.show(answered('One two three.'))
    await reply.settled()
    expect(budget.asked.at(0)).toBe('first')
    expect(budget.asked).toContain('text')
    expect(budget.asked.lastIndexOf('first')).toBeLessThan(budget.asked.indexOf('text'))
    expect(budget.asked.at(-1)).toBe('final')
  })

  it('that Slack refuses for now count against everybody’s: the budget hears of it, and the newest state follows', async () => {
    const { slack, start, shown, log } = await open()
    const budget = new WatchedBudget()
    const reply = start('turn-1', budget)
    reply.show(view({ type: 'starting' }))
    await reply.settled()
    slack.faults.next('chat.update', { retryAfter: 1 })
    reply.show(answered('One two three.'))
    await reply.settled()
    expect(budget.came).toContain('refused')
    expect(shown().join()).toContain('One two three.')
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('are asked for a few times, however small the pieces are in which the text comes', async () => {
    const { slack, start, shown } = await open()
    const budget = new WatchedBudget()
    const reply = start('turn-1', budget)
    reply.show(view({ type: 'working' }, 'Word 0'))
    await reply.settled()
    const edit = slack.faults.hold('chat.update')
    reply.show(view({ type: 'working' }, 'Word 0 1'))
    await edit.reached
    const before = budget.asked.length
    let text = 'Word 0 1'
    for (let word = 2; word < 300; word += 1) {
      text += ` ${word}`
      reply.show(view({ type: 'working' }, text))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(budget.asked.length - before).toBeLessThan(5)
    edit.release()
    await slack.waitFor(() => shown().some((words) => words.includes(' 299')))
  })

  it('cost nothing where what they were to show is gone again', async () => {
    const { start } = await open()
    const budget = new WatchedBudget()
    const reply = start('turn-1', budget)
    reply.show(view({ type: 'working' }, 'One'))
    await reply.settled()
    reply.show(view({ type: 'working' }, 'One two'))
    while (budget.asked.length === 0) await Promise.resolve()
    reply.show(view({ type: 'working' }, 'One'))
    while (budget.came.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(budget.came).toEqual(['unchanged'])
  })
})

describe('feedback buttons', () => {
  const buttons = (of: Awaited<ReturnType<typeof open>>) =>
    of.anna
      .thread(CHANNEL, of.threadTs)
      .map(({ elements }) =>
        elements.filter(({ actionId }) => actionId === 'answer_feedback').map(({ label }) => label),
      )
      .slice(1)

  it('stand below the last message of an answer, and only there', async () => {
    const opened = await open()
    const reply = opened.start()
    const long = 'A line of the answer that is quite long, with words.\n\n'.repeat(300)
    reply.show(view({ type: 'working' }, long))
    await reply.settled()
    expect(buttons(opened).flat()).toEqual([])
    reply.show(answered(long))
    await reply.settled()
    const shown = buttons(opened)
    expect(shown.length).toBeGreaterThan(1)
    expect(shown.slice(0, -1).flat()).toEqual([])
    expect(shown.at(-1)).toEqual(['Good answer', 'Bad answer'])
  })

  it.each(['stopped', 'model_failed', 'not_connected', 'help'] as const)('do not stand below %s', async (ending) => {
    const opened = await open()
    const reply = opened.start()
    reply.show(view({ type: 'ended', ending }, 'Some words.'))
    await reply.settled()
    expect(buttons(opened)).toEqual([[]])
  })

  it('go first where Slack refuses them: the answer keeps its form, and the next one is posted without them', async () => {
    const opened = await open()
    const { slack, log } = opened
    const reply = opened.start()
    reply.show(view({ type: 'working' }, 'Some **words**.'))
    await reply.settled()
    slack.faults.next('chat.update', { error: 'invalid_blocks' })
    reply.show(answered('Some **words**.'))
    await reply.settled()
    expect(buttons(opened)).toEqual([[]])
    const [, message] = opened.anna.thread(CHANNEL, opened.threadTs)
    expect(message?.blocks).toMatchObject([{ type: 'markdown' }])
    expect(log.lines.map(({ message }) => message)).toEqual([
      'slack feedback buttons refused: answers go without them for an hour',
    ])
    const next = opened.start('turn-2')
    next.show(answered('Other words.'))
    await next.settled()
    expect(buttons(opened)).toEqual([[], []])
  })

  it('are offered again where Slack refuses the answer without them, too', async () => {
    const opened = await open()
    const reply = opened.start()
    opened.slack.faults.next('chat.postMessage', { error: 'invalid_blocks' })
    opened.slack.faults.next('chat.postMessage', { error: 'invalid_blocks' })
    reply.show(answered('Some words.'))
    await reply.settled()
    const next = opened.start('turn-2')
    next.show(answered('Other words.'))
    await next.settled()
    expect(buttons(opened)).toEqual([[], ['Good answer', 'Bad answer']])
  })
})

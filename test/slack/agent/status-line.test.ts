import { describe, expect, it } from 'vitest'
import { AgentCalls } from '../../../src/slack/agent/agent-calls.js'
import { StatusLine } from '../../../src/slack/agent/status-line.js'
import { statusWords } from '../../../src/slack/agent/status-words.js'
import { EMPTY_REPLY, type Reply, type ToolStep } from '../../../src/turns/reply.js'
import { EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'
import { FakeWeb, held, refusal } from './fake-web.js'

const MINUTE = 60_000

function open() {
  const web = new FakeWeb()
  const clock = new FakeClock()
  const calls = new AgentCalls({ now: () => clock.now(), log: new SilentLog() })
  let thread = { channel: 'D1', threadTs: '1.000001' }
  let failures = 0
  const line = new StatusLine(
    { web: web.client, calls, clock },
    () => thread,
    () => {
      failures += 1
    },
  )
  const move = (threadTs: string) => {
    thread = { ...thread, threadTs }
    line.moved()
  }
  return { web, clock, line, move, failures: () => failures }
}

describe('the line under a thread', () => {
  it('comes once it is opened', async () => {
    const { web, clock, line } = open()
    line.show('is thinking…')
    await clock.pass(0)
    expect(web.calls).toEqual([])
    line.open()
    await clock.pass(0)
    expect(web.calls).toEqual([
      {
        method: 'assistant.threads.setStatus',
        body: { channel_id: 'D1', thread_ts: '1.000001', status: 'is thinking…' },
      },
    ])
  })

  it('is renewed before Slack takes it away, until there is nothing to say', async () => {
    const { web, clock, line } = open()
    line.open()
    line.show('is thinking…')
    await clock.pass(4 * MINUTE)
    expect(web.statuses).toEqual(['is thinking…', 'is thinking…', 'is thinking…'])
    line.show('')
    await clock.pass(24 * 60 * MINUTE)
    expect(web.statuses).toEqual(['is thinking…', 'is thinking…', 'is thinking…', ''])
    expect(clock.waiting).toBe(0)
  })

  it('says the newest only, and nothing twice', async () => {
    const { web, clock, line } = open()
    const first = held()
    web.answers.push(first.answer)
    line.open()
    for (const words of ['is one…', 'is one…', 'is two…', 'is three…']) line.show(words)
    first.give()
    await clock.pass(0)
    expect(web.statuses).toEqual(['is one…', 'is three…'])
  })

  it('is told again after a message of the bot, which takes it away', async () => {
    const { web, clock, line } = open()
    line.open()
    line.show('is one…')
    await clock.pass(0)
    line.posted('is one…')
    await clock.pass(0)
    expect(web.statuses).toEqual(['is one…', 'is one…'])
    line.posted('')
    await clock.pass(24 * 60 * MINUTE)
    expect(web.statuses).toEqual(['is one…', 'is one…'])
  })

  it('that was under way while a message was posted is taken away: it may have come after it', async () => {
    const { web, clock, line } = open()
    const first = held()
    web.answers.push(first.answer)
    line.open()
    line.show('is one…')
    line.posted('')
    first.give()
    await clock.pass(0)
    expect(web.statuses).toEqual(['is one…', ''])
    expect(clock.waiting).toBe(0)
  })

  it('goes along to another thread, and leaves nothing in the one before', async () => {
    const { web, clock, line, move } = open()
    const first = held()
    web.answers.push(first.answer)
    line.open()
    line.show('is one…')
    move('2.000001')
    first.give()
    await clock.pass(0)
    move('3.000001')
    await clock.pass(0)
    expect(web.calls.map(({ body }) => [body.thread_ts, body.status])).toEqual([
      ['1.000001', 'is one…'],
      ['1.000001', ''],
      ['2.000001', 'is one…'],
      ['2.000001', ''],
      ['3.000001', 'is one…'],
    ])
  })

  it('tells whoever relies on it when it cannot be shown', async () => {
    const { web, clock, line, failures } = open()
    web.answers.push(refusal('internal_error'))
    line.open()
    line.show('is one…')
    await clock.pass(0)
    expect(failures()).toBe(1)
  })

  it('goes when the reply is closed', async () => {
    const { web, clock, line } = open()
    line.open()
    line.show('is thinking…')
    await clock.pass(0)
    line.close()
    await clock.pass(10 * MINUTE)
    expect(web.statuses).toEqual(['is thinking…', ''])
    expect(clock.waiting).toBe(0)
  })

  it('is left out where Slack does not have it', async () => {
    const { web, clock, line } = open()
    web.answers.push(refusal('missing_scope'))
    line.open()
    line.show('is one…')
    await clock.pass(0)
    line.show('is two…')
    await clock.pass(10 * MINUTE)
    expect(web.statuses).toEqual(['is one…'])
  })
})

const step = (state: ToolStep['state'], name = 'gmail_fetch_mails'): ToolStep => ({
  type: 'tool',
  id: name,
  name,
  input: { query: 'from:the-lawyer' },
  state,
})
const view = (phase: Phase, items: Reply['items'] = []): ReplyView => ({
  ...EMPTY_VIEW,
  phase,
  reply: { ...EMPTY_REPLY, items },
})
const working = { type: 'working' } as const

describe('its words', () => {
  it('say what is under way, and nothing of what was asked', () => {
    const words = statusWords(view(working, [step('done', 'gmail_get_profile'), step('working')]))
    expect(words).toMatch(/^is [a-z].*…$/)
    expect(words).not.toContain('lawyer')
  })

  it.each<[string, ReplyView, string]>([
    ['at the start', view({ type: 'starting' }), 'is thinking…'],
    ['while a service is away', view({ type: 'retrying', service: 'claude' }), 'is trying again…'],
    ['between steps', view(working, [step('done')]), 'is thinking…'],
    ['before a yes', view(working, [step('undecided', 'gmail_trash_message')]), 'is thinking…'],
    ['once there are words', view(working, [step('working'), { type: 'text', id: 'm', text: 'Here' }]), ''],
    ['while a decision is open', view({ type: 'deciding' }), ''],
    ['at the end', view({ type: 'ended', ending: 'answered' }), ''],
  ])('%s', (_, shown, words) => {
    expect(statusWords(shown)).toBe(words)
  })
})

import { describe, expect, it } from 'vitest'
import { AgentCalls } from '../../../src/slack/agent/agent-calls.js'
import { Sessions } from '../../../src/slack/agent/sessions.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'
import { FakeWeb, held, refusal } from './fake-web.js'

const HOUR = 60 * 60_000

function open() {
  const web = new FakeWeb()
  const clock = new FakeClock()
  const log = new SilentLog()
  const calls = new AgentCalls({ now: () => clock.now(), log })
  const sessions = new Sessions({ web: web.client, calls, clock, log })
  const session = (channel = 'D1', title = async (): Promise<string | null> => 'What is unread?') => ({
    channel,
    threadTs: '1.000001',
    owner: 'U0ANNA',
    title,
  })
  return { web, clock, log, sessions, session }
}

describe('how a conversation stands', () => {
  it('is told with its title and its owner where work begins, and without them else', async () => {
    const { web, clock, sessions, session } = open()
    sessions.set(session(), 'processing')
    await clock.pass(0)
    sessions.set(session(), 'active')
    await clock.pass(0)
    const place = { channel_id: 'D1', thread_ts: '1.000001' }
    expect(web.calls.map(({ body }) => body)).toEqual([
      { ...place, status: 'processing', title: 'What is unread?', initiator_user_id: 'U0ANNA' },
      { ...place, status: 'active' },
    ])
  })

  it('goes out one call at a time, and what was true in between is not told', async () => {
    const { web, clock, sessions, session } = open()
    const first = held()
    web.answers.push(first.answer)
    sessions.set(session(), 'processing')
    await clock.pass(0)
    sessions.set(session(), 'suspended')
    sessions.set(session(), 'processing')
    sessions.set(session(), 'active')
    await clock.pass(0)
    expect(web.statuses).toEqual(['processing'])
    first.give()
    await clock.pass(0)
    expect(web.statuses).toEqual(['processing', 'active'])
  })

  it('holds up no other thread', async () => {
    const { web, clock, sessions, session } = open()
    web.answers.push(held().answer)
    sessions.set(session('D1'), 'processing')
    sessions.set(session('D2'), 'processing')
    await clock.pass(0)
    expect(web.calls.map(({ body }) => body.channel_id)).toEqual(['D1', 'D2'])
  })

  it.each(['feature_disabled', 'not_an_agent', 'missing_scope', 'unknown_method'])(
    'is not told for an hour where Slack says %s, which is logged once',
    async (code) => {
      const { web, clock, log, sessions, session } = open()
      web.answers.push(refusal(code), refusal(code))
      for (const channel of ['D1', 'D2', 'D3']) {
        sessions.set(session(channel), 'processing')
        await clock.pass(0)
      }
      expect(web.calls).toHaveLength(1)
      await clock.pass(HOUR)
      sessions.set(session(), 'active')
      await clock.pass(0)
      expect(web.calls).toHaveLength(2)
      expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([
        expect.objectContaining({ fields: { feature: 'sessions', code } }),
      ])
    },
  )

  it('is not repeated where Slack refuses this thread, and the next change is told', async () => {
    const { web, clock, sessions, session } = open()
    web.answers.push(refusal('channel_not_found'))
    sessions.set(session(), 'processing')
    await clock.pass(HOUR)
    expect(web.statuses).toEqual(['processing'])
    sessions.set(session(), 'active')
    await clock.pass(0)
    expect(web.statuses).toEqual(['processing', 'active'])
  })

  it('is tried again while Slack is away, the newest state each time, and not for ever', async () => {
    const { web, clock, sessions, session } = open()
    web.answers.push(refusal('internal_error'))
    sessions.set(session(), 'processing')
    await clock.pass(0)
    sessions.set(session(), 'active')
    await clock.pass(HOUR)
    expect(web.statuses).toEqual(['processing', 'active'])

    web.answers.push(...Array.from({ length: 50 }, () => refusal('internal_error')))
    sessions.set(session(), 'processing')
    await clock.pass(24 * HOUR)
    expect(web.calls.length).toBeLessThan(12)
    expect(clock.waiting).toBe(0)
  })

  it('has no title where the database does not answer, and is told all the same', async () => {
    const { web, clock, log, sessions, session } = open()
    sessions.set(
      session('D1', async () => await Promise.reject(new Error('locked'))),
      'processing',
    )
    await clock.pass(0)
    expect(web.calls[0]?.body).not.toHaveProperty('title')
    expect(web.statuses).toEqual(['processing'])
    expect(log.lines).toContainEqual(expect.objectContaining({ message: 'agent session has no title' }))
  })

  it('says once where people get no Stop button', async () => {
    const { web, clock, log, sessions, session } = open()
    const warned = { ok: true, warning: 'missing_agent_session_stopped_event_subscription' }
    web.answers.push(warned, warned)
    sessions.set(session(), 'processing')
    await clock.pass(0)
    sessions.set(session(), 'active')
    await clock.pass(0)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('is waited for when the bot stops, but not for long', async () => {
    const { web, clock, sessions, session } = open()
    const answer = held()
    web.answers.push(answer.answer)
    sessions.set(session(), 'active')
    await clock.pass(0)
    let isStopped = false
    const stopping = sessions.stop().then(() => {
      isStopped = true
    })
    await clock.pass(1_000)
    expect(isStopped).toBe(false)
    answer.give()
    await stopping

    const other = open()
    other.web.answers.push(held().answer)
    other.sessions.set(other.session(), 'active')
    await other.clock.during(other.sessions.stop())
  })
})

import { describe, expect, it } from 'vitest'
import { AgentCalls } from '../../../src/slack/agent/agent-calls.js'
import { AgentReply, type SlackReply } from '../../../src/slack/agent/agent-reply.js'
import type { Session, Sessions } from '../../../src/slack/agent/sessions.js'
import { StatusLine } from '../../../src/slack/agent/status-line.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import { EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'
import { FakeWeb, held, refusal } from './fake-web.js'

const view = (phase: Phase, text = ''): ReplyView => ({
  ...EMPTY_VIEW,
  phase,
  reply: { ...EMPTY_REPLY, items: text === '' ? [] : [{ type: 'text', id: 'm', text }] },
})

interface Surface {
  readonly offerStop?: boolean
  readonly offerWords?: boolean
  /** Whether Slack shows how the conversation stands. */
  readonly showsSession?: boolean
}

function open({ offerStop = true, offerWords = true, showsSession = true }: Surface = {}) {
  const happened: string[] = []
  const clock = new FakeClock()
  const web = new FakeWeb()
  const standing = held()
  let stands: () => void = () => undefined
  const inner: SlackReply = {
    show: ({ phase }) => happened.push(`shows ${phase.type}`),
    settled: async () => void (await standing.answer),
    reachesOwner: true,
    placeBelow: async () => undefined,
    remove: async () => void happened.push('removed'),
    close: () => happened.push('closed'),
    channelIdChanged: () => undefined,
    hold: () => happened.push('held'),
    release: () => happened.push('released'),
    whenStands: (listener) => {
      stands = listener
    },
  }
  const sessions: Pick<Sessions, 'set' | 'offerStop'> = {
    offerStop,
    set: async ({ channel }: Session, status) => {
      happened.push(`${channel} is ${status}`)
      return showsSession
    },
  }
  const calls = new AgentCalls({ now: () => clock.now(), log: new SilentLog() })
  const statusLine = (thread: () => Session, onFailure: () => void) =>
    new StatusLine({ web: web.client, calls, clock }, thread, onFailure)
  const session = { channel: 'C1', threadTs: '1.000001', owner: 'U0ANNA', title: async () => null }
  return {
    reply: new AgentReply({ sessions, offerWords: () => offerWords, statusLine }, inner, session),
    happened,
    web,
    clock,
    settles: standing.give,
    posts: () => stands(),
  }
}

it('shows first and tells then, each change once', () => {
  const { reply, happened } = open()
  for (const type of ['starting', 'working', 'working'] as const) reply.show(view({ type }))
  reply.show(view({ type: 'ended', ending: 'answered' }))
  expect(happened).toEqual([
    'held',
    'shows starting',
    'C1 is processing',
    'shows working',
    'shows working',
    'shows ended',
    'C1 is active',
  ])
})

describe('its first message', () => {
  it('waits for its words: until it stands, the line says what the agent does', async () => {
    const { reply, happened, web, clock, posts } = open()
    reply.show(view({ type: 'starting' }))
    await clock.pass(0)
    expect(happened.slice(0, 2)).toEqual(['held', 'shows starting'])
    expect(web.statuses).toEqual(['is thinking…'])
    reply.show(view({ type: 'working' }, 'Two emails.'))
    await clock.pass(0)
    // The post takes the line away.
    expect(web.statuses).toEqual(['is thinking…'])
    posts()
    await clock.pass(10 * 60_000)
    expect(web.statuses).toEqual(['is thinking…'])
    expect(happened).not.toContain('released')
  })

  it('that came without words took the line away, which is told again', async () => {
    const { reply, web, clock, posts } = open()
    reply.show(view({ type: 'starting' }))
    await clock.pass(0)
    posts()
    await clock.pass(0)
    expect(web.statuses).toEqual(['is thinking…', 'is thinking…'])
    reply.show(view({ type: 'working' }, 'Two emails.'))
    await clock.pass(0)
    expect(web.statuses).toEqual(['is thinking…', 'is thinking…', ''])
  })

  it.each<[string, Surface]>([
    ['no Stop button', { offerStop: false }],
    ['no line', { offerWords: false }],
  ])('is posted at once where Slack is known to have %s, and the line comes below it', async (_, surface) => {
    const { reply, happened, web, clock, settles } = open(surface)
    reply.show(view({ type: 'starting' }))
    await clock.pass(0)
    expect(happened).not.toContain('held')
    expect(web.calls).toEqual([])
    settles()
    await clock.pass(0)
    expect(web.statuses).toEqual(['is thinking…'])
  })

  it('waits no longer when Slack does not show the conversation at work', async () => {
    const { reply, happened, clock } = open({ showsSession: false })
    reply.show(view({ type: 'starting' }))
    await clock.pass(0)
    expect(happened.slice(-1)).toEqual(['released'])
  })

  it('waits no longer when the line is refused', async () => {
    const { reply, happened, clock, web } = open()
    web.answers.push(refusal('channel_not_found'))
    reply.show(view({ type: 'starting' }))
    await clock.pass(0)
    expect(happened.slice(-1)).toEqual(['released'])
  })

  it('does not wait where something else than work comes first', () => {
    const { reply, happened } = open()
    reply.show(view({ type: 'queued', behind: 'turn' }))
    reply.show(view({ type: 'working' }))
    expect(happened).not.toContain('held')
  })
})

it('that is removed leaves its conversation at rest', async () => {
  const { reply, happened } = open()
  await reply.remove()
  expect(happened).toEqual(['removed'])
  reply.show(view({ type: 'starting' }))
  await reply.remove()
  expect(happened.slice(1)).toEqual(['held', 'shows starting', 'C1 is processing', 'removed', 'C1 is active'])
})

it('follows its channel to a new id', () => {
  const { reply, happened } = open()
  reply.channelIdChanged('C1', 'C2')
  reply.show(view({ type: 'working' }))
  expect(happened).toEqual(['held', 'shows working', 'C2 is processing'])
})

it('that moves to another thread leaves nothing under way in the one before', async () => {
  const { reply, happened } = open()
  await reply.placeBelow([], {
    first: { channel: 'C1', threadTs: '1.000001' },
    last: { channel: 'C1', threadTs: '1.000001' },
  })
  reply.show(view({ type: 'starting' }))
  await reply.placeBelow([], {
    first: { channel: 'C1', threadTs: '1.000001' },
    last: { channel: 'C2', threadTs: '2.000001' },
  })
  expect(happened).toEqual(['held', 'shows starting', 'C1 is processing', 'C1 is active', 'C2 is processing'])
})

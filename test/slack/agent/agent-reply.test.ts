import { expect, it } from 'vitest'
import { AgentCalls } from '../../../src/slack/agent/agent-calls.js'
import { AgentReply, type SlackReply } from '../../../src/slack/agent/agent-reply.js'
import type { Session, Sessions } from '../../../src/slack/agent/sessions.js'
import { StatusLine } from '../../../src/slack/agent/status-line.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import type { Phase, ReplyView } from '../../../src/turns/view.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'
import { FakeWeb, held } from './fake-web.js'

const view = (phase: Phase): ReplyView => ({
  phase,
  reply: EMPTY_REPLY,
  approvals: [],
  ownerName: null,
  mailboxAddress: null,
  notice: null,
  cutOff: null,
  tookMs: null,
})

function open() {
  const happened: string[] = []
  const clock = new FakeClock()
  const web = new FakeWeb()
  const standing = held()
  const inner: SlackReply = {
    show: ({ phase }) => happened.push(`shows ${phase.type}`),
    settled: async () => void (await standing.answer),
    reachesOwner: true,
    placeBelow: async () => undefined,
    remove: async () => void happened.push('removed'),
    close: () => happened.push('closed'),
    channelIdChanged: () => undefined,
  }
  const sessions: Pick<Sessions, 'set'> = {
    set: ({ channel }: Session, status) => happened.push(`${channel} is ${status}`),
  }
  const calls = new AgentCalls({ now: () => clock.now(), log: new SilentLog() })
  const statusLine = (thread: () => Session) => new StatusLine({ web: web.client, calls, clock }, thread)
  const session = { channel: 'C1', threadTs: '1.000001', owner: 'U0ANNA', title: async () => null }
  return {
    reply: new AgentReply({ sessions, statusLine }, inner, session),
    happened,
    web,
    clock,
    stands: standing.give,
  }
}

it('shows first and tells then, each change once', () => {
  const { reply, happened } = open()
  for (const type of ['starting', 'working', 'working'] as const) reply.show(view({ type }))
  reply.show(view({ type: 'ended', ending: 'answered' }))
  expect(happened).toEqual([
    'shows starting',
    'C1 is processing',
    'shows working',
    'shows working',
    'shows ended',
    'C1 is active',
  ])
})

it('has words under the thread only once its message stands', async () => {
  const { reply, web, clock, stands } = open()
  reply.show(view({ type: 'starting' }))
  await clock.pass(0)
  expect(web.calls).toEqual([])
  stands()
  await clock.pass(0)
  expect(web.statuses).toEqual(['is thinking…'])
})

it('that is removed leaves its conversation at rest', async () => {
  const { reply, happened } = open()
  await reply.remove()
  expect(happened).toEqual(['removed'])
  reply.show(view({ type: 'starting' }))
  await reply.remove()
  expect(happened.slice(1)).toEqual(['shows starting', 'C1 is processing', 'removed', 'C1 is active'])
})

it('follows its channel to a new id', () => {
  const { reply, happened } = open()
  reply.channelIdChanged('C1', 'C2')
  reply.show(view({ type: 'working' }))
  expect(happened).toEqual(['shows working', 'C2 is processing'])
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
  expect(happened).toEqual(['shows starting', 'C1 is processing', 'C1 is active', 'C2 is processing'])
})

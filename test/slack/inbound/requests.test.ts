import { describe, expect, it } from 'vitest'
import { type KeptPlace, type RequestDeps, Requests } from '../../../src/slack/inbound/requests.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'

/** One command with a question, in somebody's direct messages that Slack does not open yet. */
async function takenUp() {
  const clock = new FakeClock()
  const person = { id: 'p1', team: 'T1', user: 'U1', identifier: null }
  const open = new Set(['c1'])
  const slack = { isAway: true }
  const requests = new Requests({
    commands: {
      unfinished: async () =>
        [...open].map((id) => ({ id, person, state: 'received', text: 'any mail?', mentions: [], receivedAt: 0 })),
      markWaiting: async () => {},
      markDone: async (id) => void open.delete(id),
    },
    messages: { journal: async () => ({ admission: 'ignored', conversationId: null, isNew: true }) },
    poster: { post: async () => ({ ts: '1.0', isNew: true, isStream: false }) },
    directMessage: async () => {
      if (slack.isAway) throw new Unavailable('slack', 'away')
      return 'D1'
    },
    wake: () => {},
    // No command about the connection is given.
    connection: {} as RequestDeps['connection'],
    clock,
    log: new SilentLog(),
  })
  const told: KeptPlace[] = []
  void requests.takeUp('c1').then((place) => told.push(place))
  return { clock, requests, slack, told, open }
}

describe('whoever gave a command', () => {
  it('is told where its message stands, also when that takes a while', async () => {
    const { clock, slack, told } = await takenUp()
    await clock.pass(20 * 60_000)
    slack.isAway = false
    await clock.pass(60_000)
    expect(told).toEqual([{ channel: 'D1', ts: '1.0' }])
    expect(clock.waiting).toBe(0)
  })

  it('is waited for no longer than Slack takes their answer; the command is carried out all the same', async () => {
    const { clock, slack, told, open } = await takenUp()
    await clock.pass(31 * 60_000)
    slack.isAway = false
    await clock.pass(60_000)
    expect(open).toEqual(new Set())
    expect(told).toEqual([])
  })

  it('is not waited for once the process stops', async () => {
    const { clock, requests } = await takenUp()
    await clock.pass(0)
    await requests.stop()
    expect(clock.waiting).toBe(0)
  })
})

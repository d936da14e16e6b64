import { describe, expect, it } from 'vitest'
import { stopNatively } from '../../../src/slack/agent/native-stop.js'
import type { ThreadStop } from '../../../src/store/tables/stop-requests.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeWeb } from './fake-web.js'

const PRESS = { team: 'T1', channel: 'C1', threadTs: '1.000001', home: 'T1', user: 'U0BEN', ts: '2.000001' }

async function press(found: ThreadStop) {
  const web = new FakeWeb()
  const happened: string[] = []
  await stopNatively(
    {
      web: web.client,
      turns: { requestStopIn: async () => found },
      agent: { correct: ({ channel }, owner, status) => happened.push(`${owner} in ${channel}: ${status}`) },
      stop: async (turn) => void happened.push(`stops ${turn}`),
      log: new SilentLog(),
    },
    PRESS,
  )
  return { happened, told: web.calls.map(({ body }) => body) }
}

describe('a press of Slack’s own Stop', () => {
  it('stops what is under way', async () => {
    expect(await press({ outcome: 'stopping', turnId: 't' })).toEqual({ happened: ['stops t'], told: [] })
  })

  it('where nothing is under way any more tells Slack so: it does not change by itself', async () => {
    expect(await press({ outcome: 'at_rest' })).toEqual({ happened: ['U0BEN in C1: active'], told: [] })
  })

  it('by somebody else stops nothing, and they are told', async () => {
    const { happened, told } = await press({ outcome: 'not_yours' })
    expect(happened).toEqual([])
    expect(told).toEqual([expect.objectContaining({ user: 'U0BEN', channel: 'C1', thread_ts: '1.000001' })])
  })

  it('that comes after what it meant is over leaves alone what is under way', async () => {
    expect(await press({ outcome: 'outlived' })).toEqual({ happened: [], told: [] })
  })

  it('in a thread that is no conversation is left alone', async () => {
    expect(await press({ outcome: 'unknown' })).toEqual({ happened: [], told: [] })
  })

  it('that cannot be stored rejects, so that Slack delivers it again', async () => {
    const failing = { requestStopIn: async () => await Promise.reject(new Error('disk full')) }
    const deps = { web: new FakeWeb().client, turns: failing, agent: { correct: () => {} }, stop: async () => {} }
    await expect(stopNatively({ ...deps, log: new SilentLog() }, PRESS)).rejects.toThrow('disk full')
  })
})

import { expect, it } from 'vitest'
import { type ReplyStreaming, Streams } from '../../../src/slack/api/streams.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'

function streamsOf(mode: ReplyStreaming) {
  const clock = new FakeClock()
  return { clock, streams: new Streams({ mode, editsPerMinute: 45, clock, log: new SilentLog() }) }
}
const places = (streams: Streams, times: number) => Array.from({ length: times }, () => streams.tryOpen())

it('gives no place where replies are edited', () => {
  expect(streamsOf('edit').streams.tryOpen()).toBeNull()
})

it('gives no more places in a minute than Slack takes starts, nor than it will take stops', async () => {
  const { clock, streams } = streamsOf('native')
  const first = places(streams, 30).filter((place) => place !== null)
  expect(first.length).toBeLessThanOrEqual(20)
  await clock.during(clock.sleep(61_000))
  // They are all still open: as many stops are to come.
  expect(streams.tryOpen()).toBeNull()
  for (const place of first) place.release()
  expect(streams.tryOpen()).toBeNull()
  await clock.during(clock.sleep(61_000))
  expect(streams.tryOpen()).not.toBeNull()
})

it('counts a place that is given back twice once', () => {
  const { streams } = streamsOf('native')
  const [place] = places(streams, 1)
  place?.release()
  place?.release()
  expect(places(streams, 30).filter((one) => one !== null)).toHaveLength(17)
})

it('spends both budgets: a single reply streams, of many a part is edited', () => {
  const { streams } = streamsOf('auto')
  streams.enter()
  expect(streams.tryOpen()).not.toBeNull()
  const streamed = Array.from({ length: 11 }, () => {
    streams.enter()
    return streams.tryOpen()
  }).filter((place) => place !== null)
  expect(streamed.length).toBeGreaterThan(4)
  expect(streamed.length).toBeLessThan(9)
})

it('gives no place while Slack said to wait', async () => {
  const { clock, streams } = streamsOf('native')
  streams.pause(5_000)
  expect(streams.tryOpen()).toBeNull()
  await clock.during(clock.sleep(6_000))
  expect(streams.tryOpen()).not.toBeNull()
})

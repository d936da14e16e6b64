import { describe, expect, it, test } from 'vitest'
import { EditBudget, type EditHandle, type FlushResult } from '../../src/slack/edit-budget.js'
import { FakeClock } from './fake-clock.js'

/** Slack's side: so many edits in any 60 seconds, then 429 with the seconds until the oldest is forgotten. Each takes a while. */
class FakeSlack {
  readonly arrivals: number[] = []
  refusals = 0

  constructor(
    private readonly clock: FakeClock,
    private readonly limit = 50,
  ) {}

  /** Every edit takes effect, and counts, in the middle of its way there and back. */
  async edit(apply: () => void): Promise<FlushResult> {
    const latency = 120 + ((this.arrivals.length * 37) % 160)
    await this.clock.sleep(latency / 2)
    const now = this.clock.now()
    const counted = this.arrivals.filter((at) => at > now - 60_000)
    const refused = counted.length >= this.limit
    if (refused) this.refusals += 1
    else {
      this.arrivals.push(now)
      apply()
    }
    await this.clock.sleep(latency / 2)
    const oldest = counted[counted.length - this.limit] ?? now
    return refused ? { retryAfterMs: Math.ceil((oldest + 60_000 - now) / 1000) * 1000 } : 'done'
  }
}

interface Seen {
  /** Mean age of the oldest text not yet visible, sampled while text arrives. */
  staleness: number
  first: number
  late: number
}

/** So many replies at once; text arrives for `duration`, in pieces; then each ends. */
async function stream(replies: number, { duration = 30_000, apart = 0, slackLimit = 50, perMinute = 45 } = {}) {
  const clock = new FakeClock()
  const slack = new FakeSlack(clock, slackLimit)
  const budget = new EditBudget({ perMinute, clock })
  const PIECE_MS = 100
  const all = await clock.during(
    Promise.all(
      Array.from({ length: replies }, async (_, index): Promise<Seen> => {
        await clock.sleep(index * apart)
        const started = clock.now()
        let written = 0
        let visible = 0
        let done = false
        let first: number | undefined
        const handle = budget.open(`reply ${index}`, () => {
          const [state, over] = [written, done]
          return slack.edit(() => {
            visible = over ? Number.POSITIVE_INFINITY : state
            first ??= clock.now() - started
          })
        })
        const ages: number[] = []
        for (let at = PIECE_MS; at <= duration; at += PIECE_MS) {
          await clock.sleep(PIECE_MS)
          written = at
          handle.request(at === PIECE_MS ? 'first' : 'text')
          ages.push(Math.max(0, at - visible))
        }
        done = true
        const ended = clock.now()
        handle.request('final')
        expect(await handle.settle()).toBe('landed')
        expect(visible).toBe(Number.POSITIVE_INFINITY)
        handle.close()
        const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length
        return {
          staleness: mean / 1000,
          first: (first ?? Number.POSITIVE_INFINITY) / 1000,
          late: (clock.now() - ended) / 1000,
        }
      }),
    ),
  )
  const mean = (of: (seen: Seen) => number): number => all.reduce((sum, seen) => sum + of(seen), 0) / all.length
  return {
    refusals: slack.refusals,
    edits: slack.arrivals.length,
    arrivals: slack.arrivals,
    staleness: mean((seen) => seen.staleness),
    worstStaleness: Math.max(...all.map((seen) => seen.staleness)),
    first: mean((seen) => seen.first),
    late: mean((seen) => seen.late),
    worstLate: Math.max(...all.map((seen) => seen.late)),
  }
}

for (const n of [1, 5, 20, 50])
  test(`x${n}`, async () => {
    console.log(n, JSON.stringify({ ...(await stream(n)), arrivals: 0 }))
    const l = await stream(n, { duration: 180_000 })
    console.log(n, 'long', JSON.stringify({ ...l, arrivals: 0 }))
    const s = await stream(n, { apart: 3000 })
    console.log(n, 'apart', JSON.stringify({ ...s, arrivals: 0 }))
  })

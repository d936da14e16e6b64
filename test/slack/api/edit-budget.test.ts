import { describe, expect, it, test } from 'vitest'
import { EditBudget, type EditHandle, type FlushResult } from '../../../src/slack/api/edit-budget.js'
import { FakeClock } from '../fake-clock.js'

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

/** The most edits that arrived in any 60 seconds. */
function busiestMinute(arrivals: readonly number[]): number {
  return Math.max(...arrivals.map((end) => arrivals.filter((at) => at > end - 60_000 && at <= end).length))
}

describe('replies that share the edits of a workspace', () => {
  test.each([1, 5, 20, 50])('%i at once: no refusal, all ends land, nobody is forgotten', async (replies) => {
    const seen = await stream(replies)
    // What sharing 45 edits a minute evenly would give.
    const even = (replies * 60) / 45 / 2
    expect(seen.refusals).toBe(0)
    expect(busiestMinute(seen.arrivals)).toBeLessThanOrEqual(45)
    expect(seen.staleness).toBeLessThan(1.2 * even)
    expect(seen.worstStaleness).toBeLessThan(1.25 * seen.staleness)
    if (replies > 20) return
    expect(seen.first).toBeLessThan(1)
    expect(seen.worstLate).toBeLessThan(2)
  })

  test.each([1, 5, 20])('%i for a long time: still no refusal, and no standstill', async (replies) => {
    const seen = await stream(replies, { duration: 240_000 })
    expect(seen.refusals).toBe(0)
    expect(busiestMinute(seen.arrivals)).toBeLessThanOrEqual(45)
    const pauses = seen.arrivals.slice(1).map((at, index) => at - (seen.arrivals[index] ?? 0))
    expect(Math.max(...pauses)).toBeLessThan(20_000)
    expect(seen.edits).toBeGreaterThan(4 * 36)
  })

  it('one after the other: each begins and ends without waiting behind the text of the others', async () => {
    const seen = await stream(20, { apart: 6000 })
    expect(seen.refusals).toBe(0)
    expect(seen.first).toBeLessThan(2)
    expect(seen.late).toBeLessThan(1)
  })

  it('a single one moves about once a second', async () => {
    const seen = await stream(1, { duration: 15_000 })
    expect(seen.edits).toBeGreaterThanOrEqual(15)
  })

  it('somebody else edits in the workspace, too: few refusals, all ends land', async () => {
    const seen = await stream(20, { duration: 120_000, slackLimit: 20 })
    expect(seen.refusals).toBeGreaterThan(0)
    expect(seen.refusals).toBeLessThan(15)
  })
})

/** Edits that end when the test says so. */
function desk({ perMinute = 45 } = {}) {
  const clock = new FakeClock()
  const errors: [unknown, string][] = []
  const budget = new EditBudget({ perMinute, clock, onError: (error, key) => errors.push([error, key]) })
  const edits: string[] = []
  const open = (key: string, flush: () => Promise<FlushResult> = async () => 'done'): EditHandle =>
    budget.open(key, () => {
      edits.push(key)
      return flush()
    })
  return { clock, budget, edits, errors, open }
}

/** Uses the budget up. */
async function spend({ clock, open }: ReturnType<typeof desk>): Promise<void> {
  const handle = open('spender')
  for (let count = 0; count < 45; count += 1) {
    handle.request('final')
    await clock.pass(50)
  }
  handle.close()
}

describe('the order of edits', () => {
  it('is final states, approvals, first words, text', async () => {
    const { clock, edits, open } = desk()
    const handles = (['text', 'first', 'approval', 'final'] as const).map((priority) => ({
      priority,
      handle: open(priority),
    }))
    for (const { priority, handle } of handles) handle.request(priority)
    await clock.pass(5000)
    expect(edits).toEqual(['final', 'approval', 'first', 'text'])
  })

  it('is the reply whose reader has waited longest, among equals', async () => {
    const all = desk()
    await spend(all)
    const [a, b, c] = [all.open('a'), all.open('b'), all.open('c')]
    for (const handle of [b, c, a, b]) {
      handle.request('final')
      await all.clock.pass(10)
    }
    await all.clock.pass(70_000)
    expect(all.edits.slice(45)).toEqual(['b', 'c', 'a'])
  })

  it('goes round when all have something to show all the time', async () => {
    const { clock, edits, open } = desk()
    const handles = Array.from({ length: 12 }, (_, index) => open(`${index}`))
    for (let second = 0; second < 120; second += 1) {
      for (const handle of handles) handle.request('text')
      await clock.pass(1000)
    }
    const counts = handles.map((_, index) => edits.filter((key) => key === `${index}`).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  it('leaves edits for what is urgent when text has taken what it may', async () => {
    const { clock, edits, open } = desk()
    const text = open('text')
    for (let count = 0; count < 300; count += 1) {
      text.request('text')
      await clock.pass(100)
    }
    const [first, end] = [open('first'), open('end')]
    first.request('first')
    end.request('final')
    await clock.pass(100)
    expect(edits.slice(-2)).toEqual(['end', 'first'])
  })
})

describe('one reply', () => {
  it('has many changes and one edit, of the newest state', async () => {
    const { clock, budget } = desk()
    let state = 0
    const shown: number[] = []
    const handle = budget.open('reply', async () => {
      shown.push(state)
      return 'done'
    })
    for (state = 1; state < 100; state += 1) handle.request('text')
    await clock.pass(10_000)
    expect(shown).toEqual([100])
  })

  it('never has two edits on their way, and the later one shows what came meanwhile', async () => {
    const { clock, edits, open } = desk()
    let answer: (result: FlushResult) => void = () => {}
    const handle = open(
      'reply',
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    handle.request('first')
    await clock.pass(100)
    handle.request('final')
    open('other').request('text')
    await clock.pass(30_000)
    expect(edits).toEqual(['reply', 'other'])
    answer('done')
    await clock.pass(100)
    expect(edits).toEqual(['reply', 'other', 'reply'])
  })

  it('stays as urgent as it was when something less urgent is added', async () => {
    const { clock, edits, open } = desk()
    const [a, b] = [open('a'), open('b')]
    a.request('first')
    b.request('final')
    b.request('text')
    await clock.pass(1000)
    expect(edits).toEqual(['b', 'a'])
  })

  it('is settled when its newest state is out, and not before', async () => {
    const { clock, open } = desk()
    let answer: (result: FlushResult) => void = () => {}
    const handle = open(
      'reply',
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    expect(await handle.settle()).toBe('landed')
    handle.request('final')
    await clock.pass(100)
    handle.request('final')
    let settled = false
    const settling = handle.settle().then((how) => {
      settled = true
      return how
    })
    answer('done')
    await clock.pass(100)
    expect(settled).toBe(false)
    answer('done')
    expect(await clock.during(settling)).toBe('landed')
  })

  it('costs nothing when there was nothing to edit', async () => {
    const all = desk()
    const idle = all.open('idle', async () => 'unchanged')
    for (let count = 0; count < 100; count += 1) {
      idle.request('final')
      await all.clock.pass(50)
    }
    const reply = all.open('reply')
    reply.request('text')
    await all.clock.pass(100)
    expect(all.edits.at(-1)).toBe('reply')
  })

  it('that is closed has no further edit', async () => {
    const { clock, edits, open } = desk()
    const handle = open('reply')
    handle.request('final')
    const settling = handle.settle()
    handle.close()
    handle.request('final')
    await clock.pass(1000)
    expect(await settling).toBe('closed')
    expect(await handle.settle()).toBe('closed')
    expect(edits).toEqual([])
  })
})

describe('an edit that fails', () => {
  it('is reported to whoever waits for it, and stops nobody else', async () => {
    const { clock, edits, errors, open } = desk()
    const failure = new Error('message_not_found')
    const bad = open('bad', () => Promise.reject(failure))
    const good = open('good')
    bad.request('final')
    good.request('text')
    await expect(clock.during(bad.settle())).rejects.toBe(failure)
    await expect(bad.settle()).rejects.toBe(failure)
    expect(errors).toEqual([[failure, 'bad']])
    expect(await clock.during(good.settle())).toBe('landed')
    bad.request('final')
    await clock.pass(100)
    expect(edits).toEqual(['bad', 'good', 'bad'])
  })
})

describe('a refusal', () => {
  it('makes everything wait exactly as long as Slack said, then the refused state goes out', async () => {
    const { clock, edits, open } = desk()
    const answers: FlushResult[] = [{ retryAfterMs: 7000 }]
    const [refused, other] = [open('refused', async () => answers.shift() ?? 'done'), open('other')]
    refused.request('final')
    await clock.pass(0)
    other.request('final')
    await clock.pass(6999)
    expect(edits).toEqual(['refused'])
    await clock.pass(1)
    expect(edits).toEqual(['refused', 'refused'])
    expect(await clock.during(refused.settle())).toBe('landed')
    await clock.pass(50)
    expect(edits).toEqual(['refused', 'refused', 'other'])
  })

  it.each([0, -1_000, Number.NaN])(
    'that names no time to wait (%j) is waited out with growing pauses',
    async (retryAfterMs) => {
      const { clock, edits, open } = desk()
      const answers: FlushResult[] = Array.from({ length: 4 }, () => ({ retryAfterMs }))
      open('refused', async () => answers.shift() ?? 'done').request('final')
      await clock.pass(0)
      for (const [index, pause] of [1_000, 2_000, 4_000, 8_000].entries()) {
        expect(edits).toHaveLength(index + 1)
        await clock.pass(pause - 1)
        expect(edits).toHaveLength(index + 1)
        await clock.pass(1)
      }
      expect(edits).toHaveLength(5)
    },
  )

  it('slows the rate, once for all edits that were on their way, and the rate recovers', async () => {
    const { clock, edits, open } = desk()
    const refusals = Array.from({ length: 3 }, (_, index) => {
      const answers: FlushResult[] = [{ retryAfterMs: 1000 }]
      return open(`refused ${index}`, async () => {
        await clock.sleep(500)
        return answers.shift() ?? 'done'
      })
    })
    for (const handle of refusals) handle.request('final')
    await clock.pass(120_000)
    for (const handle of refusals) handle.close()
    const busy = open('busy')
    const inMinutes = async (minutes: number): Promise<number> => {
      const before = edits.length
      for (let step = 0; step < minutes * 600; step += 1) {
        busy.request('final')
        await clock.pass(100)
      }
      return edits.length - before
    }
    expect(await inMinutes(1)).toBeLessThanOrEqual(40)
    await inMinutes(5)
    expect(await inMinutes(1)).toBe(45)
  })
})

describe('the scheduler', () => {
  it('survives a clock that is turned back', async () => {
    const all = desk()
    await spend(all)
    all.clock.turn(-3_600_000)
    const reply = all.open('reply')
    reply.request('final')
    await all.clock.pass(61_000)
    expect(all.edits.at(-1)).toBe('reply')
  })

  it('ends with no timer left', async () => {
    const { clock, budget, edits, open } = desk()
    const handle = open('reply')
    handle.request('final')
    const settling = handle.settle()
    budget.close()
    expect(await settling).toBe('closed')
    await clock.pass(1000)
    expect(edits).toEqual([])
    expect(clock.waiting).toBe(0)
    open('late').request('final')
    expect(clock.waiting).toBe(0)
  })

  it('works with the smallest of rates, and refuses none', async () => {
    const all = desk({ perMinute: 1 })
    const handle = all.open('reply')
    for (let minute = 0; minute < 4; minute += 1) {
      handle.request('text')
      await all.clock.pass(61_000)
    }
    expect(all.edits).toHaveLength(4)
    expect(() => desk({ perMinute: 0 })).toThrow(RangeError)
    expect(() => desk({ perMinute: Number.NaN })).toThrow(RangeError)
  })
})

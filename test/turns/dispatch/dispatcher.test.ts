import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConversationWork, Dispatcher } from '../../../src/turns/dispatch/dispatcher.js'
import { FakeClock, settle } from '../fake-clock.js'
import { SilentLog } from '../silent-log.js'

/** Work that is done when the test says so. */
class Work implements ConversationWork {
  readonly runs: { readonly conversation: string; readonly signal: AbortSignal; end(error?: Error): void }[] = []
  readonly active = new Map<string, number>()
  readonly arrivals: string[] = []
  mostAtOnce = 0
  arrivedFails = false

  async run(conversation: string, signal: AbortSignal): Promise<void> {
    const now = (this.active.get(conversation) ?? 0) + 1
    this.active.set(conversation, now)
    this.mostAtOnce = Math.max(this.mostAtOnce, now)
    try {
      await new Promise<void>((resolve, reject) => {
        this.runs.push({ conversation, signal, end: (error) => (error === undefined ? resolve() : reject(error)) })
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    } finally {
      this.active.set(conversation, (this.active.get(conversation) ?? 0) - 1)
    }
  }

  async arrived(conversation: string): Promise<void> {
    this.arrivals.push(conversation)
    if (this.arrivedFails) throw new Error('no disk')
  }

  runsOf(conversation: string) {
    return this.runs.filter((run) => run.conversation === conversation)
  }
}

const open = () => {
  const work = new Work()
  const log = new SilentLog()
  return { work, log, dispatcher: new Dispatcher(work, log) }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

describe('wake-ups', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('never run two turns of one conversation at once, however often it is woken', async () => {
    const { work, dispatcher } = open()
    for (let count = 0; count < 5; count += 1) dispatcher.wake('a')
    await settled()
    expect(work.runsOf('a')).toHaveLength(1)
    work.runs[0]?.end()
    await settled()
    dispatcher.wake('a')
    await settled()
    expect(work.mostAtOnce).toBe(1)
  })

  it('run different conversations side by side', async () => {
    const { work, dispatcher } = open()
    dispatcher.wake('a')
    dispatcher.wake('b')
    await settled()
    expect(work.runs.map((run) => run.conversation)).toEqual(['a', 'b'])
    expect(dispatcher.active).toBe(2)
    work.runsOf('b')[0]?.end()
    await settled()
    expect(dispatcher.active).toBe(1)
  })

  it('that come during a run make it look once more, and show at once what arrived', async () => {
    const { work, dispatcher } = open()
    dispatcher.wake('a')
    dispatcher.wake('a')
    dispatcher.wake('a')
    expect(work.arrivals).toEqual(['a', 'a'])
    work.runs[0]?.end()
    await settled()
    expect(work.runsOf('a')).toHaveLength(2)
    work.runs[1]?.end()
    await settled()
    expect(work.runsOf('a')).toHaveLength(2)
    expect(dispatcher.active).toBe(0)
  })

  it('go on when what arrived could not be shown', async () => {
    const { work, log, dispatcher } = open()
    work.arrivedFails = true
    dispatcher.wake('a')
    dispatcher.wake('a')
    await settled()
    expect(log.lines).toMatchObject([{ level: 'error' }])
    work.runs[0]?.end()
    await settled()
    expect(work.runsOf('a')).toHaveLength(2)
  })

  it('come back by themselves after a failure, later each time, without holding up others', async () => {
    const { work, log, dispatcher } = open()
    dispatcher.wake('a')
    const pauses: number[] = []
    for (let failure = 0; failure < 12; failure += 1) {
      work.runsOf('a').at(-1)?.end(new Error('disk full'))
      await settled()
      expect(dispatcher.active).toBe(0)
      const before = Date.now()
      await vi.advanceTimersToNextTimerAsync()
      pauses.push(Date.now() - before)
      expect(work.runsOf('a')).toHaveLength(failure + 2)
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0)
    expect(pauses.at(-1)).toBe(5 * 60_000)
    expect(log.lines.filter((line) => line.level === 'error')).toHaveLength(12)
    dispatcher.wake('b')
    await settled()
    expect(work.runsOf('b')).toHaveLength(1)
  })

  it('start with short pauses again after a success', async () => {
    const { work, dispatcher } = open()
    dispatcher.wake('a')
    for (let failure = 0; failure < 5; failure += 1) {
      work.runsOf('a').at(-1)?.end(new Error('disk full'))
      await vi.advanceTimersToNextTimerAsync()
    }
    work.runsOf('a').at(-1)?.end()
    await settled()
    dispatcher.wake('a')
    work.runsOf('a').at(-1)?.end(new Error('disk full'))
    const runs = work.runsOf('a').length
    await vi.advanceTimersByTimeAsync(2_000)
    expect(work.runsOf('a')).toHaveLength(runs + 1)
  })

  it('need not wait for a retry when something new arrives before it', async () => {
    const { work, dispatcher } = open()
    dispatcher.wake('a')
    work.runs[0]?.end(new Error('disk full'))
    await settled()
    dispatcher.wake('a')
    await settled()
    expect(work.runsOf('a')).toHaveLength(2)
    expect(work.mostAtOnce).toBe(1)
  })

  it('are over after a stop: what runs is told, and waited for', async () => {
    const { work, log, dispatcher } = open()
    dispatcher.wake('a')
    dispatcher.wake('b')
    dispatcher.wake('c')
    work.runsOf('c')[0]?.end(new Error('disk full'))
    await settled()
    const [a] = work.runsOf('a')
    await dispatcher.stop()
    expect(a?.signal.aborted).toBe(true)
    expect(dispatcher.active).toBe(0)
    dispatcher.wake('a')
    await vi.advanceTimersByTimeAsync(60 * 60_000)
    expect(work.runs).toHaveLength(3)
    expect(log.lines).toHaveLength(1)
  })

  it('that came during a run are not followed after a stop', async () => {
    const { work, dispatcher } = open()
    dispatcher.wake('a')
    dispatcher.wake('a')
    work.runs[0]?.end()
    const stopped = dispatcher.stop()
    await settled()
    expect(work.runs).toHaveLength(1)
    await stopped
  })
})

describe('a retry', () => {
  it('takes the place of the one before it, and is given up at a stop', async () => {
    const work = new Work()
    const clock = new FakeClock()
    const dispatcher = new Dispatcher(work, new SilentLog(), clock)
    for (const failure of [0, 1]) {
      dispatcher.wake('a')
      work.runs[failure]?.end(new Error('disk full'))
      await settle()
      expect(clock.waiting).toBe(1)
    }
    await dispatcher.stop()
    expect(clock.waiting).toBe(0)
  })
})

import { describe, expect, it } from 'vitest'
import { inTime, LATE } from '../../../src/turns/time/in-time.js'
import { FakeClock } from '../fake-clock.js'

describe('work that is waited for so long', () => {
  it('answers as itself when it is in time, and leaves no timer behind', async () => {
    const clock = new FakeClock()
    expect(await inTime(clock, Promise.resolve('answer'), 1_000)).toBe('answer')
    expect(clock.waiting).toBe(0)
  })

  it('rejects as itself when it fails in time, and leaves no timer behind', async () => {
    const clock = new FakeClock()
    await expect(inTime(clock, Promise.reject(new Error('refused')), 1_000)).rejects.toThrow('refused')
    expect(clock.waiting).toBe(0)
  })

  it('is late after that time, and may still fail without anybody hearing of it', async () => {
    const clock = new FakeClock()
    let fail = (_: Error) => {}
    const work = new Promise<string>((_, reject) => {
      fail = reject
    })
    const answer = inTime(clock, work, 1_000)
    await clock.advance(1_000)
    expect(await answer).toBe(LATE)
    fail(new Error('nobody waits'))
    // An unhandled rejection would fail this file.
    await new Promise((resolve) => setImmediate(resolve))
  })
})

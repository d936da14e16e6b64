import { expect, it } from 'vitest'
import { TokenBuckets } from '../../../src/sandbox/wire/token-buckets.js'

const TWO_A_SECOND = { burst: 3, perMillisecond: 2 / 1000 }

it('gives as many at once as there are, then as many as come back', () => {
  let now = 1_000
  const buckets = new TokenBuckets<string>(() => now)
  const take = () => buckets.take('a', TWO_A_SECOND)
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 500])
  now += 250
  expect(take()).toBe(250)
  now += 250
  expect([take(), take()]).toEqual([0, 500])
})

it('holds no more than fit, however long nobody takes any', () => {
  let now = 0
  const buckets = new TokenBuckets<string>(() => now)
  buckets.take('a', TWO_A_SECOND)
  now = 3_600_000
  expect(Array.from({ length: 4 }, () => buckets.take('a', TWO_A_SECOND) === 0)).toEqual([true, true, true, false])
})

it('counts each key by itself', () => {
  const buckets = new TokenBuckets<string>(() => 0)
  const one = { burst: 1, perMillisecond: 1 / 1000 }
  expect([buckets.take('a', one), buckets.take('b', one), buckets.take('a', one)]).toEqual([0, 0, 1000])
})

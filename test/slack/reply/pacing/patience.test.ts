import { expect, it } from 'vitest'
import { Patience } from '../../../../src/slack/reply/pacing/patience.js'
import { FakeClock } from '../../fake-clock.js'

function open() {
  const clock = new FakeClock()
  const ends: number[] = []
  return { clock, ends, patience: new Patience(clock, () => ends.push(clock.now())) }
}

it('is as long as it was when it began, however often more is due', async () => {
  const { clock, ends, patience } = open()
  for (let second = 0; second < 9; second += 1) {
    patience.begin(false)
    await clock.pass(1_000)
  }
  expect(ends).toEqual([])
  await clock.pass(5_000)
  expect(ends).toEqual([10_000])
})

it('is shorter for the end of an answer, and not prolonged by it', async () => {
  const { clock, ends, patience } = open()
  patience.begin(false)
  await clock.pass(5_000)
  patience.begin(true)
  await clock.pass(1_000)
  patience.begin(true)
  patience.begin(false)
  await clock.pass(60_000)
  expect(ends).toEqual([6_500])
})

it('begins anew after what was due is there', async () => {
  const { clock, ends, patience } = open()
  patience.begin(false)
  await clock.pass(9_000)
  patience.stop()
  patience.begin(false)
  await clock.pass(9_000)
  expect(ends).toEqual([])
  patience.stop()
  expect(clock.waiting).toBe(0)
})

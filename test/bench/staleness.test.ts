import { describe, expect, it } from 'vitest'
import { answerOf } from '../../bench/replies/answer.js'
import { boundSeconds, percentile, plain, resultOf, visibleLength } from '../../bench/replies/staleness.js'

const answer = answerOf(10)
const whole = plain(answer.markdown)

/** How much of the answer has arrived, in plain characters. */
function arrived(at: number): number {
  const text = answer.pieces.filter((piece) => piece.at <= at).map((piece) => piece.text)
  return plain(text.join('')).length
}
const mean = (ages: readonly number[]) => ages.reduce((sum, age) => sum + age, 0) / ages.length

describe('the scripted answer', () => {
  it('arrives in pieces, 250 characters a second, and is the same every time', () => {
    expect(answer.pieces.map(({ text }) => text).join('')).toBe(answer.markdown)
    expect(answer.markdown.length).toBeGreaterThan(2_480)
    expect(answer.durationMs).toBeGreaterThan(9_800)
    expect(answer.durationMs).toBeLessThanOrEqual(10_000)
    expect(answerOf(10)).toEqual(answer)
  })
})

describe('what is visible', () => {
  it('is compared without markup, as far as it is the beginning of the answer', () => {
    expect(visibleLength(whole, plain('*Your* inbox has **ma'))).toBe('yourinboxhasma'.length)
    expect(visibleLength(whole, plain('On it…'))).toBe(0)
    expect(visibleLength(whole, plain(`${answer.markdown}\n\nStop`))).toBe(whole.length)
  })
})

describe('staleness', () => {
  it('is nothing where everything is shown as it arrives', () => {
    const sights = answer.pieces.map(({ at }) => ({ at, visible: arrived(at) }))
    const result = resultOf(answer, sights, 60_000)
    expect(Math.max(...result.ages)).toBe(0)
    expect(result).toMatchObject({ firstMs: 0, lateMs: 0 })
  })

  it('of one that is shown at its end only is half its length on average, and what it is late comes on top', () => {
    const result = resultOf(answer, [{ at: answer.durationMs + 1_500, visible: whole.length }], 60_000)
    expect(result).toMatchObject({ firstMs: answer.durationMs + 1_500, lateMs: 1_500 })
    expect(mean(result.ages)).toBeCloseTo((answer.durationMs + 1_500) / 2, -2)
  })

  it('of one that was never complete counts until the end of the observation', () => {
    const result = resultOf(answer, [{ at: 1_000, visible: arrived(1_000) }], 60_000)
    expect(result.lateMs).toBeUndefined()
    expect(result.ages).toHaveLength(600)
    expect(Math.max(...result.ages)).toBeGreaterThan(58_000)
  })

  it('of evenly spaced edits is the bound', () => {
    const edits = 5
    const sights = Array.from({ length: edits }, (_, index) => {
      const at = Math.round((answer.durationMs / edits) * (index + 1))
      return { at, visible: index === edits - 1 ? whole.length : arrived(at) }
    })
    const bound = boundSeconds(1, edits, answer.durationMs / 1_000)
    expect(mean(resultOf(answer, sights, 60_000).ages) / 1_000).toBeCloseTo(bound, 0)
  })
})

describe('the bound', () => {
  it('shares the edits of a minute evenly', () => {
    expect(boundSeconds(1, 50, 30)).toBeCloseTo(0.3)
    expect(boundSeconds(5, 50, 30)).toBeCloseTo(1.5)
    // Ten of twenty have two, ten have three.
    expect(boundSeconds(20, 50, 30)).toBeCloseTo((7.5 + 5) / 2)
    expect(boundSeconds(50, 50, 30)).toBeCloseTo(15)
  })
})

describe('a percentile', () => {
  it('is the value that so many lie below', () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index)
    expect(percentile(values, 0.95)).toBe(95)
    expect(percentile(values, 1)).toBe(99)
  })
})

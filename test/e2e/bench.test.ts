import { describe, expect, it } from 'vitest'
import { answerOf } from '../../bench/replies/answer.js'
import { contest } from '../../bench/replies/contest.js'

describe('the bench', () => {
  it('sees this bot show several answers at once, to their ends and without a refusal', async () => {
    const result = await contest({ name: 'this bot', program: 'this-bot', mode: 'edit' }, 2, answerOf(1), 1, 30_000)
    expect(result.problems).toEqual([])
    expect(result.first).toHaveLength(2)
    expect(result.first).not.toContain(undefined)
    expect(result.late).not.toContain(undefined)
    expect(result).toMatchObject({ refusals: 0, posts: 2, nativeCalls: 0 })
    expect(result.edits).toBeGreaterThanOrEqual(2)
  })
})

import { describe, expect, it } from 'vitest'
import { COMPILED } from '../support/house.js'
import { campaign } from './campaign.js'
import { MUTANTS, mutated } from './mutants.js'

/** A short part of `npm run test:chaos`, which does the same at length, and hunts the mutants. */

describe('chaos', () => {
  it('loses nothing, does nothing twice, and leaves nothing unfinished', { timeout: 900_000 }, async () => {
    const { problems, runs } = await campaign({ seed: 1, runs: 6, sideBySide: 2 })
    expect(problems).toEqual([])
    expect(runs).toBe(6)
  })

  it.each(MUTANTS)('has a mutant that $name', async (mutant) => {
    expect(await mutated(COMPILED, mutant)).toContain(mutant.broken)
  })
})

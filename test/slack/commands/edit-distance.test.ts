import { describe, expect, it } from 'vitest'
import { editDistance } from '../../../src/slack/commands/edit-distance.js'

describe('the typing errors between two words', () => {
  it.each([
    ['', '', 0],
    ['help', 'help', 0],
    ['', 'help', 4],
    ['help', '', 4],
    ['hlep', 'help', 1],
    ['ehlp', 'help', 1],
    ['hel', 'help', 1],
    ['helpp', 'help', 1],
    ['helb', 'help', 1],
    ['stauts', 'status', 1],
    ['conect', 'connect', 1],
    ['hello', 'help', 2],
    ['disconect', 'disconnect', 1],
    ['dicsonect', 'disconnect', 2],
    ['ab', 'ba', 1],
    ['abc', 'ca', 3],
    ['kitten', 'sitting', 3],
  ])('%j and %j: %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
    expect(editDistance(b, a)).toBe(distance)
  })
})

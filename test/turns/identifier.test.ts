import { describe, expect, it } from 'vitest'
import { identifierFor } from '../../src/turns/identifier.js'
import { OperatorProblem } from '../../src/turns/ports.js'

const anna = { id: 'p1', team: 'T1', user: 'U1', identifier: null }
const profile = (email: string | null) => ({ name: 'Anna', timeZone: 'UTC', email })

describe('a Scalekit identifier', () => {
  it.each([
    ['slack:{team}:{user}', 'anna@x.example', 'slack:T1:U1'],
    ['slack:{team}:{user}', null, 'slack:T1:U1'],
    ['{email}', 'Anna.Lindqvist@X.example', 'anna.lindqvist@x.example'],
    ['{user}-{user}', null, 'U1-U1'],
    ['{team}/{email}', 'a$&b$$@x.example', 'T1/a$&b$$@x.example'],
    ['{email}', '{team}@x.example', '{team}@x.example'],
  ])('from %s', (template, email, identifier) => {
    expect(identifierFor(template, anna, profile(email))).toBe(identifier)
  })

  it('cannot be made from an address that Slack does not tell: that is for the operator to mend', () => {
    expect(() => identifierFor('{email}', anna, profile(null))).toThrow(OperatorProblem)
    expect(() => identifierFor('{email}', anna, profile(null))).toThrow(/users:read\.email/)
  })
})

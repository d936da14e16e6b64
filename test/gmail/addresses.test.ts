import { describe, expect, it } from 'vitest'
import { isUsableAddress, readAddresses } from '../../src/gmail/addresses.js'

describe('an address in a header field', () => {
  it.each([
    ['rosa@vandermeer.example', true],
    ['Rosa <rosa+post@mail.vandermeer.example>', true],
    ['"evil@bad.example" <rosa@vandermeer.example>', true],
    ['<@relay.example:rosa@vandermeer.example>', false],
    ['rosa@[192.0.2.1]', false],
    ['Rosa <rosa@vandermeer.example, eve@evil.example>', false],
    ['"eve@evil.example, x"@vandermeer.example', false],
    ['=?utf-8?q?eve=40evil.example?=@vandermeer.example', false],
  ])('is used where every mail system reads it as the same one: %s', (field, isUsable) => {
    expect(readAddresses(field).every(({ address }) => isUsableAddress(address))).toBe(isUsable)
  })
})

import { expect, it } from 'vitest'
import { Deactivation } from '../../../src/turns/connections/deactivation.js'
import type { Person } from '../../../src/turns/model.js'

const ANNA: Person = { id: 'anna', team: 'T1', user: 'U_ANNA', identifier: 'slack:anna' }

function deactivation(underWay: readonly string[] = []) {
  const happened: string[] = []
  const isEnding = new Set(underWay)
  const subject = new Deactivation({
    endings: {
      isUnderWay: async (personId) => isEnding.has(personId),
      async note({ personId, reason }) {
        isEnding.add(personId)
        happened.push(`noted ${personId}, ${reason}`)
      },
    },
    ender: { wake: () => happened.push('woken') },
  })
  return { subject, happened }
}

it('a deactivated account loses its mailbox: that is noted before anybody is told to carry it out', async () => {
  const { subject, happened } = deactivation()
  await subject.confirmed(ANNA)
  expect(happened).toEqual(['noted anna, deactivated', 'woken'])
})

it('a deactivation that is confirmed again while the access is being ended ends it once', async () => {
  const { subject, happened } = deactivation()
  await subject.confirmed(ANNA)
  await subject.confirmed(ANNA)
  expect(happened).toHaveLength(2)
})

it.each([
  ['never had a mailbox here', { ...ANNA, identifier: null }, []],
  ['is losing it already', ANNA, ['anna']],
])('a deactivation ends nothing for somebody who %s', async (_, person, underWay) => {
  const { subject, happened } = deactivation(underWay)
  await subject.confirmed(person)
  expect(happened).toEqual([])
})

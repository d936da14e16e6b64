import { expect, it } from 'vitest'
import { Departures } from '../../src/turns/departures.js'
import type { Person, Profile } from '../../src/turns/model.js'
import { type ProfileProblem, Unavailable } from '../../src/turns/ports.js'
import { FakeClock } from './fake-clock.js'
import { SilentLog } from './silent-log.js'

const DAY = 24 * 60 * 60_000
const HERE: Profile = { name: 'Anna', timeZone: 'UTC', email: null }
const GONE: ProfileProblem = { problem: 'deactivated' }
const person = (id: string): Person => ({ id, team: 'T1', user: `U_${id}`, identifier: `slack:${id}` })

function watching(connected: readonly string[]) {
  const clock = new FakeClock()
  const answers = new Map<string, Profile | ProfileProblem | Error>()
  const asked: string[] = []
  const ended: string[] = []
  const departures = new Departures({
    people: { connected: async () => connected.map(person) },
    surface: {
      profile: async ({ id }) => {
        asked.push(id)
        const answer = answers.get(id) ?? HERE
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    forgetProfile: () => undefined,
    onDeactivated: async ({ id }) => {
      ended.push(id)
    },
    clock,
    log: new SilentLog(),
  })
  return { clock, answers, asked, ended, departures }
}

it('looks at everybody connected when the bot starts, and daily, and ends the access of those who left', async () => {
  const { clock, answers, asked, ended, departures } = watching(['anna', 'ben', 'cleo'])
  answers.set('ben', GONE)
  departures.start()
  await clock.advance(60_000)
  expect(asked).toEqual(['anna', 'ben', 'cleo'])
  expect(ended).toEqual(['ben'])
  answers.set('cleo', GONE)
  await clock.advance(DAY)
  expect(ended).toEqual(['ben', 'ben', 'cleo'])
  await departures.stop()
  expect(clock.waiting).toBe(0)
})

it('asks at a pace that leaves Slack’s limit to others', async () => {
  const { clock, asked, departures } = watching(Array.from({ length: 200 }, (_, index) => `p${index}`))
  departures.start()
  await clock.advance(60_000)
  expect(asked.length).toBeLessThanOrEqual(50)
  await clock.advance(5 * 60_000)
  expect(new Set(asked).size).toBe(200)
  await departures.stop()
})

it.each<[string, Profile | ProfileProblem]>([
  ['is still there', HERE],
  ['belongs to another organisation', { problem: 'outsider' }],
  ['is not found', { problem: 'unknown_person' }],
])('believes no event: nothing ends for somebody who, as Slack says when asked, %s', async (_, answer) => {
  const { clock, answers, asked, ended, departures } = watching([])
  answers.set('anna', answer)
  departures.suspect(person('anna'))
  await clock.advance(60_000)
  expect(asked).toEqual(['anna'])
  expect(ended).toEqual([])
  await departures.stop()
})

it('asks again after a look-up that failed, which ends nobody’s access, and looks at the others meanwhile', async () => {
  const { clock, answers, asked, ended, departures } = watching(['anna', 'ben'])
  answers.set('anna', new Unavailable('slack', 'away', 30_000))
  answers.set('ben', GONE)
  departures.start()
  await clock.advance(20_000)
  expect(asked).toEqual(['anna'])
  expect(ended).toEqual([])
  await clock.advance(20_000)
  expect(ended).toEqual(['ben'])
  answers.set('anna', GONE)
  await clock.advance(60_000)
  expect(ended).toEqual(['ben', 'anna'])
  await departures.stop()
})

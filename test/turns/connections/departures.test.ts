import { expect, it } from 'vitest'
import { Departures } from '../../../src/turns/connections/departures.js'
import type { Person, Profile } from '../../../src/turns/model.js'
import { type ProfileProblem, Unavailable } from '../../../src/turns/ports.js'
import { FakeClock } from '../fake-clock.js'
import { SilentLog } from '../silent-log.js'

const DAY = 24 * 60 * 60_000
const HERE: Profile = { name: 'Anna', timeZone: 'UTC', email: null }
const GONE: ProfileProblem = { problem: 'deactivated' }
const person = (id: string): Person => ({ id, team: 'T1', user: `U_${id}`, identifier: `slack:${id}` })

function watching(connected: readonly string[], connectedPeople = async () => connected.map(person)) {
  const clock = new FakeClock()
  const log = new SilentLog()
  const forgotten: string[] = []
  const held: Promise<void>[] = []
  const answers = new Map<string, Profile | ProfileProblem | Error>()
  const asked: string[] = []
  const ended: string[] = []
  const departures = new Departures({
    people: {
      connected: connectedPeople,
      find: async (team, user) => (team === 'T1' && user === 'U_anna' ? person('anna') : null),
    },
    surface: {
      profile: async ({ id }) => {
        asked.push(id)
        await held.shift()
        const answer = answers.get(id) ?? HERE
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    forgetProfile: ({ id }) => {
      forgotten.push(`${id}, asked ${asked.length} times`)
    },
    onDeactivated: async ({ id }) => {
      ended.push(id)
    },
    clock,
    log,
  })
  return { clock, log, answers, asked, ended, forgotten, held, departures }
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
  departures.checkNext(person('anna'))
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

it('forgets what is remembered of a profile before it asks, so that Slack is asked and not the memory', async () => {
  const { clock, forgotten, departures } = watching(['anna', 'ben'])
  departures.start()
  await clock.advance(60_000)
  expect(forgotten).toEqual(['anna, asked 0 times', 'ben, asked 1 times'])
  await departures.stop()
})

it('looks at somebody of whom Slack said something before those who are only looked at daily, and at once', async () => {
  const { clock, asked, departures } = watching(['anna', 'ben', 'cleo'])
  departures.start()
  await clock.advance(0)
  departures.checkNext(person('zoe'))
  await clock.advance(0)
  expect(asked).toEqual(['anna', 'zoe'])
  await clock.advance(60_000)
  expect(asked).toEqual(['anna', 'zoe', 'ben', 'cleo'])
  await departures.stop()
})

it('asks a service that is away no sooner for another departure, and at its pace again once it is back', async () => {
  const { clock, answers, asked, departures } = watching(['anna'])
  answers.set('anna', new Unavailable('slack', 'away', 30_000))
  departures.start()
  await clock.advance(0)
  departures.checkNext(person('ben'))
  await clock.advance(29_000)
  expect(asked).toEqual(['anna'])
  answers.delete('anna')
  await clock.advance(31_000)
  expect(asked).toEqual(['anna', 'ben', 'anna'])
  for (const id of ['cleo', 'dan', 'eve']) departures.checkNext(person(id))
  await clock.advance(5_000)
  expect(asked.slice(3)).toEqual(['cleo', 'dan', 'eve'])
  await departures.stop()
})

it('asks again within minutes for as long as Slack is away', async () => {
  const { clock, answers, asked, log, departures } = watching(['anna'])
  answers.set('anna', new Unavailable('slack', 'away'))
  departures.start()
  await clock.advance(3 * 60 * 60_000)
  expect(asked.length).toBeGreaterThan(30)
  expect(asked.length).toBeLessThan(100)
  expect(log.lines.every(({ level }) => level === 'warn')).toBe(true)
  await departures.stop()
})

it('asks about one person at a time', async () => {
  const { clock, asked, held, departures } = watching(['anna'])
  let release = () => {}
  held.push(new Promise((resolve) => (release = resolve)))
  departures.start()
  await clock.advance(0)
  departures.checkNext(person('ben'))
  await clock.advance(60_000)
  expect(asked).toEqual(['anna'])
  release()
  await clock.advance(5_000)
  expect(asked).toEqual(['anna', 'ben'])
  await departures.stop()
})

it('begins nothing once it is stopped, and lets what it has begun end', async () => {
  const { clock, answers, asked, ended, held, departures } = watching(['anna', 'ben'])
  let release = () => {}
  held.push(new Promise((resolve) => (release = resolve)))
  answers.set('anna', GONE)
  departures.start()
  await clock.advance(0)
  let isStopped = false
  const stopping = departures.stop().then(() => (isStopped = true))
  await clock.advance(60_000)
  expect(isStopped).toBe(false)
  release()
  await stopping
  expect(ended).toEqual(['anna'])
  departures.checkNext(person('cleo'))
  departures.start()
  await clock.advance(2 * DAY)
  expect(asked).toEqual(['anna'])
  expect(clock.waiting).toBe(0)
})

it('tells the operator where those connected cannot be read, and looks again the next day', async () => {
  const { clock, asked, log, departures } = watching([], async () => {
    if (clock.now() === began) throw new Error('disk I/O error')
    return [person('anna')]
  })
  const began = clock.now()
  departures.start()
  await clock.advance(60_000)
  expect(log.lines).toMatchObject([{ level: 'error', message: expect.stringContaining('not readable') }])
  await clock.advance(DAY)
  expect(asked).toEqual(['anna'])
  await departures.stop()
})

it('looks, where Slack reports a departure, at whoever has used the bot, and at nobody else', async () => {
  const { clock, asked, departures } = watching([])
  await departures.reported('T1', 'U_anna')
  await departures.reported('T1', 'U_stranger')
  await departures.reported('T2', 'U_anna')
  await clock.advance(60_000)
  expect(asked).toEqual(['anna'])
  await departures.stop()
})

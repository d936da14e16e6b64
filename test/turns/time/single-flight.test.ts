import { expect, it } from 'vitest'
import { SingleFlight } from '../../../src/turns/time/single-flight.js'

function task() {
  let resolve: (value: string) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const done = new Promise<string>((onResult, onFailure) => {
    resolve = onResult
    reject = onFailure
  })
  return { done, resolve, reject }
}

it('does the work once for all who ask while it is under way', async () => {
  const flights = new SingleFlight<string>()
  const work = task()
  let begun = 0
  const ask = () =>
    flights.run('anna', () => {
      begun += 1
      return work.done
    })
  const answers = [ask(), ask(), ask()]
  work.resolve('token')
  expect(await Promise.all(answers)).toEqual(['token', 'token', 'token'])
  expect(begun).toBe(1)
  await ask()
  expect(begun).toBe(2)
})

it('keeps the work of different keys apart', async () => {
  const flights = new SingleFlight<string>()
  const answers = [flights.run('anna', async () => 'a'), flights.run('ben', async () => 'b')]
  expect(await Promise.all(answers)).toEqual(['a', 'b'])
})

it('fails for all who joined, and is done anew for whoever asks afterwards', async () => {
  const flights = new SingleFlight<string>()
  const work = task()
  const answers = Promise.allSettled([flights.run('anna', () => work.done), flights.run('anna', async () => 'unused')])
  work.reject(new Error('refused'))
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await flights.run('anna', async () => 'token')).toBe('token')
})

it('says when nothing of a key is under way, however that ended', async () => {
  const flights = new SingleFlight<string>()
  const work = task()
  const said: string[] = []
  const failed = flights.run('anna', () => work.done).catch(() => said.push('failed'))
  const settled = flights.settled('anna').then(() => said.push('settled'))
  await flights.settled('ben')
  expect(said).toEqual([])
  work.reject(new Error('refused'))
  await Promise.all([failed, settled])
  expect(said.sort()).toEqual(['failed', 'settled'])
})

/** One run: people do things, things go wrong, then it is calm, and everything must come out even. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, problemsOf } from './accounting.js'
import type { ChaosHouse } from './chaos-house.js'
import { Ledger } from './ledger.js'
import { type Climate, calm, plan, type Release, storm } from './misfortunes.js'
import { Random } from './random.js'
import { play, SCENES, SLOW_SCENE } from './scenes.js'
import type { Stage } from './stage.js'
import { Tally } from './tally.js'

export interface RunResult {
  readonly seed: number
  readonly tally: Tally
  readonly messages: number
  /** Tokens of which nothing may be kept. */
  readonly overheard: readonly string[]
  readonly problems: readonly Problem[]
  /** Looks again at the end of the house: what came late shows then. */
  readonly recheck: () => readonly Problem[]
}

/** How long a run may take to come out even once nothing goes wrong any more. Retries of the bot pause for up to half a minute. */
export const PATIENCE_MS = 75_000
const LOOK_EVERY_MS = 100
/** So often in a row there must be nothing wrong. */
const EVEN_LOOKS = 3

export interface RunOptions {
  readonly climate: Climate
  /** Milliseconds; see `PATIENCE_MS`. */
  readonly patience: number
}

export async function run(chaos: ChaosHouse, seed: number, { climate, patience }: RunOptions): Promise<RunResult> {
  const random = new Random(`run ${seed}`)
  const tally = new Tally()
  const { slack } = chaos.house
  const ledger = new Ledger(`zq${seed}`, slack.deliveries.all.length)
  const since = Date.now()
  const name = seed.toString(36).toUpperCase()
  const people = Array.from({ length: random.between(1, 3) }, (_, index) => `U0${name}P${index}`)
  for (const id of people) chaos.addPerson(id, { connected: true })
  const stranger = `U0${name}S0`
  chaos.addPerson(stranger, { connected: false })
  const channel = `C0${name}`
  slack.addChannel({ id: channel, name: `run-${seed}`, members: [...people, stranger] })

  let deadline = Number.POSITIVE_INFINITY
  let isStormy = climate.faults
  const count = random.between(2, 5)
  const scenes = Array.from({ length: count }, (_, index) => random.fork(`scene ${index}`))
  const plays = scenes.map((own, index) => {
    let tokens = 0
    const stage: Stage = {
      chaos,
      ledger,
      people,
      stranger,
      channel,
      isStormy: () => isStormy,
      meanwhile: [],
      nextToken: () => `${ledger.prefix}x${(index + 1) * 100 + tokens++}q`,
      deadline: () => deadline,
    }
    const slow = index === 0 && own.chance(0.15)
    return play(slow ? SLOW_SCENE : own.pick(SCENES), stage, own)
  })

  const allPlays = Promise.all(plays)
  // It is awaited below; what goes wrong with the test itself before that is told there.
  allPlays.catch(() => undefined)

  const releases: Release[] = []
  const trouble = climate.faults ? random.pick([0, 0.1, 0.25, 0.5]) : 0
  chaos.supervisor.startMayFail = true
  chaos.network.weather = {
    seed: `run ${seed}`,
    trouble,
    tally,
    kill: () => {
      if (climate.kills) chaos.supervisor.kill()
    },
  }
  const crashesBefore = chaos.supervisor.crashes.length
  await storm(chaos, plan(random.fork('storm'), climate), tally, (release) => releases.push(release))
  isStormy = false
  calm(chaos, releases)
  chaos.supervisor.startMayFail = false
  deadline = Date.now() + patience
  await chaos.supervisor.running()
  await allPlays

  const look = (): Problem[] => [
    ...problemsOf(chaos, ledger, since),
    ...ledger.stuck.map((what): Problem => ({ kind: 'stuck', what })),
    ...chaos.supervisor.crashes.slice(crashesBefore).map((what): Problem => ({ kind: 'crashed', what })),
  ]
  let problems = look()
  for (let even = 0; even < EVEN_LOOKS && Date.now() < deadline && ledger.stuck.length === 0; ) {
    await sleep(LOOK_EVERY_MS)
    problems = look()
    even = problems.length === 0 ? even + 1 : 0
  }
  // Nothing of a failed run may hold up the next one.
  for (const { token, verb } of ledger.written) if (verb === 'hold') chaos.brain.release(token)
  return {
    seed,
    tally,
    messages: ledger.written.length,
    overheard: ledger.overheard,
    problems,
    recheck: () => problemsOf(chaos, ledger, since),
  }
}

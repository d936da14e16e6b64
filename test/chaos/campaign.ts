/** Many runs, spread over houses that work side by side, and what they came to. */

import type { Problem, ProblemKind } from './accounting.js'
import { TOKEN } from './chaos-brain.js'
import { ChaosHouse, VARIANTS } from './chaos-house.js'
import type { Climate } from './misfortunes.js'
import { PATIENCE_MS, type RunResult, run } from './run.js'
import { Tally } from './tally.js'

export interface CampaignOptions {
  /** The first run's seed; the others follow it. */
  readonly seed: number
  readonly runs: number
  readonly climate?: Climate
  /** Folder of the compiled bot, where it is not the project's own. */
  readonly program?: string
  /** Ends with the first run that has such a problem. */
  readonly untilCaught?: (problem: Problem) => boolean
  /** Milliseconds that a run may take to come out even. */
  readonly patience?: number
  /** How many houses are up at once; all of them by default. Each has a bot of its own. */
  readonly sideBySide?: number
  readonly onRun?: (result: RunResult) => void
}

export interface CampaignResult {
  readonly runs: number
  readonly messages: number
  readonly kills: number
  readonly faults: Tally
  readonly problems: readonly (Problem & { readonly seed: number })[]
}

const EVERYTHING: Climate = { kills: true, faults: true }

/** What a log must never hold: tokens and keys, whole or by their shape. */
const SECRETS = /xox[abp]-|xapp-|sk-ant-|eyJ[\w-]{10,}\.|test_[\w-]{20,}/

export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const seeds = Array.from({ length: options.runs }, (_, index) => options.seed + index)
  // A seed always belongs to the same variant, so that a single run can be repeated.
  const perVariant = VARIANTS.map((_, index) => seeds.filter((seed) => seed % VARIANTS.length === index))
  const state = { caught: false }
  const parts: CampaignResult[] = []
  const waiting = VARIANTS.map((variant, index) => ({ variant, seeds: perVariant[index] ?? [] }))
  const inTurn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      parts.push(await inOneHouse(next.variant, next.seeds, options, state))
  }
  await Promise.all(Array.from({ length: options.sideBySide ?? VARIANTS.length }, inTurn))
  const faults = new Tally()
  for (const part of parts) faults.add(part.faults)
  return {
    runs: parts.reduce((sum, part) => sum + part.runs, 0),
    messages: parts.reduce((sum, part) => sum + part.messages, 0),
    kills: parts.reduce((sum, part) => sum + part.kills, 0),
    faults,
    problems: parts.flatMap((part) => part.problems).sort((one, other) => one.seed - other.seed),
  }
}

async function inOneHouse(
  variant: (typeof VARIANTS)[number],
  seeds: readonly number[],
  options: CampaignOptions,
  state: { caught: boolean },
): Promise<CampaignResult> {
  const faults = new Tally()
  const problems: (Problem & { seed: number })[] = []
  const results: RunResult[] = []
  if (seeds.length === 0) return { runs: 0, messages: 0, kills: 0, faults, problems }
  const { climate = EVERYTHING, patience = PATIENCE_MS } = options
  const chaos = await ChaosHouse.open(variant, options.program)
  try {
    for (const seed of seeds) {
      if (state.caught) break
      const result = await run(chaos, seed, { climate, patience })
      results.push(result)
      faults.add(result.tally)
      problems.push(...result.problems.map((problem) => ({ ...problem, seed })))
      options.onRun?.(result)
      if (result.problems.some((problem) => options.untilCaught?.(problem))) state.caught = true
    }
    // Once more, now that time has passed: a late copy of anything shows here.
    for (const { seed, problems: known, recheck } of results)
      if (known.length === 0) problems.push(...recheck().map((problem) => ({ ...problem, seed })))
    const overheard = results.flatMap((result) => result.overheard)
    problems.push(
      ...[...leaks(chaos), ...kept(chaos, overheard)].map((problem) => ({ ...problem, seed: seeds[0] ?? 0 })),
    )
    const messages = results.reduce((sum, result) => sum + result.messages, 0)
    return { runs: results.length, messages, kills: chaos.supervisor.kills, faults, problems }
  } finally {
    await chaos.close()
  }
}

/** Lines of the log that hold what nobody may read there, or that say that the process nearly died. */
function leaks(chaos: ChaosHouse): Problem[] {
  const lines = chaos.written.split('\n')
  const leaked = lines.filter((line) => TOKEN.test(line) || SECRETS.test(line))
  const unhandled = lines.filter((line) => line.includes('a rejection that nobody handled'))
  const tell = (kind: ProblemKind, some: readonly string[]): Problem[] =>
    [...new Set(some.map((line) => line.replace(/"time":"[^"]*",?/, '')))].slice(0, 5).map((what) => ({ kind, what }))
  return [...tell('leaked', leaked), ...tell('crashed', unhandled)]
}

/** What others said in a conversation's thread and is in the database nevertheless. */
function kept(chaos: ChaosHouse, overheard: readonly string[]): Problem[] {
  const stored = chaos.stored()
  return overheard
    .filter((token) => stored.includes(token))
    .map((token) => ({ kind: 'leaked', what: `${token}, said by somebody else, is in the database` }))
}

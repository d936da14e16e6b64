/**
 * `npm run test:chaos -- [--seed N] [--runs M] [--only kills|faults|nothing] [--mutants N] [--mutant WORDS] [--side-by-side N]`: a campaign of so
 * many runs, in so many houses at once, then the mutants (those whose names hold these words), with so many runs each to be caught in; 0 leaves them out. Ends with 1 where anything did not come out even.
 */

import { parseArgs } from 'node:util'
import { type CampaignResult, campaign } from './campaign.js'
import { VARIANTS } from './chaos-house.js'
import { hunt, MUTANTS } from './mutants.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    only: { type: 'string' },
    mutants: { type: 'string' },
    mutant: { type: 'string' },
    'side-by-side': { type: 'string', default: String(VARIANTS.length) },
    verbose: { type: 'boolean', default: false },
  },
})

const result = await campaign({
  seed: Number(values.seed),
  runs: Number(values.runs),
  climate: {
    kills: values.only === undefined || values.only === 'kills',
    faults: values.only === undefined || values.only === 'faults',
  },
  sideBySide: Number(values['side-by-side']),
  onRun: ({ seed, problems }) => {
    if (values.verbose || problems.length > 0) console.log(`run ${seed}: ${problems.length === 0 ? 'even' : 'FAILED'}`)
    for (const { kind, what } of problems) console.log(`  ${kind}: ${what}`)
  },
})
print(result)
let isGood = result.problems.length === 0

// Whoever repeats a single run is after that one.
// Most are caught within twenty runs; what takes a reply that overtakes its mention took ninety-seven.
const runsOfMutants = Number(values.mutants ?? (Number(values.runs) < 100 ? 0 : 200))
for (const mutant of runsOfMutants > 0 ? MUTANTS.filter(({ name }) => name.includes(values.mutant ?? '')) : []) {
  const { caughtBy, runs } = await hunt(mutant, Number(values.seed), runsOfMutants, Number(values['side-by-side']))
  console.log(`mutant that ${mutant.name}: ${caughtBy === undefined ? 'NOT caught' : 'caught'} in ${runs} runs`)
  if (caughtBy !== undefined) console.log(`  ${caughtBy}`)
  isGood &&= caughtBy !== undefined
}
process.exitCode = isGood ? 0 : 1

function print({ runs, messages, kills, faults, problems }: CampaignResult): void {
  const count = (kind: string): number => problems.filter((problem) => problem.kind === kind).length
  const rows: [string, number][] = [
    ...faults.entries,
    ['', 0],
    ['runs', runs],
    ['messages', messages],
    ['kills', kills],
    ['faults and kills', faults.total],
    ...(['lost', 'duplicated', 'stuck', 'wrong', 'crashed', 'leaked'] as const).map((kind): [string, number] => [
      kind,
      count(kind),
    ]),
  ]
  for (const [name, times] of rows) console.log(name === '' ? '' : `${name.padEnd(70)} ${String(times).padStart(6)}`)
  // What only showed at the end of a house was not told with its run.
  if (problems.length > 0) console.log('')
  for (const { seed, kind, what } of problems) console.log(`seed ${seed}, ${kind}: ${what}`)
  const failing = [...new Set(problems.map(({ seed }) => seed))]
  if (failing.length > 0) console.log(`\nfailing seeds: ${failing.join(', ')}`)
}

/** `npm run test:chaos -- [--seed N] [--runs M] [--only kills|faults|nothing] [--mutants]`: a campaign, then the mutants, counted and judged. */

import { parseArgs } from 'node:util'
import { type CampaignResult, campaign } from './campaign.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    only: { type: 'string' },
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
  onRun: ({ seed, problems }) => {
    if (values.verbose || problems.length > 0) console.log(`run ${seed}: ${problems.length === 0 ? 'even' : 'FAILED'}`)
    for (const { kind, what } of problems) console.log(`  ${kind}: ${what}`)
  },
})
print(result)
process.exitCode = result.problems.length === 0 ? 0 : 1

function print({ runs, messages, kills, faults, problems }: CampaignResult): void {
  const count = (kind: string): number => problems.filter((problem) => problem.kind === kind).length
  const rows: [string, number][] = [
    ...faults.entries,
    ['', 0],
    ['runs', runs],
    ['messages', messages],
    ['kills', kills],
    ['faults and kills planned', faults.total],
    ...(['lost', 'duplicated', 'stuck', 'wrong', 'crashed', 'leaked'] as const).map((kind): [string, number] => [
      kind,
      count(kind),
    ]),
  ]
  for (const [name, times] of rows) console.log(name === '' ? '' : `${name.padEnd(70)} ${String(times).padStart(6)}`)
  const failing = [...new Set(problems.map(({ seed }) => seed))]
  if (failing.length > 0) console.log(`\nfailing seeds: ${failing.join(', ')}`)
}

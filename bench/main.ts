/** `npm run bench`: see docs/performance.md. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { coldStart, idleThreads, recovery } from './house/rest.js'
import { costOfTurns, crowd } from './house/turns.js'
import { compareReplies } from './replies/main.js'

const USAGE = `npm run bench -- [subject] [--quick]

replies [count …]   (default) replies at once beside other ways to show them: 1, 5, 20 and 50 of them
turns               CPU time and memory of a turn
crowd               1,000 turns at once in one process
idle                10,000 threads in which nobody writes
start               from the start of the process until it receives
recovery            from kill -9 until the reply moves again
markdown            200,000 characters of Markdown beside a parser for it; not part of house
house               all of these but replies

--quick             fewer of everything, for a look
`

const quick = process.argv.includes('--quick')
const [subject = 'replies', ...rest] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

const HOUSE = {
  turns: () => costOfTurns(quick ? 40 : 200),
  crowd: () => crowd(quick ? 100 : 1_000),
  idle: () => idleThreads(quick ? 1_000 : 10_000),
  start: () => coldStart(quick ? 3 : 10),
  recovery: () => recovery(quick ? 2 : 5),
}

if (subject === 'replies') {
  const asked = rest.map(Number)
  const counts = asked.length > 0 ? asked : quick ? [1, 20] : [1, 5, 20, 50]
  await compareReplies({ counts, patienceMs: quick ? 90_000 : 240_000 })
} else if (subject === 'house') {
  for (const measure of Object.values(HOUSE)) await measure()
} else if (subject === 'markdown') {
  compareMarkdown()
} else if (isPart(subject)) {
  await HOUSE[subject]()
} else {
  console.error(USAGE)
  process.exitCode = 2
}

function compareMarkdown(): void {
  const path = fileURLToPath(new URL('./markdown.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', path, ...process.argv.slice(3)], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}

function isPart(name: string): name is keyof typeof HOUSE {
  return name in HOUSE
}

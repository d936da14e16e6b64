/** `npm run bench`: see docs/performance.md. */

import { compareReplies } from './replies/main.js'

const USAGE = `npm run bench -- [replies] [--quick]`

const quick = process.argv.includes('--quick')
const [subject = 'replies', ...rest] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
switch (subject) {
  case 'replies': {
    const asked = rest.map(Number)
    const counts = asked.length > 0 ? asked : quick ? [1, 20] : [1, 5, 20, 50]
    await compareReplies({ counts, patienceMs: quick ? 90_000 : 240_000 })
    break
  }
  default:
    console.error(USAGE)
    process.exitCode = 2
}

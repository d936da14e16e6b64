/** Replies at once, side by side: this bot, the published chat SDK, one edit a second, and the bound that none can beat. */

import { answerOf } from './answer.js'
import { type Contender, type ContestResult, contest } from './contest.js'
import { boundSeconds, mean, percentile } from './staleness.js'

const CONTENDERS: readonly Contender[] = [
  { name: 'this bot', program: 'this-bot', mode: 'edit' },
  { name: 'this bot, auto', program: 'this-bot', mode: 'auto' },
  { name: 'this bot, native', program: 'this-bot', mode: 'native' },
  { name: 'chat SDK, edits', program: 'chat-sdk', mode: 'edit' },
  { name: 'chat SDK, native', program: 'chat-sdk', mode: 'native' },
  { name: 'one edit a second', program: 'every-second', mode: '' },
]

/** Slack's own limit for `chat.update`, as the sandbox enforces it. */
const SLACKS_EDITS_PER_MINUTE = 50
const SECONDS = 30

export interface RepliesOptions {
  readonly counts: readonly number[]
  /** How long after the agent's end a reply may still become complete. */
  readonly patienceMs: number
}

/** Prints a table for each number of replies. The contenders run at the same time, each against a Slack of its own. */
export async function compareReplies({ counts, patienceMs }: RepliesOptions): Promise<void> {
  const answer = answerOf(SECONDS)
  for (const count of counts) {
    const results = await Promise.all(
      CONTENDERS.map((contender) => contest(contender, count, answer, SECONDS, patienceMs)),
    )
    console.log(`\n### ${count} ${count === 1 ? 'reply' : 'replies at once'}\n`)
    console.log(
      '| | staleness mean | p95 | first words mean / max | complete after the end mean / max | 429s | edits | other calls | CPU |',
    )
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
    for (const result of results) console.log(row(result))
    const bound = boundSeconds(count, SLACKS_EDITS_PER_MINUTE, SECONDS)
    console.log(`| bound for edits | ${bound.toFixed(1)} | | | 0 | 0 | ${SLACKS_EDITS_PER_MINUTE} | | |`)
    for (const { contender, problems } of results) {
      for (const [problem, times] of counted(problems)) console.log(`\n${contender.name}: ${problem} (${times}×)`)
    }
  }
}

function row(result: ContestResult): string {
  const { contender, staleness, first, late, refusals, edits, posts, nativeCalls, cpuSeconds } = result
  const cells = [
    contender.name,
    staleness.mean.toFixed(1),
    staleness.p95.toFixed(1),
    spread(first),
    spread(late),
    refusals,
    edits,
    `${posts} posts${nativeCalls === 0 ? '' : `, ${nativeCalls} native`}`,
    Number.isNaN(cpuSeconds) ? '–' : `${cpuSeconds.toFixed(1)} s`,
  ]
  return `| ${cells.join(' | ')} |`
}

function spread(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined)
  const never = values.length - known.length
  const times = known.length === 0 ? '–' : `${mean(known).toFixed(1)} / ${percentile(known, 1).toFixed(1)}`
  return never === 0 ? times : `${times}, ${never} never`
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

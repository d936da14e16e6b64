/**
 * CPU time of 200,000 characters of Markdown, side by side: the pages of a reply as this bot makes them, and nothing but the parsing of the same
 * by micromark and mdast, page by page. A process of its own: the library is installed for the bench alone.
 */
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { PAGE_LIMIT, pages } from '../src/slack/markdown/pages.js'
import { answerOf, CHARACTERS_PER_SECOND } from './replies/answer.js'

const LENGTH = 200_000

function repeated(text: string): string {
  return text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH)
}

/** The first three are what models write, the others what an attacker could. */
const TEXTS: readonly (readonly [name: string, markdown: string])[] = [
  ['the answer of the other benches', answerOf(LENGTH / CHARACTERS_PER_SECOND).markdown],
  [
    'headings, bold, links, bullets',
    repeated('## Heading\n\nSome **bold** text and [a link](https://example.com).\n\n- one\n- two\n\n'),
  ],
  ['a numbered list', repeated('1. item and some words\n')],
  ['code', `\`\`\`\n${repeated('const a = 1 < 2\n')}`],
  ['a table', `| a | b |\n|---|---|\n${repeated('| x | y |\n')}`],
  ['asterisks', repeated('*a ')],
  ['brackets', repeated('[')],
  ['half links', repeated('](')],
  ['half addresses', repeated('<https://')],
  ['quotes in quotes', repeated('>')],
]

function parse(text: string): void {
  fromMarkdown(text, { extensions: [gfm({ singleTilde: false })], mdastExtensions: [gfmFromMarkdown()] })
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** The time of the library, or the name of the error that it ends with. */
function parsedIn(slices: readonly string[]): number | string {
  try {
    return cpuMs(() => slices.forEach(parse))
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

function middle(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

const rounds = process.argv.includes('--quick') ? 1 : 5
console.log(`\n### 200,000 characters of Markdown (CPU time, the middle of ${rounds} rounds)\n`)
console.log('| | pages, rendered | micromark and mdast, parsed only | ratio |\n| --- | --- | --- | --- |')
for (const [name, markdown] of TEXTS) {
  const slices: string[] = []
  for (let at = 0; at < markdown.length; at += PAGE_LIMIT) slices.push(markdown.slice(at, at + PAGE_LIMIT))
  const rendered: number[] = []
  const parsed: number[] = []
  let failure = ''
  for (let round = 0; round < rounds; round += 1) {
    rendered.push(cpuMs(() => pages(markdown, { final: true })))
    const outcome = failure === '' ? parsedIn(slices) : failure
    if (typeof outcome === 'number') parsed.push(outcome)
    else failure = outcome
  }
  const [ours, theirs] = [middle(rendered), middle(parsed)]
  const shown = failure === '' ? `${theirs.toFixed(0)} ms | ${(theirs / ours).toFixed(1)}` : `${failure} | –`
  console.log(`| ${name} | ${ours.toFixed(0)} ms | ${shown} |`)
}

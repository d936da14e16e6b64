/** Which `*`, `_` and `~~` open and close what: CommonMark's rules, fit for text without blanks between words and for text that goes on. */
import { CJK, characterAt, characterBefore, isBlank, PUNCTUATION } from './characters.js'
import type { Delimiter, Emphasis, Inline, InlineEnd, OpenMark } from './nodes.js'

/** Longer runs of one marker are never left open at the end of a text that goes on: they are decoration. */
const MAX_OPEN_RUN = 3

/** CommonMark's flanking rules; Chinese, Japanese and Korean signs count as letters, because no blanks stand around words there. */
export function flanked(source: string, at: number, run: number, character: string): Delimiter {
  const before = characterBefore(source, at)
  const after = characterAt(source, at + run)
  const signBefore = PUNCTUATION.test(before) && !CJK.test(before)
  const signAfter = PUNCTUATION.test(after) && !CJK.test(after)
  const left = !isBlank(after) && (!signAfter || isBlank(before) || signBefore || CJK.test(before))
  const right = !isBlank(before) && (!signBefore || isBlank(after) || signAfter || CJK.test(after))
  if (character !== '_') return delimiter(character, run, left, right, false)
  return delimiter(character, run, left && (!right || signBefore), right && (!left || signAfter), false)
}

export function delimiter(
  character: string,
  length: number,
  opens: boolean,
  closes: boolean,
  reopened: boolean,
): Delimiter {
  return { kind: 'delimiter', character, length, remaining: length, opens, closes, reopened, starts: [], ends: [] }
}

function markOf(character: string, length: number): Emphasis {
  return character === '~' ? '~~' : length === 2 ? '**' : '*'
}

/** Pairs the runs (CommonMark's algorithm) and, where the text goes on, closes at its end what is still open. Returns those marks. */
export function resolveEmphasis(nodes: Inline[], end: InlineEnd): OpenMark[] {
  const runs = nodes.filter((node): node is Delimiter => node.kind === 'delimiter')
  const previous = runs.map((_, index) => index - 1)
  const bottom = new Map<string, number>()
  for (let index = 0; index < runs.length; index += 1) {
    const closer = runs[index]
    if (closer === undefined || !closer.closes) continue
    const key = `${closer.character}${closer.opens ? 1 : 0}${closer.length % 3}`
    while (closer.remaining > 0) {
      let from = previous[index] ?? -1
      const least = bottom.get(key) ?? -1
      let opener: Delimiter | undefined
      while (from > least) {
        const candidate = runs[from]
        if (candidate !== undefined && pairs(candidate, closer)) {
          opener = candidate
          break
        }
        from = previous[from] ?? -1
      }
      if (opener === undefined) {
        bottom.set(key, previous[index] ?? -1)
        break
      }
      const width = closer.character === '~' || (opener.remaining >= 2 && closer.remaining >= 2) ? 2 : 1
      const mark = markOf(closer.character, width)
      opener.starts.push(mark)
      closer.ends.push(mark)
      opener.remaining -= width
      closer.remaining -= width
      // Whatever stood between the two can pair with nothing any more.
      previous[index] = opener.remaining > 0 ? from : (previous[from] ?? -1)
    }
  }
  const open = end === 'complete' ? [] : closeOpen(nodes, runs, previous, end)
  for (const run of runs) {
    run.starts.reverse()
    if (run.reopened) run.remaining = 0
  }
  return open
}

function pairs(opener: Delimiter, closer: Delimiter): boolean {
  if (!opener.opens || opener.character !== closer.character || opener.remaining === 0) return false
  if (opener.character === '~') return true
  const both = opener.closes || closer.opens
  return !(both && (opener.length + closer.length) % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0))
}

function closeOpen(nodes: Inline[], runs: Delimiter[], previous: number[], end: InlineEnd): OpenMark[] {
  let content = nodes.length - 1
  while (content >= 0 && !hasContent(nodes[content])) content -= 1
  const before = new Set(nodes.slice(0, content + 1))
  const unpaired = new Set<Delimiter>()
  for (let index = runs.length - 1; index >= 0; index = previous[index] ?? -1) {
    const run = runs[index]
    if (run !== undefined) unpaired.add(run)
  }
  const closing: Emphasis[] = []
  const open = new Set<OpenMark>()
  for (const run of runs) {
    if (!unpaired.has(run) || !run.opens || run.remaining === 0 || run.remaining > MAX_OPEN_RUN) continue
    if (!before.has(run)) {
      if (end === 'live') run.remaining = 0
      continue
    }
    const marks: Emphasis[] = run.remaining === 3 ? ['**', '*'] : [markOf(run.character, run.remaining)]
    // `starts` is innermost first until the end of the resolution.
    run.starts.push(...[...marks].reverse())
    open.add(run.character.repeat(run.remaining))
    run.remaining = 0
    closing.push(...marks)
  }
  for (const mark of closing.reverse())
    nodes.push({ ...delimiter(mark.charAt(0), 0, false, true, false), ends: [mark] })
  return [...open]
}

function hasContent(node: Inline | undefined): boolean {
  if (node === undefined || node.kind === 'delimiter' || node.kind === 'break') return false
  return node.kind !== 'text' || node.value.trim() !== ''
}

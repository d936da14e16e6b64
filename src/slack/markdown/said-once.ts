/** A text of the agent's without what is said elsewhere, word for word; all else stays. Pure. */

const FENCE = /^\s*(?:>\s*)*(?:```|~~~)/

/** Without these texts, however they are quoted. */
export function without(text: string, repeated: readonly string[]): string {
  return repeated.reduce(cut, text)
}

function cut(text: string, repeated: string): string {
  const wanted = wordsOn(repeated.split('\n')).map(({ words }) => words)
  const all = text.split('\n')
  const written = wordsOn(all)
  const begin = written.findIndex((_, index) => wanted.every((words, place) => written[index + place]?.words === words))
  const first = written[begin]
  const last = written[begin + wanted.length - 1]
  if (first === undefined || last === undefined) return text
  // The marks of a block of code go with what stood between them.
  const isFenced = FENCE.test(all[first.line - 1] ?? '') && FENCE.test(all[last.line + 1] ?? '')
  const from = isFenced ? first.line - 1 : first.line
  const to = isFenced ? last.line + 1 : last.line
  const rest = [...all.slice(0, from), '', ...all.slice(to + 1)]
  return cut(rest.join('\n'), repeated)
}

/** The lines that say something, without the marks of a quotation and with single blanks. */
function wordsOn(lines: readonly string[]): { line: number; words: string }[] {
  return lines.flatMap((text, line) => {
    const words = text
      .replace(/^\s*(?:>\s?)+/, '')
      .replace(/\\$|\\(?=[!-/:-@[-`{-~])/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    return words === '' || FENCE.test(text) ? [] : [{ line, words }]
  })
}

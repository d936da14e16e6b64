/** Where a long line of text may be broken between two pages. */
import { parseInline } from './reading/inline-reader.js'
import type { Atom, OpenMark } from './reading/nodes.js'

/**
 * Where to break `source` at or before `most`, later than `least`: after a sentence, else after a word, else between two characters.
 * Undefined where each place is inside a link, code, an address or a character.
 */
export function inlineBreak(
  source: string,
  least: number,
  most: number,
  resume: readonly OpenMark[],
): number | undefined {
  const { atoms } = parseInline(source, 'cut', resume)
  const splits = splitTest(atoms)
  let word: number | undefined
  let any: number | undefined
  for (let at = most; at > least; at -= 1) {
    if (splits(at) || splitsCharacter(source, at)) continue
    any ??= at
    const before = source.slice(Math.max(0, at - 6), at)
    if (SENTENCE.test(before)) return at
    if (/\s$/.test(before)) word ??= at
    if ((word ?? most) - at > (most - least) / 4) break
  }
  return word ?? any
}

const SENTENCE = /(?:[.!?…:;]["'”’)]*\s|[。！？]["'”’」』）]?)$/u

/** The nearest place at or before `at` that is not in the middle of a surrogate pair. */
export function characterBoundary(text: string, at: number): number {
  return at > 1 && /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at - 1 : at
}

function splitsCharacter(text: string, at: number): boolean {
  if (characterBoundary(text, at) !== at) return true
  const next = String.fromCodePoint(text.codePointAt(at) ?? 32)
  const before = text.charAt(at - 1)
  const joins = next === '\u200D' || before === '\u200D' || next === '\uFE0F'
  return joins || /\p{M}|\p{Emoji_Modifier}/u.test(next) || isRegional(text, at)
}

function isRegional(text: string, at: number): boolean {
  return (
    /^[\u{1F1E6}-\u{1F1FF}]/u.test(text.slice(at, at + 2)) &&
    /[\u{1F1E6}-\u{1F1FF}]$/u.test(text.slice(Math.max(0, at - 2), at))
  )
}

function splitTest(atoms: Atom[]): (at: number) => boolean {
  const sorted = [...atoms].sort((a, b) => a.from - b.from)
  const merged: Atom[] = []
  for (const atom of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && atom.from < last.to) last.to = Math.max(last.to, atom.to)
    else merged.push({ ...atom })
  }
  let index = merged.length - 1
  // Asked with falling positions only.
  return (at) => {
    while (index >= 0 && (merged[index]?.from ?? 0) >= at) index -= 1
    return index >= 0 && (merged[index]?.to ?? 0) > at
  }
}

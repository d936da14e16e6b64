/** Where an address begins and ends in Markdown: behind a label, or by itself. */
import { ASCII_PUNCTUATION } from './characters.js'
import { decodeEntities } from './entities.js'
import { MAX_URL } from './links.js'

const TRAILING_PUNCTUATION = /[?!.,:;*_~'"\]}]$/
const BARE_URL = /https?:\/\/[^\s<>\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\u2018-\u201F«»]*/iuy

/** The address that stands at `at`, with the punctuation behind it. In a label (`bracketed`) it ends with the label. */
export function bareAddress(source: string, at: number, bracketed: boolean): string {
  BARE_URL.lastIndex = at
  const address = BARE_URL.exec(source)?.[0] ?? ''
  return bracketed ? address.replace(/^([^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\].*$/u, '$1') : address
}

/** Punctuation after an address belongs to the sentence, and so does a closing parenthesis that it does not open itself. */
export function withoutTrailing(address: string): string {
  let url = address
  let surplus = 0
  for (const character of url) surplus += character === ')' ? 1 : character === '(' ? -1 : 0
  for (;;) {
    if (url.endsWith(')') && surplus > 0) surplus -= 1
    else if (!TRAILING_PUNCTUATION.test(url) || /:\/\/$/.test(url)) return url
    url = url.slice(0, -1)
  }
}

export interface LinkTail {
  raw: string
  /** Behind the closing parenthesis. */
  after: number
}

/** Reads `target "title")` from `from`. `unfinished`: the input ends before it is decided. */
export function linkTail(source: string, from: number): LinkTail | 'unfinished' | undefined {
  const limit = Math.min(source.length, from + MAX_URL + 200)
  const unfinished = limit === source.length ? 'unfinished' : undefined
  let at = skipBlanks(source, from, limit)
  let raw = ''
  if (source.charAt(at) === '<') {
    const close = source.slice(at, limit).search(/[>\s]/)
    if (close < 0) return unfinished
    if (source.charAt(at + close) !== '>') return undefined
    raw = source.slice(at + 1, at + close)
    at += close + 1
  } else {
    let depth = 0
    for (; at < limit; at += 1) {
      const character = source.charAt(at)
      if (character === '\\' && ASCII_PUNCTUATION.test(source.charAt(at + 1))) {
        at += 1
        raw += source.charAt(at)
        continue
      }
      if (character === '<' || /\s/.test(character)) break
      if (character === '(') depth += 1
      if (character === ')' && depth === 0) break
      if (character === ')') depth -= 1
      raw += character
    }
    if (depth > 0) return at >= limit ? unfinished : undefined
  }
  raw = decodeEntities(raw)
  at = skipBlanks(source, at, limit)
  const quote = source.charAt(at)
  if (quote === '"' || quote === "'") {
    const close = source.slice(at + 1, limit).indexOf(quote)
    if (close < 0) return unfinished
    at = skipBlanks(source, at + close + 2, limit)
  }
  if (at >= limit) return unfinished
  return source.charAt(at) === ')' ? { raw, after: at + 1 } : undefined
}

function skipBlanks(source: string, from: number, limit: number): number {
  let at = from
  while (at < limit && /\s/.test(source.charAt(at))) at += 1
  return at
}

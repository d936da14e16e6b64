/**
 * Reads the inside of a paragraph, heading or cell into its parts.
 *
 * A parser of its own (docs/decisions.md) because the text is usually not finished. A Markdown library reads `**half of` as two asterisks and
 * `[label](https://exa` as brackets; here `InlineEnd` says what the end of the input means. Otherwise the rules are CommonMark's, plus `~~`, bare addresses, and
 * emphasis next to Chinese, Japanese and Korean text.
 *
 * Linear in the length of the input: every look-ahead is bounded or precomputed.
 */
import { bareAddress, linkTail, withoutTrailing } from './addresses.js'
import { ASCII_PUNCTUATION } from './characters.js'
import { codeValue, mayGoOn, runLength, TickRuns } from './code-spans.js'
import { delimiter, flanked, resolveEmphasis } from './emphasis.js'
import { BEGUN_ENTITY, entityAt, MAX_ENTITY } from './entities.js'
import { bareLink, link } from './link-nodes.js'
import { MAX_URL } from './links.js'
import type { Atom, Inline, InlineEnd, OpenMark } from './nodes.js'

interface Bracket {
  at: number
  node: number
  image: boolean
  /** Characters of targets before it. */
  hidden: number
}

interface Parsed {
  nodes: Inline[]
  open: OpenMark[]
  atoms: Atom[]
}

/**
 * Labels longer than this are text in brackets. While text arrives, an unclosed `[` hides what is behind it for so long; then it is shown as a
 * bracket, and stays one.
 */
const MAX_LABEL = 300

const SPECIAL = /[\\`*_~[\]!<&\n]|(?<![\p{L}\p{N}])https?:\/\//giu
const AUTOLINK = /<(https?:\/\/[^\s<>]{1,2000})>/iuy
const LINE_BREAK_TAG = /<br\s?\/?>/iuy
const FOOTNOTE = /\[\^([\p{L}\p{N}_-]{1,40})\]/uy
const HELD_TAG = /^<(?:h(?:t(?:t(?:p(?:s?(?::(?:\/(?:\/[^\s<>]*)?)?)?)?)?)?)?|b(?:r(?:\s?\/?)?)?)?$/i
const HELD_SCHEME = /(?<![\p{L}\p{N}])h(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?$/iu

export function parseInline(source: string, end: InlineEnd, resume: readonly OpenMark[]): Parsed {
  return new InlineReader(source, end).read(resume)
}

class InlineReader {
  readonly #source: string
  readonly #end: InlineEnd
  readonly #live: boolean
  readonly #ticks: TickRuns
  readonly #nodes: Inline[] = []
  readonly #atoms: Atom[] = []
  readonly #openCode: OpenMark[] = []
  #brackets: Bracket[] = []
  /** Characters of targets so far: nobody reads them, so they do not count in the length of a label that holds a link. */
  #hidden = 0
  #at = 0

  constructor(source: string, end: InlineEnd) {
    this.#source = source
    this.#end = end
    this.#live = end === 'live'
    this.#ticks = new TickRuns(source)
  }

  read(resume: readonly OpenMark[]): Parsed {
    const source = this.#source
    this.#resume(resume)
    while (this.#at < source.length) {
      SPECIAL.lastIndex = this.#at
      const special = SPECIAL.exec(source)?.index ?? source.length
      this.#text(source.slice(this.#at, special))
      this.#at = special
      if (special < source.length) this.#readSpecial(source.charAt(special))
    }
    this.#endOpen()
    const open = resolveEmphasis(this.#nodes, this.#end)
    return { nodes: this.#nodes, open: [...open, ...this.#openCode], atoms: this.#atoms }
  }

  #readSpecial(character: string): void {
    if (character === '\\') this.#readEscape()
    else if (character === '`') this.#readCode()
    else if (character === '*' || character === '_' || character === '~') this.#readRun(character)
    else if (character === '!') this.#readExclamation()
    else if (character === '[') this.#readOpening()
    else if (character === ']') this.#readClosing()
    else if (character === '<') this.#readAngle()
    else if (character === '&') this.#readAmpersand()
    else if (character === '\n') this.#readLineEnd()
    else this.#readAddress()
  }

  #text(value: string): void {
    if (value !== '') this.#nodes.push({ kind: 'text', value })
  }

  /** Goes on behind `length` characters, which belong together. */
  #whole(length: number): void {
    this.#atoms.push({ from: this.#at, to: this.#at + length })
    this.#at += length
  }

  /** The characters from here to the end do not yet say what they are. True where they are held back for that. */
  #undecided(from = this.#at): boolean {
    this.#atoms.push({ from, to: this.#source.length })
    if (this.#live) this.#at = this.#source.length
    return this.#live
  }

  #resume(marks: readonly OpenMark[]): void {
    for (const mark of marks) {
      if (!mark.startsWith('`')) {
        this.#nodes.push(delimiter(mark.charAt(0), mark.length, true, false, true))
        continue
      }
      const close = this.#ticks.closing(mark.length, 0)
      if (close === undefined && this.#end === 'complete') continue
      const value = codeValue(this.#source.slice(0, close), this.#live && close === undefined)
      this.#nodes.push({ kind: 'code', value, ticks: mark.length })
      if (close === undefined) this.#openCode.push(mark)
      this.#whole(close === undefined ? this.#source.length : close + mark.length)
    }
  }

  #readEscape(): void {
    const next = this.#source.charAt(this.#at + 1)
    if (next === '\n') {
      this.#nodes.push({ kind: 'break', hard: true })
      this.#at += 2
    } else if (next !== '' && ASCII_PUNCTUATION.test(next)) {
      this.#text(next)
      this.#whole(2)
    } else {
      if (next !== '' || !this.#live) this.#text('\\')
      this.#at += 1
    }
  }

  #readCode(): void {
    const source = this.#source
    const run = this.#ticks.at(this.#at)
    const start = this.#at + run
    const close = this.#ticks.closing(run, start)
    const rest = source.length - this.#at
    if (close !== undefined) {
      this.#nodes.push({ kind: 'code', value: codeValue(source.slice(start, close), false), ticks: run })
      this.#whole(close + run - this.#at)
      return
    }
    const mayClose = this.#end !== 'complete' && mayGoOn(run, rest)
    const value = mayClose ? codeValue(source.slice(start), this.#live) : ''
    if (value.trim() !== '') {
      this.#nodes.push({ kind: 'code', value, ticks: run })
      this.#openCode.push('`'.repeat(run))
      this.#whole(rest)
    } else if (!mayClose || !this.#undecided()) {
      this.#text('`'.repeat(run))
      this.#at += run
    }
  }

  #readRun(character: string): void {
    const run = runLength(this.#source, this.#at, character)
    if (this.#live && this.#at + run === this.#source.length) {
      this.#undecided()
      return
    }
    if (character === '~' && run !== 2) this.#text('~'.repeat(run))
    else this.#nodes.push(flanked(this.#source, this.#at, run, character))
    this.#whole(run)
  }

  #readExclamation(): void {
    if (this.#source.charAt(this.#at + 1) === '[') {
      this.#open('![')
    } else {
      if (!this.#live || this.#at + 1 < this.#source.length) this.#text('!')
      this.#at += 1
    }
  }

  #readOpening(): void {
    FOOTNOTE.lastIndex = this.#at
    const footnote = FOOTNOTE.exec(this.#source)
    if (footnote === null) {
      this.#open('[')
    } else {
      this.#text(`[${footnote[1]}]`)
      this.#whole(footnote[0].length)
    }
  }

  #open(sign: '[' | '!['): void {
    this.#brackets.push({ at: this.#at, node: this.#nodes.length, image: sign === '![', hidden: this.#hidden })
    this.#text(sign)
    this.#at += sign.length
  }

  #readClosing(): void {
    const source = this.#source
    const bracket = this.#brackets.pop()
    const labels = bracket !== undefined && this.#mayLabel(bracket, this.#at)
    const next = source.charAt(this.#at + 1)
    const tail = !labels
      ? undefined
      : next === '('
        ? linkTail(source, this.#at + 2)
        : next === ''
          ? 'unfinished'
          : undefined
    if (bracket === undefined || tail === undefined) {
      this.#text(']')
      this.#at += 1
    } else if (tail !== 'unfinished') {
      this.#hidden += tail.after - this.#at
      const [, ...label] = this.#nodes.splice(bracket.node)
      this.#nodes.push(...link(tail.raw, label, bracket.image))
      this.#at = bracket.at
      this.#whole(tail.after - bracket.at)
      // No links inside links: a bracket before a finished one can no longer become one.
      if (!bracket.image) this.#brackets = this.#brackets.filter((earlier) => earlier.image)
    } else if (this.#live) {
      // A bracket around it may become a link, too, or the label of a badge.
      const outermost = this.#brackets.find((outer) => this.#mayLabel(outer, this.#at)) ?? bracket
      this.#undecided(outermost.at)
      this.#nodes.length = outermost.node
      this.#brackets = []
    } else {
      this.#undecided(bracket.at)
      this.#text(']')
      this.#at += 1
    }
  }

  /** Whether what stands from the bracket to `end` is short enough for a label. */
  #mayLabel(bracket: Bracket, end: number): boolean {
    return end - bracket.at - (this.#hidden - bracket.hidden) <= MAX_LABEL
  }

  #readAngle(): void {
    AUTOLINK.lastIndex = this.#at
    LINE_BREAK_TAG.lastIndex = this.#at
    const auto = AUTOLINK.exec(this.#source)
    const tag = LINE_BREAK_TAG.exec(this.#source)
    if (auto !== null) {
      this.#nodes.push(bareLink(auto[1] ?? '') ?? { kind: 'text', value: auto[0] })
      this.#whole(auto[0].length)
    } else if (tag !== null) {
      this.#nodes.push({ kind: 'break', hard: true })
      this.#whole(tag[0].length)
    } else if (!this.#isEnd(HELD_TAG, MAX_URL) || !this.#undecided()) {
      this.#text('<')
      this.#at += 1
    }
  }

  #readAmpersand(): void {
    const entity = entityAt(this.#source, this.#at)
    if (entity !== undefined) {
      this.#text(entity.character)
      this.#whole(entity.length)
    } else if (!this.#isEnd(BEGUN_ENTITY, MAX_ENTITY) || !this.#undecided()) {
      this.#text('&')
      this.#at += 1
    }
  }

  /** What is left, if it is so short and goes on, has the form of something that has only begun. */
  #isEnd(form: RegExp, most: number): boolean {
    const rest = this.#source.length - this.#at
    return this.#end !== 'complete' && rest <= most && form.test(this.#source.slice(this.#at))
  }

  #readLineEnd(): void {
    const last = this.#nodes.at(-1)
    let hard = false
    if (last?.kind === 'text') {
      hard = last.value.endsWith('  ')
      last.value = last.value.trimEnd()
    }
    this.#nodes.push({ kind: 'break', hard })
    this.#at += 1
    while (this.#source.charAt(this.#at) === ' ') this.#at += 1
  }

  #readAddress(): void {
    const source = this.#source
    const address = bareAddress(source, this.#at, this.#brackets.length > 0)
    const isLast = this.#at + address.length === source.length
    const short = address.length <= MAX_URL
    if (isLast && short && this.#end !== 'complete' && this.#undecided()) return
    // An address that is cut, or was meant as a link's target, is no link.
    const plain = (isLast && this.#end === 'cut') || source.slice(this.#at - 2, this.#at) === '](' || !short
    const shown = plain ? address : withoutTrailing(address)
    this.#nodes.push((plain ? undefined : bareLink(shown)) ?? { kind: 'text', value: shown })
    this.#whole(shown.length)
  }

  /** What is open at the end and may still become something. */
  #endOpen(): void {
    const { length } = this.#source
    const bracket = this.#brackets.find((open) => this.#mayLabel(open, length))
    if (bracket !== undefined) this.#atoms.push({ from: bracket.at, to: length })
    if (bracket !== undefined && this.#live) this.#nodes.length = bracket.node
    const scheme = HELD_SCHEME.exec(this.#source.slice(-8))
    if (scheme !== null) this.#atoms.push({ from: length - scheme[0].length, to: length })
    const last = this.#nodes.at(-1)
    if (this.#live && last?.kind === 'text') last.value = last.value.replace(HELD_SCHEME, '')
  }
}

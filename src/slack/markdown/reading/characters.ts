/** What stands next to a marker decides what it means. Characters here are whole code points; the empty string is the edge of the text. */

/** What a backslash may stand before. */
export const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/
const BLANK = /^\s$/u
export const PUNCTUATION = /^[\p{P}\p{S}]$/u
export const CJK =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303F\uFE30-\uFE4F\uFF00-\uFFEF]$/u
export const WORD = /^[\p{L}\p{N}\p{M}]$/u

export function characterBefore(text: string, at: number): string {
  const last = text.charAt(at - 1)
  return /[\uDC00-\uDFFF]/.test(last) ? text.slice(Math.max(0, at - 2), at) : last
}

export function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

export function isBlank(character: string): boolean {
  return character === '' || BLANK.test(character)
}

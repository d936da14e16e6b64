/**
 * Text as search sees it: words only, without case and diacritics ("Växjö" is found by "vaxjo"). Folded text has a space on both
 * sides of every word, so that a phrase is found with `includes`.
 */

const DIACRITICS = /\p{M}+/gu
const NOT_A_WORD = /[^\p{L}\p{N}]+/gu
/** Scripts that put no spaces between words; there, a part of the text is a match. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
/** Letters that decomposition leaves whole. */
const WHOLE_LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  þ: 'th',
}

/** Words of the text between single spaces, with a space at both ends; a lone space when there are none. */
export function fold(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .toLowerCase()
    .replace(/[øđłßæœıþ]/g, (letter) => WHOLE_LETTERS[letter] ?? letter)
    .replace(NOT_A_WORD, ' ')
    .trim()
  return words === '' ? ' ' : ` ${words} `
}

/** How strictly the last word of a sought phrase has to agree: as it is, in singular or plural, or by its beginning. */
export type WordMatch = 'exact' | 'plural' | 'prefix'

/** Whether folded text holds the phrase, word by word. An empty phrase is everywhere. */
export function holdsPhrase(folded: string, phrase: string, match: WordMatch): boolean {
  const sought = fold(phrase)
  if (sought === ' ') return true
  if (UNSPACED.test(sought)) return folded.includes(sought.trim())
  if (match === 'prefix') return folded.includes(sought.slice(0, -1))
  if (folded.includes(sought)) return true
  return match === 'plural' && otherNumbers(sought.trim()).some((form) => folded.includes(` ${form} `))
}

/** English plural and singular forms of the last word: an invoice is found by "invoices", and the other way round. */
function otherNumbers(words: string): string[] {
  const forms = [`${words}s`, `${words}es`]
  if (/[^s]s$/.test(words) && words.length > 3) forms.push(words.slice(0, -1))
  if (/(s|x|z|ch|sh)es$/.test(words)) forms.push(words.slice(0, -2))
  return forms
}

/**
 * Finds addresses, names and subjects that look like others: a reader of a card cannot tell `pаypal.example` with a Cyrillic `а` from the true one.
 * Found are invisible characters, characters that reverse the text, and words with letters of several alphabets. Pure.
 */

/** Invisible, or changing the direction of what follows: none of them has a place in an address. U+2800 is a Braille cell without a dot. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?![\t\n\r])\p{Cc}/gu
/** Marks heaped on one letter, which hide it or reach into other lines; no language needs two of these on a composed letter. */
const STACKED_MARKS = /[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]{2,}/gu
/** Invisible characters that have work to do: in emoji, and between letters of scripts that join them. */
const IN_EMOJI =
  /\u{1F3F4}[\u{E0020}-\u{E007F}]+|[\p{Extended_Pictographic}\p{Emoji_Modifier}\d#*][\u200D\uFE0F\uFE0E\u20E3\p{Emoji_Modifier}]+/gu
const JOINER =
  /(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Sinhala}\p{M}])[\u200C\u200D]/gu
/** What turns text around can make any field read as another; the rest of the invisible ones belong to emoji and to some scripts. */
const TURNS_TEXT = /[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/gu
const RECIPIENT_FIELD = /^(?:to|cc|bcc|from|sender|reply_to)$|recipient|e?mail|address/i
const ADDRESS = /[^\s<>"(),;:]+@[^\s<>"(),;:]+/gu
/** Scripts whose letters are easily taken for each other's. */
const CONFUSABLE_SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
] as const

/** A field's value with what cannot be seen shown as `[U+202E]`. @param field its name in the tool's input */
export function visibly(field: string, value: string): string {
  return value.replace(RECIPIENT_FIELD.test(field) ? INVISIBLE : TURNS_TEXT, codePoint)
}

/** What a person should know before they trust the recipients of a tool call, one sentence each; empty where they are what they look like. */
export function recipientWarning(input: Readonly<Record<string, unknown>>): string[] {
  const warnings = new Set<string>()
  for (const [field, value] of Object.entries(input)) {
    if (!RECIPIENT_FIELD.test(field)) continue
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (text.search(INVISIBLE) !== -1)
      warnings.add(`${text.replace(INVISIBLE, codePoint)} contains invisible characters.`)
    for (const [address] of text.replace(INVISIBLE, '').matchAll(ADDRESS)) {
      const warning = lookAlike(address)
      if (warning !== null) warnings.add(warning)
    }
  }
  return [...warnings]
}

/** What is wrong with how an address looks; null where nothing is. */
export function addressWarning(address: string): string | null {
  const composed = address.normalize('NFC')
  if (composed.search(INVISIBLE) !== -1)
    return `${composed.replace(INVISIBLE, codePoint)} contains invisible characters.`
  const marked = composed.replace(/\p{M}/gu, codePoint)
  return marked === composed ? lookAlike(address) : `${marked} contains marks that change how it looks.`
}

/** What is wrong with how a name or subject looks. @param what names it at the beginning of a sentence */
export function textWarning(what: string, value: string): string[] | null {
  const text = value.normalize('NFC').replace(IN_EMOJI, '').replace(JOINER, '')
  const warnings: string[] = []
  const codes = [...new Set([...text.matchAll(INVISIBLE)].map(([character]) => codePoint(character)))]
  if (codes.length > 0) warnings.push(`${what} contains invisible characters: ${codes.slice(0, 5).join(' ')}.`)
  const marks = [...text.matchAll(STACKED_MARKS)].flatMap(([found]) => [...found].map(codePoint))
  if (marks.length > 0)
    warnings.push(`${what} contains marks that cover letters: ${[...new Set(marks)].slice(0, 5).join(' ')}.`)
  for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const scripts = scriptsOf(word)
    if (scripts.length > 1)
      warnings.push(`${what} mixes ${scripts.join(' and ')} letters in one word: ${foreignLetters(word)}.`)
  }
  return warnings.length === 0 ? null : warnings.slice(0, 3)
}

/** A word with those of its letters shown by their code that are not Latin. */
function foreignLetters(word: string): string {
  return word.replace(/(?!\p{Script=Latin})\p{L}/gu, (letter) => `${letter}${codePoint(letter)}`).slice(0, 80)
}

function scriptsOf(text: string): string[] {
  return CONFUSABLE_SCRIPTS.filter(([, letters]) => letters.test(text)).map(([name]) => name)
}

function codePoint(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}

function lookAlike(address: string): string | null {
  const scripts = scriptsOf(address)
  if (scripts.length > 1) return `${address} mixes ${scripts.join(' and ')} letters, which look alike.`
  // Letters in full width, or of mathematics, read as Latin ones and are others.
  if (address.normalize('NFKC') !== address.normalize('NFC'))
    return `${address} uses letters that only look like others.`
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (/(?:^|\.)xn--/i.test(domain)) return `${address} is in code for letters of another alphabet.`
  if (/[^\p{ASCII}]/u.test(domain)) return `The part after the @ in ${address} is not in plain Latin letters.`
  return null
}

/**
 * Addresses that look like others. A card shows whom a mail goes to, and the eye reads `pаypal.example` with a Cyrillic `а` as it reads the
 * true one: what is invisible, turns the text around, or is written in letters of several alphabets is said beside it. Pure.
 */

/** Invisible, or changing the direction of what follows: none of them has a place in an address. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]|(?![\t\n\r])\p{Cc}/gu
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
      warnings.add(`${text.replace(INVISIBLE, codePoint)} holds characters that nobody sees.`)
    for (const [address] of text.replace(INVISIBLE, '').matchAll(ADDRESS)) {
      const warning = lookAlike(address)
      if (warning !== null) warnings.add(warning)
    }
  }
  return [...warnings]
}

function codePoint(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}

function lookAlike(address: string): string | null {
  const scripts = CONFUSABLE_SCRIPTS.filter(([, letters]) => letters.test(address)).map(([name]) => name)
  if (scripts.length > 1) return `${address} mixes ${scripts.join(' and ')} letters, which look alike.`
  // Letters in full width, or of mathematics, read as Latin ones and are others.
  if (address.normalize('NFKC') !== address.normalize('NFC'))
    return `${address} is in letters that only look like others.`
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (/(?:^|\.)xn--/i.test(domain)) return `${address} is in code for letters of another alphabet.`
  if (/[^\p{ASCII}]/u.test(domain)) return `The part after the @ in ${address} is not in plain Latin letters.`
  return null
}

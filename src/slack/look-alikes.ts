/**
 * Addresses that look like others. A card shows whom a mail goes to, and the eye reads `pаypal.example` with a Cyrillic `а` as it reads the
 * true one: what is invisible, turns the text around, or is written in letters of several alphabets is said beside it. Pure.
 */

/** Invisible, or changing the direction of what follows: none of them has a place in an address, a subject or a name of a field. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFE00-\uFE0F\uFFA0]|(?![\t\n\r])\p{Cc}/gu
/** Scripts whose letters are easily taken for Latin ones, or for each other's. */
const CONFUSABLE_SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
] as const
const ADDRESS = /[^\s<>"(),;:]+@[^\s<>"(),;:]+/gu

/** Shows what cannot be seen, as `[U+202E]`. */
export function withoutInvisible(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
}

/**
 * What a person should know before they trust the addresses in these texts; null where they are what they look like.
 * @param texts recipients, as the tool is given them
 */
export function addressWarning(texts: readonly string[]): string | null {
  const reasons = new Set<string>()
  for (const text of texts) {
    if (text.search(INVISIBLE) !== -1) reasons.add('an address holds invisible characters')
    for (const [address] of text.replace(INVISIBLE, '').matchAll(ADDRESS)) {
      const reason = lookAlike(address)
      if (reason !== null) reasons.add(reason)
    }
  }
  return reasons.size === 0 ? null : [...reasons].join('; ')
}

function lookAlike(address: string): string | null {
  if (/(?:^|[@.])xn--/i.test(address)) return `${address} is written in code, and reads differently elsewhere`
  const scripts = CONFUSABLE_SCRIPTS.filter(([, letters]) => letters.test(address)).map(([name]) => name)
  if (scripts.length > 1) return `${address} mixes ${scripts.join(' and ')} letters, which look alike`
  // Letters in full width and mathematical letters read as Latin ones, and are others.
  if (address.normalize('NFKC') !== address.normalize('NFC')) return `${address} is written in letters that only look like others`
  const [, domain = ''] = address.split('@')
  if (/[^\x00-\x7F]/.test(domain)) return `the part after the @ in ${address} is not written in plain Latin letters`
  return null
}

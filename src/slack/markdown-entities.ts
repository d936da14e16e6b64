/** Character references: `&amp;`, `&#42;`, `&#x1F389;`. */

const ENTITY = /&(?:#(\d{1,7})|#[xX]([\dA-Fa-f]{1,6})|([A-Za-z]{2,8}));/uy

/** The named characters that mail and models really write; any other name stays as it is. */
const NAMED = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: '\u00A0',
    copy: '©',
    reg: '®',
    trade: '™',
    hellip: '…',
    mdash: '—',
    ndash: '–',
    lsquo: '‘',
    rsquo: '’',
    ldquo: '“',
    rdquo: '”',
    laquo: '«',
    raquo: '»',
    bull: '•',
    middot: '·',
    euro: '€',
    pound: '£',
    yen: '¥',
    cent: '¢',
    sect: '§',
    deg: '°',
    times: '×',
    divide: '÷',
    plusmn: '±',
    larr: '←',
    rarr: '→',
    uarr: '↑',
    darr: '↓',
  }),
)

export interface Entity {
  /** The character it stands for. */
  character: string
  length: number
}

/** The entity that begins at `at`, if one does. */
export function entityAt(source: string, at: number): Entity | undefined {
  ENTITY.lastIndex = at
  const found = ENTITY.exec(source)
  if (found === null) return undefined
  const [whole, decimal, hex, name] = found
  const character =
    name === undefined
      ? fromCode(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10))
      : NAMED.get(name)
  return character === undefined ? undefined : { character, length: whole.length }
}

export function decodeEntities(text: string): string {
  return text.replace(/&[#\w]{1,10};/g, (whole) => entityAt(whole, 0)?.character ?? whole)
}

function fromCode(code: number): string {
  const valid = code > 0x1f && code !== 0x7f && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return valid ? String.fromCodePoint(code) : '\uFFFD'
}

/** Makes two runs of one scenario comparable: what is made up anew each time becomes an ordinal, in the order of its first appearance. */

const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]+/
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
const PLATFORM_ID = /(?:[a-z]+)_01[1-9A-HJ-NP-Za-km-z]{22}/
const SCALEKIT_ID = /(?:ca|cfg|conn|env|evt|mci|msg)_1\d{17}/
const PERMALINK_TS = /\bp\d{16}\b/
const SLACK_TS = /\b\d{10}\.\d{6}\b/
const TRIGGER = /\b\d{5,}\.\d{5,}\.[0-9a-f]{8,}\b/
const HEX = /\b[0-9a-f]{12,}\b/
const SLACK_ID = /\b(?:V|F|Ev|Wf)[0-9A-Z]{10}\b/
const DRAFT = /\br-?\d{6,}\b/
const SECRET = /(?<=[/=:]|^)[A-Za-z0-9_-]{43}\b/
const IDS = [JWT, UUID, PLATFORM_ID, SCALEKIT_ID, TRIGGER, PERMALINK_TS, SLACK_TS, SLACK_ID, DRAFT, HEX, SECRET]
const ID = new RegExp(IDS.map(({ source }) => `(${source})`).join('|'), 'g')
const KINDS = ['token', 'uuid', '', '', 'trigger', 'p', 'ts', 'slack', 'draft', 'hex', 'secret']

const MONTHS =
  'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?'
const DAYS = 'Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?'
/** Moments, whose only meaning is that they are there. */
const MOMENTS: readonly [RegExp, string][] = [
  [/<!date\^\d+\^([^|>]*)\|[^>]*>/g, '<!date^(s)^$1|(time)>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?/g, '(time)'],
  [new RegExp(`(?:(?:${DAYS}), )?\\d{1,2} (?:${MONTHS})(?: \\d{4})?(?:,? (?:at )?\\d{1,2}:\\d\\d)?`, 'g'), '(day)'],
  [
    new RegExp(`(?:(?:${DAYS}), )?(?:${MONTHS}) \\d{1,2}(?:, \\d{4})?(?:,? (?:at )?\\d{1,2}:\\d\\d(?: [AP]M)?)?`, 'g'),
    '(day)',
  ],
  [/\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?\b/g, '(day)'],
  [/\b\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?\b/g, '(clock)'],
  [/(?<=^|· |\n)(?:\d+ min )?\d+ s\b/g, '(duration)'],
  [/\b1[6-9]\d{11}\b/g, '(ms)'],
  [/\b1[6-9]\d{8}\b(?!\.\d)/g, '(s)'],
]
/** What is greater is a time, in seconds or milliseconds. */
const EARLIEST_S = 1_500_000_000
/** Longer strings are cut, and told by their length and beginning. */
const LONGEST = 1_500

export class Normalizer {
  readonly #ordinals = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  /** @param names what to call the addresses of this run: `http://127.0.0.1:1234` → `(slack)` */
  constructor(private readonly names: ReadonlyMap<string, string>) {}

  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return value > EARLIEST_S ? '(moment)' : value
    if (Array.isArray(value)) return value.map((each) => this.value(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [this.text(name), this.value(each)]))
  }

  text(text: string): string {
    let clean = text
    for (const [address, name] of this.names) clean = clean.replaceAll(address, name)
    clean = clean.replace(ID, (id, ...groups: unknown[]) => this.#ordinal(id, KINDS[groups.indexOf(id)] ?? 'id'))
    for (const [pattern, word] of MOMENTS) clean = clean.replace(pattern, word)
    if (clean.length <= LONGEST) return clean
    return `${clean.slice(0, LONGEST)}… (${clean.length} characters)`
  }

  #ordinal(id: string, kind: string): string {
    if (kind === 'p') return `p${this.#ordinal(`${id.slice(1, 11)}.${id.slice(11)}`, 'ts')}`
    const known = this.#ordinals.get(id)
    if (known !== undefined) return known
    const word = kind === '' ? (id.split('_')[0] ?? 'id') : kind
    const count = (this.#counts.get(word) ?? 0) + 1
    this.#counts.set(word, count)
    const ordinal = `{${word} ${count}}`
    this.#ordinals.set(id, ordinal)
    return ordinal
  }
}

/** The same without ordinals, for what has no order. */
export function nameless(text: string): string {
  return text.replace(/\{([a-z]+) \d+\}/g, '{$1}')
}

const WIDTH = 118

/** JSON that a person can read and compare: what fits stands on one line, text of several lines on several. */
export function printed(value: unknown, indent = ''): string {
  const inner = `${indent}  `
  if (typeof value === 'string') {
    if (!value.includes('\n')) return JSON.stringify(value)
    return `|\n${value
      .split('\n')
      .map((line) => `${inner}${line}`.trimEnd())
      .join('\n')}`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const whole = JSON.stringify(value)
  if (indent.length + whole.length < WIDTH && !whole.includes('\\n')) return whole
  if (Array.isArray(value)) return value.map((each) => `\n${inner}- ${printed(each, inner)}`).join('')
  return Object.entries(value)
    .map(([name, each]) => `\n${inner}${name}: ${printed(each, inner)}`)
    .join('')
}

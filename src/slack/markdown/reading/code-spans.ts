/** Code in a line of text: which run of backticks closes which, and what stands between them. */

/** Longer runs and longer code are text until their partner has come. */
const MAX_OPEN_TICKS = 8
const MAX_OPEN_CODE = 1000

/** Code keeps its characters; only line ends become blanks. While it arrives, backticks at its end may belong to the closing run. */
export function codeValue(source: string, arriving: boolean): string {
  const value = source.replace(/\s*\n\s*/g, ' ')
  if (arriving) return value.replace(/`+$/, '').trimEnd()
  return /^ .* $/.test(value) && value.trim() !== '' ? value.slice(1, -1) : value
}

/** Whether a run of backticks without its partner is the beginning of code, `length` characters before the end of a text that goes on. */
export function mayGoOn(run: number, length: number): boolean {
  return run <= MAX_OPEN_TICKS && length <= MAX_OPEN_CODE
}

/** How often the character stands from `at` on. */
export function runLength(source: string, at: number, character: string): number {
  let run = 1
  while (source.charAt(at + run) === character) run += 1
  return run
}

/** All runs of backticks at once, so that finding a partner never scans the text again. */
export class TickRuns {
  readonly #source: string
  readonly #byStart = new Map<number, number>()
  readonly #byLength = new Map<number, number[]>()
  readonly #cursor = new Map<number, number>()

  constructor(source: string) {
    this.#source = source
    for (const { 0: run, index } of source.matchAll(/`+/g)) {
      this.#byStart.set(index, run.length)
      const starts = this.#byLength.get(run.length)
      if (starts === undefined) this.#byLength.set(run.length, [index])
      else starts.push(index)
    }
  }

  /** The length of the run at `index`, which may be in its middle, after an escaped backtick. */
  at(index: number): number {
    return this.#byStart.get(index) ?? runLength(this.#source, index, '`')
  }

  /** Where the next run of this length begins. Asked with rising positions only. */
  closing(length: number, from: number): number | undefined {
    const starts = this.#byLength.get(length) ?? []
    let next = this.#cursor.get(length) ?? 0
    while (next < starts.length && (starts[next] ?? 0) < from) next += 1
    this.#cursor.set(length, next)
    return starts[next]
  }
}

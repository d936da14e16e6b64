/** The wire, for people and tests to look at: every call of the app and every delivery to it, without secrets. */
import { isObject, type Json, type JsonObject } from './json.js'
import type { WireEntry } from './page-api.js'

/** Entries that are kept. A page that is open for hours must not grow without end. */
const KEPT = 500
/** Longest string shown. */
const SHOWN = 600

const SECRET_NAMES = /^(token|.*_token|client_secret|authorization|code|code_verifier|ticket)$/i
/** Tokens inside other strings, and the paths of addresses that work without one. */
const SECRET_VALUES =
  /xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=ticket=)[\w-]+|(?<=\/actions\/)[\w/-]+|(?<=\/upload\/v1\/)[\w-]+/g

/** A copy without tokens and with long strings cut. */
function presentable(value: Json): Json {
  if (typeof value === 'string') {
    const clean = value.replace(SECRET_VALUES, '[removed]')
    return clean.length > SHOWN ? `${clean.slice(0, SHOWN)}… (${clean.length} characters)` : clean
  }
  if (Array.isArray(value)) return value.map(presentable)
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const [name, entry] of Object.entries(value)) {
    if (!SECRET_NAMES.test(name)) copy[name] = presentable(entry)
  }
  return copy
}

export class WireLog {
  readonly #entries: WireEntry[] = []
  readonly #listeners: ((entry: WireEntry) => void)[] = []
  #lastId = 0

  constructor(private readonly now: () => number) {}

  get entries(): readonly WireEntry[] {
    return this.#entries
  }

  /** Listeners hear of new entries and of entries whose outcome changed. */
  onEntry(listener: (entry: WireEntry) => void): void {
    this.#listeners.push(listener)
  }

  /** Notes that something began; {@link settle} says how it ended. */
  begin(direction: WireEntry['direction'], method: string, request: Json): WireEntry {
    const entry: WireEntry = {
      id: ++this.#lastId,
      at: this.now(),
      direction,
      method,
      outcome: 'pending',
      request: presentable(request),
    }
    this.#entries.push(entry)
    if (this.#entries.length > KEPT) this.#entries.shift()
    this.#tell(entry)
    return entry
  }

  settle(entry: WireEntry, outcome: string, details: { response?: Json; budget?: WireEntry['budget'] } = {}): void {
    entry.outcome = outcome
    entry.durationMs = Math.max(0, this.now() - entry.at)
    if (details.response !== undefined) entry.response = presentable(details.response)
    if (details.budget !== undefined) entry.budget = details.budget
    this.#tell(entry)
  }

  #tell(entry: WireEntry): void {
    for (const listener of this.#listeners) listener(entry)
  }
}

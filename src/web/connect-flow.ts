/**
 * Who stands at the end of a connect link. Scalekit asks for consent and then sends the browser here; a link can be forwarded, and whoever
 * follows it would bind their own mailbox to somebody else. So the visitor signs in with Slack, and only the person for whom the link was made
 * is ever verified. Nothing is kept between the two visits but a cookie: its hash is the `state` of the sign-in, so that the answer of one
 * browser cannot be used in another.
 */

import { createHash, randomBytes } from 'node:crypto'
import { describeError, type Log } from '../log.js'
import type { IdentifiedPerson } from '../turns/model.js'

export interface KnownState {
  /** With the identifier that the link was made for. */
  readonly person: IdentifiedPerson
  readonly status: 'open' | 'used' | 'expired'
}

export interface ConnectStateStore {
  /** The person for whom a link with this state was made; null where there is none. */
  find(state: string): Promise<KnownState | null>
  /** Notes that a consent came back with this state. False where either of them came with another one before. */
  pair(state: string, authRequestId: string): Promise<boolean>
  /** Uses the state up, once, for the consent that it is paired with. False where it was used, has expired, or belongs to another consent. */
  use(state: string, authRequestId: string): Promise<boolean>
  /** What it was used for did not happen, and may be tried again. */
  release(state: string): Promise<void>
}

/** Whoever signed in, as Slack says. */
export interface Visitor {
  readonly team: string
  readonly user: string
  readonly enterprise: string | null
}

export interface SignIn {
  /** Where the browser is sent. @param state, @param nonce come back, and prove that the answer belongs to this question */
  address(state: string, nonce: string, person: IdentifiedPerson): string
  /**
   * Exchanges what the browser came back with.
   * @returns null where Slack does not accept it (any more), or it belongs to another sign-in
   * @throws Unavailable
   */
  visitor(code: string, nonce: string): Promise<Visitor | null>
}

export interface ConnectFlowDeps {
  readonly states: ConnectStateStore
  readonly signIn: SignIn
  /** Whether a visitor is this person. */
  readonly isPerson: (visitor: Visitor, person: IdentifiedPerson) => boolean
  /**
   * Tells Scalekit who gave their consent.
   * @returns false where it refuses: the consent is too old, or was another person's
   * @throws Unavailable, OperatorProblem
   */
  readonly verify: (authRequestId: string, person: IdentifiedPerson) => Promise<boolean>
  readonly onConnected: (person: IdentifiedPerson) => void
  /** A consent came back with the link: finished or not, it leads nowhere any more. May be called often. */
  readonly onConsented: (person: IdentifiedPerson) => void
  /** The link is spent, and led nowhere: the person needs another one. */
  readonly onFailed: (person: IdentifiedPerson) => void
  /** Somebody else followed the link to its end; nothing was connected. */
  readonly onForeign: (person: IdentifiedPerson) => void
  readonly log: Log
}

export type Outcome =
  | { readonly type: 'redirect'; readonly to: string; readonly cookie: string }
  | { readonly type: 'page'; readonly page: PageName; readonly retry?: string }

export type PageName =
  | 'connected'
  | 'already'
  | 'expired'
  | 'unknown'
  | 'other_browser'
  | 'other_person'
  | 'refused'
  | 'not_signed_in'
  | 'try_again'

/** Kept in the visitor's browser for the time of the sign-in. */
interface Visit {
  readonly state: string
  readonly authRequestId: string
  /** Nobody else can make a cookie with this hash. */
  readonly secret: string
}

export class ConnectFlow {
  constructor(private readonly deps: ConnectFlowDeps) {}

  /** The browser comes from consent. */
  async begin(query: URLSearchParams): Promise<Outcome> {
    const { states, signIn } = this.deps
    const state = query.get('state') ?? ''
    const authRequestId = query.get('auth_request_id') ?? ''
    const known = state === '' ? null : await states.find(state)
    if (known === null) return page('unknown')
    if (known.status !== 'open') return page(known.status === 'used' ? 'already' : 'expired')
    if (authRequestId === '') return page('refused')
    this.deps.onConsented(known.person)
    // A consent that was seen with another link stays with that one, whatever address somebody puts together.
    if (!(await states.pair(state, authRequestId))) return page('refused')
    const cookie = cookieOf({ state, authRequestId, secret: randomBytes(32).toString('base64url') })
    return { type: 'redirect', to: signIn.address(stateOf(cookie), nonceOf(cookie), known.person), cookie }
  }

  /** The browser comes from Slack's sign-in. @param cookie what `begin` gave it */
  async finish(query: URLSearchParams, cookie: string | undefined): Promise<Outcome> {
    const visit = cookie === undefined ? null : visitOf(cookie)
    if (cookie === undefined || visit === null || query.get('state') !== stateOf(cookie)) return page('other_browser')
    const again = `verify?${new URLSearchParams({ auth_request_id: visit.authRequestId, state: visit.state })}`
    const code = query.get('code') ?? ''
    if (code === '') return page('not_signed_in', again)
    const known = await this.deps.states.find(visit.state)
    if (known === null) return page('unknown')
    if (known.status !== 'open') return page(known.status === 'used' ? 'already' : 'expired')
    try {
      const visitor = await this.deps.signIn.visitor(code, nonceOf(cookie))
      if (visitor === null) return page('not_signed_in', again)
      return await this.#verify(visit, known.person, this.deps.isPerson(visitor, known.person))
    } catch (error) {
      this.deps.log.warn({ person: known.person.id, ...describeError(error) }, 'connection not verified yet')
      return page('try_again', again)
    }
  }

  async #verify(visit: Visit, person: IdentifiedPerson, isPerson: boolean): Promise<Outcome> {
    const { states, verify, onConnected, onFailed, onForeign, log } = this.deps
    // Used up in either case: a consent that somebody else gave must never be finished by anybody. The cookie is the visitor's to write: which
    // consent belongs to which link is what the store says.
    if (!(await states.use(visit.state, visit.authRequestId))) return page('refused')
    if (!isPerson) {
      log.warn({ person: person.id }, 'connect link followed by somebody else; nothing connected')
      onFailed(person)
      onForeign(person)
      return page('other_person')
    }
    let isVerified: boolean
    try {
      isVerified = await verify(visit.authRequestId, person)
    } catch (error) {
      await states.release(visit.state)
      throw error
    }
    if (!isVerified) {
      onFailed(person)
      return page('refused')
    }
    log.info({ person: person.id }, 'connection verified')
    onConnected(person)
    return page('connected')
  }
}

function page(name: PageName, retry?: string): Outcome {
  return { type: 'page', page: name, ...(retry === undefined ? {} : { retry }) }
}

function cookieOf(visit: Visit): string {
  return Buffer.from(JSON.stringify([visit.state, visit.authRequestId, visit.secret])).toString('base64url')
}

function visitOf(cookie: string): Visit | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cookie, 'base64url').toString())
    if (!Array.isArray(parts)) return null
    const [state, authRequestId, secret] = parts
    const isWhole = typeof state === 'string' && typeof authRequestId === 'string' && typeof secret === 'string'
    return isWhole ? { state, authRequestId, secret } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const stateOf = (cookie: string) => createHash('sha256').update(`state ${cookie}`).digest('base64url')
const nonceOf = (cookie: string) => createHash('sha256').update(`nonce ${cookie}`).digest('base64url')

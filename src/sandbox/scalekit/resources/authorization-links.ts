/**
 * Links that lead a person to the consent page, and what becomes of them: consent connects the account at once, or, where the app
 * verifies its people itself, only after the app has said who stood at its own page.
 */

import { refill } from '../../wire/saved.js'
import { newSecret } from '../wire/ids.js'
import { ScalekitError } from '../wire/scalekit-error.js'
import type { AccountReference, ConnectedAccount, ConnectedAccounts } from './accounts.js'

export interface AuthorizationLink {
  readonly token: string
  readonly accountId: string
  /** Handed back to the app's verification page. */
  readonly state: string | undefined
  /** The app's verification page; without one, consent is enough. */
  readonly userVerifyUrl: string | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export type LinkState =
  | { readonly state: 'open'; readonly link: AuthorizationLink; readonly account: ConnectedAccount }
  | { readonly state: 'used' | 'expired' | 'unknown' }

export type Consent = { readonly next: 'connected' } | { readonly next: 'verify'; readonly redirectTo: string }

interface AuthRequest {
  readonly accountId: string
  readonly mailAddress: string
  readonly expiresAt: number
}

/** How long a consent waits for the app to verify its person. */
const VERIFICATION_LIFETIME = 30 * 60_000

export class AuthorizationLinks {
  readonly #links = new Map<string, AuthorizationLink>()
  readonly #used = new Set<string>()
  readonly #authRequests = new Map<string, AuthRequest>()
  readonly #accounts: ConnectedAccounts
  readonly #lifetime: number
  readonly #now: () => number

  /** `lifetime` in milliseconds. */
  constructor(accounts: ConnectedAccounts, lifetime: number, now: () => number) {
    this.#accounts = accounts
    this.#lifetime = lifetime
    this.#now = now
  }

  save() {
    return { links: this.#links, used: this.#used, authRequests: this.#authRequests }
  }

  restore(saved: ReturnType<AuthorizationLinks['save']>): void {
    refill(this.#links, saved.links)
    refill(this.#used, saved.used)
    refill(this.#authRequests, saved.authRequests)
  }

  /**
   * A fresh link for an account, which is made where there is none. An account whose connection was lost awaits authorization from
   * then on; one that works goes on working.
   *
   * @throws {ScalekitError} for an unknown connection or a verification page that is no web address.
   */
  create(
    reference: AccountReference,
    options: { state?: string | undefined; userVerifyUrl?: string | undefined } = {},
  ): AuthorizationLink {
    const userVerifyUrl = options.userVerifyUrl === '' ? undefined : options.userVerifyUrl
    if (userVerifyUrl !== undefined && !isWebAddress(userVerifyUrl)) {
      throw new ScalekitError('INVALID_ARGUMENT', 'user_verify_url must be a valid http(s) URL', 'VALIDATION_ERROR')
    }
    const account = this.#accounts.ensure(reference)
    if (account.status === 'EXPIRED' || account.status === 'DISCONNECTED') {
      this.#accounts.update(account, { status: 'PENDING_AUTH' })
    }
    const link: AuthorizationLink = {
      token: newSecret(),
      accountId: account.id,
      state: options.state,
      userVerifyUrl,
      expiresAt: this.#now() + this.#lifetime,
    }
    this.#links.set(link.token, link)
    return link
  }

  look(token: string): LinkState {
    const link = this.#links.get(token)
    const account = link === undefined ? undefined : this.#accounts.byId(link.accountId)
    if (link === undefined || account === undefined) return { state: 'unknown' }
    if (this.#used.has(token)) return { state: 'used' }
    return this.#now() >= link.expiresAt ? { state: 'expired' } : { state: 'open', link, account }
  }

  /** The person allowed access to a mail account. Uses the link up. */
  allow({ link, account }: { link: AuthorizationLink; account: ConnectedAccount }, mailAddress: string): Consent {
    this.#used.add(link.token)
    if (link.userVerifyUrl === undefined) {
      this.#accounts.activate(account, mailAddress)
      return { next: 'connected' }
    }
    const authRequestId = newSecret()
    this.#authRequests.set(authRequestId, {
      accountId: account.id,
      mailAddress,
      expiresAt: this.#now() + VERIFICATION_LIFETIME,
    })
    this.#accounts.update(account, { status: 'PENDING_VERIFICATION' })
    const redirect = new URL(link.userVerifyUrl)
    redirect.searchParams.set('auth_request_id', authRequestId)
    if (link.state !== undefined) redirect.searchParams.set('state', link.state)
    return { next: 'verify', redirectTo: redirect.href }
  }

  /**
   * The app says who stood at its page. Only the person whom the link was made for activates the account.
   *
   * @throws {ScalekitError} for an unknown, used or expired request, and for another person.
   */
  verify(authRequestId: string, identifier: string): ConnectedAccount {
    const request = this.#authRequests.get(authRequestId)
    const account = request === undefined ? undefined : this.#accounts.byId(request.accountId)
    if (request === undefined || account === undefined || this.#now() >= request.expiresAt) {
      throw new ScalekitError('NOT_FOUND', 'auth request not found or expired', 'RESOURCE_NOT_FOUND')
    }
    if (account.identifier !== identifier) {
      throw new ScalekitError('PERMISSION_DENIED', 'identifier does not match the auth request', 'IDENTIFIER_MISMATCH')
    }
    this.#authRequests.delete(authRequestId)
    return this.#accounts.activate(account, request.mailAddress)
  }
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

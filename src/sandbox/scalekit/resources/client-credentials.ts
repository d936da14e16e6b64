/** The app's own access to Scalekit: OAuth client credentials in, an expiring token out, and the check of that token. */
import { randomUUID } from 'node:crypto'
import { bearerOf, type Exchange, readForm, sendJson } from '../wire/exchange.js'
import { ScalekitError } from '../wire/scalekit-error.js'
import type { TokenSigner } from './token-signer.js'

export interface ClientCredentialsOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** Seconds. */
  readonly lifetime: number
  readonly now: () => number
}

const TOKEN_TYPE = 'client'

export class ClientCredentials {
  readonly #options: ClientCredentialsOptions
  readonly #signer: TokenSigner
  readonly #valid = new Set<string>()
  /** Every token that was ever handed out, oldest first. */
  readonly issued: string[] = []

  constructor(options: ClientCredentialsOptions, signer: TokenSigner) {
    this.#options = options
    this.#signer = signer
  }

  /** `POST /oauth/token`. */
  async answerTokenRequest({ request, response }: Exchange): Promise<void> {
    const refuse = (status: number, error: string, description: string) =>
      sendJson(response, status, { error, error_description: description })
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
      refuse(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded.')
      return
    }
    const form = await readForm(request)
    if (form.get('grant_type') !== 'client_credentials') {
      refuse(400, 'unsupported_grant_type', 'Only client_credentials is supported.')
      return
    }
    const { clientId, clientSecret, lifetime, now } = this.#options
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      refuse(401, 'invalid_client', 'Client authentication failed.')
      return
    }
    const iat = Math.floor(now() / 1000)
    const jti = randomUUID()
    const claims = { sub: clientId, iat, exp: iat + lifetime, jti, token_type: TOKEN_TYPE }
    this.#valid.add(jti)
    const token = this.#signer.sign(claims)
    this.issued.push(token)
    sendJson(response, 200, { access_token: token, token_type: 'Bearer', expires_in: lifetime })
  }

  /** @throws {ScalekitError} unless the header carries a token of ours that holds. */
  check(authorization: string | undefined | null): void {
    const token = bearerOf(authorization)
    if (token === undefined) throw new ScalekitError('UNAUTHENTICATED', 'Token empty')
    const claims = this.#signer.verify(token, this.#options.now())
    if (claims?.token_type !== TOKEN_TYPE || !this.#valid.has(claims.jti)) {
      throw new ScalekitError('UNAUTHENTICATED', 'Token invalid or expired')
    }
  }

  /** Ends all tokens handed out so far. */
  revokeAll(): void {
    this.#valid.clear()
  }
}

/** Sign in with Slack (OpenID Connect): codes, user tokens and signed id tokens. */
import { createSign, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import { SlackRefusal } from '../wire/refusal.js'
import type { Member, Workspace } from '../workspace/workspace.js'

/** How long a code may wait to be exchanged. */
const CODE_MS = 10 * 60_000
const ID_TOKEN_SECONDS = 300
const KEY_ID = 'sandbox'

export interface AuthorizationRequest {
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
}

export interface SignInClient {
  readonly clientId: string
  readonly clientSecret: string
}

const makeKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

export class SignIns {
  readonly #codes = new Map<string, AuthorizationRequest & { readonly user: string; readonly expires: number }>()
  readonly #tokens = new Map<string, { readonly user: string; readonly scopes: readonly string[] }>()
  #made: ReturnType<typeof makeKeys> | undefined

  constructor(
    readonly client: SignInClient,
    private readonly workspace: Workspace,
    private readonly origin: () => string,
  ) {}

  /** The code with which the browser goes back to the app after somebody pressed the button. */
  authorize(user: string, request: AuthorizationRequest): string {
    const code = randomBytes(16).toString('hex')
    this.#codes.set(code, { ...request, user, expires: this.workspace.now() + CODE_MS })
    return code
  }

  /**
   * Exchanges a code, once.
   * @throws SlackRefusal `invalid_code`, `bad_redirect_uri`
   */
  exchange(code: string, redirectUri: string | undefined): { readonly accessToken: string; readonly idToken: string } {
    const authorized = this.#codes.get(code)
    this.#codes.delete(code)
    if (authorized === undefined || authorized.expires < this.workspace.now()) throw new SlackRefusal('invalid_code')
    if (redirectUri !== authorized.redirectUri) throw new SlackRefusal('bad_redirect_uri')
    const accessToken = `xoxp-sandbox-${randomBytes(16).toString('hex')}`
    this.#tokens.set(accessToken, { user: authorized.user, scopes: authorized.scopes })
    return { accessToken, idToken: this.#idToken(authorized.user, authorized) }
  }

  /** Who signed in, by the access token of {@link exchange}. */
  holder(token: string): { readonly user: string; readonly scopes: readonly string[] } | undefined {
    return this.#tokens.get(token)
  }

  /** What Slack says about somebody, in id tokens and in `openid.connect.userInfo`, as far as the scopes allow. */
  claims(member: Member, scopes: readonly string[]) {
    const { team } = this.workspace
    return {
      sub: member.id,
      'https://slack.com/user_id': member.id,
      'https://slack.com/team_id': member.teamId,
      'https://slack.com/team_name': team.name,
      'https://slack.com/team_domain': team.domain,
      ...(scopes.includes('email') && {
        email: member.email,
        email_verified: true,
        date_email_verified: Math.floor(this.workspace.now() / 1000),
      }),
      ...(scopes.includes('profile') && {
        name: member.realName,
        given_name: member.realName.split(' ')[0] ?? '',
        family_name: member.realName.split(' ').slice(1).join(' '),
        locale: 'en-US',
      }),
    }
  }

  /** Made on first use: it takes a moment, and most never sign in. */
  get #keys() {
    this.#made ??= makeKeys()
    return this.#made
  }

  /** The public key with which id tokens can be checked, as a JSON Web Key Set. */
  get keySet(): { keys: JsonWebKey[] } {
    return { keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }] }
  }

  #idToken(user: string, request: AuthorizationRequest): string {
    const member = this.workspace.member(user)
    if (member === undefined) throw new SlackRefusal('user_not_found')
    const issued = Math.floor(this.workspace.now() / 1000)
    const signed = [
      { alg: 'RS256', typ: 'JWT', kid: KEY_ID },
      {
        iss: this.origin(),
        aud: this.client.clientId,
        iat: issued,
        exp: issued + ID_TOKEN_SECONDS,
        auth_time: issued,
        ...(request.nonce !== undefined && { nonce: request.nonce }),
        ...this.claims(member, request.scopes),
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.#keys.privateKey, 'base64url')}`
  }
}

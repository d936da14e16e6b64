/** Signs and checks the JWTs that Scalekit hands out (RS256), and publishes its key. */
import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'

export interface Claims {
  readonly iss: string
  readonly sub: string
  readonly aud?: string
  /** Seconds since 1970. */
  readonly iat: number
  /** Seconds since 1970. */
  readonly exp: number
  readonly jti: string
  readonly [claim: string]: unknown
}

/** One for all sandboxes of a process, as making one takes a while. Issuer, audience and token ids keep their tokens apart. */
const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 })

export class TokenSigner {
  readonly #keyId = `snk_${randomUUID()}`
  readonly #issuer: string
  /** Tokens that another signer, with another key, has signed. */
  readonly #accepted = new Map<string, Claims>()

  /** `issuer` is the address of the sandbox. */
  constructor(issuer: string) {
    this.#issuer = issuer
  }

  sign(claims: Omit<Claims, 'iss'>): string {
    const head = encode({ alg: 'RS256', kid: this.#keyId, typ: 'JWT' })
    const signed = `${head}.${encode({ iss: this.#issuer, ...claims })}`
    return `${signed}.${sign('sha256', Buffer.from(signed), keyPair.privateKey).toString('base64url')}`
  }

  /** Takes a token of a saved sandbox for one of its own, with these claims. */
  accept(token: string, claims: Claims): void {
    this.#accepted.set(token, claims)
  }

  /** The claims of a token of ours that has not expired; undefined for any other string. */
  verify(token: string, now: number): Claims | undefined {
    const claims = this.#accepted.get(token) ?? this.#signed(token)
    return claims?.iss === this.#issuer && claims.exp * 1000 > now ? claims : undefined
  }

  #signed(token: string): Claims | undefined {
    const [head, body, signature, ...rest] = token.split('.')
    if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return undefined
    const signed = Buffer.from(`${head}.${body}`)
    if (!verify('sha256', signed, keyPair.publicKey, Buffer.from(signature, 'base64url'))) return undefined
    return JSON.parse(Buffer.from(body, 'base64url').toString())
  }

  /** The body of `/keys`. */
  jwks(): { keys: Record<string, unknown>[] } {
    return { keys: [{ ...keyPair.publicKey.export({ format: 'jwk' }), alg: 'RS256', kid: this.#keyId, use: 'sig' }] }
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

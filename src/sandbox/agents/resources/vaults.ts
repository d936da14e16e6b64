/** Vaults and the credentials in them. Secrets go in and never come out; only a session's connection to an MCP server reads them. */
import { z } from 'zod'
import { refill } from '../../wire/saved.js'
import { badRequest, conflict, notFound } from '../wire/api-error.js'
import { instant, metadata, metadataPatch, normalizeServerUrl, patchMetadata, read, serverUrl } from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import type { Credential, DeletedCredential, DeletedVault, Vault } from '../wire/vendor-types.js'

const MAX_CREDENTIALS = 20
const displayName = z.string().min(1).max(255)
const secret = z.string().min(1).max(16_384)

const vaultBody = z.strictObject({ display_name: displayName, metadata: metadata.default({}) })
const vaultPatch = z.strictObject({ display_name: displayName.nullish(), metadata: metadataPatch.nullish() })

const UNAVAILABLE = 'is not available in this sandbox'
const credentialBody = z.strictObject({
  auth: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('static_bearer'), token: secret, mcp_server_url: serverUrl }),
    z.strictObject({
      type: z.literal('mcp_oauth'),
      access_token: secret,
      mcp_server_url: serverUrl,
      expires_at: instant.nullish(),
      refresh: z.null({ error: `refresh of tokens ${UNAVAILABLE}` }).optional(),
    }),
  ]),
  display_name: z.string().max(255).nullish(),
  metadata: metadata.default({}),
})
const credentialPatch = z.strictObject({
  auth: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('static_bearer'), token: secret.nullish() }),
      z.strictObject({
        type: z.literal('mcp_oauth'),
        access_token: secret.nullish(),
        expires_at: instant.nullish(),
        refresh: z.null({ error: `refresh of tokens ${UNAVAILABLE}` }).optional(),
      }),
    ])
    .optional(),
  display_name: displayName.nullish(),
  metadata: metadataPatch.nullish(),
})

type ServerAuth = Extract<Credential['auth'], { mcp_server_url: string }>
type StoredCredential = Credential & { auth: ServerAuth }

/** A credential with its secret, for a connection and for tests; undefined once it is archived. */
export interface KeptCredential {
  readonly credential: StoredCredential
  readonly token: string | undefined
}

export class Vaults {
  readonly #vaults = new Map<string, Vault>()
  /** By vault id, then by credential id. */
  readonly #credentials = new Map<string, Map<string, KeptCredential>>()

  constructor(private readonly now: () => number) {}

  save() {
    return { vaults: this.#vaults, credentials: this.#credentials }
  }

  restore(saved: ReturnType<Vaults['save']>): void {
    refill(this.#vaults, saved.vaults)
    refill(this.#credentials, saved.credentials)
  }

  /** Newest first. */
  all(): Vault[] {
    return [...this.#vaults.values()].reverse()
  }

  /** @throws ApiError 404 */
  get(id: string): Vault {
    const vault = this.#vaults.get(id)
    if (vault === undefined) throw notFound('Vault', id)
    return vault
  }

  create(body: unknown): Vault {
    const given = read(vaultBody, body)
    const at = this.#time()
    const vault: Vault = {
      id: newId('vlt'),
      type: 'vault',
      ...given,
      created_at: at,
      updated_at: at,
      archived_at: null,
    }
    this.#vaults.set(vault.id, vault)
    this.#credentials.set(vault.id, new Map())
    return vault
  }

  update(id: string, body: unknown): Vault {
    const given = read(vaultPatch, body)
    const stored = this.#active(id)
    const updated: Vault = {
      ...stored,
      display_name: given.display_name ?? stored.display_name,
      metadata: patchMetadata(stored.metadata, given.metadata),
      updated_at: this.#time(),
    }
    this.#vaults.set(id, updated)
    return updated
  }

  /** Archives its credentials with it. */
  archive(id: string): Vault {
    const stored = this.get(id)
    if (stored.archived_at === null) {
      this.#vaults.set(id, { ...stored, archived_at: this.#time() })
      for (const { credential } of this.credentials(id)) this.archiveCredential(id, credential.id)
    }
    return this.get(id)
  }

  delete(id: string): DeletedVault {
    this.get(id)
    this.#vaults.delete(id)
    this.#credentials.delete(id)
    return { id, type: 'vault_deleted' }
  }

  /** Newest first. @throws ApiError 404 */
  credentials(vaultId: string): KeptCredential[] {
    return [...this.#in(vaultId).values()].reverse()
  }

  /** @throws ApiError 404 */
  credential(vaultId: string, id: string): KeptCredential {
    const kept = this.#in(vaultId).get(id)
    if (kept === undefined) throw notFound('Credential', id)
    return kept
  }

  addCredential(vaultId: string, body: unknown): Credential {
    const given = read(credentialBody, body)
    this.#active(vaultId)
    const active = this.credentials(vaultId).filter(({ credential }) => credential.archived_at === null)
    const url = normalizeServerUrl(given.auth.mcp_server_url)
    if (active.some(({ credential }) => normalizeServerUrl(credential.auth.mcp_server_url) === url)) {
      throw conflict(
        `auth.mcp_server_url: the vault already holds an active credential for ${given.auth.mcp_server_url}`,
      )
    }
    if (active.length >= MAX_CREDENTIALS) throw badRequest(`A vault holds at most ${MAX_CREDENTIALS} credentials`)
    const at = this.#time()
    const { mcp_server_url } = given.auth
    const auth: ServerAuth =
      given.auth.type === 'static_bearer'
        ? { type: 'static_bearer', mcp_server_url }
        : { type: 'mcp_oauth', mcp_server_url, expires_at: this.#expiry(given.auth.expires_at), refresh: null }
    const credential: StoredCredential = {
      id: newId('vcrd'),
      type: 'vault_credential',
      vault_id: vaultId,
      auth,
      display_name: given.display_name ?? null,
      metadata: given.metadata,
      created_at: at,
      updated_at: at,
      archived_at: null,
    }
    const token = given.auth.type === 'static_bearer' ? given.auth.token : given.auth.access_token
    this.#in(vaultId).set(credential.id, { credential, token })
    return credential
  }

  updateCredential(vaultId: string, id: string, body: unknown): Credential {
    const given = read(credentialPatch, body)
    const { credential: stored, token } = this.credential(vaultId, id)
    if (stored.archived_at !== null) throw badRequest('The credential is archived and cannot be updated')
    if (given.auth !== undefined && given.auth.type !== stored.auth.type) {
      throw badRequest(`auth.type: must match the credential's type, ${stored.auth.type}`)
    }
    const replaced = given.auth?.type === 'static_bearer' ? given.auth.token : given.auth?.access_token
    const expiry = given.auth?.type === 'mcp_oauth' ? given.auth.expires_at : undefined
    const renewed = stored.auth.type === 'mcp_oauth' && expiry != null
    const credential: StoredCredential = {
      ...stored,
      auth: renewed ? { ...stored.auth, type: 'mcp_oauth', expires_at: this.#expiry(expiry) } : stored.auth,
      display_name: given.display_name ?? stored.display_name ?? null,
      metadata: patchMetadata(stored.metadata, given.metadata),
      updated_at: this.#time(),
    }
    this.#in(vaultId).set(id, { credential, token: replaced ?? token })
    return credential
  }

  /** Purges the secret; another credential for the same URL may follow. */
  archiveCredential(vaultId: string, id: string): Credential {
    const { credential: stored } = this.credential(vaultId, id)
    const credential = stored.archived_at === null ? { ...stored, archived_at: this.#time() } : stored
    this.#in(vaultId).set(id, { credential, token: undefined })
    return credential
  }

  deleteCredential(vaultId: string, id: string): DeletedCredential {
    this.credential(vaultId, id)
    this.#in(vaultId).delete(id)
    return { id, type: 'vault_credential_deleted' }
  }

  /** The token for an MCP server, from the first of the vaults that holds one; a vault deleted since is passed over. */
  tokenFor(vaultIds: readonly string[], url: string): string | undefined {
    const wanted = normalizeServerUrl(url)
    for (const vaultId of vaultIds) {
      for (const { credential, token } of this.#credentials.get(vaultId)?.values() ?? []) {
        if (token !== undefined && normalizeServerUrl(credential.auth.mcp_server_url) === wanted) return token
      }
    }
    return undefined
  }

  #in(vaultId: string): Map<string, KeptCredential> {
    const credentials = this.#credentials.get(vaultId)
    if (credentials === undefined) throw notFound('Vault', vaultId)
    return credentials
  }

  #active(id: string): Vault {
    const vault = this.get(id)
    if (vault.archived_at !== null) throw badRequest('The vault is archived')
    return vault
  }

  #expiry(at: number | null | undefined): string | null {
    if (at === null || at === undefined) return null
    if (at <= this.now()) throw badRequest('auth.expires_at: must be in the future')
    return new Date(at).toISOString()
  }

  #time(): string {
    return new Date(this.now()).toISOString()
  }
}

import type { StoredVault, VaultStore } from '../../agent/vault-store.js'
import type { Database } from '../database/database.js'

export class Vaults implements VaultStore {
  constructor(private readonly db: Database) {}

  async read(personId: string): Promise<StoredVault | null> {
    const row = await this.db.selectFrom('vault').selectAll().where('person_id', '=', personId).executeTakeFirst()
    if (row === undefined) return null
    return {
      personId: row.person_id,
      anthropicUrl: row.anthropic_url,
      vaultId: row.vault_id,
      mcpServerUrl: row.mcp_server_url,
      credentialId: row.credential_id,
      expiresAt: row.expires_at,
    }
  }

  async write(vault: StoredVault): Promise<void> {
    const values = {
      anthropic_url: vault.anthropicUrl,
      vault_id: vault.vaultId,
      mcp_server_url: vault.mcpServerUrl,
      credential_id: vault.credentialId,
      expires_at: vault.expiresAt,
    }
    await this.db
      .insertInto('vault')
      .values({ person_id: vault.personId, ...values })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet(values))
      .execute()
  }

  async remove(personId: string): Promise<void> {
    await this.db.deleteFrom('vault').where('person_id', '=', personId).execute()
  }
}

/** What is remembered of the vaults that hold people's mailbox tokens. The tokens themselves are never stored here. */

/** A person's vault at the Managed Agents API, and how long the token in it is good for. */
export interface StoredVault {
  readonly personId: string
  /** The Claude API's address that knows the vault, without a slash at its end. */
  readonly anthropicUrl: string
  readonly vaultId: string
  /** The MCP server whose token the vault holds. */
  readonly mcpServerUrl: string
  /** Null until the vault holds a credential for that server. */
  readonly credentialId: string | null
  /** When the token expires, in epoch milliseconds; null without a credential. */
  readonly expiresAt: number | null
}

/** One row per person. */
export interface VaultStore {
  read(personId: string): Promise<StoredVault | null>
  /** Replaces the person's row. */
  write(vault: StoredVault): Promise<void>
  /** Forgets the person's row, when the vault turns out to be gone. Without one it does nothing. */
  remove(personId: string): Promise<void>
}

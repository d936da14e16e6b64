import { createHash, randomBytes } from 'node:crypto'
import type { IdentifiedPerson } from '../../turns/model.js'
import type { ConnectStateStore, KnownState } from '../../web/connect-flow.js'
import type { Database } from '../database/database.js'

/** As long as a link may lie around before it is followed, and consent takes. */
const LIFETIME_MS = 25 * 60 * 60_000
const STATE_BYTES = 32

/**
 * What leads from a connect link back to the person it was made for. Only hashes are kept: whoever reads the database cannot finish
 * anybody's connection.
 */
export class ConnectStates implements ConnectStateStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** A new state for one link. What has expired is forgotten on the way. */
  async issue(person: IdentifiedPerson): Promise<string> {
    const state = randomBytes(STATE_BYTES).toString('base64url')
    await this.db.deleteFrom('connect_state').where('expires_at', '<', this.now()).execute()
    await this.db
      .insertInto('connect_state')
      .values({
        state_hash: hashOf(state),
        person_id: person.id,
        identifier: person.identifier,
        request_hash: null,
        expires_at: this.now() + LIFETIME_MS,
        used_at: null,
      })
      .execute()
    return state
  }

  async find(state: string): Promise<KnownState | null> {
    const row = await this.db
      .selectFrom('connect_state')
      .innerJoin('person', 'person.id', 'connect_state.person_id')
      .select(['connect_state.identifier', 'used_at', 'expires_at', 'person.id', 'person.team', 'person.slack_user'])
      .select('person.identifier as current')
      .where('state_hash', '=', hashOf(state))
      .executeTakeFirst()
    if (row === undefined) return null
    // An operator changed the mapping meanwhile: what the link was made for is nobody's business any more.
    const isOver = row.expires_at <= this.now() || row.current !== row.identifier
    return {
      person: { id: row.id, team: row.team, user: row.slack_user, identifier: row.identifier },
      status: row.used_at !== null ? 'used' : isOver ? 'expired' : 'open',
    }
  }

  async pair(state: string, authRequestId: string): Promise<boolean> {
    const requestHash = hashOf(authRequestId)
    return await this.db.transaction().execute(async (tx) => {
      const other = await tx
        .selectFrom('connect_state')
        .select('state_hash')
        .where('request_hash', '=', requestHash)
        .where('state_hash', '!=', hashOf(state))
        .executeTakeFirst()
      if (other !== undefined) return false
      const result = await tx
        .updateTable('connect_state')
        .set({ request_hash: requestHash })
        .where('state_hash', '=', hashOf(state))
        .where((where) => where.or([where('request_hash', 'is', null), where('request_hash', '=', requestHash)]))
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    })
  }

  async use(state: string, authRequestId: string): Promise<boolean> {
    const result = await this.db
      .updateTable('connect_state')
      .set({ used_at: this.now() })
      .where('state_hash', '=', hashOf(state))
      .where('request_hash', '=', hashOf(authRequestId))
      .where('used_at', 'is', null)
      .where('expires_at', '>', this.now())
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async release(state: string): Promise<void> {
    await this.db.updateTable('connect_state').set({ used_at: null }).where('state_hash', '=', hashOf(state)).execute()
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

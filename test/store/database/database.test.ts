import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseError, holdBotLock, openDatabase } from '../../../src/store/database/database.js'
import { MIGRATIONS } from '../../../src/store/database/migrations.js'
import { Store } from '../../../src/store/store.js'
import { ANNA, incoming, journaled } from '../fixture.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inbox-store-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const problem = async (path: string): Promise<string> =>
  await openDatabase(path).then(
    () => 'it opened',
    (error: unknown) => (error instanceof DatabaseError ? error.message : `not for people: ${String(error)}`),
  )

describe('a database', () => {
  it('is made where there is none, with the folders above it', async () => {
    const path = join(folder, 'deep', 'er', 'inbox.db')
    const db = await openDatabase(path)
    expect(existsSync(path)).toBe(true)
    await db.destroy()
  })

  it('keeps what was written when it is opened again', async () => {
    const path = join(folder, 'inbox.db')
    const first = await Store.open(path)
    const conversation = await journaled(first, incoming('1.0'))
    await first.close()
    const second = await Store.open(path)
    expect(await second.messages.queued(conversation)).toHaveLength(1)
    await second.close()
  })

  it('writes ahead, all the way to the disk, and holds rows to what they refer to', async () => {
    const db = await openDatabase(join(folder, 'inbox.db'))
    const pragma = async (name: string) => Object.values((await sql.raw(`PRAGMA ${name}`).execute(db)).rows[0] ?? {})[0]
    expect(await pragma('journal_mode')).toBe('wal')
    expect(await pragma('foreign_keys')).toBe(1)
    expect(await pragma('synchronous')).toBe(2)
    await expect(
      db.insertInto('bystander').values({ conversation_id: 'none', slack_user: ANNA, told_at: 0 }).execute(),
    ).rejects.toThrow(/FOREIGN KEY/)
    await db.destroy()
  })

  it.each([
    ['a folder', () => folder],
    ['below a file', () => join(folder, 'file', 'inbox.db')],
    ['a file that is no database', () => join(folder, 'file')],
  ])('that cannot be used (%s) is told in a sentence with a remedy', async (_, path) => {
    writeFileSync(join(folder, 'file'), 'this is not a database, and long enough to be seen as none: '.repeat(20))
    expect(await problem(path())).toMatch(
      /^The database \/.+ cannot be opened for writing: .+\. Check the path, .+\.$/s,
    )
  })

  it.skipIf(process.getuid?.() === 0)('that may not be written is told, too', async () => {
    const readOnly = join(folder, 'read-only')
    mkdirSync(readOnly)
    chmodSync(readOnly, 0o500)
    expect(await problem(join(readOnly, 'inbox.db'))).toContain('cannot be opened for writing')
  })

  it('says when it cannot be written right now', async () => {
    const path = join(folder, 'inbox.db')
    const store = await Store.open(path)
    await store.checkWritable()
    await sql`PRAGMA query_only = ON`.execute(store.db)
    await expect(store.checkWritable()).rejects.toThrow()
    await store.close()
  })
})

describe('migrations', () => {
  it('run once, however often the database is opened', async () => {
    const path = join(folder, 'inbox.db')
    for (let count = 0; count < 3; count += 1) await (await openDatabase(path)).destroy()
    const db = await openDatabase(path)
    const { rows } = await sql`SELECT name FROM kysely_migration`.execute(db)
    expect(rows).toEqual(Object.keys(MIGRATIONS).map((name) => ({ name })))
    await db.destroy()
  })

  /** Runs one of them on what there is. */
  const migrate = async (store: Store, name: string) => await MIGRATIONS[name]?.up(store.db)

  it('welcome nobody who was known before', async () => {
    const store = await Store.open(':memory:')
    const { id } = await store.people.ensure('T1', ANNA)
    await migrate(store, '0018_welcomes')
    expect(await store.posts.of(id, 'welcome')).toMatchObject([{ ts: expect.any(String) }])
    const { id: newcomer } = await store.people.ensure('T1', 'U_BEN')
    expect(await store.posts.of(newcomer, 'welcome')).toEqual([])
    await store.close()
  })

  it('tell nobody how to go on who has had an answer', async () => {
    const store = await Store.open(':memory:')
    const answered = await store.turns.queue(await journaled(store, incoming('1.0')))
    await store.turns.take(answered)
    await store.turns.end(answered, 'answered', { id: 'e', at: '1' })
    await store.turns.queue(await journaled(store, incoming('2.0', { user: 'U_BEN', channel: 'D_BEN' })))
    await sql`ALTER TABLE person DROP COLUMN guided_turn_id`.execute(store.db)
    await migrate(store, '0020_guidance')
    const [anna, ben] = [await store.people.ensure('T1', ANNA), await store.people.ensure('T1', 'U_BEN')]
    expect(await store.people.claimGuidance(anna.id, 'another')).toBe(false)
    expect(await store.people.claimGuidance(ben.id, 'another')).toBe(true)
    await store.close()
  })

  it('leave nothing half done where one fails', async () => {
    const path = join(folder, 'inbox.db')
    const inTheWay = new SQLite(path)
    inTheWay.exec('CREATE TABLE vault (other TEXT)')
    inTheWay.close()
    expect(await problem(path)).toContain('cannot be opened')
    const mended = new SQLite(path)
    expect(mended.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'person'").all()).toEqual([])
    mended.exec('DROP TABLE vault')
    mended.close()
    await (await openDatabase(path)).destroy()
  })
})

describe('the lock of the one bot', () => {
  it('is one for each database', () => {
    const locks = ['a.db', 'b.db'].map((name) => holdBotLock(join(folder, name)))
    for (const lock of locks) lock.release()
  })

  it('that cannot be written is told in a sentence', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => holdBotLock(join(folder, 'file', 'inbox.db'))).toThrow(
      /^The lock file \/.+ cannot be written: .+ Check/,
    )
  })
})

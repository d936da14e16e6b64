/**
 * Opens the SQLite database: write-ahead log, foreign keys, a busy timeout, migrations. Setup and doctor open the same file
 * beside the running bot; what only one bot may do is guarded by `holdBotLock`.
 */

import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import SQLite from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  Migrator,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { MIGRATIONS } from './migrations.js'
import { makePrivateFile, makePrivateFolder, tightenDatabase } from './private-files.js'
import type { Schema } from './schema.js'

export type Database = Kysely<Schema>

/** The database cannot be used; the message is a sentence for the person who runs the bot. */
export class DatabaseError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseError'
  }
}

/** Another bot works on the database. */
export class BotRunning extends DatabaseError {
  constructor(path: string) {
    super(`Another bot is already running on ${path}. Stop it first, or give this one a DATABASE_URL of its own.`)
  }
}

/** How long a statement waits for another process's write, in milliseconds, before it fails with SQLITE_BUSY. */
const BUSY_TIMEOUT_MS = 10_000
const BUSY_PAUSE_MS = 20

/** @throws DatabaseError when the file cannot be created, opened, written or migrated */
export async function openDatabase(path: string): Promise<Database> {
  const file = path === ':memory:' ? path : resolve(path)
  try {
    if (file !== ':memory:') {
      makePrivateFolder(dirname(file))
      makePrivateFile(file)
      tightenDatabase(file)
    }
    const sqlite = new SQLite(file, { timeout: BUSY_TIMEOUT_MS })
    await writeAhead(sqlite)
    // A message is acknowledged to Slack once it is stored; with NORMAL a power cut could still take it back.
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('foreign_keys = ON')
    const db = new Kysely<Schema>({ dialect: new WritingDialect(new PreparedDatabase(sqlite)) })
    await migrate(sqlite, db)
    return db
  } catch (error) {
    throw new DatabaseError(
      `The database ${file} cannot be opened for writing: ${reason(error)}. Check the path, its permissions and the free space.`,
      {
        cause: error,
      },
    )
  }
}

/**
 * Switches a new file to the write-ahead log. For that SQLite does not wait as it does for every other lock: of several processes that open a new
 * file at the same moment, some are refused at once.
 */
async function writeAhead(sqlite: SQLite.Database): Promise<void> {
  const deadline = Date.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      sqlite.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      await pause(BUSY_PAUSE_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SQLite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/**
 * Every transaction here writes, so each takes the write lock as it begins. One that read first and asked for the lock later
 * would fail at once, whatever the busy timeout, where another process has written in between.
 */
class WritingDialect extends SqliteDialect {
  constructor(private readonly database: PreparedDatabase) {
    super({ database })
  }

  override createDriver(): Driver {
    return new WritingDriver({ database: this.database })
  }
}

/** A few more than the statements of a day's work. */
const MOST_PREPARED = 300

/** Kysely prepares each statement anew, which took a fifth of the processor time of a turn. Here the ones used last stay prepared. */
class PreparedDatabase implements SqliteDatabase {
  readonly #statements = new Map<string, SQLite.Statement<unknown[]>>()

  constructor(private readonly sqlite: SQLite.Database) {}

  prepare(sql: string): SQLite.Statement<unknown[]> {
    const statement = this.#statements.get(sql) ?? this.sqlite.prepare<unknown[]>(sql)
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > MOST_PREPARED && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }

  close(): void {
    this.sqlite.close()
  }
}

class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

/**
 * All in one transaction, which Kysely does not do by itself on SQLite: a process that is killed half-way leaves nothing behind, and of
 * two that start together on a new file, the second waits for the first and finds everything done.
 */
async function migrate(sqlite: SQLite.Database, db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    sqlite.exec('COMMIT')
  } catch (error) {
    sqlite.exec('ROLLBACK')
    throw error
  }
}

/** Held by the one bot that works on a database, until its process ends, however it ends. */
export interface BotLock {
  release(): void
}

/**
 * An exclusive transaction on a file of its own: the operating system drops the lock with the process, so a killed bot never
 * keeps the next one waiting. The lock is not on the database itself, because setup and doctor work there beside the bot.
 * @throws DatabaseError when another bot holds it
 */
export function holdBotLock(databasePath: string): BotLock {
  const file = `${resolve(databasePath)}.lock`
  let lock: SQLite.Database | undefined
  try {
    makePrivateFolder(dirname(file))
    makePrivateFile(file)
    lock = new SQLite(file, { timeout: 0 })
    lock.pragma('journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
    const held = lock
    return { release: () => held.close() }
  } catch (error) {
    lock?.close()
    if (isBusy(error)) {
      throw new BotRunning(resolve(databasePath))
    }
    throw new DatabaseError(
      `The lock file ${file} cannot be written: ${reason(error)}. Check the path and its permissions.`,
      { cause: error },
    )
  }
}

/** Whether a bot works on the database right now. @throws DatabaseError when that cannot be told */
export function isBotRunning(databasePath: string): boolean {
  try {
    holdBotLock(databasePath).release()
    return false
  } catch (error) {
    if (error instanceof BotRunning) return true
    throw error
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

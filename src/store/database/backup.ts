/** A copy of the database as it is at one moment, by SQLite's own online backup: safe while a bot writes. */

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite from 'better-sqlite3'
import { DatabaseError } from './database.js'
import { makePrivateFile, makePrivateFolder } from './private-files.js'

/** Folders in which a copy grows, beside its place. A dot: what collects `*.db` does not see it. */
const STAGING_PREFIX = '.inbox-backup-'
/** Pages copied at a stretch; between two stretches a stop is noticed. */
const PAGES = 100

/**
 * The target appears only when the copy is complete and checked, as one file. Until then it grows in a folder of its own, with the files that
 * SQLite puts beside it; what a killed backup left there is removed by the next one.
 * @param signal stops it; nothing is left then
 * @throws DatabaseError when there is nothing to copy, the target exists already, it cannot be written, or it was stopped
 */
export async function backUpDatabase(source: string, target: string, signal?: AbortSignal): Promise<void> {
  if (!existsSync(source))
    throw new DatabaseError(`There is no database ${resolve(source)} to copy. Check DATABASE_URL.`)
  if (existsSync(target))
    throw new DatabaseError(`${resolve(target)} exists already. Choose another name: a backup is never overwritten.`)
  const folder = dirname(resolve(target))
  try {
    makePrivateFolder(folder)
    removeLeftovers(folder)
    await inStagingFolder(folder, async (staging) => {
      const partial = join(staging, 'copy.db')
      await copy(source, partial, signal)
      checkWhole(partial)
      renameSync(partial, target)
    })
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    if (signal?.aborted === true) throw new DatabaseError('The backup was stopped. Nothing of it was kept.')
    const reason = error instanceof Error ? error.message : String(error)
    throw new DatabaseError(
      `The copy ${resolve(target)} could not be made: ${reason}. Check the path, its permissions and the free space.`,
      { cause: error },
    )
  }
}

async function copy(source: string, partial: string, signal: AbortSignal | undefined): Promise<void> {
  makePrivateFile(partial)
  // Not read-only: such a connection leaves SQLite's own files behind beside the database when no bot runs.
  const database = new SQLite(source, { fileMustExist: true, timeout: 10_000 })
  try {
    await database.backup(partial, {
      progress: () => {
        signal?.throwIfAborted()
        return PAGES
      },
    })
  } finally {
    database.close()
  }
}

/** Also takes the copy out of write-ahead mode: until a bot opens it, it is one file. */
function checkWhole(file: string): void {
  const database = new SQLite(file, { fileMustExist: true })
  try {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok')
      throw new DatabaseError('The copy is damaged, so it was removed. Run the backup again.')
    database.pragma('journal_mode = DELETE')
  } finally {
    database.close()
  }
}

async function inStagingFolder(folder: string, work: (staging: string) => Promise<void>): Promise<void> {
  // mkdtemp gives 0700.
  const staging = mkdtempSync(join(folder, STAGING_PREFIX))
  try {
    const lock = hold(staging)
    try {
      await work(staging)
    } finally {
      lock?.close()
    }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** Folders whose backup is no longer at work: the operating system dropped its lock. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(STAGING_PREFIX)) continue
    const staging = join(folder, name)
    const lock = hold(staging)
    if (lock === null) continue
    lock.close()
    rmSync(staging, { recursive: true, force: true })
  }
}

/** Null where a backup works there, or another user's did. */
function hold(staging: string): SQLite.Database | null {
  let lock: SQLite.Database | undefined
  try {
    lock = new SQLite(join(staging, 'lock'), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof SQLite.SqliteError && /^SQLITE_(BUSY|CANTOPEN|READONLY|PERM)/.test(error.code)) return null
    throw error
  }
}

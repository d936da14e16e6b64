/** A copy of the database as it is at one moment, by SQLite's own online backup: safe while a bot writes. */

import { existsSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import SQLite from 'better-sqlite3'
import { DatabaseError } from './database.js'

/**
 * The target appears only when the copy is complete.
 * @throws DatabaseError when there is nothing to copy, the target exists already, or it cannot be written
 */
export async function backUpDatabase(source: string, target: string): Promise<void> {
  if (!existsSync(source))
    throw new DatabaseError(`There is no database ${resolve(source)} to copy. Check DATABASE_URL.`)
  if (existsSync(target))
    throw new DatabaseError(`${resolve(target)} exists already. Choose another name: a backup is never overwritten.`)
  const partial = `${target}.partial`
  try {
    const database = new SQLite(source, { readonly: true, timeout: 10_000 })
    try {
      await database.backup(partial)
    } finally {
      database.close()
    }
    checkWhole(partial)
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { force: true })
    if (error instanceof DatabaseError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DatabaseError(
      `The copy ${resolve(target)} could not be made: ${reason}. Check the path, its permissions and the free space.`,
      { cause: error },
    )
  }
}

function checkWhole(file: string): void {
  const copy = new SQLite(file, { readonly: true })
  try {
    const [answer] = copy.pragma('integrity_check', { simple: false }) as { integrity_check: string }[]
    if (answer?.integrity_check !== 'ok')
      throw new DatabaseError('The copy is damaged, so it was removed. Run the backup again.')
  } finally {
    copy.close()
  }
}

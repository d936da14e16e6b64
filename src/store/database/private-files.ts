/**
 * The database holds what people wrote. Its files belong to the user who runs the bot alone (0600, in folders of 0700), whatever the umask
 * says: what is made here is made so, what is there is tightened, and what belongs to somebody else is reported.
 */

import { chmodSync, closeSync, existsSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
/** The bits of everybody but the owner. */
const OTHERS = 0o077

/** A file or folder that others on this machine may reach. */
export interface Exposure {
  readonly path: string
  /** Permission bits, in octal: `644`. */
  readonly mode: string
  /** What the person who runs the bot can do about it. */
  readonly remedy: string
}

/** Makes a folder and those above it. Not `recursive: true`: on Node 20 that never returns where a parent cannot be made, e.g. below /proc. */
export function makePrivateFolder(path: string): void {
  if (existsSync(path)) return
  makePrivateFolder(dirname(path))
  try {
    mkdirSync(path, { mode: FOLDER_MODE })
  } catch (error) {
    // Made by another process in between.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/**
 * Makes an empty file where there is none, which SQLite takes as a new database; the files beside it (`-wal`, `-shm`, `-journal`) get its
 * permissions from SQLite. A file that is there is never opened: closing it again would drop the locks that this process holds on it.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    tighten(path)
  }
}

/** Takes a database and what stands beside it from everybody but its owner. What belongs to another user stays as it is, and is an exposure. */
export function tightenDatabase(path: string): void {
  for (const file of filesOf(path)) tighten(file)
}

/** What others may reach: the database's files, the folder they are in, and the file with the keys. */
export function exposures(databasePath: string, dotEnv: string): Exposure[] {
  const folder = dirname(resolve(databasePath))
  const files = [...filesOf(resolve(databasePath)), resolve(dotEnv)]
  return [
    ...exposed(folder, `chmod 700 ${folder}, or give the database a folder of its own in DATABASE_URL`),
    ...files.flatMap((file) => exposed(file, `chmod 600 ${file}`)),
  ]
}

/** What others may reach of a folder. */
export function exposedFolder(folder: string): Exposure[] {
  return exposed(resolve(folder), `chmod 700 ${resolve(folder)}`)
}

function filesOf(databasePath: string): string[] {
  return ['', '-wal', '-shm', '-journal', '.lock', '.lock-journal'].map((suffix) => `${databasePath}${suffix}`)
}

function tighten(file: string): void {
  const found = lookAt(file)
  if (found === null || !found.isFile() || (found.mode & OTHERS) === 0) return
  try {
    chmodSync(file, found.mode & 0o700)
  } catch (error) {
    // Another user's file, a file system that cannot: `exposures` tells. Or SQLite took it away just now.
    if (!['EPERM', 'EROFS', 'ENOTSUP', 'ENOENT'].includes(codeOf(error))) throw error
  }
}

function exposed(path: string, remedy: string): Exposure[] {
  const found = lookAt(path)
  if (found === null || (found.mode & OTHERS) === 0) return []
  return [{ path, mode: (found.mode & 0o777).toString(8).padStart(3, '0'), remedy }]
}

/** Null where nothing is there, or where the system knows no such permissions. */
function lookAt(path: string): Stats | null {
  if (process.platform === 'win32') return null
  return statSync(path, { throwIfNoEntry: false }) ?? null
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

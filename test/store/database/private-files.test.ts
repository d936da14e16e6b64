import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backUpDatabase } from '../../../src/store/database/backup.js'
import { DatabaseError, holdBotLock } from '../../../src/store/database/database.js'
import {
  exposedFolder,
  exposures,
  makePrivateFile,
  makePrivateFolder,
  tightenDatabase,
} from '../../../src/store/database/private-files.js'
import { Store } from '../../../src/store/store.js'
import { ANNA, incoming, journaled, TEAM } from '../fixture.js'

/** What others on the machine may reach: nothing of the database, while it is written and after. */

let folder: string
let umask: number

beforeEach(() => {
  // The most careless one there is.
  umask = process.umask(0)
  folder = mkdtempSync(join(tmpdir(), 'inbox-private-'))
})
afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true, force: true })
})

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const modes = (path: string) =>
  Object.fromEntries(readdirSync(path).map((name) => [name, mode(join(path, name))] as const))

/** A database that holds something. */
async function filled(path: string): Promise<void> {
  const store = await Store.open(path)
  await journaled(store, incoming('1.0'))
  await store.close()
}

describe('the files of a database', () => {
  it('are their owner’s alone from the first moment, in folders that are, too', async () => {
    const path = join(folder, 'deep', 'er', 'inbox.db')
    const lock = holdBotLock(path)
    const store = await Store.open(path)
    await store.people.ensure(TEAM, ANNA)
    expect(modes(join(folder, 'deep', 'er'))).toEqual({
      'inbox.db': '600',
      'inbox.db-shm': '600',
      'inbox.db-wal': '600',
      'inbox.db.lock': '600',
      'inbox.db.lock-journal': '600',
    })
    expect([mode(join(folder, 'deep')), mode(join(folder, 'deep', 'er'))]).toEqual(['700', '700'])
    await store.close()
    lock.release()
  })

  it('are tightened at opening where an earlier version left them open', async () => {
    const path = join(folder, 'inbox.db')
    await filled(path)
    const reader = new SQLite(path)
    reader.prepare('SELECT * FROM message').all()
    writeFileSync(`${path}.lock`, '')
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o664)
    expect(Object.keys(modes(folder))).toContain('inbox.db-wal')
    const lock = holdBotLock(path)
    const store = await Store.open(path)
    expect(new Set(Object.values(modes(folder)))).toEqual(new Set(['600']))
    await store.close()
    lock.release()
    reader.close()
  })

  it('keep the locks of this process when they are opened a second time', async () => {
    const path = join(folder, 'inbox.db')
    const lock = holdBotLock(path)
    expect(() => holdBotLock(path)).toThrow(DatabaseError)
    expect(() => holdBotLock(path)).toThrow(DatabaseError)
    lock.release()
  })

  it('never change a folder that is given in place of a file', async () => {
    mkdirSync(join(folder, 'inbox.db'), { mode: 0o755 })
    await expect(Store.open(join(folder, 'inbox.db'))).rejects.toThrow(DatabaseError)
    expect(mode(join(folder, 'inbox.db'))).toBe('755')
  })
})

describe('a file that is there', () => {
  it.each([
    [0o664, '600'],
    [0o604, '600'],
    [0o640, '600'],
    [0o444, '400'],
    [0o755, '700'],
    [0o600, '600'],
  ])('is taken from everybody but its owner, who may do with it what they could: %i', (given, expected) => {
    for (const suffix of ['', '-wal', '-shm', '-journal', '.lock', '.lock-journal'])
      writeFileSync(join(folder, `inbox.db${suffix}`), '', { mode: given })
    writeFileSync(join(folder, 'another'), '', { mode: 0o644 })
    tightenDatabase(join(folder, 'inbox.db'))
    const { another, ...database } = modes(folder)
    expect([...new Set(Object.values(database))]).toEqual([expected])
    expect(another).toBe('644')
  })

  it('keeps what it holds where it is to be made', () => {
    const path = join(folder, 'inbox.db')
    writeFileSync(path, 'words', { mode: 0o644 })
    makePrivateFile(path)
    expect([readFileSync(path, 'utf8'), mode(path)]).toEqual(['words', '600'])
  })
})

describe('what cannot be made', () => {
  it('is said: a file in a folder that is not there, a folder below a file', () => {
    expect(() => makePrivateFile(join(folder, 'none', 'inbox.db'))).toThrow(/ENOENT/)
    writeFileSync(join(folder, 'file'), '')
    expect(() => makePrivateFolder(join(folder, 'file', 'below'))).toThrow(/ENOTDIR/)
  })
})

describe('what others may reach', () => {
  it.each(['', '-wal', '-shm', '-journal', '.lock', '.lock-journal'])(
    'is told of every file of a database: inbox.db%s',
    (suffix) => {
      const path = join(folder, `inbox.db${suffix}`)
      writeFileSync(path, '', { mode: 0o604 })
      expect(exposures(join(folder, 'inbox.db'), join(folder, '.env'))).toEqual([
        { path, mode: '604', remedy: `chmod 600 ${path}` },
      ])
    },
  )

  it('is told of a folder by itself', () => {
    expect(exposedFolder(folder)).toEqual([])
    chmodSync(folder, 0o701)
    expect(exposedFolder(folder)).toEqual([{ path: folder, mode: '701', remedy: `chmod 700 ${folder}` }])
    expect(exposedFolder(join(folder, 'none'))).toEqual([])
  })

  it.each([
    ['nothing', 0o700, 0o600, []],
    ['a folder that others may list', 0o755, 0o600, ['755 chmod 700']],
    ['a folder of a group', 0o770, 0o600, ['770 chmod 700']],
    ['the file with the keys', 0o700, 0o644, ['644 chmod 600']],
    ['both', 0o750, 0o640, ['750 chmod 700', '640 chmod 600']],
  ])('is told with its remedy: %s', async (_, folderMode, keysMode, expected) => {
    const data = join(folder, 'data')
    mkdirSync(data, { mode: folderMode })
    const keys = join(folder, '.env')
    writeFileSync(keys, 'KEY=value\n', { mode: keysMode })
    await filled(join(data, 'inbox.db'))
    const found = exposures(join(data, 'inbox.db'), keys)
    expect(found.map((each) => `${each.mode} ${each.remedy.split(' /')[0]}`)).toEqual(expected)
    for (const { path, remedy } of found) expect(remedy).toContain(path)
  })

  it('is nothing where there is no file with keys', () => {
    expect(exposures(join(folder, 'inbox.db'), join(folder, '.env'))).toEqual([])
  })
})

describe('a backup', () => {
  it('is one file of its owner’s, in a folder that is made so; nothing is left beside it or beside the database', async () => {
    await filled(join(folder, 'inbox.db'))
    const copies = join(folder, 'backups', '2026')
    await backUpDatabase(join(folder, 'inbox.db'), join(copies, 'copy.db'))
    expect(modes(copies)).toEqual({ 'copy.db': '600' })
    expect([mode(join(folder, 'backups')), mode(copies)]).toEqual(['700', '700'])
    expect(readdirSync(folder).sort()).toEqual(['backups', 'inbox.db'])
    const copy = await Store.open(join(copies, 'copy.db'))
    expect(await copy.db.selectFrom('message').selectAll().execute()).toHaveLength(1)
    await copy.close()
  })

  it('leaves nothing where it fails', async () => {
    writeFileSync(join(folder, 'inbox.db'), 'this is no database, and long enough to be seen as none: '.repeat(20))
    await expect(backUpDatabase(join(folder, 'inbox.db'), join(folder, 'copy.db'))).rejects.toThrow(/could not be made/)
    expect(readdirSync(folder)).toEqual(['inbox.db'])
  })

  it('leaves nothing where it is stopped in the middle', async () => {
    await filled(join(folder, 'inbox.db'))
    const stop = new AbortController()
    const backup = backUpDatabase(join(folder, 'inbox.db'), join(folder, 'copies', 'copy.db'), stop.signal)
    stop.abort()
    await expect(backup).rejects.toThrow(/was stopped\. Nothing of it was kept/)
    expect(readdirSync(join(folder, 'copies'))).toEqual([])
  })
})

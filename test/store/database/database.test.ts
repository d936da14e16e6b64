import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseError, holdBotLock, openDatabase } from '../../../src/store/database/database.js'
import { MIGRATIONS } from '../../../src/store/database/migrations.js'
import { Store } from '../../../src/store/store.js'
import { ANNA, incoming, journaled, TEAM } from '../fixture.js'

let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inbox-store-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await ended(child)
    }
  }
  rmSync(folder, { recursive: true, force: true })
})

/** Another process on the same file: it says what it did, line by line, and goes on when it is told to. */
function other(task: 'open' | 'lock' | 'write', path: string) {
  const script = fileURLToPath(new URL('../other-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, task, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  let heard = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  return {
    child,
    go: () => child.stdin.write('go\n'),
    async says(): Promise<string> {
      for (;;) {
        const [line, ...rest] = heard.split('\n')
        if (line !== undefined && rest.length > 0) {
          heard = rest.join('\n')
          return line
        }
        if (child.exitCode !== null) throw new Error(`the process ended (${child.exitCode}) without a word`)
        await new Promise((resolve) => {
          child.stdout.once('data', resolve)
          child.once('exit', resolve)
        })
      }
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('exit', resolve))
}

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

  it('is written beside another process that writes to it', async () => {
    const path = join(folder, 'inbox.db')
    const bot = await Store.open(path)
    const setup = other('write', path)
    expect(await setup.says()).toBe('ready')
    setup.go()
    let written = 0
    const done = setup.says()
    const word = done.then(() => 'done' as const)
    while ((await Promise.race([word, new Promise((resolve) => setImmediate(resolve))])) !== 'done') {
      await bot.messages.journal(incoming(`${written}.0`))
      written += 1
    }
    expect(await done).toBe('written')
    expect(written).toBeGreaterThan(0)
    expect(await bot.db.selectFrom('message').selectAll().execute()).toHaveLength(written)
    await bot.close()
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

  it('run once when several processes open a new database at the same moment', async () => {
    const path = join(folder, 'inbox.db')
    const processes = Array.from({ length: 3 }, () => other('open', path))
    for (const one of processes) expect(await one.says()).toBe('ready')
    for (const one of processes) one.go()
    expect(await Promise.all(processes.map((one) => one.says()))).toEqual(['opened', 'opened', 'opened'])
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
  it('is refused to a second process, which is told whose fault it is and what to do', async () => {
    const path = join(folder, 'inbox.db')
    const first = other('lock', path)
    first.go()
    expect(await first.says()).toBe('ready')
    expect(await first.says()).toBe('held')
    expect(() => holdBotLock(path)).toThrow(DatabaseError)
    expect(() => holdBotLock(path)).toThrow(/Another bot is already running on .+inbox\.db\. Stop it first/)
  })

  it('does not keep setup and doctor from the database', async () => {
    const path = join(folder, 'inbox.db')
    const bot = other('lock', path)
    bot.go()
    await bot.says()
    await bot.says()
    const setup = await Store.open(path)
    await setup.people.ensure(TEAM, ANNA)
    await setup.close()
  })

  it('falls with its process, however that ends', async () => {
    const path = join(folder, 'inbox.db')
    const first = other('lock', path)
    first.go()
    await first.says()
    await first.says()
    first.child.kill('SIGKILL')
    await ended(first.child)
    const lock = holdBotLock(path)
    expect(() => holdBotLock(path)).toThrow(DatabaseError)
    lock.release()
    holdBotLock(path).release()
  })

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

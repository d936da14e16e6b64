import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backUpDatabase } from '../../src/store/database/backup.js'
import { DatabaseError, holdBotLock } from '../../src/store/database/database.js'
import { Store } from '../../src/store/store.js'
import { ANNA, incoming, journaled, TEAM } from '../store/fixture.js'

/** Several processes on one database file. */

let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inbox-shared-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await ended(child)
  }
  rmSync(folder, { recursive: true, force: true })
})

/** Another process on the same file: it says what it did, line by line, and goes on when it is told to. */
function other(task: 'open' | 'lock' | 'write' | 'backup', path: string) {
  const script = fileURLToPath(new URL('../support/other-process.ts', import.meta.url))
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

describe('a database', () => {
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
})

describe('migrations', () => {
  it('run once when several processes open a new database at the same moment', async () => {
    const path = join(folder, 'inbox.db')
    const processes = Array.from({ length: 3 }, () => other('open', path))
    for (const one of processes) expect(await one.says()).toBe('ready')
    for (const one of processes) one.go()
    expect(await Promise.all(processes.map((one) => one.says()))).toEqual(['opened', 'opened', 'opened'])
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
})

describe('a backup', () => {
  it('removes what a killed one left, and never what another one works in', async () => {
    const path = join(folder, 'inbox.db')
    const store = await Store.open(path)
    await journaled(store, incoming('1.0'))
    await store.close()
    await unfinished(path)
    const killed = await unfinished(path)
    killed.kill('SIGKILL')
    await ended(killed)
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toHaveLength(2)
    await backUpDatabase(path, join(folder, 'copy.db'))
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toHaveLength(1)
  })

  /** Another process in the middle of a backup into the same folder. */
  async function unfinished(path: string): Promise<ChildProcess> {
    const backup = other('backup', path)
    expect(await backup.says()).toBe('ready')
    backup.go()
    expect(await backup.says()).toBe('copying')
    return backup.child
  }
})

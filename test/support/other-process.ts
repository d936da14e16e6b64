/** A second process on a database, for tests: gets ready, waits for the word, does its task and says how it went. */

import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { backUpDatabase } from '../../src/store/database/backup.js'
import { holdBotLock, openDatabase } from '../../src/store/database/database.js'
import { Store } from '../../src/store/store.js'
import { incoming } from '../store/fixture.js'

const [, , task, path = ''] = process.argv

process.stdout.write('ready\n')
await once(process.stdin, 'data')
if (task === 'lock') {
  holdBotLock(path)
  process.stdout.write('held\n')
  // The lock is held until somebody ends this process.
  setInterval(() => {}, 60_000)
} else if (task === 'backup') {
  // A signal that is looked at between two stretches of pages, and then holds the process there for good.
  const signal = new AbortController().signal
  signal.throwIfAborted = () => {
    writeSync(1, 'copying\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  await backUpDatabase(path, `${path}.${process.pid}`, signal)
} else if (task === 'write') {
  const store = await Store.open(path)
  for (let count = 0; count < 150; count += 1)
    await store.messages.journal(incoming(`${count}.0`, { channel: 'D_OTHER' }))
  await store.db.deleteFrom('message').where('channel', '=', 'D_OTHER').execute()
  process.stdout.write('written\n')
  process.stdin.destroy()
} else {
  const outcome = await openDatabase(path).then(
    async (db) => {
      await db.destroy()
      return 'opened'
    },
    (error: unknown) => String(error),
  )
  process.stdout.write(`${outcome.replaceAll('\n', ' ')}\n`)
  process.stdin.destroy()
}

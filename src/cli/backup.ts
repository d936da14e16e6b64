/** `npm run backup -- FILE`: a consistent copy of the database, made while the bot runs. */

import { dirname } from 'node:path'
import { loadDotEnv, readDatabasePath } from '../config.js'
import { backUpDatabase } from '../store/database/backup.js'
import { exposedFolder } from '../store/database/private-files.js'
import { explain } from './command.js'

/** A signal ends the copy, and with it the process: not before its unfinished files are gone. */
const stopped = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopped.abort())

try {
  loadDotEnv()
  const [target, ...rest] = process.argv.slice(2)
  if (target === undefined || rest.length > 0) {
    console.error('✗ Say where the copy goes: npm run backup -- FILE')
    process.exitCode = 1
  } else {
    const source = readDatabasePath(process.env)
    await backUpDatabase(source, target, stopped.signal)
    console.log(`✓ ${source} is copied to ${target}.`)
    for (const { path, mode, remedy } of exposedFolder(dirname(target)))
      console.error(`! ${path} is open to other users of this machine (${mode}).\n  → ${remedy}`)
  }
} catch (error) {
  const explanation = explain(error)
  if (explanation === null) throw error
  console.error(`✗ ${explanation}`)
  process.exitCode = 1
}

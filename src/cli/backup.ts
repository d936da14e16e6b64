/** `npm run backup -- FILE`: a consistent copy of the database, made while the bot runs. */

import { loadDotEnv, readDatabasePath } from '../config.js'
import { backUpDatabase } from '../store/backup.js'
import { explain } from './command.js'

try {
  loadDotEnv()
  const [target, ...rest] = process.argv.slice(2)
  if (target === undefined || rest.length > 0) {
    console.error('✗ Say where the copy goes: npm run backup -- FILE')
    process.exitCode = 1
  } else {
    const source = readDatabasePath(process.env)
    await backUpDatabase(source, target)
    console.log(`✓ ${source} is copied to ${target}.`)
  }
} catch (error) {
  const explanation = explain(error)
  if (explanation === null) throw error
  console.error(`✗ ${explanation}`)
  process.exitCode = 1
}

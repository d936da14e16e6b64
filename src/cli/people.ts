/** `npm run people`: who is mapped to which identifier at Scalekit, and changing that. May run beside the bot. */

import { loadDotEnv, readDatabasePath } from '../config.js'
import { Store } from '../store/store.js'
import { explain } from './command.js'
import { PeopleError, readPeopleCommand, runPeopleCommand, USAGE } from './people-commands.js'

try {
  loadDotEnv()
  const command = readPeopleCommand(process.argv.slice(2))
  if (command.name === 'help') {
    console.log(USAGE)
  } else {
    const databasePath = readDatabasePath(process.env)
    const store = await Store.open(databasePath)
    try {
      await runPeopleCommand(command, {
        store,
        databasePath,
        environment: process.env,
        print: (line) => console.log(line),
      })
    } finally {
      await store.close()
    }
  }
} catch (error) {
  const explanation = error instanceof PeopleError ? error.message : explain(error)
  if (explanation === null) throw error
  console.error(`✗ ${explanation}`)
  process.exitCode = 1
}

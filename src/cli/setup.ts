/** `npm run setup`: asks nothing, needs no Slack, may be run beside the bot and as often as one likes. */

import { loadDotEnv, readPlatformConfig } from '../config.js'
import { Store } from '../store/store.js'
import { explain } from './command.js'
import { provision } from './provision.js'

try {
  loadDotEnv()
  const config = readPlatformConfig(process.env)
  const store = await Store.open(config.databasePath)
  try {
    await provision(config, store.deployments, (line) => console.log(line))
  } finally {
    await store.close()
  }
  console.log(`Remembered in ${config.databasePath}. Start the bot with: npm start`)
} catch (error) {
  const explanation = explain(error)
  if (explanation === null) throw error
  console.error(`✗ ${explanation}`)
  process.exitCode = 1
}

/** `npm start`: configuration, signals and exit codes. What the bot is made of is in `app/`. */

import { Bot } from './app/compose.js'
import { openServices } from './app/services.js'
import { StartError } from './app/start-error.js'
import { ConfigurationError, loadDotEnv, readBotConfig } from './config.js'
import { createLog, describeError } from './log.js'
import { DatabaseError } from './store/database/database.js'
import { ListenError } from './web/listeners.js'

/** How long a stop may take before what is under way is left to the next start, in milliseconds. */
const STOP_DEADLINE_MS = 10_000

async function main(): Promise<void> {
  // From here on a signal ends nothing by itself, also in the middle of starting: whoever sent it gets an orderly stop and a 0.
  const signal = firstStopSignal()
  loadDotEnv()
  const { slack, ...config } = readBotConfig(process.env)
  const log = createLog(config.logLevel)
  // What nobody awaited must not end conversations that have nothing to do with it.
  process.on('unhandledRejection', (error) => log.error(describeError(error), 'a rejection that nobody handled'))
  const { services, close } = await openServices(config, log)
  const bot = new Bot(services, [slack])

  const isRunning = await Promise.race([bot.start().then(() => true), signal.then(() => false)])
  if (!isRunning) {
    log.info('stopped before it was running; the next start carries on')
    process.exit(0)
  }
  log.info({ signal: await signal }, 'stopping')
  setTimeout(() => {
    log.warn('not everything came to rest in time; the next start carries on')
    process.exit(0)
  }, STOP_DEADLINE_MS).unref()
  try {
    await bot.stop()
    await close()
    log.info('stopped')
    process.exit(0)
  } catch (error) {
    log.error(describeError(error), 'stopping failed; the next start carries on')
    process.exit(1)
  }
}

/** Resolves with the name of the first SIGTERM or SIGINT; further ones do nothing. */
function firstStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name))
  })
}

main().catch((error: unknown) => {
  if (
    error instanceof ConfigurationError ||
    error instanceof DatabaseError ||
    error instanceof ListenError ||
    error instanceof StartError
  ) {
    process.stderr.write(`${error.message}\n`)
  } else {
    const { error: name, message } = describeError(error)
    process.stderr.write(`The bot could not start: ${String(name)}: ${String(message)}\n`)
  }
  process.exit(1)
})

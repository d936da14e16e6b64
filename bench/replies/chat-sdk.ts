/** The published `chat` and `@chat-adapter/slack`, used as their documentation says: a mention is answered with `thread.post(stream)`. */

import { createSlackAdapter } from '@chat-adapter/slack'
import { createMemoryState } from '@chat-adapter/state-memory'
import { Chat, ConsoleLogger } from 'chat'
import { answerOf, arriving } from './answer.js'
import { begin, finish, readJob, tell, told } from './link.js'

const job = readJob()
const answer = answerOf(job.seconds)
const logger = new ConsoleLogger('silent')
const slack = createSlackAdapter({
  mode: 'socket',
  botToken: job.botToken,
  appToken: job.appToken,
  apiUrl: job.apiUrl,
  nativeStreaming: job.mode === 'native',
  logger,
})
const bot = new Chat({ userName: 'inbox', adapters: { slack }, state: createMemoryState(), logger })
const problems: string[] = []
let ended = 0
let allEnded = () => {}
const all = new Promise<void>((resolve) => {
  allEnded = resolve
})

// Its Socket Mode client leaves a rejection behind when a connection breaks, which would end the process in the middle of its answers.
process.on('unhandledRejection', (error) => problems.push(`unhandled: ${String(error)}`))

bot.onNewMention(async (thread) => {
  const startsAt = begin(thread.channelId.replace(/^slack:/, ''))
  try {
    await thread.post(arriving(answer, startsAt))
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  ended += 1
  if (ended === job.replies) allEnded()
})

await bot.initialize()
tell({ type: 'ready' })
await told()
await all
await bot.shutdown()
finish(problems)

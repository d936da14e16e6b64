/** The listener of the slash command. Slack delivers a command once: it is stored, and its acknowledgement says so to the caller alone. */

import type { App } from '@slack/bolt'
import { describeError, type Log } from '../../../log.js'
import type { Commands } from '../../../store/tables/commands.js'
import { type AppRules, helpText } from '../../blocks/consent.js'
import { acknowledgement, commandWord } from '../../connection/connection-commands.js'
import type { BotIdentity } from '../bot-identity.js'
import { readAs } from '../deliveries.js'
import type { SlashCommand } from '../read-interactions.js'
import type { Requests } from '../requests.js'

export interface CommandDeps {
  readonly identity: BotIdentity
  readonly commands: Pick<Commands, 'journal'>
  readonly requests: Pick<Requests, 'wake'>
  readonly rules: AppRules
  readonly log: Log
}

/** Every command of this app is the one command, by whatever name its manifest gives it. */
const ANY_NAME = /.*/

const NOT_STORED = 'I could not store that, so nothing has been done. Please send it again in a moment.'

export function registerCommands(app: App, deps: CommandDeps): void {
  app.command(ANY_NAME, async ({ body, ack }) => {
    const command = readAs('command', body, deps.identity)
    await ack({ response_type: 'ephemeral', text: await answer(deps, command) })
  })
}

/** Never rejects: whoever sent a command that cannot be stored is told. */
async function answer(deps: CommandDeps, command: SlashCommand): Promise<string> {
  try {
    return await store(deps, command)
  } catch (error) {
    deps.log.error(describeError(error), 'command not stored')
    return NOT_STORED
  }
}

async function store({ commands, requests, rules }: CommandDeps, command: SlashCommand): Promise<string> {
  if (command.text === '' || command.text.toLowerCase() === 'help') return helpText(rules)
  await commands.journal(command)
  requests.wake()
  const word = commandWord(command.text)
  if (word !== null) return acknowledgement(word)
  return command.channel.startsWith('D')
    ? 'On it. I answer in our direct messages, in the thread under your request.'
    : 'On it. Nobody here sees this: I answer in our direct messages, in the thread under your request.'
}

/**
 * The listener of the slash command. Whoever typed it is answered right there, for their eyes alone: by the acknowledgement where the answer is ready in
 * time, else by the command's `response_url`.
 */

import type { AckFn, App, RespondArguments } from '@slack/bolt'
import { describeError, type Log } from '../../../log.js'
import type { Clock } from '../../../turns/time/clock.js'
import { inTime, LATE } from '../../../turns/time/in-time.js'
import type { BotIdentity } from '../bot-identity.js'
import { readAs } from '../read-deliveries.js'
import { type Answer, type TakeDeps, take } from './command-taking.js'
import type { Respond } from './respond.js'

export interface CommandDeps extends TakeDeps {
  readonly identity: BotIdentity
  readonly respond: Respond
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>
  readonly log: Log
}

/** Every command of this app is the one command, by whatever name its manifest gives it. */
const ANY_NAME = /.*/

/** Until then an answer goes into the acknowledgement, in milliseconds after the command came. Slack waits for 3,000. */
const READY_WITHIN_MS = 2_000

export function registerCommands(app: App, deps: CommandDeps): void {
  const { clock } = deps
  app.command(ANY_NAME, async ({ body, ack }) => {
    const command = readAs('command', body, deps.identity)
    const until = clock.now() + READY_WITHIN_MS
    const { answer, meanwhile } = await take(deps, command)
    const ready = await inTime(clock, answer, Math.max(0, until - clock.now()))
    await acknowledge(ack, ready === LATE ? meanwhile : ready)
    if (ready === LATE) answerLater(deps, command.responseUrl, answer)
  })
}

async function acknowledge(ack: AckFn<string | RespondArguments>, { text, blocks }: Answer): Promise<void> {
  if (text === '') await ack()
  else await ack({ response_type: 'ephemeral', text, ...(blocks === undefined ? {} : { blocks: [...blocks] }) })
}

/** Not promised: who hears nothing asks again, and what a mail is about stands in the direct messages in any case. */
function answerLater({ respond, log }: CommandDeps, responseUrl: string | null, late: Promise<Answer>): void {
  late
    .then(async ({ text, afterwards = text, blocks }) => {
      if (afterwards === '' || responseUrl === null) return
      const more = blocks === undefined ? {} : { blocks }
      await respond(responseUrl, { response_type: 'ephemeral', replace_original: false, text: afterwards, ...more })
    })
    .catch((error: unknown) => log.warn(describeError(error), 'command not answered where it was typed'))
}

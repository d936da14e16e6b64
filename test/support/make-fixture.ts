/**
 * Makes a fixture with whatever a bot can leave behind in the middle of its work.
 *
 * `npx tsx test/support/make-fixture.ts FOLDER [PROGRAM]`: the folder that is to hold it, and the compiled bot of the version that is to be at
 * work (`dist` of another work tree), this one's by default.
 */

import { execFileSync } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { APPROVE, asks, EDIT, has, UNDO } from './cards.js'
import { emptyMailboxes, saveFixture } from './fixture.js'
import { ANNA, ANNAS_MAIL, BEN, COMPILED, House } from './house.js'
import { HALF, INVOICE, UnfinishedBrain } from './unfinished-work.js'

const [folder, program = COMPILED] = process.argv.slice(2)
if (folder === undefined) throw new Error('Usage: make-fixture.ts FOLDER [PROGRAM]')

const mailboxes = emptyMailboxes()
await mailboxes
  .get(ANNAS_MAIL)
  ?.receive(
    Buffer.from(
      `From: Dana <dana@lumen.example>\r\nTo: ${ANNAS_MAIL}\r\nSubject: ${INVOICE}\r\nMessage-ID: <invoice@lumen.example>\r\nDate: ${new Date().toUTCString()}\r\n\r\nPlease pay.\r\n`,
    ),
  )
const house = await House.open({
  brain: new UnfinishedBrain(new Promise(() => undefined)),
  killable: true,
  program: resolve(program),
  scalekit: { mailboxes },
  connected: { [ANNA]: ANNAS_MAIL },
  // Nothing may leave while this is being made.
  environment: { UNDO_SEND_SECONDS: '120' },
})
try {
  const setup = await house.run('cli/setup.js')
  if (setup.code !== 0) throw new Error(setup.output)
  await house.startBot()
  const anna = house.slack.person(ANNA)
  const ben = house.slack.person(BEN)
  /** What is said, and the reply under it as soon as it fits. */
  const asked = async (words: string, fits: Parameters<typeof anna.waitFor>[0]) => {
    const { ts } = anna.post(words)
    return await anna.waitFor((message) => message.threadTs === ts && fits(message), { timeoutMs: 100_000 })
  }

  anna.openHome()
  await house.slack.waitFor(() => anna.home?.shown.includes('Your Gmail is connected'))
  await asked('archive the invoice', asks)
  await asked('propose open', asks)
  const superseded = await asked('propose superseded', asks)
  const edited = await asked('propose edited', asks)
  const scheduled = await asked('propose scheduled', asks)
  await anna.press(scheduled, APPROVE)
  await anna.waitFor((message) => message.threadTs === scheduled.threadTs && message.shown.includes('Heard: '))
  ben.post('what is new?')
  await ben.waitFor(({ elements }) => elements.some(({ actionId }) => actionId === 'mailbox_connect'))
  await house.bot.kill()

  await house.startBot({ REPLY_STREAMING: 'native' })
  await asked('tell me, as a stream', ({ shown }) => shown.includes(HALF.trim()))
  // Where Slack takes no stream, replies are edited for some minutes.
  house.slack.faults.next('chat.startStream', { error: 'method_not_supported_for_channel_type' })
  await asked('tell me, edited', ({ shown }) => shown.includes(HALF.trim()))
  await anna.press(edited, EDIT)
  await house.slack.waitFor(() => anna.modal?.view.blocks.some(({ type }) => type === 'input'))
  const held = await asked('propose held', asks)
  await anna.press(held, APPROVE)
  await anna.waitFor((message) => message.threadTs === held.threadTs && has(message, UNDO))
  // The denial is noted, and the session never hears of it.
  const hold = house.agents.faults.hold('sessions.events.send', 503)
  anna.post('rather tell Ben', { threadTs: superseded.threadTs ?? '' })
  await hold.reached
  await house.slack.waitFor(() => house.slack.deliveries.all.every(({ acknowledged }) => acknowledged))
  await house.bot.kill()
  hold.release()

  const by = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: dirname(resolve(program)), encoding: 'utf8' })
  await saveFixture(house, folder, by.trim())
} finally {
  await house.close()
}

/** Who waits for the person: mail in the inbox that asks something, in conversations where the other side spoke last. */
import { asks } from './digest.js'
import { fetched } from './finding.js'
import { givenName } from './letters.js'
import { list, plain } from './markdown.js'
import { alarmsAbout, mailboxAddress, type ScriptTurn } from './script-turn.js'
import type { SeenMail } from './seen-mail.js'

const LOOKED_THROUGH = 50
const LONGEST = 10

export async function answerWaiting(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me see who asks something of you and has no answer yet.')
  const sent = await fetched(turn, 'in:sent', LOOKED_THROUGH)
  // Last, so that "more" goes on in the inbox.
  const received = await fetched(turn, 'in:inbox', LOOKED_THROUGH)
  const own = (await mailboxAddress(turn))?.toLowerCase()
  const open = received.mails.filter(
    (mail, index) =>
      !mail.bulk &&
      givenName(mail.from) !== '' &&
      mail.from.address.toLowerCase() !== own &&
      asks(mail.body ?? mail.snippet, 1).length > 0 &&
      !sent.mails.some((answer) => isLater(answer, mail)) &&
      received.mails.findIndex((other) => conversation(other) === conversation(mail)) === index,
  )
  const trusted = open.filter((mail) => alarmsAbout(mail, turn).length === 0).slice(0, LONGEST)
  const doubtful = open.filter((mail) => alarmsAbout(mail, turn).length > 0)
  const aside =
    doubtful.length === 0
      ? []
      : [
          `⚠️ I left out ${doubtful.length} that ${doubtful.length === 1 ? 'asks' : 'ask'} something too and that I do not trust. Ask me “is anything suspicious?” to see why.`,
        ]
  if (trusted.length === 0) {
    await turn.say(['I found nothing in your inbox that waits for an answer from you.', ...aside].join('\n\n'))
    return
  }
  turn.shown.showList(trusted)
  const questions = trusted.map(
    (mail, index) => `${index + 1}. “${plain(asks(mail.body ?? mail.snippet, 1).join(' '), 180)}”`,
  )
  await turn.say(
    [
      'These ask something of you, and you have not written in the conversation since:',
      list(trusted, turn.context),
      `**What they ask**\n\n${questions.join('\n')}`,
      ...aside,
      'I go by the words of the mails, so look yourself before you rely on it.',
    ].join('\n\n'),
  )
}

function conversation(mail: SeenMail): string {
  return mail.threadId ?? mail.id
}

function isLater(answer: SeenMail, mail: SeenMail): boolean {
  return conversation(answer) === conversation(mail) && (answer.date?.getTime() ?? 0) >= (mail.date?.getTime() ?? 0)
}

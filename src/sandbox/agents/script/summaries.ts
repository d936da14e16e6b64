/** Summaries of a mail, of a conversation, of a list: sentences of the mails themselves, chosen, never made up. */
import { asks, keySentences } from './digest.js'
import { describe, find, search } from './finding.js'
import type { Filter, Target } from './intent.js'
import { attention, LONGEST_LIST } from './lists.js'
import { header } from './mail-view.js'
import { counted, enumerated, listTitle, plain, sender, when } from './markdown.js'
import { alarmsAbout, type ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenMail } from './seen-mail.js'
import { ordersToAgents, trustworthyText } from './suspicion.js'

export async function answerSummary(turn: ScriptTurn, target: Target): Promise<void> {
  if (target.filter !== undefined && namesNoMail(target.filter)) {
    await turn.say('Let me read through it.')
    const { mails } = await search(turn, target.filter)
    await summarizeMany(turn, mails, describe(target.filter, 'mails'))
    return
  }
  const found = await find(turn, target, !target.plural)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  if (found.mails.length > 1) {
    await summarizeMany(turn, found.mails, 'these mails')
    return
  }
  await turn.say('Let me read the whole conversation.')
  const [mail] = found.mails
  const thread =
    mail.threadId === undefined
      ? []
      : turn.shown.learn(mailsIn(await turn.tools.call('gmail_get_thread_by_id', { threadId: mail.threadId })))
  const mails = thread.filter((one) => !one.labels.includes('DRAFT'))
  turn.shown.mail = mails.filter((one) => !one.labels.includes('SENT')).at(-1) ?? mail
  await turn.say(mails.length > 1 ? threadSummary(turn, mails) : mailSummary(turn, mails[0] ?? mail))
}

/** "summarize my unread mail": a search without a name or a subject in it means all that it finds. */
function namesNoMail(filter: Filter): boolean {
  return filter.from === undefined && filter.about === undefined
}

async function summarizeMany(turn: ScriptTurn, mails: readonly SeenMail[], what: string): Promise<void> {
  if (mails.length === 0) {
    await turn.say(`I found no ${what}.`)
    return
  }
  const some = mails.slice(0, LONGEST_LIST)
  turn.shown.showList(some)
  const lines = some.map(
    (mail, index) =>
      `${index + 1}. **${listTitle(mail)}** — ${sender(mail)}, ${when(mail.date, turn.context)}. ${gist(mail)}`,
  )
  await turn.say(
    [
      `${what.charAt(0).toUpperCase()}${what.slice(1)}, a sentence each:`,
      lines.join('\n'),
      ...attention(turn, some),
    ].join('\n\n'),
  )
}

function gist(mail: SeenMail): string {
  if (ordersToAgents(mail) !== undefined) return 'It tries to give orders to an assistant; see below.'
  return plain(keySentences(trustworthyText(mail), 1).join(' '), 200)
}

function mailSummary(turn: ScriptTurn, mail: SeenMail): string {
  const alarms = alarmsAbout(mail, turn).map((alarm) => `⚠️ ${alarm}`)
  const body = trustworthyText(mail)
  const points = keySentences(body, 4).map((sentence) => `- ${plain(sentence, 260)}`)
  const questions = asks(body, 3).map((ask) => `- ${plain(ask, 220)}`)
  return [
    header(turn, mail),
    ...alarms,
    `**In short**\n\n${points.join('\n') || '- It has no text.'}`,
    ...(questions.length > 0 && !mail.bulk ? [`**Asked of you**\n\n${questions.join('\n')}`] : []),
  ].join('\n\n')
}

function threadSummary(turn: ScriptTurn, mails: readonly SeenMail[]): string {
  const last = mails.at(-1)
  const people = [...new Set(mails.map(sender))]
  const course = mails.map(
    (mail) =>
      `- **${sender(mail)}**, ${when(mail.date, turn.context)}: ${plain(keySentences(trustworthyText(mail), 2).join(' '), 300)}`,
  )
  const open = last === undefined || last.labels.includes('SENT') ? [] : asks(trustworthyText(last), 3)
  const title = mails[0] === undefined ? '' : listTitle(mails[0])
  return [
    `**${title}**: ${counted(mails.length, 'message')} between ${enumerated(people)}, the last one ${when(last?.date, turn.context)}.`,
    `**How it went**\n\n${course.join('\n')}`,
    open.length > 0
      ? `**Open, and yours to answer**\n\n${open.map((ask) => `- ${plain(ask, 240)}`).join('\n')}`
      : last?.labels.includes('SENT')
        ? 'The last word was yours; nobody has answered yet.'
        : 'Nobody asks you anything in the last message.',
  ].join('\n\n')
}

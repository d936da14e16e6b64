/**
 * What became of the mails of a run: each left once or not at all, as its owner saw and approved it, and whoever was told about it, in Slack or as the
 * agent, was told the truth.
 */

import type { Problem } from './accounting.js'
import { toldIn } from './cards.js'
import { type ChaosHouse, mailOf } from './chaos-house.js'
import type { HeardTurn, MailCall, MailResult } from './hearing.js'
import type { AskedMail, Ledger } from './ledger.js'
import { BOT } from './stage.js'

interface Sent {
  readonly subject: string
  readonly text: string
  readonly date: number
}

interface AskedCall extends MailCall {
  readonly turn: HeardTurn
}

/** The clocks of the mailbox and of the event log are read one after the other. */
const SAME_MOMENT_MS = 5

/** Everything about mails that is not as it should be. */
export function mailProblems(chaos: ChaosHouse, ledger: Ledger, turns: readonly HeardTurn[]): Problem[] {
  const calls = new Map<string, AskedCall[]>()
  for (const turn of turns) {
    for (const call of turn.mails) {
      const key = keyOf(ledger, call.input)
      calls.set(key, [...(calls.get(key) ?? []), { ...call, turn }])
    }
  }
  return [...ledger.mails.values()].flatMap((mail) => problemsOf(chaos, ledger, mail, calls.get(mail.key) ?? []))
}

/** Which mail a call is about. */
function keyOf({ mails }: Ledger, { to, draft_id }: MailCall['input']): string {
  if (typeof to === 'string') return to.replace(/@.*/, '')
  return [...mails.values()].find(({ draftId }) => draftId === draft_id)?.key ?? ''
}

function problemsOf(chaos: ChaosHouse, ledger: Ledger, mail: AskedMail, calls: readonly AskedCall[]): Problem[] {
  const problems: Problem[] = []
  const say = (kind: Problem['kind'], what: string) => problems.push({ kind, what: `${mail.key} ${what}` })
  const sent = sentOf(chaos, mail)
  const told = toldIn(
    chaos.house.slack
      .person(mail.person)
      .messages()
      .filter(({ user }) => user === BOT),
    mail.key,
  )
  if (sent.length > 1) say('duplicated', `was sent ${sent.length} times`)
  for (const each of sent) {
    if (!isApproved(mail, each))
      say('wrong', `left as "${each.subject}: ${each.text.trim()}", which no card showed before a press`)
    if (mail.presses[0]?.kind === 'deny' && mail.presses[0].acknowledged) say('wrong', 'left though it was denied')
    if (mail.wasSaidToBeStopped) say('wrong', 'left though Slack had said that it does not')
  }
  for (const { results, turn } of calls) {
    const mayBeUnheard = ledger.stopped.has(mail.token) || turn.revised || !turn.ended
    if (results.length > 1) say('duplicated', `was answered ${results.length} times`)
    if (results.length === 0 && !mayBeUnheard) say('stuck', 'was never answered')
    for (const result of results) checkHeard(result, sent, mail, say)
  }
  // Nothing was asked, or all of it went away with the question.
  const hasFailed = calls.every(({ results }) => results.some(({ text }) => isUnaskable(text)))
  if (calls.length === 0 || hasFailed) return problems
  const mayBeUntold = calls.every(({ turn }) => turn.revised) || isQuestionGone(ledger, mail)
  if (told.length === 0 && mayBeUntold && sent.length === 0) return problems
  if (told.includes('under_way') && !told.some(isFinal)) say('stuck', 'is under way for ever, says Slack')
  if (!told.some(isFinal)) say('lost', 'came to an end that Slack does not tell')
  if (sent.length > 0 && told.includes('not_sent')) say('wrong', 'was sent, and Slack says that it was not')
  if (sent.length === 0 && told.includes('sent')) say('wrong', 'was not sent, and Slack says that it was')
  if (sent.length > 0 && told.some(isFinal) && !told.includes('sent') && !told.includes('unknown'))
    say('wrong', 'was sent, and Slack does not say so')
  if (isApprovedForCertain(mail) && sent.length === 0 && !told.includes('unknown'))
    say('lost', `was approved and not sent (${told.join()})`)
  return problems
}

function checkHeard(
  { text, at }: MailResult,
  sent: readonly Sent[],
  mail: AskedMail,
  say: (kind: Problem['kind'], what: string) => void,
): void {
  const [first] = sent
  const saysSent = /^Sent[,.]/.test(text)
  if (saysSent && first === undefined) say('wrong', 'was not sent, and the agent heard that it was')
  if (saysSent && first !== undefined && at + SAME_MOMENT_MS < first.date)
    say('wrong', 'had not left yet when the agent heard that it was sent')
  if (/nothing was sent|did not decide/i.test(text) && first !== undefined)
    say('wrong', `was sent, and the agent heard "${text.slice(0, 80)}"`)
  const isEdited =
    first !== undefined && mail.presses.some(({ kind, shown }) => kind === 'edit' && shown === wordsOf(first))
  if (saysSent && isEdited && !text.includes(first.text.trim()))
    say('lost', 'was edited, and the agent did not hear how')
}

/** The bot had no card for it: the agent hears why. */
function isUnaskable(text: string): boolean {
  return /send_at is in the past|no usable|does not exist|could not be read/.test(text)
}

function sentOf(chaos: ChaosHouse, { key, person }: AskedMail): Sent[] {
  const messages = chaos.house.scalekit.mailboxes.get(mailOf(person))?.messages() ?? []
  return messages
    .filter(({ mail, labels }) => labels.has('SENT') && mail.to.some(({ address }) => address.startsWith(`${key}@`)))
    .map(({ mail, date }) => ({ subject: mail.subject, text: mail.text, date }))
}

function wordsOf({ subject, text }: Sent): string {
  return `${subject}\n${text.trim()}`
}

function isApproved({ presses }: AskedMail, sent: Sent): boolean {
  return presses.some(({ kind, shown }) => {
    if (kind === 'edit') return shown === wordsOf(sent)
    return kind === 'send' && shown.includes(`Subject: ${sent.subject}`) && shown.includes(sent.text.trim())
  })
}

/** The first thing that reached the bot was a yes, and nothing came between. */
function isApprovedForCertain({ presses, isUndisturbed }: AskedMail): boolean {
  const isOnlyYes = presses.every(({ kind }) => kind === 'send' || kind === 'edit')
  return isUndisturbed && isOnlyYes && presses.some(({ acknowledged }) => acknowledged)
}

function isFinal(told: string): boolean {
  return told !== 'under_way'
}

function isQuestionGone({ written }: Ledger, { token }: AskedMail): boolean {
  return written.some((each) => each.token === token && each.fate !== 'heard')
}

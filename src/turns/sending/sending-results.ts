/** What the agent hears of a mail that it asked to send. Pure. */

import type { DeniedBy } from '../model.js'
import type { MailAddress, OutgoingMail, ResolvedMail } from '../outgoing-mail.js'
import type { HostResult } from './host-tools.js'

/** Final as far as the agent is concerned: null while it is asked about, held for the undo window, or leaving. */
export function sendingResult(
  mail: OutgoingMail,
  content: ResolvedMail | null,
  denial: { readonly by: DeniedBy | null; readonly reason: string | null },
): HostResult | null {
  switch (mail.state) {
    case 'asking':
    case 'sending':
      return null
    case 'held':
      return mail.sendAt === null || mail.draftId === null ? null : said(scheduled(mail, content))
    case 'sent':
      // Its draft is being looked at: the agent hears of both at once.
      return mail.ownDraft === 'pending' ? null : said(`${sent(mail, content)}${draftLeft(mail)}`)
    case 'undone':
      return said(
        `The person approved this and then undid it: nothing was sent.${kept(mail)} Do not send it again unless they ask.`,
      )
    case 'cancelled':
      return said(`The person cancelled this before its time: nothing was sent.${kept(mail)}`)
    case 'denied':
      return deniedResult(denial)
    case 'refused':
      return { text: `Nothing was sent. ${mail.why ?? 'The mailbox did not accept it.'}`, failed: true }
    case 'unconfirmed':
      return {
        text: 'It is not known whether this was sent: the mailbox did not answer, and the Sent mail does not hold it. Say exactly that. Do not send it again unless the person has looked and asks for it.',
        failed: true,
      }
    case 'ended_access':
      return { text: 'Nothing was sent: Gmail was disconnected first.', failed: true }
  }
}

/** What the agent hears where a new message took the place of a decision. */
export const WRITTEN_INSTEAD =
  'The person did not decide this. They wrote a new message instead, which follows: go on with that. Do this only if they ask for it again; if all they say is yes, call the tool once more, since only their press decides.'

/** What the agent hears where its owner said yes to the others that they were asked about at once. */
export const LEFT_OUT =
  'The person said yes to the others and left this one out: it stays as it is. Say so. Do not ask about it again unless they do.'

function said(text: string): HostResult {
  return { text, failed: false }
}

/** What the agent hears of a no. */
export function deniedResult({
  by,
  reason,
}: {
  readonly by: DeniedBy | null
  readonly reason: string | null
}): HostResult {
  if (by === 'new_message') return said(WRITTEN_INSTEAD)
  if (by === 'ended_access') return { text: 'Nothing was sent: Gmail was disconnected first.', failed: true }
  if (reason === null) return said('The person said no: nothing was sent. Do not try another way round.')
  return said(
    `Nothing was sent. The person wants it changed first. In their words: ${reason}\nCall the tool again with the changed email.`,
  )
}

function scheduled(mail: OutgoingMail, content: ResolvedMail | null): string {
  return `Approved, and scheduled for ${timeOf(mail.dueAt ?? mail.sendAt ?? 0)}. Nothing has been sent yet; it leaves by itself then, unless the person cancels it.${mail.edited ? ` ${asItReads(content)}` : ''}`
}

function sent(mail: OutgoingMail, content: ResolvedMail | null): string {
  const { edited, late, endedAt } = mail
  const at = late && endedAt !== null ? ` at ${timeOf(endedAt)}` : ''
  const why = late ? ' The time it was proposed for had passed, and the person sent it at once.' : ''
  if (edited) return `Sent${at}.${why} The person changed it first. ${asItReads(content)}`
  return late ? `Sent${at}.${why} It says exactly what was proposed.` : 'Sent, exactly as proposed.'
}

/** One line, which no word of the mail runs into. */
function draftLeft({ ownDraft }: OutgoingMail): string {
  if (ownDraft !== 'changed') return ''
  return '\n\nThe draft in their Gmail was changed meanwhile: it was not put in the trash, and is still there.'
}

function asItReads(content: ResolvedMail | null): string {
  if (content === null) return 'Their version differs from yours; read it in the mailbox before you quote it.'
  const { to, cc, bcc, subject, body } = content.content
  const lines = [
    `To: ${list(to)}`,
    ...(cc.length === 0 ? [] : [`Cc: ${list(cc)}`]),
    ...(bcc.length === 0 ? [] : [`Bcc: ${list(bcc)}`]),
    `Subject: ${subject}`,
  ]
  return `Word for word it says:\n${lines.join('\n')}\n\n${body.source}`
}

/** @param at epoch milliseconds */
function timeOf(at: number): string {
  return new Date(at).toISOString()
}

function list(addresses: readonly MailAddress[]): string {
  return addresses.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', ')
}

function kept({ draftId }: OutgoingMail): string {
  return draftId === null ? '' : ' The text is still a draft in their Gmail.'
}

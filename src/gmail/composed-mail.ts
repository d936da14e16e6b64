/** The mail that a request without a draft stands for: recipients, subject and place. */

import { type MailContent, type SendRequest, UnsendableMail } from '../turns/outgoing-mail.js'
import { decoded, isUsableAddress, recipientsIn } from './addresses.js'
import { answeredMessage, replySubject, replyTargets } from './mail-threads.js'
import type { OwnersMailbox } from './owners-mailbox.js'

interface Composed {
  readonly content: MailContent
  readonly repliesTo: readonly string[]
}

/** @throws UnsendableMail */
export function newMail(request: Extract<SendRequest, { type: 'new' }>, { owner }: OwnersMailbox): Composed {
  const content: MailContent = {
    ...composed(request, owner),
    to: recipients('to', request.to),
    subject: decoded(request.subject),
    threadId: request.threadId,
    inReplyTo: null,
  }
  if (content.to.length === 0) throw new UnsendableMail('The email has no recipient: give an address in `to`.')
  return { content, repliesTo: [] }
}

/** @throws UnsendableMail, NotConnected, Unavailable, OperatorProblem */
export async function reply(
  request: Extract<SendRequest, { type: 'reply' }>,
  mailbox: OwnersMailbox,
): Promise<Composed> {
  const thread = await mailbox.thread(request.threadId)
  if (thread === null) throw new UnsendableMail('There is no such email thread.')
  const answered = answeredMessage(thread.messages, request.inReplyTo)
  const targets = replyTargets(answered, mailbox.owner)
  const to = request.to === null ? targets.to : recipients('to', request.to)
  if (to.length === 0 || !to.every(({ address }) => isUsableAddress(address)))
    throw new UnsendableMail('The message does not say whom an answer goes to: give an address in `to`.')
  const content: MailContent = {
    ...composed(request, mailbox.owner),
    to,
    subject: request.subject === null ? replySubject(answered.fields.subject) : decoded(request.subject),
    threadId: thread.id,
    inReplyTo: answered.id,
  }
  return { content, repliesTo: request.to === null ? targets.elsewhere : [] }
}

function composed({ cc, bcc, body, format }: Exclude<SendRequest, { type: 'draft' }>, owner: string | null) {
  return {
    from: owner === null ? null : { name: '', address: owner },
    cc: recipients('cc', cc),
    bcc: recipients('bcc', bcc),
    body: { format, source: body },
    attachments: [],
    otherFields: [],
  }
}

function recipients(field: string, texts: readonly string[]) {
  const list = recipientsIn(texts)
  if ('unusable' in list) throw new UnsendableMail(`Not an email address in \`${field}\`: ${list.unusable.join(', ')}`)
  return list.addresses
}

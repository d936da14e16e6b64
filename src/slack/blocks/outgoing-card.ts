/**
 * The card of a mail that is to leave: what it says first, then whom it goes to, beside the buttons. Its owner approves this content, so each button that
 * approves carries the beginning of its hash: pressed on an older card, it approves nothing newer. Pure.
 */

import type { Button, KnownBlock } from '@slack/web-api'
import { visibly } from '../../gmail/look-alikes.js'
import { isReplyTool } from '../../gmail/tool-words.js'
import type { OutgoingMailView, ResolvedMail } from '../../turns/outgoing-mail.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView } from '../../turns/view.js'
import { ACTIONS } from './action-ids.js'
import { lines, onOneLine, quotes, richTexts } from './card-text.js'
import { fieldsInShort, fieldsOf, recipientFields, value } from './outgoing-fields.js'
import * as words from './outgoing-words.js'

/** An approval that is about a mail. */
export type OutgoingApproval = ApprovalView & { readonly outgoing: OutgoingMailView }

export function isOutgoing(approval: ApprovalView): approval is OutgoingApproval {
  return approval.outgoing !== undefined
}

/** It waits for its owner's word; also once more, where what they approved was changed before it left. */
export function isAskingToSend({ decision, outgoing }: OutgoingApproval): boolean {
  return outgoing.state === 'asking' && (decision === null || outgoing.changed)
}

/** It was approved and has not left: there is a button that stops it, or soon none any more. */
export function isUnderWay({ decision, outgoing: { state } }: OutgoingApproval): boolean {
  return state === 'held' || state === 'sending' || (state === 'asking' && decision === 'approved')
}

/** Characters of a hash that tell one content from another. */
export const HASH_SHOWN = 16

/** On a card that says that its mail's time has passed. It stands in messages: rename nothing. */
export const AT_ONCE = 'now'

/** What a button that approves stands for: the approval, and for a mail the content that was shown, and that it leaves at once in spite of its time. */
export function approvalValue({ id, outgoing }: Pick<ApprovalView, 'id' | 'outgoing'>): string {
  const hash = outgoing?.mail?.hash
  if (hash === undefined) return id
  return [id, hash.slice(0, HASH_SHOWN), ...(outgoing?.isLate === true ? [AT_ONCE] : [])].join(':')
}

/** What stands above, and what stands beside the buttons in the same message. */
export interface CardParts {
  readonly head: KnownBlock[]
  readonly tail: KnownBlock[]
}

/** Fields with more characters than this stand above; beside the buttons, who and how many stay. */
const MOST_BESIDE_BUTTONS = 6_000
/** A block is cut at its end, and no address should be. */
const MOST_ON_A_LINE = 25

/** The question whether to send it. */
export function outgoingQuestion(approval: OutgoingApproval): CardParts {
  const { outgoing } = approval
  const { mail, changed, sendAt, isLate, timeZone } = outgoing
  const head: KnownBlock[] = [
    ...(changed ? [ours(words.CHANGED)] : []),
    ...(isLate ? [ours(words.TIME_PASSED)] : []),
    ours(words.question(inPassing(approval).isReply, isLate ? 'now' : sendAt, timeZone)),
  ]
  if (mail === null) return { head, tail: [ours(words.NOT_SHOWN), buttons(approval)] }
  const fields = fieldsOf(mail, approval.mailbox)
  const isLong = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > MOST_BESIDE_BUTTONS
  return {
    head: [
      ...head,
      ...text(mail),
      ...(isLong ? richTexts(lines(fieldsOf(mail, approval.mailbox, MOST_ON_A_LINE))) : []),
    ],
    tail: [...richTexts(lines(isLong ? fieldsInShort(mail, fields) : fields)), buttons(approval)],
  }
}

function text(mail: ResolvedMail): KnownBlock[] {
  const readable = visibly('body', mail.readable)
  return quotes(readable.trim() === '' ? words.NO_TEXT : readable)
}

function buttons(approval: OutgoingApproval): KnownBlock {
  const { id, outgoing } = approval
  const { mail, sendAt, isLate } = outgoing
  const label = isLate ? words.SEND_NOW : sendAt === null ? words.SEND : words.SCHEDULE
  const passing = inPassing(approval)
  const send: Button[] =
    mail === null
      ? []
      : [
          {
            type: 'button',
            action_id: ACTIONS.approve,
            style: 'primary',
            text: plain(label),
            accessibility_label: words.sendLabel(passing, label),
            value: approvalValue(approval),
          },
        ]
  const edit: Button[] = isEditable(mail)
    ? [
        {
          type: 'button',
          action_id: ACTIONS.edit,
          text: plain(words.EDIT),
          accessibility_label: words.editLabel(passing),
          value: id,
        },
      ]
    : []
  return {
    type: 'actions',
    block_id: `approval:${id}`,
    elements: [
      ...send,
      ...edit,
      {
        type: 'button',
        action_id: ACTIONS.change,
        text: plain(words.CHANGE),
        accessibility_label: words.changeLabel(passing),
        value: id,
      },
      {
        type: 'button',
        action_id: ACTIONS.deny,
        style: 'danger',
        text: plain(words.DO_NOT_SEND),
        accessibility_label: words.doNotSendLabel(passing),
        value: id,
      },
    ],
  }
}

function isEditable(mail: ResolvedMail | null): boolean {
  return mail !== null && !mail.leavesAsDraft && mail.content.attachments.length === 0
}

function plain(said: string) {
  return { type: 'plain_text', text: said } as const
}

/** mrkdwn of our own words. */
function ours(said: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: said } }
}

export function inPassing({ step, outgoing }: OutgoingApproval): words.MailInPassing {
  return passing(outgoing.mail, step.name)
}

/** @param tool what was asked to send it, for when nobody knows what it says */
export function passing(mail: ResolvedMail | null, tool = ''): words.MailInPassing {
  if (mail === null) return { isReply: isReplyTool(tool), who: null }
  const { to, cc, bcc, inReplyTo } = mail.content
  const [one, ...others] = [...to, ...cc, ...bcc]
  if (one === undefined) return { isReply: inReplyTo !== null, who: null }
  const name = value('to', one.name || one.address)
  return { isReply: inReplyTo !== null, who: words.andOthers(shorten(name, 40), others.length) }
}

const LONGEST_REASON = 500
const LONGEST_RECIPIENTS = 500

/** What became of it, in one line, and whom it was for in another. Plain text. */
export function outgoingLine(approval: OutgoingApproval, isOver: boolean): string {
  const { mail } = approval.outgoing
  const recipients = mail === null ? [] : recipientFields(mail.content).map(([name, people]) => `${name}: ${people}`)
  const said = outcome(approval, isOver)
  return recipients.length === 0 ? said : `${said}\n${shorten(recipients.join(' · '), LONGEST_RECIPIENTS)}`
}

function outcome(approval: OutgoingApproval, isOver: boolean): string {
  const { decision, deniedBy, reason, outgoing } = approval
  const { state, sendAt, dueAt, endedAt, why, timeZone } = outgoing
  const mail = inPassing(approval)
  switch (state) {
    case 'asking':
    case 'denied':
      if (decision === 'approved' && state === 'asking') return isOver ? words.nobodyDecided(mail) : words.sending(mail)
      if (decision === null && state === 'asking') return words.nobodyDecided(mail)
      if (deniedBy === 'new_message') return words.setAside(mail)
      if (deniedBy === 'ended_access') return words.disconnected(mail)
      if (deniedBy === 'outdated') return words.askedAnew(mail)
      return reason === null ? words.notSent(mail) : words.changeAsked(mail, shorten(onOneLine(reason), LONGEST_REASON))
    case 'held':
      if (sendAt !== null && dueAt !== null) return words.scheduledFor(mail, dueAt, timeZone, !isOver)
      return isOver ? words.toldBelow(mail) : words.sendingAt(mail, dueAt, timeZone)
    case 'sending':
      return isOver ? words.toldBelow(mail) : words.sending(mail)
    case 'sent':
      return words.sent(mail, endedAt, timeZone) + (outgoing.isDraftKept ? `. ${words.DRAFT_KEPT}` : '')
    case 'undone':
      return words.undone(mail)
    case 'cancelled':
      return words.cancelled(mail)
    case 'refused':
      return words.refused(mail, why)
    case 'unconfirmed':
      return words.unconfirmed(mail)
    case 'ended_access':
      return words.disconnected(mail)
  }
}

/**
 * What became of it, with the button that still stops it, and the text where its owner changed it: nobody has seen that yet.
 * @param canStop whether this message follows what happens to the mail
 */
export function outgoingOutcome(
  approval: OutgoingApproval,
  { isOver, canStop }: { isOver: boolean; canStop: boolean },
): CardParts {
  const { outgoing } = approval
  const { mail, edited, state } = outgoing
  const showsText = edited && mail !== null && (isUnderWay(approval) || state === 'sent')
  return {
    head: showsText
      ? [
          small(state === 'sent' ? words.EDITED : words.EDITED_NOT_SENT),
          ...richTexts(lines([['Subject', value('subject', mail.content.subject) || words.NO_SUBJECT]])),
          ...text(mail),
        ]
      : [],
    tail: [small(outgoingLine(approval, isOver)), ...(canStop && state === 'held' ? [stopButtons(approval)] : [])],
  }
}

function stopButtons(approval: OutgoingApproval): KnownBlock {
  const { id, outgoing } = approval
  const mail = inPassing(approval)
  return {
    type: 'actions',
    block_id: `outgoing:${id}`,
    elements: [outgoing.sendAt === null ? undoButton(id, mail) : cancelButton(id, mail)],
  }
}

function undoButton(id: string, mail: words.MailInPassing): Button {
  const accessibility_label = words.undoLabel(mail)
  return { type: 'button', action_id: ACTIONS.undoSend, text: plain(words.UNDO), accessibility_label, value: id }
}

/** Stops what waits for its time. */
export function cancelButton(id: string, mail: words.MailInPassing): Button {
  const accessibility_label = words.cancelLabel(mail)
  return {
    type: 'button',
    action_id: ACTIONS.cancelScheduled,
    text: plain(words.CANCEL),
    accessibility_label,
    value: id,
  }
}

function small(said: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text: said, emoji: false }] }
}

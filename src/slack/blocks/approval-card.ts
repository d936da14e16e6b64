/**
 * What a tool call would do, shown to its owner in full before anything happens. Whatever comes from the agent or a mail stands in rich text, in which
 * Slack reads neither markup nor mentions: an address keeps its underscores, and no subject can look like another field. Pure.
 */

import type { Button, KnownBlock } from '@slack/web-api'
import { emailsIn, namesAll } from '../../gmail/label-changes.js'
import { recipientWarning, visibly } from '../../gmail/look-alikes.js'
import { fieldsOf, isLabels, isList, isUnnamed, type ToolField } from '../../gmail/tool-fields.js'
import { approvalQuestion, approveLabel, denyLabel, isWholeChange, leavesMailbox } from '../../gmail/tool-words.js'
import type { ApprovalView } from '../../turns/view.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { ACTIONS } from './action-ids.js'
import { approvalOutcome, inPassing, type Stage } from './approval-outcome.js'
import * as words from './approval-words.js'
import { button, described, lines, literal, numbered, onOneLine, quotes, richTexts, small } from './card-text.js'
import { type CardParts, isAskingToSend, isOutgoing, outgoingOutcome, outgoingQuestion } from './outgoing-card.js'

/** Whether it waits for its owner's word. */
export function isOpen(approval: ApprovalView): boolean {
  return isOutgoing(approval) ? isAskingToSend(approval) : approval.decision === null
}

/** The blocks that ask for one decision, or tell how it went: what may stand in messages above, and what is not taken apart. */
export function approvalParts(approval: ApprovalView, stage: Stage = 'open'): CardParts {
  if (!isOutgoing(approval)) return { head: [], tail: toolCard(approval, stage) }
  if (!isOpen(approval) || stage !== 'open')
    return outgoingOutcome(approval, { isOver: stage !== 'open', canStop: stage === 'open' })
  const { head, tail } = outgoingQuestion(approval)
  return { head: [small(words.OUR_OWN_WORDS), ...head], tail }
}

/** Of a tool that the session runs by itself. */
function toolCard(approval: ApprovalView, stage: Stage): KnownBlock[] {
  const { step, decision, mailbox } = approval
  const isWhole = isWholeChange(step.name, step.input)
  // What its owner turned down is not read again in the form that nobody wants.
  const fields = fieldsOf(step.input, approval.names).filter(
    (field) =>
      !(isWhole && isLabels(field)) && !(isRejected(approval) && field.kind === 'body') && !isList(field, step.input),
  )
  const many = emailsIn(step.input)
  const isUnseen = !namesAll(step.input, approval.names)
  const blocks: KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escapeMrkdwn(approvalQuestion(step.name, step.input))}*` } },
    ...richTexts(mailbox === null ? [] : lines([[leavesMailbox(step.name) ? words.FROM : words.MAILBOX, mailbox]])),
    ...(many !== null && fields.length === 0 ? [] : details(fields, recipientWarning(step.input))),
    ...(many === null ? [] : numbered(many.map(entryOf(approval)))),
  ]
  if (decision !== null || stage !== 'open') {
    const text = approvalOutcome(approval, stage)
    return [...blocks, { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }]
  }
  const deny = denyLabel(step.name, step.input)
  const labelled = ([action_id, text, style]: LabelledButton): Button => ({
    ...button(action_id, text, approval.id, style),
    accessibility_label: words.buttonLabel(text, inPassing(approval)),
  })
  return [
    small(words.OUR_OWN_WORDS),
    ...blocks,
    ...(isUnseen ? [small(words.someUnnamed(deny))] : isUnnamed(fields) ? [small(words.unnamed(deny))] : []),
    {
      type: 'actions',
      block_id: `approval:${approval.id}`,
      elements: [
        ...(isUnseen ? [] : [labelled([ACTIONS.approve, approveLabel(step.name, step.input), 'primary'])]),
        labelled([ACTIONS.deny, deny, 'danger']),
        labelled([ACTIONS.change, words.CHANGE]),
      ],
    },
  ]
}

/** Of the emails that one call is about at once. */
function entryOf({ names, dates }: ApprovalView): (id: string) => string {
  return (id) => {
    const what = names.get(id)
    return what === undefined ? words.NO_NAME : described(what, dates?.get(id) ?? null)
  }
}

type LabelledButton = readonly [actionId: string, text: string, style?: 'primary' | 'danger']

function details(fields: readonly ToolField[], warnings: readonly string[]): KnownBlock[] {
  if (fields.length === 0) return richTexts([literal(words.WITHOUT_DETAILS)])
  const short = fields.filter(({ kind }) => kind === 'short')
  const bodies = fields.filter(({ kind }) => kind === 'body')
  return [
    ...richTexts(lines(short.map(({ name, label, value }) => [onOneLine(label), onOneLine(visibly(name, value))]))),
    ...richTexts(lines(warnings.map((warning) => [words.CHECK, onOneLine(warning)]))),
    ...bodies.flatMap(({ label, value }) => [
      ...(bodies.length === 1 ? [] : richTexts([literal(onOneLine(label), true)])),
      ...quotes(value),
    ]),
  ]
}

/** A shorter text may stand in an answer by chance. */
const SHORTEST = 40

/**
 * Texts of emails that the answer above need not repeat: a card below shows them, or their owner asked for another one.
 * @param isAsking whether open questions stand below the answer
 */
export function textsOnCards(approvals: readonly ApprovalView[], isAsking: boolean): string[] {
  const isFolded = (approval: ApprovalView) => (isAsking && isOpen(approval)) || isRejected(approval)
  // A card that cannot show its mail shows no text of it either.
  const isShown = ({ outgoing }: ApprovalView) => outgoing?.mail !== null
  return approvals
    .filter((approval) => isFolded(approval) && isShown(approval))
    .flatMap(({ step }) => {
      const { body } = step.input
      return typeof body === 'string' && body.trim().length >= SHORTEST ? [body] : []
    })
}

/** Its owner wants something else in its place. */
function isRejected({ decision, reason }: ApprovalView): boolean {
  return decision === 'denied' && reason !== null
}

/**
 * What a tool call would do, shown to its owner in full before anything happens. Whatever comes from the agent or a mail stands in rich text, in which
 * Slack reads neither markup nor mentions: an address keeps its underscores, and no subject can look like another field. Pure.
 */

import type { Button, KnownBlock } from '@slack/web-api'
import { recipientWarning, visibly } from '../../gmail/look-alikes.js'
import { fieldsOf, isLabels, isUnnamed, type ToolField } from '../../gmail/tool-fields.js'
import {
  approvalQuestion,
  approveLabel,
  denyLabel,
  isWholeChange,
  leavesMailbox,
  severalLabels,
} from '../../gmail/tool-words.js'
import type { SeveralLabels } from '../../gmail/tools.js'
import type { ApprovalView } from '../../turns/view.js'
import { BUTTON_VALUE_CHARACTERS } from '../api/limits.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { ACTIONS } from './action-ids.js'
import { approvalOutcome, inPassing, type Stage } from './approval-outcome.js'
import * as words from './approval-words.js'
import { lines, literal, onOneLine, quotes, richTexts } from './card-text.js'
import {
  approvalValue,
  type CardParts,
  isAskingToSend,
  isOutgoing,
  outgoingOutcome,
  outgoingQuestion,
} from './outgoing-card.js'

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
  const fields = fieldsOf(step.input, approval.names).filter((field) => !(isWhole && isLabels(field)))
  const blocks: KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escapeMrkdwn(approvalQuestion(step.name, step.input))}*` } },
    ...richTexts(mailbox === null ? [] : lines([[leavesMailbox(step.name) ? words.FROM : words.MAILBOX, mailbox]])),
    ...details(fields, recipientWarning(step.input)),
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
    ...(isUnnamed(fields) ? [small(words.unnamed(deny))] : []),
    {
      type: 'actions',
      block_id: `approval:${approval.id}`,
      elements: [
        labelled([ACTIONS.approve, approveLabel(step.name, step.input), 'primary']),
        labelled([ACTIONS.deny, deny, 'danger']),
        labelled([ACTIONS.change, words.CHANGE]),
      ],
    },
  ]
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

/**
 * Decides all that is open at once; none where there is just one, or more than a button can name. It means exactly those that stand above it: a
 * question that comes later is not covered.
 */
export function approvalsTogether(open: readonly ApprovalView[]): KnownBlock[] {
  if (open.length < 2) return []
  const seen = open.filter((approval) => !isUnseen(approval))
  const approve = seen.length < 2 ? '' : jointValue(seen.map(approvalValue))
  const deny = jointValue(open.map(({ id }) => id))
  const yes = together(seen)?.approve(seen.length) ?? words.approveAll(seen.length)
  const no = together(open)?.deny ?? words.denyAll(open.length)
  const buttons = [
    ...(approve === '' ? [] : [button(ACTIONS.approveAll, yes, approve, 'primary')]),
    ...(deny === '' ? [] : [button(ACTIONS.denyAll, no, deny, 'danger')]),
  ]
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: `approvals:${open[0]?.id}`, elements: buttons }]
}

/** What the buttons say where all of them ask for the same; null where they do not. One that waits for a time is scheduled, and not sent. */
function together(approvals: readonly ApprovalView[]): SeveralLabels | null {
  const all = approvals.map(({ step }) => severalLabels(step.name, step.input))
  const [first = null] = all
  const isSame = (other: SeveralLabels | null) => other?.approve(2) === first?.approve(2) && other?.deny === first?.deny
  const hasTime = approvals.some(({ outgoing }) => outgoing !== undefined && outgoing.sendAt !== null)
  return !hasTime && all.every(isSame) ? first : null
}

/** Nobody has seen what a press would approve: it has no button for that, and none for several covers it. */
function isUnseen({ outgoing }: ApprovalView): boolean {
  return outgoing?.mail === null
}

/** For a message that was written while these wait: going on with it means a no to all of them. */
export function denyInstead(open: readonly string[]): KnownBlock[] {
  const value = jointValue(open)
  return value === '' ? [] : [{ type: 'actions', elements: [button(ACTIONS.denyAll, words.DENY_INSTEAD, value)] }]
}

/** What a button for several stands for; empty where that is more than a button can name. */
function jointValue(parts: readonly string[]): string {
  const value = parts.join(',')
  return value.length > BUTTON_VALUE_CHARACTERS ? '' : value
}

function button(action_id: string, text: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    action_id,
    ...(style === undefined ? {} : { style }),
    text: { type: 'plain_text', text },
    value,
  }
}

/** mrkdwn of our own words. */
function small(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}

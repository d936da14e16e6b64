/** What a reply looks like in Slack: one value in, one or more messages out. Pure, so that the same state always looks the same. */

import { ENDING_WORDS } from '../../turns/endings.js'
import { isWriting, replyTexts } from '../../turns/reply.js'
import { shorten } from '../../turns/shorten.js'
import type { ReplyView } from '../../turns/view.js'
import type { MessageContent } from '../api/poster.js'
import { isOpen, textsOnCards } from '../blocks/approval-card.js'
import { approvalsTogether, questionParts, questionsIn } from '../blocks/approval-group.js'
import { helpText } from '../commands/command-words.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import type { Part } from '../markdown/markdown.js'
import { Pager } from '../markdown/pages.js'
import { plainText } from '../markdown/plain-text.js'
import { without } from '../markdown/said-once.js'
import { closing, connecting, stageOf } from './closing.js'
import { append, units } from './fitting.js'
import { line } from './lines.js'
import type { ReplyLook } from './reply-look.js'
import * as words from './reply-words.js'
import { undoBlocks } from './undo-button.js'

const NOTIFICATION_LENGTH = 140

/**
 * The messages of the reply, in order; at least one. All but the last stay as they are while the reply grows.
 * @param pager kept by whoever shows a growing reply, so that what is frozen is not read again at every edit
 */
export function replyMessages(view: ReplyView, look: ReplyLook, pager: Pager = new Pager()): MessageContent[] {
  const isWhole = view.phase.type === 'ended' || view.phase.type === 'deciding' || !isWriting(view.reply)
  const texts = pager.update(parts(view, look), isWhole ? 'final' : look.isBare === true ? 'whole blocks' : 'live')
  const bodies = texts.length === 0 ? [''] : texts
  const notification = notificationText(view, bodies)
  const messages = bodies.map((text, index): MessageContent => {
    return {
      text: index === 0 ? notification : `… ${notificationOf(text)}`,
      blocks: text === '' ? [] : [{ type: 'markdown', text }],
    }
  })
  // Before its first paragraph is whole there is nothing to be bare with.
  return append(messages, closing(view, texts.length === 0 ? { ...look, isBare: false } : look))
}

/** What only the owner may see of a reply that others can read: messages in their DM. */
export function cardMessages(view: ReplyView, look: ReplyLook): MessageContent[] {
  return cards(view, look).flat()
}

/** Which of the card messages is the first that asks something; -1 where none does. */
export function firstOpenCard(view: ReplyView, look: ReplyLook): number {
  const open = questionsIn(view.approvals).findIndex((question) => question.some(isOpen))
  return open === -1 ? -1 : cards(view, look).slice(0, open).flat().length
}

/** The messages of each question. */
function cards(view: ReplyView, look: ReplyLook): MessageContent[][] {
  if (look.audience === 'owner') return []
  const about = (said: (channel: string) => string) => (look.askedIn === undefined ? [] : [line(said(look.askedIn))])
  if (view.phase.type === 'connecting') {
    const blocks = [...about(words.askedIn), ...connecting(view.phase, look)]
    return [[{ text: words.NOTIFICATIONS.connect, blocks }]]
  }
  const stage = stageOf(view)
  const over = stage !== 'open'
  const open = over ? [] : view.approvals.filter(isOpen)
  const questions = questionsIn(view.approvals)
  const last = questions.findLast((question) => question.some(isOpen))
  return questions.map((question) => {
    const together = question === last ? approvalsTogether(open) : []
    const isAsking = question.some(isOpen)
    const message = { text: cardNotification(isAsking, over), blocks: [] }
    const { head, tail } = questionParts(question, stage)
    return append(
      [message],
      units({
        head: [...about(isAsking && !over ? words.decideAbout : words.askedIn), ...head],
        tail: [...tail, ...(over ? undoBlocks(question) : []), ...together],
      }),
    )
  })
}

function cardNotification(isOpen: boolean, over: boolean): string {
  if (!isOpen) return words.NOTIFICATIONS.decided
  return over ? words.NOTIFICATIONS.over : words.NOTIFICATIONS.decide
}

/** What the agent said and what the bot says about it, each read by itself: nothing that the agent left open reaches further. */
function parts(view: ReplyView, look: ReplyLook): Part[] {
  const shown = look.audience === 'owner' ? textsOnCards(view.approvals, view.phase.type === 'deciding') : []
  const texts: Part[] = [
    { text: view.notice === null ? '' : `_${view.notice}_` },
    ...replyTexts(view.reply).map((text) => ({ text: without(text, shown) })),
    { text: view.cutOff ?? '', isBrokenOff: true },
  ]
  if (view.phase.type === 'ended') {
    const { ending } = view.phase
    texts.push({ text: ending === 'help' ? helpText(look) : (ENDING_WORDS[ending] ?? '') })
  }
  return texts.filter(({ text }) => text.trim() !== '')
}

function notificationText(view: ReplyView, bodies: readonly string[]): string {
  switch (view.phase.type) {
    case 'queued':
      return words.NOTIFICATIONS.queued
    case 'connecting':
      return words.NOTIFICATIONS.connectFirst
    case 'deciding':
      return view.approvals.some(isOpen) ? words.NOTIFICATIONS.decide : words.NOTIFICATIONS.sending
    case 'ended':
      return notificationOf(bodies[0] ?? '') || words.NOTIFICATIONS.done
    default:
      return notificationOf(bodies[0] ?? '') || words.NOTIFICATIONS.working
  }
}

/** The beginning of a text for a notification, without its marks; what is cut from an entity is dropped with it. */
function notificationOf(rendered: string): string {
  const plain = plainText(rendered, 'words', NOTIFICATION_LENGTH).replace(/\s+/g, ' ').trim()
  return shorten(escapeMrkdwn(plain), NOTIFICATION_LENGTH).replace(/&[a-z]*…$/, '…')
}

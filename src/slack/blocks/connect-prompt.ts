/** The question to connect a mailbox, as it looks in a reply and as the answer to a command: one look, one set of rules. Pure. */

import type { KnownBlock } from '@slack/web-api'
import type { MessageContent } from '../api/poster.js'
import { ACTIONS } from './action-ids.js'
import * as words from './connect-words.js'
import { type AppRules, consentLines } from './consent.js'

/** `expired`: there was a connection, and it has to be renewed. */
export type PromptState = 'missing' | 'expired'

type Button = Extract<KnownBlock, { type: 'actions' }>['elements'][number]

/**
 * @param closing what happens when they are connected
 * @param otherwise what else they can do
 */
export function connectBlocks(
  state: PromptState,
  url: string,
  rules: AppRules,
  closing: string,
  asks: string,
  otherwise: readonly Button[] = [],
): KnownBlock[] {
  const why = state === 'missing' ? asks : words.EXPIRED
  const lines = consentLines(rules).map((line) => `• ${line}`)
  return [
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: [why, ...lines, `${closing} ${words.LINK_IS_YOURS}`].join('\n'),
      },
    },
    { type: 'actions', elements: [connectButton(state, url), ...otherwise] },
  ]
}

export function connectButton(state: PromptState, url: string): Button {
  return {
    type: 'button',
    action_id: ACTIONS.connect,
    style: 'primary',
    text: { type: 'plain_text', text: state === 'missing' ? words.CONNECT : words.CONNECT_AGAIN },
    url,
  }
}

/** The prompt that answers a command. */
export function connectPrompt(state: PromptState, url: string, rules: AppRules): MessageContent {
  return {
    text: words.CONNECT_YOURS,
    blocks: connectBlocks(state, url, rules, words.THEN_CONFIRMED, words.WANTED),
  }
}

/** A message of one paragraph. mrkdwn. */
export function saying(text: string, notification: string): MessageContent {
  return { text: notification, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] }
}

/** For whoever a link was made for, when somebody else followed it to its end. */
export const FOLLOWED_BY_SOMEBODY_ELSE: MessageContent = saying(words.SOMEBODY_ELSE, words.SOMEBODY_ELSE_IN_SHORT)

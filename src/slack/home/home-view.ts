/**
 * The Home tab's blocks: whose Gmail is connected, what waits for its visitor, what is scheduled, where they were last, what they could ask, how the app
 * works here, and help that is folded. Pure.
 */

import type { KnownBlock } from '@slack/web-api'
import { ENDING_WORDS, type Ending } from '../../turns/endings.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { small } from '../blocks/card-text.js'
import { connectButton, type PromptState } from '../blocks/connect-prompt.js'
import * as connecting from '../blocks/connect-words.js'
import { type AppRules, consentLines } from '../blocks/consent.js'
import { exampleButtons } from '../blocks/examples.js'
import { SCHEDULED_NOT_LISTED } from '../blocks/outgoing-words.js'
import { type Schedule, scheduledBlocks } from '../blocks/scheduled-list.js'
import {
  bullets,
  connectedAs,
  helpText,
  NOTHING_WAITS,
  type Settings,
  settingLines,
  WHAT_I_DO,
} from '../commands/command-words.js'
import * as words from './home-words.js'

/** How a visitor's connection stands, as far as their Home tab shows it. */
export type HomeConnection =
  | /** `address`: whose mailbox it is; null where that is not known. */ {
      readonly state: 'connected'
      readonly personId: string
      readonly address: string | null
    }
  | { readonly state: PromptState; readonly url: string }
  /** The link has lapsed, since nobody says when a Home tab is closed. */
  | { readonly state: 'lapsed' | 'ending' | 'unknown' }
  /** This visitor can have no connection. */
  | { readonly state: 'none'; readonly why: Ending }

export interface HomeContents {
  readonly connection: HomeConnection
  /** Their requests under way, a paragraph (mrkdwn) for each thing that these wait for. Null: it cannot be told just now, as below. */
  readonly waiting: readonly string[] | null
  readonly schedule: Schedule | null
  /** mrkdwn; empty: they have none. */
  readonly threads: string | null
  readonly settings: Settings
  readonly isHelpOpen: boolean
}

/** Value of the button that unfolds the help. */
export const OPEN_HELP = 'open'

export function homeBlocks(contents: HomeContents, rules: AppRules): KnownBlock[] {
  const { connection, settings } = contents
  const head = [heading(), ...connectionBlocks(connection, rules)]
  // Nothing else is theirs.
  if (connection.state === 'none') return [...head, section(helpText(rules))]
  return [
    ...head,
    { type: 'divider' },
    ...workBlocks(contents),
    ...exampleBlocks(connection),
    section(`${words.SETTINGS_HEADING}\n${bullets(settingLines(settings))}`),
    small(`${words.WHO_SETS_THEM} ${words.ONLY_YOU}`),
    ...helpBlocks(contents, rules),
  ]
}

function heading(): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text: words.HEADING } }
}

function connectionBlocks(connection: HomeConnection, rules: AppRules): KnownBlock[] {
  switch (connection.state) {
    case 'connected':
      return [{ ...section(connectedAs(connection.address)), accessory: disconnectButton(connection) }]
    case 'missing':
    case 'expired':
      return [
        section(
          [
            ...(connection.state === 'missing' ? [WHAT_I_DO, '', words.NOT_CONNECTED] : [connecting.EXPIRED]),
            bullets(consentLines(rules)),
            connecting.LINK_IS_YOURS,
          ].join('\n'),
        ),
        { type: 'actions', elements: [connectButton(connection.state, connection.url)] },
      ]
    case 'lapsed':
      return [section(words.LINK_LAPSED)]
    case 'ending':
      return [section(connecting.DISCONNECTING)]
    case 'unknown':
      return [section(words.NOT_KNOWN)]
    case 'none':
      return [section(ENDING_WORDS[connection.why] ?? words.NOT_KNOWN)]
  }
}

/** Whoever never connected has nothing that waits, and need not read so. */
function workBlocks({ connection, waiting, schedule, threads }: HomeContents): KnownBlock[] {
  const isConnected = connection.state === 'connected'
  const under =
    waiting === null
      ? [section(words.NOT_LISTED)]
      : waiting.length === 0 && isConnected
        ? [small(NOTHING_WAITS)]
        : waiting.map(section)
  const scheduled = isConnected || (schedule?.mails.length ?? 0) > 0 ? scheduleBlocks(schedule) : []
  const recent = threads === null || threads === '' ? [] : [section(threads)]
  const blocks = [...under, ...scheduled, ...recent]
  return blocks.length === 0 ? [] : [...blocks, { type: 'divider' }]
}

function scheduleBlocks(schedule: Schedule | null): KnownBlock[] {
  return schedule === null ? [section(SCHEDULED_NOT_LISTED)] : scheduledBlocks(schedule)
}

/** Nothing is offered that could not be done now. */
function exampleBlocks({ state }: HomeConnection): KnownBlock[] {
  if (state === 'unknown' || state === 'ending') return []
  return [section(words.EXAMPLES_HEADING), exampleButtons(), { type: 'divider' }]
}

/** A view has no block that folds: a button publishes it anew. */
function helpBlocks({ connection, isHelpOpen }: HomeContents, rules: AppRules): KnownBlock[] {
  // Views take no markdown block.
  const help = section(helpText(rules))
  if (connection.state === 'unknown') return [help]
  const toggle: KnownBlock = {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: ACTIONS.help,
        text: { type: 'plain_text', text: isHelpOpen ? words.HIDE_HELP : words.SHOW_HELP },
        value: isHelpOpen ? '' : OPEN_HELP,
      },
    ],
  }
  return isHelpOpen ? [toggle, help] : [toggle]
}

function disconnectButton(connection: { readonly personId: string }) {
  return {
    type: 'button',
    action_id: ACTIONS.disconnect,
    text: { type: 'plain_text', text: connecting.DISCONNECT_GMAIL },
    value: connection.personId,
    confirm: {
      title: { type: 'plain_text', text: connecting.DISCONNECT_TITLE },
      text: { type: 'plain_text', text: connecting.DISCONNECT_TEXT },
      confirm: { type: 'plain_text', text: connecting.DISCONNECT },
      deny: { type: 'plain_text', text: connecting.STAY_CONNECTED },
      style: 'danger',
    },
  } as const
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text } } as const
}

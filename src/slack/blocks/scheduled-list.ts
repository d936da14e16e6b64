/** What waits for its time, as a list with a button for each: in the Home tab, and as the answer to `/inbox scheduled`. */

import type { KnownBlock } from '@slack/web-api'
import { visibly } from '../../gmail/look-alikes.js'
import type { Person } from '../../turns/model.js'
import type { OutgoingPresses, ScheduledMail } from '../../turns/outgoing-mail.js'
import type { Surface } from '../../turns/ports.js'
import { shorten } from '../../turns/shorten.js'
import { MESSAGE_BLOCKS } from '../api/limits.js'
import type { MessageContent } from '../api/poster.js'
import { onOneLine, small } from './card-text.js'
import { cancelButton, passing } from './outgoing-card.js'
import * as words from './outgoing-words.js'

/** What of a person's waits for its time. */
export interface Schedule {
  /** Soonest first. */
  readonly mails: readonly ScheduledMail[]
  /** The person's own (IANA), for apps that show no times of their own. */
  readonly timeZone: string
}

/** @throws Unavailable */
export type ReadSchedule = (person: Person) => Promise<Schedule>

export function scheduleReader(
  outgoing: Pick<OutgoingPresses, 'scheduled'>,
  surface: Pick<Surface, 'profile'>,
): ReadSchedule {
  return async (person) => {
    const [mails, profile] = await Promise.all([outgoing.scheduled(person), surface.profile(person)])
    return { mails, timeZone: 'problem' in profile ? 'UTC' : profile.timeZone }
  }
}

/** Two blocks each; the rest is for what stands around them. */
const MOST_SHOWN = (MESSAGE_BLOCKS - 10) / 2
const LONGEST_SUBJECT = 150

const BLOCK = 'scheduled:'

/** Whether a button of this block stands in such a list, and not in the message about one mail. */
export function isInList(blockId: string | null): boolean {
  return blockId?.startsWith(BLOCK) === true
}

/** Pure. */
export function scheduledBlocks({ mails, timeZone }: Schedule): KnownBlock[] {
  const more = mails.length - MOST_SHOWN
  return [
    mrkdwn(`*${words.SCHEDULED_HEADING}*`),
    ...(mails.length === 0 ? [small(words.NOTHING_SCHEDULED)] : []),
    ...mails.slice(0, MOST_SHOWN).flatMap((mail) => entry(mail, timeZone)),
    ...(more > 0 ? [small(words.moreScheduled(more))] : []),
  ]
}

/** The list as a message of its own. Pure. */
export function scheduledMessage(schedule: Schedule): MessageContent {
  return { text: words.scheduledCount(schedule.mails.length), blocks: scheduledBlocks(schedule) }
}

/** The words of a mail stand in plain text, in which Slack reads nothing; the time has no words of its own. */
function entry({ id, dueAt, mail }: ScheduledMail, timeZone: string): KnownBlock[] {
  const inPassing = passing(mail)
  const said =
    mail === null
      ? words.SCHEDULED_NOT_SHOWN
      : words.scheduledEntry(inPassing, shorten(onOneLine(visibly('subject', mail.content.subject)), LONGEST_SUBJECT))
  return [
    {
      type: 'section',
      block_id: `${BLOCK}${id}`,
      text: { type: 'plain_text', text: said, emoji: false },
      accessory: cancelButton(id, inPassing),
    },
    small(words.scheduledTime(dueAt, timeZone)),
  ]
}

function mrkdwn(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

import { describe, expect, it } from 'vitest'
import { scheduledBlocks, scheduledMessage } from '../../../src/slack/blocks/scheduled-list.js'
import type { ScheduledMail } from '../../../src/turns/outgoing-mail.js'
import { AT, JORGE, mail, ROSA } from './outgoing-views.js'

const scheduled = (given: Partial<ScheduledMail> = {}): ScheduledMail => ({
  id: 'a1',
  dueAt: AT,
  conversationId: 'c1',
  mail: mail(),
  ...given,
})
const timeZone = 'Europe/Stockholm'

describe('the list of what waits for its time', () => {
  it('says to whom, what about and when, with a button that stops it', () => {
    const blocks = scheduledBlocks({ mails: [scheduled()], timeZone })
    expect(blocks).toMatchObject([
      { text: { text: '*Scheduled*' } },
      {
        text: { type: 'plain_text', text: 'Email to Rosa Diaz\nThe heating', emoji: false },
        accessory: { action_id: 'schedule_cancel', value: 'a1', text: { text: 'Cancel' } },
      },
      {
        elements: [{ text: `🗓️ <!date^${AT / 1_000}^{date_short_pretty} at {time}|Sun, Nov 29 at 5:09 PM>` }],
      },
    ])
  })

  it.each<[string, ScheduledMail, string]>([
    [
      'a reply',
      scheduled({ mail: mail({ to: [ROSA, JORGE], inReplyTo: 'm1' }) }),
      'Reply to Rosa Diaz and 1 other\nThe heating',
    ],
    ['no subject', scheduled({ mail: mail({ subject: '' }) }), 'Email to Rosa Diaz\n(no subject)'],
    ['lines in the subject', scheduled({ mail: mail({ subject: 'a\nb' }) }), 'Email to Rosa Diaz\na ⏎ b'],
    ['a mail that cannot be read', scheduled({ mail: null }), "I can't show this email right now."],
  ])('names %s', (_, one, words) => {
    expect(scheduledBlocks({ mails: [one], timeZone })[1]).toMatchObject({ text: { text: words } })
  })

  it('says so where nothing waits', () => {
    const { text, blocks } = scheduledMessage({ mails: [], timeZone })
    expect(text).toBe('No emails are scheduled.')
    expect(JSON.stringify(blocks)).toContain('No emails are scheduled.')
  })

  it('fits into one message, however much waits', () => {
    const mails = Array.from({ length: 60 }, (_, index) => scheduled({ id: `a${index}` }))
    const { text, blocks } = scheduledMessage({ mails, timeZone })
    expect(blocks.length).toBeLessThanOrEqual(50)
    expect(text).toBe('60 emails are scheduled.')
    expect(JSON.stringify(blocks.at(-1))).toContain('And 40 more.')
  })
})

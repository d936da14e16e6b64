/** The button that takes a change back, and the line in its place. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { undoBlocks } from '../../../src/slack/reply/undo-button.js'
import { UndoMessages } from '../../../src/slack/reply/undo-message.js'
import { Store } from '../../../src/store/store.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { SYSTEM_CLOCK } from '../../../src/turns/time/clock.js'
import type { ApprovalView } from '../../../src/turns/view.js'
import { slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

let store: Store
beforeEach(async () => {
  store = await Store.open(':memory:')
})
afterEach(async () => {
  await store.close()
})

function done(id: string, undo?: ApprovalView['undo']): ApprovalView {
  const input = { message_id: id, remove_label_ids: ['INBOX'] }
  const step = { type: 'tool', id, name: 'gmail_modify_message_labels', input, state: 'done' } as const
  const decided = { decision: 'approved', decidedAt: '8:13 PM', reason: null, deniedBy: null, mailbox: null } as const
  return { id, step, ...decided, names: new Map([[id, `Issue ${id}, from Weekly`]]), ...(undo && { undo }) }
}

/** An answer with two buttons, as it stands in Slack. */
async function open() {
  const slack = await slackFor()
  const log = new SilentLog()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const anna = slack.person('U0ANNA')
  const channel = anna.openDm()
  const asked = anna.post('archive')
  const blocks = [
    { type: 'markdown', text: 'Both are *archived*, see <b>.' } as const,
    ...undoBlocks([done('1', 'offered')]),
    ...undoBlocks([done('2', 'offered')]),
  ]
  const { ts = '' } = await web.chat.postMessage({ channel, thread_ts: asked.ts, text: 'Archived', blocks })
  const place = { channel, ts, threadTs: asked.ts }
  /** A process that tells of presses. */
  const start = () => {
    const poster = new Poster(web, store.posts, WORLD.bot.userId)
    return new UndoMessages({ web, poster, budget: new EditBudget({ perMinute: 45, clock: SYSTEM_CLOCK }), log })
  }
  const messages = () => anna.messages(channel).filter(({ user }) => user === WORLD.bot.userId)
  const buttons = () => messages().flatMap(({ elements }) => elements.map(({ value }) => value))
  return { slack, web, log, place, start, messages, buttons }
}

describe('the button', () => {
  it('is about all that was done and can be taken back, and says so to those who do not see its card', () => {
    const blocks = undoBlocks([done('1', 'offered'), done('2'), done('3', 'offered')])
    expect(blocks).toMatchObject([
      {
        type: 'actions',
        block_id: 'change_undo:1',
        elements: [{ action_id: 'change_undo', text: { text: 'Undo' }, value: '1,3' }],
      },
    ])
    expect(blocks).toMatchObject([{ elements: [{ accessibility_label: 'Undo: Archived 2 emails' }] }])
    expect(undoBlocks([done('1', 'offered')])).toMatchObject([
      { elements: [{ accessibility_label: 'Undo: Archived an email: Issue 1, from Weekly' }] },
    ])
    expect(undoBlocks([done('1')])).toEqual([])
  })

  it('names no more than a button can', () => {
    const many = Array.from({ length: 60 }, (_, index) => done(`${index}`.padStart(36, '0'), 'offered'))
    const values = undoBlocks(many).map((block) => ('elements' in block ? Object(block.elements[0]).value : ''))
    expect(values.map((value) => value.split(',').length)).toEqual([54, 6])
    for (const value of values) expect(value.length).toBeLessThanOrEqual(2_000)
  })

  it.each([
    ['undone', /Undone/],
    ['incomplete', /couldn't undo all/],
    ['ended_access', /Not undone/],
  ] as const)('is a line once it is %s', (undo, words) => {
    expect(undoBlocks([done('1', undo), done('2', undo)])).toMatchObject([
      { type: 'context', elements: [{ text: expect.stringMatching(words) }] },
    ])
  })
})

describe('how it ended', () => {
  it('stands in the place of its button, and leaves the rest of the message as it is', async () => {
    const { place, start, messages, buttons } = await open()
    const [before] = messages()
    await start().show({ id: '1', place }, 'undone')
    expect(messages()).toHaveLength(1)
    expect(messages()[0]?.shown).toContain('↩️ Undone')
    expect(messages()[0]?.shown).toContain(before?.shown.split('\n')[0])
    expect(buttons()).toEqual(['2'])
    await start().show({ id: '1', place }, 'undone')
    expect(messages().map(({ shown }) => shown.match(/Undone/g)?.length)).toEqual([1])
  })

  it('of two at once stands in both places', async () => {
    const { place, start, messages, buttons } = await open()
    const undos = start()
    await Promise.all([undos.show({ id: '1', place }, 'undone'), undos.show({ id: '2', place }, 'ended_access')])
    expect(buttons()).toEqual([])
    expect(messages()[0]?.shown).toMatch(/Undone.*Not undone/s)
  })

  it('is said below once where the message is gone', async () => {
    const { web, place, start, messages } = await open()
    await web.chat.delete({ channel: place.channel, ts: place.ts })
    await start().show({ id: '1', place }, 'incomplete')
    await start().show({ id: '1', place }, 'incomplete')
    expect(messages()).toMatchObject([
      { threadTs: place.threadTs, shown: expect.stringContaining("couldn't undo all") },
    ])
  })

  it('is said below where Slack does not take the changed message', async () => {
    const { slack, place, start, messages } = await open()
    slack.faults.next('chat.update', { error: 'invalid_blocks' })
    await start().show({ id: '1', place }, 'undone')
    expect(messages().map(({ shown }) => shown)).toContain('↩️ Undone')
  })

  it('is left for later where Slack does not answer', async () => {
    const { slack, place, start, buttons } = await open()
    slack.faults.next('conversations.replies', { status: 503 })
    await expect(start().show({ id: '1', place }, 'undone')).rejects.toThrow(Unavailable)
    await start().show({ id: '1', place }, 'undone')
    expect(buttons()).toEqual(['2'])
  })
})

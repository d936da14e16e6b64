import { describe, expect, it } from 'vitest'
import {
  allRead,
  channelUnread,
  firstUnread,
  markRead,
  unreadReplies,
} from '../../../../src/sandbox/page/state/unread.js'
import { applyEvent, fromSnapshot, type ViewerState } from '../../../../src/sandbox/page/state/viewer-state.js'
import type { LiveEvent } from '../../../../src/sandbox/slack/wire/page-api.js'
import { ANNA, BEN, BOT, message, snapshot } from '../a-snapshot.js'

const texts = (state: ViewerState, channel = 'C0GENERAL') => state.messages.get(channel)?.map(({ text }) => text) ?? []
const having = (state: ViewerState, ...events: LiveEvent[]) => events.reduce(applyEvent, state)
const posted = (...args: Parameters<typeof message>): LiveEvent => ({ type: 'message', message: message(...args) })

describe('the state of a viewer', () => {
  it('keeps messages in the order of their ts, each once, whatever order events come in', () => {
    const state = having(
      fromSnapshot(snapshot([message(20, BEN, { text: 'b' })])),
      posted(30, ANNA, { text: 'c' }),
      posted(10, ANNA, { text: 'a' }),
      posted(20, BEN, { text: 'b' }),
      { type: 'message_changed', message: message(30, ANNA, { text: 'c!' }) },
    )
    expect(texts(state)).toEqual(['a', 'b', 'c!'])
  })

  it('forgets deleted messages, and does not mind one it never had', () => {
    const state = fromSnapshot(snapshot([message(10, BEN), message(20, BEN, { text: 'stays' })]))
    expect(texts(having(state, { type: 'message_deleted', channel: 'C0GENERAL', ts: '10.000100' }))).toEqual(['stays'])
    expect(having(state, { type: 'message_deleted', channel: 'C0GENERAL', ts: '99.000100' })).toBe(state)
  })

  it('shows an ephemeral message until it is removed, also over a reconnection, but not over a reload', () => {
    const ephemeral: LiveEvent = { type: 'ephemeral', message: message(15, BOT, { text: 'psst' }) }
    const live = having(fromSnapshot(snapshot([])), ephemeral)
    expect(texts(live)).toEqual(['psst'])
    expect(texts(fromSnapshot(snapshot([message(10, BEN, { text: 'a' })]), live))).toEqual(['a', 'psst'])
    expect(
      texts(fromSnapshot(snapshot([], { ephemerals: [message(15, BOT, { text: 'psst', ephemeral: true })] }))),
    ).toEqual([])
    expect(texts(having(live, { type: 'ephemeral_deleted', channel: 'C0GENERAL', ts: '15.000100' }))).toEqual([])
  })

  it('shows what the app is doing until it says something else, or anything in the thread', () => {
    const typing: LiveEvent = {
      type: 'typing',
      channel: 'C0GENERAL',
      threadTs: '10.000100',
      user: BOT.id,
      status: 'is thinking…',
    }
    const state = having(fromSnapshot(snapshot([message(10, ANNA)])), typing)
    expect([...state.statuses.values()]).toEqual([{ user: BOT.id, status: 'is thinking…' }])
    expect(having(state, posted(11, BEN, { threadTs: '10.000100' })).statuses.size).toBe(1)
    expect(having(state, posted(11, BOT, { threadTs: '10.000100' })).statuses.size).toBe(0)
    expect(having(state, { ...typing, status: '' }).statuses.size).toBe(0)
    expect(fromSnapshot(snapshot([message(10, ANNA, { status: 'is thinking…' })])).statuses.size).toBe(1)
  })

  it('stacks modals, and replaces the one that the app updated', () => {
    const modal = (id: string, title: string): LiveEvent => ({ type: 'modal', view: { id, title, blocks: [] } })
    const state = having(fromSnapshot(snapshot([])), modal('V1', 'one'), modal('V2', 'two'), modal('V1', 'one again'))
    expect(state.modals.map(({ title }) => title)).toEqual(['two', 'one again'])
    expect(having(state, { type: 'modal_closed', id: 'V1' }).modals.map(({ id }) => id)).toEqual(['V2'])
  })
})

describe('what is unread', () => {
  const start = fromSnapshot(snapshot([message(10, BEN)]))
  const marks = allRead(start)

  it('is nothing that was there when the page opened, and nothing of one’s own', () => {
    expect(channelUnread(start, marks, 'C0GENERAL')).toEqual({ isBold: false, badge: 0 })
    expect(channelUnread(having(start, posted(20, ANNA)), marks, 'C0GENERAL')).toEqual({ isBold: false, badge: 0 })
  })

  it('makes a channel bold, and counts only what concerns the person', () => {
    const state = having(start, posted(20, BEN), posted(21, BEN, { text: 'ask <@U0ANNA>' }))
    expect(channelUnread(state, marks, 'C0GENERAL')).toEqual({ isBold: true, badge: 1 })
    expect(firstUnread(state, marks, 'C0GENERAL')).toBe('20.000100')
    const read = markRead(marks, state, 'C0GENERAL', undefined)
    expect(channelUnread(state, read, 'C0GENERAL')).toEqual({ isBold: false, badge: 0 })
    expect(firstUnread(state, read, 'C0GENERAL')).toBeUndefined()
  })

  it('counts replies in a thread that is one’s own, until the thread is read', () => {
    const own = having(start, posted(20, ANNA), posted(21, BOT, { threadTs: '20.000100' }))
    expect(unreadReplies(own, marks, 'C0GENERAL', '20.000100')).toBe(1)
    expect(channelUnread(own, markRead(marks, own, 'C0GENERAL', undefined), 'C0GENERAL').badge).toBe(1)
    expect(channelUnread(own, markRead(marks, own, 'C0GENERAL', '20.000100'), 'C0GENERAL').badge).toBe(0)
    const others = having(start, posted(20, BEN), posted(21, BOT, { threadTs: '20.000100' }))
    expect(unreadReplies(others, marks, 'C0GENERAL', '20.000100')).toBe(0)
  })

  it('counts every message and reply of the app in the direct messages', () => {
    const state = having(
      start,
      posted(20, BOT, { channel: 'D0ANNA' }),
      posted(21, BOT, { channel: 'D0ANNA', threadTs: '20.000100' }),
    )
    expect(channelUnread(state, marks, 'D0ANNA')).toEqual({ isBold: true, badge: 2 })
  })
})

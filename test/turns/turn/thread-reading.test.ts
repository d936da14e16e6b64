import { describe, expect, it } from 'vitest'
import type { Conversation, Message, ThreadRange, ThreadRead } from '../../../src/turns/model.js'
import { readThread, threadNotice } from '../../../src/turns/turn/thread-reading.js'

const ORIGIN = { channel: 'C1', threadTs: '1.0' }
const POSITION = { id: 'event-1', at: '2026-11-22T09:00:00Z' }

const conversation = (rest: Partial<Conversation> = {}): Conversation => ({
  id: 'conversation',
  team: 'T1',
  origin: ORIGIN,
  kind: 'shared',
  owner: { id: 'person', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' },
  place: 'here',
  address: ORIGIN,
  sessionId: 'session',
  position: null,
  needsResync: false,
  ...rest,
})

const message = (ts: string, channel = 'C1'): Message => ({
  id: ts,
  channel,
  ts,
  text: 'words',
  mentions: [],
  files: [],
  forwarded: [],
  replaces: false,
})

async function rangeOf(
  given: { readonly conversation: Conversation; readonly messages: readonly Message[] },
  known: { readonly lastHeard: string | null; readonly othersSpoke: boolean },
): Promise<Pick<ThreadRange, 'after' | 'before'> | null> {
  let asked: Pick<ThreadRange, 'after' | 'before'> | null = null
  const surface = {
    readThread: async (_: unknown, { after, before }: ThreadRange) => {
      asked = { after, before }
      return []
    },
  }
  const store = { messages: { inThread: async () => ({ heard: new Set<string>(), ...known }) } }
  await readThread({ surface, store }, { id: 'turn' }, given.conversation, given.messages)
  return asked
}

describe('what of a thread is read', () => {
  const fresh = { lastHeard: null, othersSpoke: false }
  it.each([
    ['all above the first mention', conversation(), [message('5.0')], fresh, { after: null, before: '5.0' }],
    ['nothing above a mention that begins it', conversation(), [message('1.0')], fresh, null],
    [
      'what others wrote before the first turn',
      conversation(),
      [message('1.0'), message('6.0')],
      { lastHeard: null, othersSpoke: true },
      { after: null, before: '6.0' },
    ],
    [
      'what was said since',
      conversation({ position: POSITION }),
      [message('9.0')],
      { lastHeard: '5.0', othersSpoke: true },
      { after: '5.0', before: '9.0' },
    ],
    [
      'nothing where only its owner wrote',
      conversation({ position: POSITION }),
      [message('9.0')],
      { lastHeard: '5.0', othersSpoke: false },
      null,
    ],
    [
      'all of it for a session that knows nothing',
      conversation(),
      [message('9.0')],
      { lastHeard: '5.0', othersSpoke: false },
      { after: null, before: '9.0' },
    ],
    ['nothing in a direct message', conversation({ kind: 'im' }), [message('5.0')], fresh, null],
    ['nothing for words written elsewhere', conversation(), [message('5.0', 'D1')], fresh, null],
  ] as const)('is %s', async (_, given, messages, known, expected) => {
    expect(await rangeOf({ conversation: given, messages }, known)).toEqual(expected)
  })
})

describe('what its owner is told', () => {
  const elsewhere = { channel: 'D1', threadTs: '9.0' }
  it.each<[ThreadRead, typeof ORIGIN, string | null]>([
    [null, ORIGIN, null],
    [0, ORIGIN, null],
    [1, ORIGIN, 'I read the message above.'],
    [12, ORIGIN, 'I read the 12 messages above.'],
    [50, ORIGIN, 'I read the last 50 messages above.'],
    [12, elsewhere, 'I read the 12 messages in that thread.'],
    ['unreadable', ORIGIN, "I couldn't read the other messages in this thread."],
  ])('%s', (read, address, expected) => {
    expect(threadNotice(read, ORIGIN, address)).toBe(expected)
  })
})

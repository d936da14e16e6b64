import { describe, expect, it } from 'vitest'
import { acceptView } from '../../../src/sandbox/slack/block-kit/views.js'
import { consentLines } from '../../../src/slack/blocks/consent.js'
import { EXAMPLES } from '../../../src/slack/blocks/examples.js'
import { type HomeConnection, type HomeContents, homeBlocks } from '../../../src/slack/home/home-view.js'
import { AT, mail } from '../blocks/outgoing-views.js'

const rules = { slashCommand: '/mail' }
const CONNECTED: HomeConnection = { state: 'connected', personId: 'person-1', address: 'a&b@x.example' }
const MISSING: HomeConnection = { state: 'missing', url: 'https://connect.example/1' }
const EXPIRED: HomeConnection = { state: 'expired', url: 'https://connect.example/1' }
const UNKNOWN: HomeConnection = { state: 'unknown' }
const GUEST: HomeConnection = { state: 'none', why: 'guest' }

const blocksOf = (connection: HomeConnection, more: Partial<HomeContents> = {}) =>
  homeBlocks(
    {
      connection,
      waiting: [],
      schedule: { mails: [], timeZone: 'UTC' },
      threads: '',
      settings: { channelReplies: 'ask', undoMs: 10_000, replyStreaming: 'edit' },
      isHelpOpen: false,
      ...more,
    },
    rules,
  )
const shown = (...of: Parameters<typeof blocksOf>) => JSON.stringify(blocksOf(...of))

/** What can be pressed, in order. */
const buttons = (...of: Parameters<typeof blocksOf>) =>
  [...shown(...of).matchAll(/"type":"button".*?"text":\{"type":"plain_text","text":"([^"]+)"/g)].map(
    ([, label]) => label,
  )

describe('the Home tab', () => {
  it.each([
    ['connected', CONNECTED, ['Disconnect Gmail', ...EXAMPLES, 'Show help']],
    ['not connected', MISSING, ['Connect Gmail', ...EXAMPLES, 'Show help']],
    ['expired', EXPIRED, ['Connect Gmail again', ...EXAMPLES, 'Show help']],
    ['not connected for a while', { state: 'lapsed' }, [...EXAMPLES, 'Show help']],
    ['being disconnected', { state: 'ending' }, ['Show help']],
    ['not known', UNKNOWN, []],
    ['not for this visitor', GUEST, []],
  ] as const)('of a mailbox that is %s offers what can be done', (_, connection, expected) => {
    expect(buttons(connection)).toEqual(expected)
  })

  it('asks before it disconnects', () => {
    expect(shown(CONNECTED)).toContain('"confirm":{"title"')
    expect(shown(CONNECTED)).toContain('"value":"person-1"')
    expect(shown(CONNECTED)).toContain('*Connected:* a&amp;b@x.example')
  })

  it.each([MISSING, EXPIRED])('says what will be allowed, above the button: $state', (connection) => {
    for (const line of consentLines(rules)) expect(shown(connection)).toContain(line)
  })

  it('shows what waits, what is scheduled, where its visitor was, and how it works here', () => {
    const all = shown(CONNECTED, {
      waiting: ['*1 request is waiting for you*', '*1 request is in progress*'],
      schedule: { mails: [{ id: 'm1', dueAt: AT, conversationId: 'c1', mail: mail() }], timeZone: 'UTC' },
      threads: '*Your recent conversations*',
    })
    const order = ['is waiting', 'in progress', 'Email to Rosa', 'recent conversations', 'Ask me', 'Settings', 'help']
    const places = order.map((words) => all.indexOf(words))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
  })

  it.each([
    ['ask', 'you choose where I answer'],
    ['here', 'Everyone in it can read the answer'],
    ['private', 'I answer in your direct messages'],
  ] as const)('says where answers go that others could read: %s', (channelReplies, said) => {
    const settings = { channelReplies, undoMs: 0, replyStreaming: 'edit' } as const
    expect(shown(CONNECTED, { settings })).toContain(said)
  })

  it('tells whoever is not connected nothing about what does not wait', () => {
    expect(shown(MISSING)).not.toContain('Nothing is waiting')
    expect(shown(MISSING)).not.toContain('Scheduled')
    expect(shown(MISSING, { waiting: ['*1 request needs your Gmail*'] })).toContain('1 request needs your Gmail')
  })

  it('unfolds its help, and folds it again', () => {
    expect(shown(CONNECTED)).not.toContain('/mail threads')
    const open = { isHelpOpen: true }
    expect(shown(CONNECTED, open)).toContain('/mail threads')
    expect(buttons(CONNECTED, open).at(-1)).toBe('Hide help')
  })

  it.each([UNKNOWN, GUEST])('has its help unfolded where there is nothing to press: $state', (connection) => {
    expect(shown(connection)).toContain('/mail threads')
  })

  it('tells somebody why it is not for them', () => {
    expect(shown(GUEST)).toContain('I only work for full members of this workspace')
  })

  it('is taken by Slack at its fullest', () => {
    const list = [...Array(5)].map(() => `• <https://x.slack.com/archives/D0/p1?thread_ts=1|${'&amp;'.repeat(60)}>`)
    const mails = [...Array(60)].map((__, index) => ({
      id: `m${index}`,
      dueAt: AT,
      conversationId: 'c1',
      mail: mail(),
    }))
    const blocks = blocksOf(CONNECTED, {
      waiting: [...Array(4)].map(() => ['*Heading*', ...list, 'And 40 more.'].join('\n')),
      schedule: { mails, timeZone: 'UTC' },
      threads: ['*Heading*', ...list].join('\n'),
      isHelpOpen: true,
    })
    expect(() => acceptView({ type: 'home', blocks: JSON.parse(JSON.stringify(blocks)) }, 'home')).not.toThrow()
  })
})

import { describe, expect, it } from 'vitest'
import { EarlyReplies } from '../../../src/slack/inbound/early-replies.js'
import type { IncomingMessage } from '../../../src/turns/admission.js'
import { incoming } from '../../store/fixture.js'
import { SilentLog } from '../../turns/silent-log.js'
import { BOT } from './bolt-app.js'
import { scriptedSlack } from './scripted-slack.js'

const STARTED_AT = 1_000_000_000
/** Written long after the process began to listen. */
const YOUNG = '1000100.000000'
const mention = (rest: Partial<IncomingMessage> = {}) => incoming(YOUNG, { channel: 'C1', ...rest })
const reply = (ts: string, rest: Partial<IncomingMessage> = {}) =>
  incoming(ts, { channel: 'C1', threadTs: YOUNG, addressed: false, ...rest })
const listed = (ts: string, more: object = {}) => ({
  type: 'message',
  ts,
  thread_ts: YOUNG,
  user: 'U_ANNA',
  text: ts,
  ...more,
})

const THREAD = [listed(YOUNG), listed('1000101.000000'), listed('1000102.000000')]

function open(startedAt = STARTED_AT, answers: readonly object[] = [{ messages: THREAD }]) {
  const log = new SilentLog()
  let next = 0
  const { web, calls } = scriptedSlack(() => answers[Math.min(next++, answers.length - 1)] ?? {}, log)
  const early = new EarlyReplies(web, BOT, startedAt)
  return { calls, early, found: async (message = mention()) => (await early.after(message)).map(({ ts }) => ts) }
}

describe('replies that arrived before their mention', () => {
  it('are those below it in its thread, and not the mention, which heads every page', async () => {
    const { early, found, calls } = open()
    early.leftAlone(reply('1000101.000000'))
    expect(await found()).toEqual(['1000101.000000', '1000102.000000'])
    expect(calls.map(({ args }) => args)).toEqual([{ channel: 'C1', ts: YOUNG, oldest: YOUNG, limit: '200' }])
  })

  it('are heard as they would have been delivered', async () => {
    const { early } = open(STARTED_AT, [{ messages: [listed('1000101.000000', { user_team: 'T2' })] }])
    early.leftAlone(reply('1000101.000000'))
    expect(await early.after(mention({ team: 'T1' }))).toMatchObject([
      { team: 'T1', channel: 'C1', threadTs: YOUNG, user: 'U_ANNA', userTeam: 'T2', kind: 'shared', addressed: false },
    ])
  })

  it('are none of what the bot wrote there', async () => {
    const { early, found } = open(STARTED_AT, [
      { messages: [...THREAD, listed('1000103.000000', { user: BOT.userId })] },
    ])
    early.leftAlone(reply('1000101.000000'))
    expect(await found()).toEqual(['1000101.000000', '1000102.000000'])
  })

  it('are looked for again until they are stored', async () => {
    const { early, found, calls } = open()
    early.leftAlone(reply('1000101.000000'))
    await found()
    expect(await found()).toHaveLength(2)
    early.taken(mention())
    expect(await found()).toEqual([])
    expect(calls).toHaveLength(2)
  })

  it('are looked for below a mention inside a thread, too', async () => {
    const { early, found, calls } = open()
    early.leftAlone(reply('1000101.000000'))
    expect(await found(mention({ ts: '1000101.000000', threadTs: YOUNG }))).toEqual(['1000102.000000'])
    expect(calls[0]?.args).toMatchObject({ ts: YOUNG, oldest: '1000101.000000' })
  })

  it.each([
    ['nothing was left alone', []],
    ['another thread was left alone', [reply('1000101.000000', { threadTs: '1.0' })]],
    ['a thread of another channel was left alone', [reply('1000101.000000', { channel: 'C2' })]],
    ['a thread of another workspace was left alone', [reply('1000101.000000', { team: 'T2' })]],
    ['a message outside threads was left alone', [reply(YOUNG, { threadTs: null })]],
  ])('are not looked for where %s', async (_, alone) => {
    const { early, found, calls } = open()
    for (const message of alone) early.leftAlone(message)
    expect(await found()).toEqual([])
    expect(calls).toEqual([])
  })

  it.each([
    ['a direct message', { kind: 'im' }],
    ['what mentions nobody', { addressed: false }],
  ] as const)('are not looked for below %s', async (_, rest) => {
    const { found, calls } = open(Number.POSITIVE_INFINITY)
    expect(await found(mention(rest))).toEqual([])
    expect(calls).toEqual([])
  })

  it.each([
    ['written before this process began', '999999.000000', 1],
    ['that may have been, since clocks differ', '1000059.999999', 1],
    ['written after that', '1000060.000000', 0],
  ])('are looked for whatever was left alone below a mention %s', async (_, ts, asked) => {
    const { found, calls } = open()
    await found(mention({ ts }))
    expect(calls).toHaveLength(asked)
  })

  it('are looked for below every mention where nobody knows when this process began', async () => {
    expect(await open(Number.POSITIVE_INFINITY).found()).toHaveLength(2)
  })

  it('are read page by page, but not for ever', async () => {
    const { early, found, calls } = open(STARTED_AT, [
      { messages: [listed('1000101.000000')], response_metadata: { next_cursor: 'more' } },
      { messages: [listed('1000102.000000')], response_metadata: { next_cursor: 'and more' } },
    ])
    early.leftAlone(reply('1000101.000000'))
    expect(await found()).toHaveLength(10)
    expect(calls.map(({ args }) => args.cursor).slice(0, 3)).toEqual([undefined, 'more', 'and more'])
  })

  it('are forgotten of the oldest threads where ten thousand others were left alone', async () => {
    const { early, found } = open()
    early.leftAlone(reply('1000101.000000'))
    for (let index = 1; index < 10_000; index += 1) early.leftAlone(reply('1.0', { threadTs: `${index}.0` }))
    expect(await found()).toHaveLength(2)
    early.leftAlone(reply('1.0', { threadTs: '10000.0' }))
    expect(await found()).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { ThreadReader } from '../../../src/slack/inbound/thread-reader.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { SilentLog } from '../../turns/silent-log.js'
import { BOT } from './bolt-app.js'
import { scriptedSlack } from './scripted-slack.js'

const THREAD = { team: 'T1', channel: 'C1', threadTs: '100.000001' }
const RANGE = { after: null, before: '200.000000', without: new Set<string>(), limit: 50 }
const said = (ts: string, more: object = {}) => ({
  type: 'message',
  ts,
  user: 'U0BEN',
  text: `words of ${ts}`,
  ...more,
})

function open(answers: readonly object[]) {
  const log = new SilentLog()
  let next = 0
  const { web, calls } = scriptedSlack(() => answers[Math.min(next++, answers.length - 1)] ?? {}, log)
  return { log, calls, reader: new ThreadReader(web, BOT, log) }
}

async function read(messages: readonly object[], range: Partial<typeof RANGE> | { after: string } = {}) {
  const found = await open([{ messages }]).reader.read(THREAD, { ...RANGE, ...range })
  if (found === 'unreadable') throw new Error('not readable')
  return found
}

const stamps = (found: readonly { readonly ts: string }[]) => found.map(({ ts }) => ts)

describe('what a thread says', () => {
  it('is what people and apps wrote, with its authors and what it holds', async () => {
    const file = { id: 'F1', name: 'offer.pdf', mimetype: 'application/pdf' }
    expect(
      await read([
        said('100.000001'),
        said('101.000000', { subtype: 'bot_message', user: undefined, bot_id: 'B1', username: 'Deploys' }),
        said('102.000000', { user: 'U0APP', bot_id: 'B2', bot_profile: { name: 'Jira' } }),
        said('103.000000', { user: undefined }),
        said('104.000000', { subtype: 'file_share', text: '', files: [file, {}] }),
      ]),
    ).toMatchObject([
      { ts: '100.000001', text: 'words of 100.000001', author: null, authorId: 'U0BEN', files: [], forwarded: [] },
      { author: 'Deploys', authorId: null },
      { author: 'Jira', authorId: null },
      { author: null, authorId: null },
      {
        text: '',
        files: [
          { name: 'offer.pdf', mimetype: 'application/pdf' },
          { name: 'file', mimetype: 'application/octet-stream' },
        ],
      },
    ])
  })

  it.each([
    ['by the bot itself', { user: BOT.userId }],
    ['by the bot itself, under its other id', { user: undefined, bot_id: BOT.botId }],
    ['by Slack, about the thread', { subtype: 'channel_join' }],
    ['by nobody any more', { subtype: 'tombstone' }],
    ['by somebody who wrote nothing', { text: '' }],
    ['in no shape that Slack documents', { text: 5 }],
  ])('is nothing that was written %s', async (_, more) => {
    expect(stamps(await read([said('101.000000'), said('102.000000', more), said('103.000000')]))).toEqual([
      '101.000000',
      '103.000000',
    ])
  })

  it.each([
    ['a message with words', {}],
    ['one that was also sent to the channel', { subtype: 'thread_broadcast' }],
    ['one with /me', { subtype: 'me_message' }],
    ['a file without words', { text: '', files: [{ name: 'a' }] }],
    ['a message that was passed on without words', { text: '', attachments: [{ is_share: true, text: 'passed on' }] }],
  ])('is also %s', async (_, more) => {
    expect(stamps(await read([said('102.000000', more)]))).toEqual(['102.000000'])
  })

  it('is nothing but what lies between the bounds, which Slack heeds for all but the first message', async () => {
    const all = ['100.000001', '150.000000', '150.000001', '199.999999', '200.000000', '200.000001'].map((ts) =>
      said(ts),
    )
    expect(stamps(await read(all, { after: '150.000000' }))).toEqual(['150.000001', '199.999999'])
  })

  it('is nothing that the session hears as the words of its person', async () => {
    const found = await read([said('101.000000'), said('102.000000')], { without: new Set(['101.000000']) })
    expect(stamps(found)).toEqual(['102.000000'])
  })

  it('is the latest of it, oldest first, whatever the order in which Slack lists it', async () => {
    const found = await read([said('103.000000'), said('101.000000'), said('104.000000'), said('102.000000')], {
      limit: 2,
    })
    expect(stamps(found)).toEqual(['103.000000', '104.000000'])
  })

  it('is asked for from its bounds, and page by page', async () => {
    const { reader, calls } = open([
      { messages: [said('101.000000')], response_metadata: { next_cursor: 'more' } },
      { messages: [said('102.000000')], response_metadata: { next_cursor: '' } },
    ])
    expect(await reader.read(THREAD, { ...RANGE, after: '100.500000' })).toHaveLength(2)
    const asked = { channel: 'C1', ts: '100.000001', oldest: '100.500000', latest: '200.000000', limit: '200' }
    expect(calls).toEqual([
      { method: 'conversations.replies', args: asked },
      { method: 'conversations.replies', args: { ...asked, cursor: 'more' } },
    ])
  })

  it('is asked for from its beginning where nothing of it was heard', async () => {
    const { reader, calls } = open([{ messages: [] }])
    await reader.read(THREAD, RANGE)
    expect(calls[0]?.args).not.toHaveProperty('oldest')
  })

  it('is not read for ever', async () => {
    const { reader, calls } = open([{ messages: [said('101.000000')], response_metadata: { next_cursor: 'more' } }])
    await reader.read(THREAD, RANGE)
    expect(calls).toHaveLength(25)
  })

  it('is not readable where Slack refuses it, and that is not the same as empty', async () => {
    const { reader, log } = open([{ ok: false, error: 'missing_scope' }])
    expect(await reader.read(THREAD, RANGE)).toBe('unreadable')
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'thread not readable' }])
  })

  it('is asked for later where Slack fails', async () => {
    const { reader } = open([{ ok: false, error: 'internal_error' }])
    await expect(reader.read(THREAD, RANGE)).rejects.toBeInstanceOf(Unavailable)
  })
})

describe('what one message holds besides its words', () => {
  const files = [{ id: 'F1', name: 'offer.pdf', mimetype: 'application/pdf', size: 10 }]

  it('is that of the message itself, and not of the first of its thread, which heads every page', async () => {
    const { reader, calls } = open([{ messages: [said('100.000001', { files: [] }), said('101.000000', { files })] }])
    expect(await reader.readOne(THREAD, '101.000000')).toMatchObject({ files, forwarded: [] })
    expect(calls[0]?.args).toMatchObject({ oldest: '101.000000', latest: '101.000000', inclusive: 'true' })
  })

  it.each([
    ['Slack does not list it', { messages: [said('100.000001', { files })] }],
    ['Slack refuses it', { ok: false, error: 'missing_scope' }],
    ['the bot wrote it', { messages: [said('101.000000', { user: BOT.userId, files })] }],
  ])('is nothing where %s', async (_, answer) => {
    expect(await open([answer]).reader.readOne(THREAD, '101.000000')).toBeNull()
  })

  it('is asked for later where Slack fails', async () => {
    const { reader } = open([{ ok: false, error: 'internal_error' }])
    await expect(reader.readOne(THREAD, '101.000000')).rejects.toBeInstanceOf(Unavailable)
  })
})

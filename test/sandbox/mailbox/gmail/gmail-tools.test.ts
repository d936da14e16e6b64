import { createServer } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GMAIL_TOOLS, Mailbox, PostOffice, serveMailbox } from '../../../../src/sandbox/mailbox/index.js'
import { callTool, type ToolAnswer } from '../../scalekit/support.js'
import { ANNA, BEN, mbox, type TestMail } from '../mbox-text.js'

const MAILS: readonly TestMail[] = [
  {
    subject: 'Floor plan',
    from: `Ben Okafor <${BEN}>`,
    id: '<floor@x>',
    body: 'Walls.',
    headers: { 'X-Gmail-Labels': 'Inbox,Unread,Atlas' },
  },
  {
    subject: 'Re: Floor plan',
    from: ANNA,
    to: `Ben Okafor <${BEN}>`,
    id: '<re-floor@x>',
    headers: { 'X-Gmail-Labels': 'Sent', References: '<floor@x>' },
  },
  { subject: 'Receipt', from: 'Lumen <shop@lumen.example>', headers: { 'X-Gmail-Labels': 'Inbox' } },
  { subject: 'Spam', headers: { 'X-Gmail-Labels': 'Spam' } },
]

const clock = () => Date.parse('2027-03-10T12:00:00Z')

interface Tools {
  readonly anna: Mailbox
  readonly ben: Mailbox
  call(name: string, input?: Record<string, unknown>): Promise<ToolAnswer>
  /** Id of the newest message with this subject. */
  id(subject: string): string
}

async function tools(): Promise<Tools> {
  const carrier = new PostOffice()
  const anna = await Mailbox.fromMbox(mbox(...MAILS), { address: ANNA, displayName: 'Anna Lindqvist', clock, carrier })
  const ben = await Mailbox.fromMbox(mbox(...MAILS.slice(0, 2)), { address: BEN, clock, carrier })
  carrier.add(anna)
  carrier.add(ben)
  const server = createServer((request, response) => {
    void serveMailbox(request, response, { tools: 'all', mailbox: () => anna })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/`)))
  onTestFinished(async () => {
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  return {
    anna,
    ben,
    call: (name, input) => callTool(client, name, input),
    id: (subject) => anna.messages().find(({ mail }) => mail.subject === subject)?.id ?? '',
  }
}

describe('the list of tools', () => {
  const named = (kind: string) => GMAIL_TOOLS.filter((tool) => tool.kind === kind).map(({ name }) => name)

  it('has each kind by the names Scalekit gives them', () => {
    expect(named('reads').sort()).toEqual(
      (
        'gmail_fetch_mails gmail_get_attachment_by_id gmail_get_contacts gmail_get_draft gmail_get_message_by_id gmail_get_profile ' +
        'gmail_get_thread_by_id gmail_list_drafts gmail_list_labels gmail_list_threads gmail_search_people'
      ).split(' '),
    )
    expect(named('changes').sort()).toEqual(
      (
        'gmail_batch_modify_messages gmail_create_draft gmail_modify_message_labels gmail_modify_thread_labels gmail_trash_message gmail_trash_thread ' +
        'gmail_untrash_message gmail_untrash_thread gmail_update_draft'
      ).split(' '),
    )
    expect(named('leaves the mailbox').sort()).toEqual([
      'gmail_reply_to_thread',
      'gmail_send_draft',
      'gmail_send_message',
    ])
    expect(new Set(GMAIL_TOOLS.map(({ name }) => name)).size).toBe(GMAIL_TOOLS.length)
  })
})

describe('reading', () => {
  it('fetches what a search finds, newest first, in pages', async () => {
    const { call } = await tools()
    const subjects = ({ json }: ToolAnswer) => json.messages.map((message: { subject: string }) => message.subject)
    expect(subjects(await call('gmail_fetch_mails'))).toEqual(['Receipt', 'Re: Floor plan', 'Floor plan'])
    expect(subjects(await call('gmail_fetch_mails', { query: 'is:unread from:ben' }))).toEqual(['Floor plan'])
    expect(subjects(await call('gmail_fetch_mails', { label_ids: ['INBOX'] }))).toEqual(['Receipt', 'Floor plan'])
    expect(subjects(await call('gmail_fetch_mails', { include_spam_trash: true }))).toContain('Spam')

    const first = await call('gmail_fetch_mails', { max_results: 2 })
    expect(first.json).toMatchObject({ resultSizeEstimate: 3, nextPageToken: expect.any(String) })
    const second = await call('gmail_fetch_mails', { max_results: 2, page_token: first.json.nextPageToken })
    expect(subjects(second)).toEqual(['Floor plan'])
    expect(second.json.nextPageToken).toBeUndefined()
    expect(await call('gmail_fetch_mails', { page_token: 'x' })).toMatchObject({
      isError: true,
      text: 'Invalid pageToken',
    })
  })

  it('gives a message in each format', async () => {
    const { call, id, anna } = await tools()
    const get = async (format?: string) =>
      (await call('gmail_get_message_by_id', { message_id: id('Floor plan'), format })).json
    expect(await get()).toMatchObject({
      id: id('Floor plan'),
      threadId: id('Floor plan'),
      labelIds: ['INBOX', 'UNREAD', 'Label_1'],
      snippet: 'Walls.',
      from: `Ben Okafor <${BEN}>`,
      to: `Anna Lindqvist <${ANNA}>`,
      subject: 'Floor plan',
      date: '2027-03-01T09:00:00.000Z',
      body: 'Walls.',
      attachments: [],
      payload: { headers: expect.arrayContaining([{ name: 'Message-ID', value: '<floor@x>' }]) },
    })
    expect(await get('metadata')).not.toHaveProperty('body')
    expect(await get('minimal')).not.toHaveProperty('subject')
    const { raw } = await get('raw')
    expect(Buffer.from(raw, 'base64url')).toEqual(anna.message(id('Floor plan')).mail.raw)
  })

  it('gives threads, latest first, and their messages, oldest first', async () => {
    const { call, id } = await tools()
    const { threads } = (await call('gmail_list_threads', { query: 'floor' })).json
    expect(threads).toEqual([{ id: id('Floor plan'), historyId: expect.any(String), snippet: expect.any(String) }])
    const { json } = await call('gmail_get_thread_by_id', {
      thread_id: threads[0].id,
      format: 'metadata',
      metadata_headers: ['message-id'],
    })
    expect(json.messages.map((message: { payload: unknown }) => message.payload)).toEqual([
      { mimeType: 'text/plain', headers: [{ name: 'Message-ID', value: '<floor@x>' }] },
      { mimeType: 'text/plain', headers: [{ name: 'Message-ID', value: '<re-floor@x>' }] },
    ])
  })

  it('gives labels with their counts, the profile and the people', async () => {
    const { call } = await tools()
    const { labels } = (await call('gmail_list_labels')).json
    expect(labels).toContainEqual({ id: 'Label_1', name: 'Atlas', type: 'user', messagesTotal: 1, messagesUnread: 1 })
    expect(labels).toContainEqual({ id: 'INBOX', name: 'INBOX', type: 'system', messagesTotal: 2, messagesUnread: 1 })
    expect((await call('gmail_get_profile')).json).toMatchObject({
      emailAddress: ANNA,
      messagesTotal: 4,
      threadsTotal: 3,
    })

    const ben = {
      resourceName: expect.any(String),
      names: [{ displayName: 'Ben Okafor' }],
      emailAddresses: [{ value: BEN }],
    }
    expect((await call('gmail_get_contacts')).json).toEqual({ connections: [ben], totalItems: 1 })
    expect((await call('gmail_search_people', { query: 'oka' })).json).toEqual({ results: [{ person: ben }] })
    expect((await call('gmail_search_people', { query: 'lumen' })).json.results).toEqual([])
    const others = await call('gmail_search_people', { query: 'shop@', other_contacts: true })
    expect(others.json.results).toHaveLength(1)
  })
})

describe('changing', () => {
  it('labels, trashes and restores messages and threads', async () => {
    const { anna, call, id } = await tools()
    const thread = id('Floor plan')
    const labels = () => anna.thread(thread).map((message) => [...message.labels].sort())
    const modified = await call('gmail_modify_message_labels', {
      message_id: thread,
      add_label_ids: ['STARRED'],
      remove_label_ids: ['UNREAD'],
    })
    expect(modified.json).toEqual({ id: thread, threadId: thread, labelIds: ['INBOX', 'Label_1', 'STARRED'] })
    await call('gmail_modify_thread_labels', { thread_id: thread, add_label_ids: ['IMPORTANT'] })
    expect(labels()).toEqual([
      ['IMPORTANT', 'INBOX', 'Label_1', 'STARRED'],
      ['IMPORTANT', 'SENT'],
    ])
    const message_ids = anna.thread(thread).map((message) => message.id)
    expect((await call('gmail_batch_modify_messages', { message_ids, add_label_ids: ['UNREAD'] })).json).toEqual({})
    expect(labels().every((all) => all.includes('UNREAD'))).toBe(true)
    await call('gmail_batch_modify_messages', { message_ids, remove_label_ids: ['UNREAD'] })
    await call('gmail_trash_thread', { thread_id: thread })
    expect(labels()).toEqual([
      ['IMPORTANT', 'Label_1', 'STARRED', 'TRASH'],
      ['IMPORTANT', 'SENT', 'TRASH'],
    ])
    await call('gmail_untrash_thread', { thread_id: thread })
    expect(labels()).toEqual([
      ['IMPORTANT', 'INBOX', 'Label_1', 'STARRED'],
      ['IMPORTANT', 'SENT'],
    ])
    await call('gmail_trash_message', { message_id: thread })
    await call('gmail_untrash_message', { message_id: thread })
    expect(labels()[0]).toContain('INBOX')
  })

  it('drafts in a thread, changes the draft, and sends it', async () => {
    const { ben, call, id } = await tools()
    const letter = { to: BEN, subject: 'Re: Floor plan', body: 'Draft', thread_id: id('Floor plan') }
    const created = (await call('gmail_create_draft', letter)).json
    expect(created).toMatchObject({
      id: expect.stringMatching(/^r-/),
      message: { threadId: id('Floor plan'), labelIds: ['DRAFT'] },
    })
    await call('gmail_update_draft', { ...letter, draft_id: created.id, body: 'Better' })
    expect((await call('gmail_get_draft', { draft_id: created.id })).json.message).toMatchObject({
      body: 'Better',
      threadId: id('Floor plan'),
    })
    expect((await call('gmail_list_drafts')).json.drafts).toMatchObject([
      { id: created.id, message: { subject: 'Re: Floor plan' } },
    ])
    const sent = (await call('gmail_send_draft', { draft_id: created.id })).json
    expect(sent).toMatchObject({ threadId: id('Floor plan'), labelIds: ['SENT'] })
    const [received] = ben.messages()
    expect(received?.mail.text).toBe('Better')
    expect(ben.thread(received?.threadId ?? '')).toHaveLength(3)
  })

  it('sends a message, and replies in a thread', async () => {
    const { ben, call, id } = await tools()
    await call('gmail_send_message', { to: BEN, subject: 'New', body: '<p>Hi</p>', content_type: 'text/html' })
    expect(ben.messages()[0]?.mail).toMatchObject({ subject: 'New', text: 'Hi' })
    const reply = {
      thread_id: id('Floor plan'),
      to: BEN,
      body: 'Yes',
      subject: 'Re: Floor plan',
      in_reply_to_message_id: '<floor@x>',
    }
    expect((await call('gmail_reply_to_thread', reply)).json.threadId).toBe(id('Floor plan'))
    expect(ben.messages().find(({ mail }) => mail.text === 'Yes')?.mail.references).toEqual(['<floor@x>', '<floor@x>'])
    await call('gmail_reply_to_thread', { thread_id: id('Floor plan'), to: BEN, body: 'No subject' })
    expect(ben.messages().find(({ mail }) => mail.text === 'No subject')?.mail.subject).toBe('Re:')
  })
})

describe('refusals', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['gmail_get_message_by_id', { message_id: 'ffffffffffffffff' }, 'there is no message'],
    ['gmail_get_message_by_id', {}, 'message_id'],
    ['gmail_get_message_by_id', { message_id: 'x', format: 'html' }, 'format'],
    ['gmail_get_thread_by_id', { thread_id: 'ffffffffffffffff' }, 'there is no thread'],
    ['gmail_get_draft', { draft_id: 'r-1' }, 'there is no draft'],
    ['gmail_get_attachment_by_id', { message_id: 'x', attachment_id: 'y' }, 'there is no message'],
    ['gmail_fetch_mails', { max_results: '5' }, 'max_results'],
    ['gmail_fetch_mails', { max_results: 0 }, 'max_results'],
    ['gmail_fetch_mails', { q: 'is:unread' }, 'q'],
    ['gmail_fetch_mails', { label_ids: ['Receipts'] }, 'Invalid label: Receipts'],
    ['gmail_modify_message_labels', { message_id: 'x', add_label_ids: ['STARRED'] }, 'there is no message'],
    ['gmail_send_message', { to: 'nobody', subject: 's', body: 'b' }, 'Invalid To header'],
    ['gmail_send_message', { to: BEN, body: 'b' }, 'subject'],
    ['gmail_send_draft', { draft_id: 'r-1' }, 'there is no draft'],
    ['gmail_reply_to_thread', { thread_id: 'x', to: BEN, body: 'b' }, 'there is no thread'],
    ['gmail_create_filter', { from: 'x' }, 'not available'],
    ['gmail_fly', {}, 'not found'],
  ])('%s with %j', async (name, input, text) => {
    const { anna, call } = await tools()
    const before = anna.historyId
    expect(await call(name, input)).toMatchObject({ isError: true, text: expect.stringContaining(text) })
    expect(anna.historyId).toBe(before)
  })

  it('deletes for good where nobody took that tool away', async () => {
    const { anna, call, id } = await tools()
    const receipt = id('Receipt')
    expect(await call('gmail_delete_message', { message_id: receipt })).toMatchObject({ isError: false })
    expect(() => anna.message(receipt)).toThrow()
  })
})

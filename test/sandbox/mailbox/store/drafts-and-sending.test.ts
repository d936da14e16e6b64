import { describe, expect, it } from 'vitest'
import {
  type GmailMessage,
  gmailToolNamed,
  type Letter,
  Mailbox,
  MailboxError,
  PostOffice,
  sentMails,
} from '../../../../src/sandbox/mailbox/index.js'
import { ANNA, BEN, mbox } from '../mbox-text.js'

const NEWS = 'news@paper.example'

async function scene() {
  const clock = () => Date.parse('2027-03-10T12:00:00Z')
  const carrier = new PostOffice()
  const anna = await Mailbox.fromMbox(
    mbox(
      { subject: 'Floor plan', from: `Ben Okafor <${BEN}>`, id: '<floor@x>', headers: { 'X-Gmail-Labels': 'Inbox' } },
      {
        subject: 'Interview',
        from: `Rosa <rosa@paper.example>`,
        id: '<interview@x>',
        headers: { 'X-Gmail-Labels': 'Inbox', 'Reply-To': `The Desk <${NEWS}>` },
      },
      {
        subject: 'Out',
        from: ANNA,
        to: `Ben Okafor <${BEN}>`,
        id: '<out@x>',
        headers: { 'X-Gmail-Labels': 'Sent' },
      },
    ),
    { address: ANNA, displayName: 'Anna Lindqvist', clock, carrier },
  )
  const ben = new Mailbox({ address: BEN, clock, carrier })
  carrier.add(anna)
  carrier.add(ben)
  const run = async (tool: string, input: Record<string, unknown>): Promise<unknown> => {
    const found = gmailToolNamed(tool)
    if (found === undefined) throw new Error(`There is no ${tool}`)
    return JSON.parse(JSON.stringify(await found.run(anna, input)))
  }
  const thread = (subject: string) => anna.search({ query: `subject:${subject}` })[0]?.threadId ?? ''
  return { anna, ben, run, thread }
}

interface Part {
  partId: string
  mimeType: string
  filename: string
  headers: { name: string; value: string }[]
  body: { size: number; data?: string; attachmentId?: string }
  parts?: Part[]
}
const payloadOf = (resource: unknown): Part => (resource as { message: { payload: Part } }).message.payload
const textOf = (part: Part | undefined) => Buffer.from(part?.body.data ?? '', 'base64url').toString()
const headersOf = (part: Part) => Object.fromEntries(part.headers.map(({ name, value }) => [name, value]))

const LETTER: Letter = { to: BEN, subject: 'Walls', body: 'White, please.\n\n  Två rader, ☂️ och slut' }

describe('gmail_get_draft', () => {
  it('gives a plain draft as one part, to the character', async () => {
    const { anna, run } = await scene()
    const { id } = await anna.createDraft({
      ...LETTER,
      cc: NEWS,
      bcc: 'Secret <b@x.example>',
      subject: 'Wände für Ben',
    })
    const payload = payloadOf(await run('gmail_get_draft', { draft_id: id }))
    expect(payload).toMatchObject({ partId: '', mimeType: 'text/plain', filename: '' })
    expect(payload).not.toHaveProperty('parts')
    expect(textOf(payload)).toBe(LETTER.body)
    expect(payload.body.size).toBe(Buffer.byteLength(LETTER.body))
    expect(headersOf(payload)).toMatchObject({
      From: `Anna Lindqvist <${ANNA}>`,
      To: BEN,
      Cc: NEWS,
      Bcc: 'Secret <b@x.example>',
      Subject: 'Wände für Ben',
      'Content-Type': 'text/plain; charset=utf-8',
    })
  })

  it('gives an HTML draft as it was written', async () => {
    const { run } = await scene()
    const html = '<p>White &amp; <a href="https://x.example/?a=1&amp;b=2">bright</a></p>\r\n'
    const made = (await run('gmail_create_draft', {
      to: BEN,
      subject: 'Walls',
      body: html,
      content_type: 'text/html',
    })) as {
      id: string
    }
    const payload = payloadOf(await run('gmail_get_draft', { draft_id: made.id }))
    expect([payload.mimeType, textOf(payload)]).toEqual(['text/html', html])
  })

  it('gives the parts of one from a mail program, attachments by name, type and size', async () => {
    const { anna, run } = await scene()
    const { id, message } = await anna.createDraft({
      ...LETTER,
      html: '<b>White</b>, please.',
      replyTo: NEWS,
      attachments: [
        { filename: 'Plän "2".pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF-1.7 plan') },
        { filename: 'a.txt', mimeType: 'text/plain', content: Buffer.from('attached text') },
      ],
    })
    const payload = payloadOf(await run('gmail_get_draft', { draft_id: id }))
    expect(payload).toMatchObject({
      mimeType: 'multipart/mixed',
      body: { size: 0 },
      parts: [
        {
          partId: '0',
          mimeType: 'multipart/alternative',
          parts: [
            { partId: '0.0', mimeType: 'text/plain' },
            { partId: '0.1', mimeType: 'text/html' },
          ],
        },
        { partId: '1', mimeType: 'application/pdf', filename: 'Plän _2_.pdf', body: { size: 13 } },
        { partId: '2', mimeType: 'text/plain', filename: 'a.txt', body: { size: 13 } },
      ],
    })
    expect(headersOf(payload)['Reply-To']).toBe(NEWS)
    expect(payload.parts?.[0]?.parts?.map(textOf)).toEqual([LETTER.body, '<b>White</b>, please.'])
    const attached = payload.parts?.[1]?.body
    expect(attached).not.toHaveProperty('data')
    const file = await run('gmail_get_attachment_by_id', {
      message_id: message.id,
      attachment_id: attached?.attachmentId,
    })
    expect(Buffer.from((file as { data: string }).data, 'base64url').toString()).toBe('%PDF-1.7 plan')
  })

  it('says of a change from outside', async () => {
    const { anna, run } = await scene()
    const { id } = await anna.createDraft(LETTER)
    await anna.updateDraft(id, { ...LETTER, to: NEWS, body: 'Black!' })
    const payload = payloadOf(await run('gmail_get_draft', { draft_id: id }))
    expect([textOf(payload), headersOf(payload).To]).toEqual(['Black!', NEWS])
    anna.deleteDraft(id)
    await expect(run('gmail_get_draft', { draft_id: id })).rejects.toThrow(MailboxError)
  })
})

describe('a draft that several people work on', () => {
  it('is sent as it was at that moment, or is changed and not sent; never both', async () => {
    const { anna } = await scene()
    const { id } = await anna.createDraft(LETTER)
    const [sent, changed] = await Promise.allSettled([
      anna.sendDraft(id),
      anna.updateDraft(id, { ...LETTER, body: 'Black!' }),
    ])
    expect([sent.status, changed.status]).toEqual(['fulfilled', 'rejected'])
    expect((await sentMails(anna)).at(-1)?.text).toBe(LETTER.body)
    expect(anna.drafts()).toEqual([])
  })

  it('keeps the last of two changes, and nothing of the other', async () => {
    const { anna } = await scene()
    const { id } = await anna.createDraft(LETTER)
    await Promise.all(['One', 'Two'].map((body) => anna.updateDraft(id, { ...LETTER, body })))
    expect(anna.messages().filter(({ labels }) => labels.has('DRAFT'))).toEqual([anna.draft(id).message])
  })

  it('leaves the list with its message in the trash, and comes back with it', async () => {
    const { anna, run } = await scene()
    const { id, message } = await anna.createDraft(LETTER)
    await run('gmail_trash_message', { message_id: message.id })
    expect(await run('gmail_list_drafts', {})).toMatchObject({ drafts: [] })
    expect(anna.search({ query: 'in:drafts' })).toEqual([])
    expect(await run('gmail_get_draft', { draft_id: id })).toMatchObject({ message: { labelIds: ['DRAFT', 'TRASH'] } })
    await run('gmail_untrash_message', { message_id: message.id })
    expect(anna.drafts().map((draft) => draft.id)).toEqual([id])
  })
})

describe('gmail_get_message_by_id', () => {
  it('has the headers that an answer needs, and the parts', async () => {
    const { anna, run, thread } = await scene()
    const [mail] = anna.thread(thread('Interview'))
    const { payload } = (await run('gmail_get_message_by_id', { message_id: mail?.id })) as { payload: Part }
    expect(headersOf(payload)).toMatchObject({ 'Reply-To': `The Desk <${NEWS}>`, 'Message-ID': '<interview@x>' })
    expect(textOf(payload).trim()).not.toBe('')
    const listed = (await run('gmail_get_thread_by_id', { thread_id: mail?.threadId })) as { messages: GmailMessage[] }
    expect(listed.messages[0]?.payload?.headers).toContainEqual({ name: 'Reply-To', value: `The Desk <${NEWS}>` })
  })

  it('leaves a very long text to be fetched, but not that of a draft', async () => {
    const { anna, run } = await scene()
    const body = 'x'.repeat(40_000)
    const sent = await anna.send({ ...LETTER, body })
    const { payload } = (await run('gmail_get_message_by_id', { message_id: sent.id })) as { payload: Part }
    expect(payload.body).toEqual({ size: 40_000, attachmentId: 'part_' })
    const fetched = await run('gmail_get_attachment_by_id', { message_id: sent.id, attachment_id: 'part_' })
    expect(Buffer.from((fetched as { data: string }).data, 'base64url').toString()).toBe(body)
    const draft = await anna.createDraft({ ...LETTER, body })
    expect(textOf(payloadOf(await run('gmail_get_draft', { draft_id: draft.id })))).toBe(body)
  })
})

describe('gmail_reply_to_thread', () => {
  it.each<[string, string, string]>([
    ['goes to the sender', 'Floor', BEN],
    ['goes where the sender asks answers to go', 'Interview', NEWS],
    ['goes where a mail of one\u2019s own went', 'Out', BEN],
  ])('%s, where it names nobody', async (_, subject, address) => {
    const { anna, run, thread } = await scene()
    const threadId = thread(subject)
    await run('gmail_reply_to_thread', { thread_id: threadId, body: 'Yes.', subject: `Re: ${subject}` })
    const sent = (await sentMails(anna)).at(-1)
    expect(sent?.to.map((person) => person.address)).toEqual([address])
    expect(sent?.message.threadId).toBe(threadId)
    expect(sent?.inReplyTo).toBe(anna.thread(threadId)[0]?.mail.messageId)
  })

  it('takes what it is given', async () => {
    const { anna, ben, run, thread } = await scene()
    await run('gmail_reply_to_thread', {
      thread_id: thread('Interview'),
      to: BEN,
      cc: NEWS,
      bcc: 'quiet@x.example',
      subject: 'Re: Interview?',
      body: '<i>Yes.</i>',
      content_type: 'text/html',
      in_reply_to_message_id: '<interview@x>',
    })
    expect((await sentMails(anna)).at(-1)).toMatchObject({
      to: [{ address: BEN }],
      cc: [{ address: NEWS }],
      bcc: [{ address: 'quiet@x.example' }],
      subject: 'Re: Interview?',
      text: undefined,
      html: '<i>Yes.</i>',
      inReplyTo: '<interview@x>',
    })
    expect(ben.messages()[0]?.mail.bcc).toEqual([])
  })
})

describe('what was sent', () => {
  it('is found by what the host knows of it', async () => {
    const { anna, run } = await scene()
    const sent = (await run('gmail_send_message', { to: BEN, subject: 'Walls & doors', body: 'Hi' })) as { id: string }
    const messageId = anna.message(sent.id).mail.messageId
    for (const query of [
      `in:sent to:${BEN} subject:"Walls & doors" newer_than:1d`,
      `in:sent to:(${BEN}) newer_than:1h`,
      `rfc822msgid:${messageId}`,
      `rfc822msgid:${messageId.slice(1, -1)} in:sent`,
    ]) {
      const found = (await run('gmail_fetch_mails', { query })) as { messages: { id: string }[] }
      expect([query, found.messages.map(({ id }) => id)]).toEqual([query, [sent.id]])
    }
    const other = (await run('gmail_fetch_mails', { query: `in:sent to:${NEWS} newer_than:1d` })) as { messages: [] }
    expect(other.messages).toEqual([])
  })

  it('keeps a draft to the byte, attachments included', async () => {
    const { anna } = await scene()
    const content = Buffer.from([0, 255, 13, 10, 61, 45, 45])
    const attachments = [{ filename: 'b.bin', mimeType: 'application/octet-stream', content }]
    const { id } = await anna.createDraft({ ...LETTER, html: '<p>W</p>', attachments })
    await anna.sendDraft(id)
    const [, sent] = await sentMails(anna)
    expect(sent).toMatchObject({ text: LETTER.body, html: '<p>W</p>', subject: 'Walls' })
    expect(sent?.attachments[0]).toMatchObject({ filename: 'b.bin', content })
  })
})

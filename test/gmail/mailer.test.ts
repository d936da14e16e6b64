import { beforeEach, describe, expect, it } from 'vitest'
import { GmailMailer } from '../../src/gmail/mailer.js'
import type { ToolInput } from '../../src/gmail/tool-input.js'
import { type MailboxTools, ToolRefused } from '../../src/gmail/tool-runner.js'
import { gmailToolNamed, Mailbox, MailboxError } from '../../src/sandbox/mailbox/index.js'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import { type SendRequest, UnsendableMail } from '../../src/turns/outgoing-mail.js'
import { OperatorProblem, Unavailable } from '../../src/turns/ports.js'
import { SilentLog } from '../turns/silent-log.js'

/** The mailer with a real mailbox and no wire between them; `answers` take the place of what the mailbox would answer to a tool. */

const PERSON: IdentifiedPerson = { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
const ANNA = 'anna@northwind.example'

let mailbox: Mailbox
let mailer: GmailMailer
let answers: Record<string, (input: ToolInput) => unknown>
let asked: { readonly person: unknown; readonly tool: string; readonly input: ToolInput }[]

const tools: MailboxTools = {
  async read(person, tool, input) {
    asked.push({ person, tool, input })
    const answer = answers[tool]
    return answer === undefined ? await run(tool, input) : answer(input)
  },
  async write(person, tool, input) {
    asked.push({ person, tool, input })
    return { outcome: 'done', data: await run(tool, input) }
  },
}

async function run(tool: string, input: ToolInput): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await gmailToolNamed(tool)?.run(mailbox, input)))
  } catch (error) {
    if (error instanceof MailboxError) throw new ToolRefused(400, error.message)
    throw error
  }
}

beforeEach(() => {
  mailbox = new Mailbox({ address: ANNA })
  answers = {}
  asked = []
  mailer = new GmailMailer({ tools, address: { address: async () => ANNA }, log: new SilentLog(), now: Date.now })
})

const inputs = (tool: string) => asked.filter((call) => call.tool === tool).map(({ input }) => input)
const NEW: Extract<SendRequest, { type: 'new' }> = {
  type: 'new',
  to: ['ben@northwind.example'],
  cc: [],
  bcc: [],
  subject: 'Plan',
  body: 'See the plan.',
  format: 'text',
  threadId: null,
}
const received = async (id: string, fields: Record<string, string> = {}) => {
  const lines = { From: 'Rosa <rosa@vandermeer.example>', To: ANNA, Subject: 'Offer', 'Message-ID': id, ...fields }
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  return await mailbox.receive(Buffer.from(`${head.join('')}\r\nHello\r\n`))
}
const reply = (threadId: string, rest: Partial<Extract<SendRequest, { type: 'reply' }>> = {}): SendRequest => ({
  type: 'reply',
  threadId,
  to: null,
  cc: [],
  bcc: [],
  subject: null,
  body: 'Yes.',
  format: 'text',
  inReplyTo: null,
  ...rest,
})
const addresses = (list: readonly { readonly address: string }[]) => list.map(({ address }) => address)

describe('a new mail', () => {
  it('in a thread leaves there, as no answer', async () => {
    const { threadId } = await received('<one@x>')
    const mail = await mailer.resolve(PERSON, { ...NEW, threadId })
    expect(mail.content).toMatchObject({ threadId, inReplyTo: null })
    await mailer.send(PERSON, mail)
    expect(inputs('gmail_send_message')).toMatchObject([{ thread_id: threadId }])
  })

  it('is read, looked up and sent with the account of its owner alone', async () => {
    await mailer.send(PERSON, await mailer.resolve(PERSON, { ...NEW, to: ['stranger@elsewhere.example'] }))
    expect(asked.map(({ tool }) => tool)).toEqual(['gmail_fetch_mails', 'gmail_send_message'])
    for (const { person } of asked) expect(person).toBe(PERSON)
  })
})

describe('a reply', () => {
  it.each([
    ['to whom it is told', { to: ['ben@northwind.example'] }, { to: ['ben@northwind.example'] }],
    ['with the subject that it is told, as readers see it', { subject: '=?utf-8?q?Pay_now?=' }, { subject: 'Pay now' }],
    ['as an answer, where it is told nothing', {}, { to: ['rosa@vandermeer.example'], subject: 'Re: Offer' }],
  ])('goes %s', async (_, told, expected) => {
    const { threadId } = await received('<one@x>')
    const { content } = await mailer.resolve(PERSON, reply(threadId, told))
    expect({ ...content, to: addresses(content.to) }).toMatchObject(expected)
  })

  it('answers the message that is named, and says so in the mail', async () => {
    const first = await received('<one@x>')
    await received('<two@x>', { From: 'dana@lumen.example', 'In-Reply-To': '<one@x>', References: '<one@x>' })
    const mail = await mailer.resolve(PERSON, reply(first.threadId, { inReplyTo: first.id }))
    expect(addresses(mail.content.to)).toEqual(['rosa@vandermeer.example'])
    expect(mail.content.inReplyTo).toBe(first.id)
    await mailer.send(PERSON, mail)
    expect(inputs('gmail_reply_to_thread')).toMatchObject([
      { thread_id: first.threadId, in_reply_to_message_id: '<one@x>' },
    ])
  })

  it('to what its owner wrote goes to those it went to, though nothing but the address tells whose it is', async () => {
    const { threadId } = await received('<one@x>', { From: ANNA, To: 'dana@lumen.example' })
    expect(addresses((await mailer.resolve(PERSON, reply(threadId))).content.to)).toEqual(['dana@lumen.example'])
  })

  it('says where it goes elsewhere than to the sender, and nothing of that where its owner chose', async () => {
    const { threadId } = await received('<one@x>', { 'Reply-To': 'eve@vandermeer.example' })
    const elsewhere = expect.stringContaining('Replies go to')
    expect((await mailer.resolve(PERSON, reply(threadId))).warnings).toContainEqual(elsewhere)
    const chosen = await mailer.resolve(PERSON, reply(threadId, { to: ['eve@vandermeer.example'] }))
    expect(chosen.warnings).not.toContainEqual(elsewhere)
  })

  it.each([
    ['no address', {}],
    ['an address in code', { From: '=?utf-8?q?eve=40evil.example?=@vandermeer.example' }],
  ])('is not sent where the message names %s to answer to', async (_, fields) => {
    const { threadId, id } = await received('<one@x>', fields)
    const headers = Object.entries({ 'Message-ID': '<one@x>', ...fields }).map(([name, value]) => ({ name, value }))
    answers.gmail_get_thread_by_id = () => ({ messages: [{ id, threadId, payload: { headers } }] })
    await expect(mailer.resolve(PERSON, reply(threadId))).rejects.toThrow(/does not say whom/)
  })

  it('kept as a draft, to a message that is not in its thread, still names that message', async () => {
    const { threadId } = await received('<one@x>')
    const letter = { to: 'rosa@vandermeer.example', subject: 'Re: Offer', body: 'Yes.', inReplyTo: '<gone@x>' }
    const draft = await mailbox.createDraft(letter, threadId)
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    expect(mail.content.inReplyTo).toBe('<gone@x>')
    expect(await mailer.send(PERSON, mail)).toMatchObject({ outcome: 'sent' })
    expect(inputs('gmail_reply_to_thread')).toMatchObject([{ in_reply_to_message_id: '<gone@x>' }])
  })
})

describe('a sent mail', () => {
  const sent = async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    const since = Date.now()
    await mailer.send(PERSON, mail)
    const [message] = mailbox.search({ query: 'in:sent' })
    if (message === undefined) throw new Error('nothing sent')
    return { mail, since, id: message.id, raw: await run('gmail_get_message_by_id', { message_id: message.id }) }
  }

  it('is not said to be missing where the Sent mail cannot be searched', async () => {
    const { mail, since } = await sent()
    answers.gmail_fetch_mails = () => {
      throw new ToolRefused(400, 'no such search')
    }
    await expect(mailer.findSent(PERSON, mail.sentHashes, since)).rejects.toBeInstanceOf(Unavailable)
  })

  it.each<[string, object, boolean]>([
    ['found by its own date, where the search tells none', {}, true],
    ['found where nothing tells its date', { internalDate: undefined }, true],
    ['none of an earlier year with the same words', { internalDate: '1000' }, false],
    ['no draft that the search lists', { labelIds: ['DRAFT'] }, false],
  ])('is %s', async (_, changed, isFound) => {
    const { mail, since, id, raw } = await sent()
    answers.gmail_fetch_mails = () => ({ messages: [{ id }] })
    answers.gmail_get_message_by_id = () => ({ ...Object(raw), ...changed })
    expect(await mailer.findSent(PERSON, mail.sentHashes, since)).toEqual(isFound ? [id] : [])
  })

  it('is not read where the search says that it is older', async () => {
    const { mail, since, id } = await sent()
    answers.gmail_fetch_mails = () => ({ messages: [{ id, internalDate: '1000' }] })
    await mailer.findSent(PERSON, mail.sentHashes, since)
    expect(inputs('gmail_get_message_by_id')).toEqual([])
  })
})

describe('recipients', () => {
  const request = { ...NEW, to: ['stranger@elsewhere.example'] }

  it('are not claimed to be strangers where the mailbox does not answer', async () => {
    answers.gmail_fetch_mails = () => {
      throw new Unavailable('scalekit', 'HTTP 503')
    }
    expect((await mailer.resolve(PERSON, request)).warnings).toEqual([])
  })

  it('are not passed over where the operator has to do something', async () => {
    answers.gmail_fetch_mails = () => {
      throw new OperatorProblem('setup', 'no such connection')
    }
    await expect(mailer.resolve(PERSON, request)).rejects.toBeInstanceOf(OperatorProblem)
  })
})

describe('what the mailbox answers', () => {
  it.each<[string, string, () => unknown, SendRequest | null]>([
    ['a thread', 'gmail_get_thread_by_id', () => ({ id: 't', snippet: 'x' }), reply('t')],
    ['a search', 'gmail_fetch_mails', () => ({ results: [] }), null],
  ])('is not taken for empty where %s lacks its list', async (_, tool, answer, request) => {
    answers[tool] = answer
    const asking = request === null ? mailer.findSent(PERSON, [], 0) : mailer.resolve(PERSON, request)
    await expect(asking).rejects.toThrow(/answered without messages/)
  })

  it.each<[string, unknown]>([
    ['nothing at all', {}],
    ['how many there are: none', { resultSizeEstimate: 0 }],
    ['null', null],
    ['an empty list', []],
    ['an empty list in data', { data: { messages: [] } }],
    ['an empty list of emails', { emails: [] }],
  ])('is empty where a search finds %s', async (_, answer) => {
    answers.gmail_fetch_mails = () => answer
    const found = mailer.findSent(PERSON, [], 0)
    if (answer === null) await expect(found).rejects.toBeInstanceOf(Unavailable)
    else expect(await found).toEqual([])
  })

  it('may be wrapped', async () => {
    const { threadId } = await received('<one@x>')
    const thread = await run('gmail_get_thread_by_id', { thread_id: threadId })
    answers.gmail_get_thread_by_id = () => ({ thread })
    expect(addresses((await mailer.resolve(PERSON, reply(threadId))).content.to)).toEqual(['rosa@vandermeer.example'])
  })

  it('is asked for as the mail itself where its fields are laid out flat, which keep their labels and ids', async () => {
    const draft = await mailbox.createDraft({
      to: 'rosa@vandermeer.example',
      subject: 'Plan',
      body: 'Whole.',
      replyTo: 'eve@evil.example',
    })
    answers.gmail_get_draft = (input) =>
      input.format === 'raw'
        ? {
            message: {
              raw: Buffer.from(
                `From: ${ANNA}\r\nTo: rosa@vandermeer.example\r\nReply-To: eve@evil.example\r\n\r\nWhole.`,
              ).toString('base64url'),
            },
          }
        : { id: draft.id, message: { id: 'm', to: 'rosa@vandermeer.example', body: 'A view of it' } }
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    expect(mail).toMatchObject({ readable: 'Whole.\n', draft: { id: draft.id, messageId: 'm' } })
    expect(mail.content.otherFields).toEqual([['Reply-To', 'eve@evil.example']])
  })

  it('is not read further than was asked for', async () => {
    answers.gmail_list_drafts = () => ({ drafts: Array.from({ length: 40 }, (_, index) => ({ id: `r${index}` })) })
    answers.gmail_fetch_mails = () => ({ messages: Array.from({ length: 40 }, (_, index) => ({ id: `m${index}` })) })
    answers.gmail_get_draft = () => null
    answers.gmail_get_message_by_id = () => null
    expect(await mailer.findDraft(PERSON, 'hash', 0)).toBeNull()
    expect(await mailer.findSent(PERSON, [], 0)).toEqual([])
    const ids = (tool: string, name: string) => new Set(inputs(tool).map((input) => input[name])).size
    expect([ids('gmail_get_draft', 'draft_id'), ids('gmail_get_message_by_id', 'message_id')]).toEqual([25, 25])
    expect(inputs('gmail_list_drafts')).toEqual([{ max_results: 25 }])
  })

  it('is no draft where it was thrown away', async () => {
    const draft = await mailbox.createDraft({ to: 'rosa@vandermeer.example', subject: 'Plan', body: 'x' })
    mailbox.trash([draft.message.id])
    await expect(mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).rejects.toBeInstanceOf(UnsendableMail)
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asHostTool, SENDING_TOOLS } from '../../../src/gmail/sending-tools.js'
import type { MailContent, ResolvedMail } from '../../../src/turns/outgoing-mail.js'
import { NotConnected, OperatorProblem, SessionGone, type ToolCall, Unavailable } from '../../../src/turns/ports.js'
import { HostTools, runningTool } from '../../../src/turns/sending/host-tools.js'
import { isAsShown, OutgoingContents, shownOf } from '../../../src/turns/sending/outgoing-contents.js'
import { content, FakeMailer, hashOf, outgoingMail } from '../fake-mailer.js'
import { SilentLog } from '../silent-log.js'

const ANNA = { id: 'p1', team: 'T1', user: 'U_ANNA', identifier: 'slack:T1:U_ANNA' }
const AT_NOON = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' })
const AT_ONE = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At one?' })
const SEND: ToolCall = { name: 'send_email', input: { to: 'rosa@example.com', subject: 'Lunch', body: 'At noon?' } }
const REPLY: ToolCall = { name: 'reply_to_email', input: { thread_id: 't1', body: 'Yes' } }

const MAIL = outgoingMail({ personId: ANNA.id, hash: hashOf(AT_NOON) })

let mailer: FakeMailer
let contents: OutgoingContents
/** What the session says that it called; an error where it cannot be asked. */
let call: ToolCall | Error | null
let sessionId: string | null
let log: SilentLog

beforeEach(() => {
  mailer = new FakeMailer()
  call = SEND
  sessionId = 'session'
  log = new SilentLog()
  contents = new OutgoingContents({
    mailer,
    agent: {
      async findToolCall() {
        if (call instanceof Error) throw call
        return call
      },
    },
    tools: new HostTools([
      ...SENDING_TOOLS.map(asHostTool),
      runningTool({
        name: 'find_teammate',
        description: '',
        input: z.object({}),
        touches: '',
        timeLimitMs: 1,
        run: async () => ({ text: '', failed: false }),
      }),
    ]),
    conversations: { get: async () => ({ sessionId }) },
    log,
  })
})

const resolved = (mail: MailContent): ResolvedMail => ({
  content: mail,
  hash: hashOf(mail),
  sentHashes: [],
  readable: mail.body.source,
  warnings: [],
  draft: null,
  leavesAsDraft: false,
})
const from = (address: string | null): MailContent => ({
  ...AT_NOON,
  from: address === null ? null : { name: '', address },
})
const sent = (address: string | null): ResolvedMail => ({ ...resolved(from(address)), hash: MAIL.hash })
const shownBy = (address: string | null) => ({ ...MAIL, senderHash: shownOf(sent(address)).senderHash })

describe('a mail is as its owner saw it', () => {
  it.each([
    ['with the same words from the same address', 'anna@x.example', sent('anna@x.example'), true],
    ['from an address that is only written otherwise', 'anna@x.example', sent('Anna@X.example'), true],
    ['whose address is not known now', 'anna@x.example', sent(null), true],
    ['whose address was not known then', null, sent('anna@x.example'), true],
    ['from another address', 'anna@x.example', sent('ben@x.example'), false],
    ['with other words', 'anna@x.example', resolved({ ...AT_ONE, from: from('anna@x.example').from }), false],
  ])('or not: %s', (_, shown, now, is) => {
    expect(isAsShown(shownBy(shown), now)).toBe(is)
  })
})

describe('the record of what a card shows', () => {
  it('counts every address, the hidden ones too, and names each domain once', () => {
    const [to, cc, bcc] = [['rosa@B.example', 'ben@a.example'], ['eve@b.example'], ['dana@c.example']].map((list) =>
      list.map((address) => ({ name: '', address })),
    )
    expect(shownOf(resolved({ ...AT_NOON, to: to ?? [], cc: cc ?? [], bcc: bcc ?? [] }))).toMatchObject({
      recipients: 4,
      domains: ['a.example', 'b.example', 'c.example'],
      hash: expect.any(String),
    })
  })

  it('names the draft that holds it, and the message that it answers', () => {
    const mail = { ...resolved({ ...AT_NOON, inReplyTo: 'm7' }), draft: { id: 'd1', messageId: null } }
    expect(shownOf(mail)).toMatchObject({ draftId: 'd1', inReplyTo: 'm7' })
  })
})

describe('what a card shows of a mail', () => {
  it('is what its owner saw last, and nothing else that was read since', async () => {
    contents.remember('m1', resolved(AT_ONE))
    expect(contents.known(MAIL)).toBeNull()
    contents.remember('m1', resolved(AT_NOON))
    expect(contents.known(MAIL)?.readable).toBe('At noon?')
  })

  it('is nothing where the mailbox holds another text now', async () => {
    mailer.drafts.set('d1', AT_ONE)
    expect(await contents.shown(ANNA, { ...MAIL, draftId: 'd1' })).toBeNull()
    mailer.drafts.set('d1', AT_NOON)
    expect(await contents.shown(ANNA, { ...MAIL, draftId: 'd1' })).toMatchObject({ readable: 'At noon?' })
  })

  it('is read once, and not again for every card', async () => {
    mailer.drafts.set('d1', AT_NOON)
    await contents.shown(ANNA, { ...MAIL, draftId: 'd1' })
    await contents.shown(ANNA, { ...MAIL, draftId: 'd1' })
    expect(mailer.reads).toBe(1)
    await contents.read(ANNA, { ...MAIL, id: 'm2', draftId: 'd1' })
    expect(contents.known({ ...MAIL, id: 'm2' })).not.toBeNull()
  })

  it.each([new NotConnected(), new Unavailable('scalekit', 'away'), new OperatorProblem('setup', 'no')])(
    'is nothing where it cannot be read just now: $name',
    async (error) => {
      mailer.failures.push(error)
      expect(await contents.shown(ANNA, MAIL)).toBeNull()
      expect(log.lines).toMatchObject([{ message: 'mail not readable for its card' }])
    },
  )

  it('is nothing where its draft is gone', async () => {
    expect(await contents.shown(ANNA, { ...MAIL, draftId: 'd1' })).toBeNull()
  })

  it('fails for what nobody foresaw', async () => {
    mailer.failures.push(new TypeError('a mistake'))
    await expect(contents.shown(ANNA, MAIL)).rejects.toThrow('a mistake')
  })

  it('is kept of the mails that were looked at last, of two hundred', () => {
    for (let count = 0; count < 200; count += 1) contents.remember(`m${count}`, resolved(AT_NOON))
    expect(contents.known({ ...MAIL, id: 'm0' })).not.toBeNull()
    contents.remember('one more', resolved(AT_NOON))
    const known = (id: string) => contents.known({ ...MAIL, id }) !== null
    expect([known('m0'), known('m1'), known('m2'), known('one more')]).toEqual([true, false, true, true])
  })
})

describe('what is read of a mail', () => {
  it('is the draft that holds it, whatever the call said', async () => {
    expect(await contents.request({ ...MAIL, draftId: 'd1' })).toEqual({ type: 'draft', draftId: 'd1' })
  })

  it('is what the call asked for, which the session tells once', async () => {
    expect(await contents.request(MAIL)).toMatchObject({ type: 'new', subject: 'Lunch', body: 'At noon?' })
    call = null
    expect(await contents.request(MAIL)).toMatchObject({ type: 'new', subject: 'Lunch', body: 'At noon?' })
  })

  it.each<[string, () => void]>([
    ['the session does not know the call', () => (call = null)],
    ['the session is gone', () => (call = new SessionGone('deleted'))],
    ['there is no session', () => (sessionId = null)],
    ['the call was one of a tool that sends nothing', () => (call = { name: 'find_teammate', input: {} })],
    ['the call was one of a tool that is offered no more', () => (call = { name: 'send_fax', input: {} })],
  ])('is nothing that could be sent where %s', async (_, happens) => {
    happens()
    await expect(contents.request(MAIL)).rejects.toThrow('what was to be sent is gone')
  })

  it('cannot be learnt where the session cannot be asked', async () => {
    call = new Unavailable('claude', 'away')
    await expect(contents.request(MAIL)).rejects.toThrow(Unavailable)
  })

  it('stays at the message that its owner saw answered, also when the thread went on', async () => {
    call = REPLY
    const first = await contents.read(ANNA, MAIL)
    expect(first.content.inReplyTo).toBe('newest')
    expect(await contents.request({ ...MAIL, inReplyTo: 'older' })).toMatchObject({ inReplyTo: 'older' })
    expect((await contents.read(ANNA, { ...MAIL, inReplyTo: 'older' })).content.inReplyTo).toBe('older')
  })

  it('answers the message that the agent named', async () => {
    call = { ...REPLY, input: { ...REPLY.input, in_reply_to_message_id: 'named' } }
    expect(await contents.request({ ...MAIL, inReplyTo: 'older' })).toMatchObject({ inReplyTo: 'named' })
  })

  it('answers that message also where a draft of it names none that Gmail knows', async () => {
    mailer.drafts.set('d1', { ...AT_NOON, inReplyTo: '<id@of.the.header>' })
    const read = await contents.read(ANNA, { ...MAIL, draftId: 'd1', inReplyTo: 'older' })
    expect(read.content.inReplyTo).toBe('older')
    expect((await contents.read(ANNA, { ...MAIL, draftId: 'd1' })).content.inReplyTo).toBe('<id@of.the.header>')
  })
})

describe('the tool that asked for a mail', () => {
  it.each([
    ['send_email', true],
    ['send_fax', false],
  ])('%s is offered: %s', (tool, is) => {
    expect(contents.isOffered({ tool })).toBe(is)
  })
})

describe('a notice about a mail', () => {
  it('waits until its mail can be read, as long as it is patient, and does without then', async () => {
    const away = new Unavailable('scalekit', 'away')
    mailer.failures.push(away)
    await expect(contents.shown(ANNA, MAIL, true)).rejects.toBe(away)
    mailer.failures.push(away)
    expect(await contents.shown(ANNA, MAIL)).toBeNull()
    expect(await contents.shown(ANNA, MAIL, true)).toMatchObject({ content: { subject: 'Lunch' } })
  })

  it('does without a mail that is gone, however patient it is', async () => {
    call = null
    expect(await contents.shown(ANNA, MAIL, true)).toBeNull()
  })
})

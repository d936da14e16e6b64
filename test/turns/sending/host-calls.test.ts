/** One call of a host-side tool that a session waits for: asked, run, or told what became of it. */

import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asHostTool, SENDING_TOOLS } from '../../../src/gmail/sending-tools.js'
import type { Approval, Conversation } from '../../../src/turns/model.js'
import { type OutgoingMail, UnsendableMail } from '../../../src/turns/outgoing-mail.js'
import type { OutgoingMailStore } from '../../../src/turns/outgoing-store.js'
import { NotConnected, Unavailable } from '../../../src/turns/ports.js'
import type { ToolStep } from '../../../src/turns/reply.js'
import { type HostCallsDeps, handleHostCall } from '../../../src/turns/sending/host-calls.js'
import { type HostCall, type HostResult, HostTools, runningTool } from '../../../src/turns/sending/host-tools.js'
import { OutgoingContents } from '../../../src/turns/sending/outgoing-contents.js'
import { FakeClock, settle } from '../fake-clock.js'
import { content, FakeMailer, hashOf, outgoingMail } from '../fake-mailer.js'
import { SilentLog } from '../silent-log.js'

const ANNA = { id: 'p1', team: 'T1', user: 'U_ANNA', identifier: 'slack:T1:U_ANNA' }
const CONVERSATION: Conversation = {
  id: 'c1',
  team: 'T1',
  origin: { channel: 'D1', threadTs: '1.0' },
  kind: 'im',
  owner: ANNA,
  address: null,
  sessionId: 'session',
  position: null,
  needsResync: false,
  place: null,
}
const INPUT = { to: 'rosa@example.com', subject: 'Lunch', body: 'At noon?' }
const AT_NOON = hashOf(content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' }))
const APPROVAL: Approval = {
  id: 'm1',
  turnId: 'turn',
  callId: 'call',
  isHosted: true,
  decision: null,
  reason: null,
  deniedBy: null,
  askedAt: null,
  decidedAt: null,
  delivered: false,
}
const TIME_LIMIT_MS = 10_000

let clock: FakeClock
let mailer: FakeMailer
let contents: OutgoingContents
let log: SilentLog
let stop: AbortController
/** What the store was told, in order. */
let noted: unknown[]
/** What the tool that runs at once does. */
let running: (call: HostCall) => Promise<HostResult>
/** How often the session was asked what it had called for. */
let looks: number
let deps: HostCallsDeps

beforeEach(() => {
  clock = new FakeClock()
  mailer = new FakeMailer()
  log = new SilentLog()
  stop = new AbortController()
  noted = []
  looks = 0
  running = async () => ({ text: 'Found.', failed: false })
  const tools = new HostTools([
    ...SENDING_TOOLS.map(asHostTool),
    runningTool({
      name: 'find_teammate',
      description: 'Finds somebody.',
      input: z.object({ name: z.string().default('Ben'), of: z.object({ team: z.string() }).optional() }),
      touches: 'nothing',
      timeLimitMs: TIME_LIMIT_MS,
      run: async (call, { name }) => {
        noted.push(['ran', name])
        return await running(call)
      },
    }),
  ])
  contents = new OutgoingContents({
    mailer,
    agent: {
      findToolCall: async () => {
        looks += 1
        return { name: 'send_email', input: INPUT }
      },
    },
    tools,
    conversations: { get: async () => ({ sessionId: 'session' }) },
    log,
  })
  const note = (what: string) => async (id: string, more: unknown) => {
    noted.push([what, id, more])
  }
  const outgoing: Pick<OutgoingMailStore, 'propose' | 'updateShown' | 'finish'> = {
    propose: async (proposal) => {
      noted.push(['proposed', proposal])
      return outgoingMail({})
    },
    updateShown: note('shown'),
    finish: async (id, from, state) => {
      noted.push(['finished', id, from, state])
      return true
    },
  }
  const approvals = {
    openHosted: async (turnId: string, callId: string) => {
      noted.push(['opened', turnId, callId])
      return APPROVAL
    },
  }
  deps = { tools, mailer, contents, outgoing: outgoing as OutgoingMailStore, approvals, clock, log }
})

async function handle(
  call: { readonly name: string; readonly input?: Record<string, unknown> },
  mail: Partial<OutgoingMail> | null = null,
  approval: Partial<Approval> | null = null,
) {
  const step: ToolStep = { type: 'tool', id: 'call', input: INPUT, isHosted: true, state: 'undecided', ...call }
  const scope = { turnId: 'turn', conversation: CONVERSATION, person: ANNA, signal: stop.signal }
  return await handleHostCall(
    deps,
    scope,
    step,
    mail === null ? null : outgoingMail({ hash: AT_NOON, ...mail }),
    approval === null ? null : { ...APPROVAL, ...approval },
  )
}
const failure = (text: RegExp) => ({ text: expect.stringMatching(text), failed: true })
const told = (text: RegExp) => ({ text: expect.stringMatching(text), failed: false })

describe('a call that asks for an email', () => {
  it('is noted with whose it is, when it leaves and what its card shows, and is remembered', async () => {
    const sendAt = clock.now() + 60_000
    const input = { ...INPUT, send_at: new Date(sendAt).toISOString() }
    expect(await handle({ name: 'send_email', input })).toBe('asking')
    const of = { approvalId: 'm1', personId: 'p1', conversationId: 'c1', turnId: 'turn', callId: 'call' }
    expect(noted).toEqual([
      ['opened', 'turn', 'call'],
      ['proposed', expect.objectContaining({ ...of, tool: 'send_email', sendAt, hash: AT_NOON, recipients: 1 })],
    ])
    expect(contents.known({ id: 'm1', hash: AT_NOON, senderHash: null })).not.toBeNull()
    expect(await contents.request(outgoingMail({}))).toMatchObject({ subject: 'Lunch' })
    expect(looks).toBe(0)
  })

  it.each<[string, Error | null, Record<string, unknown>, RegExp]>([
    ['the mailbox does not take it', new UnsendableMail('No such address.'), INPUT, /^No such address\.$/],
    ['Gmail is not connected', new NotConnected(), INPUT, /^Gmail is not connected/],
    ['nobody is to get it', null, { body: 'x' }, /./],
    ['its time is over', null, { ...INPUT, send_at: '2020-01-01T00:00:00Z' }, /./],
  ])('fails in words for the agent, and nobody is asked, where %s', async (_, error, input, text) => {
    if (error !== null) mailer.failures.push(error)
    expect(await handle({ name: 'send_email', input })).toEqual(failure(text))
    expect(noted).toEqual([])
  })

  it('is tried again where the mailbox is out of reach: the agent hears nothing of that', async () => {
    mailer.failures.push(new Unavailable('scalekit', 'away'))
    await expect(handle({ name: 'send_email' })).rejects.toThrow(Unavailable)
    expect(noted).toEqual([])
  })

  it.each<[string, Partial<Approval>, object]>([
    ['a press', { deniedBy: 'press' }, told(/^The person said no/)],
    ['a wish', { deniedBy: 'press', reason: 'shorter' }, told(/In their words: shorter\n/)],
    ['a new message', { deniedBy: 'new_message' }, told(/^The person did not decide this/)],
    ['the end of access', { deniedBy: 'ended_access' }, failure(/Gmail was disconnected/)],
  ])('that was denied by %s before it was read is not read, and the agent hears why', async (_, denied, expected) => {
    expect(await handle({ name: 'send_email' }, null, { decision: 'denied', ...denied })).toEqual(expected)
    expect([noted, mailer.reads]).toEqual([[], 0])
  })

  it('of a tool that is not offered any more says so', async () => {
    expect(await handle({ name: 'send_fax' })).toEqual(failure(/^This tool does not exist here/))
  })
})

describe('an email that was proposed by a process that ended', () => {
  it('is read once more, and is asked about as it was shown', async () => {
    expect(await handle({ name: 'send_email' }, {})).toBe('asking')
    expect(noted).toEqual([])
    expect(await handle({ name: 'send_email' }, {})).toBe('asking')
    expect(mailer.reads).toBe(1)
  })

  it('is asked about as it reads now, where it was changed', async () => {
    expect(await handle({ name: 'send_email' }, { hash: 'other' })).toBe('asking')
    expect(noted).toEqual([['shown', 'm1', expect.objectContaining({ hash: AT_NOON })]])
  })

  it.each<[string, Error, RegExp, string]>([
    ['cannot be sent any more', new UnsendableMail('The draft is gone.'), /^The draft is gone\.$/, 'refused'],
    ['has no mailbox any more', new NotConnected(), /^Gmail is not connected/, 'ended_access'],
  ])(
    'ends where it %s: a press on its card counts for nothing after the agent heard so',
    async (_, error, text, state) => {
      mailer.failures.push(error)
      expect(await handle({ name: 'send_email' }, {})).toEqual(failure(text))
      expect(noted).toEqual([['finished', 'm1', ['asking'], state]])
    },
  )

  it('stays as it is where the mailbox is out of reach', async () => {
    mailer.failures.push(new Unavailable('scalekit', 'away'))
    await expect(handle({ name: 'send_email' }, {})).rejects.toThrow(Unavailable)
    expect(noted).toEqual([])
  })

  it.each<[string, Partial<OutgoingMail>, Partial<Approval>, unknown, number]>([
    ['is held', { state: 'held' }, {}, 'holding', 0],
    ['leaves', { state: 'sending' }, {}, 'holding', 0],
    ['was sent', { state: 'sent' }, {}, told(/^Sent, exactly as proposed\.$/), 0],
    ['was sent as its owner edited it', { state: 'sent', edited: true }, {}, told(/At noon\?$/), 1],
    [
      'waits for its time as its owner edited it',
      { state: 'held', edited: true, sendAt: 1, dueAt: 1 },
      {},
      'holding',
      1,
    ],
    ['was denied', { state: 'denied' }, { decision: 'denied', deniedBy: 'press' }, told(/^The person said no/), 0],
    [
      'was denied with a wish',
      { state: 'denied' },
      { decision: 'denied', deniedBy: 'press', reason: 'shorter' },
      told(/In their words: shorter\n/),
      0,
    ],
    [
      'was denied by a new message',
      { state: 'denied' },
      { decision: 'denied', deniedBy: 'new_message' },
      told(/^The person did not decide this/),
      0,
    ],
  ])('is read only where its words are told: it %s', async (_, mail, approval, expected, reads) => {
    expect(await handle({ name: 'send_email' }, mail, approval)).toEqual(expected)
    expect([noted, mailer.reads]).toEqual([[], reads])
  })

  it('that waits for its time as its owner edited it is told word by word', async () => {
    mailer.drafts.set('d1', content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' }))
    const mail = { state: 'held', edited: true, sendAt: 1, dueAt: 1, draftId: 'd1' } as const
    expect(await handle({ name: 'send_email' }, mail)).toEqual(told(/^Approved, and scheduled[\s\S]*At noon\?$/))
  })
})

describe('a call that runs at once', () => {
  it('runs in the name of its owner, known by its own id, and is answered', async () => {
    let seen: HostCall | undefined
    running = async (call) => {
      seen = call
      return { text: 'Found.', failed: false }
    }
    expect(await handle({ name: 'find_teammate', input: {} })).toEqual({ text: 'Found.', failed: false })
    expect(seen).toMatchObject({ id: 'call', person: ANNA, conversation: CONVERSATION })
    expect(noted).toEqual([['ran', 'Ben']])
    expect(clock.waiting).toBe(0)
  })

  it.each([
    [{ name: 1 }, /^find_teammate was not understood\. name: /],
    [{ of: { team: 1 } }, /not understood\. of\.team: /],
    ['Ben', /not understood\. input: /],
  ])('does not run with input that does not fit, and says which field: %j', async (input, text) => {
    expect(await handle({ name: 'find_teammate', input: input as Record<string, unknown> })).toEqual(failure(text))
    expect(noted).toEqual([])
  })

  it('that goes wrong is told without the reason, which stands in the log', async () => {
    running = async () => await Promise.reject(new Error('no route to host'))
    expect(await handle({ name: 'find_teammate', input: {} })).toEqual(failure(/^This did not work/))
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { tool: 'find_teammate' } }])
    expect(JSON.stringify(log.lines)).toContain('no route to host')
  })

  it('is given up when its time is over, though its handler overhears that', async () => {
    let seen: HostCall | undefined
    running = async (call) => {
      seen = call
      return await new Promise(() => {})
    }
    const handled = handle({ name: 'find_teammate', input: {} })
    await clock.advance(TIME_LIMIT_MS - 1)
    expect(seen?.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(seen?.signal.aborted).toBe(true)
    expect(await handled).toEqual(failure(/^This took too long/))
  })

  it.each([
    ['while it runs', false],
    ['before it begins', true],
  ])('ends without an answer where the bot stops %s: the next process runs it again', async (_, before) => {
    running = async () => await new Promise(() => {})
    if (before) stop.abort(new Error('the bot stops'))
    const ended = expect(handle({ name: 'find_teammate', input: {} })).rejects.toThrow('the bot stops')
    await settle()
    stop.abort(new Error('the bot stops'))
    await ended
    expect([log.lines, clock.waiting]).toEqual([[], 0])
  })
})

describe('the registry of host-side tools', () => {
  const tool = (name: string) =>
    runningTool({
      ...{ name, description: `${name}.`, touches: '', timeLimitMs: 1 },
      input: z.object({ to: z.string().default('me') }),
      run: async () => ({ text: '', failed: false }),
    })

  it('has each name once', () => {
    expect(() => new HostTools([tool('a'), tool('a')])).toThrow(/same name/)
  })

  it('tells the agent what each takes, and which of it may be left out', () => {
    const { specs } = new HostTools([tool('b'), tool('a')])
    expect(specs.map(({ name }) => name)).toEqual(['b', 'a'])
    expect(specs[0]?.inputSchema).toEqual({ type: 'object', properties: { to: { type: 'string', default: 'me' } } })
  })
})

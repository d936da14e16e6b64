import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MailboxMismatch } from '../../src/agent/grants.js'
import { offeredTools, STANDARD_POLICIES, sendingTools } from '../../src/gmail/policies.js'
import { OperatorProblem, Rejected, SessionGone, Unavailable } from '../../src/turns/ports.js'
import { ANNA, BEN, conversationOf, eventsUntil, Platform, rejection } from './platform.js'

let platform: Platform

beforeEach(async () => {
  platform = await Platform.start()
  await platform.setUp()
  platform.scalekit.connect(ANNA.identifier, 'anna@northwind.example')
  platform.scalekit.connect(BEN.identifier, 'ben@northwind.example')
})

afterEach(async () => {
  await platform.close()
})

const ANNAS = conversationOf(ANNA)
const message = (reference: string, text = 'What is new?') => ({
  reference,
  context: `Anna, Sunday\nreference: ${reference}`,
  text,
})
const annaGrant = () => platform.virtualAccess().grant(ANNA)
const session = (id: string) => platform.agents.driver.sessions().find((each) => each.id === id)
const calls = (endpoint: string) => platform.agents.driver.requests.filter((request) => request.endpoint === endpoint)

/** Sends one message and follows until the session is idle. */
async function converse(sessionId: string, reference = 'r1') {
  const abort = new AbortController()
  const feed = platform.agent().follow(sessionId, null, abort.signal)
  await feed.opened
  await platform.agent().sendMessages(sessionId, [message(reference)])
  const events = await eventsUntil(feed)
  abort.abort()
  return events
}

/** The model asks the mailbox whose it is, and says so. */
function askWhoseMailbox(): void {
  platform.brain.next(async (turn) => {
    const [outcome] = await turn.callTools([{ name: 'gmail_get_profile', input: {} }])
    await turn.say(outcome?.status === 'ok' ? outcome.text : `${outcome?.status}`)
  })
}

/** The model makes a draft, for which it needs its owner's yes; what came of it is what it says. */
function makeDraft(): void {
  platform.brain.next(async (turn) => {
    const input = { to: 'ben@northwind.example', subject: 'Hi', body: 'Hello.' }
    const [outcome] = await turn.callTools([{ name: 'gmail_create_draft', input }])
    await turn.say(outcome?.status === 'denied' ? `denied: ${outcome.message}` : `${outcome?.status}`)
  })
}

describe.each(['virtual', 'instance'] as const)('a session in %s mode', (mode) => {
  const grant = (person = ANNA) =>
    (mode === 'virtual' ? platform.virtualAccess() : platform.instanceAccess()).grant(person)
  const create = async (person = ANNA) =>
    platform.agent().createSession(conversationOf(person), await grant(person), 'Title')

  it.each([
    [ANNA, 'anna@northwind.example'],
    [BEN, 'ben@northwind.example'],
  ])('reaches the mailbox of its owner', async (person, address) => {
    askWhoseMailbox()
    const events = await converse(await create(person))
    expect(events.find(({ type }) => type === 'message')).toMatchObject({ text: expect.stringContaining(address) })
  })

  it('has the tools of the table and no others', async () => {
    let names: string[] = []
    platform.brain.next(async (turn) => {
      names = turn.tools.map(({ name }) => name)
    })
    await converse(await create())
    const own = sendingTools(STANDARD_POLICIES).map(({ name }) => name)
    expect(names.sort()).toEqual([...offeredTools(STANDARD_POLICIES), ...own].sort())
  })

  it('says in its metadata which conversation it is, and has a printable title', async () => {
    const title = `Invoice\nfrom\u0000  ${'é'.repeat(100)}`
    const id = await platform.agent().createSession(ANNAS, await grant(), title)
    expect(session(id)?.metadata).toEqual({
      app: 'slack-inbox-agent',
      conversation: ANNAS.id,
      person: ANNA.id,
      // Tells one mailbox from another without naming it.
      mailbox: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    expect(session(id)?.title).toBe(`Invoice from ${'é'.repeat(67)}`)
  })

  it('is not made or used with somebody else’s grant', async () => {
    const id = await create()
    const bens = await grant(BEN)
    expect(await rejection(platform.agent().createSession(ANNAS, bens, 'x'))).toBeInstanceOf(MailboxMismatch)
    expect(await rejection(platform.agent().refreshSession(id, bens))).toBeInstanceOf(MailboxMismatch)
    expect(platform.agents.driver.sessions()).toHaveLength(1)
  })

  it('is not made or used with a forged grant', async () => {
    const forged = { personId: ANNA.id }
    // @ts-expect-error The compiler refuses it first.
    expect(await rejection(platform.agent().createSession(ANNAS, forged, 'x'))).toBeInstanceOf(MailboxMismatch)
    const id = await create()
    // @ts-expect-error A copy is no grant either.
    expect(await rejection(platform.agent().refreshSession(id, { ...forged }))).toBeInstanceOf(MailboxMismatch)
  })

  it('is left alone by a refresh while nothing differs', async () => {
    const id = await create()
    await platform.agent().refreshSession(id, await grant())
    expect(calls('sessions.update')).toHaveLength(0)
  })

  it('is brought to the current tools by a refresh', async () => {
    const id = await create()
    const old = { tools: [{ type: 'agent_toolset_20260401' as const }], mcp_servers: [] }
    await platform.claude.repeatable('session', (sdk, options) => sdk.beta.sessions.update(id, { agent: old }, options))
    await platform.agent().refreshSession(id, await grant())
    askWhoseMailbox()
    const events = await converse(id)
    expect(events.find(({ type }) => type === 'message')).toMatchObject({
      text: expect.stringContaining('anna@northwind'),
    })
  })

  it('is told to be outdated when it was made for the other mode', async () => {
    const id = await create()
    const other = await (mode === 'virtual' ? platform.instanceAccess() : platform.virtualAccess()).grant(ANNA)
    const error = await rejection(platform.agent().refreshSession(id, other))
    expect(error).toBeInstanceOf(SessionGone)
    expect(error).toMatchObject({ how: 'outdated' })
  })

  it('shows no secret in the errors of its creation', async () => {
    const personal = await grant()
    platform.agents.faults.answer('sessions.create', 400, { message: 'no' })
    const error = await rejection(platform.agent().createSession(ANNAS, personal, 'x'))
    const { url } = personal.attachmentFor(ANNA.id)
    expect(`${error} ${JSON.stringify(error)}`).not.toContain(url)
  })
})

describe('createSession', () => {
  it('createSession is not repeated: an unanswered one is found', async () => {
    const grant = await annaGrant()
    const agent = platform.agent()
    expect(await agent.findSession(ANNAS, Date.now())).toBeNull()
    platform.agents.faults.dropAnswer('sessions.create')
    expect(await rejection(agent.createSession(ANNAS, grant, 'x'))).toBeInstanceOf(Unavailable)
    expect(platform.agents.driver.sessions()).toHaveLength(1)
    expect(await agent.findSession(ANNAS, Date.now())).toBe(platform.agents.driver.sessions()[0]?.id)
    expect(await agent.findSession(conversationOf(ANNA, 'another'), Date.now())).toBeNull()
    expect(await agent.findSession(conversationOf(BEN, ANNAS.id), Date.now())).toBeNull()
  })

  it('finds no session that is over', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    await platform.claude.repeatable('session', (sdk, options) => sdk.beta.sessions.archive(id, {}, options))
    expect(await platform.agent().findSession(ANNAS, Date.now())).toBeNull()
  })

  it('gives a session the tools of this program, even where setup was not run after an update', async () => {
    const tools = [
      {
        type: 'mcp_toolset' as const,
        mcp_server_name: 'mailbox',
        default_config: { enabled: true, permission_policy: { type: 'always_allow' as const } },
      },
    ]
    const { agentId } = platform.deployment
    await platform.claude.repeatable('agent', (sdk, options) => sdk.beta.agents.update(agentId, { tools }, options))
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    makeDraft()
    const events = await converse(id)
    expect(events.at(-1)).toMatchObject({ type: 'idle', reason: 'requires_action' })
  })

  it('forgets a vault that turns out to be gone, so that the next try makes another', async () => {
    const access = platform.virtualAccess()
    const stale = await access.grant(ANNA)
    const [vaultId = ''] = stale.attachmentFor(ANNA.id).vaultIds
    await platform.claude.repeatable('vault', (sdk, options) => sdk.beta.vaults.delete(vaultId, {}, options))
    const agent = platform.agent(access)
    expect(await rejection(agent.createSession(ANNAS, await access.grant(ANNA), 'x'))).toBeInstanceOf(Unavailable)
    expect(await agent.createSession(ANNAS, await access.grant(ANNA), 'x')).toMatch(/^ses/)
  })

  it('says that setup is needed when the agent is gone', async () => {
    const grant = await annaGrant()
    await platform.claude.repeatable('agent', (sdk, options) =>
      sdk.beta.agents.archive(platform.deployment.agentId, {}, options),
    )
    expect(await rejection(platform.agent().createSession(ANNAS, grant, 'x'))).toMatchObject({
      name: 'OperatorProblem',
      kind: 'setup',
    })
  })
})

describe('refreshSession', () => {
  it('gives an instance session the renewed address', async () => {
    const access = platform.instanceAccess()
    const id = await platform.agent().createSession(ANNAS, await access.grant(ANNA), 'x')
    const [instance] = platform.scalekit.instances()
    const renewed = platform.scalekit.renewInstanceUrl(instance?.id ?? '')
    await platform.agent().refreshSession(id, await access.grant(ANNA))
    expect(session(id)?.agent.mcp_servers).toEqual([{ type: 'url', name: 'mailbox', url: renewed }])
    askWhoseMailbox()
    const events = await converse(id)
    expect(events.find(({ type }) => type === 'message')).toMatchObject({
      text: expect.stringContaining('anna@northwind'),
    })
  })

  it('leaves a running session as it is: it cannot be changed', async () => {
    const access = platform.instanceAccess()
    const id = await platform.agent().createSession(ANNAS, await access.grant(ANNA), 'x')
    let finish = (): void => undefined
    const started = new Promise<void>((resolve) => {
      platform.brain.next(() => {
        resolve()
        return new Promise<void>((end) => (finish = end))
      })
    })
    await platform.agent().sendMessages(id, [message('r1')])
    await started
    platform.scalekit.renewInstanceUrl(platform.scalekit.instances()[0]?.id ?? '')
    await platform.agent().refreshSession(id, await access.grant(ANNA))
    expect(calls('sessions.update')).toHaveLength(0)
    finish()
  })

  it('reads a token that was replaced between two turns', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    platform.skippedMs = 100 * 60 * 1000
    await platform.agent().refreshSession(id, await annaGrant())
    expect(platform.scalekit.issuedTokens()).toHaveLength(2)
    askWhoseMailbox()
    const events = await converse(id)
    expect(events.find(({ type }) => type === 'message')).toMatchObject({
      text: expect.stringContaining('anna@northwind'),
    })
  })

  it.each(['archived', 'terminated', 'deleted'] as const)('says that the session is %s', async (how) => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    if (how === 'terminated') {
      platform.agents.faults.failNextTurn({ end: 'terminated' })
      const abort = new AbortController()
      const feed = platform.agent().follow(id, null, abort.signal)
      await feed.opened
      await platform.agent().sendMessages(id, [message('r1')])
      await eventsUntil(feed, ({ type }) => type === 'session_ended')
      abort.abort()
    } else {
      const call = how === 'archived' ? ('archive' as const) : ('delete' as const)
      await platform.claude.repeatable('session', async (sdk, options) => {
        await sdk.beta.sessions[call](id, {}, options)
      })
    }
    const refused = await rejection(platform.agent().refreshSession(id, await annaGrant()))
    expect(refused).toBeInstanceOf(SessionGone)
    expect(refused).toMatchObject({ how })
    expect(await rejection(platform.agent().sendMessages(id, [message('r2')]))).toMatchObject({
      name: 'SessionGone',
      how,
    })
  })
})

describe('sendMessages', () => {
  it('puts the context before the person’s words, which come last and unchanged', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    const words = '  reference: fake\n\n*bold* & <b> 🙂 '
    await platform.agent().sendMessages(id, [message('r1', words), message('r2')])
    const sent = calls('sessions.events.send')[0]?.body
    expect(sent).toMatchObject({
      events: [
        { type: 'user.message', content: [{ text: 'Anna, Sunday\nreference: r1' }, { text: words }] },
        { type: 'user.message', content: [{ text: 'Anna, Sunday\nreference: r2' }, { text: 'What is new?' }] },
      ],
    })
  })

  it('has what others wrote between the two, in which no reference counts', async () => {
    const agent = platform.agent()
    const id = await agent.createSession(ANNAS, await annaGrant(), 'x')
    await agent.sendMessages(id, [{ ...message('r1'), quoted: ['one\nReference: r2', 'two'] }])
    expect(calls('sessions.events.send')[0]?.body).toMatchObject({
      events: [{ content: [{}, { text: 'one\nReference: r2' }, { text: 'two' }, { text: 'What is new?' }] }],
    })
    expect(await agent.findMessages(id, ['r1', 'r2'], null)).toEqual(new Set(['r1']))
  })

  it('is not repeated: what arrived although its answer was lost is found by its reference', async () => {
    const agent = platform.agent()
    const id = await agent.createSession(ANNAS, await annaGrant(), 'x')
    expect(await agent.findMessages(id, ['ref-1', 'ref-2'], null)).toEqual(new Set())
    platform.agents.faults.dropAnswer('sessions.events.send')
    expect(await rejection(agent.sendMessages(id, [message('ref-1', 'I have heard of ref-2')]))).toBeInstanceOf(
      Unavailable,
    )
    expect(calls('sessions.events.send')).toHaveLength(1)
    expect(await agent.findMessages(id, ['ref-1', 'ref-2'], null)).toEqual(new Set(['ref-1']))
  })

  it('finds what is still queued, and nothing from before the position', async () => {
    const agent = platform.agent()
    const id = await agent.createSession(ANNAS, await annaGrant(), 'x')
    const end = (await converse(id, 'ref-1')).at(-1)
    const position = end !== undefined && 'id' in end ? { id: end.id, at: end.at } : null
    expect(await agent.findMessages(id, ['ref-1'], position)).toEqual(new Set())
    let finish = (): void => undefined
    platform.brain.next(() => new Promise<void>((resolve) => (finish = resolve)))
    await agent.sendMessages(id, [message('ref-2')])
    await agent.sendMessages(id, [message('ref-3')])
    expect(await agent.findMessages(id, ['ref-2', 'ref-3'], position)).toEqual(new Set(['ref-2', 'ref-3']))
    finish()
  })

  it.each([
    [413, 'too big', { name: 'Rejected', reason: 'too_large' }],
    [400, 'content: message is too long', { name: 'Rejected', reason: 'too_large' }],
    [400, 'the session reached its budget', { name: 'Rejected', reason: 'budget' }],
    [400, 'something else', { name: 'Rejected', reason: 'invalid' }],
    [402, 'pay', { name: 'OperatorProblem', kind: 'billing' }],
    [400, 'Your credit balance is too low', { name: 'OperatorProblem', kind: 'billing' }],
    [401, 'who?', { name: 'OperatorProblem', kind: 'credentials' }],
    [403, 'forbidden here', { name: 'OperatorProblem', kind: 'credentials' }],
    [500, 'oops', { name: 'Unavailable', service: 'claude' }],
    [529, 'busy', { name: 'Unavailable', service: 'claude' }],
  ])('sorts a %i (%s)', async (status, said, expected) => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    platform.agents.faults.answer('sessions.events.send', status, { message: said })
    const error = await rejection(platform.agent().sendMessages(id, [message('r1', 'private words')]))
    expect(error).toMatchObject(expected)
    expect(`${error}`).not.toContain(said)
  })

  it('says how long to wait', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    platform.agents.faults.answer('sessions.events.send', 429, { headers: { 'retry-after': '7' } })
    const error = await rejection(platform.agent().sendMessages(id, [message('r1')]))
    expect(error).toMatchObject({ name: 'Unavailable', retryAfterMs: 7000 })
  })

  it('is refused without words: the API takes no empty text', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    expect(await rejection(platform.agent().sendMessages(id, [message('r1', '')]))).toBeInstanceOf(Rejected)
  })
})

describe('sendAnswers', () => {
  /** A session that waits for its owner's yes or no to a draft. */
  async function waiting(): Promise<{ id: string; callId: string }> {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    makeDraft()
    const idle = (await converse(id)).at(-1)
    const [callId] = idle?.type === 'idle' ? idle.awaiting : []
    return { id, callId: callId ?? '' }
  }

  const outcome = async (id: string) => {
    const abort = new AbortController()
    const events = await eventsUntil(
      platform.agent().follow(id, null, abort.signal),
      (event) => event.type === 'idle' && event.reason === 'end_turn',
    )
    abort.abort()
    return events
  }

  it('lets an approved call through', async () => {
    const { id, callId } = await waiting()
    await platform.agent().sendAnswers(id, [{ callId, allowed: true }])
    const events = await outcome(id)
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_decided', callId, allowed: true }))
    expect(events).toContainEqual(expect.objectContaining({ type: 'message', text: 'ok' }))
  })

  it('gives the reason with a denial', async () => {
    const { id, callId } = await waiting()
    await platform.agent().sendAnswers(id, [{ callId, allowed: false, reason: 'not today' }])
    expect(await outcome(id)).toContainEqual(expect.objectContaining({ type: 'message', text: 'denied: not today' }))
  })

  it('leaves out what the session knows already, also after a lost answer', async () => {
    const { id, callId } = await waiting()
    platform.agents.faults.dropAnswer('sessions.events.send')
    const decisions = [{ callId, allowed: true }]
    expect(await rejection(platform.agent().sendAnswers(id, decisions))).toBeInstanceOf(Unavailable)
    await platform.agent().sendAnswers(id, decisions)
    await outcome(id)
    const confirmations = platform.agents.driver.events(id).filter(({ type }) => type === 'user.tool_confirmation')
    expect(confirmations).toHaveLength(1)
  })

  it('is refused for a call that nobody asked about', async () => {
    const { id } = await waiting()
    const error = await rejection(platform.agent().sendAnswers(id, [{ callId: 'sevt_unknown', allowed: true }]))
    expect(error).toMatchObject({ name: 'Rejected', reason: 'invalid' })
  })
})

describe('messages that are sent with denials', () => {
  const sends = () =>
    calls('sessions.events.send').map(({ body }) => JSON.stringify(body).match(/"(deny|user\.message)"/g))

  /** A session that waits for its owner's yes or no to a draft, and tells how both went. */
  async function waiting(): Promise<{ id: string; callId: string }> {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    makeDraft()
    const idle = (await converse(id)).at(-1)
    const [callId = ''] = idle?.type === 'idle' ? idle.awaiting : []
    return { id, callId }
  }

  it('follow them in one batch', async () => {
    const { id, callId } = await waiting()
    await platform.agent().sendMessages(id, [message('r2')], [{ callId, allowed: false, reason: 'not now' }])
    expect(sends().at(-1)).toEqual(['"deny"', '"user.message"'])
    const abort = new AbortController()
    const events = await eventsUntil(
      platform.agent().follow(id, null, abort.signal),
      (event) => event.type === 'idle' && event.reason === 'end_turn',
    )
    abort.abort()
    expect(events).toContainEqual(expect.objectContaining({ type: 'message', text: 'denied: not now' }))
  })

  it.each([
    ['it was told before, by a request whose answer was lost', 'told'],
    ['it was interrupted', 'interrupted'],
    ['nobody ever asked', 'unasked'],
  ] as const)('go alone where a session does not wait for them: %s', async (_name, how) => {
    const { id, callId } = await waiting()
    const denials = [{ callId: how === 'unasked' ? 'sevt_unknown' : callId, allowed: false }]
    if (how === 'told') await platform.agent().sendAnswers(id, denials)
    else await platform.agent().interrupt(id)
    await platform.agent().sendMessages(id, [message('r2')], denials)
    expect(sends().at(-1)).toEqual(['"user.message"'])
  })
})

describe('interrupt', () => {
  it.each([false, true])('ends the turn (interrupts without id: %s)', async (empty) => {
    platform.agents.faults.emptyInterruptIds = empty
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    platform.brain.next(
      (turn) =>
        new Promise((_, reject) => {
          turn.signal.addEventListener('abort', () => reject(turn.signal.reason))
        }),
    )
    const abort = new AbortController()
    const feed = platform.agent().follow(id, null, abort.signal)
    await feed.opened
    await platform.agent().sendMessages(id, [message('r1')])
    const events = feed[Symbol.asyncIterator]()
    const until = async (type: string) => {
      for (;;) {
        const { value, done } = await events.next()
        if (done === true) throw new Error('the feed ended')
        if (value.type === type) return value
      }
    }
    await until('running')
    await platform.agent().interrupt(id)
    expect(await until('idle')).toMatchObject({ reason: 'end_turn' })
    abort.abort()
  })
})

describe('a wrong key', () => {
  it('a refused key is an OperatorProblem in every call', async () => {
    const id = await platform.agent().createSession(ANNAS, await annaGrant(), 'x')
    platform.agents.faults.answer('sessions.retrieve', 401)
    expect(await rejection(platform.agent().refreshSession(id, await annaGrant()))).toBeInstanceOf(OperatorProblem)
  })
})

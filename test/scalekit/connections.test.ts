import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type AccountStatus, type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ScalekitConnections } from '../../src/scalekit/connections.js'
import { instanceFinder } from '../../src/scalekit/instances.js'
import { ensureMcpConfiguration } from '../../src/scalekit/mcp-configurations.js'
import { tokenMint } from '../../src/scalekit/tokens.js'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import { NotConnected, OperatorProblem, Unavailable } from '../../src/turns/ports.js'

const PERSON: IdentifiedPerson = { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
const DEFINITION = { name: 'slack-inbox-agent', connection: 'gmail', tools: ['gmail_fetch_mails'] }

let sandbox: ScalekitSandbox
let scalekit: Scalekit
let configId: string
let connections: ScalekitConnections

beforeEach(async () => {
  sandbox = await startScalekit({ world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) })
  scalekit = new Scalekit(sandbox)
  const { id } = await ensureMcpConfiguration(scalekit, DEFINITION)
  configId = id
  connections = new ScalekitConnections(scalekit, { configId, connection: 'gmail' })
})

afterEach(async () => {
  await sandbox.close()
})

const mint = (identifier = PERSON.identifier) =>
  tokenMint(scalekit, { configId, connection: 'gmail' })(identifier, 3600)

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('the promise did not reject')
    },
    (error: unknown) => error,
  )
}

describe('the state of a connection', () => {
  it('is missing for somebody Scalekit has never heard of, who does not become known by the question', async () => {
    expect(await connections.state(PERSON)).toBe('missing')
    expect(sandbox.accounts()).toHaveLength(0)
  })

  it.each<[AccountStatus, string]>([
    ['ACTIVE', 'connected'],
    ['EXPIRED', 'expired'],
    ['PENDING_AUTH', 'missing'],
    ['PENDING_VERIFICATION', 'missing'],
    ['DISCONNECTED', 'missing'],
  ])('%s means %s', async (status, state) => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    sandbox.setStatus(PERSON.identifier, status)
    expect(await connections.state(PERSON)).toBe(state)
  })

  it('never asks for what holds Google’s tokens', async () => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    await connections.state(PERSON)
    await connections.link(PERSON)
    const grpc = sandbox.requests().flatMap(({ endpoint }) => (endpoint.startsWith('grpc') ? [endpoint] : []))
    expect(new Set(grpc)).toEqual(new Set(['grpc GetMagicLinkForConnectedAccount']))
  })
})

describe('a connect link', () => {
  it('connects the person for whom it was made', async () => {
    const link = await connections.link(PERSON)
    expect(link.expiresAt).toBeGreaterThan(Date.now())
    expect(await connections.state(PERSON)).toBe('missing')
    await sandbox.press(link.url, 'allow', 'anna@northwind.example')
    expect(await connections.state(PERSON)).toBe('connected')
    expect(sandbox.account(PERSON.identifier)?.mailAddress).toBe('anna@northwind.example')
  })

  it('is there for an expired account too', async () => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    sandbox.expire(PERSON.identifier)
    const link = await connections.link(PERSON)
    await sandbox.press(link.url, 'allow', 'anna@northwind.example')
    expect(await connections.state(PERSON)).toBe('connected')
  })

  it('is the one that comes with the account where the SDK gets none', async () => {
    sandbox.fault('grpc GetMagicLinkForConnectedAccount', { type: 'fail', status: 500 })
    const link = await connections.link(PERSON)
    expect(link.expiresAt).toBeGreaterThan(Date.now())
    await sandbox.press(link.url, 'allow', 'anna@northwind.example')
    expect(await connections.state(PERSON)).toBe('connected')
  })

  it('needs a connection of that name', async () => {
    const wrong = new ScalekitConnections(scalekit, { configId, connection: 'outlook' })
    const error = await rejection(wrong.link(PERSON))
    expect(error).toMatchObject({ kind: 'setup', message: expect.stringContaining('SCALEKIT_CONNECTION') })
  })
})

describe('a session token', () => {
  it('is minted for the person, and known to last', async () => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    const { token, expiresAt } = await mint()
    const [issued] = sandbox.issuedTokens()
    expect(issued).toMatchObject({ token, identifier: PERSON.identifier })
    expect(Math.abs(expiresAt - (issued?.expiresAt ?? 0))).toBeLessThan(1000)
  })

  it.each<AccountStatus>(['EXPIRED', 'DISCONNECTED', 'PENDING_AUTH'])(
    'is not minted while the account is %s',
    async (status) => {
      sandbox.connect(PERSON.identifier, 'anna@northwind.example')
      sandbox.setStatus(PERSON.identifier, status)
      expect(await rejection(mint())).toBeInstanceOf(NotConnected)
    },
  )

  it('is not minted for somebody unknown', async () => {
    expect(await rejection(mint('nobody'))).toBeInstanceOf(NotConnected)
  })
})

describe('the client', () => {
  it('fetches a new token once when the old one is refused', async () => {
    await connections.state(PERSON)
    sandbox.revokeClientTokens()
    expect(await connections.state(PERSON)).toBe('missing')
    expect(sandbox.requests('POST /oauth/token')).toHaveLength(2)
  })

  it('shares one token among calls that start together', async () => {
    const fresh = new ScalekitConnections(new Scalekit(sandbox), { configId, connection: 'gmail' })
    const before = sandbox.requests('POST /oauth/token').length
    await Promise.all([fresh.state(PERSON), fresh.state(PERSON), fresh.state(PERSON)])
    expect(sandbox.requests('POST /oauth/token')).toHaveLength(before + 1)
  })

  it('does not go on asking when the new token is refused too', async () => {
    sandbox.fault('POST /api/v1/mcp/configs/{id}/connected_accounts', { type: 'fail', status: 401 }, 5)
    expect(await rejection(connections.state(PERSON))).toMatchObject({ name: 'OperatorProblem', kind: 'credentials' })
    expect(sandbox.requests('POST /api/v1/mcp/configs/{id}/connected_accounts')).toHaveLength(2)
  })

  it.each([
    ['a wrong secret', { clientSecret: 'wrong-secret' }],
    ['a wrong id', { clientId: 'skc_wrong' }],
  ])('says that %s was refused, without showing it', async (_, wrong) => {
    const credentials = { url: sandbox.url, clientId: sandbox.clientId, clientSecret: sandbox.clientSecret, ...wrong }
    const mailbox = { configId, connection: 'gmail' }
    const refused = new ScalekitConnections(new Scalekit(credentials), mailbox)
    for (const error of [await rejection(refused.state(PERSON)), await rejection(refused.link(PERSON))]) {
      expect(error).toBeInstanceOf(OperatorProblem)
      expect(error).toMatchObject({ kind: 'credentials' })
      expect(`${error} ${JSON.stringify(error)}`).not.toContain(Object.values(wrong)[0])
    }
  })

  it.each([500, 503, 429])('calls a %i unavailable', async (status) => {
    sandbox.fault('POST /api/v1/mcp/configs/{id}/connected_accounts', { type: 'fail', status })
    expect(await rejection(connections.state(PERSON))).toBeInstanceOf(Unavailable)
  })

  it('calls a lost answer and an absent server unavailable', async () => {
    sandbox.fault('POST /api/v1/mcp/configs/{id}/connected_accounts', { type: 'drop-answer' })
    expect(await rejection(connections.state(PERSON))).toBeInstanceOf(Unavailable)
    const nobody = new Scalekit({ ...sandbox, url: 'http://127.0.0.1:9' })
    expect(
      await rejection(new ScalekitConnections(nobody, { configId, connection: 'gmail' }).state(PERSON)),
    ).toBeInstanceOf(Unavailable)
  })

  it('does not wait for ever', async () => {
    await connections.state(PERSON)
    sandbox.fault('POST /api/v1/mcp/configs/{id}/connected_accounts', { type: 'delay', milliseconds: 2000 })
    const impatient = new ScalekitConnections(new Scalekit(sandbox, 100), { configId, connection: 'gmail' })
    expect(await rejection(impatient.state(PERSON))).toBeInstanceOf(Unavailable)
  })

  it('says that setup is needed when the configuration is gone', async () => {
    const gone = new ScalekitConnections(scalekit, { configId: 'cfg_1234567890', connection: 'gmail' })
    expect(await rejection(gone.state(PERSON))).toMatchObject({ name: 'OperatorProblem', kind: 'setup' })
  })
})

describe('an instance', () => {
  it('is the same for the same person, and not another’s', async () => {
    const find = instanceFinder(scalekit, DEFINITION.name)
    const mine = await find(PERSON.identifier)
    expect(await find(PERSON.identifier)).toBe(mine)
    expect(await find('slack:T1:U2')).not.toBe(mine)
  })

  it('needs a configuration of that name', async () => {
    const find = instanceFinder(scalekit, 'another')
    expect(await rejection(find(PERSON.identifier))).toMatchObject({ name: 'OperatorProblem', kind: 'setup' })
  })
})

describe('an MCP configuration', () => {
  it('is never made without tools, which would mean all of them', async () => {
    expect(await rejection(ensureMcpConfiguration(scalekit, { ...DEFINITION, tools: [] }))).toBeInstanceOf(TypeError)
  })

  it('is updated when it offers all tools, more, fewer, or those of another connection', async () => {
    const two = ['gmail_fetch_mails', 'gmail_list_labels']
    expect(await ensureMcpConfiguration(scalekit, { ...DEFINITION, tools: two })).toMatchObject({
      id: configId,
      change: 'updated',
    })
    expect(await ensureMcpConfiguration(scalekit, { ...DEFINITION, tools: [...two].reverse() })).toMatchObject({
      change: 'kept',
    })
    expect(await ensureMcpConfiguration(scalekit, DEFINITION)).toMatchObject({ change: 'updated' })
    expect(sandbox.configs()).toHaveLength(1)
  })
})

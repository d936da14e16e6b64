import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MailboxMismatch, type PersonalGrant } from '../../src/agent/grants.js'
import { NotConnected, Unavailable } from '../../src/turns/ports.js'
import { ANNA, BEN, Platform, rejection } from './platform.js'

const HOUR = 60 * 60 * 1000

let platform: Platform

beforeEach(async () => {
  platform = await Platform.start()
  await platform.setUp()
  platform.scalekit.connect(ANNA.identifier, 'anna@northwind.example')
})

afterEach(async () => {
  await platform.close()
})

const vaults = () => platform.agents.driver.vaults()
const minted = () => platform.scalekit.issuedTokens().length

/** Tokens that a session with the grant's vault would use, now. */
function tokensIn(grant: PersonalGrant): (string | undefined)[] {
  const ids: readonly string[] = grant.attachmentFor(grant.personId).vaultIds
  return vaults()
    .filter(({ vault }) => ids.includes(vault.id))
    .flatMap(({ credentials }) => credentials)
    .filter(({ credential }) => credential.archived_at === null)
    .map(({ token }) => token)
}

const latestToken = () => platform.scalekit.issuedTokens().at(-1)?.token

describe('virtual mode', () => {
  it('puts a token of this person into a vault of their own', async () => {
    platform.scalekit.connect(BEN.identifier, 'ben@northwind.example')
    const access = platform.virtualAccess()
    const [anna, ben] = [await access.grant(ANNA), await access.grant(BEN)]
    expect(vaults()).toHaveLength(2)
    const [annas, bens] = platform.scalekit.issuedTokens()
    expect(annas?.identifier).toBe(ANNA.identifier)
    expect(bens?.identifier).toBe(BEN.identifier)
    expect(tokensIn(anna)).toEqual([annas?.token])
    expect(tokensIn(ben)).toEqual([bens?.token])
  })

  it('keeps the token while it outlives a turn, also over a restart, and replaces it in time', async () => {
    await platform.virtualAccess().grant(ANNA)
    platform.skippedMs = HOUR
    await platform.virtualAccess().grant(ANNA)
    expect(minted()).toBe(1)
    platform.skippedMs = 1.6 * HOUR
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(minted()).toBe(2)
    expect(tokensIn(grant)).toEqual([latestToken()])
    expect(vaults()).toHaveLength(1)
  })

  it('mints once for turns that start together', async () => {
    const access = platform.virtualAccess()
    const grants = await Promise.all([access.grant(ANNA), access.grant(ANNA), access.grant(ANNA)])
    expect(minted()).toBe(1)
    expect(vaults()).toHaveLength(1)
    expect(new Set(grants.map((grant) => grant.personId))).toEqual(new Set([ANNA.id]))
  })

  it('finds the vault that an unanswered creation left behind', async () => {
    platform.agents.faults.dropAnswer('vaults.create')
    const access = platform.virtualAccess()
    expect(await rejection(access.grant(ANNA))).toBeInstanceOf(Unavailable)
    const grant = await access.grant(ANNA)
    expect(vaults()).toHaveLength(1)
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it('replaces the token of the credential that an unanswered creation left behind', async () => {
    platform.agents.faults.dropAnswer('vaults.credentials.create')
    const access = platform.virtualAccess()
    expect(await rejection(access.grant(ANNA))).toBeInstanceOf(Unavailable)
    const grant = await access.grant(ANNA)
    expect(minted()).toBe(2)
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it.each([false, true])(
    'goes on after a 409: another process was faster (tokens immutable there: %s)',
    async (immutable) => {
      platform.agents.faults.credentialUpdateNotAllowed = immutable
      let release = (): void => undefined
      platform.agents.faults.delay('vaults.credentials.create', new Promise<void>((resolve) => (release = resolve)))
      const granting = platform.virtualAccess().grant(ANNA)
      await vi.waitFor(() => {
        expect(platform.agents.driver.requests.at(-1)?.endpoint).toBe('vaults.credentials.create')
      })
      const [existing] = vaults()
      const auth = {
        type: 'static_bearer' as const,
        mcp_server_url: platform.deployment.mcpServerUrl,
        token: 'of-another-process',
      }
      await platform.claude.once('vault', (sdk, options) =>
        sdk.beta.vaults.credentials.create(existing?.vault.id ?? '', { auth }, options),
      )
      release()
      expect(tokensIn(await granting)).toEqual([latestToken()])
      expect(vaults()).toHaveLength(1)
    },
  )

  it('replaces the token after a failure that left it unreplaced', async () => {
    await platform.virtualAccess().grant(ANNA)
    platform.skippedMs = 1.6 * HOUR
    platform.agents.faults.answer('vaults.credentials.update', 500, { times: 3 })
    expect(await rejection(platform.virtualAccess().grant(ANNA))).toBeInstanceOf(Unavailable)
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it('archives and creates anew where tokens cannot be replaced', async () => {
    await platform.virtualAccess().grant(ANNA)
    platform.agents.faults.credentialUpdateNotAllowed = true
    platform.skippedMs = 1.6 * HOUR
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(tokensIn(grant)).toEqual([latestToken()])
    expect(vaults()[0]?.credentials).toHaveLength(2)
  })

  it('goes on where the creation in place of an immutable token was not answered', async () => {
    await platform.virtualAccess().grant(ANNA)
    platform.agents.faults.credentialUpdateNotAllowed = true
    platform.skippedMs = 1.6 * HOUR
    platform.agents.faults.dropAnswer('vaults.credentials.create')
    expect(await rejection(platform.virtualAccess().grant(ANNA))).toBeInstanceOf(Unavailable)
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it.each(['archive', 'delete'] as const)('makes another vault after an operator did %s it', async (how) => {
    const before = await platform.virtualAccess().grant(ANNA)
    const [vaultId = ''] = before.attachmentFor(ANNA.id).vaultIds
    await platform.claude.repeatable('vault', async (sdk, options) => {
      await sdk.beta.vaults[how](vaultId, {}, options)
    })
    platform.skippedMs = 1.6 * HOUR
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(grant.attachmentFor(ANNA.id).vaultIds).not.toEqual([vaultId])
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it('puts the token into the credential that replaced an archived one', async () => {
    const before = await platform.virtualAccess().grant(ANNA)
    const [vaultId = ''] = before.attachmentFor(ANNA.id).vaultIds
    const credentialId = platform.vaultRows.rows.get(ANNA.id)?.credentialId ?? ''
    await platform.claude.repeatable('vault', (sdk, options) =>
      sdk.beta.vaults.credentials.archive(credentialId, { vault_id: vaultId }, options),
    )
    platform.skippedMs = 1.6 * HOUR
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(grant.attachmentFor(ANNA.id).vaultIds).toEqual([vaultId])
    expect(tokensIn(grant)).toEqual([latestToken()])
  })

  it('says that a person is not connected, and asks for no vault then', async () => {
    expect(await rejection(platform.virtualAccess().grant(BEN))).toBeInstanceOf(NotConnected)
    expect(vaults()).toHaveLength(0)
    platform.scalekit.expire(ANNA.identifier)
    expect(await rejection(platform.virtualAccess().grant(ANNA))).toBeInstanceOf(NotConnected)
  })

  it('does not call a person unconnected whose token was refused for another reason', async () => {
    platform.scalekit.fault('POST /api/v1/mcp/configs/{id}/tokens', { type: 'fail', status: 400 })
    expect(await rejection(platform.virtualAccess().grant(ANNA))).toMatchObject({
      name: 'OperatorProblem',
      kind: 'setup',
    })
  })

  it('names nobody in the vault: not the identifier, which may be an email address', async () => {
    const anna = { ...ANNA, identifier: 'anna@northwind.example' }
    platform.scalekit.connect(anna.identifier, 'anna@northwind.example')
    await platform.virtualAccess().grant(anna)
    const [stored] = vaults()
    expect(JSON.stringify(stored?.vault)).not.toContain('anna@')
  })

  it('needs an address of the server: without one, setup ran for instance mode', async () => {
    platform.deployments.deployment = { ...platform.deployment, mcpServerUrl: '' }
    expect(await rejection(platform.virtualAccess().grant(ANNA))).toMatchObject({
      name: 'OperatorProblem',
      kind: 'setup',
    })
    expect(vaults()).toHaveLength(0)
  })

  it('uses nothing that was stored for another Claude API', async () => {
    await platform.virtualAccess().grant(ANNA)
    const row = platform.vaultRows.rows.get(ANNA.id)
    if (row)
      platform.vaultRows.rows.set(ANNA.id, {
        ...row,
        anthropicUrl: 'https://api.elsewhere.example',
        vaultId: 'vlt_elsewhere',
      })
    const grant = await platform.virtualAccess().grant(ANNA)
    expect(grant.attachmentFor(ANNA.id).vaultIds).not.toContain('vlt_elsewhere')
    expect(tokensIn(grant)).toEqual([latestToken()])
  })
})

describe('instance mode', () => {
  it('asks for the address each time, the same for the same person', async () => {
    platform.scalekit.connect(BEN.identifier, 'ben@northwind.example')
    const access = platform.instanceAccess()
    const url = async (person = ANNA) => (await access.grant(person)).attachmentFor(person.id).url
    const first = await url()
    expect(await url()).toBe(first)
    expect(await url(BEN)).not.toBe(first)
    const [instance] = platform.scalekit.instances()
    const renewed = platform.scalekit.renewInstanceUrl(instance?.id ?? '')
    expect(await url()).toBe(renewed)
  })
})

describe('a grant', () => {
  it('shows its secret to nobody who prints it', async () => {
    const grant = await platform.instanceAccess().grant(ANNA)
    const { url } = grant.attachmentFor(ANNA.id)
    const secret = url.slice(url.lastIndexOf('/') + 1)
    for (const printed of [
      JSON.stringify({ grant }),
      inspect(grant, { depth: 9, showHidden: true }),
      String(grant),
      `${Object.values(grant)}`,
    ]) {
      expect(printed).not.toContain(secret)
    }
    expect(inspect(grant)).toContain('[secret]')
  })

  it('attaches a mailbox to its own person and to nobody else', async () => {
    const grant = await platform.instanceAccess().grant(ANNA)
    expect(() => grant.attachmentFor(BEN.id)).toThrow(MailboxMismatch)
    expect(() => grant.attachmentFor(undefined)).toThrow(MailboxMismatch)
  })
})

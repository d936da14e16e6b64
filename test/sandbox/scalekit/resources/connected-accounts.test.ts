import { connect } from 'node:http2'
import { create } from '@bufbuild/protobuf'
import { ScalekitClient, type ScalekitServerException } from '@scalekit-sdk/node'
import {
  AuthorizationDetailsSchema,
  ConnectorStatus,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb.js'
import { describe, expect, it } from 'vitest'
import { ANNA, BEN } from '../../mailbox/mbox-text.js'
import { ANNA_ID, BEN_ID, startTestScalekit } from '../support.js'

const GMAIL = { connectionName: 'gmail', identifier: ANNA_ID }

async function refusalOf(
  call: Promise<unknown>,
): Promise<{ http: number | undefined; code: string | null | undefined }> {
  const error = await call.then(
    () => undefined,
    (reason: ScalekitServerException) => reason,
  )
  return { http: error?.httpStatus, code: error?.errorCode }
}

describe('client credentials', () => {
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })

  it('become a token that says how long it holds', async () => {
    const { scalekit } = await startTestScalekit({ tokenTtlMs: 120_000 })
    const { clientId, clientSecret, url } = scalekit
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
    const response = await fetch(`${url}/oauth/token`, form(fields))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 120 })
  })

  it.each([
    ['a wrong secret', { grant_type: 'client_credentials', client_secret: 'guess' }, 401, 'invalid_client'],
    ['an unknown client', { grant_type: 'client_credentials', client_id: 'skc_other' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('are refused with %s', async (_case, fields, status, error) => {
    const { scalekit } = await startTestScalekit()
    const own = { client_id: scalekit.clientId, client_secret: scalekit.clientSecret }
    const response = await fetch(`${scalekit.url}/oauth/token`, form({ ...own, ...fields }))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error })
  })

  it('are refused as JSON', async () => {
    const { scalekit } = await startTestScalekit()
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${scalekit.url}/oauth/token`, { method: 'POST', headers, body: '{}' })
    expect(response.status).toBe(400)
  })

  it('make the SDK fail with 401 when they are wrong', async () => {
    const { scalekit } = await startTestScalekit()
    const stranger = new ScalekitClient(scalekit.url, scalekit.clientId, 'guess')
    await expect(stranger.actions.getConnectedAccount(GMAIL)).rejects.toThrow()
    await expect(stranger.getClientAccessToken()).rejects.toThrow()
  })

  it('are asked for again by the SDK when its token ended', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    scalekit.connect(ANNA_ID, ANNA)
    await sdk.actions.getConnectedAccount(GMAIL)
    scalekit.revokeClientTokens()
    await sdk.actions.getConnectedAccount(GMAIL)
    expect(scalekit.requests('POST /oauth/token')).toHaveLength(2)
    const statuses = scalekit.requests('grpc GetConnectedAccountAuth').map(({ status }) => status)
    expect(statuses).toEqual([401, 200, 401, 200])
  })

  it('publish the key of the tokens', async () => {
    const { sdk } = await startTestScalekit()
    await expect(sdk.validateToken(await sdk.getClientAccessToken())).resolves.toMatchObject({ token_type: 'client' })
  })
})

describe('a tool that the app runs by itself', () => {
  const profileOf = (identifier: string) => ({
    toolName: 'gmail_get_profile',
    toolInput: {},
    identifier,
    connector: 'gmail',
  })

  it('runs in the mailbox of the connected account', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    scalekit.connect(ANNA_ID, ANNA)
    const { data, executionId } = await sdk.actions.executeTool(profileOf(ANNA_ID))
    expect(data).toMatchObject({ emailAddress: ANNA, messagesTotal: 3 })
    expect(executionId).not.toBe('')
  })

  it('is refused without an active account, with wrong input, and where there is none of that name', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    expect(await refusalOf(sdk.actions.executeTool(profileOf(BEN_ID)))).toMatchObject({ http: 404 })
    scalekit.connect(ANNA_ID, ANNA)
    scalekit.expire(ANNA_ID)
    expect(await refusalOf(sdk.actions.executeTool(profileOf(ANNA_ID)))).toMatchObject({ http: 400 })
    scalekit.connect(ANNA_ID, ANNA)
    const wrong = { ...profileOf(ANNA_ID), toolInput: { user: 'somebody' } }
    expect(await refusalOf(sdk.actions.executeTool(wrong))).toMatchObject({ http: 400, code: 'VALIDATION_ERROR' })
    const unknown = { ...profileOf(ANNA_ID), toolName: 'gmail_guess' }
    expect(await refusalOf(sdk.actions.executeTool(unknown))).toMatchObject({ http: 404 })
  })
})

describe('connected accounts over gRPC', () => {
  it('come into being with their first link, and await authorization', async () => {
    const { scalekit, sdk } = await startTestScalekit({ linkTtlMs: 60_000, now: () => 1_800_000_000_000 })
    const { link, expiry } = await sdk.actions.getAuthorizationLink(GMAIL)
    expect(link).toMatch(new RegExp(`^${scalekit.url}/magicLink/[\\w-]{43}$`))
    expect(expiry?.seconds).toBe(1_800_000_060n)
    const { connectedAccount } = await sdk.actions.getConnectedAccount(GMAIL)
    expect(connectedAccount).toMatchObject({
      identifier: ANNA_ID,
      connector: 'gmail',
      provider: 'GMAIL',
      status: ConnectorStatus.PENDING_AUTH,
    })
    expect(connectedAccount?.authorizationDetails).toBeUndefined()
    expect(connectedAccount?.id).toMatch(/^ca_\d{18}$/)
  })

  it('have the provider’s tokens once they are active, but not in lists', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    scalekit.connect(ANNA_ID, ANNA)
    scalekit.connect(BEN_ID, BEN)
    const { connectedAccount } = await sdk.actions.getOrCreateConnectedAccount(GMAIL)
    expect(connectedAccount?.status).toBe(ConnectorStatus.ACTIVE)
    expect(connectedAccount?.authorizationDetails?.details.case).toBe('oauthToken')

    const all = await sdk.actions.listConnectedAccounts({ connectionName: 'gmail', pageSize: 1 })
    expect(all).toMatchObject({ totalSize: 2, connectedAccounts: [{ identifier: ANNA_ID }] })
    const rest = await sdk.actions.listConnectedAccounts({
      connectionName: 'gmail',
      pageSize: 1,
      pageToken: all.nextPageToken,
    })
    expect(rest).toMatchObject({ nextPageToken: '', connectedAccounts: [{ identifier: BEN_ID }] })
    const bens = await sdk.actions.listConnectedAccounts({ identifier: BEN_ID })
    expect(bens.connectedAccounts.map(({ identifier }) => identifier)).toEqual([BEN_ID])
    expect(JSON.stringify(bens, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'ya29.',
    )
  })

  it('are created, given credentials, and deleted', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    const { connectedAccount } = await sdk.actions.getOrCreateConnectedAccount(GMAIL)
    expect(connectedAccount?.status).toBe(ConnectorStatus.PENDING_AUTH)
    const credentials = create(AuthorizationDetailsSchema, {
      details: { case: 'oauthToken', value: { accessToken: 'ya29.own', refreshToken: '1//own' } },
    })
    await sdk.actions.updateConnectedAccount({ ...GMAIL, authorizationDetails: credentials })
    expect(scalekit.account(ANNA_ID)).toMatchObject({ status: 'ACTIVE', tokens: { accessToken: 'ya29.own' } })
    const id = scalekit.account(ANNA_ID)?.id ?? ''
    await sdk.actions.deleteConnectedAccount({ connectedAccountId: id })
    expect(scalekit.accounts()).toEqual([])
    expect(await refusalOf(sdk.actions.getConnectedAccount(GMAIL))).toEqual({ http: 404, code: 'RESOURCE_NOT_FOUND' })
  })

  it('await authorization again when a lost one gets a link; a working one goes on working', async () => {
    const { scalekit, sdk } = await startTestScalekit()
    scalekit.connect(ANNA_ID, ANNA)
    await sdk.actions.getAuthorizationLink(GMAIL)
    expect(scalekit.account(ANNA_ID)?.status).toBe('ACTIVE')
    scalekit.expire(ANNA_ID)
    await sdk.actions.getAuthorizationLink(GMAIL)
    expect(scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
  })

  it('refuse an unknown connection, a missing account and a bad verification page', async () => {
    const { sdk } = await startTestScalekit()
    const { actions } = sdk
    const elsewhere = { connectionName: 'outlook', identifier: ANNA_ID }
    expect(await refusalOf(actions.getAuthorizationLink(elsewhere))).toEqual({ http: 404, code: 'RESOURCE_NOT_FOUND' })
    expect(await refusalOf(actions.deleteConnectedAccount(GMAIL))).toEqual({ http: 404, code: 'RESOURCE_NOT_FOUND' })
    expect(await refusalOf(actions.getAuthorizationLink({ connectionName: 'gmail' }))).toEqual({
      http: 400,
      code: 'VALIDATION_ERROR',
    })
    for (const userVerifyUrl of ['javascript:alert(1)', '/verify']) {
      expect(await refusalOf(actions.getAuthorizationLink({ ...GMAIL, userVerifyUrl }))).toEqual({
        http: 400,
        code: 'VALIDATION_ERROR',
      })
    }
  })

  it('refuse to be created twice', async () => {
    const { sdk } = await startTestScalekit()
    const authorizationDetails = create(AuthorizationDetailsSchema)
    const make = () => sdk.actions.createConnectedAccount({ ...GMAIL, authorizationDetails })
    await make()
    expect(await refusalOf(make())).toEqual({ http: 409, code: 'DUPLICATE_IDENTIFIER' })
  })

  it('are served on HTTP/2 only, and REST beside them on HTTP/1.1', async () => {
    const { scalekit } = await startTestScalekit()
    const session = connect(scalekit.url)
    const stream = session.request({ ':path': '/api/v1/mcp/configs' })
    const status = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])))
    session.destroy()
    expect(status).toBe(404)
    const service = '/scalekit.v1.connected_accounts.ConnectedAccountService/ListConnectedAccounts'
    const answer = await fetch(scalekit.url + service, {
      method: 'POST',
      headers: { 'content-type': 'application/grpc' },
    })
    expect(answer.status).toBe(404)
  })
})

import { expect, test } from 'vitest'
import { type Beta, invalid, missing, refusal, start } from '../fixture.js'

const url = 'https://mcp.example/mail'
const bearer = (token = 's3cret', mcp_server_url = url) => ({
  auth: { type: 'static_bearer' as const, token, mcp_server_url },
})

async function newVault(beta: Beta): Promise<string> {
  return (await beta.vaults.create({ display_name: 'Anna', metadata: { person: 'U1' } })).id
}

test('a vault is created, renamed, listed, archived and deleted', async () => {
  const { beta } = await start()
  const id = await newVault(beta)
  expect(await beta.vaults.update(id, { display_name: 'Ben', metadata: { person: null, who: 'U2' } })).toMatchObject({
    id: expect.stringMatching(/^vlt_01/),
    type: 'vault',
    display_name: 'Ben',
    metadata: { who: 'U2' },
    archived_at: null,
  })
  expect((await beta.vaults.list()).data.map((vault) => vault.id)).toEqual([id])
  await beta.vaults.archive(id)
  expect((await beta.vaults.list()).data).toEqual([])
  expect((await beta.vaults.list({ include_archived: true })).data).toHaveLength(1)
  expect(await refusal(beta.vaults.update(id, { display_name: 'Cleo' }))).toMatchObject(invalid(/archived/))
  expect(await beta.vaults.delete(id)).toEqual({ id, type: 'vault_deleted' })
  expect(await refusal(beta.vaults.retrieve(id))).toMatchObject(missing(/Vault/))
})

test('a credential never shows its secret, which the driver does', async () => {
  const { beta, sandbox } = await start()
  const vault_id = await newVault(beta)
  const credential = await beta.vaults.credentials.create(vault_id, { ...bearer(), display_name: 'Gmail' })
  expect(credential).toMatchObject({
    id: expect.stringMatching(/^vcrd_01/),
    type: 'vault_credential',
    vault_id,
    auth: { type: 'static_bearer', mcp_server_url: url },
    display_name: 'Gmail',
  })
  const answers = [
    credential,
    await beta.vaults.credentials.retrieve(credential.id, { vault_id }),
    await beta.vaults.credentials.list(vault_id),
  ]
  expect(JSON.stringify(answers)).not.toContain('s3cret')
  expect(sandbox.driver.vaults()[0]?.credentials[0]?.token).toBe('s3cret')
})

test.each(['https://mcp.example/mail', 'https://MCP.example:443/mail/'])(
  'a second active credential for %s is a conflict',
  async (same) => {
    const { beta } = await start()
    const vault_id = await newVault(beta)
    const { id } = await beta.vaults.credentials.create(vault_id, bearer())
    expect(await refusal(beta.vaults.credentials.create(vault_id, bearer('other', same)))).toMatchObject({
      status: 409,
      type: 'conflict_error',
    })
    await beta.vaults.credentials.create(vault_id, bearer('other', 'https://mcp.example/other'))
    await beta.vaults.credentials.archive(id, { vault_id })
    await beta.vaults.credentials.create(vault_id, bearer('other', same))
  },
)

test('an update replaces the token; the URL and the type cannot change', async () => {
  const { beta, sandbox } = await start()
  const vault_id = await newVault(beta)
  const { id } = await beta.vaults.credentials.create(vault_id, bearer())
  await beta.vaults.credentials.update(id, { vault_id, auth: { type: 'static_bearer', token: 'fresh' } })
  expect(sandbox.driver.vaults()[0]?.credentials[0]?.token).toBe('fresh')
  const moved = { vault_id, auth: { type: 'static_bearer' as const, mcp_server_url: 'https://elsewhere.example' } }
  expect(await refusal(beta.vaults.credentials.update(id, moved))).toMatchObject(
    invalid('auth.mcp_server_url: Extra inputs are not permitted'),
  )
  expect(
    await refusal(beta.vaults.credentials.update(id, { vault_id, auth: { type: 'mcp_oauth', access_token: 'x' } })),
  ).toMatchObject(invalid(/^auth.type/))
  await beta.vaults.credentials.archive(id, { vault_id })
  expect(sandbox.driver.vaults()[0]?.credentials[0]?.token).toBeUndefined()
  expect(
    await refusal(beta.vaults.credentials.update(id, { vault_id, auth: { type: 'static_bearer', token: 'x' } })),
  ).toMatchObject(invalid(/archived/))
  expect((await beta.vaults.credentials.list(vault_id)).data).toEqual([])
  expect((await beta.vaults.credentials.list(vault_id, { include_archived: true })).data).toHaveLength(1)
})

test('some deployments answer 405 to an update', async () => {
  const { beta, sandbox } = await start()
  const vault_id = await newVault(beta)
  const { id } = await beta.vaults.credentials.create(vault_id, bearer())
  sandbox.faults.credentialUpdateNotAllowed = true
  expect(
    await refusal(beta.vaults.credentials.update(id, { vault_id, auth: { type: 'static_bearer', token: 'x' } })),
  ).toMatchObject({ status: 405 })
  expect(sandbox.driver.vaults()[0]?.credentials[0]?.token).toBe('s3cret')
})

test('a credential can be deleted, and belongs to its vault alone', async () => {
  const { beta } = await start()
  const vault_id = await newVault(beta)
  const other = await newVault(beta)
  const { id } = await beta.vaults.credentials.create(vault_id, bearer())
  expect(await refusal(beta.vaults.credentials.retrieve(id, { vault_id: other }))).toMatchObject(missing(/Credential/))
  expect(await beta.vaults.credentials.delete(id, { vault_id })).toEqual({ id, type: 'vault_credential_deleted' })
  expect(await refusal(beta.vaults.credentials.retrieve(id, { vault_id }))).toMatchObject(missing(/Credential/))
})

test.each<[string, object, RegExp]>([
  ['no token', { auth: { type: 'static_bearer', mcp_server_url: url } }, /^auth\.token: Field required/],
  ['an empty token', bearer(''), /^auth\.token: /],
  ['no URL', { auth: { type: 'static_bearer', token: 'x' } }, /^auth\.mcp_server_url: Field required/],
  ['a URL that is none', bearer('x', 'mail'), /^auth\.mcp_server_url: /],
  ['an unknown field', { ...bearer(), scope: 'all' }, /^scope: Extra inputs/],
  ['an unknown kind', { auth: { type: 'password', password: 'x' } }, /^auth/],
  [
    'an expiry in the past',
    { auth: { type: 'mcp_oauth', access_token: 'x', mcp_server_url: url, expires_at: '2001-01-01T00:00:00Z' } },
    /future/,
  ],
])('a credential with %s is refused', async (_, wrong, why) => {
  const { beta } = await start()
  const vault_id = await newVault(beta)
  expect(await refusal(beta.vaults.credentials.create(vault_id, { ...bearer(), ...wrong }))).toMatchObject(invalid(why))
})

test('an archived vault takes no credentials; a vault holds twenty', async () => {
  const { beta } = await start()
  const vault_id = await newVault(beta)
  for (let index = 0; index < 20; index++)
    await beta.vaults.credentials.create(vault_id, bearer('x', `${url}/${index}`))
  expect(await refusal(beta.vaults.credentials.create(vault_id, bearer()))).toMatchObject(invalid(/at most 20/))
  await beta.vaults.archive(vault_id)
  expect(await refusal(beta.vaults.credentials.create(vault_id, bearer()))).toMatchObject(invalid(/archived/))
  expect(await refusal(beta.vaults.credentials.create('vlt_x', bearer()))).toMatchObject(missing(/Vault/))
})

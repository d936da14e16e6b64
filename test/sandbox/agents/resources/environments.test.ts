import {
  BetaEnvironmentArchivedError,
  BetaInvalidConfigTypeChangeError,
} from '@anthropic-ai/sdk/resources/beta/environments/environments'
import { expect, test } from 'vitest'
import { invalid, missing, newSession, refusal, start } from '../fixture.js'

const limited = { type: 'limited' as const, allowed_hosts: [], allow_mcp_servers: true }

test('an environment keeps its network policy, with the defaults filled in', async () => {
  const { beta } = await start()
  const environment = await beta.environments.create({ name: 'inbox', config: { type: 'cloud', networking: limited } })
  expect(environment).toMatchObject({
    id: expect.stringMatching(/^env_01/),
    type: 'environment',
    config: {
      type: 'cloud',
      networking: { ...limited, allow_package_managers: false },
      packages: { npm: [], pip: [] },
    },
    description: null,
    archived_at: null,
  })
  expect((await beta.environments.create({ name: 'open' })).config).toMatchObject({
    networking: { type: 'unrestricted' },
  })
})

test.each<[string, object, RegExp]>([
  ['no name', { name: undefined }, /^name: Field required/],
  ['an unknown field', { region: 'eu' }, /^region: Extra inputs/],
  ['an unknown network policy', { config: { type: 'cloud', networking: { type: 'closed' } } }, /networking/],
  [
    'hosts on an open network',
    { config: { type: 'cloud', networking: { type: 'unrestricted', allowed_hosts: [] } } },
    /allowed_hosts: Extra/,
  ],
  [
    'a URL for a host',
    { config: { type: 'cloud', networking: { ...limited, allowed_hosts: ['https://a.example/x'] } } },
    /hostname/,
  ],
  [
    'packages it may not fetch',
    { config: { type: 'cloud', networking: limited, packages: { npm: ['left-pad'] } } },
    /allow_package_managers/,
  ],
  ['another scope', { scope: 'account' }, /^scope: /],
])('an environment with %s is refused', async (_, wrong, why) => {
  const { beta } = await start()
  expect(await refusal(beta.environments.create({ name: 'inbox', ...wrong }))).toMatchObject(invalid(why))
})

test('names are taken once, until archived', async () => {
  const { beta } = await start()
  const { id } = await beta.environments.create({ name: 'inbox' })
  expect(await refusal(beta.environments.create({ name: 'inbox' }))).toMatchObject({
    status: 409,
    type: 'conflict_error',
  })
  await beta.environments.archive(id)
  await beta.environments.create({ name: 'inbox' })
  expect((await beta.environments.list()).data).toHaveLength(1)
  expect((await beta.environments.list({ include_archived: true })).data).toHaveLength(2)
})

test('an update keeps what it does not mention', async () => {
  const { beta } = await start()
  const { id } = await beta.environments.create({
    name: 'inbox',
    metadata: { a: '1', b: '2' },
    config: { type: 'cloud', networking: limited },
  })
  const config = { type: 'cloud' as const, networking: { type: 'limited' as const, allowed_hosts: ['mcp.example'] } }
  const updated = await beta.environments.update(id, { description: 'Mail', metadata: { a: '' }, config })
  expect(updated).toMatchObject({ name: 'inbox', description: 'Mail', metadata: { b: '2' } })
  expect(updated.config).toMatchObject({ networking: { allowed_hosts: ['mcp.example'], allow_mcp_servers: true } })
})

test('the refusals that the SDK has classes for reach them', async () => {
  const { beta } = await start()
  const { id } = await beta.environments.create({ name: 'inbox' })
  await expect(beta.environments.update(id, { config: { type: 'self_hosted' } })).rejects.toThrow(
    BetaInvalidConfigTypeChangeError,
  )
  await beta.environments.archive(id)
  await expect(beta.environments.update(id, { name: 'other' })).rejects.toThrow(BetaEnvironmentArchivedError)
})

test('an environment in use cannot be deleted', async () => {
  const bench = await start()
  const session = await newSession(bench)
  expect(await refusal(bench.beta.environments.delete(session.environment_id))).toMatchObject({ status: 409 })
  await bench.beta.sessions.delete(session.id)
  expect(await bench.beta.environments.delete(session.environment_id)).toEqual({
    id: session.environment_id,
    type: 'environment_deleted',
  })
  expect(await refusal(bench.beta.environments.retrieve(session.environment_id))).toMatchObject(missing(/Environment/))
})

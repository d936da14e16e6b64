import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { ANNA, DM, GENERAL, openStore, TEAM } from '../fixture.js'

let store: Store

beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

describe("the bot's own messages", () => {
  const key = { subject: 'turn', place: 'reply', part: 0 } as const

  it('posts are announced before they are posted, and settled when Slack has them', async () => {
    await store.posts.announce(key, DM)
    const [announced] = await store.posts.of('turn', 'reply')
    expect(announced).toMatchObject({ part: 0, channel: DM, ts: null, announcedAt: expect.any(Number) })
    await store.posts.settle(key, '5.0')
    expect(await store.posts.of('turn', 'reply')).toEqual([{ ...announced, ts: '5.0' }])
  })

  it('keep the time of their first note, since that is where to look for them', async () => {
    await store.posts.announce(key, DM)
    const [first] = await store.posts.of('turn', 'reply')
    await store.posts.announce(key, GENERAL)
    expect(await store.posts.of('turn', 'reply')).toEqual([{ ...first, channel: GENERAL }])
  })

  it('posts are told apart by subject, place and part, and ordered by part', async () => {
    for (const part of [2, 0, 1]) await store.posts.announce({ ...key, part }, DM)
    await store.posts.announce({ ...key, place: 'card' }, DM)
    await store.posts.announce({ ...key, subject: 'another turn' }, DM)
    await store.posts.settle({ ...key, part: 1 }, '5.1')
    expect(await store.posts.of('turn', 'reply')).toMatchObject([
      { part: 0, ts: null },
      { part: 1, ts: '5.1' },
      { part: 2, ts: null },
    ])
    await store.posts.forget({ ...key, part: 1 })
    expect((await store.posts.of('turn', 'reply')).map((post) => post.part)).toEqual([0, 2])
    expect(await store.posts.of('turn', 'card')).toHaveLength(1)
  })
})

describe('a command', () => {
  const command = { triggerId: 'trigger', team: TEAM, user: ANNA, text: 'what is unread?', mentions: [] }

  it('a command is kept once per trigger id, until it is done', async () => {
    const id = await store.commands.journal(command)
    expect(id).not.toBeNull()
    expect(await store.commands.journal(command)).toBeNull()
    const second = await store.commands.journal({ ...command, triggerId: 'another' })
    expect(await store.commands.unfinished()).toMatchObject([
      { id, text: 'what is unread?', person: { team: TEAM, user: ANNA } },
      { id: second },
    ])
    await store.commands.markDone(id ?? '')
    expect((await store.commands.unfinished()).map((one) => one.id)).toEqual([second])
    expect(await store.commands.journal(command)).toBeNull()
  })
})

describe('a deployment', () => {
  const deployment = {
    scalekitUrl: 'https://x.scalekit.example',
    configName: 'slack-inbox-agent',
    anthropicUrl: 'https://api.anthropic.example',
    agentId: 'agent_1',
    environmentId: 'env_1',
    mcpConfigId: 'cfg_1',
    mcpServerUrl: 'https://mcp.example/1',
  }

  it('a database has one deployment, and the newest stands', async () => {
    expect(await store.deployments.read()).toBeNull()
    await store.deployments.write(deployment)
    await store.deployments.write({ ...deployment, agentId: 'agent_2' })
    expect(await store.deployments.read()).toEqual({ ...deployment, agentId: 'agent_2' })
  })
})

describe('where the key to a mailbox is kept', () => {
  it('a person has one vault, which can change and be forgotten', async () => {
    const { id: personId } = await store.people.ensure(TEAM, ANNA)
    const vault = {
      personId,
      anthropicUrl: 'https://api.anthropic.example',
      vaultId: 'vault_1',
      mcpServerUrl: 'https://mcp.example/1',
      credentialId: null,
      expiresAt: null,
    }
    await store.vaults.write(vault)
    await store.vaults.write({ ...vault, credentialId: 'cred_1', expiresAt: 5 })
    expect(await store.vaults.read(personId)).toEqual({ ...vault, credentialId: 'cred_1', expiresAt: 5 })
    expect(await store.vaults.read('somebody else')).toBeNull()
    await store.vaults.remove(personId)
    expect(await store.vaults.read(personId)).toBeNull()
  })

  it('a vault’s row never holds the token', async () => {
    const columns = await store.db.introspection.getTables()
    const names = columns.find((table) => table.name === 'vault')?.columns.map((column) => column.name) ?? []
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => /token|secret|password/.test(name))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { defineAgent, ENVIRONMENT_CONFIG, fingerprint, wireMailbox } from '../../src/agent/definition.js'
import { GMAIL_TOOLS } from '../../src/gmail/tools.js'

const URL = 'https://mcp.example/servers/1'

/** Name → policy of every tool that can be called at all. */
function callable(): Record<string, string | undefined> {
  return Object.fromEntries(
    wireMailbox(URL).tools.flatMap((toolset): [string, string | undefined][] => {
      if (toolset.type === 'custom') return [[toolset.name, 'custom']]
      expect(toolset.default_config?.enabled).toBe(false)
      return (toolset.configs ?? [])
        .filter(({ enabled }) => enabled)
        .map((tool) => [tool.name, tool.permission_policy?.type])
    }),
  )
}

describe('the agent definition', () => {
  it('asks for everything that changes the mailbox, for nothing that only reads, and has nothing that sends', () => {
    const tools = callable()
    const policies = { read: 'always_allow', change: 'always_ask', leave: undefined }
    for (const [name, { kind }] of Object.entries(GMAIL_TOOLS))
      expect([name, tools[name]]).toEqual([name, policies[kind]])
    expect(GMAIL_TOOLS.gmail_send_message.kind).toBe('leave')
    expect(GMAIL_TOOLS.gmail_trash_thread.kind).toBe('change')
  })

  it('has no shell, no web, and nothing that deletes for good or outlives the conversation', () => {
    const names = Object.keys(callable())
    expect(names.filter((name) => !name.startsWith('gmail_')).sort()).toEqual(['glob', 'grep', 'read'])
    expect(
      names.filter((name) => /delete|filter|forward|delegate|send_as|vacation|import|insert|watch/.test(name)),
    ).toEqual([])
  })

  it('brings every server together with its toolset, and neither without the other', () => {
    expect(wireMailbox(URL).mcp_servers.map(({ name }) => name)).toEqual(['mailbox'])
    expect(wireMailbox(null)).toMatchObject({ mcp_servers: [], tools: [{ type: 'agent_toolset_20260401' }] })
    expect(defineAgent('claude-x', '').mcp_servers).toEqual([])
  })

  it('reaches nothing but the MCP server', () => {
    expect(ENVIRONMENT_CONFIG.networking).toEqual({
      type: 'limited',
      allowed_hosts: [],
      allow_mcp_servers: true,
      allow_package_managers: false,
    })
  })
})

describe('fingerprint', () => {
  it('does not depend on the order of keys', () => {
    expect(fingerprint({ a: 1, b: { c: 2, d: 3 } })).toBe(fingerprint({ b: { d: 3, c: 2 }, a: 1 }))
  })

  it('changes with anything that is said', () => {
    const definition = defineAgent('claude-x', URL)
    const changed = [
      { ...definition, model: 'claude-y' },
      { ...definition, system: `${definition.system} Be brief.` },
      defineAgent('claude-x', `${URL}2`),
    ]
    expect(new Set([definition, ...changed].map(fingerprint)).size).toBe(4)
  })

  it('fits into the metadata of the API', () => {
    expect(fingerprint(defineAgent('claude-x', URL))).toMatch(/^[0-9a-f]{32}$/)
  })
})

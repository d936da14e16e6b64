import { describe, expect, it } from 'vitest'
import { wireMailbox } from '../../src/agent/definition.js'
import { sameServers, sameTools } from '../../src/agent/tool-comparison.js'

type Toolset = Parameters<typeof sameTools>[0][number]

const mcp = (changes: Partial<Toolset> = {}): Toolset => ({
  type: 'mcp_toolset',
  mcp_server_name: 'mailbox',
  default_config: { enabled: false, permission_policy: { type: 'always_ask' } },
  configs: [
    { name: 'read_it', enabled: true, permission_policy: { type: 'always_allow' } },
    { name: 'send_it', enabled: true, permission_policy: { type: 'always_ask' } },
  ],
  ...changes,
})

const tool = (name: string, enabled: boolean, policy: string) => ({
  name,
  enabled,
  permission_policy: { type: policy },
})

describe('sameTools', () => {
  it.each<[string, Toolset, Toolset]>([
    ['itself', mcp(), mcp()],
    ['another order', mcp(), mcp({ configs: [...(mcp().configs ?? [])].reverse() })],
    [
      'tools listed that are off anyway, as the API answers them',
      mcp(),
      mcp({ configs: [...(mcp().configs ?? []), tool('delete_it', false, 'always_allow')] }),
    ],
    [
      'another policy for what is off',
      mcp(),
      mcp({ default_config: { enabled: false, permission_policy: { type: 'always_allow' } } }),
    ],
    [
      'defaults left out',
      { type: 'agent_toolset_20260401' },
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: true, permission_policy: { type: 'always_allow' } },
        configs: [],
      },
    ],
  ])('%s means the same', (_, one, other) => {
    expect(sameTools([one], [other])).toBe(true)
    expect(sameTools([other], [one])).toBe(true)
  })

  it.each<[string, Toolset]>([
    ['a tool more', mcp({ configs: [...(mcp().configs ?? []), tool('delete_it', true, 'always_ask')] })],
    ['a tool less', mcp({ configs: [tool('read_it', true, 'always_allow')] })],
    [
      'a tool that no longer asks',
      mcp({ configs: [tool('read_it', true, 'always_allow'), tool('send_it', true, 'always_allow')] }),
    ],
    [
      'tools that are on unless listed',
      mcp({ default_config: { enabled: true, permission_policy: { type: 'always_ask' } } }),
    ],
    ['another server', mcp({ mcp_server_name: 'elsewhere' })],
  ])('%s makes a difference', (_, other) => {
    expect(sameTools([mcp()], [other])).toBe(false)
    expect(sameTools([other], [mcp()])).toBe(false)
  })

  it('a toolset more makes a difference', () => {
    const { tools } = wireMailbox('https://mcp.example/1')
    expect(sameTools(tools, tools.slice(1))).toBe(false)
    expect(sameTools(tools, tools)).toBe(true)
  })
})

describe('sameServers', () => {
  const at = (url: string) => [{ name: 'mailbox', url }]

  it.each([
    ['https://mcp.example/a', 'https://mcp.example/a/', true],
    ['https://mcp.example/a', 'https://MCP.example:443/a', true],
    ['https://mcp.example/a', 'https://mcp.example/A', false],
    ['https://mcp.example/a', 'http://mcp.example/a', false],
    ['https://mcp.example/a?token=1', 'https://mcp.example/a?token=2', false],
  ])('%s and %s: %s', (one, other, same) => {
    expect(sameServers(at(one), at(other))).toBe(same)
  })
})

/** What an agent is made of, as a client writes it and as the API answers it: model, tools, MCP servers. */
import { z } from 'zod'
import { badRequest } from '../wire/api-error.js'
import { serverUrl } from '../wire/fields.js'
import type { Agent, AgentTool, BuiltInToolset, McpServer, PermissionPolicy } from '../wire/vendor-types.js'

const MAX_SERVERS = 20
const MAX_TOOLS = 256
const MAX_TOOL_NAME = 128
const MAX_SERVER_NAME = 255
const MAX_DOMAINS = 64

const policy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('always_allow') }),
  z.strictObject({ type: z.literal('always_ask') }),
  z.strictObject({ type: z.literal('auto') }),
])
const toolDefaults = z.strictObject({ enabled: z.boolean().nullish(), permission_policy: policy.nullish() })

const builtInTool = <Name extends string>(name: Name) =>
  z.strictObject({
    name: z.literal(name),
    type: z.literal(name).optional(),
    enabled: z.boolean().nullish(),
    permission_policy: policy.nullish(),
  })
const domains = {
  allowed_domains: z.array(z.string()).min(1).max(MAX_DOMAINS).optional(),
  blocked_domains: z.array(z.string()).min(1).max(MAX_DOMAINS).optional(),
}

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('mcp_toolset'),
    mcp_server_name: z.string().min(1).max(MAX_SERVER_NAME),
    default_config: toolDefaults.nullish(),
    configs: z.array(toolDefaults.extend({ name: z.string().min(1).max(MAX_TOOL_NAME) })).default([]),
  }),
  z.strictObject({
    type: z.literal('agent_toolset_20260401'),
    default_config: toolDefaults.nullish(),
    configs: z
      .array(
        z.discriminatedUnion('name', [
          builtInTool('bash'),
          builtInTool('edit'),
          builtInTool('read'),
          builtInTool('write'),
          builtInTool('glob'),
          builtInTool('grep'),
          builtInTool('web_fetch').extend({ ...domains, max_content_tokens: z.number().int().positive().nullish() }),
          builtInTool('web_search').extend(domains),
        ]),
      )
      .default([]),
  }),
  z.strictObject({
    type: z.literal('custom'),
    name: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, '1-128 characters; letters, digits, underscores, and hyphens'),
    description: z.string().min(1),
    input_schema: z.looseObject({
      type: z.literal('object'),
      properties: z.record(z.string(), z.unknown()).nullish(),
      required: z.array(z.string()).nullish(),
    }),
  }),
])

const effort = z.enum(['low', 'medium', 'high', 'xhigh', 'max'])
const modelId = z.string().regex(/^claude-[a-z0-9.-]+$/, 'is not a model that is available')

export const toolsField = z.array(tool).max(MAX_TOOLS)
export const serversField = z
  .array(z.strictObject({ type: z.literal('url'), name: z.string().min(1).max(MAX_SERVER_NAME), url: serverUrl }))
  .max(MAX_SERVERS)
export const systemField = z.string().max(100_000)
export const modelField = z.union(
  [
    modelId,
    z.strictObject({
      id: modelId,
      effort: z.union([effort, z.strictObject({ type: effort })]).nullish(),
      inference_geo: z.string().nullish(),
      speed: z.enum(['standard', 'fast']).nullish(),
    }),
  ],
  { error: 'must be the id of an available model, or a model_config object' },
)
export const skillsField = z.array(
  z.strictObject({ type: z.enum(['anthropic', 'custom']), skill_id: z.string().min(1), version: z.string().nullish() }),
)

export function modelOf(given: z.output<typeof modelField>, stored?: Agent['model']): Agent['model'] {
  const config = typeof given === 'string' ? { id: given } : given
  const level = typeof config.effort === 'string' ? config.effort : config.effort?.type
  return {
    id: config.id,
    effort: level === undefined ? (stored?.effort ?? { type: 'high' }) : { type: level },
    speed: config.speed ?? 'standard',
    ...(config.inference_geo ? { inference_geo: config.inference_geo } : {}),
  }
}

export function skillsOf(given: z.output<typeof skillsField>): Agent['skills'] {
  return given.map(({ type, skill_id, version }) => ({ type, skill_id, version: version ?? 'latest' }))
}

/** Fills in the defaults: everything is enabled; built-in tools run, MCP tools ask. */
export function toolsOf(given: z.output<typeof toolsField>): AgentTool[] {
  return given.map(toolOf)
}

function toolOf(given: z.output<typeof tool>): AgentTool {
  if (given.type === 'custom') return given
  if (given.type === 'mcp_toolset') {
    const base = defaultsOf(given.default_config, { type: 'always_ask' })
    const configs = given.configs.map((config) => ({ name: config.name, ...settingsOf(config, base) }))
    return { type: given.type, mcp_server_name: given.mcp_server_name, default_config: base, configs }
  }
  const base = defaultsOf(given.default_config, { type: 'always_allow' })
  const configs = given.configs.map((config): BuiltInToolset['configs'][number] => {
    const settings = settingsOf(config, base)
    if (config.name === 'web_fetch') return { ...config, ...settings, type: config.name, url_sources: null }
    if (config.name === 'web_search') return { ...config, ...settings, type: config.name }
    // The remaining tools differ in nothing but their name, which the compiler keeps apart from the type.
    return { name: config.name, type: config.name, ...settings } as BuiltInToolset['configs'][number]
  })
  return { type: given.type, default_config: base, configs }
}

type Given = z.output<typeof toolDefaults> | null | undefined
interface Settings {
  enabled: boolean
  permission_policy: PermissionPolicy
}

function defaultsOf(given: Given, fallback: PermissionPolicy): Settings {
  return settingsOf(given, { enabled: true, permission_policy: fallback })
}

function settingsOf(given: Given, base: Settings): Settings {
  return {
    enabled: given?.enabled ?? base.enabled,
    permission_policy: given?.permission_policy ?? base.permission_policy,
  }
}

/**
 * Servers and toolsets must name each other, in agents as in sessions.
 * @throws ApiError 400
 */
export function checkToolsMatchServers(tools: readonly AgentTool[], servers: readonly McpServer[]): void {
  const names = unique(
    servers.map((server) => server.name),
    'mcp_servers: server names must be unique',
  )
  const toolsets = unique(
    tools.flatMap((entry) => (entry.type === 'mcp_toolset' ? [entry.mcp_server_name] : [])),
    'tools: at most one mcp_toolset per MCP server',
  )
  unique(
    tools.flatMap((entry) => (entry.type === 'custom' ? [entry.name] : [])),
    'tools: names of custom tools must be unique',
  )
  unique(
    tools.flatMap((entry) => (entry.type === 'agent_toolset_20260401' ? [entry.type] : [])),
    'tools: at most one agent_toolset_20260401',
  )
  for (const entry of tools) {
    if (entry.type !== 'custom')
      unique(
        entry.configs.map((config) => config.name),
        'tools: one config per tool name',
      )
  }
  for (const name of toolsets) {
    if (!names.has(name))
      throw badRequest(`tools: mcp_toolset references MCP server '${name}', which is not in mcp_servers`)
  }
  for (const name of names) {
    if (!toolsets.has(name))
      throw badRequest(`mcp_servers: server '${name}' is not referenced by any mcp_toolset in tools`)
  }
}

function unique(names: readonly string[], message: string): Set<string> {
  const set = new Set(names)
  if (set.size !== names.length) throw badRequest(message)
  return set
}

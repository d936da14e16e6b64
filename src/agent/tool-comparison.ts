/**
 * Whether two lists of tools or servers mean the same. What the API answers is not what was sent: defaults are filled in, every
 * built-in tool may be listed, orders may change. Compared is what counts, which tools can be called and whose yes they need.
 */

import { fingerprint } from './definition.js'

/** Any shape of a toolset, sent or answered. */
interface Toolset {
  readonly type: string
  readonly mcp_server_name?: string
  readonly default_config?: ToolSwitch | null
  readonly configs?: readonly (ToolSwitch & { readonly name: string })[]
  /** Of a custom tool. */
  readonly name?: string
  readonly description?: string
  readonly input_schema?: unknown
}

interface ToolSwitch {
  readonly enabled?: boolean | null
  readonly permission_policy?: { readonly type: string } | null
}

interface Server {
  readonly name: string
  readonly url: string
}

export function sameTools(one: readonly Toolset[], other: readonly Toolset[]): boolean {
  return sameTexts(one.map(describeToolset), other.map(describeToolset))
}

/** What an agent has otherwise than it should, tool by tool: "<tool> is always_allow instead of always_ask". */
export function toolDifferences(actual: readonly Toolset[], wanted: readonly Toolset[]): string[] {
  const has = meanings(actual)
  const shouldHave = meanings(wanted)
  return [...new Set([...has.keys(), ...shouldHave.keys()])].sort().flatMap((name) => {
    const [is = 'off', should = 'off'] = [has.get(name), shouldHave.get(name)]
    return is === should ? [] : [`${name} is ${is} instead of ${should}`]
  })
}

function meanings(toolsets: readonly Toolset[]): Map<string, string> {
  return new Map(
    toolsets.flatMap((toolset): [string, string][] =>
      toolset.type === 'custom'
        ? [[toolset.name ?? '', `the bot's own (${fingerprint(describeCustom(toolset)).slice(0, 8)})`]]
        : (toolset.configs ?? []).map((tool) => [tool.name, describeSwitch(tool, toolset)]),
    ),
  )
}

export function sameServers(one: readonly Server[], other: readonly Server[]): boolean {
  const describe = (server: Server) => `${server.name} ${sameAddress(server.url)}`
  return sameTexts(one.map(describe), other.map(describe))
}

/** An address without what makes no difference to whom it reaches: case of the host, default port, slashes at its end. */
export function sameAddress(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url
}

function describeToolset(toolset: Toolset): string {
  if (toolset.type === 'custom') return `custom ${toolset.name} ${describeCustom(toolset)}`
  const standard = describeSwitch(toolset.default_config ?? {}, toolset)
  const exceptions = (toolset.configs ?? [])
    .map((tool) => ({ name: tool.name, means: describeSwitch(tool, toolset) }))
    .filter(({ means }) => means !== standard)
    .map(({ name, means }) => `${name}=${means}`)
    .sort()
  return [toolset.type, toolset.mcp_server_name ?? '', `*=${standard}`, ...exceptions].join(' ')
}

/** White space at the ends is no difference: servers trim descriptions. */
function describeCustom({ description, input_schema }: Toolset): string {
  return `${(description ?? '').trim()} ${fingerprint(withoutNulls(input_schema))}`
}

/** What a server fills in for what was left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, withoutNulls(item)]),
  )
}

/** The policy of a tool that is switched off makes no difference. */
function describeSwitch(tool: ToolSwitch, toolset: Toolset): string {
  const enabled = tool.enabled ?? toolset.default_config?.enabled ?? true
  if (!enabled) return 'off'
  return tool.permission_policy?.type ?? toolset.default_config?.permission_policy?.type ?? standardPolicy(toolset)
}

/** What the API takes where nothing is said. */
function standardPolicy(toolset: Toolset): string {
  return toolset.type === 'mcp_toolset' ? 'always_ask' : 'always_allow'
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join('\n') === [...other].sort().join('\n')
}

export function sameIds(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id))
}

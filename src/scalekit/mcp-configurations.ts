/** The MCP configuration: which tools of which connection the one MCP server offers. Found by its name, which is unique in Scalekit. */

import { z } from 'zod'
import { OperatorProblem } from '../turns/ports.js'
import { asSetupProblem, type Scalekit } from './client.js'

const configuration = z.object({
  id: z.string().min(1),
  name: z.string(),
  description: z.string().nullish(),
  /** Absent where Scalekit has no static servers; instances work all the same. */
  mcp_server_url: z.string().nullish(),
  connection_tool_mappings: z
    .array(z.object({ connection_name: z.string(), tools: z.array(z.string()).nullish() }))
    .nullish(),
})
const configurations = z.object({ configs: z.array(configuration).nullish(), next_page_token: z.string().nullish() })
const oneConfiguration = z.object({ config: configuration })

type AnsweredConfiguration = z.infer<typeof configuration>

/** What setup wants to be there. */
export interface McpConfigurationDefinition {
  readonly name: string
  /** Name of the Gmail connection in Scalekit. */
  readonly connection: string
  /** Exactly these; Scalekit takes an empty list for "all of them". */
  readonly tools: readonly string[]
}

export interface McpConfiguration {
  readonly id: string
  /** The static address of its MCP server; empty where Scalekit gave none. */
  readonly serverUrl: string
}

export interface EnsuredMcpConfiguration extends McpConfiguration {
  readonly change: 'created' | 'updated' | 'kept'
}

const DESCRIPTION = 'Gmail for the Slack inbox agent'

/**
 * Creates the configuration, or adopts the one of the same name and makes its tools the wanted ones.
 * @throws Unavailable, OperatorProblem
 */
export async function ensureMcpConfiguration(
  scalekit: Scalekit,
  wanted: McpConfigurationDefinition,
): Promise<EnsuredMcpConfiguration> {
  if (wanted.tools.length === 0) throw new TypeError('an MCP configuration without tools would offer all of them')
  const connection_tool_mappings = [{ connection_name: wanted.connection, tools: [...wanted.tools] }]
  try {
    const existing = await find(scalekit, wanted.name)
    if (existing === null) {
      const body = { name: wanted.name, description: DESCRIPTION, connection_tool_mappings }
      const { config } = await scalekit.rest({ method: 'POST', path: '/mcp/configs', body, answer: oneConfiguration })
      return { ...summary(config), change: 'created' }
    }
    if (offersExactly(existing, wanted)) return { ...summary(existing), change: 'kept' }
    const path = `/mcp/configs/${encodeURIComponent(existing.id)}`
    // A field that is left out may be emptied.
    const body = { description: existing.description || DESCRIPTION, connection_tool_mappings }
    await scalekit.rest({ method: 'PUT', path, body, answer: z.unknown() })
    return { ...summary(existing), change: 'updated' }
  } catch (error) {
    throw asSetupProblem(error)
  }
}

/**
 * The configuration as it is now, and whether it offers exactly the wanted tools. Null when there is none of that name.
 * @throws Unavailable, OperatorProblem
 */
export async function inspectMcpConfiguration(
  scalekit: Scalekit,
  wanted: McpConfigurationDefinition,
): Promise<
  | (McpConfiguration & {
      readonly matches: boolean
      /** Wanted tools that it does not offer. */
      readonly missing: readonly string[]
      /** Tools that it offers though nobody wants them. */
      readonly extra: readonly string[]
    })
  | null
> {
  try {
    const existing = await find(scalekit, wanted.name)
    if (existing === null) return null
    const offered = (existing.connection_tool_mappings ?? []).flatMap((mapping) => mapping.tools ?? [])
    return {
      ...summary(existing),
      matches: offersExactly(existing, wanted),
      missing: wanted.tools.filter((tool) => !offered.includes(tool)),
      extra: offered.filter((tool) => !wanted.tools.includes(tool)),
    }
  } catch (error) {
    throw asSetupProblem(error)
  }
}

async function find(scalekit: Scalekit, name: string): Promise<AnsweredConfiguration | null> {
  let token = ''
  do {
    const query = { 'filter.name': name, ...(token === '' ? {} : { page_token: token }) }
    const page = await scalekit.rest({ method: 'GET', path: '/mcp/configs', query, answer: configurations })
    // The filter matches more than the whole name.
    const found = page.configs?.find((config) => config.name === name)
    if (found !== undefined) return found
    token = page.next_page_token ?? ''
  } while (token !== '')
  return null
}

function offersExactly(config: AnsweredConfiguration, wanted: McpConfigurationDefinition): boolean {
  const [mapping, ...others] = config.connection_tool_mappings ?? []
  if (mapping === undefined || others.length > 0 || mapping.connection_name !== wanted.connection) return false
  const tools = new Set(mapping.tools)
  return tools.size === new Set(wanted.tools).size && wanted.tools.every((tool) => tools.has(tool))
}

function summary(config: AnsweredConfiguration): McpConfiguration {
  const serverUrl = config.mcp_server_url ?? ''
  if (serverUrl !== '' && !/^https?:\/\//.test(serverUrl)) {
    throw new OperatorProblem('setup', 'Scalekit gave the MCP configuration an address that is not http(s)')
  }
  return { id: config.id, serverUrl }
}

/**
 * What the agent is: everything that `npm run setup` writes to the Managed Agents API, and that a running session is held to.
 * One agent serves everybody; what differs from person to person is only how a session reaches their mailbox.
 */

import { createHash } from 'node:crypto'
import type {
  AgentCreateParams,
  BetaManagedAgentsAgentToolset20260401Params,
  BetaManagedAgentsCustomToolParams,
  BetaManagedAgentsMCPToolsetParams,
  BetaManagedAgentsURLMCPServerParams,
} from '@anthropic-ai/sdk/resources/beta/agents/agents'
import type { BetaCloudConfigParams } from '@anthropic-ai/sdk/resources/beta/environments/environments'
import { offeredTools, STANDARD_POLICIES, type ToolPolicies } from '../gmail/policies.js'
import type { HostToolSpec } from '../turns/sending/host-tools.js'
import { SYSTEM_PROMPT } from './system-prompt.js'

/** Stands in the metadata of everything this project makes at the API. */
export const APP = 'slack-inbox-agent'

/** Name of the one MCP server that a session has. */
const MAILBOX_SERVER = 'mailbox'

type BuiltInToolName = NonNullable<BetaManagedAgentsAgentToolset20260401Params['configs']>[number]['name']

/**
 * Tool results of more than 100,000 tokens arrive as files in the session's container: these let the agent look into them. Never
 * a shell and never the web, with which a hostile mail could carry data out without any button.
 */
const BUILT_IN_TOOLS: readonly BuiltInToolName[] = ['read', 'grep', 'glob']

export type AgentTool =
  | BetaManagedAgentsAgentToolset20260401Params
  | BetaManagedAgentsMCPToolsetParams
  | BetaManagedAgentsCustomToolParams
export type McpServer = BetaManagedAgentsURLMCPServerParams

/** How a session, or the agent itself, reaches mailboxes: both lists belong together, the API refuses one without the other. */
export interface MailboxWiring {
  readonly mcp_servers: McpServer[]
  readonly tools: AgentTool[]
}

/**
 * @param url address of the MCP server; null for an agent whose sessions each bring their own, and for a session that lost its mailbox
 * @param hostTools what the bot does for the agent; a session without a mailbox has none of them
 */
export function wireMailbox(
  url: string | null,
  policies: ToolPolicies = STANDARD_POLICIES,
  hostTools: readonly HostToolSpec[] = [],
): MailboxWiring {
  const builtIn: AgentTool = {
    type: 'agent_toolset_20260401',
    default_config: { enabled: false },
    configs: BUILT_IN_TOOLS.map((name) => ({ name, enabled: true, permission_policy: { type: 'always_allow' } })),
  }
  if (url === null) return { mcp_servers: [], tools: [builtIn] }
  return {
    mcp_servers: [{ type: 'url', name: MAILBOX_SERVER, url }],
    tools: [builtIn, mailboxToolset(policies), ...hostTools.map(customTool)],
  }
}

function customTool({ name, description, inputSchema }: HostToolSpec): AgentTool {
  return { type: 'custom', name, description, input_schema: { ...inputSchema, type: 'object' } }
}

function mailboxToolset(policies: ToolPolicies): AgentTool {
  return {
    type: 'mcp_toolset',
    mcp_server_name: MAILBOX_SERVER,
    // Off unless listed: a tool that Scalekit adds tomorrow must not be callable before somebody has put it into the table.
    default_config: { enabled: false, permission_policy: { type: 'always_ask' } },
    configs: offeredTools(policies).map((name) => ({
      name,
      enabled: true,
      permission_policy: { type: policies.get(name) === 'allow' ? 'always_allow' : 'always_ask' },
    })),
  }
}

/** The part of the agent that setup writes; marks and fingerprint come on top. */
export type AgentDefinition = Pick<AgentCreateParams, 'name' | 'description' | 'model' | 'system'> &
  MailboxWiring & { readonly model: string }

/** @param mcpServerUrl the MCP configuration's static address; empty where Scalekit gave none */
export function defineAgent(
  model: string,
  mcpServerUrl: string,
  policies: ToolPolicies = STANDARD_POLICIES,
  hostTools: readonly HostToolSpec[] = [],
): AgentDefinition {
  return {
    name: 'Slack inbox agent',
    description: "Works on one person's Gmail mailbox for them, from Slack.",
    model,
    system: SYSTEM_PROMPT,
    ...wireMailbox(mcpServerUrl === '' ? null : mcpServerUrl, policies, hostTools),
  }
}

/** Reaches the session's MCP server and nothing else: a mail that talks the agent into it still finds no way out. */
export const ENVIRONMENT_CONFIG = {
  type: 'cloud',
  networking: { type: 'limited', allowed_hosts: [], allow_mcp_servers: true, allow_package_managers: false },
} as const satisfies Omit<BetaCloudConfigParams, 'networking'> & { networking: object }

/** The same for the same definition, in every process and on every machine. */
export function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 32)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}

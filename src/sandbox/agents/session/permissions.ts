/** Which tools a session has, and whether a call of one runs, asks, or is refused. */
import type { AgentTool, McpToolset, McpToolUse, PermissionPolicy } from '../wire/vendor-types.js'

export type Verdict = 'allow' | 'ask' | 'deny'

/** The server's own judgement of a call under the policy `auto`. */
export type Judge = (call: {
  readonly name: string
  readonly input: Record<string, unknown>
  readonly readOnly: boolean
}) => Verdict

/** Reading is safe; on anything else no judgement is reached, so that a person decides. */
export const judgeByAnnotation: Judge = (call) => (call.readOnly ? 'allow' : 'ask')

/** What an `agent.mcp_tool_use` event says about its permission. */
export type Evaluated = Required<Pick<McpToolUse, 'evaluated_permission'>> & Pick<McpToolUse, 'evaluation'>

/** The setting of one tool of an MCP server; undefined where the session has no toolset for the server. */
export function settingOf(
  tools: readonly AgentTool[],
  serverName: string,
  toolName: string,
): McpToolset['default_config'] | undefined {
  const toolset = tools.find(
    (tool): tool is McpToolset => tool.type === 'mcp_toolset' && tool.mcp_server_name === serverName,
  )
  return toolset?.configs.find((config) => config.name === toolName) ?? toolset?.default_config
}

/** A tool that the session does not have is refused before any policy applies, so no evaluation is named. */
export const NOT_ENABLED: Evaluated = { evaluated_permission: 'deny' }

export function evaluate(policy: PermissionPolicy, judge: () => Verdict): Evaluated {
  switch (policy.type) {
    case 'always_allow':
      return { evaluated_permission: 'allow', evaluation: { type: 'always_allow' } }
    case 'always_ask':
      return { evaluated_permission: 'ask', evaluation: { type: 'always_ask' } }
    case 'auto': {
      const verdict = judge()
      const judgement =
        verdict === 'allow'
          ? { type: verdict }
          : { type: verdict, reason_code: verdict === 'deny' ? 'high_risk' : 'indeterminate' }
      return { evaluated_permission: verdict, evaluation: { type: 'auto', evaluated_permission: judgement } }
    }
  }
}

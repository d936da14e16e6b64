/** Whether the MCP configuration is the one that this version wants: one that an earlier version made offers tools that send. */

import { describeError, type Log } from '../log.js'
import type { Scalekit } from './client.js'
import { inspectMcpConfiguration, type McpConfigurationDefinition } from './mcp-configurations.js'

/** Says so where a session, or whoever gets hold of its token, could do more than it should. Never rejects. */
export async function checkSetup(scalekit: Scalekit, wanted: McpConfigurationDefinition, log: Log): Promise<void> {
  const config = wanted.name
  try {
    const found = await inspectMcpConfiguration(scalekit, wanted)
    if (found === null) log.error({ config }, 'mcp configuration is gone: run `npm run setup`')
    else if (found.extra.length > 0) {
      const tools = found.extra
      log.error({ config, tools }, 'mcp configuration offers tools that no session may have: run `npm run setup`')
    } else if (!found.matches)
      log.error({ config }, 'mcp configuration is not the one of this version: run `npm run setup`')
  } catch (error) {
    log.warn({ config, ...describeError(error) }, 'mcp configuration check failed')
  }
}

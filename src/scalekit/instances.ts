/** Instances: an MCP server address per person, pre-authenticated. Whoever has it has the mailbox, so it is never stored or logged. */

import { z } from 'zod'
import { asSetupProblem, type Scalekit } from './client.js'

const answered = z.object({ instance: z.object({ url: z.url({ protocol: /^https?$/ }) }) })

/** Look-up function for one MCP configuration. The function throws Unavailable, OperatorProblem. */
export function instanceFinder(scalekit: Scalekit, configName: string) {
  return async (identifier: string): Promise<string> => {
    try {
      // Idempotent: the same person gets the same instance.
      const body = { config_name: configName, user_identifier: identifier }
      const { instance } = await scalekit.rest({ method: 'POST', path: '/mcp/instances', body, answer: answered })
      return instance.url
    } catch (error) {
      throw asSetupProblem(error)
    }
  }
}

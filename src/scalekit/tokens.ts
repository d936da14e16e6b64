/** Session tokens: what opens the static MCP server as one person, for a while. */

import { z } from 'zod'
import { NotConnected } from '../turns/ports.js'
import { asSetupProblem, type Scalekit, ScalekitRefusal } from './client.js'
import { connectionState, type MailboxConnection } from './connections.js'

const minted = z.object({ token: z.string().min(1), expires_at: z.unknown().optional() })

/** Minting function for one MCP configuration. The function throws NotConnected, Unavailable, OperatorProblem. */
export function tokenMint(scalekit: Scalekit, mailbox: MailboxConnection) {
  const path = `/mcp/configs/${encodeURIComponent(mailbox.configId)}/tokens`
  /** @param lifetimeSeconds 60 s to 24 h; `expiresAt` (epoch milliseconds) is what Scalekit made of it */
  return async (identifier: string, lifetimeSeconds: number): Promise<{ token: string; expiresAt: number }> => {
    try {
      const body = { identifier, expiry: `${lifetimeSeconds}s` }
      const { token, expires_at } = await scalekit.rest({ method: 'POST', path, body, answer: minted })
      const told = typeof expires_at === 'string' ? Date.parse(expires_at) : Number.NaN
      // Where it is not told in a way that can be read, the lifetime that was asked for is the best guess.
      return { token, expiresAt: Number.isNaN(told) ? Date.now() + lifetimeSeconds * 1000 : told }
    } catch (error) {
      throw await whyRefused(error, scalekit, mailbox, identifier)
    }
  }
}

/** A refusal means "no active account", or any other fault of the request: which of the two, the account itself tells. */
async function whyRefused(
  error: unknown,
  scalekit: Scalekit,
  mailbox: MailboxConnection,
  identifier: string,
): Promise<unknown> {
  if (!(error instanceof ScalekitRefusal)) return asSetupProblem(error)
  const state = await connectionState(scalekit, mailbox, identifier)
  return state === 'connected' ? asSetupProblem(error) : new NotConnected()
}

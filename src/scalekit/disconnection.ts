/** Deleting a connected account: with it go the consent and the tokens that Scalekit keeps for it. */

import { asSetupProblem, type Scalekit, ScalekitRefusal } from './client.js'

const NOT_FOUND = 404

/**
 * Deleting function for one connection. It answers whether there was an account; where there was none, all is as it should be.
 * The function throws Unavailable, OperatorProblem.
 */
export function accountRemover(scalekit: Scalekit, connection: string) {
  return async (identifier: string): Promise<boolean> => {
    try {
      await scalekit.sdk((sdk) => sdk.actions.deleteConnectedAccount({ connectionName: connection, identifier }))
      return true
    } catch (error) {
      if (error instanceof ScalekitRefusal && error.status === NOT_FOUND) return false
      throw asSetupProblem(error)
    }
  }
}

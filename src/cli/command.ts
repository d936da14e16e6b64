/** What the commands have in common: how they end, and how they say why. */

import { ConfigurationError } from '../config.js'
import { redact } from '../log.js'
import { DatabaseError } from '../store/database/database.js'
import { OperatorProblem, Unavailable } from '../turns/ports.js'

/** A sentence with a next step, for every error that the person who runs the bot can do something about; null for a defect. */
export function explain(error: unknown): string | null {
  if (error instanceof ConfigurationError || error instanceof DatabaseError) return error.message
  if (error instanceof OperatorProblem) return sentence(redact(error.message))
  if (error instanceof Unavailable) {
    return `${sentence(redact(error.message))} Check the network and the addresses in the configuration, then run the command again.`
  }
  return null
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}

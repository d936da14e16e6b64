/** What a session consumed. Tokens are estimated from characters: good enough for a budget to run out, not for an invoice. */
import type { ModelUsage, Session } from '../wire/vendor-types.js'

const CHARACTERS_PER_TOKEN = 4
/** List prices in cents per token, about those of a large model. */
const CENTS_PER_INPUT_TOKEN = 0.0005
const CENTS_PER_OUTPUT_TOKEN = 0.0025

export function modelUsage(charactersIn: number, charactersOut: number): ModelUsage {
  return {
    input_tokens: Math.ceil(charactersIn / CHARACTERS_PER_TOKEN),
    output_tokens: Math.ceil(charactersOut / CHARACTERS_PER_TOKEN),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  }
}

/** Adds one model request up; `activeSeconds` is the session's time in `running` so far. */
export function withRequest(usage: Session['usage'], request: ModelUsage): Session['usage'] {
  const input = (usage.input_tokens ?? 0) + request.input_tokens
  const output = (usage.output_tokens ?? 0) + request.output_tokens
  const cents = Math.floor(input * CENTS_PER_INPUT_TOKEN + output * CENTS_PER_OUTPUT_TOKEN)
  return { ...usage, input_tokens: input, output_tokens: output, list_cost: { amount: String(cents), currency: 'USD' } }
}

export function budgetReached(session: Pick<Session, 'budget' | 'usage'>): boolean {
  return session.budget !== null && spentCents(session.usage) >= Number(session.budget.max_list_cost.amount)
}

export function spentCents(usage: Session['usage']): number {
  return Number(usage.list_cost?.amount ?? 0)
}

import type { JsonObject } from './json.js'

/** An answer with `ok: false`. Everything that Slack refuses, on the Web API or in a person's client, is thrown as one of these. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal'

  /**
   * @param code Slack's error code, e.g. `channel_not_found`
   * @param details further fields of the answer, e.g. `needed` and `provided` of a `missing_scope`
   */
  constructor(
    readonly code: string,
    readonly details: JsonObject = {},
  ) {
    super(code)
  }
}

/** A refusal that lists what is wrong, as Slack does for `invalid_blocks` and `invalid_arguments`. */
export function refuseWith(code: string, problems: readonly string[]): SlackRefusal {
  return new SlackRefusal(code, {
    ...(code === 'invalid_blocks' ? { errors: [...problems] } : {}),
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  })
}

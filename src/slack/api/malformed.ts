import type { z } from 'zod'

/** A body without the shape that Slack documents. */
export interface Malformed {
  readonly kind: 'malformed'
  /** Paths and expectations only: nothing of what the body says. */
  readonly reason: string
}

/** Nothing that the bot does anything about. */
export interface Other {
  readonly kind: 'other'
}

export function malformed(error: z.ZodError): Malformed {
  return {
    kind: 'malformed',
    reason: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  }
}

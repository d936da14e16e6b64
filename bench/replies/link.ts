/** What the bench and the process of a contender say to each other. */

/** Given to a contender's process as JSON in its first argument. */
export interface Job {
  /** The contender's own mode, where it has several. */
  readonly mode: string
  readonly seconds: number
  readonly replies: number
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly botUserId: string
  /** Who asks, and reads. */
  readonly reader: { readonly team: string; readonly user: string }
}

export interface Thread {
  readonly channel: string
  readonly ts: string
}

export type ToContender = { readonly type: 'go'; readonly threads: readonly Thread[] }

export type FromContender =
  | /** It can be asked. */ { readonly type: 'ready' }
  | /** The answer in this channel has begun, at this time (epoch milliseconds): its first piece is there. */ {
      readonly type: 'begun'
      readonly channel: string
      readonly at: number
    }
  | /** Nothing more will come from it. */ {
      readonly type: 'done'
      readonly cpuMs: number
      readonly problems: readonly string[]
    }

export function tell(message: FromContender): void {
  process.send?.(message)
}

/** Also makes sure that a contender does not outlive the bench. */
export function readJob(): Job {
  process.once('disconnect', () => process.exit())
  const [, , json = ''] = process.argv
  const job: Job = JSON.parse(json)
  return job
}

/** Resolves when the bench says that the questions are asked. */
export function told(): Promise<readonly Thread[]> {
  // The listener stays until `finish`: it keeps the process alive where everything else only waits.
  return new Promise((resolve) => process.on('message', (message: ToContender) => resolve(message.threads)))
}

/** Between the question and the first piece of its answer, in milliseconds. */
export const THINKING_MS = 1_000

/** Tells the bench that an answer begins, and says when. */
export function begin(channel: string): number {
  const at = Date.now() + THINKING_MS
  tell({ type: 'begun', channel, at })
  return at
}

export function finish(problems: readonly string[]): void {
  const { user, system } = process.cpuUsage()
  tell({ type: 'done', cpuMs: (user + system) / 1_000, problems })
  process.disconnect()
}

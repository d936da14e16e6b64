/**
 * The way between Slack and the bot, made unreliable: deliveries that arrive late (and so out of order), twice, or not at all;
 * acknowledgements that are lost; and a process that is killed in the moment in which Slack hears its acknowledgement.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt, Outcome } from '../../src/sandbox/slack/delivery/delivery.js'
import type { SlackSandbox } from '../../src/sandbox/slack/index.js'
import { TOKEN } from './chaos-brain.js'
import { Random } from './random.js'
import type { Tally } from './tally.js'

export interface Weather {
  readonly seed: string
  /** How likely it is that something happens to one try of a delivery. */
  readonly trouble: number
  readonly tally: Tally
  readonly kill: () => void
}

type Fate = 'late' | 'twice' | 'lost' | 'acknowledgement lost' | 'killed at the acknowledgement'

const EVENT_FATES: readonly Fate[] = [
  'late',
  'late',
  'twice',
  'lost',
  'acknowledgement lost',
  'killed at the acknowledgement',
]
/** Slack tries commands and presses once; what stands between may still double them. What is lost, its person does again. */
const ONCE_FATES: readonly Fate[] = ['late', 'twice', 'lost', 'killed at the acknowledgement']
const LONGEST_DELAY_MS = 900

export class Network {
  /** Undefined: everything arrives at once, once. */
  weather: Weather | undefined

  constructor(slack: SlackSandbox) {
    const { socketMode } = slack
    const deliver = socketMode.attempt.bind(socketMode)
    socketMode.attempt = (attempt, late) => this.#attempt(attempt, late, deliver)
  }

  async #attempt(
    attempt: Attempt,
    late: () => void,
    deliver: (attempt: Attempt, late: () => void) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { weather } = this
    // By what is delivered, not by when: the same seed makes the same trouble.
    const token = TOKEN.exec(JSON.stringify(attempt.payload))?.[0]
    if (weather === undefined || token === undefined) return await deliver(attempt, late)
    const random = new Random(`${weather.seed}/${token}/${attempt.type}/${kindOf(attempt)}/${attempt.retryAttempt}`)
    if (!random.chance(weather.trouble)) return await deliver(attempt, late)
    const fate = random.pick(attempt.type === 'events_api' ? EVENT_FATES : ONCE_FATES)
    weather.tally.count(`delivery ${fate}`)
    switch (fate) {
      case 'late':
        await sleep(random.between(1, LONGEST_DELAY_MS))
        return await deliver(attempt, late)
      case 'twice': {
        const [outcome] = await Promise.all([deliver(attempt, late), deliver(attempt, () => undefined)])
        return outcome
      }
      case 'lost':
        return { acknowledged: false, reason: 'timeout' }
      case 'acknowledgement lost':
        await deliver(attempt, () => undefined)
        return { acknowledged: false, reason: 'timeout' }
      case 'killed at the acknowledgement': {
        const outcome = await deliver(attempt, late)
        weather.kill()
        return outcome
      }
    }
  }
}

function kindOf({ payload }: Attempt): string {
  const { event } = payload
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 'none'
  return `${String(event.type)}:${String(event.subtype)}`
}

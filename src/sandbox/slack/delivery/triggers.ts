import { randomBytes, randomInt } from 'node:crypto'
import { SlackRefusal } from '../wire/refusal.js'

/** How long a trigger may be used to open a modal. */
const TRIGGER_MS = 3000

/** Trigger ids: given to the app with every command and press, each good for one modal within three seconds. */
export class Triggers {
  readonly #issued = new Map<
    string,
    { readonly user: string; readonly at: number; readonly viewId?: string; used: boolean }
  >()

  constructor(private readonly now: () => number) {}

  /** @param viewId the modal in which the press happened, if it happened in one: `views.push` needs it */
  issue(user: string, viewId?: string): string {
    const id = `${randomInt(1e12)}.${randomInt(1e12)}.${randomBytes(16).toString('hex')}`
    this.#issued.set(id, { user, at: this.now(), used: false, ...(viewId !== undefined && { viewId }) })
    return id
  }

  /**
   * Spends a trigger.
   * @throws SlackRefusal `invalid_trigger_id`, `exchanged_trigger_id`, `expired_trigger_id`
   */
  spend(id: string): { readonly user: string; readonly viewId?: string } {
    const trigger = this.#issued.get(id)
    if (trigger === undefined) throw new SlackRefusal('invalid_trigger_id')
    if (trigger.used) throw new SlackRefusal('exchanged_trigger_id')
    if (this.now() - trigger.at > TRIGGER_MS) throw new SlackRefusal('expired_trigger_id')
    trigger.used = true
    return trigger
  }
}

/** Whatever Slack delivers, events and interactions alike, sorted by what it is. Pure. */

import type { Malformed, Other } from '../api/malformed.js'
import type { BotIdentity } from './bot-identity.js'
import { type EventDelivery, readEvent } from './read-events.js'
import {
  type ChangeSubmission,
  type EditSubmission,
  type Press,
  readCommand,
  readPress,
  readSubmission,
  type SlashCommand,
} from './read-interactions.js'

export type Delivery = EventDelivery | SlashCommand | Press | ChangeSubmission | EditSubmission | Other | Malformed

export function readDelivery(body: unknown, bot: BotIdentity): Delivery {
  if (typeof body !== 'object' || body === null) return { kind: 'malformed', reason: 'the body is no object' }
  // In the order in which Bolt asks.
  if ('event' in body) return readEvent(body, bot)
  if ('command' in body) return readCommand(body, bot)
  if ('actions' in body) return readPress(body, bot)
  if ('view' in body && 'type' in body && body.type === 'view_submission') return readSubmission(body, bot)
  return 'type' in body ? { kind: 'other' } : { kind: 'malformed', reason: 'the body has neither type nor event' }
}

/**
 * The body of a listener, as the kind of delivery that its listener is for.
 * @throws where it is another kind, which the journal in front of Bolt lets nobody see
 */
export function readAs<Kind extends Delivery['kind']>(
  kind: Kind,
  body: unknown,
  bot: BotIdentity,
): Extract<Delivery, { kind: Kind }> {
  const delivery = readDelivery(body, bot)
  if (!isOf(kind, delivery)) throw new Error(`a ${delivery.kind} reached the listener of a ${kind}`)
  return delivery
}

function isOf<Kind extends Delivery['kind']>(
  kind: Kind,
  delivery: Delivery,
): delivery is Extract<Delivery, { kind: Kind }> {
  return delivery.kind === kind
}

/**
 * Journal before acknowledge, as a decorator of Bolt's receiver. Bolt acknowledges an event before any listener runs, so a process that dies in
 * between has lost it. Events that must not be lost are stored here, acknowledged then, and kept from Bolt. Everything else goes on to `app.processEvent`:
 * commands, presses and modals, which their listeners acknowledge themselves, and events that may be lost.
 */

import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import { describeError, type Log } from '../../log.js'
import type { IncomingMessage } from '../../turns/admission.js'
import type { SessionStopped } from './agent-events.js'
import type { BotIdentity } from './bot-identity.js'
import { readDelivery } from './read-deliveries.js'
import type { ChannelIdChange, Deleted, Edited, UserChange } from './read-events.js'

/** What each event is stored by. An event is stored when the promise resolves; where it rejects, Slack delivers the event again. */
export interface JournalHandlers {
  message(message: IncomingMessage): Promise<void>
  edited(edit: Edited): Promise<void>
  deleted(deletion: Deleted): Promise<void>
  left(departure: UserChange): Promise<void>
  channelIdChanged(change: ChannelIdChange): Promise<void>
  sessionStopped(stopped: SessionStopped): Promise<void>
}

export class Journal implements Receiver {
  constructor(
    private readonly receiver: Receiver,
    private readonly bot: BotIdentity,
    private readonly handlers: JournalHandlers,
    private readonly log: Log,
  ) {}

  init(app: App): void {
    // A receiver uses nothing of its app but `processEvent`.
    const inFront = Object.create(app, { processEvent: { value: (event: ReceiverEvent) => this.#receive(event, app) } })
    this.receiver.init(inFront)
  }

  start(...args: unknown[]): Promise<unknown> {
    return this.receiver.start(...args)
  }

  stop(...args: unknown[]): Promise<unknown> {
    return this.receiver.stop(...args)
  }

  /** @throws where an event could not be stored: it is not acknowledged then */
  async #receive(event: ReceiverEvent, app: App): Promise<void> {
    const ack = this.#acknowledging(event)
    const delivery = readDelivery(event.body, this.bot)
    switch (delivery.kind) {
      case 'message':
        await this.handlers.message(delivery.message)
        break
      case 'edited':
        await this.handlers.edited(delivery)
        break
      case 'deleted':
        await this.handlers.deleted(delivery)
        break
      case 'left':
        await this.handlers.left(delivery)
        break
      case 'channel_id_changed':
        await this.handlers.channelIdChanged(delivery)
        break
      case 'session_stopped':
        await this.handlers.sessionStopped(delivery)
        break
      case 'malformed':
        // Bolt would throw on some of these, and leave others without an acknowledgement.
        this.log.warn({ reason: delivery.reason }, 'slack delivery malformed')
        break
      default:
        return await app.processEvent({ ...event, ack })
    }
    await ack()
  }

  /** What is acknowledged is stored already: an event whose acknowledgement is lost comes again, and its copy falls away. */
  #acknowledging(event: ReceiverEvent): ReceiverEvent['ack'] {
    return async (response) => {
      try {
        await event.ack(response)
      } catch (error) {
        this.log.debug(describeError(error), 'slack acknowledgement lost')
      }
    }
  }
}

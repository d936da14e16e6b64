/**
 * Stands in front of Bolt, as a decorator of its receiver: what is meant for the bot is in the database before Slack is told that
 * it arrived. Bolt itself acknowledges before any listener runs, so a process that dies in between would have lost the message.
 */

import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import { describeError, type Log } from '../../log.js'
import type { IncomingMessage } from '../../turns/admission.js'
import { CHANGE_BLOCK } from '../blocks/change-modal.js'
import { type BotIdentity, type Delivery, readDelivery } from './deliveries.js'
import type { WindowAnswer } from './outgoing-presses.js'

/** What is done with each kind of delivery. Whatever has to be stored is stored when the promise resolves. */
export interface IntakeHandlers {
  message(message: IncomingMessage): Promise<void>
  edited(edit: Extract<Delivery, { kind: 'edited' }>): Promise<void>
  deleted(deletion: Extract<Delivery, { kind: 'deleted' }>): Promise<void>
  /** Answers the text of the acknowledgement, which only the caller sees. */
  command(command: Extract<Delivery, { kind: 'command' }>): Promise<string>
  press(press: Extract<Delivery, { kind: 'press' }>): Promise<void>
  /** Answers what is wrong with what was entered, in words that stand in the modal; null: it is stored, and the modal closes. */
  change(change: Extract<Delivery, { kind: 'change' }>): Promise<string | null>
  /** Answers what Slack is told of the window; undefined: it is stored, and the window closes. */
  edit(edit: Extract<Delivery, { kind: 'edit' }>): Promise<WindowAnswer>
  /** Nothing has to be stored for it, and nothing waits for it. */
  profileChanged(changed: Extract<Delivery, { kind: 'profile_changed' }>): void
  channelIdChanged(changed: Extract<Delivery, { kind: 'channel_id_changed' }>): Promise<void>
  left(left: Extract<Delivery, { kind: 'left' }>): Promise<void>
  /** Nothing has to be stored for it, and nothing waits for it. */
  homeOpened(opened: Extract<Delivery, { kind: 'home_opened' }>): void
}

const NOT_STORED = 'I could not store that, so nothing has been done. Please send it again in a moment.'

export class Intake implements Receiver {
  constructor(
    private readonly receiver: Receiver,
    private readonly bot: () => BotIdentity,
    private readonly handlers: IntakeHandlers,
    private readonly log: Log,
  ) {}

  init(app: App): void {
    // The receiver only ever uses `processEvent` of what it is given.
    const inFront = Object.create(app, { processEvent: { value: (event: ReceiverEvent) => this.#receive(event, app) } })
    this.receiver.init(inFront)
  }

  start(...args: unknown[]): Promise<unknown> {
    return this.receiver.start(...args)
  }

  stop(...args: unknown[]): Promise<unknown> {
    return this.receiver.stop(...args)
  }

  async #receive(event: ReceiverEvent, app: App): Promise<void> {
    const delivery = readDelivery(event.body, this.bot())
    switch (delivery.kind) {
      // Not acknowledged where storing fails: Slack delivers events again.
      case 'message':
        await this.handlers.message(delivery.message)
        break
      case 'edited':
        await this.handlers.edited(delivery)
        break
      case 'deleted':
        await this.handlers.deleted(delivery)
        break
      case 'command':
        return await event.ack({ response_type: 'ephemeral', text: await this.#commandAnswer(delivery) })
      case 'press':
        await this.handlers.press(delivery)
        break
      case 'change':
        return await event.ack(inModal(await this.handlers.change(delivery)))
      case 'edit':
        return await event.ack(await this.handlers.edit(delivery))
      case 'left':
        await this.handlers.left(delivery)
        break
      case 'profile_changed':
        this.handlers.profileChanged(delivery)
        break
      case 'channel_id_changed':
        await this.handlers.channelIdChanged(delivery)
        break
      case 'home_opened':
        this.handlers.homeOpened(delivery)
        break
      case 'malformed':
        this.log.warn({ reason: delivery.reason }, 'a delivery from Slack has an unknown shape and was left alone')
        break
      case 'other':
        return await app.processEvent(event)
    }
    try {
      await event.ack()
    } catch (error) {
      // It is stored; Slack delivers it again, and the copy falls away.
      this.log.debug(describeError(error), 'an acknowledgement did not get through')
    }
  }

  /** Commands are never delivered again: where one cannot be stored, its person is told. */
  async #commandAnswer(command: Extract<Delivery, { kind: 'command' }>): Promise<string> {
    try {
      return await this.handlers.command(command)
    } catch (error) {
      this.log.error(describeError(error), 'a command could not be stored')
      return NOT_STORED
    }
  }
}

function inModal(problem: string | null): { response_action: 'errors'; errors: Record<string, string> } | undefined {
  return problem === null ? undefined : { response_action: 'errors', errors: { [CHANGE_BLOCK]: problem } }
}

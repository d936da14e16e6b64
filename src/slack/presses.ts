/** What each of the bot's buttons and windows leads to, and where whoever pressed it hears of it. */

import type { KnownBlock, WebClient } from '@slack/web-api'
import { describeError, type Log } from '../log.js'
import type { Store } from '../store/store.js'
import type { OutgoingPresses } from '../turns/outgoing-mail.js'
import { SYSTEM_CLOCK } from '../turns/time/clock.js'
import { slackCall } from './api/web.js'
import { ACTIONS } from './blocks/action-ids.js'
import { changeModal } from './blocks/change-modal.js'
import { isInList, type ReadSchedule, scheduledMessage } from './blocks/scheduled-list.js'
import type { Home } from './home.js'
import { type ActionRooms, change, press } from './inbound/actions.js'
import type { Delivery } from './inbound/deliveries.js'
import {
  cancelScheduled,
  type OutgoingRooms,
  openEdit,
  submitEdit,
  undoSend,
  type WindowAnswer,
} from './inbound/outgoing-presses.js'
import type { Requests } from './inbound/requests.js'

export interface PressesRooms {
  readonly web: WebClient
  readonly store: Store
  readonly home: Pick<Home, 'open'>
  readonly requests: Pick<Requests, 'wake'>
  readonly outgoing: OutgoingPresses
  readonly schedule: ReadSchedule
  readonly actions: Pick<ActionRooms, 'wake' | 'stop'>
  readonly log: Log
}

type Press = Extract<Delivery, { kind: 'press' }>

export class Presses {
  readonly #outgoing: OutgoingRooms

  constructor(private readonly rooms: PressesRooms) {
    const { web, outgoing, log } = rooms
    this.#outgoing = {
      outgoing,
      async openModal(trigger_id, view) {
        const answer = await slackCall(() => web.views.open({ trigger_id, view }))
        if (answer.view?.id === undefined) throw new Error('views.open answered without a view')
        return answer.view.id
      },
      async updateModal(view_id, view) {
        await slackCall(() => web.views.update({ view_id, view }))
      },
      clock: SYSTEM_CLOCK,
      log,
    }
  }

  /** Resolves when what was pressed is stored. */
  async press(delivery: Press): Promise<void> {
    switch (delivery.actionId) {
      case ACTIONS.disconnect:
        return await this.#disconnect(delivery)
      case ACTIONS.edit:
        // Nothing is stored, and the window may take longer than the acknowledgement.
        return this.#inBackground(this.#edit(delivery))
      case ACTIONS.undoSend:
        return this.#answer(delivery, await undoSend(this.#outgoing, delivery))
      case ACTIONS.cancelScheduled:
        return await this.#cancel(delivery)
    }
    const { approvals, conversations, turns } = this.rooms.store
    const { web, actions, log } = this.rooms
    const askForChange = async (trigger_id: string, approvalId: string) => {
      await slackCall(() => web.views.open({ trigger_id, view: changeModal(approvalId) }))
    }
    const answer = await press({ approvals, conversations, turns, log, askForChange, ...actions }, delivery)
    if (answer === null) return
    const { text, original } = answer
    this.#respond(delivery, ANSWERS[original](text))
  }

  async edit(delivery: Extract<Delivery, { kind: 'edit' }>): Promise<WindowAnswer> {
    return await submitEdit(this.#outgoing, delivery)
  }

  async change(delivery: Extract<Delivery, { kind: 'change' }>): Promise<string | null> {
    const { store, actions, log } = this.rooms
    return await change({ approvals: store.approvals, wake: actions.wake, log }, delivery)
  }

  async #edit(delivery: Press): Promise<void> {
    this.#answer(delivery, await openEdit(this.#outgoing, delivery))
  }

  /** A list says what is left; the message about the mail itself changes by itself. */
  async #cancel(delivery: Press): Promise<void> {
    const { home, store, schedule } = this.rooms
    const { team, user, responseUrl } = delivery
    const { isCancelled, text } = await cancelScheduled(this.#outgoing, delivery)
    // No words can be said beside a Home tab.
    if (responseUrl === null) return this.#inBackground(home.open(team, user))
    const isListed = isInList(delivery.blockId)
    if (!isListed || !isCancelled) this.#answer(delivery, text)
    if (!isListed) return
    const list = async () => {
      const person = await store.people.find(team, user)
      if (person === null) return
      await respond(responseUrl, { replace_original: true, ...scheduledMessage(await schedule(person)) })
    }
    this.#inBackground(list())
  }

  /** The button of a Home tab: as good as the command, for the person whose tab it is. Never throws: presses are not delivered again. */
  async #disconnect({ team, user, value, triggerId }: Press): Promise<void> {
    const { store, requests, log } = this.rooms
    try {
      const person = await store.people.find(team, user)
      if (person === null || person.id !== value || triggerId === '') {
        log.warn({ person: person?.id }, 'a press to disconnect was not its presser’s own, and did nothing')
        return
      }
      await store.commands.journal({ triggerId, team, user, text: 'disconnect', mentions: [] })
      requests.wake()
    } catch (error) {
      log.error(describeError(error), 'a press could not be stored')
    }
  }

  #answer(delivery: Press, text: string | null): void {
    if (text !== null) this.#respond(delivery, ANSWERS.keep(text))
  }

  #respond({ responseUrl }: Press, message: Response): void {
    if (responseUrl !== null) this.#inBackground(respond(responseUrl, message))
  }

  /** For words that are kind but not promised: where they cannot be said, the log knows. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.rooms.log.warn(describeError(error), 'press could not be answered'))
  }
}

type Response =
  | { readonly delete_original: true }
  | { readonly response_type: 'ephemeral'; readonly replace_original: boolean; readonly text: string }
  | { readonly replace_original: true; readonly text: string; readonly blocks: readonly KnownBlock[] }

const ANSWERS: Readonly<Record<'keep' | 'place' | 'gone', (text: string) => Response>> = {
  keep: (text) => ({ response_type: 'ephemeral', replace_original: false, text }),
  place: (text) => ({ response_type: 'ephemeral', replace_original: true, text }),
  gone: () => ({ delete_original: true }),
}

async function respond(responseUrl: string, message: Response): Promise<void> {
  const answer = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`the response_url answered ${answer.status}`)
}

/** Listeners of the modals that people send off. Each stores, then acknowledges: with nothing the modal closes, with an error it says what is wrong. */

import type { App } from '@slack/bolt'
import { CHANGE_BLOCK, CHANGE_CALLBACK } from '../../blocks/change-modal.js'
import { EDIT_CALLBACK } from '../../blocks/edit-modal.js'
import type { BotIdentity } from '../bot-identity.js'
import { readAs } from '../read-deliveries.js'
import { change, type DecisionDeps } from './decisions.js'
import { type OutgoingDeps, submitEdit } from './outgoing-presses.js'

export interface ViewDeps extends OutgoingDeps, Pick<DecisionDeps, 'approvals' | 'wake'> {
  readonly identity: BotIdentity
}

export function registerViews(app: App, deps: ViewDeps): void {
  app.view(CHANGE_CALLBACK, async ({ body, ack }) => {
    const problem = await change(deps, readAs('change', body, deps.identity))
    if (problem === null) await ack()
    else await ack({ response_action: 'errors', errors: { [CHANGE_BLOCK]: problem } })
  })

  app.view(EDIT_CALLBACK, async ({ body, ack }) => {
    await ack(await submitEdit(deps, readAs('edit', body, deps.identity)))
  })
}

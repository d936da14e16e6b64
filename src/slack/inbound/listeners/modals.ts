/** Opening and changing modals. Slack opens one within three seconds of a press only. */

import type { ModalView, WebClient } from '@slack/web-api'
import { slackCall } from '../../api/web.js'

export interface Modals {
  /** @returns the id of the view @throws Unavailable, SlackRefused */
  readonly openModal: (triggerId: string, view: ModalView) => Promise<string>
  /** @throws Unavailable, SlackRefused */
  readonly updateModal: (viewId: string, view: ModalView) => Promise<void>
}

export function modalsOf(web: WebClient): Modals {
  return {
    async openModal(trigger_id, view) {
      const answer = await slackCall(() => web.views.open({ trigger_id, view }))
      if (answer.view?.id === undefined) throw new Error('views.open answered without a view')
      return answer.view.id
    },
    async updateModal(view_id, view) {
      await slackCall(() => web.views.update({ view_id, view }))
    },
  }
}

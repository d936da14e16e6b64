/** A view as Slack hands it to the app. */
import type { ViewOutput } from '@slack/bolt'
import type { StateValues } from '../block-kit/input-state.js'
import type { StoredView } from '../block-kit/views.js'
import { asString, type JsonObject } from '../wire/json.js'
import type { Workspace } from '../workspace/workspace.js'

export function viewOutput(workspace: Workspace, view: StoredView, values: StateValues): ViewOutput {
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    // Every entry of the state carries its element's type; the SDK's type wants to be told.
    state: { values: values as ViewOutput['state']['values'] },
    hash: view.hash,
    title: textOutput(view.title) ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: textOutput(view.close),
    submit: textOutput(view.submit),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: workspace.bot.appId,
    external_id: view.externalId,
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.bot.botId,
  }
}

function textOutput(text: JsonObject | null): { type: 'plain_text'; text: string; emoji?: boolean } | null {
  return text === null ? null : { type: 'plain_text', text: asString(text.text) ?? '', emoji: text.emoji !== false }
}

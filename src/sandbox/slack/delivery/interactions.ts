/** What people do with an app beside writing to it: slash commands, presses, modals. Builds the payloads and obeys the answers. */
import type { BlockAction, SlackViewAction, SlashCommand } from '@slack/bolt'
import { interactiveElements, type StoredBlock } from '../block-kit/blocks.js'
import { actionOf, enteredState, initialValues, isEmptyState, type StateValues } from '../block-kit/input-state.js'
import { acceptView } from '../block-kit/views.js'
import { isObject, type Json, type JsonObject, toJson } from '../wire/json.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { Clients, OpenModal } from '../workspace/clients.js'
import { payloadChannelName, wireMessage } from '../workspace/wire-message.js'
import type { Conversation, Member, Workspace } from '../workspace/workspace.js'
import type { Deliveries, Outcome } from './delivery.js'
import { contentOf, type ResponseUrls, respond } from './response-urls.js'
import type { Triggers } from './triggers.js'
import { viewOutput } from './view-output.js'

/** Stands in payloads where Slack's deprecated verification token stands. */
export const VERIFICATION_TOKEN = 'sandbox-verification-token'

export interface InteractionParts {
  readonly workspace: Workspace
  readonly clients: Clients
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly deliveries: Deliveries
  /** The server's own address, for `response_url` and files. */
  readonly origin: () => string
  /** Name of the app's slash command, with its slash. */
  readonly slashCommand: string
}

/** Where a press happened: in a message (ephemeral or not), or in a view. */
export type PressPlace = { readonly channel: string; readonly ts: string } | { readonly viewId: string }

export class Interactions {
  constructor(private readonly parts: InteractionParts) {}

  /**
   * Runs the slash command as somebody. Resolves when the app acknowledged it or the time for that was over; what the person
   * then sees is an ephemeral message.
   * @throws SlackRefusal where the client would not even send it
   */
  async command(person: Member, channel: Conversation, command: string, text: string): Promise<Outcome> {
    const { workspace, clients, responseUrls, triggers, deliveries, origin } = this.parts
    if (command !== this.parts.slashCommand) throw new SlackRefusal('unknown_command')
    const payload: SlashCommand = {
      token: VERIFICATION_TOKEN,
      team_id: workspace.team.id,
      team_domain: workspace.team.domain,
      channel_id: channel.id,
      channel_name: payloadChannelName(channel),
      user_id: person.id,
      user_name: person.name,
      command,
      text,
      api_app_id: workspace.bot.appId,
      is_enterprise_install: 'false',
      response_url: `${origin()}${responseUrls.issue(person.id, channel.id)}`,
      trigger_id: triggers.issue(person.id),
    }
    const outcome = await deliveries.once('slash_commands', jsonObject(payload))
    const complain = (reason: string) =>
      clients.showEphemeral({
        user: person.id,
        channel: channel.id,
        ts: workspace.nextTs(),
        text: `${command} failed with the error "${reason}": the app didn't respond.`,
        bySlack: true,
      })
    if (!outcome.acknowledged) {
      complain(
        outcome.reason === 'timeout' || outcome.reason === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed',
      )
    } else if (isObject(outcome.response) && ('text' in outcome.response || 'blocks' in outcome.response)) {
      const { response } = outcome
      try {
        respond(workspace, clients, {
          ...contentOf(response),
          user: person.id,
          channel: channel.id,
          inChannel: response.response_type === 'in_channel',
        })
      } catch (error) {
        // Slack tells the person, not the app, that the acknowledgement made no sense.
        if (!(error instanceof SlackRefusal)) throw error
        complain('dispatch_unknown_response')
      }
    }
    return outcome
  }

  /**
   * Presses a button, or chooses something, as somebody who sees it.
   * @throws SlackRefusal `message_not_found`, `view_not_found`, `element_not_found`, `option_not_found`
   */
  async press(person: Member, place: PressPlace, blockId: string, actionId: string, value?: string): Promise<Outcome> {
    const { workspace, triggers, deliveries } = this.parts
    const ground = 'viewId' in place ? this.#viewGround(person, place.viewId) : this.#messageGround(person, place)
    const block = ground.blocks.find((candidate) => candidate.block_id === blockId)
    const element = block && interactiveElements(block).find((candidate) => candidate.action_id === actionId)
    if (block === undefined || element === undefined) throw new SlackRefusal('element_not_found')
    const action = actionOf(element, blockId, value, workspace.nextTs())
    if (action === undefined) throw new SlackRefusal('option_not_found')
    const state = enteredState(element, value ?? '')
    const values =
      state === undefined || Object.keys(state).length === 1
        ? ground.values
        : { ...ground.values, [blockId]: { ...ground.values[blockId], [actionId]: state } }
    ground.keep(values)
    // An input only tells the app at once where the block asks for it; otherwise with the submission.
    if (block.type === 'input' && block.dispatch_action !== true) return { acknowledged: true, response: undefined }
    const payload: Omit<BlockAction, 'actions' | 'response_url' | 'view'> = {
      type: 'block_actions',
      user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
      api_app_id: workspace.bot.appId,
      token: VERIFICATION_TOKEN,
      container: ground.container,
      trigger_id: triggers.issue(person.id, 'viewId' in place ? place.viewId : undefined),
      team: { id: workspace.team.id, domain: workspace.team.domain },
      is_enterprise_install: false,
      state: { values: {} },
    }
    return deliveries.once('interactive', {
      ...jsonObject(payload),
      enterprise: null,
      ...ground.fields(values),
      state: toJson({ values }),
      actions: [action],
    })
  }

  /**
   * Submits the modal on top of somebody's screen with what they entered, and does what the app answers.
   * @param entered block id → action id → value; several chosen options one a line
   * @throws SlackRefusal `view_not_found`, `option_not_found`, or `required` with the block where something is missing
   */
  async submit(person: Member, viewId: string, entered: Record<string, Record<string, string>>): Promise<Outcome> {
    const { clients, triggers, deliveries } = this.parts
    const open = this.#modalOf(person, viewId)
    if (open.view.submit === null) throw new SlackRefusal('view_not_submittable')
    const values = filledIn(open, entered)
    for (const block of open.view.blocks) {
      const [element] = block.type === 'input' ? interactiveElements(block) : []
      if (element === undefined || block.optional === true) continue
      if (isEmptyState(values[block.block_id]?.[String(element.action_id)])) {
        throw new SlackRefusal('required', { block_id: block.block_id })
      }
    }
    const submitted = clients.replaceModal(open, { values, errors: {} })
    const payload: SlackViewAction = {
      ...this.#viewPayload(person, submitted, 'view_submission'),
      type: 'view_submission',
      trigger_id: triggers.issue(person.id, viewId),
      response_urls: [],
    }
    const outcome = await deliveries.once('interactive', { ...jsonObject(payload), enterprise: null })
    if (outcome.acknowledged) this.#obey(submitted, outcome.response)
    return outcome
  }

  /** Closes a modal; the app hears of it only where it asked to (`notify_on_close`). */
  async close(person: Member, viewId: string): Promise<void> {
    const { clients, deliveries } = this.parts
    const open = this.#modalOf(person, viewId)
    const closed = open.view.clearOnClose ? [...clients.modals(person.id)].reverse() : [open]
    for (const modal of closed) clients.closeModal(modal)
    if (!open.view.notifyOnClose) return
    const payload: SlackViewAction = {
      ...this.#viewPayload(person, open, 'view_closed'),
      type: 'view_closed',
      is_cleared: open.view.clearOnClose,
    }
    await deliveries.once('interactive', { ...jsonObject(payload), enterprise: null })
  }

  #viewPayload(person: Member, open: OpenModal, type: SlackViewAction['type']) {
    const { workspace } = this.parts
    return {
      type,
      team: { id: workspace.team.id, domain: workspace.team.domain },
      user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
      api_app_id: workspace.bot.appId,
      token: VERIFICATION_TOKEN,
      view: viewOutput(workspace, open.view, open.values),
      is_enterprise_install: false,
    }
  }

  /** Follows the `response_action` of an acknowledged submission; none closes the modal. */
  #obey(open: OpenModal, response: Json | undefined): void {
    const { clients } = this.parts
    const answer: JsonObject = isObject(response) ? response : {}
    switch (answer.response_action) {
      case 'errors': {
        const errors: Record<string, string> = {}
        for (const [blockId, problem] of Object.entries(isObject(answer.errors) ? answer.errors : {})) {
          errors[blockId] = String(problem)
        }
        clients.replaceModal(open, { errors })
        return
      }
      case 'update': {
        const view = acceptView(answer.view ?? null, 'modal', {
          id: open.view.id,
          rootId: open.view.rootId,
          previousId: open.view.previousId,
        })
        clients.replaceModal(open, { view })
        return
      }
      case 'push':
        clients.openModal(
          open.user,
          acceptView(answer.view ?? null, 'modal', { rootId: open.view.rootId, previousId: open.view.id }),
        )
        return
      case 'clear':
        for (const modal of [...clients.modals(open.user)].reverse()) clients.closeModal(modal)
        return
      default:
        // The app may have replaced the view by `views.update` meanwhile; what closes is whatever has this id now.
        clients.closeModal(clients.modal(open.view.id) ?? open)
    }
  }

  #modalOf(person: Member, viewId: string): OpenModal {
    const open = this.parts.clients.modals(person.id).find((modal) => modal.view.id === viewId)
    if (open === undefined) throw new SlackRefusal('view_not_found')
    return open
  }

  #viewGround(person: Member, viewId: string): Ground {
    const { clients, workspace } = this.parts
    const home = clients.home(person.id)
    const open = clients.modals(person.id).find((modal) => modal.view.id === viewId)
    const view = open?.view ?? (home?.id === viewId ? home : undefined)
    if (view === undefined) throw new SlackRefusal('view_not_found')
    return {
      blocks: view.blocks,
      values: open?.values ?? { ...initialValues(view.blocks), ...clients.messageValues('home', viewId) },
      keep: (values) =>
        open === undefined
          ? clients.setMessageValues('home', viewId, values)
          : void clients.replaceModal(open, { values, errors: {} }),
      container: { type: 'view', view_id: viewId },
      fields: (values) => ({ view: toJson(viewOutput(workspace, view, values)) }),
    }
  }

  #messageGround(person: Member, { channel, ts }: { channel: string; ts: string }): Ground {
    const { clients, workspace, responseUrls, origin } = this.parts
    const conversation = workspace.conversation(channel)
    const ephemeral = clients.ephemeral(channel, ts)
    const message = workspace.message(channel, ts)
    const visible = ephemeral === undefined ? conversation?.members.has(person.id) : ephemeral.user === person.id
    const blocks = ephemeral?.blocks ?? message?.blocks
    if (conversation === undefined || !visible || blocks === undefined) throw new SlackRefusal('message_not_found')
    const threadTs = ephemeral?.threadTs ?? message?.threadTs
    return {
      blocks,
      values: { ...initialValues(blocks), ...clients.messageValues(channel, ts) },
      keep: (values) => clients.setMessageValues(channel, ts, values),
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channel,
        is_ephemeral: ephemeral !== undefined,
        ...(threadTs !== undefined && { thread_ts: threadTs }),
      },
      fields: () => ({
        channel: { id: channel, name: payloadChannelName(conversation) },
        response_url: `${origin()}${responseUrls.issue(person.id, channel, ts)}`,
        // Slack keeps no copy of an ephemeral message, so presses in one come without it.
        ...(message !== undefined && { message: toJson(wireMessage(workspace, message, { origin: origin() })) }),
      }),
    }
  }
}

/** What a press stands on, whatever kind of place it is. */
interface Ground {
  readonly blocks: readonly StoredBlock[]
  readonly values: StateValues
  readonly keep: (values: StateValues) => void
  readonly container: JsonObject
  readonly fields: (values: StateValues) => JsonObject
}

function filledIn(open: OpenModal, entered: Record<string, Record<string, string>>): StateValues {
  const values: StateValues = structuredClone(open.values)
  for (const block of open.view.blocks) {
    for (const element of interactiveElements(block)) {
      const actionId = String(element.action_id)
      const value = entered[block.block_id]?.[actionId]
      if (value === undefined) continue
      const state = enteredState(element, value)
      if (state === undefined) throw new SlackRefusal('option_not_found', { block_id: block.block_id })
      values[block.block_id] = { ...values[block.block_id], [actionId]: state }
    }
  }
  return values
}

function jsonObject(value: object): JsonObject {
  const json = toJson(value)
  return isObject(json) ? json : {}
}

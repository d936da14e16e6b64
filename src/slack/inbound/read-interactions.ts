/** Bodies of slash commands, presses and modals, read into this project's words. Pure. */

import { z } from 'zod'
import type { Words } from '../../turns/words.js'
import { type Malformed, malformed, type Other } from '../api/malformed.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { CHANGE_BLOCK, CHANGE_CALLBACK, CHANGE_INPUT } from '../blocks/change-modal.js'
import { EDIT_CALLBACK, EDIT_INPUT, type EditWindow, readWindow } from '../blocks/edit-modal.js'
import { SEND } from '../blocks/outgoing-words.js'
import { type BotIdentity, homeOf, homeOfUser } from './bot-identity.js'
import { personsWords } from './message-text.js'

export interface SlashCommand extends Words {
  readonly kind: 'command'
  readonly team: string
  readonly user: string
  readonly channel: string
  readonly triggerId: string
  readonly responseUrl: string | null
}

export interface Press {
  readonly kind: 'press'
  readonly team: string
  readonly user: string
  readonly actionId: string
  readonly value: string
  /** The block that the button stands in. */
  readonly blockId: string | null
  /** The message that the button stands in; null where it stands in none. */
  readonly message: { readonly channel: string; readonly ts: string } | null
  /** Of the thread that the message with the button is an answer in; null: it is none. */
  readonly threadTs: string | null
  /** Unique for each press. */
  readonly triggerId: string
  readonly responseUrl: string | null
  /** Ids of the approvals whose boxes in this message say to leave them out; null where Slack does not tell of boxes. */
  readonly leftOut: readonly string[] | null
}

/** Somebody sent off the modal that asks what should be different. */
export interface ChangeSubmission {
  readonly kind: 'change'
  readonly team: string
  readonly user: string
  readonly approvalIds: readonly string[]
  /** Empty where nothing was entered. */
  readonly words: string
}

/** Somebody sent off the modal in which they edit a mail. */
export interface EditSubmission {
  readonly kind: 'edit'
  readonly team: string
  readonly user: string
  readonly window: EditWindow
}

const COMMAND_BODY = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string(),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  trigger_id: z.string(),
  response_url: z.string().nullish(),
})

/** What an element holds, as far as it is a box or a list to choose from. */
const HELD = z.object({ selected_options: z.array(z.object({ value: z.string().nullish() })).nullish() })
type Held = z.infer<typeof HELD>

const ACTIONS_BODY = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  actions: z
    .array(z.object({ action_id: z.string(), block_id: z.string().nullish(), value: z.string().optional() }))
    .min(1),
  // Where there is no message, as in a view, it has other fields.
  container: z
    .object({ channel_id: z.string().nullish(), message_ts: z.string().nullish(), thread_ts: z.string().nullish() })
    .nullish(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), HELD)) }).nullish(),
  response_url: z.string().nullish(),
  trigger_id: z.string().nullish(),
})

const SUBMISSION_BODY = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  view: z.object({
    callback_id: z.string().nullish(),
    private_metadata: z.string().nullish(),
    submit: z.object({ text: z.string() }).nullish(),
    blocks: z.array(z.looseObject({ block_id: z.string().optional() })).optional(),
    state: z
      .object({ values: z.record(z.string(), z.record(z.string(), z.looseObject({ value: z.string().nullish() }))) })
      .nullish(),
  }),
})

export function readCommand(body: object, bot: BotIdentity): SlashCommand | Malformed {
  const parsed = COMMAND_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const command = parsed.data
  return {
    kind: 'command',
    team: homeOf(command.team_id, command.enterprise_id, bot) ?? command.team_id,
    user: command.user_id,
    channel: command.channel_id,
    ...personsWords(command.text, bot.userId),
    triggerId: command.trigger_id,
    responseUrl: command.response_url ?? null,
  }
}

export function readPress(body: object, bot: BotIdentity): Press | Malformed {
  const parsed = ACTIONS_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const { user, actions, container, response_url, trigger_id } = parsed.data
  const [action] = actions
  const team = homeOfPresser(parsed.data, bot)
  if (action === undefined || team === undefined) return { kind: 'malformed', reason: 'a press without action or team' }
  return {
    kind: 'press',
    team,
    user: user.id,
    actionId: action.action_id,
    value: action.value ?? '',
    blockId: action.block_id ?? null,
    message: messageOf(container?.channel_id, container?.message_ts),
    threadTs: container?.thread_ts === container?.message_ts ? null : (container?.thread_ts ?? null),
    triggerId: trigger_id ?? '',
    responseUrl: response_url ?? null,
    leftOut: leftOutIn(parsed.data.state?.values),
  }
}

export function readSubmission(body: object, bot: BotIdentity): ChangeSubmission | EditSubmission | Other | Malformed {
  const parsed = SUBMISSION_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const { user, view } = parsed.data
  if (view.callback_id !== CHANGE_CALLBACK && view.callback_id !== EDIT_CALLBACK) return { kind: 'other' }
  const team = homeOfPresser(parsed.data, bot)
  if (team === undefined) return { kind: 'malformed', reason: 'a submission without team' }
  if (view.callback_id === EDIT_CALLBACK) {
    const entered = Object.entries(view.state?.values ?? {})
    const window = readWindow({
      approvalId: view.private_metadata ?? '',
      button: view.submit?.text ?? SEND,
      blocks: view.blocks ?? [],
      values: new Map(entered.map(([block, inputs]) => [block, inputs[EDIT_INPUT]?.value ?? ''])),
    })
    return { kind: 'edit', team, user: user.id, window }
  }
  return {
    kind: 'change',
    team,
    user: user.id,
    approvalIds: (view.private_metadata ?? '').split(','),
    words: (view.state?.values[CHANGE_BLOCK]?.[CHANGE_INPUT]?.value ?? '').trim(),
  }
}

function messageOf(channel: string | null | undefined, ts: string | null | undefined): Press['message'] {
  return channel && ts ? { channel, ts } : null
}

function leftOutIn(values: Readonly<Record<string, Readonly<Record<string, Held>>>> | undefined): string[] | null {
  if (values === undefined) return null
  const ticked = Object.values(values).flatMap((block) => block[ACTIONS.leaveOut]?.selected_options ?? [])
  return ticked.flatMap(({ value }) => value ?? [])
}

/** What whoever pressed something is keyed by. */
function homeOfPresser(
  { user, team, enterprise }: Pick<z.infer<typeof ACTIONS_BODY>, 'user' | 'team' | 'enterprise'>,
  bot: BotIdentity,
): string | undefined {
  const home = homeOf(team?.id ?? user.team_id, enterprise?.id, bot)
  return home === undefined ? undefined : homeOfUser(user.team_id, home, bot)
}

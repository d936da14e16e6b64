/** Every interactive element that Slack allows in blocks, with its limits. */
import type { JsonObject } from '../wire/json.js'
import { confirm, option, optionGroup, plainOption, plainText, richOption, type } from './composition.js'
import {
  anything,
  array,
  boolean,
  type Field,
  integer,
  matching,
  object,
  oneOf,
  optional,
  type Report,
  type Rule,
  required,
  string,
  typed,
  url,
} from './rules.js'

const actionId = optional(string({ min: 1, max: 255 }))
const focusable = { focus_on_load: optional(boolean) }
const confirmable = { confirm: optional(confirm) }
const placeholdable = { placeholder: optional(plainText(150)) }
const dispatchable = {
  dispatch_action_config: optional(
    object({ trigger_actions_on: optional(array(oneOf('on_enter_pressed', 'on_character_entered'))) }),
  ),
}
const several = { max_selected_items: optional(integer({ min: 1 })) }

const button = object({
  type,
  action_id: actionId,
  text: required(plainText(75)),
  value: optional(string({ max: 2000 })),
  url: optional(url(3000)),
  style: optional(oneOf('primary', 'danger')),
  accessibility_label: optional(string({ max: 75 })),
  ...confirmable,
})

const oneSource = (value: JsonObject, report: Report): void => {
  if (value.options === undefined && value.option_groups === undefined) report('missing required field: options')
  if (value.options !== undefined && value.option_groups !== undefined) {
    report('`options` and `option_groups` cannot be used together')
  }
}
const staticSources = {
  options: optional(array(plainOption, { min: 1, max: 100 })),
  option_groups: optional(array(optionGroup, { min: 1, max: 100 })),
}
const conversationFilter = object({
  include: optional(array(oneOf('im', 'mpim', 'private', 'public'), { min: 1 })),
  exclude_external_shared_channels: optional(boolean),
  exclude_bot_users: optional(boolean),
})

const select = (fields: Readonly<Record<string, Field>>, check?: (value: JsonObject, report: Report) => void): Rule =>
  object({ type, action_id: actionId, ...confirmable, ...focusable, ...placeholdable, ...fields }, check)

const feedbackButton = object({
  text: required(plainText(75)),
  accessibility_label: optional(string({ max: 75 })),
  value: required(string({ min: 1, max: 2000 })),
})

/** Every interactive element by its `type`. */
const ELEMENTS = {
  button,
  checkboxes: object({
    type,
    action_id: actionId,
    options: required(array(richOption, { min: 1, max: 10 })),
    initial_options: optional(array(richOption, { min: 1 })),
    ...confirmable,
    ...focusable,
  }),
  radio_buttons: object({
    type,
    action_id: actionId,
    options: required(array(richOption, { min: 1, max: 10 })),
    initial_option: optional(richOption),
    ...confirmable,
    ...focusable,
  }),
  overflow: object({
    type,
    action_id: actionId,
    options: required(array(option(plainText(75), { url: optional(url(3000)) }), { min: 1, max: 5 })),
    ...confirmable,
  }),
  datepicker: select({ initial_date: optional(matching(/^\d{4}-\d{2}-\d{2}$/, 'must be a date, YYYY-MM-DD')) }),
  timepicker: select({
    initial_time: optional(matching(/^\d{2}:\d{2}$/, 'must be a time, HH:mm')),
    timezone: optional(string()),
  }),
  datetimepicker: object({
    type,
    action_id: actionId,
    initial_date_time: optional(integer({ min: 1_000_000_000, max: 9_999_999_999 })),
    ...confirmable,
    ...focusable,
  }),
  static_select: select({ ...staticSources, initial_option: optional(plainOption) }, oneSource),
  multi_static_select: select(
    { ...staticSources, ...several, initial_options: optional(array(plainOption, { min: 1 })) },
    oneSource,
  ),
  external_select: select({ initial_option: optional(plainOption), min_query_length: optional(integer({ min: 0 })) }),
  multi_external_select: select({
    ...several,
    initial_options: optional(array(plainOption, { min: 1 })),
    min_query_length: optional(integer({ min: 0 })),
  }),
  users_select: select({ initial_user: optional(string()) }),
  multi_users_select: select({ ...several, initial_users: optional(array(string())) }),
  conversations_select: select({
    initial_conversation: optional(string()),
    default_to_current_conversation: optional(boolean),
    response_url_enabled: optional(boolean),
    filter: optional(conversationFilter),
  }),
  multi_conversations_select: select({
    ...several,
    initial_conversations: optional(array(string())),
    default_to_current_conversation: optional(boolean),
    filter: optional(conversationFilter),
  }),
  channels_select: select({ initial_channel: optional(string()), response_url_enabled: optional(boolean) }),
  multi_channels_select: select({ ...several, initial_channels: optional(array(string())) }),
  plain_text_input: object({
    type,
    action_id: actionId,
    initial_value: optional(string({ max: 3000 })),
    multiline: optional(boolean),
    min_length: optional(integer({ min: 0, max: 3000 })),
    max_length: optional(integer({ min: 1, max: 3000 })),
    ...dispatchable,
    ...focusable,
    ...placeholdable,
  }),
  email_text_input: object({
    type,
    action_id: actionId,
    initial_value: optional(string()),
    ...dispatchable,
    ...focusable,
    ...placeholdable,
  }),
  url_text_input: object({
    type,
    action_id: actionId,
    initial_value: optional(string()),
    ...dispatchable,
    ...focusable,
    ...placeholdable,
  }),
  number_input: object({
    type,
    action_id: actionId,
    is_decimal_allowed: required(boolean),
    initial_value: optional(string()),
    min_value: optional(string()),
    max_value: optional(string()),
    ...dispatchable,
    ...focusable,
    ...placeholdable,
  }),
  rich_text_input: object({
    type,
    action_id: actionId,
    initial_value: optional(anything),
    ...dispatchable,
    ...focusable,
    ...placeholdable,
  }),
  file_input: object({
    type,
    action_id: actionId,
    filetypes: optional(array(string({ min: 1 }))),
    max_files: optional(integer({ min: 1, max: 10 })),
  }),
  workflow_button: object({
    type,
    action_id: actionId,
    text: required(plainText(75)),
    workflow: required(anything),
    style: optional(oneOf('primary', 'danger')),
    accessibility_label: optional(string({ max: 75 })),
  }),
  feedback_buttons: object({
    type,
    action_id: actionId,
    positive_button: required(feedbackButton),
    negative_button: required(feedbackButton),
  }),
  icon_button: object({
    type,
    action_id: actionId,
    icon: required(oneOf('trash')),
    text: required(plainText(75)),
    value: optional(string({ max: 2000 })),
    accessibility_label: optional(string({ max: 75 })),
    visible_to_user_ids: optional(array(string({ min: 1 }))),
    ...confirmable,
  }),
} satisfies Record<string, Rule>

export type ElementType = keyof typeof ELEMENTS

/** The elements that a block accepts, each with its own rule. */
export function elements(...types: readonly ElementType[]): Rule {
  const accepted: Record<string, Rule> = {}
  for (const name of types) accepted[name] = ELEMENTS[name]
  return typed(accepted)
}

const SELECTS = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
  'multi_static_select',
  'multi_external_select',
  'multi_users_select',
  'multi_conversations_select',
  'multi_channels_select',
] as const satisfies readonly ElementType[]

const PICKERS = ['datepicker', 'timepicker', 'checkboxes', 'radio_buttons'] as const satisfies readonly ElementType[]

export const ACTION_ELEMENTS: readonly ElementType[] = [
  'button',
  'overflow',
  'datetimepicker',
  'workflow_button',
  'rich_text_input',
  ...PICKERS,
  ...SELECTS,
]
export const ACCESSORY_ELEMENTS: readonly ElementType[] = [
  'button',
  'overflow',
  'workflow_button',
  ...PICKERS,
  ...SELECTS,
]
export const INPUT_ELEMENTS: readonly ElementType[] = [
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
  'datetimepicker',
  ...PICKERS,
  ...SELECTS,
]

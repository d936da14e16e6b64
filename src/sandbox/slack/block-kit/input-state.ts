/** What a person entered or chose, in the shapes that Slack reports in `state.values` and in `actions`. */
import { asString, isObject, type Json, type JsonObject } from '../wire/json.js'
import { interactiveElements, type StoredBlock } from './blocks.js'

/** What one element holds; which field holds it depends on the `type`. */
export type ElementState = JsonObject & { type: string }

/** `state.values`: block id → action id → what the element holds. */
export type StateValues = { [blockId: string]: { [actionId: string]: ElementState } }

/** What the element holds before anybody touched it. */
function initialState(element: JsonObject): ElementState {
  const type = String(element.type)
  switch (type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return { type, value: asString(element.initial_value) ?? null }
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: element.initial_option ?? null }
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: element.initial_options ?? [] }
    case 'users_select':
      return { type, selected_user: element.initial_user ?? null }
    case 'multi_users_select':
      return { type, selected_users: element.initial_users ?? [] }
    case 'conversations_select':
      return { type, selected_conversation: element.initial_conversation ?? null }
    case 'multi_conversations_select':
      return { type, selected_conversations: element.initial_conversations ?? [] }
    case 'channels_select':
      return { type, selected_channel: element.initial_channel ?? null }
    case 'multi_channels_select':
      return { type, selected_channels: element.initial_channels ?? [] }
    case 'datepicker':
      return { type, selected_date: element.initial_date ?? null }
    case 'timepicker':
      return { type, selected_time: element.initial_time ?? null }
    case 'datetimepicker':
      return { type, selected_date_time: element.initial_date_time ?? null }
    case 'rich_text_input':
      return { type, rich_text_value: element.initial_value ?? null }
    case 'file_input':
      return { type, files: [] }
    default:
      return { type }
  }
}

function optionsOf(element: JsonObject): JsonObject[] {
  const lists: Json[] = [element.options ?? []]
  for (const group of Array.isArray(element.option_groups) ? element.option_groups : []) {
    if (isObject(group)) lists.push(group.options ?? [])
  }
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []))
}

/** Several values of one element travel as one string, one a line. */
const severalOf = (value: string): string[] => value.split('\n').filter((line) => line !== '')

/**
 * The element's state after a person gave it `value` (for options: the option's `value`; for several: one a line).
 * `undefined` where the element has no such option.
 */
export function enteredState(element: JsonObject, value: string): ElementState | undefined {
  const type = String(element.type)
  const state = initialState(element)
  if ('value' in state) return { type, value: value === '' ? null : value }
  if ('selected_option' in state) {
    if (value === '') return { type, selected_option: null }
    const chosen = optionsOf(element).find((option) => option.value === value)
    return chosen && { type, selected_option: chosen }
  }
  if ('selected_options' in state) {
    const wanted = severalOf(value)
    const chosen = optionsOf(element).filter((option) => wanted.includes(String(option.value)))
    return chosen.length === wanted.length ? { type, selected_options: chosen } : undefined
  }
  if ('selected_date_time' in state) return { type, selected_date_time: value === '' ? null : Number(value) }
  if ('rich_text_value' in state) {
    const section = { type: 'rich_text_section', elements: [{ type: 'text', text: value }] }
    return { type, rich_text_value: { type: 'rich_text', elements: [section] } }
  }
  const [field] = Object.keys(state).filter((name) => name !== 'type')
  if (field === undefined || field === 'files') return state
  return { type, [field]: Array.isArray(state[field]) ? severalOf(value) : value === '' ? null : value }
}

/** `state.values` of a list of blocks before anybody touched them. */
export function initialValues(blocks: readonly StoredBlock[]): StateValues {
  const values: StateValues = {}
  for (const block of blocks) {
    for (const element of interactiveElements(block)) {
      const state = initialState(element)
      // Buttons and menus without a lasting choice are not part of the state.
      if (Object.keys(state).length === 1) continue
      values[block.block_id] = { ...values[block.block_id], [String(element.action_id)]: state }
    }
  }
  return values
}

/** Whether the person left it empty: Slack's client then refuses to submit unless the input is `optional`. */
export function isEmptyState(state: JsonObject | undefined): boolean {
  if (state === undefined) return true
  return Object.entries(state).every(
    ([name, value]) => name === 'type' || value === null || (Array.isArray(value) && value.length === 0),
  )
}

/** The entry of `actions` for a press, or `undefined` where the element does not take this value. */
export function actionOf(
  element: JsonObject,
  blockId: string,
  value: string | undefined,
  ts: string,
): JsonObject | undefined {
  const base = { type: String(element.type), action_id: String(element.action_id), block_id: blockId, action_ts: ts }
  const kept: JsonObject = {}
  for (const name of ['text', 'value', 'url', 'style', 'confirm', 'placeholder', 'icon', 'initial_option']) {
    const field = element[name]
    if (field !== undefined) kept[name] = field
  }
  switch (base.type) {
    case 'button':
    case 'icon_button':
    case 'workflow_button':
      return { ...base, ...kept }
    case 'feedback_buttons': {
      const pressed = [element.positive_button, element.negative_button]
        .filter(isObject)
        .find((button) => button.value === value)
      return pressed && { ...base, value: String(pressed.value), text: pressed.text ?? null }
    }
    case 'overflow': {
      const chosen = optionsOf(element).find((option) => option.value === value)
      return chosen && { ...base, selected_option: chosen }
    }
    default: {
      const state = enteredState(element, value ?? '')
      return state && { ...base, ...kept, ...state }
    }
  }
}

import type {
  ActionsBlockElement,
  Button,
  ContextActionsBlockElement,
  InputBlockElement,
  Overflow,
  SectionBlockAccessory,
  WorkflowButton,
} from '@slack/types'

/**
 * Elements that hold a value: inputs, selects, pickers, checkboxes. In a modal the value is kept until it is submitted;
 * everywhere else (and with `dispatch_action`) a change is a press. Values are strings; several stand one a line.
 */
export type EntryElementType = Exclude<
  ActionsBlockElement | ContextActionsBlockElement | InputBlockElement | SectionBlockAccessory,
  Button | Overflow | WorkflowButton | { type: 'feedback_buttons' | 'icon_button' | 'image' }
>

const PRESSED: ReadonlySet<string> = new Set([
  'button',
  'overflow',
  'workflow_button',
  'feedback_buttons',
  'icon_button',
  'image',
])

export function isEntry<T extends { type: string }>(element: T): element is Extract<T, EntryElementType> {
  return !PRESSED.has(element.type)
}

export function placeholderOf(element: EntryElementType): string | undefined {
  return 'placeholder' in element ? element.placeholder?.text : undefined
}

export function initialValue(element: EntryElementType): string {
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return element.initial_value ?? ''
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return element.initial_option?.value ?? ''
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return (element.initial_options ?? []).map((option) => option.value ?? '').join('\n')
    case 'users_select':
      return element.initial_user ?? ''
    case 'multi_users_select':
      return (element.initial_users ?? []).join('\n')
    case 'channels_select':
      return element.initial_channel ?? ''
    case 'multi_channels_select':
      return (element.initial_channels ?? []).join('\n')
    case 'conversations_select':
      return element.initial_conversation ?? ''
    case 'multi_conversations_select':
      return (element.initial_conversations ?? []).join('\n')
    case 'datepicker':
      return element.initial_date ?? ''
    case 'timepicker':
      return element.initial_time ?? ''
    case 'datetimepicker':
      return element.initial_date_time === undefined ? '' : String(element.initial_date_time)
    case 'rich_text_input':
    case 'file_input':
      return ''
  }
}

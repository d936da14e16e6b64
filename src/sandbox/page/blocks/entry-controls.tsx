/** The browser's own fields for elements that hold a value. They know nothing of blocks and tell nobody but their control. */
import type { Option } from '@slack/types'
import { useViewer } from '../state/context.js'
import { displayName } from '../state/typed-text.js'
import { Text } from './block-kit-text.js'
import { type EntryElementType, placeholderOf } from './entry-element.js'

export interface ControlProps {
  id: string | undefined
  label: string
  value: string
  isRequired: boolean
  isBusy: boolean
  /** Typing: changes the value, tells nobody yet. */
  onType(value: string): void
  /** Choosing: changes the value and, outside of modals, tells the app. */
  onChoose(value: string): void
  /** Enter in a text field. */
  onDone(): void
}

export function Control({ element, control }: { element: EntryElementType; control: ControlProps }) {
  switch (element.type) {
    case 'plain_text_input':
      return element.multiline ? (
        <TextArea control={control} placeholder={element.placeholder?.text} maxLength={element.max_length} />
      ) : (
        <TextField
          control={control}
          type="text"
          placeholder={element.placeholder?.text}
          maxLength={element.max_length}
        />
      )
    case 'rich_text_input':
      return <TextArea control={control} placeholder={element.placeholder?.text} />
    case 'email_text_input':
      return <TextField control={control} type="email" placeholder={element.placeholder?.text} />
    case 'url_text_input':
      return <TextField control={control} type="url" placeholder={element.placeholder?.text} />
    case 'number_input':
      return <TextField control={control} type="number" placeholder={element.placeholder?.text} />
    case 'datepicker':
      return <Picker control={control} type="date" />
    case 'timepicker':
      return <Picker control={control} type="time" />
    case 'datetimepicker':
      return <DateTimePicker control={control} />
    case 'checkboxes':
      return <Checks control={control} options={element.options} isSingle={false} />
    case 'radio_buttons':
      return <Checks control={control} options={element.options} isSingle={true} />
    case 'file_input':
      return <p class="block-hint">Files cannot be uploaded in this sandbox.</p>
    default:
      return <SelectControl element={element} control={control} />
  }
}

function TextField(props: {
  control: ControlProps
  type: string
  placeholder?: string | undefined
  maxLength?: number | undefined
}) {
  const { control, type, placeholder, maxLength } = props
  return (
    <input
      {...commonAttributes(control)}
      class="field"
      type={type}
      value={control.value}
      placeholder={placeholder}
      maxLength={maxLength}
      step={type === 'number' ? 'any' : undefined}
      onInput={(event) => control.onType(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') control.onDone()
      }}
    />
  )
}

function TextArea(props: { control: ControlProps; placeholder?: string | undefined; maxLength?: number | undefined }) {
  const { control, placeholder, maxLength } = props
  return (
    <textarea
      {...commonAttributes(control)}
      class="field field-multiline"
      rows={4}
      value={control.value}
      placeholder={placeholder}
      maxLength={maxLength}
      onInput={(event) => control.onType(event.currentTarget.value)}
    />
  )
}

function Picker({ control, type }: { control: ControlProps; type: 'date' | 'time' }) {
  return (
    <input
      {...commonAttributes(control)}
      class="field field-short"
      type={type}
      value={control.value}
      onChange={(event) => control.onChoose(event.currentTarget.value)}
    />
  )
}

/** Slack's value is a Unix time in seconds; the browser's field shows the local time without a zone. */
function DateTimePicker({ control }: { control: ControlProps }) {
  const date = control.value === '' ? undefined : new Date(Number(control.value) * 1000)
  const shown = date ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : ''
  return (
    <input
      {...commonAttributes(control)}
      class="field field-short"
      type="datetime-local"
      value={shown}
      onChange={(event) => {
        const time = new Date(event.currentTarget.value).getTime()
        control.onChoose(Number.isNaN(time) ? '' : String(Math.floor(time / 1000)))
      }}
    />
  )
}

function Checks({
  control,
  options,
  isSingle,
}: {
  control: ControlProps
  options: readonly Option[]
  isSingle: boolean
}) {
  const chosen = control.value.split('\n')
  const toggle = (value: string, isOn: boolean) => {
    if (isSingle) return control.onChoose(value)
    const next = options
      .map((option) => option.value ?? '')
      .filter((other) => (other === value ? isOn : chosen.includes(other)))
    control.onChoose(next.join('\n'))
  }
  return (
    <fieldset class="checks" id={control.id} aria-label={control.label} aria-disabled={control.isBusy}>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type={isSingle ? 'radio' : 'checkbox'}
            name={control.id ?? control.label}
            checked={chosen.includes(option.value ?? '')}
            onChange={(event) => toggle(option.value ?? '', event.currentTarget.checked)}
          />
          <span>
            <Text text={option.text} />
            {option.description ? <span class="block-hint">{option.description.text}</span> : null}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

type SelectElement = Extract<EntryElementType, { type: `${string}_select` }>

function SelectControl({ element, control }: { element: SelectElement; control: ControlProps }) {
  const { state } = useViewer()
  const isMultiple = element.type.startsWith('multi_')
  const chosen = control.value === '' ? [] : control.value.split('\n')
  const placeholder = placeholderOf(element) ?? 'Select an option'
  const groups = choicesOf(element, {
    people: [...state.people.values()].map((person) => ({ value: person.id, label: displayName(person) })),
    channels: state.channels
      .filter((channel) => channel.kind === 'channel')
      .map((channel) => ({ value: channel.id, label: `#${channel.name}` })),
  })
  return (
    <select
      {...commonAttributes(control)}
      class={`field ${isMultiple ? 'field-multiple' : 'field-select'}`}
      multiple={isMultiple}
      onChange={(event) => {
        const selected = [...event.currentTarget.selectedOptions].map((option) => option.value).filter(Boolean)
        control.onChoose(selected.join('\n'))
      }}
    >
      {isMultiple ? null : (
        <option value="" selected={chosen.length === 0} disabled={control.isRequired}>
          {placeholder}
        </option>
      )}
      {groups.map((group) => {
        const options = group.choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={chosen.includes(choice.value)}>
            {choice.label}
          </option>
        ))
        return group.label === undefined ? (
          options
        ) : (
          <optgroup key={group.label} label={group.label}>
            {options}
          </optgroup>
        )
      })}
    </select>
  )
}

interface Choice {
  value: string
  label: string
}

function choicesOf(
  element: SelectElement,
  known: { people: Choice[]; channels: Choice[] },
): { label?: string; choices: Choice[] }[] {
  const choices = (options: readonly Option[] | undefined): Choice[] =>
    (options ?? []).map((option) => ({ value: option.value ?? '', label: option.text.text }))
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select':
      if (!element.option_groups) return [{ choices: choices(element.options) }]
      return element.option_groups.map((group) => ({ label: group.label.text, choices: choices(group.options) }))
    case 'users_select':
    case 'multi_users_select':
      return [{ choices: known.people }]
    case 'channels_select':
    case 'multi_channels_select':
      return [{ choices: known.channels }]
    case 'conversations_select':
    case 'multi_conversations_select':
      return [{ choices: [...known.channels, ...known.people] }]
    case 'external_select':
      return [{ choices: choices(element.initial_option ? [element.initial_option] : []) }]
    case 'multi_external_select':
      return [{ choices: choices(element.initial_options) }]
  }
}

function commonAttributes(control: ControlProps) {
  return {
    id: control.id,
    // A visible <label> names it where there is an id.
    'aria-label': control.id === undefined ? control.label : undefined,
    required: control.isRequired,
    'aria-disabled': control.isBusy,
  }
}

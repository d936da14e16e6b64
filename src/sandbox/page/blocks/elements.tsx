import type {
  ActionsBlockElement,
  Button,
  ContextActionsBlockElement,
  FeedbackButtons,
  IconButton,
  Overflow,
  SectionBlockAccessory,
} from '@slack/types'
import { useState } from 'preact/hooks'
import { PlainText } from '../controls/formatted-text.js'
import { MoreIcon } from '../controls/icons.js'
import { Menu } from '../controls/menu.js'
import { safeUrl } from '../text/entities.js'
import { useConfirmed } from './confirmed.js'
import type { EntryElementType } from './entry-element.js'
import { useInteraction } from './interaction.js'

/**
 * Elements that are pressed: buttons of every kind and the overflow menu. What holds a value is in entries.tsx. While a press
 * is handled they are `aria-disabled`, not `disabled`: that would take the focus away from whoever presses with the keyboard.
 */
type Pressable = Exclude<
  ActionsBlockElement | ContextActionsBlockElement | SectionBlockAccessory,
  EntryElementType | { type: 'image' }
>

export function Element({ element, blockId }: { element: Pressable; blockId: string }) {
  switch (element.type) {
    case 'button':
      return <ButtonElement button={element} blockId={blockId} />
    case 'overflow':
      return <OverflowElement overflow={element} blockId={blockId} />
    case 'feedback_buttons':
      return <FeedbackElement feedback={element} blockId={blockId} />
    case 'icon_button':
      return <IconButtonElement button={element} blockId={blockId} />
    case 'workflow_button':
      return (
        <button type="button" class="button" disabled title="Workflows do not run in this sandbox">
          <PlainText text={element.text.text} />
        </button>
      )
  }
}

function ButtonElement({ button, blockId }: { button: Button; blockId: string }) {
  const { press, isPressing } = useInteraction()
  const actionId = button.action_id ?? ''
  const isBusy = isPressing(blockId, actionId)
  const { ask, dialog } = useConfirmed(button.confirm, isBusy)
  const style = `button ${button.style ? `button-${button.style}` : ''} ${isBusy ? 'button-busy' : ''}`
  const url = button.url === undefined ? undefined : safeUrl(button.url)
  const label = button.accessibility_label
  const text = <PlainText text={button.text.text} />
  if (url !== undefined && !button.confirm)
    return (
      // A link that opens in a new tab and tells the app about it, as in Slack: the browser opens it, no script.
      <a
        class={style}
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={label}
        aria-busy={isBusy}
        onClick={() => press(blockId, actionId, button.value)}
      >
        {text}
      </a>
    )
  const act = () => {
    if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer')
    press(blockId, actionId, button.value)
  }
  return (
    <>
      <button
        type="button"
        class={style}
        aria-label={label}
        aria-busy={isBusy}
        aria-disabled={isBusy}
        onClick={() => ask(act)}
      >
        {text}
      </button>
      {dialog}
    </>
  )
}

function IconButtonElement({ button, blockId }: { button: IconButton; blockId: string }) {
  const { press, isPressing } = useInteraction()
  const actionId = button.action_id ?? ''
  const isBusy = isPressing(blockId, actionId)
  const { ask, dialog } = useConfirmed(button.confirm, isBusy)
  return (
    <>
      <button
        type="button"
        class="button button-small"
        aria-label={button.accessibility_label}
        aria-busy={isBusy}
        aria-disabled={isBusy}
        onClick={() => ask(() => press(blockId, actionId, button.value))}
      >
        <PlainText text={button.text.text} />
      </button>
      {dialog}
    </>
  )
}

function FeedbackElement({ feedback, blockId }: { feedback: FeedbackButtons; blockId: string }) {
  const { press, isPressing } = useInteraction()
  const [pressed, setPressed] = useState<string>()
  const actionId = feedback.action_id ?? ''
  const isBusy = isPressing(blockId, actionId)
  return (
    <span class="button-pair">
      {[feedback.positive_button, feedback.negative_button].map((button, index) => (
        <button
          key={button.value}
          type="button"
          class="button button-small"
          aria-label={button.accessibility_label}
          aria-pressed={pressed === button.value}
          aria-busy={isBusy}
          aria-disabled={isBusy}
          onClick={() => {
            if (isBusy) return
            setPressed(button.value)
            press(blockId, actionId, button.value)
          }}
        >
          <span aria-hidden="true">{index === 0 ? '👍' : '👎'}</span> <PlainText text={button.text.text} />
        </button>
      ))}
    </span>
  )
}

function OverflowElement({ overflow, blockId }: { overflow: Overflow; blockId: string }) {
  const { press, isPressing } = useInteraction()
  const actionId = overflow.action_id ?? ''
  const isBusy = isPressing(blockId, actionId)
  const { ask, dialog } = useConfirmed(overflow.confirm, isBusy)
  return (
    <>
      <Menu
        label="More options"
        icon={<MoreIcon />}
        isBusy={isBusy}
        items={overflow.options.map((option, index) => ({
          key: option.value ?? String(index),
          label: option.text.text,
          onSelect: () =>
            ask(() => {
              const url = option.url === undefined ? undefined : safeUrl(option.url)
              if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer')
              press(blockId, actionId, option.value)
            }),
        }))}
      />
      {dialog}
    </>
  )
}

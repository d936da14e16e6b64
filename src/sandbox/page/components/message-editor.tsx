import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PageMessage } from '../../slack/wire/page-api.js'
import { useViewer, useWorkspace } from '../state/context.js'
import { decodeTyped, encodeTyped } from '../state/typed-text.js'

/** A message while it is being edited, in its own place. Enter saves, Escape leaves it as it was. */
export function MessageEditor({ message }: { message: PageMessage }) {
  const workspace = useWorkspace()
  const { state } = useViewer()
  const names = () => ({ people: state.people.values(), channels: state.channels })
  const [text, setText] = useState(() => decodeTyped(message.text, names()))
  const box = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    box.current?.focus()
    box.current?.setSelectionRange(text.length, text.length)
    // Only when the editor opens.
  }, [])

  /** Back to reading, with the focus where one writes. */
  const close = () => {
    box.current?.closest('.pane')?.querySelector<HTMLElement>('.composer textarea')?.focus()
    workspace.stopEditing()
  }
  const save = async () => {
    const isSaved =
      text.trim() !== '' && (await workspace.edit(message.channel, message.ts, encodeTyped(text.trim(), names())))
    if (isSaved) close()
  }
  return (
    <div class="message-editor">
      <textarea
        ref={box}
        rows={Math.min(8, text.split('\n').length)}
        value={text}
        aria-label="Edit message"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return
          if (event.key === 'Escape') close()
          else if (event.key === 'Enter' && !event.shiftKey) void save()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <div class="dialog-buttons">
        <button type="button" class="button button-small" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button button-small button-primary"
          disabled={text.trim() === ''}
          onClick={() => void save()}
        >
          Save
        </button>
      </div>
    </div>
  )
}

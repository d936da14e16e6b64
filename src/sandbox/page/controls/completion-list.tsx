import type { Completion } from '../state/completion.js'
import { Avatar } from './avatar.js'

interface CompletionListProps {
  id: string
  options: readonly Completion[]
  at: number
  onChoose(option: Completion): void
  onHighlight(index: number): void
}

/** Names and commands above the composer. The focus stays in the text; the composer's keys move the highlight. */
export function CompletionList({ id, options, at, onChoose, onHighlight }: CompletionListProps) {
  return (
    <div class="completions" id={id} role="listbox" aria-label="Suggestions">
      {options.map((option, index) => (
        <div
          key={option.key}
          id={`${id}-${index}`}
          class="completion"
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          // Before the text loses the focus to the click.
          onMouseDown={(event) => {
            event.preventDefault()
            onChoose(option)
          }}
          onMouseMove={() => {
            if (index !== at) onHighlight(index)
          }}
        >
          {option.person ? <Avatar person={option.person} size={20} /> : null}
          <b>{option.label}</b>
          <span class="completion-detail">{option.detail}</span>
        </div>
      ))}
    </div>
  )
}

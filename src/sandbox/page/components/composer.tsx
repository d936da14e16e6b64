import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PageChannel, PageMessage } from '../../slack/wire/page-api.js'
import { CompletionList } from '../controls/completion-list.js'
import { BoldIcon, CodeIcon, ItalicIcon, MentionIcon, SendIcon, StrikeIcon } from '../controls/icons.js'
import { useRoving } from '../controls/roving.js'
import { COMMAND_HINT, type Completion, completing } from '../state/completion.js'
import { useViewer, useWorkspace } from '../state/context.js'
import { commandInThreadWords, unknownCommandWords } from '../state/error-words.js'
import { encodeTyped } from '../state/typed-text.js'
import { AttachButton, ChosenFiles } from './attach-files.js'

interface ComposerProps {
  channel: PageChannel
  threadTs: string | undefined
  placeholder: string
  /** The list above it: Up in an empty composer edits one's last message there. */
  messages: readonly PageMessage[]
  autoFocus?: boolean
}

const MARKS = [
  { mark: '*', label: 'Bold', Icon: BoldIcon },
  { mark: '_', label: 'Italic', Icon: ItalicIcon },
  { mark: '~', label: 'Strikethrough', Icon: StrikeIcon },
  { mark: '`', label: 'Code', Icon: CodeIcon },
]

/** The box in which one writes. Enter sends, Shift+Enter starts a line, @ # and / complete. */
export function Composer({ channel, threadTs, placeholder, messages, autoFocus }: ComposerProps) {
  const workspace = useWorkspace()
  const { state } = useViewer()
  const box = useRef<HTMLTextAreaElement>(null)
  /** Where the caret goes once the text that was put in is there: before the next key arrives. */
  const pendingCaret = useRef<number | undefined>(undefined)
  const marks = useRef<HTMLDivElement>(null)
  useRoving(marks, { items: 'button' })
  const listId = useId()
  const [text, setText] = useState(() => workspace.draft(channel.id, threadTs))
  const [caret, setCaret] = useState(text.length)
  const [highlighted, setHighlighted] = useState(0)
  /** The text for which Escape closed the list. */
  const [closedFor, setClosedFor] = useState<string>()

  const [files, setFiles] = useState<readonly File[]>([])

  const names = { people: state.people.values(), channels: state.channels }
  const found =
    closedFor === text
      ? undefined
      : completing(text, caret, {
          people: [state.bot, ...[...state.people.values()].filter((person) => person.id !== state.bot.id)],
          channels: state.channels,
          slashCommand: state.slashCommand,
          commandHint: COMMAND_HINT,
        })
  const at = found ? Math.min(highlighted, found.options.length - 1) : 0

  const change = (next: string, caretAt: number) => {
    setText(next)
    setCaret(caretAt)
    setHighlighted(0)
    workspace.keepDraft(channel.id, threadTs, next)
  }

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    element.style.height = 'auto'
    // In a pane that is hidden just now there is nothing to measure: the stylesheet's height holds.
    if (element.scrollHeight > 0) element.style.height = `${element.scrollHeight}px`
    if (pendingCaret.current === undefined) return
    element.focus()
    element.setSelectionRange(pendingCaret.current, pendingCaret.current)
    pendingCaret.current = undefined
  }, [text])
  // With the render itself: what is typed right after a thread was opened is typed here.
  useLayoutEffect(() => {
    if (autoFocus) box.current?.focus()
    // Only when it appears.
  }, [])

  /** Puts `insert` in the place of the characters from `from` to `to`, with the caret behind it. */
  const replace = (from: number, to: number, insert: string, caretAt = from + insert.length) => {
    pendingCaret.current = caretAt
    change(text.slice(0, from) + insert + text.slice(to), caretAt)
  }
  const choose = (option: Completion) => {
    if (found) replace(found.from, caret, `${option.insert} `)
  }
  const wrap = (mark: string) => {
    const { selectionStart, selectionEnd } = box.current ?? { selectionStart: caret, selectionEnd: caret }
    const selected = text.slice(selectionStart, selectionEnd)
    const inside = selectionStart + mark.length + selected.length
    replace(selectionStart, selectionEnd, `${mark}${selected}${mark}`, selected ? inside + mark.length : inside)
  }
  const mention = () => {
    const space = caret > 0 && !/\s$/.test(text.slice(0, caret)) ? ' ' : ''
    replace(caret, caret, `${space}@`)
  }

  const send = async () => {
    const typed = text.trim()
    if (typed === '' && files.length === 0) return
    const command = /^\/(\S+)(?:\s+([\s\S]*))?$/.exec(text.trimEnd())
    let act: Promise<boolean>
    if (command) {
      const name = `/${command[1]}`
      if (threadTs !== undefined) return workspace.toast(commandInThreadWords(name))
      if (name !== state.slashCommand) return workspace.toast(unknownCommandWords(name))
      act = workspace.command(channel.id, name, encodeTyped(command[2] ?? '', names))
    } else {
      act = workspace.post(channel.id, threadTs, encodeTyped(typed, names), files)
      setFiles([])
    }
    change('', 0)
    // What Slack refused comes back, unless something else was typed meanwhile.
    if (await act) return
    if (box.current?.value === '') change(text, text.length)
    setFiles(files)
  }

  const editLast = (): boolean => {
    const last = messages.findLast((message) => message.user === state.viewer.id && !message.ephemeral)
    if (!last) return false
    workspace.startEditing(last.channel, last.ts, threadTs !== undefined)
    return true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed (Japanese, accents), Enter and arrows belong to the input method.
    if (event.isComposing) return
    const option = found?.options[at]
    if (found && option) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) setHighlighted((at + step + found.options.length) % found.options.length)
      else if (event.key === 'Escape') setClosedFor(text)
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) choose(option)
      else return
      event.preventDefault()
      event.stopPropagation()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'ArrowUp' && text === '' && editLast()) {
      event.preventDefault()
    }
  }

  const readCaret = () => setCaret(box.current?.selectionStart ?? text.length)
  return (
    <div class="composer">
      {found ? (
        <CompletionList id={listId} options={found.options} at={at} onChoose={choose} onHighlight={setHighlighted} />
      ) : null}
      <div class="composer-box">
        <div class="composer-marks" role="toolbar" aria-label="Formatting" ref={marks}>
          {MARKS.map(({ mark, label, Icon }) => (
            <button
              key={mark}
              type="button"
              class="icon-button"
              aria-label={label}
              title={label}
              onClick={() => wrap(mark)}
            >
              <Icon />
            </button>
          ))}
        </div>
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-autocomplete="list"
          aria-controls={found ? listId : undefined}
          aria-activedescendant={found ? `${listId}-${at}` : undefined}
          onInput={(event) => change(event.currentTarget.value, event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onKeyUp={readCaret}
          onClick={readCaret}
        />
        <ChosenFiles files={files} onRemove={(gone) => setFiles(files.filter((file) => file !== gone))} />
        <div class="composer-foot">
          <AttachButton
            onChoose={(chosen) => {
              setFiles([...files, ...chosen])
              box.current?.focus()
            }}
          />
          <button
            type="button"
            class="icon-button"
            aria-label="Mention someone"
            title="Mention someone"
            onClick={mention}
          >
            <MentionIcon />
          </button>
          <span class="composer-hint" aria-hidden="true">
            {text === '' ? '' : 'Shift + Enter to add a new line'}
          </span>
          <button
            type="button"
            class="send-button"
            aria-label="Send"
            disabled={text.trim() === '' && files.length === 0}
            onClick={() => {
              // An empty box has nothing to send: the button cannot keep the focus.
              box.current?.focus()
              void send()
            }}
          >
            <SendIcon />
          </button>
        </div>
      </div>
    </div>
  )
}

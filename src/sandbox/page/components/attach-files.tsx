import { useRef } from 'preact/hooks'
import { AttachIcon, CloseIcon, FileIcon } from '../controls/icons.js'

interface ChosenProps {
  files: readonly File[]
  onRemove: (file: File) => void
}

/** What goes along with the next message. */
export function ChosenFiles({ files, onRemove }: ChosenProps) {
  if (files.length === 0) return null
  return (
    <ul class="chosen-files" aria-label="Attached files">
      {files.map((file) => (
        <li key={file} class="chosen-file">
          <FileIcon />
          <span class="chosen-file-name">{file.name}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${file.name}`}
            title="Remove"
            onClick={() => onRemove(file)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The button that opens the browser's own choice of files. */
export function AttachButton({ onChoose }: { onChoose: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={(event) => {
          onChoose([...(event.currentTarget.files ?? [])])
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
      />
      <button
        type="button"
        class="icon-button"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => input.current?.click()}
      >
        <AttachIcon />
      </button>
    </>
  )
}

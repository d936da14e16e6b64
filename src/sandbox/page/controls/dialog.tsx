import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * A modal dialog. The browser's own `<dialog>` keeps the focus inside, returns it afterwards and closes on Escape; the
 * rest of the page cannot be reached while it is open.
 */
export function Dialog(props: { label: string; class?: string; onEscape(): void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // The first field, as in Slack; without one the browser's own choice stands.
    dialog?.querySelector<HTMLElement>('.modal-body :is(input, textarea, select):not(:disabled)')?.focus()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      class={`dialog ${props.class ?? ''}`}
      aria-label={props.label}
      onCancel={(event) => {
        event.preventDefault()
        props.onEscape()
      }}
      // Escape must not reach what is below: it would close the thread as well.
      onKeyDown={(event) => event.stopPropagation()}
    >
      {props.children}
    </dialog>
  )
}

export interface ConfirmDialogProps {
  title: string
  confirm: string
  deny: string
  isDanger: boolean
  children: ComponentChildren
  onClose(isConfirmed: boolean): void
}

/** "Are you sure?" */
export function ConfirmDialog({ title, confirm, deny, isDanger, children, onClose }: ConfirmDialogProps) {
  return (
    <Dialog label={title} class="dialog-confirm" onEscape={() => onClose(false)}>
      <h2 class="dialog-title">{title}</h2>
      <div class="dialog-body">{children}</div>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => onClose(false)}>
          {deny}
        </button>
        <button
          type="button"
          class={`button ${isDanger ? 'button-danger' : 'button-primary'}`}
          onClick={() => onClose(true)}
        >
          {confirm}
        </button>
      </div>
    </Dialog>
  )
}

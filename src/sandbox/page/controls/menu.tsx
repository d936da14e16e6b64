import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface MenuItem {
  key: string
  label: string
  onSelect(): void
}

/** A button with a menu under it: arrow keys move, Enter chooses, Escape and a click elsewhere close it. */
export function Menu(props: { label: string; icon: ComponentChildren; isBusy?: boolean; items: readonly MenuItem[] }) {
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  useLayoutEffect(() => {
    if (!isOpen) return
    root.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setIsOpen(false)
    }
    document.addEventListener('pointerdown', onPress)
    return () => document.removeEventListener('pointerdown', onPress)
  }, [isOpen])

  const close = () => {
    setIsOpen(false)
    button.current?.focus()
  }
  const move = (step: number) => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]
    const at = document.activeElement instanceof HTMLElement ? items.indexOf(document.activeElement) : -1
    items[(at + step + items.length) % items.length]?.focus()
  }
  return (
    <span class="menu-root" ref={root}>
      <button
        type="button"
        ref={button}
        class="button button-icon"
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-disabled={props.isBusy === true}
        onClick={() => setIsOpen(!isOpen && props.isBusy !== true)}
      >
        {props.icon}
      </button>
      {isOpen ? (
        <span
          class="menu"
          role="menu"
          tabIndex={-1}
          aria-label={props.label}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close()
            else if (event.key === 'ArrowDown') move(1)
            else if (event.key === 'ArrowUp') move(-1)
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        >
          {props.items.map((item) => (
            <button
              key={item.key}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close()
                item.onSelect()
              }}
            >
              {item.label}
            </button>
          ))}
        </span>
      ) : null}
    </span>
  )
}

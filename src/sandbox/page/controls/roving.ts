import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

/** What can have the focus by itself. */
export const FOCUSABLE =
  'a[href], button, input, select, textarea, summary, [tabindex]:not([role="listitem"], [role="option"], [role="menuitem"])'

export interface Roving {
  /** Selector of the items. */
  readonly items: string
  /** Which item Tab reaches where none has the focus and none is marked as current. */
  readonly from?: 'start' | 'end'
  /** Items hold controls of their own: Tab reaches only those of the item that has the focus, or would get it. */
  readonly holdsControls?: boolean
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }
const KEPT = 'data-tabindex'

/**
 * Makes a list of items one stop of the Tab key: arrows, Home and End move within it. Works on the elements themselves, since items
 * come and go without a render of their list.
 */
export function useRoving(
  root: RefObject<HTMLElement>,
  { items, from = 'start', holdsControls = false }: Roving,
): void {
  useLayoutEffect(() => {
    const list = root.current
    if (!list) return
    const all = () => [...list.querySelectorAll<HTMLElement>(items)].filter((item) => !item.matches(':disabled'))
    const settle = () => {
      const found = all()
      const current =
        found.find((item) => item.contains(document.activeElement)) ??
        found.find((item) => item.matches('[aria-current], [aria-pressed="true"], [aria-selected="true"]')) ??
        found.at(from === 'end' ? -1 : 0)
      for (const item of found) {
        item.tabIndex = item === current ? 0 : -1
        if (holdsControls) reachControls(item, item === current)
      }
    }
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
      if (!(event.target instanceof HTMLElement)) return
      const { target } = event
      const found = all()
      const isItem = found.includes(target)
      // Left and Right belong to what is inside; so does every key of a text box or a list of choices.
      const isInside = holdsControls && event.key.startsWith('Arrow') && target.matches('button, a')
      if (!isItem && !isInside) return
      const at = found.findIndex((item) => item.contains(target))
      const step = STEPS[event.key]
      const end = holdsControls ? Math.min(Math.max(at + (step ?? 0), 0), found.length - 1) : undefined
      const next =
        event.key === 'Home'
          ? found[0]
          : event.key === 'End'
            ? found.at(-1)
            : step === undefined || (holdsControls && /Left|Right/.test(event.key))
              ? undefined
              : found[end ?? (at + step + found.length) % found.length]
      if (at < 0 || next === undefined) return
      event.preventDefault()
      next.focus()
    }
    const observer = new MutationObserver(settle)
    observer.observe(list, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['aria-current', 'aria-pressed', 'disabled'],
    })
    list.addEventListener('keydown', onKeyDown)
    list.addEventListener('focusin', settle)
    list.addEventListener('focusout', settle)
    settle()
    return () => {
      observer.disconnect()
      list.removeEventListener('keydown', onKeyDown)
      list.removeEventListener('focusin', settle)
      list.removeEventListener('focusout', settle)
    }
  }, [root, items, from, holdsControls])
}

/** Takes the controls in an item out of the Tab order, or puts them back as they were. */
function reachControls(item: HTMLElement, isReached: boolean): void {
  for (const control of item.querySelectorAll<HTMLElement>(FOCUSABLE)) {
    const kept = control.getAttribute(KEPT)
    if (isReached && kept !== null) {
      if (kept === '') control.removeAttribute('tabindex')
      else control.setAttribute('tabindex', kept)
      control.removeAttribute(KEPT)
    } else if (!isReached && kept === null) {
      control.setAttribute(KEPT, control.getAttribute('tabindex') ?? '')
      control.tabIndex = -1
    }
  }
}

import { useLayoutEffect } from 'preact/hooks'

/**
 * Where the keyboard is. The browser gives the focus to the body when its element goes away (a button that was pressed, a pane that was
 * closed); here it goes to what is nearest to where it was, or back to where it came from.
 */

/** How many places one came from are remembered. */
const REMEMBERED = 12
/** What can take the focus in the place of something inside it, the nearest first. */
const PLACES = '[role="listitem"], .home .block, .home, dialog[open], .pane, .sidebar, .top-bar'

/** Keeps the focus in the page, as long as it was in there. */
export function useKeptFocus(): void {
  useLayoutEffect(() => {
    /** Each element that had the focus, the newest first, with all that it stood in. */
    let history: HTMLElement[][] = []
    const onFocusIn = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || target === document.body) return
      const others = history.filter(([element]) => element !== target && element?.isConnected)
      history = [trailOf(target), ...others].slice(0, REMEMBERED)
    }
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      // A click on nothing is meant: the focus is not brought back. In a window that is left, it is.
      queueMicrotask(() => {
        const last = history[0]?.[0]
        if (relatedTarget === null && document.hasFocus() && document.activeElement === document.body)
          if (last && canHaveFocus(last)) history = []
      })
    }
    const bringBack = () => {
      if (document.activeElement !== null && document.activeElement !== document.body) return
      const [last] = history
      if (!last?.[0] || canHaveFocus(last[0])) return
      const found = history.map(successor).find((element) => element !== undefined)
      if (found) give(found)
      else focusMain()
    }
    const observer = new MutationObserver(bringBack)
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['class', 'disabled', 'open'],
    })
    document.addEventListener('focusin', onFocusIn)
    document.addEventListener('focusout', onFocusOut)
    window.addEventListener('resize', bringBack)
    return () => {
      observer.disconnect()
      document.removeEventListener('focusin', onFocusIn)
      document.removeEventListener('focusout', onFocusOut)
      window.removeEventListener('resize', bringBack)
    }
  }, [])
}

/** Where one begins: the text box, or what stands in its place. */
export function focusMain(): void {
  const begin = ['.thread .composer textarea', '.composer textarea', '.thread-card', '.tabs [aria-selected="true"]']
  const found = [...begin, '.sidebar-item[aria-current]'].flatMap((selector) => [
    ...document.querySelectorAll<HTMLElement>(selector),
  ])
  found.find(canHaveFocus)?.focus()
}

/** The next part of the window that is to be seen (`step` 1) or the one before (-1), as F6 in Slack. */
export function focusNextPart(step: 1 | -1): void {
  const parts = ['.top-bar', '.sidebar', '.conversation', '.thread', '.wire']
    .flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)])
    .filter(canHaveFocus)
  const at = parts.findIndex((part) => part.contains(document.activeElement))
  const next = parts[(at + step + parts.length) % parts.length]
  const first = next?.querySelector<HTMLElement>('.composer textarea') ?? next?.querySelector('[tabindex="0"], input')
  if (first instanceof HTMLElement) first.focus()
}

function trailOf(element: HTMLElement): HTMLElement[] {
  const trail: HTMLElement[] = []
  for (let at: HTMLElement | null = element; at; at = at.parentElement) trail.push(at)
  return trail
}

/** What has the focus in the place of the first of `trail`; undefined where all that it stood in is gone. */
function successor(trail: readonly HTMLElement[]): HTMLElement | undefined {
  const [element] = trail
  if (element && canHaveFocus(element)) return element
  const place = trail.find((other) => other.matches(PLACES) && canHaveFocus(other))
  if (!place?.matches('.pane, .sidebar')) return place
  return [...place.querySelectorAll<HTMLElement>('.composer textarea, [tabindex="0"], .close-button')].find(
    canHaveFocus,
  )
}

function canHaveFocus(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(':disabled') && element.getClientRects().length > 0
}

function give(element: HTMLElement): void {
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) element.tabIndex = -1
  element.focus()
}

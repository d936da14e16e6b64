import type { ReadMarks } from './unread.js'

/** How far each person has read, kept by the browser: a reload forgets nothing, and all its tabs agree. */

const PREFIX = 'slack-sandbox.read.'

/** What was kept for the person; undefined where nothing was, or nothing that can be read. */
export function storedMarks(viewer: string): ReadMarks | undefined {
  return parseMarks(localStorage.getItem(`${PREFIX}${viewer}`))
}

export function storeMarks(viewer: string, marks: ReadMarks): void {
  localStorage.setItem(`${PREFIX}${viewer}`, JSON.stringify(marks))
}

/** Calls `listener` when another tab has read further. Returns the function that ends it. */
export function onStoredMarks(listener: (viewer: string, marks: ReadMarks) => void): () => void {
  const onStorage = ({ key, newValue }: StorageEvent) => {
    const marks = key?.startsWith(PREFIX) ? parseMarks(newValue) : undefined
    if (key && marks) listener(key.slice(PREFIX.length), marks)
  }
  window.addEventListener('storage', onStorage)
  return () => window.removeEventListener('storage', onStorage)
}

function parseMarks(text: string | null): ReadMarks | undefined {
  if (text === null) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Another program on the same port may have written it: what cannot be read counts as not there.
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('since' in value) || !('seen' in value)) return undefined
  const { since, seen } = value
  if (typeof since !== 'string' || typeof seen !== 'object' || seen === null) return undefined
  const entries = Object.entries(seen).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { since, seen: Object.fromEntries(entries) }
}

import type { Act, ActResult, LiveEvent, PageUpload, Snapshot } from '../../slack/wire/page-api.js'

/** The page API over the wire, on the page's own origin. */

/** Everything that person may see. Without a viewer the server picks the first person. */
async function fetchSnapshot(viewer: string | undefined): Promise<Snapshot> {
  const query = viewer === undefined ? '' : `?viewer=${encodeURIComponent(viewer)}`
  const response = await fetch(`page/snapshot${query}`)
  if (!response.ok) throw new Error(`snapshot answered ${response.status}`)
  return (await response.json()) as Snapshot
}

/** Does what the person did. Never rejects: an unreachable server is an error like Slack's own. */
export async function sendAct(act: Act): Promise<ActResult> {
  try {
    const response = await fetch('page/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(act),
    })
    return (await response.json()) as ActResult
  } catch {
    return { ok: false, error: 'not_reachable' }
  }
}

/** A file as the page API takes it. */
export async function pageUpload(file: File): Promise<PageUpload> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  // All at once would be more arguments than a call takes.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return { name: file.name, content: btoa(binary) }
}

interface LiveListener {
  /** The state at the time the stream stood; comes again after every reconnection. */
  onSnapshot(snapshot: Snapshot): void
  onEvent(event: LiveEvent): void
  onReachable(reachable: boolean): void
}

/**
 * Follows one viewer. The stream has no replay, so it is opened first and the snapshot is read once it stands; what
 * arrives in between waits. The browser reconnects by itself, and every reconnection reads a new snapshot.
 * Returns the function that ends it.
 */
export function followViewer(viewer: string, listener: LiveListener): () => void {
  const source = new EventSource(`page/live?viewer=${encodeURIComponent(viewer)}`)
  let waiting: LiveEvent[] | undefined = []
  let generation = 0

  source.onopen = async () => {
    const mine = ++generation
    waiting = []
    try {
      const snapshot = await fetchSnapshot(viewer)
      if (mine !== generation) return
      listener.onSnapshot(snapshot)
      listener.onReachable(true)
      for (const event of waiting) listener.onEvent(event)
      waiting = undefined
    } catch {
      // The server went away between the stream and the snapshot; the stream's own reconnection tries again.
      listener.onReachable(false)
    }
  }
  source.onmessage = (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as LiveEvent
    if (waiting) waiting.push(event)
    else listener.onEvent(event)
  }
  source.onerror = () => listener.onReachable(false)
  return () => source.close()
}

/** The first snapshot, of the wanted person where the server knows them; undefined while the server does not answer. */
export async function firstSnapshot(wanted: string | undefined): Promise<Snapshot | undefined> {
  for (const viewer of wanted === undefined ? [undefined] : [wanted, undefined]) {
    try {
      return await fetchSnapshot(viewer)
    } catch {
      // Either nobody answers, or this person does not exist (a remembered one of another world): try the next.
    }
  }
  return undefined
}

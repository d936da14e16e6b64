/** What a server of the sandbox holds, as JSON that people can read, so that another can go on with it. Maps, sets and bytes keep their kind. */

/** @param state plain values, maps, sets and bytes */
export function savedText(state: object): string {
  return `${JSON.stringify(
    state,
    function (this: Record<string, unknown>, key, value: unknown) {
      // Buffers have turned themselves into something else before they come here as `value`.
      const original = this[key]
      if (original instanceof Map) return { $map: [...original] }
      if (original instanceof Set) return { $set: [...original] }
      if (original instanceof Uint8Array) return bytesAsText(Buffer.from(original))
      return value
    },
    1,
  )}\n`
}

/** @returns a state of the same shape as the one that was saved: whoever saved it says which */
export function savedState(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$map' in value) return new Map(value.$map as [unknown, unknown][])
    if ('$set' in value) return new Set(value.$set as unknown[])
    if ('$text' in value) return Buffer.from(String(value.$text))
    if ('$base64' in value) return Buffer.from(String(value.$base64), 'base64')
    return value
  })
}

function bytesAsText(bytes: Buffer): { $text: string } | { $base64: string } {
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? { $text: text } : { $base64: bytes.toString('base64') }
}

/** Puts saved entries in the place of those that are there. @param saved undefined: what was saved before there was such a thing has none */
export function refill<Key, Value>(kept: Map<Key, Value>, saved: ReadonlyMap<Key, Value> | undefined): void
export function refill<Value>(kept: Set<Value>, saved: ReadonlySet<Value> | undefined): void
export function refill(
  kept: Map<unknown, unknown> | Set<unknown>,
  saved: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | undefined,
): void {
  kept.clear()
  if (saved === undefined) return
  if (kept instanceof Map) for (const [key, value] of saved.entries()) kept.set(key, value)
  else for (const value of saved.values()) kept.add(value)
}

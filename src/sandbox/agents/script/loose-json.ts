/** Reading JSON whose shape is somebody else's: nothing here throws, what does not fit is undefined. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string, or a number as a string; undefined for everything else and for the empty string. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The JSON in a tool's answer, also where the server put a sentence before it; undefined where there is none. */
export function parseLoosely(answer: string): unknown {
  const whole = parse(answer)
  if (whole !== undefined) return whole
  const start = answer.search(/[[{]/)
  return start === -1 ? undefined : parse(answer.slice(start))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

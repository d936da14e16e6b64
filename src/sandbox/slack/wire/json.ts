/** JSON as it crosses the wire, and the few guards that the sandbox needs to read it without trusting it. */

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Parses JSON text; `undefined` where it is not JSON (JSON itself has no `undefined`, so the two cannot be confused). */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asString(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A deep copy as plain JSON: what a value would be after a trip over the wire (`undefined` fields disappear). */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json
}

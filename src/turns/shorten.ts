/**
 * The beginning of a text, ending in `…` where something was left out, `longest` characters at most. Never half of a surrogate pair: what
 * follows the cut in JSON would be refused, or shown as �.
 */
export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

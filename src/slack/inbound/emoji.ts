/** Slack's emoji: `:wave::skin-tone-4:` is 👋🏽. What a workspace made itself has no character and keeps its name. Pure. */

import { createRequire } from 'node:module'
import { z } from 'zod'

const SHORTCODES = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** Slack's own, beside those of the data set that it publishes. */
const FURTHER: readonly (readonly [string, string])[] = [['simple_smile', '🙂']]

/** `skin-tone-2` to `skin-tone-6`. */
const FIRST_TONE = 0x1f3fb
const VARIATION = '\uFE0F'
const JOINER = '\u200D'

/** Those for two people, each of whom can have a tone of their own, taken apart as Unicode has them. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  '🤝': ['🫱', '🫲'],
  '👫': ['👩', '🤝', '👨'],
  '👬': ['👨', '🤝', '👨'],
  '👭': ['👩', '🤝', '👩'],
  '💏': ['🧑', '❤️', '💋', '🧑'],
  '💑': ['🧑', '❤️', '🧑'],
}

let table: ReadonlyMap<string, string> | null = null

/**
 * The character for a shortcode; null where there is none.
 * @param name without colons, e.g. `wave`
 * @param tones numbers of Slack's skin tones, 2 to 6: none, one, or one for each of two people
 */
export function emojiCharacter(name: string, tones: readonly number[] = []): string | null {
  table ??= readTable()
  const character = table.get(name)
  if (character === undefined) return null
  const [first, second = first] = tones.map((tone) => String.fromCodePoint(FIRST_TONE + tone - 2))
  return first === undefined || second === undefined ? character : toned(character, first, second)
}

/** From the code points with which Slack describes an emoji: `1f44b-1f3fd`. Null where they are none. */
export function emojiFromCodePoints(hex: string): string | null {
  if (!/^[0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*$/i.test(hex)) return null
  const points = hex.split('-').map((point) => Number.parseInt(point, 16))
  return points.every((point) => point <= 0x10ffff) ? shownAsPicture(String.fromCodePoint(...points)) : null
}

function readTable(): ReadonlyMap<string, string> {
  const load = createRequire(import.meta.url)
  const shortcodes = SHORTCODES.parse(load('emojibase-data/en/shortcodes/iamcal.json'))
  const found = new Map<string, string>(FURTHER)
  for (const [hex, names] of Object.entries(shortcodes)) {
    const character = emojiFromCodePoints(hex)
    if (character !== null) for (const name of [names].flat()) found.set(name, character)
  }
  return found
}

/** Characters that are text by themselves (❤, ☎) are pictures with a selector behind them. */
function shownAsPicture(character: string): string {
  const isAlone = [...character].length === 1
  return isAlone && !/\p{Emoji_Presentation}/u.test(character) ? character + VARIATION : character
}

/** A tone stands behind the person it belongs to, and takes the place of the selector there. */
function toned(character: string, first: string, second: string): string {
  const parts = PAIRS[character]
  if (parts !== undefined && first !== second) {
    return parts
      .map((part, index) => (index === 0 ? part + first : index === parts.length - 1 ? part + second : part))
      .join(JOINER)
  }
  let isFirst = true
  const people = character.split(JOINER).map((part) => {
    const [base = ''] = part
    if (!/\p{Emoji_Modifier_Base}/u.test(base) || (base === '🤝' && part !== character)) return part
    const tone = isFirst ? first : second
    isFirst = false
    return base + tone + part.slice(base.length).replace(VARIATION, '')
  })
  // What takes no tone shows it beside itself, as Slack does.
  return isFirst ? character + first : people.join(JOINER)
}

/** From the text of a Slack event to somebody's own words. Pure. */

import type { Mention, MentionKind, Words } from '../../turns/words.js'
import { emojiCharacter } from './emoji.js'
import { beyondText, emojiInBlocks, type KnownEmoji } from './rich-text.js'

/**
 * A person's words to the bot, whose mentions are taken out.
 * @param text `event.text`, or the text of a slash command
 * @param blocks `event.blocks`, where there are any
 */
export function personsWords(text: string, botUserId: string, blocks?: unknown): Words {
  // The look-behind keeps a long run of blanks from being tried from each of its blanks.
  const mention = new RegExp(`(?<![ \\t])[ \\t]*<@${botUserId}(?:\\|[^<>]*)?>[:,]?`, 'g')
  return read(withBlocks(text, blocks).replace(mention, ''), emojiInBlocks(blocks))
}

/** What somebody wrote to others, in which the bot is one of those who are named. */
export function othersWords(text: string, blocks?: unknown): Words {
  return read(withBlocks(text, blocks), emojiInBlocks(blocks))
}

export function mentions(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`)
}

function withBlocks(text: string, blocks: unknown): string {
  const more = beyondText(text, blocks)
  return more === '' ? text : text.trim() === '' ? more : `${text}\n${more}`
}

interface Named {
  readonly kind: MentionKind
  readonly id: string
  readonly label: string
}

/** Code, what Slack wrote in angle brackets, or what may be an emoji, with its skin tones. */
const TOKEN = /```[\s\S]*?```|`[^`\n]+`|<[^<>]*>|:([a-z0-9_+-]{1,100}):(?::skin-tone-([2-6])(?:-([2-6]))?:)?/g
const ANGLES = /<[^<>]*>/g
const WORD = /[A-Za-z0-9_]/

function read(text: string, known: KnownEmoji | null): Words {
  return joined(pieces(text, known))
}

function* pieces(text: string, known: KnownEmoji | null): Generator<string | Named> {
  let end = 0
  const token = new RegExp(TOKEN)
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [whole, name, ...tones] = match
    const { index } = match
    const emoji = name === undefined ? null : emojiAt(text, index, whole, name, tones, known)
    if (name !== undefined && emoji === null) {
      // The last colon of what is none may be the first of the next.
      token.lastIndex = index + name.length + 1
      continue
    }
    yield decoded(text.slice(end, index))
    end = index + whole.length
    if (emoji !== null) yield emoji
    else if (whole.startsWith('<')) yield inAngles(whole.slice(1, -1), known)
    else yield* code(whole)
  }
  yield decoded(text.slice(end))
}

/** In code `:x:` is code, while addresses are wrapped there too. */
function* code(text: string): Generator<string | Named> {
  let end = 0
  for (const { 0: whole, index } of text.matchAll(ANGLES)) {
    yield decoded(text.slice(end, index))
    yield inAngles(whole.slice(1, -1), new Map())
    end = index + whole.length
  }
  yield decoded(text.slice(end))
}

/**
 * The blocks beside a text say what is an emoji; without them, what stands by itself: "1:100:2" holds none.
 * Null where this is none, or has no character.
 */
function emojiAt(
  text: string,
  index: number,
  whole: string,
  name: string,
  tones: readonly (string | undefined)[],
  known: KnownEmoji | null,
): string | null {
  const isEmoji =
    known === null ? !WORD.test(text[index - 1] ?? '') && !WORD.test(text[index + whole.length] ?? '') : known.has(name)
  if (!isEmoji) return null
  const numbers = tones.flatMap((tone) => (tone === undefined ? [] : [Number(tone)]))
  return emojiCharacter(name, numbers) ?? known?.get(name) ?? null
}

function inAngles(inner: string, known: KnownEmoji | null): string | Named {
  const bar = inner.indexOf('|')
  const target = bar === -1 ? inner : inner.slice(0, bar)
  const label = bar === -1 ? '' : inner.slice(bar + 1)
  if (target.startsWith('@')) return named('user', target.slice(1), decoded(label).replace(/^@/, ''))
  if (target.startsWith('#')) return named('channel', target.slice(1), hashed(decoded(label)))
  if (target.startsWith('!')) return special(target.slice(1), decoded(label))
  return link(target, label, known)
}

/** An id is Slack's; anything else is text. */
function named(kind: MentionKind, id: string, label: string): string | Named {
  return /^[A-Z0-9]+$/.test(id) ? { kind, id, label } : label || `${SIGNS[kind]}${id}`
}

const SIGNS: Readonly<Record<MentionKind, string>> = { user: '@', channel: '#', group: '@' }

function hashed(label: string): string {
  return label === '' ? '' : `#${label.replace(/^#/, '')}`
}

/** `<!here>`, `<!subteam^S1|@team>`, `<!date^1392734382^{date}|18 February>`. */
function special(target: string, label: string): string | Named {
  const [what = '', value = ''] = target.split('^')
  switch (what) {
    case 'subteam':
      return named('group', value, label === '' ? '' : `@${label.replace(/^@/, '')}`)
    case 'date':
      return label === '' ? dateOf(value) : label
    case 'here':
    case 'channel':
    case 'everyone':
      return `@${what}`
    default:
      return label === '' ? `@${what}` : label
  }
}

/** What Slack would show needs the reader's clock; without the words for others, the moment itself. */
function dateOf(seconds: string): string {
  const at = new Date(Number(seconds) * 1_000)
  return Number.isNaN(at.getTime()) ? seconds : at.toISOString()
}

/** Where a link leads and what it says, unless both are the same. */
function link(target: string, label: string, known: KnownEmoji | null): string {
  const address = decoded(target).replace(/^mailto:/, '')
  if (label.trim() === '') return address
  if (sameAddress(decoded(label), decoded(target))) return decoded(label)
  return `${joined(pieces(label, known)).text} (${address})`
}

/** Slack turns "example.com" into <http://example.com|example.com>: what was typed is the label. */
function sameAddress(label: string, target: string): boolean {
  if (target.startsWith('tel:')) return telephone(label) === telephone(target.slice('tel:'.length))
  const bare = target.replace(/^(?:https?:\/\/|mailto:)/, '')
  return label === target || label === bare || (bare !== target && label === bare.replace(/\/$/, ''))
}

function telephone(text: string): string {
  return text.replace(/[\s().\-/\u2010-\u2015]/g, '')
}

function decoded(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_, name: string) => (name === 'lt' ? '<' : name === 'gt' ? '>' : '&'))
}

/** The text as one, without blanks around it, and where in it somebody is named. */
function joined(parts: Iterable<string | Named>): Words {
  let text = ''
  const found: Mention[] = []
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const { kind, id, label } = part
    const name = label.trim()
    const shown = name || `${SIGNS[kind]}${id}`
    found.push({ kind, id, at: text.length, length: shown.length, isNamed: name !== '' })
    text += shown
  }
  const lead = text.length - text.trimStart().length
  return { text: text.trim(), mentions: found.map((mention) => ({ ...mention, at: mention.at - lead })) }
}

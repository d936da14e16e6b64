import type { PageChannel, PagePerson } from '../../slack/wire/page-api.js'
import { decodeEscapes } from '../text/entities.js'

/**
 * Between what a person types and what the page sends: `@Anna Lindqvist` becomes `<@U…>` and `#general` `<#C…|general>`.
 * Escaping the rest is the server's part. And back again, for editing, from the text that Slack keeps.
 */
export interface Names {
  readonly people: Iterable<PagePerson>
  readonly channels: Iterable<PageChannel>
}

const BROADCASTS: ReadonlySet<string> = new Set(['here', 'channel', 'everyone'])
const CODE = /(```[\s\S]*?```|`[^`\n]+`)/

/** The typed text with names as Slack's entities. Code keeps its characters: nothing in it is a mention. */
export function encodeTyped(typed: string, names: Names): string {
  const mentions = mentionTargets(names)
  const words = [...mentions.keys()].sort((a, b) => b.length - a.length).map(escapeRegex)
  const name = new RegExp(`(?<![\\p{L}\\p{N}_@#/])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu')
  return typed
    .split(CODE)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(name, (word) => mentions.get(word.toLowerCase()) ?? word),
    )
    .join('')
}

/** The text as the person typed it, for the editor. */
export function decodeTyped(text: string, names: Names): string {
  const people = new Map([...names.people].map((person) => [person.id, displayName(person)]))
  const channels = new Map([...names.channels].map((channel) => [channel.id, channel.name]))
  const decoded = text.replace(/<([^<>\n]+)>/g, (whole, inside: string) => {
    const [target = '', label] = inside.split('|')
    if (target.startsWith('@')) return `@${people.get(target.slice(1)) ?? label ?? target.slice(1)}`
    if (target.startsWith('#')) return `#${channels.get(target.slice(1)) ?? label ?? target.slice(1)}`
    if (target.startsWith('!') && BROADCASTS.has(target.slice(1))) return `@${target.slice(1)}`
    if (/^(?:https?|mailto):/.test(target)) return label ?? target
    return whole
  })
  return decodeEscapes(decoded)
}

/** The name Slack shows: the real name of a person, the name of an app. */
export function displayName(person: PagePerson): string {
  return person.isBot ? person.name : person.realName || person.name
}

function mentionTargets(names: Names): Map<string, string> {
  const targets = new Map<string, string>()
  for (const range of BROADCASTS) targets.set(`@${range}`, `<!${range}>`)
  for (const person of names.people)
    for (const name of [person.name, person.realName, displayName(person)])
      if (name) targets.set(`@${name.toLowerCase()}`, `<@${person.id}>`)
  for (const channel of names.channels)
    if (channel.kind === 'channel') targets.set(`#${channel.name.toLowerCase()}`, `<#${channel.id}|${channel.name}>`)
  return targets
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

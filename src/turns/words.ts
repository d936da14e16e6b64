/** What somebody wrote in Slack: the text, and where in it people, channels and groups are named. Pure. */

/** `group`: a user group. */
export type MentionKind = 'user' | 'channel' | 'group'

/** A place in a text that stands for somebody or something with a Slack id. */
export interface Mention {
  readonly kind: MentionKind
  /** Slack id: `U…`, `W…`, `C…`, `G…`, `S…`. */
  readonly id: string
  /** Where in the text it begins, in UTF-16 code units. */
  readonly at: number
  /** How much of the text stands for it: its label where Slack gave one, else its id. */
  readonly length: number
  /** Slack gave a label, which is a name of some kind. */
  readonly isNamed: boolean
}

export interface Words {
  /** Entities and emoji decoded; readable as it is. */
  readonly text: string
  /** In the order in which they stand. */
  readonly mentions: readonly Mention[]
}

/** A person's words, and the agent's text; empty where there is none yet. */
export interface Exchange {
  readonly asked: string
  readonly answered: string
}

/** A message that somebody passed on. */
export interface ForwardedMessage {
  readonly words: Words
  /** Slack's name of its author; null where there was none. */
  readonly author: string | null
  /** Slack user id; null where an app wrote it. */
  readonly authorId: string | null
  /** Slack timestamp; null where it was not said. */
  readonly ts: string | null
  /** Name of the channel without `#`; null where it was not said. */
  readonly channel: string | null
  readonly channelId: string | null
  readonly files: readonly { readonly name: string; readonly mimetype: string }[]
}

/** A Slack id whose name is wanted. */
export type Named = Pick<Mention, 'kind' | 'id'>

/** Names by Slack id, as they stand in a sentence: `Ben Okafor`, `#general`. */
export type Names = ReadonlyMap<string, string>

/** The text with names where they are known. */
export function withNames({ text, mentions }: Words, names: Names): string {
  let named = ''
  let end = 0
  for (const { id, at, length } of mentions) {
    named += text.slice(end, at) + (names.get(id) ?? text.slice(at, at + length))
    end = at + length
  }
  return named + text.slice(end)
}

const KINDS: Readonly<Record<MentionKind, string>> = {
  user: 'Slack user',
  channel: 'Slack channel',
  group: 'Slack user group',
}

/** Each of those who are named, once, with the id beside the name: "Ben Okafor (Slack user U0BEN)". */
export function mentioned({ text, mentions }: Words, names: Names): string[] {
  const seen = new Map<string, string>()
  for (const { kind, id, at, length, isNamed } of mentions) {
    if (seen.has(id)) continue
    const name = names.get(id) ?? (isNamed ? text.slice(at, at + length) : null)
    seen.set(id, name === null ? `${KINDS[kind]} ${id}, name not known` : `${name} (${KINDS[kind]} ${id})`)
  }
  return [...seen.values()]
}

/** A mention of the bot, and nothing else. */
export function saysNothing(message: {
  readonly text: string
  readonly files: readonly unknown[]
  readonly forwarded: readonly unknown[]
}): boolean {
  return message.text === '' && message.files.length === 0 && message.forwarded.length === 0
}

/** Everybody and everything whose name a message needs. */
export function namesIn({ mentions, forwarded }: Words & { readonly forwarded: readonly ForwardedMessage[] }): Named[] {
  return [
    ...mentions,
    ...forwarded.flatMap(({ words, authorId, channel, channelId }): Named[] => [
      ...(authorId === null ? [] : [{ kind: 'user' as const, id: authorId }]),
      ...(channelId === null || channel !== null ? [] : [{ kind: 'channel' as const, id: channelId }]),
      ...words.mentions,
    ]),
  ]
}

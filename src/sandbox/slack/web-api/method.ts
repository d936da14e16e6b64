/** What every Web API method is made of: its arguments as they came, who calls, and what it may touch. */

import type { SocketMode } from '../delivery/socket-mode.js'
import type { Triggers } from '../delivery/triggers.js'
import type { SignIns } from '../sign-in/sign-ins.js'
import { isObject, type Json, type JsonObject, parseJson } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import type { Clients } from '../workspace/clients.js'
import type { OpenStreams } from '../workspace/open-streams.js'
import type { Uploads } from '../workspace/uploads.js'
import type { Conversation, Member, Workspace } from '../workspace/workspace.js'

/** What the Web API works on. */
export interface Inside {
  readonly workspace: Workspace
  readonly clients: Clients
  readonly triggers: Triggers
  readonly streams: OpenStreams
  readonly uploads: Uploads
  readonly signIns: SignIns
  /** Absent where events go out by HTTP. */
  readonly socketMode: SocketMode | undefined
  /** What the workspace has for agents, and whether the app would hear that somebody stops one. */
  readonly agent: { readonly hasSessions: boolean; readonly hearsStop: boolean }
  readonly now: () => number
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly origin: () => string
}

/** Who holds a token and what it allows. */
export interface Grant {
  readonly kind: 'bot' | 'app' | 'user'
  /** The person behind a user token. */
  readonly user?: string
  readonly scopes: ReadonlySet<string>
}

export interface Call {
  readonly inside: Inside
  readonly args: Arguments
  readonly grant: Grant
}

export interface Method<Answer> {
  /** Any one of these scopes suffices; none is needed where the list is empty. */
  readonly scopes: readonly string[]
  /** Which kind of token it takes. `none`: it is called without one, e.g. to get one. */
  readonly token: Grant['kind'] | 'none' | 'bot or app'
  run(call: Call): Answer | Promise<Answer>
}

/** Arguments of a call. Everything may come as a string (form encoding); structures then are JSON in a string. */
export class Arguments {
  constructor(readonly values: JsonObject) {}

  has(name: string): boolean {
    const value = this.values[name]
    return value !== undefined && value !== null
  }

  string(name: string): string | undefined {
    const value = this.values[name]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw refuseWith('invalid_arguments', [`must be a string [json-pointer:/${name}]`])
  }

  /** @throws SlackRefusal `invalid_arguments` where it is missing or empty */
  required(name: string): string {
    const value = this.string(name)
    if (value === undefined || value === '') {
      throw refuseWith('invalid_arguments', [`missing required field: ${name}`])
    }
    return value
  }

  boolean(name: string): boolean {
    return ['true', '1'].includes(this.string(name) ?? '')
  }

  /** @throws SlackRefusal `invalid_arguments` where it is no whole number in the range */
  integer(name: string, fallback: number, range: { readonly min: number; readonly max: number }): number {
    const value = this.string(name)
    if (value === undefined || value === '') return fallback
    const number = Number(value)
    if (!Number.isInteger(number) || number < range.min || number > range.max) {
      throw refuseWith('invalid_arguments', [`must be between ${range.min} and ${range.max} [json-pointer:/${name}]`])
    }
    return number
  }

  /** A structure, parsed where it came as a string. @throws SlackRefusal with `code` where that is no JSON */
  json(name: string, code: string): Json | undefined {
    const value = this.values[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') return value
    const parsed = parseJson(value)
    if (parsed === undefined) throw new SlackRefusal(code)
    return parsed
  }

  object(name: string, code: string): JsonObject | undefined {
    const value = this.json(name, code)
    if (value === undefined) return undefined
    if (!isObject(value)) throw new SlackRefusal(code)
    return value
  }
}

/**
 * A conversation that the bot can see: public channels, and whatever else it is a member of.
 * @throws SlackRefusal `channel_not_found`
 */
export function visibleConversation({ workspace }: Inside, id: string): Conversation {
  const conversation = workspace.conversation(id)
  if (conversation === undefined) throw new SlackRefusal('channel_not_found')
  if (conversation.kind !== 'channel' && !conversation.members.has(workspace.bot.userId)) {
    throw new SlackRefusal('channel_not_found')
  }
  return conversation
}

/**
 * A conversation that the bot is a member of, archived or not: what was written there can be read.
 * @throws SlackRefusal `channel_not_found`, `not_in_channel`
 */
export function readableConversation(inside: Inside, id: string): Conversation {
  const conversation = visibleConversation(inside, id)
  if (!conversation.members.has(inside.workspace.bot.userId)) throw new SlackRefusal('not_in_channel')
  return conversation
}

/**
 * A conversation that the bot can write to.
 * @throws SlackRefusal `channel_not_found`, `not_in_channel`, `is_archived`
 */
export function joinedConversation(inside: Inside, id: string): Conversation {
  const conversation = readableConversation(inside, id)
  if (conversation.archived) throw new SlackRefusal('is_archived')
  return conversation
}

/** @throws SlackRefusal `user_not_found` */
export function knownMember({ workspace }: Inside, id: string): Member {
  const member = workspace.member(id)
  if (member === undefined || member.unknown) throw new SlackRefusal('user_not_found')
  return member
}

/** Where a conversation the bot may read comes from decides which of the four history scopes it needs. */
export const HISTORY_SCOPES = ['channels:history', 'groups:history', 'im:history', 'mpim:history'] as const
export const READ_SCOPES = ['channels:read', 'groups:read', 'im:read', 'mpim:read'] as const

/** @throws SlackRefusal `missing_scope` where the token has the family of scopes, but not for this kind of conversation */
export function requireScopeFor(grant: Grant, conversation: Conversation, family: 'history' | 'read'): void {
  const needed = `${{ channel: 'channels', group: 'groups', im: 'im', mpim: 'mpim' }[conversation.kind]}:${family}`
  if (!grant.scopes.has(needed)) throw missingScope([needed], grant)
}

export function missingScope(needed: readonly string[], grant: Grant): SlackRefusal {
  return new SlackRefusal('missing_scope', { needed: needed.join(','), provided: [...grant.scopes].join(',') })
}

/** A page of a list, with Slack's cursors (opaque to the app). */
export function paged<T>(items: readonly T[], args: Arguments, limit: number): { items: T[]; nextCursor: string } {
  const cursor = args.string('cursor') ?? ''
  let start = 0
  if (cursor !== '') {
    start = Number(
      Buffer.from(cursor, 'base64url')
        .toString()
        .replace(/^next:/, ''),
    )
    if (!Number.isInteger(start) || start < 0 || start > items.length) throw new SlackRefusal('invalid_cursor')
  }
  const end = start + limit
  const nextCursor = end < items.length ? Buffer.from(`next:${end}`).toString('base64url') : ''
  return { items: items.slice(start, end), nextCursor }
}

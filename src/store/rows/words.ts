/** What somebody wrote, as the tables hold it: lists as JSON. */

import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Message } from '../../turns/model.js'
import type { ForwardedMessage, Mention } from '../../turns/words.js'
import type { MessageTable } from '../database/schema.js'

const MENTIONS = z.array(
  z.object({
    kind: z.enum(['user', 'channel', 'group']),
    id: z.string(),
    at: z.number(),
    length: z.number(),
    isNamed: z.boolean(),
  }),
)

const FORWARDED = z.array(
  z.object({
    words: z.object({ text: z.string(), mentions: MENTIONS }),
    author: z.string().nullable(),
    authorId: z.string().nullable(),
    ts: z.string().nullable(),
    channel: z.string().nullable(),
    channelId: z.string().nullable(),
    files: z.array(z.object({ name: z.string(), mimetype: z.string() })),
  }),
)

const FILES = z.array(z.object({ id: z.string(), name: z.string(), mimetype: z.string(), size: z.number() }))

export function parseMentions(json: string): Mention[] {
  return MENTIONS.parse(JSON.parse(json))
}

export function parseForwarded(json: string): ForwardedMessage[] {
  return FORWARDED.parse(JSON.parse(json))
}

export function toMessage(row: Selectable<MessageTable>): Message {
  const { id, channel, ts, text } = row
  return {
    id,
    channel,
    ts,
    text,
    mentions: parseMentions(row.mentions),
    files: FILES.parse(JSON.parse(row.files)),
    forwarded: parseForwarded(row.forwarded),
    replaces: row.replaces === 1,
  }
}

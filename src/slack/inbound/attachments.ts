/**
 * What somebody passed on: Slack shows a shared or forwarded message, and one that a link leads to, as an attachment of theirs. Previews of
 * pages are none. Bodies come from outside: what has another shape than the documented one is passed over. Pure.
 */

import { z } from 'zod'
import type { ForwardedMessage } from '../../turns/words.js'
import { othersWords } from './message-text.js'

/** Slack shows fewer in one message. */
const MOST_MESSAGES = 20
/** One that was passed on may itself have passed one on. */
const DEEPEST = 3

const text = z.string().nullish().catch(null)
const flag = z.boolean().nullish().catch(null)

const ATTACHMENT = z.looseObject({
  is_share: flag,
  is_msg_unfurl: flag,
  is_reply_unfurl: flag,
  is_thread_root_unfurl: flag,
  author_id: text,
  author_name: text,
  author_subname: text,
  channel_id: text,
  channel_name: text,
  ts: z.union([z.string(), z.number()]).nullish().catch(null),
  text,
  message_blocks: z
    .array(z.looseObject({ message: z.looseObject({ blocks: z.unknown() }).nullish() }))
    .nullish()
    .catch(null),
})

const FILE = z.object({ name: text, title: text, mimetype: text })

export function forwardedMessages(attachments: unknown): ForwardedMessage[] {
  return found(attachments, 0).slice(0, MOST_MESSAGES)
}

function found(attachments: unknown, depth: number): ForwardedMessage[] {
  if (!Array.isArray(attachments) || depth > DEEPEST) return []
  return attachments.flatMap((candidate: unknown) => {
    const parsed = ATTACHMENT.safeParse(candidate)
    if (!parsed.success) return []
    const attachment = parsed.data
    const { is_share, is_msg_unfurl, is_reply_unfurl, is_thread_root_unfurl } = attachment
    if (!is_share && !is_msg_unfurl && !is_reply_unfurl && !is_thread_root_unfurl) return []
    return [readForwarded(attachment), ...found(attachment.attachments, depth + 1)]
  })
}

function readForwarded(attachment: z.infer<typeof ATTACHMENT>): ForwardedMessage {
  const { ts, channel_id: channelId, author_id: authorId } = attachment
  const blocks = attachment.message_blocks?.flatMap(({ message }) =>
    Array.isArray(message?.blocks) ? message.blocks : [],
  )
  return {
    words: othersWords(attachment.text ?? '', blocks),
    author: attachment.author_name || attachment.author_subname || null,
    authorId: authorId && /^[UW][A-Z0-9]+$/.test(authorId) ? authorId : null,
    ts: timestamp(ts),
    channel: attachment.channel_name || null,
    channelId: channelId && /^[A-Z0-9]+$/.test(channelId) ? channelId : null,
    files: filesOf(attachment.files),
  }
}

function timestamp(ts: string | number | null | undefined): string | null {
  if (ts === null || ts === undefined || ts === '') return null
  return Number.isFinite(Number(ts)) ? String(ts) : null
}

function filesOf(files: unknown): ForwardedMessage['files'] {
  if (!Array.isArray(files)) return []
  return files.flatMap((candidate: unknown) => {
    const parsed = FILE.safeParse(candidate)
    if (!parsed.success) return []
    const { name, title, mimetype } = parsed.data
    return [{ name: name || title || 'file', mimetype: mimetype || 'application/octet-stream' }]
  })
}

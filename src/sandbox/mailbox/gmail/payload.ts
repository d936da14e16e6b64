/** `payload` of a Gmail message in full: headers and parts, their bodies base64url. */

import type { MailHeader } from '../mail/mail.js'
import { leaves, type MimePart, mimeParts } from '../mail/mime-parts.js'
import type { Message } from '../store/mailbox.js'
import type { GmailMessage } from './resource.js'

export interface GmailPart {
  partId: string
  mimeType: string
  filename: string
  headers: MailHeader[]
  /** `data` is base64url; where it would be too long, or is an attachment, `attachmentId` fetches it. */
  body: { size: number; data?: string; attachmentId?: string }
  parts?: GmailPart[]
}

/** Bytes of text that Gmail puts into an answer; longer ones are fetched apart. Those of drafts are kept short by nobody. */
const LONGEST_TEXT = 30_000

/** Puts the message's parts in; only `full` has them. */
export async function withPayload(resource: GmailMessage, message: Message): Promise<GmailMessage> {
  const root = await mimeParts(message.mail.raw)
  const free = [...message.mail.attachments]
  const longest = message.labels.has('DRAFT') ? Number.POSITIVE_INFINITY : LONGEST_TEXT
  const partOf = (part: MimePart): GmailPart => {
    const { partId, mimeType, filename, headers, content } = part
    const own = { partId, mimeType, filename, headers: [...headers] }
    if (part.parts.length > 0) return { ...own, body: { size: 0 }, parts: part.parts.map(partOf) }
    const size = content.length
    if (!part.isAttachment && size <= longest) return { ...own, body: { size, data: content.toString('base64url') } }
    const listed = free.findIndex((each) => part.isAttachment && each.size === size && each.mimeType === mimeType)
    const id = listed === -1 ? undefined : free.splice(listed, 1)[0]?.id
    return { ...own, body: { size, attachmentId: id ?? `part_${partId}` } }
  }
  return { ...resource, payload: partOf(root) }
}

/** The content of a part that `withPayload` left to be fetched; undefined where there is none of that id. */
export async function partContent(message: Message, attachmentId: string): Promise<MimePart | undefined> {
  if (!attachmentId.startsWith('part_')) return undefined
  return leaves(await mimeParts(message.mail.raw)).find((part) => `part_${part.partId}` === attachmentId)
}

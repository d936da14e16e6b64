/** What `events.send` accepts, and when. A batch is taken whole or refused whole. */
import { z } from 'zod'
import { badRequest } from '../wire/api-error.js'
import { read } from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import type { ClientEvent, FileMetadata, SessionEvent } from '../wire/vendor-types.js'
import type { Reply } from './turn.js'

const MAX_EVENTS = 50
const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1) })
const byUrl = z.strictObject({ type: z.literal('url'), url: z.url() })
const byFile = z.strictObject({ type: z.literal('file'), file_id: z.string().min(1) })
const base64 = z.base64().min(1)
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      data: base64,
      media_type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
    }),
    byUrl,
    byFile,
  ]),
})
const document = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), data: base64, media_type: z.string().min(1) }),
    z.strictObject({ type: z.literal('text'), data: z.string(), media_type: z.literal('text/plain') }),
    byUrl,
    byFile,
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
})
const searchResult = z.strictObject({
  type: z.literal('search_result'),
  source: z.string(),
  title: z.string(),
  content: z.array(text),
  citations: z.strictObject({ enabled: z.boolean() }),
})

const userMessage = z.strictObject({
  type: z.literal('user.message'),
  content: z.array(z.discriminatedUnion('type', [text, image, document])).min(1),
})

const sendBody = z.strictObject({
  events: z
    .array(
      z.discriminatedUnion('type', [
        userMessage,
        z.strictObject({
          type: z.literal('user.interrupt'),
          session_thread_id: z.null({ error: 'no such thread: the session has one agent' }).optional(),
        }),
        z.strictObject({
          type: z.literal('user.tool_confirmation'),
          tool_use_id: z.string().min(1),
          result: z.enum(['allow', 'deny']),
          deny_message: z.string().nullish(),
        }),
        z.strictObject({
          type: z.literal('user.custom_tool_result'),
          custom_tool_use_id: z.string().min(1),
          content: z.array(z.discriminatedUnion('type', [text, image, document, searchResult])).optional(),
          is_error: z.boolean().nullish(),
        }),
        z.strictObject({ type: z.literal('system.message'), content: z.array(text).min(1) }),
      ]),
    )
    .min(1)
    .max(MAX_EVENTS),
})

/** The events that a session can begin with. */
export const initialEvents = z.array(userMessage).max(MAX_EVENTS)

/** The state of the session that decides what may be sent. */
export interface Recipient {
  readonly awaited: ReadonlyMap<string, Reply['type']>
  readonly outOfBudget: boolean
  find(eventId: string): SessionEvent | undefined
  file(fileId: string): FileMetadata | undefined
}

/** @throws ApiError 400 for the first event that may not be sent; the others are then not sent either */
export function readSentEvents(body: unknown, recipient: Recipient): ClientEvent[] {
  const { events } = read(sendBody, body)
  checkSequence(events, recipient)
  return events.map(queued)
}

type Given = z.output<typeof sendBody>['events'][number]

/** As the log keeps it until it is processed. */
export function queued(event: Given): ClientEvent {
  return { ...event, id: newId('sevt'), processed_at: null }
}

/** Later events of a batch may rely on the earlier: a message can follow the last reply that the session waits for. */
function checkSequence(events: readonly Given[], recipient: Recipient): void {
  const awaited = new Map(recipient.awaited)
  for (const [index, event] of events.entries()) {
    const at = `events[${index}]`
    switch (event.type) {
      case 'user.interrupt':
        awaited.clear()
        break
      case 'user.tool_confirmation':
        if (event.result === 'allow' && event.deny_message != null) {
          throw badRequest(`events.${index}.deny_message: only allowed when result is 'deny'`)
        }
        checkReply(event.tool_use_id, 'confirmation', awaited, recipient, at)
        break
      case 'user.custom_tool_result':
        checkReply(event.custom_tool_use_id, 'result', awaited, recipient, at)
        checkFiles(event, recipient, at)
        break
      case 'system.message': {
        const before = events[index - 1]?.type
        if (index !== events.length - 1) throw badRequest(`${at}: system.message must be the final event`)
        if (before !== 'user.message' && before !== 'user.custom_tool_result') {
          throw badRequest(`${at}: system.message must immediately follow a user.message or a tool result`)
        }
        break
      }
      case 'user.message':
        if (awaited.size > 0) {
          throw badRequest(
            `Invalid user.message event at ${at}: waiting on responses to events [${[...awaited.keys()].join(' ')}]; only \`user.tool_confirmation\`, \`user.custom_tool_result\`, or \`user.interrupt\` may be sent`,
          )
        }
        if (recipient.outOfBudget)
          throw badRequest(`Invalid user.message event at ${at}: the session has reached its budget; raise it first`)
        checkFiles(event, recipient, at)
    }
  }
}

const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const
const SHOWN_TYPES: Readonly<Record<'image' | 'document', ReadonlySet<string>>> = {
  image: new Set(IMAGE_TYPES),
  document: new Set(['application/pdf', 'text/plain']),
}
const MEGABYTE = 1024 * 1024
const MAX_BYTES = { image: 5 * MEGABYTE, document: 32 * MEGABYTE }

function checkFiles(
  { type, content = [] }: Extract<Given, { type: 'user.message' | 'user.custom_tool_result' }>,
  recipient: Recipient,
  at: string,
): void {
  for (const block of content) {
    if (block.type !== 'image' && block.type !== 'document') continue
    if (block.source.type !== 'file') continue
    const file = recipient.file(block.source.file_id)
    const refuse = (why: string) => badRequest(`Invalid ${type} event at ${at}: ${why}`)
    if (file === undefined) throw refuse(`file \`${block.source.file_id}\` not found`)
    if (!SHOWN_TYPES[block.type].has(file.mime_type))
      throw refuse(`a file of type ${file.mime_type} cannot be used in a block of type ${block.type}`)
    if (file.size_bytes > MAX_BYTES[block.type]) throw refuse(`${block.type} exceeds the maximum size`)
  }
}

function checkReply(
  id: string,
  kind: Reply['type'],
  awaited: Map<string, Reply['type']>,
  recipient: Recipient,
  at: string,
): void {
  const field = kind === 'confirmation' ? 'tool_use_id' : 'custom_tool_use_id'
  const uses = kind === 'confirmation' ? ['agent.tool_use', 'agent.mcp_tool_use'] : ['agent.custom_tool_use']
  if (!uses.includes(recipient.find(id)?.type ?? '')) {
    throw badRequest(`${at}: \`${field}\` "${id}" does not match any \`${uses.join('` or `')}\` event in this session`)
  }
  if (!awaited.delete(id)) throw badRequest(`${at}: \`${field}\` "${id}" does not wait for a response`)
}

/** What a message of the app says: `text`, `blocks` or `markdown_text`, and the metadata that goes with it. */
import type { MessageMetadata } from '@slack/types'
import { acceptMessageBlocks, type StoredBlock, withIds } from '../block-kit/blocks.js'
import { isObject, type Json, type JsonObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import type { Arguments } from './method.js'

/** `markdown_text` and each piece of a stream. */
export const MARKDOWN_TEXT_CHARACTERS = 12_000

export interface Content {
  /** Absent where the call gave none. */
  readonly text: string | undefined
  /** Absent where the call gave none; empty where it gave an empty list. */
  readonly blocks: StoredBlock[] | undefined
  readonly attachments: Json[] | undefined
}

/** @throws SlackRefusal `markdown_text_conflict`, `msg_too_long`, `no_text`, or what is wrong with the blocks */
export function contentOf(args: Arguments): Content {
  const text = args.string('text')
  const markdown = args.string('markdown_text')
  const given = args.json('blocks', 'invalid_blocks_format')
  const attachments = attachmentsOf(args)
  if (markdown !== undefined && markdown !== '') {
    if (text || (Array.isArray(given) && given.length > 0)) throw new SlackRefusal('markdown_text_conflict')
    if (markdown.length > MARKDOWN_TEXT_CHARACTERS) throw new SlackRefusal('msg_too_long')
    return { text: markdown, blocks: withIds([{ type: 'markdown', text: markdown }]), attachments }
  }
  const blocks = given === undefined ? undefined : acceptMessageBlocks(given)
  if (!text && (blocks === undefined || blocks.length === 0) && attachments === undefined) {
    throw new SlackRefusal('no_text')
  }
  return { text, blocks, attachments }
}

function attachmentsOf(args: Arguments): Json[] | undefined {
  const attachments = args.json('attachments', 'invalid_attachments')
  if (attachments === undefined) return undefined
  if (!Array.isArray(attachments)) throw new SlackRefusal('invalid_attachments')
  if (attachments.length > 100) throw new SlackRefusal('too_many_attachments')
  return attachments.length > 0 ? attachments : undefined
}

/**
 * Metadata of a call: an `event_type` and a flat `event_payload`. An empty object takes it away.
 * @throws SlackRefusal `invalid_metadata_format`, `invalid_metadata_schema`
 */
export function metadataOf(args: Arguments): MessageMetadata | 'none' | undefined {
  const metadata = args.object('metadata', 'invalid_metadata_format')
  if (metadata === undefined) return undefined
  if (Object.keys(metadata).length === 0) return 'none'
  const { event_type: type, event_payload: payload } = metadata
  if (typeof type !== 'string' || type === '' || !isObject(payload)) throw new SlackRefusal('invalid_metadata_schema')
  const clean: MessageMetadata['event_payload'] = {}
  for (const [name, value] of Object.entries(payload)) clean[name] = payloadValue(value)
  return { event_type: type, event_payload: clean }
}

type Scalar = string | number | boolean

function payloadValue(value: Json): MessageMetadata['event_payload'][string] {
  if (isScalar(value)) return value
  if (isObject(value)) return flat(value)
  if (Array.isArray(value) && value.every(isObject)) return value.map(flat)
  throw new SlackRefusal('invalid_metadata_schema')
}

function flat(value: JsonObject): Record<string, Scalar> {
  const clean: Record<string, Scalar> = {}
  for (const [name, entry] of Object.entries(value)) {
    if (!isScalar(entry)) throw new SlackRefusal('invalid_metadata_schema')
    clean[name] = entry
  }
  return clean
}

const isScalar = (value: Json): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

/** @throws SlackRefusal `invalid_arguments` where an icon or name is set without the scope that it needs */
export function refuseCustomAuthor(args: Arguments, scopes: ReadonlySet<string>): void {
  for (const name of ['username', 'icon_url', 'icon_emoji']) {
    if (args.has(name) && !scopes.has('chat:write.customize')) {
      throw refuseWith('invalid_arguments', [`\`${name}\` needs the scope chat:write.customize`])
    }
  }
}

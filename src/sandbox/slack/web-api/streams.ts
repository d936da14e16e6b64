/** Native streams: a message that grows by pieces and ends by itself about five minutes after it began. */
import type { ChatAppendStreamResponse, ChatStartStreamResponse, ChatStopStreamResponse } from '@slack/web-api'
import { acceptMessageBlocks, MESSAGE_BLOCKS, type StoredBlock, withIds } from '../block-kit/blocks.js'
import { isObject, type Json, type JsonObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { richTextBlock } from '../workspace/composer.js'
import { type WireMessage, wireMessage } from '../workspace/wire-message.js'
import type { Message } from '../workspace/workspace.js'
import { ownMessage, threadOf } from './chat.js'
import { MARKDOWN_TEXT_CHARACTERS, metadataOf, refuseCustomAuthor } from './content.js'
import { type Arguments, joinedConversation, knownMember, type Method } from './method.js'

/** The pieces of one call. @throws SlackRefusal `invalid_chunks`, `msg_too_long`, `invalid_blocks` */
function chunksOf(args: Arguments): JsonObject[] {
  const chunks: Json = args.json('chunks', 'invalid_chunks') ?? []
  if (!Array.isArray(chunks) || !chunks.every(isObject)) throw new SlackRefusal('invalid_chunks')
  const markdown = args.string('markdown_text')
  const all = markdown ? [{ type: 'markdown_text', text: markdown }, ...chunks] : chunks
  for (const chunk of all) {
    if (!isWellFormed(chunk)) throw new SlackRefusal('invalid_chunks')
    if (typeof chunk.text === 'string' && chunk.text.length > MARKDOWN_TEXT_CHARACTERS) {
      throw new SlackRefusal('msg_too_long')
    }
    if (chunk.type === 'blocks') acceptMessageBlocks(chunk.blocks ?? null)
  }
  return all
}

function isWellFormed(chunk: JsonObject): boolean {
  switch (chunk.type) {
    case 'markdown_text':
      return typeof chunk.text === 'string'
    case 'plan_update':
      return typeof chunk.title === 'string'
    case 'task_update':
      return (
        typeof chunk.id === 'string' &&
        typeof chunk.title === 'string' &&
        ['pending', 'in_progress', 'complete', 'error'].includes(String(chunk.status))
      )
    case 'blocks':
      return Array.isArray(chunk.blocks)
    default:
      return false
  }
}

/** The message with more pieces: text runs on, a task replaces its earlier state, blocks follow below. */
function grown(
  text: string,
  blocks: readonly StoredBlock[],
  chunks: readonly JsonObject[],
): Pick<Message, 'text' | 'blocks'> {
  let words = text
  let grownBlocks = [...blocks]
  for (const chunk of chunks) {
    const last = grownBlocks.at(-1)
    if (chunk.type === 'markdown_text') {
      words += String(chunk.text)
      if (last?.type === 'markdown') {
        grownBlocks = [...grownBlocks.slice(0, -1), { ...last, text: `${String(last.text)}${String(chunk.text)}` }]
      } else if (chunk.text !== '') {
        grownBlocks.push(...withIds([{ type: 'markdown', text: String(chunk.text) }]))
      }
    } else if (chunk.type === 'task_update') {
      const card = taskCard(chunk)
      const at = grownBlocks.findIndex((block) => block.type === 'task_card' && block.task_id === chunk.id)
      const before = grownBlocks[at]
      if (before === undefined) grownBlocks.push(...withIds([card]))
      else grownBlocks[at] = { ...before, ...card, type: 'task_card', block_id: before.block_id }
    } else if (chunk.type === 'plan_update') {
      grownBlocks.push(...withIds([{ type: 'plan', title: String(chunk.title) }]))
    } else if (Array.isArray(chunk.blocks)) {
      grownBlocks.push(...withIds(chunk.blocks))
    }
  }
  if (grownBlocks.length > 2 * MESSAGE_BLOCKS) throw new SlackRefusal('msg_blocks_too_many')
  return { text: words, blocks: grownBlocks }
}

function taskCard(chunk: JsonObject): JsonObject {
  const card: JsonObject = {
    type: 'task_card',
    task_id: String(chunk.id),
    title: String(chunk.title),
    status: String(chunk.status),
  }
  for (const name of ['details', 'output']) {
    const words = chunk[name]
    if (typeof words === 'string') card[name] = richTextBlock([{ type: 'text', text: words }])
  }
  if (Array.isArray(chunk.sources)) card.sources = chunk.sources
  return card
}

const start: Method<ChatStartStreamResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args, grant }) {
    const { workspace, streams } = inside
    const channel = joinedConversation(inside, args.required('channel'))
    args.required('thread_ts')
    refuseCustomAuthor(args, grant.scopes)
    for (const unknown of ['unfurl_links', 'unfurl_media']) {
      if (args.has(unknown)) throw refuseWith('invalid_arguments', [`invalid additional property: ${unknown}`])
    }
    const threadTs = threadOf(inside, channel.id, args)
    if (channel.kind !== 'im') {
      if (!args.string('recipient_team_id')) throw new SlackRefusal('missing_recipient_team_id')
      const recipient = args.string('recipient_user_id')
      if (!recipient) throw new SlackRefusal('missing_recipient_user_id')
      knownMember(inside, recipient)
    }
    const message = workspace.post({
      channel: channel.id,
      author: workspace.bot.userId,
      byApp: true,
      streaming: 'in_progress',
      ...grown('', [], chunksOf(args)),
      ...(threadTs !== undefined && { threadTs }),
    })
    streams.begin(message)
    return { ok: true, channel: channel.id, ts: message.ts }
  },
}

/** @throws SlackRefusal `message_not_found`, `message_not_owned_by_app`, `message_not_in_streaming_state` */
function streamed(call: Parameters<typeof start.run>[0]): Message {
  const { inside, args } = call
  const channel = joinedConversation(inside, args.required('channel'))
  const message = ownMessage(inside, channel.id, args.required('ts'), 'message_not_owned_by_app')
  if (!inside.streams.isOpen(message)) throw new SlackRefusal('message_not_in_streaming_state')
  return message
}

const append: Method<ChatAppendStreamResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run(call) {
    const message = streamed(call)
    const chunks = chunksOf(call.args)
    if (chunks.length === 0) throw new SlackRefusal('no_text')
    call.inside.workspace.change(message, grown(message.text, message.blocks ?? [], chunks))
    return { ok: true, channel: message.channel, ts: message.ts }
  },
}

const stop: Method<Omit<ChatStopStreamResponse, 'message'> & { message: WireMessage }> = {
  scopes: ['chat:write'],
  token: 'bot',
  run(call) {
    const { inside, args } = call
    const message = streamed(call)
    const content = grown(message.text, message.blocks ?? [], chunksOf(args))
    const closing = args.json('blocks', 'invalid_blocks_format')
    const metadata = metadataOf(args)
    const stopped = inside.workspace.change(message, {
      ...content,
      blocks: [...(content.blocks ?? []), ...(closing === undefined ? [] : acceptMessageBlocks(closing))],
      streaming: 'completed',
      ...(metadata !== undefined && { metadata: metadata === 'none' ? undefined : metadata }),
    })
    inside.streams.end(message)
    return {
      ok: true,
      channel: stopped.channel,
      ts: stopped.ts,
      message: wireMessage(inside.workspace, stopped, { metadata: true, origin: inside.origin() }),
    }
  },
}

export const streamMethods = {
  'chat.startStream': start,
  'chat.appendStream': append,
  'chat.stopStream': stop,
}

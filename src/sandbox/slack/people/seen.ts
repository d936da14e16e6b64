/** Messages as people see them: what the page shows and what tests look at. */
import { type ShownElement, shownElements, shownText } from '../block-kit/shown.js'
import type { PageMessage } from '../wire/page-api.js'
import type { Clients, Ephemeral } from '../workspace/clients.js'
import type { Message, Workspace } from '../workspace/workspace.js'

/** A message on somebody's screen. */
export interface SeenMessage extends PageMessage {
  /** The words on the screen: those of the blocks where there are blocks, otherwise the text. */
  readonly shown: string
  /** What can be pressed or filled in, in order. */
  readonly elements: readonly ShownElement[]
}

export const SLACKBOT = 'USLACKBOT'

export function pageMessage(workspace: Workspace, clients: Clients, message: Message): PageMessage {
  const replies = message.threadTs === undefined ? workspace.replies(message.channel, message.ts) : []
  const latestReplyTs = replies.at(-1)?.ts
  const status = message.threadTs === undefined ? clients.status(message.channel, message.ts)?.text : undefined
  return {
    channel: message.channel,
    ts: message.ts,
    user: message.subtype === 'tombstone' ? SLACKBOT : message.author,
    text: message.text,
    ...(message.threadTs !== undefined && { threadTs: message.threadTs }),
    ...(message.blocks !== undefined && { blocks: [...message.blocks] }),
    ...(latestReplyTs !== undefined && { replyCount: replies.length, latestReplyTs }),
    ...(message.edited !== undefined && { edited: true }),
    ...(status !== undefined && { status }),
    ...(message.files.length > 0 && {
      files: message.files.map(({ id, name, mimetype, content }) => ({ id, name, mimetype, size: content.length })),
    }),
    ...(message.reactions.size > 0 && {
      reactions: [...message.reactions].map(([name, users]) => ({ name, users: [...users] })),
    }),
    ...(message.broadcast && { broadcast: true }),
  }
}

export function pageEphemeral(workspace: Workspace, ephemeral: Ephemeral): PageMessage {
  return {
    channel: ephemeral.channel,
    ts: ephemeral.ts,
    user: ephemeral.bySlack ? SLACKBOT : workspace.bot.userId,
    text: ephemeral.text,
    ephemeral: true,
    ...(ephemeral.threadTs !== undefined && { threadTs: ephemeral.threadTs }),
    ...(ephemeral.blocks !== undefined && { blocks: [...ephemeral.blocks] }),
  }
}

export function seenMessage(workspace: Workspace, clients: Clients, message: Message): SeenMessage {
  return withShown(pageMessage(workspace, clients, message), message.blocks)
}

export function seenEphemeral(workspace: Workspace, ephemeral: Ephemeral): SeenMessage {
  return withShown(pageEphemeral(workspace, ephemeral), ephemeral.blocks)
}

function withShown(message: PageMessage, blocks: Message['blocks'] = []): SeenMessage {
  return {
    ...message,
    shown: blocks.length > 0 ? shownText(blocks) : message.text,
    elements: shownElements([...blocks]),
  }
}

/** A Slack message as the session hears it: the context block, what was passed on as data, and the person's own words last. Pure. */

import type { UnheardUndo } from '../change-undo.js'
import { contextBlock } from '../context.js'
import { attachedBlock, shownContent } from '../files/attached-block.js'
import type { AttachedFile } from '../files/attached-file.js'
import type { Conversation, Message, Profile } from '../model.js'
import type { OutgoingMessage } from '../ports.js'
import { type QuotedMessage, quotedBlock } from '../quoted.js'
import { type ForwardedMessage, type Names, type Words, withNames } from '../words.js'

/** What stands in the place of the words where there are none: the session takes no empty text. */
const NO_WORDS = { attached: '(no words, only what is attached)', forwarded: '(no words, only what is forwarded)' }

/**
 * @param earlier what the same person wrote in a session that is gone, oldest first
 * @param thread what the thread says that they write in, as a block of data; null where that is not wanted
 * @param files what became of its files
 * @param undone what they took back since the session heard of them last
 */
export function outgoingMessage(
  message: Message,
  conversation: Conversation,
  profile: Profile,
  names: Names,
  earlier: readonly Words[],
  thread: string | null = null,
  files: readonly AttachedFile[] = [],
  undone: readonly UnheardUndo[] = [],
): OutgoingMessage {
  const attached = attachedBlock(message.files, files)
  const placeholder = message.forwarded.length === 0 ? NO_WORDS.attached : NO_WORDS.forwarded
  return {
    reference: message.id,
    context: contextBlock(message, conversation, profile, names, earlier, undone),
    quoted: [
      ...(thread === null ? [] : [thread]),
      ...message.forwarded.map((forwarded) =>
        quotedBlock('forwarded', [quotedForward(forwarded, names)], profile.timeZone),
      ),
      ...(attached === null ? [] : [attached]),
    ],
    attached: shownContent(files),
    text: message.text === '' ? placeholder : withNames(message, names),
  }
}

/** What a message that somebody passed on says, and who wrote it. */
export function quotedForward(forwarded: ForwardedMessage, names: Names): QuotedMessage {
  const { words, author, authorId, ts, files } = forwarded
  const name = authorId === null ? author : (names.get(authorId) ?? author)
  return {
    author: name ?? authorId ?? 'somebody whom Slack does not name',
    authorId,
    ts,
    where: placeOf(forwarded, names),
    text: withNames(words, names),
    files,
  }
}

function placeOf({ channel, channelId }: ForwardedMessage, names: Names): string | null {
  if (channelId?.startsWith('D')) return 'a direct message'
  if (channel?.startsWith('mpdm-')) return 'a group direct message'
  if (channel !== null) return `#${channel.replace(/^#/, '')}`
  return channelId === null ? null : (names.get(channelId) ?? `Slack channel ${channelId}`)
}

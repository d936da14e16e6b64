import { useMemo, useState } from 'preact/hooks'
import type { PageChannel, PageMessage, PagePerson } from '../../slack/wire/page-api.js'
import { BlockKit } from '../blocks/block-kit.js'
import { type Interaction, InteractionContext } from '../blocks/interaction.js'
import { Avatar } from '../controls/avatar.js'
import { ConfirmDialog } from '../controls/dialog.js'
import { Mrkdwn, PlainText } from '../controls/formatted-text.js'
import { ChevronIcon, DeleteIcon, EditIcon, EyeIcon, FileIcon, ReplyIcon } from '../controls/icons.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { fullTimeLabel, lastReplyLabel, shortTimeLabel, timeLabel } from '../state/timeline.js'
import { displayName } from '../state/typed-text.js'
import { unreadReplies } from '../state/unread.js'
import { repliesOf, threadKey } from '../state/viewer-state.js'
import { editKey, pressKey } from '../state/workspace-state.js'
import { MessageEditor } from './message-editor.js'

interface MessageProps {
  channel: PageChannel
  message: PageMessage
  isGrouped: boolean
  inThread: boolean
  now: number
}

/** One message: who, when, what, and what one can do with it. */
export function Message({ channel, message, isGrouped, inThread, now }: MessageProps) {
  const workspace = useWorkspace()
  const { editing } = useWorkspaceState()
  const { state } = useViewer()
  const person = state.people.get(message.user)
  const name = person ? displayName(person) : message.user === 'USLACKBOT' ? 'Slackbot' : message.user
  const { tz } = state.viewer
  const isEditing = editing === editKey(message.channel, message.ts, inThread) && !message.ephemeral
  const time = (
    <time
      class="message-time"
      dateTime={new Date(Number(message.ts) * 1000).toISOString()}
      title={fullTimeLabel(message.ts, tz, now)}
    >
      {isGrouped ? shortTimeLabel(message.ts, tz) : timeLabel(message.ts, tz)}
    </time>
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: the list is made of elements with roles, see message-list.tsx
    <div
      class={`message ${isGrouped ? 'message-grouped' : ''} ${message.ephemeral ? 'message-ephemeral' : ''} ${isEditing ? 'message-editing' : ''}`}
      role="listitem"
      data-ts={message.ts}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget || inThread || message.ephemeral) return
        workspace.openThread(message.threadTs ?? message.ts)
      }}
      aria-label={`${name}, ${timeLabel(message.ts, tz)}`}
    >
      {message.ephemeral ? (
        <div class="ephemeral-note">
          <EyeIcon />
          <span>Only visible to you</span>
          <button type="button" class="text-button" onClick={() => workspace.dismiss(message.channel, message.ts)}>
            Dismiss
          </button>
        </div>
      ) : null}
      <div class="message-gutter">
        {isGrouped ? time : <Avatar person={person ?? slackbot(message.user)} size={36} />}
      </div>
      <div class="message-content">
        {isGrouped ? null : (
          <div class="message-head">
            <span class="message-author">{name}</span>
            {person?.isBot ? <span class="app-badge">App</span> : null}
            {time}
          </div>
        )}
        {message.broadcast && !inThread ? <div class="broadcast-note">replied to a thread</div> : null}
        {isEditing ? <MessageEditor message={message} /> : <MessageBody message={message} />}
        {message.reactions && message.reactions.length > 0 ? <Reactions reactions={message.reactions} /> : null}
        {inThread || message.ephemeral || message.broadcast ? null : <ReplyBar message={message} now={now} />}
      </div>
      {message.ephemeral || isEditing ? null : <HoverActions channel={channel} message={message} inThread={inThread} />}
    </div>
  )
}

function MessageBody({ message }: { message: PageMessage }) {
  const workspace = useWorkspace()
  const { pressing } = useWorkspaceState()
  const { channel, ts } = message
  const interaction = useMemo<Interaction>(
    () => ({
      press: (blockId, actionId, value) =>
        void workspace.press({ channel, ts, blockId, actionId, ...(value === undefined ? {} : { value }) }),
      isPressing: (blockId, actionId) => pressing.has(pressKey({ channel, ts, blockId, actionId })),
    }),
    [workspace, channel, ts, pressing],
  )
  const edited = message.edited ? <span class="edited"> (edited)</span> : null
  return (
    <div class={`message-body ${message.edited ? 'message-edited' : ''}`}>
      {message.blocks && message.blocks.length > 0 ? (
        <InteractionContext.Provider value={interaction}>
          <BlockKit blocks={message.blocks} />
        </InteractionContext.Provider>
      ) : message.text === '' ? null : (
        <Mrkdwn text={message.text} />
      )}
      {edited}
      {message.files && message.files.length > 0 ? <Files files={message.files} /> : null}
    </div>
  )
}

function Reactions({ reactions }: { reactions: NonNullable<PageMessage['reactions']> }) {
  const { state } = useViewer()
  return (
    <div class="reactions">
      {reactions.map(({ name, users }) => {
        const names = users
          .map((id) => state.people.get(id))
          .map((person) => (person ? displayName(person) : 'Somebody'))
        return (
          <span key={name} class="reaction" role="img" aria-label={`${names.join(', ')} reacted with :${name}:`}>
            <PlainText text={`:${name}:`} /> {users.length}
          </span>
        )
      })}
    </div>
  )
}

function Files({ files }: { files: NonNullable<PageMessage['files']> }) {
  return (
    <div class="files">
      {files.map((file) => (
        <div key={file.id} class="file">
          <FileIcon />
          <span>
            <b>{file.name}</b>
            <span class="file-detail">
              {file.mimetype}, {sizeLabel(file.size)}
            </span>
          </span>
        </div>
      ))}
    </div>
  )
}

function sizeLabel(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** "3 replies  Last reply today at 2:05 PM", under the parent of a thread. */
function ReplyBar({ message, now }: { message: PageMessage; now: number }) {
  const workspace = useWorkspace()
  const { state, marks } = useViewer()
  const replies = repliesOf(state.messages.get(message.channel) ?? [], message.ts).filter((reply) => !reply.ephemeral)
  const status = state.statuses.get(threadKey(message.channel, message.ts))
  const last = replies.at(-1)
  const open = () => workspace.openThread(message.ts)
  if (!last)
    return status ? (
      <button type="button" class="reply-bar reply-bar-status" onClick={open}>
        <Avatar person={state.people.get(status.user)} size={24} />
        <span class="status-text">
          {state.bot.name} {status.status}
        </span>
      </button>
    ) : null
  const fresh = unreadReplies(state, marks, message.channel, message.ts)
  const authors = [...new Set(replies.map((reply) => reply.user))].map((id) => state.people.get(id))
  return (
    <button type="button" class={`reply-bar ${fresh > 0 ? 'reply-bar-unread' : ''}`} onClick={open}>
      {authors.slice(0, 4).map((person) => (
        <Avatar key={person?.id} person={person} size={24} />
      ))}
      <span class="reply-count">
        {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
      </span>
      {fresh > 0 ? <span class="badge">{fresh} new</span> : null}
      <span class="reply-last">
        {status ? `${state.bot.name} ${status.status}` : `Last reply ${lastReplyLabel(last.ts, state.viewer.tz, now)}`}
      </span>
      <ChevronIcon />
    </button>
  )
}

/** What appears beside a message under the pointer, or when the keyboard gets there. */
function HoverActions({
  channel,
  message,
  inThread,
}: {
  channel: PageChannel
  message: PageMessage
  inThread: boolean
}) {
  const workspace = useWorkspace()
  const { state } = useViewer()
  const [isDeleting, setIsDeleting] = useState(false)
  const isOwn = message.user === state.viewer.id
  if (inThread && !isOwn) return null
  return (
    <>
      <div class="hover-actions" role="toolbar" aria-label="Message actions">
        {inThread ? null : (
          <button
            type="button"
            class="icon-button"
            aria-label="Reply in thread"
            title="Reply in thread"
            onClick={() => workspace.openThread(message.threadTs ?? message.ts)}
          >
            <ReplyIcon />
          </button>
        )}
        {isOwn ? (
          <>
            <button
              type="button"
              class="icon-button"
              aria-label="Edit message"
              title="Edit message"
              onClick={() => workspace.startEditing(channel.id, message.ts, inThread)}
            >
              <EditIcon />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label="Delete message"
              title="Delete message"
              onClick={() => setIsDeleting(true)}
            >
              <DeleteIcon />
            </button>
          </>
        ) : null}
      </div>
      {isDeleting ? (
        <ConfirmDialog
          title="Delete message"
          confirm="Delete"
          deny="Cancel"
          isDanger={true}
          onClose={(isConfirmed) => {
            setIsDeleting(false)
            if (isConfirmed) void workspace.remove(channel.id, message.ts)
          }}
        >
          Are you sure you want to delete this message? This cannot be undone.
        </ConfirmDialog>
      ) : null}
    </>
  )
}

function slackbot(id: string): PagePerson {
  return { id, name: 'slackbot', realName: 'Slackbot', title: '', color: '#611f69', tz: 'UTC', isBot: false }
}

import { useEffect, useRef } from 'preact/hooks'
import type { PageChannel } from '../../slack/wire/page-api.js'
import { BackButton } from '../controls/back-button.js'
import { CloseIcon } from '../controls/icons.js'
import { useViewer, useWorkspace } from '../state/context.js'
import { repliesOf, threadKey } from '../state/viewer-state.js'
import { Composer } from './composer.js'
import { MessageList } from './message-list.js'
import { StatusLine } from './status-line.js'

/** A thread beside its channel. Escape closes it and gives the focus back. */
export function ThreadPane({ channel, threadTs }: { channel: PageChannel; threadTs: string }) {
  const workspace = useWorkspace()
  const { state, place } = useViewer()
  const list = state.messages.get(channel.id) ?? []
  const parent = list.find((message) => message.ts === threadTs && !message.ephemeral)
  const replies = repliesOf(list, threadTs)
  const title = state.threads.get(threadKey(channel.id, threadTs))?.title
  const counted = replies.filter((reply) => !reply.ephemeral).length
  const before = useRef<Element | null>(document.activeElement)

  const close = () => workspace.closeThread()
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus()
    },
    [],
  )
  return (
    <aside class="pane thread" aria-label={`Thread in ${channel.name}`}>
      <div class="pane-header">
        <BackButton label="Back to the conversation" onClick={close} />
        <h2 class="pane-title">Thread</h2>
        <span class="pane-topic">{title ?? (channel.kind === 'im' ? channel.name : `#${channel.name}`)}</span>
        <button type="button" class="icon-button close-button" aria-label="Close thread" onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <MessageList
        label={`Messages of the thread in ${channel.name}`}
        channel={channel}
        messages={parent ? [parent, ...replies] : replies}
        newFrom={place.threadNewFrom}
        inThread={true}
        afterFirst={
          parent && counted > 0 ? (
            <div class="thread-count" role="presentation">
              <span>
                {counted} {counted === 1 ? 'reply' : 'replies'}
              </span>
            </div>
          ) : null
        }
      />
      <StatusLine channel={channel.id} threadTs={threadTs} />
      <Composer channel={channel} threadTs={threadTs} placeholder="Reply…" messages={replies} autoFocus={true} />
    </aside>
  )
}

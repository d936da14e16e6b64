import type { PageChannel } from '../../slack/wire/page-api.js'
import { Avatar } from '../controls/avatar.js'
import { HashIcon } from '../controls/icons.js'
import { useViewer, useWorkspace } from '../state/context.js'

/** The beginning of the direct messages with the app; while there are none, with what the app suggests to ask. */
export function AppIntro({ channel, isEmpty }: { channel: PageChannel; isEmpty: boolean }) {
  const workspace = useWorkspace()
  const { state } = useViewer()
  const suggested = state.prompts.find((prompts) => prompts.channel === channel.id && prompts.threadTs === undefined)
  return (
    <div class="intro">
      <div class="intro-head">
        <Avatar person={state.bot} size={48} />
        <span class="intro-name">{state.bot.realName || state.bot.name}</span>
        <span class="app-badge">App</span>
      </div>
      <p>
        This is the very beginning of your direct message history with <span class="mention">@{state.bot.name}</span>.
        Only the two of you are in this conversation.
      </p>
      {isEmpty && suggested !== undefined ? (
        <>
          <p class="intro-ask">{suggested.title ?? 'Here are a few things to try:'}</p>
          <div class="prompts">
            {suggested.prompts.map((prompt) => (
              <button
                key={prompt.title}
                type="button"
                class="prompt"
                onClick={() => void workspace.post(channel.id, undefined, prompt.message)}
              >
                {prompt.title}
              </button>
            ))}
          </div>
        </>
      ) : null}
    </div>
  )
}

/** The beginning of a channel. */
export function ChannelIntro({ channel }: { channel: PageChannel }) {
  const { state } = useViewer()
  return (
    <div class="intro">
      <div class="intro-head">
        <HashIcon />
        <span class="intro-name">{channel.name}</span>
      </div>
      <p>
        This is the very beginning of the <b>#{channel.name}</b> channel.
        {channel.topic ? ` ${channel.topic}.` : ''} Mention <span class="mention">@{state.bot.name}</span> here to ask
        it something.
      </p>
    </div>
  )
}

import { useEffect, useRef } from 'preact/hooks'
import type { PageChannel } from '../../slack/wire/page-api.js'
import { Avatar } from '../controls/avatar.js'
import { BackButton } from '../controls/back-button.js'
import { HashIcon, WarningIcon } from '../controls/icons.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { displayName } from '../state/typed-text.js'
import { isTopLevel } from '../state/viewer-state.js'
import { Composer } from './composer.js'
import { AppIntro, ChannelIntro } from './empty-state.js'
import { HomeTab } from './home-tab.js'
import { MessageList } from './message-list.js'
import { StatusLine } from './status-line.js'

/** A channel, or the direct messages with the app and its Home tab. */
export function ConversationPane({ channel }: { channel: PageChannel }) {
  const workspace = useWorkspace()
  const { state, place } = useViewer()
  /** One writes in a channel that one opens; going through the tabs leaves the focus on them. */
  const isFresh = useRef(true)
  useEffect(() => {
    isFresh.current = false
  }, [])
  const isIm = channel.kind === 'im'
  const messages = (state.messages.get(channel.id) ?? []).filter(isTopLevel)
  const isHome = isIm && place.tab === 'home'
  return (
    <main
      class="pane conversation"
      aria-label={isIm ? `Direct messages with ${channel.name}` : `Channel ${channel.name}`}
    >
      <div class="pane-header">
        <BackButton label="Back to channels" onClick={() => workspace.showSidebar()} />
        <h2 class="pane-title">
          {isIm ? <Avatar person={state.bot} size={24} /> : <HashIcon />}
          <span>{channel.name}</span>
          {isIm ? <span class="app-badge">App</span> : null}
        </h2>
        {channel.topic ? <span class="pane-topic">{channel.topic}</span> : null}
        {isIm ? null : <Members channel={channel} />}
      </div>
      {isIm ? <Tabs isHome={isHome} /> : null}
      <Banners />
      {isHome ? (
        <HomeTab />
      ) : (
        <>
          <MessageList
            label={isIm ? `Messages with ${channel.name}` : `Messages in ${channel.name}`}
            channel={channel}
            messages={messages}
            newFrom={place.newFrom}
            intro={
              isIm ? <AppIntro channel={channel} isEmpty={messages.length === 0} /> : <ChannelIntro channel={channel} />
            }
          />
          <StatusLine channel={channel.id} />
          <Composer
            channel={channel}
            threadTs={undefined}
            placeholder={isIm ? `Message ${channel.name}` : `Message #${channel.name}`}
            messages={messages}
            autoFocus={isFresh.current}
          />
        </>
      )}
    </main>
  )
}

function Tabs({ isHome }: { isHome: boolean }) {
  const workspace = useWorkspace()
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Sections of the app"
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
        workspace.openTab(isHome ? 'messages' : 'home')
        event.currentTarget.querySelector<HTMLElement>('[aria-selected="false"]')?.focus()
      }}
    >
      {(['home', 'messages'] as const).map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          aria-selected={isHome === (tab === 'home')}
          tabIndex={isHome === (tab === 'home') ? 0 : -1}
          onClick={() => workspace.openTab(tab)}
        >
          {tab === 'home' ? 'Home' : 'Messages'}
        </button>
      ))}
    </div>
  )
}

function Members({ channel }: { channel: PageChannel }) {
  const { state } = useViewer()
  const members = channel.members.map((id) => state.people.get(id)).filter((person) => person !== undefined)
  const names = members.map(displayName).join(', ')
  return (
    <span class="members" role="img" aria-label={`${members.length} members: ${names}`} title={names}>
      {members.slice(0, 3).map((person) => (
        <Avatar key={person.id} person={person} size={20} />
      ))}
      <span>{members.length}</span>
    </span>
  )
}

function Banners() {
  const { isReachable } = useWorkspaceState()
  const { state } = useViewer()
  if (!isReachable)
    return (
      <div class="banner banner-warning" role="status">
        <WarningIcon />
        <span>We’re having trouble reaching Slack. Trying to connect…</span>
      </div>
    )
  if (!state.appConnected)
    return (
      <div class="banner" role="status">
        <WarningIcon />
        <span>
          <b>{state.bot.name}</b> is not connected to Slack right now. What you write reaches it when it is back.
        </span>
      </div>
    )
  return null
}

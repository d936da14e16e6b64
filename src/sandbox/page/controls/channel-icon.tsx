import type { PageChannel } from '../../slack/wire/page-api.js'
import { useViewer } from '../state/context.js'
import { Avatar } from './avatar.js'
import { HashIcon, LockIcon } from './icons.js'

/** What stands before the name of a channel in a list. */
export function ChannelIcon({ channel }: { channel: PageChannel }) {
  const { state } = useViewer()
  if (channel.kind === 'im') return <Avatar person={state.bot} size={20} />
  return channel.isPrivate ? <LockIcon /> : <HashIcon />
}

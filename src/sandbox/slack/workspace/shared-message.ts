/** How Slack carries a message that somebody passes on: as an attachment of their own. */

import { toJson } from '../wire/json.js'
import { escapeText } from './composer.js'
import { wireFile, wireMessage } from './wire-message.js'
import type { Message, Workspace } from './workspace.js'

/** @param origin for the addresses of files */
export function sharedMessage(workspace: Workspace, message: Message, origin: string) {
  const { channel, ts, author, text, files } = message
  const member = workspace.member(author)
  const conversation = workspace.conversation(channel)
  const isDirect = conversation?.kind === 'im'
  const { blocks } = wireMessage(workspace, message, { origin })
  const url = `https://${workspace.team.domain}.slack.com/archives/${channel}/p${ts.replace('.', '')}`
  return toJson({
    id: 1,
    ts,
    author_id: author,
    author_name: member?.realName ?? '',
    author_subname: member?.name ?? '',
    author_link: `https://${workspace.team.domain}.slack.com/team/${author}`,
    author_icon: '',
    channel_id: channel,
    channel_team: workspace.team.id,
    ...(!isDirect && { channel_name: conversation?.name ?? '' }),
    text,
    fallback: `[${new Date(Number(ts) * 1_000).toUTCString()}] ${escapeText(member?.name ?? '')}: ${text}`,
    footer: isDirect ? 'From a direct message' : `Posted in #${conversation?.name ?? ''}`,
    from_url: url,
    original_url: url,
    mrkdwn_in: ['text'],
    is_msg_unfurl: true,
    is_share: true,
    ...(blocks !== undefined && {
      message_blocks: [{ team: workspace.team.id, channel, ts, message: { blocks } }],
    }),
    ...(files.length > 0 && { files: files.map((file) => wireFile(workspace, file, origin)) }),
  })
}

/** What the page is told of people, conversations and what stands beside messages, in its own words. */
import { asString } from '../wire/json.js'
import type { PageChannel, PageModal, PagePerson, PagePrompts, PageThread } from '../wire/page-api.js'
import type { Clients, OpenModal, SuggestedPrompts } from '../workspace/clients.js'
import type { Conversation, Member, Workspace } from '../workspace/workspace.js'

export function pagePerson(member: Member): PagePerson {
  const { id, name, realName, title, color, tz, isBot } = member
  return { id, name, realName, title, color, tz, isBot }
}

export function pageChannel(workspace: Workspace, { id, kind, name, topic, members }: Conversation): PageChannel {
  if (kind === 'im') return { id, kind, name: workspace.bot.name, members: [...members] }
  return {
    id,
    kind: 'channel',
    name,
    members: [...members],
    ...(topic !== '' && { topic }),
    ...(kind !== 'channel' && { isPrivate: true }),
  }
}

export function pageModal({ view, errors }: OpenModal): PageModal {
  const submit = asString(view.submit?.text)
  const close = asString(view.close?.text)
  return {
    id: view.id,
    title: asString(view.title?.text) ?? '',
    blocks: view.blocks,
    ...(submit !== undefined && { submit }),
    ...(close !== undefined && { close }),
    ...(Object.keys(errors).length > 0 && { errors: { ...errors } }),
  }
}

export function pagePrompts({ channel, threadTs, title, prompts }: SuggestedPrompts): PagePrompts {
  return {
    channel,
    prompts: prompts.map((prompt) => ({ ...prompt })),
    ...(threadTs !== undefined && { threadTs }),
    ...(title !== undefined && { title }),
  }
}

/** What the app says of its work in a thread; undefined where it says nothing. @param hearsStop the app hears of a press of Stop */
export function pageThread(
  clients: Clients,
  { channel, threadTs }: { readonly channel: string; readonly threadTs: string },
  hearsStop: boolean,
): PageThread | undefined {
  const status = clients.session(channel, threadTs)?.status
  const title = clients.title(channel, threadTs)
  if (status === undefined && title === undefined) return undefined
  return {
    channel,
    threadTs,
    ...(title !== undefined && { title }),
    ...(status !== undefined && { status }),
    ...(status === 'processing' && hearsStop && { canStop: true }),
  }
}

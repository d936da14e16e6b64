/** Slack's message composer: what a person types becomes escaped text with `<@U…>` mentions, and a `rich_text` block beside it. */
import { freshBlockId } from '../wire/identifiers.js'
import type { Json, JsonObject } from '../wire/json.js'
import type { Workspace } from './workspace.js'

export interface Composed {
  /** The message's `text`: `&`, `<` and `>` as entities, mentions and links in angle brackets. */
  readonly text: string
  readonly richText: Json[]
  /** Ids of everybody who is mentioned. */
  readonly mentions: ReadonlySet<string>
}

/**
 * Entities that a client writes itself (`<@U…>`, `<#C…>`, `<!here>`), names (`@anna`, `#general`), addresses of pages and of
 * people, and emoji that stand by themselves. Everything else is text.
 */
const TOKENS =
  /<@([UW][A-Z0-9]+)>|<#([CG][A-Z0-9]+)(?:\|[^>]*)?>|<!(here|channel|everyone)>|(?<![\w@])@([a-z0-9][a-z0-9._-]*)|(?<![\w#])#([a-z0-9][a-z0-9_-]*)|(https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<![A-Za-z0-9_]):([a-z0-9_+-]+):(?![A-Za-z0-9_])/g

/** Escapes the three characters that Slack escapes in text. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

export function compose(typed: string, workspace: Workspace): Composed {
  const mentions = new Set<string>()
  const elements: JsonObject[] = []
  let text = ''
  let end = 0
  const plain = (words: string) => {
    if (words === '') return
    text += escapeText(words)
    const last = elements.at(-1)
    if (last?.type === 'text') last.text = `${String(last.text)}${words}`
    else elements.push({ type: 'text', text: words })
  }
  const entity = (written: string, element: JsonObject) => {
    text += written
    elements.push(element)
  }
  for (const match of typed.matchAll(TOKENS)) {
    const [whole, userId, channelId, range, userName, channelName, address, email, emoji] = match
    plain(typed.slice(end, match.index))
    end = match.index + whole.length
    const user =
      userId ?? (userName && workspace.members.find((member) => member.name === userName.replace(/[._-]+$/, ''))?.id)
    const channel =
      channelId ??
      (channelName && workspace.conversations.find((conversation) => conversation.name === channelName)?.id)
    if (user) {
      mentions.add(user)
      entity(`<@${user}>`, { type: 'user', user_id: user })
      if (userName) plain(userName.slice(userName.replace(/[._-]+$/, '').length))
    } else if (channel) {
      entity(`<#${channel}|${workspace.conversation(channel)?.name ?? ''}>`, { type: 'channel', channel_id: channel })
    } else if (range) {
      entity(`<!${range}>`, { type: 'broadcast', range })
    } else if (address) {
      entity(`<${address.replace(/&/g, '&amp;')}>`, { type: 'link', url: address })
    } else if (email) {
      entity(`<mailto:${email}|${email}>`, { type: 'link', url: `mailto:${email}`, text: email })
    } else if (emoji) {
      entity(whole, { type: 'emoji', name: emoji })
    } else {
      plain(whole)
    }
  }
  plain(typed.slice(end))
  return { text, mentions, richText: [richTextBlock(elements)] }
}

/** The `rich_text` block that stands for words without layout. */
export function richTextBlock(elements: JsonObject[]): JsonObject {
  return {
    type: 'rich_text',
    block_id: freshBlockId(),
    elements: [{ type: 'rich_text_section', elements }],
  }
}

/** Reads what a thread says, with whatever its messages hold for a reader. */

import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Log } from '../../log.js'
import { byTs } from '../../store/rows/timestamps.js'
import type { Address, MessageRest, ThreadMessage, ThreadRange } from '../../turns/model.js'
import { PAGE_MESSAGES } from '../api/limits.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { forwardedMessages } from './attachments.js'
import type { BotIdentity } from './bot-identity.js'
import { othersWords } from './message-text.js'
import { readListedMessage } from './read-events.js'

/** Slack tells a thread from its beginning, and only its end is wanted; longer ones are read as far as this. */
const MOST_PAGES = 25

/** What people and apps say; all else is Slack talking about messages. */
const SAID = new Set([undefined, 'file_share', 'thread_broadcast', 'me_message', 'bot_message'])

const LISTED = z.looseObject({
  ts: z.string(),
  subtype: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  username: z.string().nullish(),
  bot_profile: z.looseObject({ name: z.string().nullish() }).nullish(),
  text: z.string().nullish(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  files: z.array(z.looseObject({ name: z.string().nullish(), mimetype: z.string().nullish() })).nullish(),
})

type Listed = z.infer<typeof LISTED>

export class ThreadReader {
  constructor(
    private readonly web: WebClient,
    private readonly bot: BotIdentity,
    private readonly log: Log,
  ) {}

  /**
   * Oldest first, without what the bot itself wrote. `unreadable`: Slack lets the bot read nothing there.
   * @throws Unavailable
   */
  async read(thread: Address, range: ThreadRange): Promise<readonly ThreadMessage[] | 'unreadable'> {
    try {
      return await this.#read(thread, range)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.log.warn({ channel: thread.channel, code: error.code }, 'thread not readable')
      return 'unreadable'
    }
  }

  /**
   * What one of its messages holds besides its words; null where Slack does not list it.
   * @throws Unavailable
   */
  async readOne({ channel, threadTs }: Address, ts: string): Promise<MessageRest | null> {
    const bounds = { oldest: ts, latest: ts, inclusive: true, limit: 2 }
    try {
      const answer = await slackCall(() => this.web.conversations.replies({ channel, ts: threadTs, ...bounds }))
      // The first message of a thread heads every page, whatever the bounds are.
      const listed = (answer.messages ?? []).find((message) => message.ts === ts)
      return listed === undefined ? null : readListedMessage(listed, { team: '', channel, kind: 'shared' }, this.bot)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.log.warn(
        { channel, code: error.code },
        'slack message not readable: what was attached to a mention is not heard',
      )
      return null
    }
  }

  async #read({ channel, threadTs }: Address, range: ThreadRange): Promise<ThreadMessage[]> {
    let found: ThreadMessage[] = []
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const bounds = { latest: range.before, ...(range.after === null ? {} : { oldest: range.after }) }
      const paging = { ...bounds, limit: PAGE_MESSAGES, ...(cursor ? { cursor } : {}) }
      const answer = await slackCall(() => this.web.conversations.replies({ channel, ts: threadTs, ...paging }))
      const said = (answer.messages ?? []).flatMap((listed) => this.#said(listed, range))
      found = [...found, ...said].sort(byTs).slice(-range.limit)
      cursor = answer.response_metadata?.next_cursor
      if (!cursor) break
    }
    return found
  }

  #said(listed: object, { after, before, without }: ThreadRange): ThreadMessage[] {
    const parsed = LISTED.safeParse(listed)
    if (!parsed.success) return []
    const message = parsed.data
    const { ts } = message
    // The first message of a thread heads every page, whatever the bounds are.
    const isWanted = (after === null || byTs(message, { ts: after }) > 0) && byTs(message, { ts: before }) < 0
    if (!isWanted || without.has(ts) || !SAID.has(message.subtype) || this.#isOwn(message)) return []
    const isApps = Boolean(message.bot_id) || message.user === undefined
    const read: ThreadMessage = {
      ...othersWords(message.text ?? '', message.blocks),
      ts,
      author: isApps ? message.username || message.bot_profile?.name || null : null,
      authorId: isApps ? null : (message.user ?? null),
      files: (message.files ?? []).map(({ name, mimetype }) => ({
        name: name ?? 'file',
        mimetype: mimetype ?? 'application/octet-stream',
      })),
      forwarded: forwardedMessages(message.attachments),
    }
    return read.text === '' && read.files.length === 0 && read.forwarded.length === 0 ? [] : [read]
  }

  #isOwn({ user, bot_id }: Listed): boolean {
    return user === this.bot.userId || (this.bot.botId !== null && bot_id === this.bot.botId)
  }
}

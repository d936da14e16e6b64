/** What "it" and "the second one" mean, worked out from the session's history, so that a follow-up is understood after any restart. */
import { z } from 'zod'
import type { HistoryItem, ToolCall, ToolOutcome } from '../session/brain.js'
import { mailsIn, parsed, type SeenMail } from './mail.js'
import { listTitle, sender, timeOfDay } from './markdown.js'

const LISTED = /^\d+\. \*\*(.+?)\*\* — ([^,\n]+), .*?(\d\d:\d\d)[,.]/gm
/** Tools whose message is what the conversation is about afterwards, also where the person said no. */
const ABOUT_A_MAIL =
  /^gmail_(?:get_message_by_id|get_attachment_by_id|modify_message_labels|trash_message|untrash_message)$/

export class Shown {
  readonly list: SeenMail[] = []
  mail: SeenMail | undefined
  /** Id of the draft written last, until it is sent. */
  draftId: string | undefined
  query: string | undefined
  readonly #known = new Map<string, SeenMail>()

  /** Replays a session's history, whose lists were written in this IANA time zone. */
  static from(history: readonly HistoryItem[], timeZone: string): Shown {
    const shown = new Shown()
    let inARow = new Set<unknown>()
    for (const item of history) {
      const id = item.type === 'tool' && ABOUT_A_MAIL.test(item.call.name) ? item.call.input.message_id : undefined
      if (item.type === 'agent') shown.#readList(item.text, timeZone)
      if (item.type === 'tool') shown.#readTool(item.call, item.outcome)
      inARow = id === undefined ? new Set() : inARow.add(id)
      if (id !== undefined) shown.mail = inARow.size === 1 ? shown.#known.get(String(id)) : undefined
    }
    return shown
  }

  /** Takes in mails that a tool answered with; answers with what is known of them by now, in the same order. */
  learn(mails: readonly SeenMail[]): SeenMail[] {
    return mails.map((mail) => {
      const fuller = mail.isWhole ? mail : (this.#known.get(mail.id) ?? mail)
      this.#known.set(mail.id, fuller)
      return fuller
    })
  }

  known(): SeenMail[] {
    return [...this.#known.values()]
  }

  /** Remembers the list that is about to be shown. A list of one is also what "it" means. */
  showList(mails: readonly SeenMail[]): void {
    this.list.splice(0, this.list.length, ...mails)
    this.mail = mails.length === 1 ? mails[0] : undefined
  }

  /** What it finds takes the place of all that was spoken of before. */
  beginSearch(query: string): void {
    this.query = query
    this.showList([])
  }

  #readList(markdown: string, timeZone: string): void {
    const left = this.known()
    const lines = [...markdown.matchAll(LISTED)]
    const listed = lines.flatMap(([, title, from, time]) => {
      const fits = (mail: SeenMail) =>
        listTitle(mail) === title && sender(mail) === from && timeOfDay(mail.date, timeZone) === time
      const at = left.findIndex(fits)
      return at === -1 ? [] : left.splice(at, 1)
    })
    if (lines.length > 0 && listed.length === lines.length) this.showList(listed)
  }

  #readTool({ name, input: { thread_id, format, query } }: ToolCall, outcome: ToolOutcome): void {
    const answer = outcome.status === 'ok' ? outcome.text : ''
    this.learn(mailsIn(answer))
    const received = ({ threadId, labels }: SeenMail) => threadId === thread_id && !/SENT|DRAFT/.test(labels.join())
    const byDate = (a: SeenMail, b: SeenMail) => a.date.getTime() - b.date.getTime()
    if (thread_id !== undefined) this.mail = this.known().filter(received).sort(byDate).at(-1)
    // A search for headers only compares senders; nobody saw what it found.
    if (name === 'gmail_fetch_mails' && format === undefined) this.beginSearch(String(query))
    if (name === 'gmail_create_draft' && outcome.status === 'ok') this.draftId = draftIdIn(answer)
    if (name === 'send_draft' && /^Sent|scheduled for/.test(answer)) this.draftId = undefined
  }
}

export function draftIdIn(answer: string): string | undefined {
  return parsed(z.object({ id: z.string() }), answer)?.id
}

/**
 * What "it", "her" and "the second one" mean: the mails that the conversation has seen, the numbered list that was shown last and the
 * mail that was spoken of last. Worked out from the session's history, so that a follow-up is understood after any restart.
 */
import type { HistoryItem } from '../brain.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { isWhen, listTitle, sender } from './markdown.js'
import { mailsIn, mergeMail, type SeenMail } from './seen-mail.js'
import { sendingResult } from './sending-result.js'

const LISTED = /^\d+\. \*\*(.+?)\*\* — ([^,\n]+), ([^,.\n]+)/gm
/** Tools whose message is what the conversation is about afterwards. */
const SINGLE_MAIL_TOOLS = new Set([
  'gmail_get_message_by_id',
  'gmail_get_attachment_by_id',
  'gmail_modify_message_labels',
  'gmail_trash_message',
  'gmail_untrash_message',
])

export class Shown {
  /** The numbered list shown last: number → mail. */
  readonly list: SeenMail[] = []
  /** The mail spoken of last. */
  mail: SeenMail | undefined
  /** Id of the draft written last, until it is sent. */
  draftId: string | undefined
  /** The search that found the list shown last, in Gmail's syntax. */
  query: string | undefined
  readonly #known = new Map<string, SeenMail>()
  readonly #timeZone: string

  constructor(timeZone: string) {
    this.#timeZone = timeZone
  }

  /** Replays a session's history, whose lists were written in this IANA time zone. */
  static from(history: readonly HistoryItem[], timeZone: string): Shown {
    const shown = new Shown(timeZone)
    let inARow = new Set<string>()
    for (const item of history) {
      if (item.type === 'agent') {
        shown.#readList(item.text)
        inARow = new Set()
      } else if (item.type === 'tool' && item.outcome.status === 'ok') {
        const { name, input } = item.call
        shown.#readTool(name, input, item.outcome.text)
        const id = messageIdOf(input)
        inARow = SINGLE_MAIL_TOOLS.has(name) && id !== undefined ? inARow.add(id) : new Set()
        // Several mails at once: none of them is "it".
        if (inARow.size > 1) shown.mail = undefined
      }
    }
    return shown
  }

  /** Takes in mails that a tool answered with; answers with what is known of them by now, in the same order. */
  learn(mails: readonly SeenMail[]): SeenMail[] {
    return mails.map((mail) => {
      const earlier = this.#known.get(mail.id)
      const merged = earlier === undefined ? mail : mergeMail(earlier, mail)
      this.#known.set(mail.id, merged)
      return merged
    })
  }

  known(): SeenMail[] {
    return [...this.#known.values()]
  }

  byId(id: string): SeenMail | undefined {
    return this.#known.get(id)
  }

  /** Remembers the list that is about to be shown. A list of one is also what "it" means. */
  showList(mails: readonly SeenMail[]): void {
    this.list.splice(0, this.list.length, ...mails)
    this.mail = mails.length === 1 ? mails[0] : undefined
  }

  /** Labelling tools answer with the labels that the message has now. */
  #relabel(id: string | undefined, answer: string): void {
    const mail = id === undefined ? undefined : this.#known.get(id)
    const json = parseLoosely(answer)
    if (mail === undefined || !isRecord(json) || !Array.isArray(json.labelIds)) return
    this.#known.set(mail.id, { ...mail, labels: json.labelIds.filter((label) => typeof label === 'string') })
  }

  #readList(markdown: string): void {
    const entries = [...markdown.matchAll(LISTED)]
    if (entries.length === 0) return
    const left = this.known()
    const listed: SeenMail[] = []
    for (const [, title, from, written = ''] of entries) {
      const at = left.findIndex(
        (mail) => listTitle(mail) === title && sender(mail) === from && isWhen(written, mail.date, this.#timeZone),
      )
      const mail = at === -1 ? undefined : left.splice(at, 1)[0]
      if (mail === undefined) return
      listed.push(mail)
    }
    this.showList(listed)
  }

  #readTool(name: string, input: Record<string, unknown>, answer: string): void {
    const mails = this.learn(mailsIn(answer))
    const id = messageIdOf(input)
    if (SINGLE_MAIL_TOOLS.has(name)) {
      this.#relabel(id, answer)
      this.mail = (id === undefined ? undefined : this.#known.get(id)) ?? mails[0]
    }
    if (name === 'gmail_fetch_mails') this.query = textOf(input.query)
    if (name === 'gmail_get_thread_by_id')
      this.mail = mails.filter((mail) => !mail.labels.includes('SENT')).at(-1) ?? mails.at(-1)
    else if (name === 'gmail_create_draft') this.draftId = draftIdIn(answer)
    else if (name === 'gmail_send_draft' || (name === 'send_draft' && leaves(answer))) this.draftId = undefined
  }
}

/** Whether a draft that the host was asked to send is on its way, so that it is no draft any more. */
function leaves(answer: string): boolean {
  const { type } = sendingResult(answer)
  return type === 'sent' || type === 'scheduled'
}

function messageIdOf(input: Record<string, unknown>): string | undefined {
  return textOf(input.message_id) ?? textOf(input.messageId) ?? textOf(input.id)
}

/** Id of the draft in an answer of a draft tool. */
export function draftIdIn(answer: string): string | undefined {
  const json = parseLoosely(answer)
  if (!isRecord(json)) return undefined
  const inner = isRecord(json.draft) ? json.draft : isRecord(json.data) ? json.data : json
  return textOf(inner.id) ?? textOf(inner.draft_id) ?? textOf(inner.draftId)
}

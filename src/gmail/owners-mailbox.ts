/** One owner's mailbox, read through its tools: drafts, messages and threads, whole or not at all. */

import { z } from 'zod'
import type { IdentifiedPerson } from '../turns/model.js'
import { UnsendableMail } from '../turns/outgoing-mail.js'
import { Unavailable } from '../turns/ports.js'
import { type ReadMail, readLabels, readMail } from './mail-reading.js'
import type { ToolInput } from './tool-input.js'
import { type MailboxTools, READ, ToolRefused } from './tool-runner.js'
import type { ReadToolName } from './tools.js'

export class OwnersMailbox {
  /** @param owner its address; null where it is not known */
  constructor(
    private readonly tools: MailboxTools,
    readonly person: IdentifiedPerson,
    readonly owner: string | null,
  ) {}

  /** @throws UnsendableMail where there is none, NotConnected, Unavailable, OperatorProblem */
  async draft(id: string): Promise<ReadMail> {
    const mail = await this.#whole(READ.draft, { draft_id: id })
    // Whoever threw a draft away does not want it sent.
    if (mail === null || mail.labels.includes('TRASH')) throw new UnsendableMail('There is no such draft any more.')
    return mail
  }

  /** Null where there is none. @throws NotConnected, Unavailable, OperatorProblem */
  async message(id: string): Promise<ReadMail | null> {
    return await this.#whole(READ.message, { message_id: id })
  }

  /** Oldest first; null where there is none. @throws NotConnected, Unavailable, OperatorProblem */
  async thread(id: string): Promise<{ readonly id: string; readonly messages: readonly ReadMail[] } | null> {
    const answer = await this.#read(READ.thread, { thread_id: id })
    if (answer === null) return null
    const messages = await Promise.all(listIn(answer, ['messages']).map((message) => readMail(message, this.owner)))
    return { id, messages: messages.filter((message) => message !== null) }
  }

  /** Null where there is no such message, or the mailbox does not tell. @throws NotConnected, Unavailable, OperatorProblem */
  async labels(id: string): Promise<readonly string[] | null> {
    const answer = await this.#read(READ.message, { message_id: id, format: 'minimal' })
    return readLabels(answer)?.labels ?? null
  }

  /** The same of all messages of a thread; null where it is not told of each. @throws NotConnected, Unavailable, OperatorProblem */
  async threadLabels(id: string): Promise<{ readonly id: string; readonly labels: readonly string[] }[] | null> {
    const answer = await this.#read(READ.thread, { thread_id: id, format: 'minimal' })
    if (answer === null) return null
    const told = listIn(answer, ['messages']).map(readLabels)
    const named = told.flatMap((one) => (one === null || one.id === null ? [] : [{ id: one.id, labels: one.labels }]))
    return named.length === told.length ? named : null
  }

  /** Ids of the drafts, newest first. @throws NotConnected, Unavailable, OperatorProblem */
  async draftIds(most: number): Promise<string[]> {
    const answer = await this.#read(READ.drafts, { max_results: most })
    return listIn(answer, ['drafts']).flatMap(idOf).slice(0, most)
  }

  /** What a search finds, newest first; null where the mailbox refuses it. @throws NotConnected, Unavailable, OperatorProblem */
  async search(query: string, most: number): Promise<{ id: string; date: number | null }[] | null> {
    const answer = await this.#read(READ.search, { query, max_results: most })
    if (answer === null) return null
    const found = listIn(answer, ['messages', 'emails', 'mails'])
    return found.flatMap((message) => idOf(message).map((id) => ({ id, date: dateOf(message) }))).slice(0, most)
  }

  /** Asked for as the mail itself where the usual form leaves something out. */
  async #whole(tool: ReadToolName, input: ToolInput): Promise<ReadMail | null> {
    const answer = await this.#read(tool, input)
    if (answer === null) return null
    const mail = await readMail(answer, this.owner)
    if (mail?.parts != null && !mail.isFlat) return mail
    const raw = await readMail(await this.#read(tool, { ...input, format: 'raw' }), this.owner)
    if (mail === null) return raw
    return raw?.parts == null ? mail : { ...mail, fields: raw.fields, parts: raw.parts }
  }

  async #read(tool: ReadToolName, input: ToolInput): Promise<unknown> {
    try {
      return (await this.tools.read(this.person, tool, input)) ?? null
    } catch (error) {
      if (error instanceof ToolRefused) return null
      throw error
    }
  }
}

const identified = z.union([
  z.looseObject({ id: z.string() }).transform(({ id }) => id),
  z.looseObject({ draft_id: z.string() }).transform(({ draft_id }) => draft_id),
  z.looseObject({ draftId: z.string() }).transform(({ draftId }) => draftId),
  z.looseObject({ message_id: z.string() }).transform(({ message_id }) => message_id),
  z.looseObject({ messageId: z.string() }).transform(({ messageId }) => messageId),
])

/** The id of what a tool made or lists; none where the answer does not tell. */
export function idOf(value: unknown): string[] {
  const parsed = identified.safeParse(value)
  if (parsed.success) return [parsed.data]
  const wrapped = z
    .union([z.looseObject({ draft: identified }), z.looseObject({ message: identified })])
    .safeParse(value)
  if (!wrapped.success) return []
  return [wrapped.data.draft ?? wrapped.data.message].filter((id) => typeof id === 'string')
}

const dated = z.looseObject({ internalDate: z.coerce.number() }).transform(({ internalDate }) => internalDate)

function dateOf(value: unknown): number | null {
  const parsed = dated.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** An answer without its list tells of nothing found; one of another form must not read as that. */
function listIn(answer: unknown, names: readonly string[]): readonly unknown[] {
  if (Array.isArray(answer)) return answer
  if (answer === null || typeof answer !== 'object') return []
  const fields = new Map<string, unknown>(Object.entries(answer))
  for (const name of names) {
    const list = fields.get(name)
    if (Array.isArray(list)) return list
  }
  const inner = fields.get('thread') ?? fields.get('data')
  if (typeof inner === 'object' && inner !== null) return listIn(inner, names)
  if (fields.size === 0 || fields.has('resultSizeEstimate')) return []
  throw new Unavailable('scalekit', `The mailbox answered without ${names[0]}`)
}

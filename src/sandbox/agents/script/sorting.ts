/** Answers that sort mail: labels, stars, the archive, the trash; and taking the last of it back. */
import { z } from 'zod'
import type { HistoryItem, ToolCall } from '../session/brain.js'
import { parsed, type SeenMail } from './mail.js'
import { counted, enumerated, listTitle, named } from './markdown.js'
import { pickSome } from './pick-mail.js'
import { numbered, obstacle, type ScriptTurn, warnings } from './turn.js'
import type { Captures } from './understand.js'
import * as say from './words.js'

const LABELS_TOOL = 'gmail_modify_message_labels'
const BATCH_TOOL = 'gmail_batch_modify_messages'
/** More than so many are one call. */
const MOST_SINGLY = 10
/** All that leaves a trace; only the last of it is undone, and what was written cannot be. */
const ACTS = /^(?:send_|reply_)|create_draft|modify|trash/
const LABELS = z.object({ labels: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })) })

export interface Change {
  readonly done: string
  readonly add?: string
  readonly remove?: string
  readonly tool?: 'gmail_trash_message' | 'gmail_untrash_message'
}

export async function change(turn: ScriptTurn, words: string, { done, add, remove, tool }: Change): Promise<void> {
  const picked = await pickSome(turn, words)
  if (picked === undefined) return
  const { mails, total } = picked
  const labels = tool === undefined ? { add_label_ids: add && [add], remove_label_ids: remove && [remove] } : {}
  const ids = mails.map(({ id }) => id)
  const isBatch = tool === undefined && ids.length > MOST_SINGLY && turn.tools.has(BATCH_TOOL)
  const calls = isBatch
    ? [{ name: BATCH_TOOL, input: { message_ids: ids, ...labels } }]
    : ids.map((id) => ({ name: tool ?? LABELS_TOOL, input: { message_id: id, ...labels } }))
  const isNew = mails.length > 1 && mails.some((mail) => !turn.shown.list.includes(mail))
  await turn.say(isNew ? await numbered(turn, mails) : await warnings(turn, mails))
  await carryOut(turn, calls, mails, done)
  if (mails.length < total) await turn.say(say.onlySome(mails.length, total))
}

async function carryOut(turn: ScriptTurn, calls: readonly ToolCall[], mails: readonly SeenMail[], done: string) {
  turn.shown.mail = mails.length === 1 ? mails[0] : undefined
  const outcomes = await turn.tools.callEach(calls)
  // One call about all of them has one outcome.
  const those = (status: string) =>
    mails.filter((_mail, index) => outcomes[calls.length === 1 ? 0 : index]?.status === status)
  const titles = (status: string) => enumerated(those(status).map((mail) => `“${listTitle(mail)}”`))
  const [first, ...others] = those('ok')
  if (first === undefined) throw obstacle(calls[0]?.name ?? '', outcomes[0])
  const what = others.length === 0 ? named(first) : counted(others.length + 1)
  await turn.say(say.changed(done, what), say.leftBecauseOfNo(titles('denied')), say.gmailRefused(titles('error')))
}

/** Puts on the label of this name ("Loans" means "Atlas/Loans" too). */
export async function label(turn: ScriptTurn, { mail = 'it', label: name = '' }: Captures): Promise<void> {
  const labels = parsed(LABELS, await turn.tools.call('gmail_list_labels', {}))?.labels ?? []
  const own = labels.filter(({ type }) => type === 'user')
  const wanted = `/${name.replace(/["“”']/g, '')}`.toLowerCase()
  const found = own.find((one) => `/${one.name}`.toLowerCase().endsWith(wanted))
  if (found === undefined) return await turn.say(say.noLabel(name, own))
  await change(turn, mail, { done: `Labelled ${found.name}`, add: found.id })
}

/** Does the opposite of the last changes that were carried out, in all their mails. */
export async function undo(turn: ScriptTurn): Promise<void> {
  const isAct = (item: HistoryItem) => item.type === 'tool' && item.outcome.status === 'ok' && ACTS.test(item.call.name)
  const end = turn.history.findLastIndex(isAct)
  const begin = turn.history.findLastIndex((item, index) => index < end && item.type !== 'tool') + 1
  const changes = turn.history.slice(begin, end + 1).filter(isAct)
  const calls = changes.flatMap((item) => (item.type === 'tool' ? [opposite(item.call)] : []))
  const ids = calls.flatMap(({ input }) => (Array.isArray(input.message_ids) ? input.message_ids : [input.message_id]))
  const mails = ids.flatMap((wanted) => turn.shown.known().find(({ id }) => id === wanted) ?? [])
  if (mails.length === 0 || mails.length < ids.length) return await turn.say(say.NOTHING_TO_UNDO)
  await carryOut(turn, calls, mails, 'Undone')
}

function opposite({ name, input }: ToolCall): ToolCall {
  const { message_id, message_ids, add_label_ids, remove_label_ids } = input
  const tool = name.replace(/(un)?trash/, (_all, un) => (un === undefined ? 'untrash' : 'trash'))
  return {
    name: tool,
    input: { message_id, message_ids, add_label_ids: remove_label_ids, remove_label_ids: add_label_ids },
  }
}

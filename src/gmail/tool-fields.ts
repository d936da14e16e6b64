/**
 * The input of a tool call, field by field, as its owner reads it before they decide. Nothing is left out: a field without a label is shown under its
 * own name. Pure.
 */

import { isLabelField, listsEmails } from './label-changes.js'
import type { ToolInput } from './tool-input.js'

/** Labels by field name, in the order of the card. */
const LABELS: Readonly<Record<string, string>> = {
  to: 'To',
  recipient_email: 'To',
  cc: 'Cc',
  bcc: 'Bcc',
  subject: 'Subject',
  body: 'Text',
  message: 'Text',
  message_body: 'Text',
  html_body: 'Text (HTML)',
  thread_id: 'Conversation',
  message_id: 'Email',
  in_reply_to_message_id: 'In reply to',
  draft_id: 'Draft',
  add_label_ids: 'Add labels',
  remove_label_ids: 'Remove labels',
  attachments: 'Attachments',
}

/** Ids of the mails that a call is about. */
const SUBJECTS = new Set(['message_id', 'message_ids', 'ids', 'thread_id', 'thread_ids', 'draft_id', 'draft_ids'])
const ID_FIELD = /(^|_)ids?$/
const BODY_FIELDS = new Set(['body', 'message', 'message_body', 'html_body', 'text', 'content'])

export interface ToolField {
  readonly name: string
  readonly label: string
  /** What people read: what an id stands for where somebody has said it, else the value. */
  readonly value: string
  /** `id`: a bare id that no result has named. `body`: a text with lines of its own. */
  readonly kind: 'short' | 'body' | 'id'
}

/** @param names what ids stand for: "Invoice 20417, from Vandermeer" */
export function fieldsOf(input: ToolInput, names: ReadonlyMap<string, string>): ToolField[] {
  const isGiven = ([, value]: [string, unknown]) => value !== null && value !== undefined && value !== ''
  const order = Object.keys(LABELS)
  const rank = ({ name }: ToolField) => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(input)
    .filter(isGiven)
    .map(([name, value]) => fieldOf(name, value, names))
    .sort((a, b) => rank(a) - rank(b))
}

function fieldOf(name: string, value: unknown, names: ReadonlyMap<string, string>): ToolField {
  const named = ID_FIELD.test(name) ? nameOf(name, value, names) : null
  const isUnknownId = named === null && ID_FIELD.test(name)
  return {
    name,
    label: Object.hasOwn(LABELS, name) ? (LABELS[name] ?? name) : name.replaceAll('_', ' '),
    value: named ?? inWords(value),
    kind: BODY_FIELDS.has(name) ? 'body' : isUnknownId ? 'id' : 'short',
  }
}

/** It lists the emails that one call is about: a card shows them one below the other. */
export function isList({ name }: ToolField, input: ToolInput): boolean {
  return listsEmails(name, input)
}

/** It lists labels that are added or taken away. */
export function isLabels({ name }: ToolField): boolean {
  return isLabelField(name)
}

/** The call is about a mail, and none of its fields says which. */
export function isUnnamed(fields: readonly ToolField[]): boolean {
  const tells = ({ name, kind }: ToolField) =>
    kind === 'body' || name === 'subject' || (kind === 'short' && ID_FIELD.test(name) && !isLabelField(name))
  return fields.some(({ name }) => SUBJECTS.has(name)) && !fields.some(tells)
}

/** The name of the first mail that a call is about; null where nobody has said it. */
export function subjectOf(input: ToolInput, names: ReadonlyMap<string, string>): string | null {
  const known = Object.entries(input).flatMap(([field, value]) =>
    ID_FIELD.test(field) && !isLabelField(field) && typeof value === 'string' ? (names.get(value) ?? []) : [],
  )
  return known[0] ?? null
}

/** Null where one of the ids is not known by name; a label's id stands for itself. */
function nameOf(field: string, value: unknown, names: ReadonlyMap<string, string>): string | null {
  const ids: unknown[] = Array.isArray(value) ? value : [value]
  const known = ids.map((id) => (typeof id === 'string' ? names.get(id) : undefined))
  if (isLabelField(field)) return ids.map((id, index) => known[index] ?? inWords(id)).join(', ')
  return known.every((name) => name !== undefined) ? known.join(', ') : null
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  return value === undefined ? '' : JSON.stringify(value)
}

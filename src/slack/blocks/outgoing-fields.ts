/** What a mail that is to leave says beside its text, field by field, as its owner reads it. Pure. */

import { visibly } from '../../gmail/look-alikes.js'
import type { MailAddress, MailAttachment, ResolvedMail } from '../../turns/outgoing-mail.js'
import { shorten } from '../../turns/shorten.js'
import { onOneLine } from './card-text.js'
import * as words from './outgoing-words.js'

export type Lines = readonly (readonly [name: string, value: string])[]

/** @param most people on one line */
export function fieldsOf({ content, warnings }: ResolvedMail, mailbox: string | null, most?: number): Lines {
  const from = content.from === null ? mailbox : addressText(content.from)
  return [
    ...(from === null ? [] : [['From', from] as const]),
    ...recipientFields(content, most),
    ['Subject', value('subject', content.subject) || words.NO_SUBJECT],
    ...(content.attachments.length === 0
      ? []
      : [['Attachments', content.attachments.map(attachmentText).join(', ')] as const]),
    ...content.otherFields.map(([name, said]) => [shorten(value('from', name), 80), value('from', said)] as const),
    ...(content.body.format === 'html' ? [['Format', words.HTML_SHOWN_AS_TEXT] as const] : []),
    ...warnings.map((warning) => [words.CHECK, onOneLine(warning)] as const),
  ]
}

/** @param most people on one line */
export function recipientFields({ to, cc, bcc }: ResolvedMail['content'], most = Number.POSITIVE_INFINITY): Lines {
  const fields = [
    ['To', to],
    ['Cc', cc],
    ['Bcc', bcc],
  ] as const
  return fields.flatMap(([name, people]) =>
    groups(people, most).map((some) => [name, some.map(addressText).join(', ')] as const),
  )
}

function groups<Item>(items: readonly Item[], most: number): Item[][] {
  if (items.length <= most) return items.length === 0 ? [] : [[...items]]
  return [items.slice(0, most), ...groups(items.slice(most), most)]
}

/** The same fields, with what is too long for its place named by number, and listed above. */
export function fieldsInShort(mail: ResolvedMail, fields: Lines): Lines {
  const { to, cc, bcc, attachments } = mail.content
  const counts = new Map([
    ['To', counted(to)],
    ['Cc', counted(cc)],
    ['Bcc', counted(bcc)],
    ['Attachments', `${attachments.length} files, ${words.SHOWN_ABOVE}`],
  ])
  return fields.map(([name, said]) =>
    said.length <= LONGEST_IN_SHORT ? [name, said] : [name, counts.get(name) ?? shorten(said, LONGEST_IN_SHORT)],
  )
}

const LONGEST_IN_SHORT = 300

function counted(people: readonly MailAddress[]): string {
  const domains = new Set(people.map(({ address }) => address.slice(address.lastIndexOf('@') + 1).toLowerCase()))
  const at =
    domains.size === 1
      ? `all at ${[...domains].map((domain) => value('to', domain)).join()}`
      : `at ${domains.size} domains`
  return `${people.length} people, ${at}, ${words.SHOWN_ABOVE}`
}

function addressText({ name, address }: MailAddress): string {
  return name === '' ? value('to', address) : `${value('to', name)} <${value('to', address)}>`
}

/** Brings no lines of its own, and nothing that cannot be seen. */
export function value(field: string, said: string): string {
  return onOneLine(visibly(field, said))
}

const TYPES: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/zip': 'ZIP',
  'text/plain': 'text',
  'text/csv': 'CSV',
  'text/calendar': 'calendar',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
}

function attachmentText({ name, type, size }: MailAttachment): string {
  const kind = Object.hasOwn(TYPES, type) ? TYPES[type] : value('from', type)
  return `${value('from', name)} (${[kind, ...(size === null ? [] : [bytes(size)])].join(', ')})`
}

function bytes(size: number): string {
  if (size < 1_000) return `${size} B`
  if (size < 1_000_000) return `${Math.round(size / 1_000)} KB`
  return `${(size / 1_000_000).toFixed(1)} MB`
}

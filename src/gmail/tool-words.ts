/**
 * What the agent does, in a person's words. A line names the kind of work and the little of the input that says what about;
 * never a result. Tool names are Scalekit's for Gmail.
 */

import { shorten } from './shorten.js'

type Input = Readonly<Record<string, unknown>>

/** One line for the reply: "Searching mail: from dana". Plain text, unescaped. */
export function describeToolCall(name: string, input: Input): string {
  const describe = Object.hasOwn(DESCRIPTIONS, name) ? DESCRIPTIONS[name] : undefined
  return describe === undefined ? `Using ${oneLine(name.replace(/^gmail_/, '').replaceAll('_', ' '))}` : describe(input)
}

/** The same without anything of the input, for where others read along. */
export function describeToolKind(name: string): string {
  return describeToolCall(name, {})
}

const DESCRIPTIONS: Readonly<Record<string, (input: Input) => string>> = {
  gmail_fetch_mails: (input) => about('Searching mail', words(input, 'query', 'q')),
  gmail_list_threads: (input) => about('Looking through conversations', words(input, 'query', 'q')),
  gmail_get_message_by_id: () => 'Reading a message',
  gmail_get_thread_by_id: () => 'Reading a conversation',
  gmail_get_attachment_by_id: () => 'Opening an attachment',
  gmail_list_labels: () => 'Looking up labels',
  gmail_list_drafts: () => 'Looking through drafts',
  gmail_get_draft: () => 'Reading a draft',
  gmail_get_profile: () => 'Looking at the mailbox',
  gmail_search_people: (input) => about('Looking up people', words(input, 'query', 'q', 'name')),
  gmail_get_contacts: () => 'Looking up contacts',
  gmail_create_draft: (input) => about('Writing a draft', words(input, 'subject')),
  gmail_update_draft: (input) => about('Changing a draft', words(input, 'subject')),
  gmail_modify_message_labels: (input) =>
    isArchiving('gmail_modify_message_labels', input) ? 'Archiving a message' : 'Changing the labels of a message',
  gmail_modify_thread_labels: (input) =>
    isArchiving('gmail_modify_thread_labels', input)
      ? 'Archiving a conversation'
      : 'Changing the labels of a conversation',
  gmail_trash_message: () => 'Moving a message to the trash',
  gmail_trash_thread: () => 'Moving a conversation to the trash',
  gmail_untrash_message: () => 'Taking a message out of the trash',
  gmail_untrash_thread: () => 'Taking a conversation out of the trash',
  // Nothing of these happens before its owner agrees: until then, it is only made ready.
  send_email: (input) => toWhom('Preparing an email', input),
  reply_to_email: (input) => toWhom('Preparing a reply', input),
  send_draft: () => 'Preparing a draft for sending',
  gmail_send_message: (input) => about('Sending mail', words(input, 'to', 'recipient_email', 'subject')),
  gmail_send_draft: (input) => about('Sending a draft', words(input, 'to', 'recipient_email', 'subject')),
  gmail_reply_to_thread: (input) => about('Replying', words(input, 'to', 'recipient_email', 'subject')),
}

/** Gmail archives by taking the label INBOX away, and nothing else. */
export function isArchiving(name: string, { add_label_ids, remove_label_ids }: Input): boolean {
  const isEmpty = (labels: unknown) =>
    labels === undefined || labels === null || (Array.isArray(labels) && labels.length === 0)
  return (
    /^gmail_modify_(?:message|thread)_labels$/.test(name) &&
    isEmpty(add_label_ids) &&
    Array.isArray(remove_label_ids) &&
    remove_label_ids.length === 1 &&
    remove_label_ids[0] === 'INBOX'
  )
}

const LONGEST_DETAIL = 80

function about(what: string, detail: string): string {
  return detail === '' ? what : `${what}: ${shorten(detail, LONGEST_DETAIL)}`
}

function toWhom(what: string, input: Input): string {
  const people = words(input, 'to')
  return people === '' ? what : `${what} to ${shorten(people, LONGEST_DETAIL)}`
}

/** The first of these fields that holds words. */
function words(input: Input, ...fields: readonly string[]): string {
  for (const field of fields) {
    const value = input[field]
    const text = Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(', ') : value
    if (typeof text === 'string' && text.trim() !== '') return oneLine(text)
  }
  return ''
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

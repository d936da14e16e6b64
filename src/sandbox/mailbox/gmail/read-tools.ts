/** The tools that only look. */
import { z } from 'zod'
import type { Message } from '../store/mailbox.js'
import { pageOf } from './paging.js'
import { partContent, withPayload } from './payload.js'
import { peopleIn, personMatches } from './people.js'
import {
  type GmailDraftList,
  type GmailLabel,
  type GmailMessageList,
  type GmailProfile,
  type GmailThreadList,
  gmailDraft,
  gmailMessage,
  gmailThread,
  MESSAGE_FORMATS,
  type MessageFormat,
  type Person,
  snippetOf,
} from './resource.js'
import { type GmailTool, gmailTool } from './tool.js'

const DEFAULT_RESULTS = 20
const format = z
  .enum(MESSAGE_FORMATS)
  .optional()
  .describe('Format of the returned message: full, metadata, minimal or raw.')
const maxResults = z.number().int().min(1).max(500).optional()
const pageToken = z.string().optional().describe('Page token for pagination.')
const query = z
  .string()
  .optional()
  .describe("Search query in Gmail's search syntax (e.g. 'is:unread from:user@example.com').")
const labelIds = z.array(z.string()).optional().describe('Label ids that a result must all have.')
const includeSpamTrash = z.boolean().optional().describe('Whether to include spam and trash.')
const personFields = z.array(z.string()).optional().describe('Fields to include for each person.')

/** What is asked for without a format is asked for in full. */
function isFull(wanted: MessageFormat | undefined): boolean {
  return (wanted ?? 'full') === 'full'
}

export const READ_TOOLS: readonly GmailTool[] = [
  gmailTool(
    'gmail_fetch_mails',
    'reads',
    'Fetch emails from the connected Gmail account using search filters, newest first.',
    {
      query,
      label_ids: labelIds,
      max_results: maxResults.describe('Maximum number of emails to fetch.'),
      page_token: pageToken,
      format,
      include_spam_trash: includeSpamTrash,
    },
    (mailbox, input): GmailMessageList => {
      const found = mailbox.search({
        query: input.query,
        labelIds: input.label_ids,
        includeSpamTrash: input.include_spam_trash,
      })
      const { items, total, ...next } = pageOf(found, input.max_results ?? DEFAULT_RESULTS, input.page_token)
      const messages = items.map((message) => gmailMessage(mailbox, message, input.format))
      return { messages, ...next, resultSizeEstimate: total }
    },
  ),
  gmailTool(
    'gmail_get_message_by_id',
    'reads',
    'Retrieve a specific Gmail message using its message ID.',
    { message_id: z.string().min(1).describe('Unique Gmail message ID.'), format },
    async (mailbox, input) => {
      const message = mailbox.message(input.message_id)
      const resource = gmailMessage(mailbox, message, input.format)
      return isFull(input.format) ? await withPayload(resource, message) : resource
    },
  ),
  gmailTool(
    'gmail_list_threads',
    'reads',
    'List threads in the connected Gmail account using optional search and label filters, latest first.',
    {
      query,
      label_ids: labelIds,
      max_results: maxResults.describe('Maximum number of threads to return.'),
      page_token: pageToken,
      include_spam_trash: includeSpamTrash,
    },
    (mailbox, input): GmailThreadList => {
      const latestOfThread = new Map<string, Message>()
      const found = mailbox.search({
        query: input.query,
        labelIds: input.label_ids,
        includeSpamTrash: input.include_spam_trash,
      })
      for (const message of found) {
        if (!latestOfThread.has(message.threadId)) latestOfThread.set(message.threadId, message)
      }
      const page = pageOf([...latestOfThread.values()], input.max_results ?? DEFAULT_RESULTS, input.page_token)
      const { items, total, ...next } = page
      return {
        threads: items.map((message) => ({
          id: message.threadId,
          historyId: mailbox.historyId,
          snippet: snippetOf(message),
        })),
        ...next,
        resultSizeEstimate: total,
      }
    },
  ),
  gmailTool(
    'gmail_get_thread_by_id',
    'reads',
    'Retrieve a specific Gmail thread with its messages, oldest first.',
    {
      thread_id: z.string().min(1).describe('Unique Gmail thread ID.'),
      format,
      metadata_headers: z.array(z.string()).optional().describe('Email headers to include when format is metadata.'),
    },
    (mailbox, input) => gmailThread(mailbox, mailbox.thread(input.thread_id), input.format, input.metadata_headers),
  ),
  gmailTool(
    'gmail_get_attachment_by_id',
    'reads',
    'Retrieve a specific attachment from a Gmail message; its data is base64url.',
    {
      message_id: z.string().min(1).describe('Unique Gmail message ID that contains the attachment.'),
      attachment_id: z.string().min(1).describe('Unique Gmail attachment ID.'),
      file_name: z.string().optional().describe('Preferred filename of the returned attachment.'),
    },
    async (mailbox, input) => {
      const part = await partContent(mailbox.message(input.message_id), input.attachment_id)
      const { content, ...attachment } =
        part === undefined
          ? await mailbox.attachment(input.message_id, input.attachment_id)
          : { ...part, id: input.attachment_id, size: part.content.length }
      return {
        attachmentId: attachment.id,
        filename: input.file_name ?? attachment.filename,
        mimeType: attachment.mimeType,
        size: attachment.size,
        data: content.toString('base64url'),
      }
    },
  ),
  gmailTool(
    'gmail_list_labels',
    'reads',
    'List all labels (system and user-created) with their IDs and names.',
    {},
    (mailbox): { labels: GmailLabel[] } => {
      const messages = mailbox.messages()
      return {
        labels: mailbox.labels().map((label) => {
          const labelled = messages.filter((message) => message.labels.has(label.id))
          const unread = labelled.filter((message) => message.labels.has('UNREAD'))
          return { ...label, messagesTotal: labelled.length, messagesUnread: unread.length }
        }),
      }
    },
  ),
  gmailTool(
    'gmail_list_drafts',
    'reads',
    'List draft emails, newest first.',
    { max_results: maxResults.describe('Maximum number of drafts to fetch.'), page_token: pageToken },
    (mailbox, input): GmailDraftList => {
      const { items, total, ...next } = pageOf(mailbox.drafts(), input.max_results ?? DEFAULT_RESULTS, input.page_token)
      return {
        drafts: items.map((draft) => gmailDraft(mailbox, draft, 'metadata')),
        ...next,
        resultSizeEstimate: total,
      }
    },
  ),
  gmailTool(
    'gmail_get_draft',
    'reads',
    'Retrieve a specific Gmail draft by draft ID.',
    { draft_id: z.string().min(1).describe("The Gmail draft ID. Example: 'r-1234567890123456789'."), format },
    async (mailbox, input) => {
      const draft = mailbox.draft(input.draft_id)
      const resource = gmailDraft(mailbox, draft, input.format)
      if (!isFull(input.format)) return resource
      return { ...resource, message: await withPayload(resource.message, draft.message) }
    },
  ),
  gmailTool(
    'gmail_get_profile',
    'reads',
    'Get the Gmail profile: email address, total message count, thread count and current history ID.',
    {},
    (mailbox): GmailProfile => {
      const messages = mailbox.messages()
      return {
        emailAddress: mailbox.address,
        messagesTotal: messages.length,
        threadsTotal: new Set(messages.map(({ threadId }) => threadId)).size,
        historyId: mailbox.historyId,
      }
    },
  ),
  gmailTool(
    'gmail_search_people',
    'reads',
    'Search people or contacts by a name or an email address.',
    {
      query: z.string().min(1).describe('Text query to search people (e.g. name, email address).'),
      other_contacts: z.boolean().optional().describe("Whether to include people not in the user's contacts."),
      page_size: z.number().int().min(1).max(30).optional().describe('Maximum number of people to return.'),
      person_fields: personFields,
    },
    (mailbox, input): { results: { person: Person }[] } => {
      const { contacts, others } = peopleIn(mailbox)
      const candidates = input.other_contacts === true ? [...contacts, ...others] : contacts
      const found = candidates.filter((person) => personMatches(person, input.query))
      return { results: found.slice(0, input.page_size ?? 10).map((person) => ({ person })) }
    },
  ),
  gmailTool(
    'gmail_get_contacts',
    'reads',
    'Fetch a list of contacts.',
    {
      max_results: z.number().int().min(1).max(1000).optional().describe('Maximum number of contacts to fetch.'),
      page_token: pageToken,
      person_fields: personFields,
    },
    (mailbox, input): { connections: Person[]; nextPageToken?: string; totalItems: number } => {
      const { contacts } = peopleIn(mailbox)
      const { items, total, ...next } = pageOf(contacts, input.max_results ?? 100, input.page_token)
      return { connections: items, ...next, totalItems: total }
    },
  ),
]

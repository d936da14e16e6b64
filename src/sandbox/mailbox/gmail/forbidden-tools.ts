/**
 * Tools that Scalekit has and that no agent should be given: permanent deletion, and settings that redirect mail or answer in the
 * owner's name. They are here so that a configuration that forgot to leave them out shows: the agent sees them, and the deletions work.
 */
import { z } from 'zod'
import { MailboxError } from '../store/mailbox-error.js'
import { type GmailTool, gmailTool } from './tool.js'

const DELETION_TOOLS: readonly GmailTool[] = [
  gmailTool(
    'gmail_delete_message',
    'never offered',
    'Permanently delete a single Gmail message. This bypasses Trash and CANNOT be undone.',
    { message_id: z.string().min(1) },
    (mailbox, input) => deleted(() => mailbox.deleteForever([input.message_id])),
  ),
  gmailTool(
    'gmail_batch_delete_messages',
    'never offered',
    'Permanently delete up to 1000 Gmail messages in a single batch request. This CANNOT be undone.',
    { message_ids: z.array(z.string().min(1)).min(1).max(1000) },
    (mailbox, input) => deleted(() => mailbox.deleteForever(input.message_ids)),
  ),
  gmailTool(
    'gmail_delete_thread',
    'never offered',
    'Permanently delete a Gmail thread and all of its messages, bypassing Trash. This CANNOT be undone.',
    { thread_id: z.string().min(1) },
    (mailbox, input) => deleted(() => mailbox.deleteForever(mailbox.thread(input.thread_id).map(({ id }) => id))),
  ),
  gmailTool(
    'gmail_delete_draft',
    'never offered',
    'Permanently delete a Gmail draft.',
    { draft_id: z.string().min(1) },
    (mailbox, input) => deleted(() => mailbox.deleteDraft(input.draft_id)),
  ),
]

/** Reversible as labelling is, but not among the tools this project hands out. */
const LABEL_TOOLS: readonly GmailTool[] = [
  gmailTool(
    'gmail_create_label',
    'never offered',
    'Create a new user label in the authenticated Gmail account.',
    {
      name: z.string().min(1),
      label_list_visibility: z.string().optional(),
      message_list_visibility: z.string().optional(),
    },
    (mailbox, input) => mailbox.createLabel(input.name),
  ),
]

/** Listed without their arguments, which may be anything; a call says that the sandbox's mailbox has no such settings. */
const SETTINGS_TOOLS: readonly GmailTool[] = (
  'create_delegate create_filter create_forwarding_address create_send_as delete_filter delete_forwarding_address delete_label ' +
  'delete_send_as get_auto_forwarding get_filter get_forwarding_address get_label get_send_as get_vacation_settings import_message ' +
  'insert_message list_delegates list_filters list_forwarding_addresses list_history list_send_as stop_mailbox_watch ' +
  'update_auto_forwarding update_label update_send_as update_vacation_settings verify_send_as watch_mailbox'
)
  .split(' ')
  .map((name) =>
    gmailTool(
      `gmail_${name}`,
      'never offered',
      `Gmail account settings: ${name.replaceAll('_', ' ')}.`,
      {},
      () => {
        throw new MailboxError(`gmail_${name} is not available: this mailbox has no account settings.`)
      },
      true,
    ),
  )

export const FORBIDDEN_TOOLS: readonly GmailTool[] = [...DELETION_TOOLS, ...LABEL_TOOLS, ...SETTINGS_TOOLS]

function deleted(remove: () => void): Record<string, never> {
  remove()
  return {}
}

/**
 * The one table of what the agent may do in a mailbox. What is not in it does not exist for the agent: Scalekit's MCP
 * configuration is limited to these names, and every other tool of the server is switched off in the agent's toolset.
 *
 * Never offered: permanent deletion, filters, forwarding addresses and auto-forwarding, delegates, send-as, vacation settings,
 * import, insert and watches. Each of them outlives the conversation or cannot be undone, and a hostile mail would ask for it first.
 */

/**
 * `read`: looks and changes nothing; runs by itself.
 * `change`: changes the mailbox in a way that can be undone there; asks its owner.
 * `leave`: something leaves the mailbox and cannot be called back; asks its owner.
 */
export type GmailToolKind = 'read' | 'change' | 'leave'

export const GMAIL_TOOLS = {
  gmail_fetch_mails: 'read',
  gmail_get_message_by_id: 'read',
  gmail_get_thread_by_id: 'read',
  gmail_list_threads: 'read',
  gmail_get_attachment_by_id: 'read',
  gmail_list_labels: 'read',
  gmail_list_drafts: 'read',
  gmail_get_draft: 'read',
  gmail_get_profile: 'read',
  gmail_search_people: 'read',
  gmail_get_contacts: 'read',

  gmail_create_draft: 'change',
  gmail_update_draft: 'change',
  gmail_modify_message_labels: 'change',
  gmail_modify_thread_labels: 'change',
  gmail_trash_message: 'change',
  gmail_trash_thread: 'change',
  gmail_untrash_message: 'change',
  gmail_untrash_thread: 'change',

  gmail_send_message: 'leave',
  gmail_send_draft: 'leave',
  gmail_reply_to_thread: 'leave',
} as const satisfies Record<string, GmailToolKind>

export type GmailToolName = keyof typeof GMAIL_TOOLS

/** In the table's order. */
export const GMAIL_TOOL_NAMES = Object.keys(GMAIL_TOOLS).filter(isGmailTool)

export function isGmailTool(name: string): name is GmailToolName {
  return Object.hasOwn(GMAIL_TOOLS, name)
}

/**
 * The one table of what the agent may do in a mailbox, and of what people read about it. What is not in it does not exist for the agent: Scalekit's MCP
 * configuration is limited to these names, and every other tool of the server is switched off in the agent's toolset.
 *
 * Never offered: permanent deletion, filters, forwarding addresses and auto-forwarding, delegates, send-as, vacation settings,
 * import, insert and watches. Each of them outlives the conversation or cannot be undone, and a hostile mail would ask for it first.
 */

import { about, isArchiving, type ToolInput } from './tool-input.js'

/**
 * `read`: looks and changes nothing; runs by itself.
 * `change`: changes the mailbox in a way that can be undone there; asks its owner.
 * `leave`: something leaves the mailbox and cannot be called back; asks its owner.
 */
export type GmailToolKind = 'read' | 'change' | 'leave'

/** A sentence, or one that depends on what the tool is called with. Plain text of one line. */
export type ToolSentence = string | ((input: ToolInput) => string)

/** What people read about a tool. */
export interface ToolWords {
  readonly kind: GmailToolKind
  /** While it runs, as a line of the reply: "Searching mail: from dana". Where others read along, it is given no input. */
  readonly running: ToolSentence
  /** On the card that asks for a yes. Null: `TOOL_POLICIES` alone makes it ask, and the card names the tool. */
  readonly question: ToolSentence | null
  /** On the button that says yes. */
  readonly approve: string
}

/** A row of the table. A tool that changes something always has a question of its own. */
export type GmailTool = ToolWords & {
  /** Its result is believed where it says what an id stands for. False where somebody else wrote what it returns. */
  readonly namesIds: boolean
} & ({ readonly kind: 'read' } | { readonly kind: 'change' | 'leave'; readonly question: ToolSentence })

const TABLE = {
  gmail_fetch_mails: {
    kind: 'read',
    running: (input) => about('Searching mail', input, 'query', 'q'),
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_message_by_id: {
    kind: 'read',
    running: 'Reading a message',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_thread_by_id: {
    kind: 'read',
    running: 'Reading a conversation',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_list_threads: {
    kind: 'read',
    running: (input) => about('Looking through conversations', input, 'query', 'q'),
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_attachment_by_id: {
    kind: 'read',
    running: 'Opening an attachment',
    question: null,
    approve: 'Approve',
    // An attachment may be JSON that looks like a mail.
    namesIds: false,
  },
  gmail_list_labels: {
    kind: 'read',
    running: 'Looking up labels',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_list_drafts: {
    kind: 'read',
    running: 'Looking through drafts',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_draft: {
    kind: 'read',
    running: 'Reading a draft',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_profile: {
    kind: 'read',
    running: 'Looking at the mailbox',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_search_people: {
    kind: 'read',
    running: (input) => about('Looking up people', input, 'query', 'q', 'name'),
    question: null,
    approve: 'Approve',
    namesIds: true,
  },
  gmail_get_contacts: {
    kind: 'read',
    running: 'Looking up contacts',
    question: null,
    approve: 'Approve',
    namesIds: true,
  },

  gmail_create_draft: {
    kind: 'change',
    running: (input) => about('Writing a draft', input, 'subject'),
    question: 'Save this draft?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_update_draft: {
    kind: 'change',
    running: (input) => about('Changing a draft', input, 'subject'),
    question: 'Change this draft?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_modify_message_labels: {
    kind: 'change',
    running: (input) => (isArchiving(input) ? 'Archiving a message' : 'Changing the labels of a message'),
    question: (input) => (isArchiving(input) ? 'Archive this message?' : 'Change the labels of this message?'),
    approve: 'Approve',
    namesIds: true,
  },
  gmail_modify_thread_labels: {
    kind: 'change',
    running: (input) => (isArchiving(input) ? 'Archiving a conversation' : 'Changing the labels of a conversation'),
    question: (input) =>
      isArchiving(input) ? 'Archive this conversation?' : 'Change the labels of this conversation?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_trash_message: {
    kind: 'change',
    running: 'Moving a message to the trash',
    question: 'Move this message to the trash?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_trash_thread: {
    kind: 'change',
    running: 'Moving a conversation to the trash',
    question: 'Move this conversation to the trash?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_untrash_message: {
    kind: 'change',
    running: 'Taking a message out of the trash',
    question: 'Take this message out of the trash?',
    approve: 'Approve',
    namesIds: true,
  },
  gmail_untrash_thread: {
    kind: 'change',
    running: 'Taking a conversation out of the trash',
    question: 'Take this conversation out of the trash?',
    approve: 'Approve',
    namesIds: true,
  },

  gmail_send_message: {
    kind: 'leave',
    running: (input) => about('Sending mail', input, 'to', 'recipient_email', 'subject'),
    question: 'Send this mail?',
    approve: 'Approve and send',
    namesIds: true,
  },
  gmail_send_draft: {
    kind: 'leave',
    running: (input) => about('Sending a draft', input, 'to', 'recipient_email', 'subject'),
    question: 'Send this draft?',
    approve: 'Approve and send',
    namesIds: true,
  },
  gmail_reply_to_thread: {
    kind: 'leave',
    running: (input) => about('Replying', input, 'to', 'recipient_email', 'subject'),
    question: 'Send this reply?',
    approve: 'Approve and send',
    namesIds: true,
  },
} as const satisfies Readonly<Record<`gmail_${string}`, GmailTool>>

export type GmailToolName = keyof typeof TABLE

export const GMAIL_TOOLS: Readonly<Record<GmailToolName, GmailTool>> = TABLE

/** In the table's order. */
export const GMAIL_TOOL_NAMES = Object.keys(GMAIL_TOOLS).filter(isGmailTool)

export function isGmailTool(name: string): name is GmailToolName {
  return Object.hasOwn(GMAIL_TOOLS, name)
}

type NameOf<Kind extends GmailToolKind> = {
  [Name in GmailToolName]: (typeof TABLE)[Name]['kind'] extends Kind ? Name : never
}[GmailToolName]

/** The tools that look and change nothing: running one twice does no harm. */
export type ReadToolName = NameOf<'read'>
/** The tools that change something: none of them is ever run again by itself. */
export type WriteToolName = NameOf<'change' | 'leave'>

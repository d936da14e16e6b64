/**
 * The one table of what the agent may do in a mailbox, and of what people read about it. What is not in it does not exist for the agent: Scalekit's MCP
 * configuration is limited to these names, and every other tool of the server is switched off in the agent's toolset.
 *
 * Never offered: permanent deletion, filters, forwarding addresses and auto-forwarding, delegates, send-as, vacation settings,
 * import, insert and watches. Each of them outlives the conversation or cannot be undone, and a hostile mail would ask for it first.
 *
 * One file because it is one table: a tool is looked up, added and taken away in one place.
 */

import {
  batchLabelChange,
  isWholeLabelChange,
  type LabelChangeWords,
  type LabelsChanged,
  labelChange,
  labelsChanged,
  restored,
  type SeveralLabels,
  trashChanged,
  trashed,
} from './label-changes.js'
import { emailSearched, type ToolInput, toWhom } from './tool-input.js'

/**
 * `read`: looks and changes nothing; runs by itself.
 * `change`: changes the mailbox in a way that can be undone there; asks its owner.
 * `leave`: something leaves the mailbox and cannot be called back; asks its owner.
 */
export type GmailToolKind = 'read' | 'change' | 'leave'

/** A sentence, or one that depends on what the tool is called with. Plain text of one line. */
export type ToolSentence = string | ((input: ToolInput) => string)

/** What people read about a tool. Where others read along, the sentences are given no input. */
export interface ToolWords {
  readonly kind: GmailToolKind
  /** While it runs, as a line of the reply: "Searching your unread email". */
  readonly running: ToolSentence
  /** The same when it has run: "Searched your unread email". */
  readonly ran: ToolSentence
  /** On the card that asks for a yes. */
  readonly question: ToolSentence
  /** On the button that says yes, and on the one that says no: what each of them does. */
  readonly approve: ToolSentence
  readonly deny: ToolSentence
  /** The same on the buttons that decide about several; where there are none, they say yes and no. */
  readonly several?: (input: ToolInput) => SeveralLabels | null
  /** What became of the thing, as it follows "not": "archived". */
  readonly past: ToolSentence
  /** The question says all that the labels in the input would. */
  readonly isWholeChange?: (input: ToolInput) => boolean
}

/** A row of the table. */
export type GmailTool = ToolWords & {
  /** Its result is believed where it says what an id stands for. False where somebody else wrote what it returns. */
  readonly namesIds: boolean
  /** For a change of labels: which of which emails, as far as the call says it. Its owner may take it back. */
  readonly labelsChanged?: (input: ToolInput) => LabelsChanged | null
}

const DONT_SEND = "Don't send"

export const SEVERAL_EMAILS: SeveralLabels = {
  approve: (count) => (count === 2 ? 'Send both' : `Send all ${count}`),
  deny: "Don't send any",
}

/** Words of a row about labels, which follow from what is changed. */
function labelling(target: 'message' | 'thread' | 'many', changeIn: (input: ToolInput) => LabelChangeWords) {
  const about = (words: (change: LabelChangeWords) => string) => (input: ToolInput) => words(changeIn(input))
  return {
    kind: 'change',
    running: about(({ running }) => running),
    ran: about(({ ran }) => ran),
    question: about(({ question }) => question),
    approve: about(({ approve }) => approve),
    deny: about(({ deny }) => deny),
    several: (input: ToolInput) => changeIn(input).several,
    past: about(({ past }) => past),
    isWholeChange: isWholeLabelChange,
    namesIds: true,
    labelsChanged: (input: ToolInput) => labelsChanged(target, input),
  } as const
}

const TABLE = {
  gmail_fetch_mails: {
    kind: 'read',
    running: (input) => `Searching ${emailSearched(input)}`,
    ran: (input) => `Searched ${emailSearched(input)}`,
    question: 'Search your email?',
    approve: 'Search',
    deny: "Don't search",
    past: 'searched',
    namesIds: true,
  },
  gmail_get_message_by_id: {
    kind: 'read',
    running: 'Reading an email',
    ran: 'Read an email',
    question: 'Read this email?',
    approve: 'Read it',
    deny: "Don't read it",
    past: 'read',
    namesIds: true,
  },
  gmail_get_thread_by_id: {
    kind: 'read',
    running: 'Reading a conversation',
    ran: 'Read a conversation',
    question: 'Read this conversation?',
    approve: 'Read it',
    deny: "Don't read it",
    past: 'read',
    namesIds: true,
  },
  gmail_list_threads: {
    kind: 'read',
    running: (input) => `Looking through ${emailSearched(input)}`,
    ran: (input) => `Looked through ${emailSearched(input)}`,
    question: 'Look through your email?',
    approve: 'Look',
    deny: "Don't look",
    past: 'looked through',
    namesIds: true,
  },
  gmail_get_attachment_by_id: {
    kind: 'read',
    running: 'Opening an attachment',
    ran: 'Opened an attachment',
    question: 'Open this attachment?',
    approve: 'Open it',
    deny: "Don't open it",
    past: 'opened',
    // An attachment may be JSON that looks like a mail.
    namesIds: false,
  },
  gmail_list_labels: {
    kind: 'read',
    running: 'Looking up your labels',
    ran: 'Looked up your labels',
    question: 'Look up your labels?',
    approve: 'Look',
    deny: "Don't look",
    past: 'looked up',
    namesIds: true,
  },
  gmail_list_drafts: {
    kind: 'read',
    running: 'Looking through your drafts',
    ran: 'Looked through your drafts',
    question: 'Look through your drafts?',
    approve: 'Look',
    deny: "Don't look",
    past: 'looked through',
    namesIds: true,
  },
  gmail_get_draft: {
    kind: 'read',
    running: 'Reading a draft',
    ran: 'Read a draft',
    question: 'Read this draft?',
    approve: 'Read it',
    deny: "Don't read it",
    past: 'read',
    namesIds: true,
  },
  gmail_get_profile: {
    kind: 'read',
    running: 'Checking your mailbox',
    ran: 'Checked your mailbox',
    question: 'Check your mailbox?',
    approve: 'Check',
    deny: "Don't check",
    past: 'checked',
    namesIds: true,
  },
  gmail_search_people: {
    kind: 'read',
    running: 'Looking up people',
    ran: 'Looked up people',
    question: 'Look people up?',
    approve: 'Look',
    deny: "Don't look",
    past: 'looked up',
    namesIds: true,
  },
  gmail_get_contacts: {
    kind: 'read',
    running: 'Looking through your contacts',
    ran: 'Looked through your contacts',
    question: 'Look through your contacts?',
    approve: 'Look',
    deny: "Don't look",
    past: 'looked through',
    namesIds: true,
  },

  gmail_create_draft: {
    kind: 'change',
    running: 'Saving a draft',
    ran: 'Saved a draft',
    question: 'Save this draft?',
    approve: 'Save draft',
    deny: "Don't save",
    several: () => ({ approve: (count) => `Save ${count} drafts`, deny: "Don't save them" }),
    past: 'saved as a draft',
    namesIds: true,
  },
  gmail_update_draft: {
    kind: 'change',
    running: 'Changing a draft',
    ran: 'Changed a draft',
    question: 'Change this draft?',
    approve: 'Change draft',
    deny: 'Keep the old one',
    past: 'changed in your drafts',
    namesIds: true,
  },
  gmail_modify_message_labels: labelling('message', (input) => labelChange(input, 'email')),
  gmail_modify_thread_labels: labelling('thread', (input) => labelChange(input, 'conversation')),
  /** At most 1,000 ids. Labels alone: what is trashed is asked about one by one. */
  gmail_batch_modify_messages: { ...labelling('many', batchLabelChange), several: () => null },
  gmail_trash_message: {
    kind: 'change',
    running: 'Moving an email to the trash',
    ran: 'Moved an email to the trash',
    question: 'Move this email to the trash?',
    approve: 'Move to trash',
    deny: 'Keep it',
    several: () => trashed('emails'),
    past: 'moved to the trash',
    namesIds: true,
    labelsChanged: (input) => trashChanged('message', 'in', input),
  },
  gmail_trash_thread: {
    kind: 'change',
    running: 'Moving a conversation to the trash',
    ran: 'Moved a conversation to the trash',
    question: 'Move this conversation to the trash?',
    approve: 'Move to trash',
    deny: 'Keep it',
    several: () => trashed('conversations'),
    past: 'moved to the trash',
    namesIds: true,
    labelsChanged: (input) => trashChanged('thread', 'in', input),
  },
  gmail_untrash_message: {
    kind: 'change',
    running: 'Restoring an email from the trash',
    ran: 'Restored an email from the trash',
    question: 'Restore this email from the trash?',
    approve: 'Restore',
    deny: 'Leave it there',
    several: () => restored('emails'),
    past: 'restored from the trash',
    namesIds: true,
    labelsChanged: (input) => trashChanged('message', 'out', input),
  },
  gmail_untrash_thread: {
    kind: 'change',
    running: 'Restoring a conversation from the trash',
    ran: 'Restored a conversation from the trash',
    question: 'Restore this conversation from the trash?',
    approve: 'Restore',
    deny: 'Leave it there',
    several: () => restored('conversations'),
    past: 'restored from the trash',
    namesIds: true,
    labelsChanged: (input) => trashChanged('thread', 'out', input),
  },

  gmail_send_message: {
    kind: 'leave',
    running: (input) => toWhom('Sending an email', input),
    ran: (input) => toWhom('Sent an email', input),
    question: 'Send this email?',
    approve: 'Send',
    deny: DONT_SEND,
    several: () => SEVERAL_EMAILS,
    past: 'sent',
    namesIds: true,
  },
  gmail_send_draft: {
    kind: 'leave',
    running: 'Sending a draft',
    ran: 'Sent a draft',
    question: 'Send this draft?',
    approve: 'Send',
    deny: DONT_SEND,
    several: () => SEVERAL_EMAILS,
    past: 'sent',
    namesIds: true,
  },
  gmail_reply_to_thread: {
    kind: 'leave',
    running: (input) => toWhom('Sending a reply', input),
    ran: (input) => toWhom('Sent a reply', input),
    question: 'Send this reply?',
    approve: 'Send',
    deny: DONT_SEND,
    several: () => SEVERAL_EMAILS,
    past: 'sent',
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

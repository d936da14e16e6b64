/**
 * Changes of labels in Gmail's own words: removing INBOX is archiving, adding STARRED is starring. A change that is exactly one of these is called so.
 * Any other is called a change of labels, and its card lists them. Pure.
 */

import type { ToolInput } from './tool-input.js'

/** On the buttons that decide about several at once. */
export interface SeveralLabels {
  approve(count: number): string
  readonly deny: string
  /** Where they differ in nothing but the email: they are one question. */
  readonly asOne?: SeveralWords
}

export interface SeveralWords {
  /** "Archive 4 emails?" */
  question(count: number): string
  /** "Archiving 4 emails" */
  running(count: number): string
  /** "Archived 4 emails" */
  ran(count: number): string
}

/** What people read about a change; see `ToolWords`. */
export interface LabelChangeWords {
  readonly running: string
  readonly ran: string
  readonly question: string
  readonly approve: string
  readonly deny: string
  readonly past: string
  readonly several: SeveralLabels & { readonly asOne: SeveralWords }
}

type Thing = 'email' | 'conversation'

/** "Mark" … "as read"; `ing` and `ed` are the forms of the verb. */
interface Verb {
  readonly verb: string
  readonly ing: string
  readonly ed: string
  /** What follows what it is done to. */
  readonly rest?: string
  readonly deny: string
  readonly denySeveral: string
}

const LEAVE = { deny: 'Leave it', denySeveral: 'Leave them' }
const KEEP = { deny: 'Keep it', denySeveral: 'Keep them' }

const MARK = { verb: 'Mark', ing: 'Marking', ed: 'Marked', ...LEAVE }
const MOVE = { verb: 'Move', ing: 'Moving', ed: 'Moved', ...LEAVE }

/** By the one label that is added (`+`) or taken away (`-`). */
const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['-INBOX', { verb: 'Archive', ing: 'Archiving', ed: 'Archived', ...KEEP }],
  ['+INBOX', { ...MOVE, rest: 'to your inbox' }],
  ['+STARRED', { verb: 'Star', ing: 'Starring', ed: 'Starred', ...LEAVE }],
  ['-STARRED', { verb: 'Unstar', ing: 'Unstarring', ed: 'Unstarred', ...LEAVE }],
  ['-UNREAD', { ...MARK, rest: 'as read' }],
  ['+UNREAD', { ...MARK, rest: 'as unread' }],
  ['+IMPORTANT', { ...MARK, rest: 'as important' }],
  ['-IMPORTANT', { ...MARK, rest: 'as not important' }],
  ['+SPAM', { ...MARK, rest: 'as spam' }],
  ['-SPAM', { ...MARK, rest: 'as not spam' }],
])

/** The trash is a label, too. @param things what several of them are called */
export const trashed = (things: string): SeveralLabels => ({
  approve: (count) => `Move ${count} ${things} to trash`,
  deny: 'Keep them',
  asOne: {
    question: (count) => `Move ${count} ${things} to the trash?`,
    running: (count) => `Moving ${count} ${things} to the trash`,
    ran: (count) => `Moved ${count} ${things} to the trash`,
  },
})

/** @param things what several of them are called */
export const restored = (things: string): SeveralLabels => ({
  approve: (count) => `Restore ${count} ${things}`,
  deny: 'Leave them there',
  asOne: {
    question: (count) => `Restore ${count} ${things} from the trash?`,
    running: (count) => `Restoring ${count} ${things} from the trash`,
    ran: (count) => `Restored ${count} ${things} from the trash`,
  },
})

/** The question says all of the change: nothing is left for a list of labels to say. */
export function isWholeLabelChange(input: ToolInput): boolean {
  return verbOf(input) !== undefined
}

export function labelChange(input: ToolInput, thing: Thing): LabelChangeWords {
  const one = thing === 'email' ? 'an email' : 'a conversation'
  const found = verbOf(input)
  if (found === undefined)
    return {
      running: `Changing the labels of ${one}`,
      ran: `Changed the labels of ${one}`,
      question: `Change the labels of this ${thing}?`,
      approve: 'Change labels',
      deny: 'Leave them',
      past: 'relabeled',
      several: {
        approve: (count) => `Change labels of ${count} ${thing}s`,
        deny: 'Leave them',
        asOne: {
          question: (count) => `Change the labels of ${count} ${thing}s?`,
          running: (count) => `Changing the labels of ${count} ${thing}s`,
          ran: (count) => `Changed the labels of ${count} ${thing}s`,
        },
      },
    }
  const { verb, ing, ed, deny, denySeveral } = found
  const rest = found.rest === undefined ? '' : ` ${found.rest}`
  return {
    running: `${ing} ${one}${rest}`,
    ran: `${ed} ${one}${rest}`,
    question: `${verb} this ${thing}${rest}?`,
    approve: `${verb}${rest}`,
    deny,
    past: `${ed.toLowerCase()}${rest}`,
    several: {
      approve: (count) => `${verb} ${count} ${thing}s${rest}`,
      deny: denySeveral,
      asOne: {
        question: (count) => `${verb} ${count} ${thing}s${rest}?`,
        running: (count) => `${ing} ${count} ${thing}s${rest}`,
        ran: (count) => `${ed} ${count} ${thing}s${rest}`,
      },
    },
  }
}

/** What one call does to many emails. Where it does not say to how many, nothing is counted. */
export function batchLabelChange(input: ToolInput): LabelChangeWords {
  const one = labelChange(input, 'email')
  const count = emailsIn(input)?.length ?? 0
  if (count === 1) return one
  const { several } = one
  const counted = (words: (count: number) => string) => words(count).replace(/\b0 emails/, 'several emails')
  return {
    running: counted(several.asOne.running),
    ran: counted(several.asOne.ran),
    question: counted(several.asOne.question),
    approve: counted(several.approve),
    deny: several.deny,
    past: one.past,
    several,
  }
}

const LABEL_FIELDS: readonly string[] = ['add_label_ids', 'remove_label_ids']

/** Whether this field lists labels that are added or taken away. Their ids can be read: `INBOX`, `STARRED`. */
export function isLabelField(name: string): boolean {
  return LABEL_FIELDS.includes(name)
}

/** Scalekit publishes no schema of its batch tool: either name may hold the ids. */
const MANY: readonly string[] = ['message_ids', 'ids']

/** Whether this field lists the emails that one call is about at once. */
export function listsEmails(field: string, input: ToolInput): boolean {
  return MANY.includes(field) && Array.isArray(input[field])
}

/**
 * The ids that one call is about at once, in its order; null for a call about one email. Where it lists them twice, nobody knows which list is taken: all
 * of both. What is no id stands for itself, and names no email.
 */
export function emailsIn(input: ToolInput): readonly string[] | null {
  const lists = MANY.filter((field) => listsEmails(field, input)).map((field) => input[field])
  if (lists.length === 0) return null
  return [...new Set(lists.flat().map((id) => (typeof id === 'string' ? id : JSON.stringify(id))))]
}

/** Whether an owner sees each of the emails that one call is about at once: only then it can be approved. */
export function namesAll(input: ToolInput, names: ReadonlyMap<string, string>): boolean {
  const many = emailsIn(input)
  return many === null || (many.length > 0 && many.every((id) => names.has(id)))
}

/** Undefined where more, or something else, would be changed. */
function verbOf({ add_label_ids, remove_label_ids }: ToolInput): Verb | undefined {
  const added = labelsIn(add_label_ids)
  const removed = labelsIn(remove_label_ids)
  if (added === null || removed === null || added.length + removed.length !== 1) return undefined
  return VERBS.get(added.length === 1 ? `+${added[0]}` : `-${removed[0]}`)
}

/** Null for what is no list of labels. */
function labelsIn(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return []
  return Array.isArray(value) && value.every((label) => typeof label === 'string') ? value : null
}

/** Which labels of which emails a call changes. */
export interface LabelsChanged {
  readonly of: { readonly thread: string } | { readonly messages: readonly string[] }
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

type Target = 'message' | 'thread' | 'many'

export const TRASH = 'TRASH'

/** Null where the call does not say it. */
export function labelsChanged(target: Target, input: ToolInput): LabelsChanged | null {
  const of = targetOf(target, input)
  const add = labelsIn(input.add_label_ids)
  const remove = labelsIn(input.remove_label_ids)
  // Which of the two wins for a label that is in both is Gmail's to know.
  if (of === null || add === null || remove === null || add.some((label) => remove.includes(label))) return null
  return { of, add, remove }
}

/** The same of a call that moves to the trash, or out of it. */
export function trashChanged(target: Target, way: 'in' | 'out', input: ToolInput): LabelsChanged | null {
  const of = targetOf(target, input)
  return of && { of, add: way === 'in' ? [TRASH] : [], remove: way === 'out' ? [TRASH] : [] }
}

function targetOf(target: Target, input: ToolInput): LabelsChanged['of'] | null {
  if (target === 'many') {
    const messages = emailsIn(input)
    return messages && { messages }
  }
  const id = input[`${target}_id`]
  if (typeof id !== 'string' || id === '') return null
  return target === 'thread' ? { thread: id } : { messages: [id] }
}

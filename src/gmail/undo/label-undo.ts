/** Taking back changes of labels: which emails a call changes, what each of them would lose or get, and the calls that make it as it was. */

import type { MailboxLabels, WayBack } from '../../turns/change-undo.js'
import type { IdentifiedPerson } from '../../turns/model.js'
import { type ToolCall, Unavailable } from '../../turns/ports.js'
import { type LabelsChanged, TRASH } from '../label-changes.js'
import { OwnersMailbox } from '../owners-mailbox.js'
import type { ToolInput } from '../tool-input.js'
import { type MailboxTools, WRITE } from '../tool-runner.js'
import { GMAIL_TOOLS, isGmailTool, type WriteToolName } from '../tools.js'

/** Labels of one email before it is changed. */
export interface Labelled {
  readonly id: string
  readonly labels: readonly string[]
}

/** More are not looked up before a change that its owner waits for. */
const MOST_EMAILS = 100
/** Looked up side by side. */
const AT_ONCE = 5

/** What takes an email out of the inbox by itself. */
const LEAVES_INBOX: ReadonlySet<string> = new Set([TRASH, 'SPAM'])

export class GmailLabels implements MailboxLabels {
  /** @param isOffered whether this deployment has the tool */
  constructor(
    private readonly tools: MailboxTools,
    private readonly isOffered: (tool: WriteToolName) => boolean = () => true,
  ) {}

  async waysBack(
    person: IdentifiedPerson,
    calls: readonly ToolCall[],
    signal: AbortSignal,
  ): Promise<readonly (readonly WayBack[] | null)[]> {
    const mailbox = new OwnersMailbox(this.tools, person, null)
    const looked: (readonly WayBack[] | null)[] = []
    let left = MOST_EMAILS
    for (const call of calls) {
      const change = changeIn(call)
      const before = change === null ? null : await labelsBefore(mailbox, change, left, signal)
      const ways = change === null || before === null ? null : waysBack(change, before)
      left -= before?.length ?? 0
      looked.push(ways?.every((way) => stepsOf(way).every(({ tool }) => this.isOffered(tool))) === true ? ways : null)
    }
    return looked
  }

  async putBack(person: IdentifiedPerson, way: WayBack, isAgain: boolean): Promise<boolean> {
    const before = isAgain ? await new OwnersMailbox(this.tools, person, null).labels(way.message) : null
    if (isAgain && before === null) return false
    const missing = before === null ? way : stillMissing(way, before)
    for (const { tool, input } of stepsOf(missing)) {
      const { outcome } = await this.tools.write(person, tool, input)
      if (outcome === 'lost') throw new Unavailable('scalekit', `${tool} was not answered`)
      if (outcome === 'refused') return false
    }
    return true
  }
}

/** What a call changes; null for what is no change of labels, or cannot be read. Pure. */
function changeIn({ name, input }: ToolCall): LabelsChanged | null {
  return isGmailTool(name) ? (GMAIL_TOOLS[name].labelsChanged?.(input) ?? null) : null
}

async function labelsBefore(
  mailbox: OwnersMailbox,
  { of }: LabelsChanged,
  most: number,
  signal: AbortSignal,
): Promise<readonly Labelled[] | null> {
  if ('thread' in of) {
    signal.throwIfAborted()
    const messages = await mailbox.threadLabels(of.thread)
    return messages === null || messages.length > most ? null : messages
  }
  const ids = [...new Set(of.messages)]
  if (ids.length > most) return null
  const found: Labelled[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    signal.throwIfAborted()
    const page = ids.slice(from, from + AT_ONCE)
    const read = await Promise.all(page.map(async (id) => ({ id, labels: await mailbox.labels(id) })))
    for (const { id, labels } of read) {
      if (labels === null) return null
      found.push({ id, labels })
    }
  }
  return found
}

/** The emails that a change really changes, with what makes each as it was. Pure. */
export function waysBack(
  { add, remove }: Pick<LabelsChanged, 'add' | 'remove'>,
  before: readonly Labelled[],
): WayBack[] {
  return before.flatMap(({ id, labels }) => {
    const got = add.filter((label) => !labels.includes(label))
    const lost = remove.filter((label) => labels.includes(label))
    const leftInbox = got.some((label) => LEAVES_INBOX.has(label)) && labels.includes('INBOX')
    const back = [...new Set([...lost, ...(leftInbox && !add.includes('INBOX') ? ['INBOX'] : [])])]
    return got.length + back.length === 0 ? [] : [{ message: id, add: back, remove: [...new Set(got)] }]
  })
}

function stillMissing({ message, add, remove }: WayBack, now: readonly string[]): WayBack {
  return {
    message,
    add: add.filter((label) => !now.includes(label)),
    remove: remove.filter((label) => now.includes(label)),
  }
}

interface Step {
  readonly tool: WriteToolName
  readonly input: ToolInput
}

/** The trash has tools of its own; out of it comes first, since an email there is in no inbox. Pure. */
export function stepsOf({ message, add, remove }: WayBack): Step[] {
  const added = add.filter((label) => label !== TRASH)
  const removed = remove.filter((label) => label !== TRASH)
  const labels: ToolInput = {
    message_id: message,
    ...(added.length > 0 && { add_label_ids: added }),
    ...(removed.length > 0 && { remove_label_ids: removed }),
  }
  return [
    ...(remove.includes(TRASH) ? [{ tool: WRITE.untrashMessage, input: { message_id: message } }] : []),
    ...(added.length + removed.length > 0 ? [{ tool: WRITE.modifyLabels, input: labels }] : []),
    ...(add.includes(TRASH) ? [{ tool: WRITE.trashMessage, input: { message_id: message } }] : []),
  ]
}

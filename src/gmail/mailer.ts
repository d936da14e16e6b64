/**
 * The mailbox side of sending. It reads everything that would leave, keeps it as a draft in the owner's mailbox, sends it once, and looks it up in the
 * Sent mail when the answer was lost.
 */

import { describeError, type Log } from '../log.js'
import type { IdentifiedPerson } from '../turns/model.js'
import {
  type EditedField,
  type EditedMail,
  type MailContent,
  type Mailer,
  type ResolvedMail,
  type SendOutcome,
  type SendRequest,
  UnsendableMail,
} from '../turns/outgoing-mail.js'
import { type MailboxAddresses, NotConnected, OperatorProblem, Unavailable } from '../turns/ports.js'
import { decoded, formatAddresses, isUsableAddress, recipientsIn } from './addresses.js'
import { newMail, reply } from './composed-mail.js'
import { contentHash, draftHash, sentKey } from './content-hash.js'
import { contentOf, leavesAsDraft, type ReadMail } from './mail-reading.js'
import { bracketed, draftPlace } from './mail-threads.js'
import { mailWarnings, outsiders } from './mail-warnings.js'
import { idOf, OwnersMailbox } from './owners-mailbox.js'
import { type ReadableHtml, readableHtml } from './readable-html.js'
import type { ToolInput } from './tool-input.js'
import { type MailboxTools, WRITE } from './tool-runner.js'
import type { WriteToolName } from './tools.js'

/** Drafts and sent mails that a look-up reads; what it looks for is minutes old. */
const MOST_LOOKED_AT = 25
/** Recipients about whom the mailbox is asked whether they are known. */
const MOST_STRANGERS = 10
/** How far the clocks of the mailbox and of this machine may be apart, in milliseconds. */
const CLOCK_TOLERANCE_MS = 60_000

export interface GmailMailerDeps {
  readonly tools: MailboxTools
  readonly address: Pick<MailboxAddresses, 'address'>
  readonly log: Log
  readonly now: () => number
}

interface Draft {
  readonly id: string
  readonly messageId: string | null
}

export class GmailMailer implements Mailer {
  constructor(private readonly deps: GmailMailerDeps) {}

  async resolve(
    person: IdentifiedPerson,
    request: SendRequest,
    purpose: 'card' | 'comparison' = 'card',
  ): Promise<ResolvedMail> {
    const mailbox = await this.#mailbox(person)
    if (request.type === 'draft') {
      const draft = await readDraft(mailbox, request.draftId)
      if (recipientsOf(draft.content).length === 0) throw new UnsendableMail('This draft has no recipient yet.')
      if (!recipientsOf(draft.content).every(({ address }) => isUsableAddress(address)))
        throw new UnsendableMail('This draft has a recipient without a usable email address.')
      return purpose === 'comparison'
        ? describe(draft.content, draft.draft).mail
        : await this.#shown(mailbox, draft.content, draft.draft, [])
    }
    const { content, repliesTo } = request.type === 'new' ? newMail(request, mailbox) : await reply(request, mailbox)
    return purpose === 'comparison'
      ? describe(content, null).mail
      : await this.#shown(mailbox, content, null, repliesTo)
  }

  async edit(
    person: IdentifiedPerson,
    mail: ResolvedMail,
    edited: EditedMail,
  ): Promise<{ readonly mail: ResolvedMail } | { readonly problems: Readonly<Partial<Record<EditedField, string>>> }> {
    if (mail.leavesAsDraft) throw new UnsendableMail('This email has parts that can only be edited in Gmail.')
    const lists = { to: recipientsIn([edited.to]), cc: recipientsIn([edited.cc]), bcc: recipientsIn([edited.bcc]) }
    const problems: Partial<Record<EditedField, string>> = {}
    for (const field of ['to', 'cc', 'bcc'] as const) {
      const list = lists[field]
      if ('unusable' in list) problems[field] = `Check this address: ${list.unusable.join(', ')}`
    }
    const { to, cc, bcc } = { to: usable(lists.to), cc: usable(lists.cc), bcc: usable(lists.bcc) }
    if (to.length === 0) problems.to ??= 'Add at least one email address.'
    if (Object.keys(problems).length > 0) return { problems }
    const body = { format: 'text' as const, source: edited.text }
    const content = { ...mail.content, to, cc, bcc, subject: decoded(edited.subject), body }
    return { mail: await this.#shown(await this.#mailbox(person), content, null, []) }
  }

  async saveDraft(person: IdentifiedPerson, mail: ResolvedMail): Promise<ResolvedMail> {
    if (mail.leavesAsDraft) throw new UnsendableMail('This email has parts that only its own draft can hold.')
    const result = await this.deps.tools.write(person, WRITE.createDraft, inputOf(mail.content))
    if (result.outcome === 'refused') throw new UnsendableMail(`Gmail did not keep the draft: ${result.why}`)
    const [id] = result.outcome === 'done' ? idOf(result.data) : []
    if (id === undefined) throw new Unavailable('scalekit', 'The answer to a new draft was lost')
    const mailbox = await this.#mailbox(person)
    const { content, draft } = await readDraft(mailbox, id)
    const inReplyTo = content.inReplyTo ?? mail.content.inReplyTo
    return { ...describe({ ...content, inReplyTo }, draft).mail, warnings: mail.warnings }
  }

  async findDraft(person: IdentifiedPerson, hash: string, since: number): Promise<ResolvedMail | null> {
    const mailbox = await this.#mailbox(person)
    for (const id of await mailbox.draftIds(MOST_LOOKED_AT)) {
      const found = await readable(() => readDraft(mailbox, id))
      if (found === null || !isSince(found.date, since)) continue
      if (contentHash(found.content) === hash) return describe(found.content, found.draft).mail
    }
    return null
  }

  async send(person: IdentifiedPerson, mail: ResolvedMail): Promise<SendOutcome> {
    const mailbox = await this.#mailbox(person)
    const call = mail.leavesAsDraft ? await draftCall(mailbox, mail) : await contentCall(mailbox, mail.content)
    if (call === null) return { outcome: 'changed' }
    const result = await this.deps.tools.write(person, call.tool, call.input)
    if (result.outcome !== 'done') return result
    const [messageId] = idOf(result.data)
    // An answer that names no message does not say that it left: the Sent mail does.
    if (messageId === undefined) return { outcome: 'lost' }
    return { outcome: 'sent', messageId }
  }

  async findSent(person: IdentifiedPerson, sentHashes: readonly string[], since: number): Promise<string[]> {
    const mailbox = await this.#mailbox(person)
    const found = await mailbox.search('in:sent', MOST_LOOKED_AT)
    if (found === null) throw new Unavailable('scalekit', 'The Sent mail could not be searched')
    const ids: string[] = []
    for (const { id, date } of found) {
      if (!isSince(date, since)) continue
      const sent = await mailbox.message(id)
      if (sent === null || !isSince(sent.date, since) || sent.labels.includes('DRAFT')) continue
      if (await readable(async () => sentHashesOf(sent).some((hash) => sentHashes.includes(hash)))) ids.push(id)
    }
    return ids
  }

  async discardDraft(
    person: IdentifiedPerson,
    { id, hash }: { readonly id: string; readonly hash: string },
  ): Promise<'trashed' | 'changed' | 'gone'> {
    const mailbox = await this.#mailbox(person)
    const found = await readable(() => readDraft(mailbox, id))
    if (found === null) return 'gone'
    if (hashOf(found.content, found.draft) !== hash) return 'changed'
    // With every change a draft gets another message: what goes is the version that was compared.
    const { messageId } = found.draft
    if (messageId === null) throw new Unavailable('scalekit', 'A draft to be discarded names no message')
    const result = await this.deps.tools.write(person, WRITE.trashMessage, { message_id: messageId })
    if (result.outcome === 'done') return 'trashed'
    throw new Unavailable('scalekit', `The answer to a discarded draft was ${result.outcome}`)
  }

  async #mailbox(person: IdentifiedPerson): Promise<OwnersMailbox> {
    return new OwnersMailbox(this.deps.tools, person, await this.deps.address.address(person))
  }

  async #shown(
    mailbox: OwnersMailbox,
    content: MailContent,
    draft: Draft | null,
    repliesTo: readonly string[],
  ): Promise<ResolvedMail> {
    const { mail, html } = describe(content, draft)
    const strangers = await this.#strangers(mailbox, content)
    return { ...mail, warnings: mailWarnings(content, html, { owner: mailbox.owner, strangers, repliesTo }) }
  }

  /** Recipients outside the owner's domain to whom this mailbox never wrote. Where that cannot be learnt, nothing is claimed. */
  async #strangers(mailbox: OwnersMailbox, content: MailContent): Promise<string[]> {
    const asked = outsiders(content, mailbox.owner)
      .filter((address) => /^[\w.+-]+@[\w.-]+$/.test(address))
      .slice(0, MOST_STRANGERS)
    const known = await Promise.all(asked.map((address) => this.#hasWrittenTo(mailbox, address)))
    return asked.filter((_, index) => known[index] === false)
  }

  async #hasWrittenTo(mailbox: OwnersMailbox, address: string): Promise<boolean | null> {
    try {
      const found = await mailbox.search(`in:sent to:${address}`, 1)
      return found === null ? null : found.length > 0
    } catch (error) {
      if (error instanceof NotConnected || error instanceof OperatorProblem) throw error
      this.deps.log.debug({ person: mailbox.person.id, ...describeError(error) }, 'recipient not looked up')
      return null
    }
  }
}

function describe(content: MailContent, draft: Draft | null): { mail: ResolvedMail; html: ReadableHtml | null } {
  const html = content.body.format === 'html' ? readableHtml(content.body.source) : null
  const text = html === null ? content.body.source : html.text
  // Some mailboxes leave out the hidden copies of what was sent.
  const sentHashes = [true, false].map((withBcc) => sentKey(content, text, { withBcc }))
  const mail: ResolvedMail = {
    content,
    hash: hashOf(content, draft),
    sentHashes: [...new Set(sentHashes)],
    readable: text,
    warnings: [],
    draft,
    leavesAsDraft: leavesAsDraft(content),
  }
  return { mail, html }
}

function hashOf(content: MailContent, draft: Draft | null): string {
  return draft !== null && leavesAsDraft(content) ? draftHash(content, draft.messageId) : contentHash(content)
}

/** One whose date is not told may be. Both in epoch milliseconds. */
function isSince(date: number | null, since: number): boolean {
  return date === null || date >= since - CLOCK_TOLERANCE_MS
}

interface FoundDraft {
  readonly content: MailContent
  readonly draft: Draft
  /** Epoch milliseconds. */
  readonly date: number | null
}

async function readDraft(mailbox: OwnersMailbox, id: string): Promise<FoundDraft> {
  const mail = await mailbox.draft(id)
  const isAlone = mail.fields.inReplyTo === null && (mail.threadId === null || mail.threadId === mail.id)
  const thread = isAlone || mail.threadId === null ? null : await mailbox.thread(mail.threadId)
  const content = contentOf(mail, draftPlace(mail, thread?.messages ?? []))
  return { content, draft: { id, messageId: mail.id }, date: mail.date }
}

function usable(list: ReturnType<typeof recipientsIn>) {
  return 'unusable' in list ? [] : list.addresses
}

function recipientsOf({ to, cc, bcc }: MailContent) {
  return [...to, ...cc, ...bcc]
}

/** The fields that the tools which write a mail have in common. */
function inputOf({ to, cc, bcc, subject, body, threadId }: MailContent): ToolInput {
  return {
    to: formatAddresses(to),
    ...(cc.length === 0 ? {} : { cc: formatAddresses(cc) }),
    ...(bcc.length === 0 ? {} : { bcc: formatAddresses(bcc) }),
    subject,
    body: body.source,
    content_type: body.format === 'html' ? 'text/html' : 'text/plain',
    ...(threadId === null ? {} : { thread_id: threadId }),
  }
}

type Call = { readonly tool: WriteToolName; readonly input: ToolInput }

async function contentCall(mailbox: OwnersMailbox, content: MailContent): Promise<Call> {
  const { threadId, inReplyTo } = content
  const input = inputOf(content)
  if (threadId === null || inReplyTo === null) return { tool: WRITE.sendMessage, input }
  const messageId = inReplyTo.startsWith('<') ? inReplyTo : (await mailbox.message(inReplyTo))?.fields.messageId
  const header = messageId == null ? {} : { in_reply_to_message_id: bracketed(messageId) }
  return { tool: WRITE.replyToThread, input: { ...input, ...header } }
}

/** Compared immediately before. Null: the draft is gone, or is another one by now. */
async function draftCall(mailbox: OwnersMailbox, { draft, hash }: ResolvedMail): Promise<Call | null> {
  if (draft === null) throw new UnsendableMail('This email can only leave as a draft, and there is none.')
  const current = await readable(() => readDraft(mailbox, draft.id))
  if (current === null || hashOf(current.content, current.draft) !== hash) return null
  // Its thread was read after it: what is read last is the draft, whose message gets another id with every change.
  const last = await readable(() => mailbox.draft(draft.id))
  if (last === null || last.id !== current.draft.messageId) return null
  return { tool: WRITE.sendDraft, input: { draft_id: draft.id } }
}

function sentHashesOf(sent: ReadMail): readonly string[] {
  return describe(contentOf(sent, { threadId: sent.threadId, inReplyTo: null }), null).mail.sentHashes
}

/** Null for a mail that cannot be shown. */
async function readable<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UnsendableMail) return null
    throw error
  }
}

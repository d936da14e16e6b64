/**
 * One person's mailbox in memory, with Gmail's ideas: every message has labels and belongs to a thread, a folder is a label,
 * trash is a label, a draft is a message. Loaded from an mbox file; nothing is ever written back to it.
 *
 * One file because every change of a message, a draft or the trash touches the same few maps, which nobody else may.
 */
import { createHash } from 'node:crypto'
import { refill } from '../../wire/saved.js'
import type { Label } from '../mail/labels.js'
import { attachmentContent, type Mail, type MailAddress, type MailAttachment, parseMail } from '../mail/mail.js'
import { type MboxContent, type MboxProblem, NEWEST_AGE, readMbox, shiftToNow } from '../mail/mbox-mails.js'
import { movedBy, withoutHeader } from '../mail/raw-headers.js'
import { asksForSpamOrTrash, matches } from '../search/search.js'
import { parseSearch } from '../search/search-syntax.js'
import { AccountLabels } from './account-labels.js'
import { type Letter, rawMessage, recipients } from './letter.js'
import { MailboxError, notFound } from './mailbox-error.js'
import { labelledMails, likelyOwner } from './mbox-labels.js'
import { ThreadIndex } from './threads.js'

export interface Message {
  readonly id: string
  readonly threadId: string
  readonly mail: Mail
  /** Milliseconds since 1970. */
  readonly date: number
  /** Label ids. */
  readonly labels: ReadonlySet<string>
}

export interface Draft {
  readonly id: string
  readonly message: Message
}

/** Brings a sent message to the other mailboxes of the sandbox. */
export interface MailCarrier {
  deliver(raw: Buffer, to: readonly MailAddress[]): Promise<void>
}

export interface MailboxOptions {
  /** The account. For an mbox file it may be left out: then the address that most of its mail was sent to. */
  readonly address?: string
  readonly displayName?: string
  /** Other addresses of the same person: mail from them counts as sent. */
  readonly aliases?: readonly string[]
  /** Milliseconds since 1970; the system's clock by default. */
  readonly clock?: () => number
  /** Moves all mail in time so that the newest message came a few minutes before loading. For the samples. */
  readonly shiftToNow?: boolean
  /** Moves all mail by so many milliseconds, for files that have to move together. Beats `shiftToNow`. */
  readonly shiftBy?: number
  /** Keeps the dates and lets the mailbox's time begin at its newest message, so that "this week" finds something in old mail. */
  readonly newestIsNow?: boolean
  /** Without one, mail to others leaves the sandbox into nothing. */
  readonly carrier?: MailCarrier
}

export interface SearchOptions {
  readonly query?: string | undefined
  /** The message must have all of them. */
  readonly labelIds?: readonly string[] | undefined
  readonly includeSpamTrash?: boolean | undefined
}

interface StoredMessage extends Message {
  readonly labels: Set<string>
  /** Labels at the time it went to the trash. */
  beforeTrash?: ReadonlySet<string>
}

/** Gmail keeps these to itself: `messages.modify` refuses them. */
const FIXED_LABELS: ReadonlySet<string> = new Set(['SENT', 'DRAFT', 'CHAT'])

export class Mailbox {
  readonly address: string
  readonly displayName: string
  /** Messages of the file that could not be read, in its order; in the mailbox, one that says so stands for each. */
  readonly problems: MboxProblem[] = []

  readonly #accountAddresses: ReadonlySet<string>
  readonly #messages = new Map<string, StoredMessage>()
  /** How many messages have taken another id than this one, which they should have had. */
  readonly #copies = new Map<string, number>()
  readonly #byMessageId = new Map<string, StoredMessage>()
  readonly #labels = new AccountLabels()
  readonly #drafts = new Map<string, string>()
  readonly #threads: ThreadIndex
  readonly #carrier: MailCarrier | undefined
  #clock: () => number
  #held = 0
  #changes = 1000
  #created = 0

  /** An empty mailbox. */
  constructor(options: MailboxOptions & { readonly address: string }) {
    this.address = options.address
    this.displayName = options.displayName ?? ''
    this.#accountAddresses = new Set(
      [options.address, ...(options.aliases ?? [])].map((address) => address.toLowerCase()),
    )
    this.#threads = new ThreadIndex((address) => this.isAccount(address))
    this.#carrier = options.carrier
    this.#clock = options.clock ?? Date.now
  }

  /** Loads an mbox file. @throws {NotAnMboxError} when it is none. */
  static async fromMbox(file: Buffer, options: MailboxOptions = {}): Promise<Mailbox> {
    const clock = options.clock ?? Date.now
    const now = clock()
    const shift = options.shiftBy ?? (options.shiftToNow ? shiftToNow([file], now) : 0)
    const content = await readMbox(file, { now, shift })
    const mailbox = new Mailbox({ ...options, address: options.address ?? likelyOwner(content) })
    mailbox.#load(content)
    if (options.newestIsNow) {
      const newest = content.newest ?? now
      mailbox.#clock = () => newest + NEWEST_AGE + (clock() - now)
    }
    return mailbox
  }

  save() {
    return {
      messages: [...this.#messages.values()].map(({ mail, ...message }) => ({ ...message, raw: mail.raw })),
      copies: this.#copies,
      labels: this.#labels.save(),
      drafts: this.#drafts,
      changes: this.#changes,
      created: this.#created,
    }
  }

  /** Of an empty mailbox of the same address. */
  async restore(saved: ReturnType<Mailbox['save']>): Promise<void> {
    for (const { raw, ...kept } of saved.messages) {
      const message: StoredMessage = { ...kept, mail: await parseMail(raw) }
      this.#messages.set(message.id, message)
      this.#threads.add(message.mail, message.id, message.threadId)
      if (message.mail.messageId !== '') this.#byMessageId.set(message.mail.messageId, message)
    }
    refill(this.#copies, saved.copies)
    this.#labels.restore(saved.labels)
    refill(this.#drafts, saved.drafts)
    this.#changes = saved.changes
    this.#created = saved.created
  }

  /** How many messages its file held, those in several folders and those that could not be read included. */
  get held(): number {
    return this.#held
  }

  /** The mailbox's present, in milliseconds since 1970. */
  now(): number {
    return this.#clock()
  }

  isAccount(address: string): boolean {
    return this.#accountAddresses.has(address.toLowerCase())
  }

  /** Grows with every change, as Gmail's `historyId`. */
  get historyId(): string {
    return String(this.#changes)
  }

  /** Every message, newest first. */
  messages(): Message[] {
    return [...this.#messages.values()].sort((a, b) => b.date - a.date)
  }

  /** Messages that a Gmail search finds, newest first. */
  search({ query = '', labelIds = [], includeSpamTrash = false }: SearchOptions = {}): Message[] {
    const node = parseSearch(query)
    const context = { now: this.now(), labels: this.labels(), isAccount: (address: string) => this.isAccount(address) }
    for (const id of labelIds) this.#labels.check(id)
    const hidden =
      includeSpamTrash || asksForSpamOrTrash(node) ? [] : ['SPAM', 'TRASH'].filter((id) => !labelIds.includes(id))
    return this.messages().filter(
      (message) =>
        labelIds.every((id) => message.labels.has(id)) &&
        !hidden.some((id) => message.labels.has(id)) &&
        matches(node, message, context),
    )
  }

  /** @throws {MailboxError} for an id that is unknown. */
  message(id: string): Message {
    return this.#stored(id)
  }

  /** The messages of a thread, oldest first. @throws {MailboxError} for an id that is unknown. */
  thread(threadId: string): Message[] {
    return this.#storedThread(threadId)
  }

  /** An attachment with its content. @throws {MailboxError} for an id that is unknown. */
  async attachment(messageId: string, attachmentId: string): Promise<MailAttachment & { readonly content: Buffer }> {
    const { mail } = this.#stored(messageId)
    const attachment = mail.attachments.find(({ id }) => id === attachmentId)
    const content = attachment === undefined ? undefined : await attachmentContent(mail, attachmentId)
    if (attachment === undefined || content === undefined) throw notFound('attachment', attachmentId)
    return { ...attachment, content }
  }

  labels(): Label[] {
    return this.#labels.all()
  }

  /** @throws {MailboxError} when there is a label of this name. */
  createLabel(name: string): Label {
    return this.#labels.create(name)
  }

  /** Adds and removes label ids. Adding TRASH moves to the trash. @throws {MailboxError} for unknown ids and for labels Gmail keeps. */
  modifyLabels(messageIds: readonly string[], add: readonly string[], remove: readonly string[]): Message[] {
    if (add.length === 0 && remove.length === 0) throw new MailboxError('No label add or removes specified')
    for (const id of [...add, ...remove]) {
      this.#labels.check(id)
      if (FIXED_LABELS.has(id)) throw new MailboxError(`Invalid label: ${id}`)
    }
    const messages = messageIds.map((id) => this.#stored(id))
    for (const message of messages) {
      if (add.includes('TRASH')) this.#toTrash(message)
      for (const id of add) message.labels.add(id)
      for (const id of remove) message.labels.delete(id)
    }
    this.#changes++
    return messages
  }

  /** Moves to the trash; again is no change. @throws {MailboxError} for an id that is unknown. */
  trash(messageIds: readonly string[]): Message[] {
    const messages = messageIds.map((id) => this.#stored(id))
    for (const message of messages) this.#toTrash(message)
    this.#changes++
    return messages
  }

  /** Brings back from the trash, with the labels of before. @throws {MailboxError} for an id that is unknown. */
  untrash(messageIds: readonly string[]): Message[] {
    const messages = messageIds.map((id) => this.#stored(id))
    for (const message of messages) {
      if (!message.labels.delete('TRASH')) continue
      for (const id of message.beforeTrash ?? []) message.labels.add(id)
      delete message.beforeTrash
    }
    this.#changes++
    return messages
  }

  /** Removes for good. @throws {MailboxError} for an id that is unknown. */
  deleteForever(messageIds: readonly string[]): void {
    for (const { id } of messageIds.map((messageId) => this.#stored(messageId))) this.#remove(id)
    this.#changes++
  }

  /** Newest first; without those in the trash, as Gmail lists them. */
  drafts(): Draft[] {
    return [...this.#drafts]
      .map(([id, messageId]) => ({ id, message: this.#stored(messageId) }))
      .filter(({ message }) => !message.labels.has('TRASH'))
      .sort((a, b) => b.message.date - a.message.date)
  }

  /** @throws {MailboxError} for an id that is unknown. */
  draft(id: string): Draft {
    const messageId = this.#drafts.get(id)
    if (messageId === undefined) throw notFound('draft', id)
    return { id, message: this.#stored(messageId) }
  }

  /** @throws {MailboxError} for addresses or a thread that do not exist. */
  async createDraft(letter: Letter, threadId?: string): Promise<Draft> {
    if (threadId !== undefined) this.#storedThread(threadId)
    const message = await this.#keepDraft(letter, threadId)
    return { id: this.#addDraft(message), message }
  }

  /** Replaces a draft's content; its id stays. @throws {MailboxError} for ids or addresses that do not exist. */
  async updateDraft(id: string, letter: Letter, threadId?: string): Promise<Draft> {
    const { message: before } = this.draft(id)
    if (threadId !== undefined) this.#storedThread(threadId)
    const mail = await parseMail(this.#write(letter))
    // It may have been changed, sent or deleted meanwhile: the last change counts, and what is gone stays gone.
    const { message: replaced } = this.draft(id)
    this.#remove(replaced.id)
    const message = this.#add(mail, new Set(['DRAFT']), this.now(), threadId ?? before.threadId)
    this.#drafts.set(id, message.id)
    return { id, message }
  }

  /** Removes for good. @throws {MailboxError} for an id that is unknown. */
  deleteDraft(id: string): void {
    this.#remove(this.draft(id).message.id)
    this.#changes++
  }

  /** Sends a draft as it is, which thereby ceases to be one. @throws {MailboxError} for an unknown id or when it names no recipient. */
  async sendDraft(id: string): Promise<Message> {
    const { message } = this.draft(id)
    const { mail, date, threadId } = message
    const to = [...mail.to, ...mail.cc, ...mail.bcc]
    if (to.length === 0) throw new MailboxError('Recipient address required')
    this.#remove(message.id)
    return await this.#dispatch(movedBy(mail.raw, this.now() - (mail.sentAt ?? date)), to, threadId)
  }

  /** Sends now. @throws {MailboxError} for addresses or a thread that do not exist. */
  async send(letter: Letter, threadId?: string): Promise<Message> {
    const to = recipients(letter)
    if (to.length === 0) throw new MailboxError('Recipient address required')
    if (threadId !== undefined) this.#storedThread(threadId)
    return await this.#dispatch(this.#write(letter), to, threadId)
  }

  /** Takes in a message that somebody sent to this account. */
  async receive(raw: Buffer): Promise<Message> {
    return this.#add(await parseMail(raw), new Set(['INBOX', 'UNREAD', 'CATEGORY_PERSONAL']))
  }

  async #dispatch(raw: Buffer, to: readonly MailAddress[], threadId: string | undefined): Promise<Message> {
    const toSelf = to.some(({ address }) => this.isAccount(address))
    const labels = new Set(toSelf ? ['SENT', 'INBOX', 'UNREAD'] : ['SENT'])
    const message = this.#add(await parseMail(raw), labels, this.now(), threadId)
    const others = to.filter(({ address }) => !this.isAccount(address))
    await this.#carrier?.deliver(withoutHeader(raw, 'Bcc'), others)
    return message
  }

  async #keepDraft(letter: Letter, threadId: string | undefined): Promise<Message> {
    return this.#add(await parseMail(this.#write(letter)), new Set(['DRAFT']), this.now(), threadId)
  }

  #write(letter: Letter): Buffer {
    const domain = this.address.split('@')[1] ?? 'localhost'
    const messageId = `<${this.#hash(`message-id ${this.#created++} ${this.now()}`, 28)}@${domain}>`
    const from = { name: this.displayName, address: this.address }
    return rawMessage(letter, { from, messageId, date: this.now() })
  }

  #load(content: MboxContent): void {
    this.#held = content.mails.length
    this.problems.push(...content.problems)
    for (const { mail, date, initial, unread } of labelledMails(content, (address) => this.isAccount(address))) {
      const labels = new Set<string>([...initial.system, ...initial.user.map((name) => this.#labels.named(name).id)])
      if (unread && labels.has('INBOX')) labels.add('UNREAD')

      const twin = mail.messageId === '' ? undefined : this.#byMessageId.get(mail.messageId)
      if (twin !== undefined) {
        // The same message in two folders of an export.
        for (const id of labels) twin.labels.add(id)
        continue
      }
      const message = this.#add(mail, labels, date)
      if (labels.has('DRAFT')) this.#addDraft(message)
    }
  }

  #add(mail: Mail, labels: Set<string>, date = mail.sentAt ?? this.now(), threadId?: string): StoredMessage {
    const id = this.#freshId(this.#hash(`message ${mail.messageId} ${date} ${mail.subject}`, 16))
    const message: StoredMessage = { id, threadId: this.#threads.add(mail, id, threadId), mail, date, labels }
    this.#messages.set(id, message)
    if (mail.messageId !== '') this.#byMessageId.set(mail.messageId, message)
    this.#changes++
    return message
  }

  /** Exports hold many messages that nothing tells apart: the number of their like does. */
  #freshId(wanted: string): string {
    let copies = this.#copies.get(wanted) ?? 0
    let id = wanted
    for (; this.#messages.has(id); copies += 1) id = this.#hash(`again ${wanted} ${copies}`, 16)
    this.#copies.set(wanted, copies)
    return id
  }

  #addDraft(message: Message): string {
    const id = `r-${BigInt(`0x${this.#hash(`draft ${message.id}`, 15)}`)}`
    this.#drafts.set(id, message.id)
    return id
  }

  #remove(messageId: string): void {
    this.#messages.delete(messageId)
    for (const [draftId, id] of this.#drafts) if (id === messageId) this.#drafts.delete(draftId)
  }

  #toTrash(message: StoredMessage): void {
    if (message.labels.has('TRASH')) return
    message.beforeTrash = new Set(message.labels)
    message.labels.delete('INBOX')
    message.labels.add('TRASH')
  }

  #stored(id: string): StoredMessage {
    const message = this.#messages.get(id)
    if (message === undefined) throw notFound('message', id)
    return message
  }

  #storedThread(threadId: string): StoredMessage[] {
    const messages = [...this.#messages.values()].filter((message) => message.threadId === threadId)
    if (messages.length === 0) throw notFound('thread', threadId)
    return messages.sort((a, b) => a.date - b.date)
  }

  #hash(text: string, length: number): string {
    return createHash('sha256').update(`${this.address} ${text}`).digest('hex').slice(0, length)
  }
}

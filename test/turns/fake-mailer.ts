/** A mailbox in memory, as far as sending is concerned: drafts, sent mails, and what goes wrong. */

import { createHash } from 'node:crypto'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import {
  type EditedMail,
  type MailContent,
  type Mailer,
  type OutgoingMail,
  type ResolvedMail,
  type SendOutcome,
  type SendRequest,
  UnsendableMail,
} from '../../src/turns/outgoing-mail.js'
import { Unavailable } from '../../src/turns/ports.js'

export interface SentByFake {
  readonly identifier: string
  readonly content: MailContent
  readonly hash: string
}

export class FakeMailer implements Mailer {
  readonly drafts = new Map<string, MailContent>()
  readonly sent: SentByFake[] = []
  readonly discarded: string[] = []
  /** The address of the mailbox that is connected. */
  sender = 'anna@example.com'
  /** What for something was read. */
  readonly purposes: string[] = []
  /** How often something was read. */
  reads = 0
  /** What becomes of the next sends: refused, or sent with its answer lost, or lost before it was sent. */
  readonly fates: ('refused' | 'sent_lost' | 'lost')[] = []
  /** What goes wrong next when something is read. */
  readonly failures: Error[] = []
  /** Resolves before a draft is kept. */
  beforeSaving: () => Promise<void> = async () => {}
  /** Resolves before something is sent, or rejects where it could not be. */
  beforeSending: () => Promise<void> = async () => {}
  /** Resolves before sent mails are looked up. */
  beforeLooking: () => Promise<void> = async () => {}
  /** Resolves before a draft is put in the trash, or rejects where it could not be. */
  beforeDiscarding: () => Promise<void> = async () => {}
  /** Since when sent mails were looked up. */
  readonly lookedSince: number[] = []
  /** Drafts that were made here, whatever became of them. */
  made = 0
  /** The next draft is kept, and nobody hears of it. */
  losesDraft = false

  async resolve(
    _person: IdentifiedPerson,
    request: SendRequest,
    purpose: 'card' | 'comparison' = 'card',
  ): Promise<ResolvedMail> {
    this.reads += 1
    this.purposes.push(purpose)
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    if (request.type === 'draft') {
      const draft = this.drafts.get(request.draftId)
      if (draft === undefined) throw new UnsendableMail('there is no such draft')
      return resolved(draft, request.draftId)
    }
    const mail = resolved(
      content({
        to: request.to ?? ['rosa@example.com'],
        subject: request.subject ?? 'Re: Lunch',
        body: request.body,
        inReplyTo: request.type === 'reply' ? (request.inReplyTo ?? 'newest') : null,
      }),
      null,
    )
    // Who sends is not in the hash, as it is not in that of the real mailer.
    return { ...mail, content: { ...mail.content, from: { name: 'Anna', address: this.sender } } }
  }

  async edit(_person: IdentifiedPerson, mail: ResolvedMail, edited: EditedMail) {
    if (edited.to.trim() === '') return { problems: { to: 'Who should get it?' } }
    const { inReplyTo } = mail.content
    return {
      mail: resolved(content({ to: [edited.to], subject: edited.subject, body: edited.text, inReplyTo }), null),
    }
  }

  async saveDraft(_person: IdentifiedPerson, mail: ResolvedMail): Promise<ResolvedMail> {
    await this.beforeSaving()
    this.made += 1
    const id = `draft_${this.made}`
    this.drafts.set(id, mail.content)
    if (this.losesDraft) {
      this.losesDraft = false
      throw new Unavailable('scalekit', 'the answer was lost')
    }
    return resolved(mail.content, id)
  }

  async findDraft(_person: IdentifiedPerson, hash: string): Promise<ResolvedMail | null> {
    const found = [...this.drafts].find(([, draft]) => hashOf(draft) === hash)
    return found === undefined ? null : resolved(found[1], found[0])
  }

  async send(person: IdentifiedPerson, mail: ResolvedMail): Promise<SendOutcome> {
    await this.beforeSending()
    const fate = this.fates.shift()
    if (fate === 'refused') return { outcome: 'refused', why: 'no' }
    if (fate === 'lost') return { outcome: 'lost' }
    this.sent.push({ identifier: person.identifier, content: mail.content, hash: mail.hash })
    if (fate === 'sent_lost') return { outcome: 'lost' }
    return { outcome: 'sent', messageId: `sent_${this.sent.length}` }
  }

  async findSent(_person: IdentifiedPerson, sentHashes: readonly string[], since: number): Promise<string[]> {
    this.lookedSince.push(since)
    await this.beforeLooking()
    return this.sent.flatMap(({ hash }, index) => (sentHashes.includes(hash) ? [`sent_${index + 1}`] : []))
  }

  async discardDraft(_person: IdentifiedPerson, draft: { readonly id: string; readonly hash: string }) {
    await this.beforeDiscarding()
    const held = this.drafts.get(draft.id)
    if (held === undefined) return 'gone'
    if (hashOf(held) !== draft.hash) return 'changed'
    this.discarded.push(draft.id)
    this.drafts.delete(draft.id)
    return 'trashed'
  }
}

export function content(parts: {
  readonly to: readonly string[]
  readonly subject: string
  readonly body: string
  readonly inReplyTo?: string | null
}): MailContent {
  return {
    from: { name: 'Anna', address: 'anna@example.com' },
    to: parts.to.map((address) => ({ name: '', address })),
    cc: [],
    bcc: [],
    subject: parts.subject,
    body: { format: 'text', source: parts.body },
    attachments: [],
    otherFields: [],
    threadId: null,
    inReplyTo: parts.inReplyTo ?? null,
  }
}

/** A mail as the store holds it, from its card on. */
export function outgoingMail(parts: Partial<OutgoingMail>): OutgoingMail {
  return {
    id: 'm1',
    conversationId: 'c1',
    turnId: 'turn',
    callId: 'call',
    personId: 'p1',
    state: 'asking',
    tool: 'send_email',
    hash: '',
    senderHash: null,
    draftId: null,
    inReplyTo: null,
    changed: false,
    edited: false,
    late: false,
    sendAt: null,
    dueAt: null,
    sendingSince: null,
    sentHashes: [],
    ownDraft: null,
    endedAt: null,
    why: null,
    ...parts,
  }
}

export function hashOf(mail: MailContent): string {
  return createHash('sha256').update(JSON.stringify(mail)).digest('hex')
}

function resolved(mail: MailContent, draftId: string | null): ResolvedMail {
  return {
    content: mail,
    hash: hashOf(mail),
    sentHashes: [hashOf(mail)],
    readable: mail.body.source,
    warnings: [],
    draft: draftId === null ? null : { id: draftId, messageId: null },
    leavesAsDraft: false,
  }
}

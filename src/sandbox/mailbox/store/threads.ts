/**
 * Which conversation a mail belongs to. A reply names its ancestors (References, In-Reply-To); where it names none that are known,
 * a reply prefix ("Re:", "AW:", "SV:") with the same subject and a common correspondent decides, as in Gmail.
 */

import type { Mail } from '../mail/mail.js'
import { fold } from '../search/folding.js'

const REPLY_PREFIX = /^\s*(re|fwd?|aw|wg|sv|vs|vb|antw|tr|rv|res|enc|ynt|odp)(\[\d+\])?\s*:\s*/i

/** A subject without its reply prefixes, folded; equal for all mails of a conversation. */
function conversationSubject(subject: string): string {
  let rest = subject
  while (REPLY_PREFIX.test(rest)) rest = rest.replace(REPLY_PREFIX, '')
  return fold(rest)
}

/** Gives each mail its thread. Add mails in the order of their dates. */
export class ThreadIndex {
  readonly #byMessageId = new Map<string, string>()
  /** Latest first; correspondents are everybody in the thread except the account itself. */
  readonly #bySubject = new Map<string, { threadId: string; correspondents: Set<string> }[]>()
  readonly #isAccount: (address: string) => boolean

  constructor(isAccount: (address: string) => boolean) {
    this.#isAccount = isAccount
  }

  /** The thread of this mail: an earlier one, or a new one that gets `newThreadId`. `threadId`, where given, decides. */
  add(mail: Mail, newThreadId: string, threadId?: string): string {
    const takeoutThread = mail.headers.find(({ name }) => name.toLowerCase() === 'x-gm-thrid')?.value
    const ids = [
      ...mail.references,
      mail.messageId,
      ...(takeoutThread === undefined ? [] : [`thread:${takeoutThread}`]),
    ]
    const correspondents = this.#correspondents(mail)

    const known = ids
      .filter((id) => id !== '')
      .reverse()
      .map((id) => this.#byMessageId.get(id))
      .find((thread) => thread !== undefined)
    const thread = threadId ?? known ?? this.#sameConversation(mail, correspondents) ?? newThreadId

    for (const id of ids) if (id !== '' && !this.#byMessageId.has(id)) this.#byMessageId.set(id, thread)
    this.#remember(mail, thread, correspondents)
    return thread
  }

  #sameConversation(mail: Mail, correspondents: ReadonlySet<string>): string | undefined {
    if (!REPLY_PREFIX.test(mail.subject)) return undefined
    return this.#bySubject
      .get(conversationSubject(mail.subject))
      ?.find((thread) => [...correspondents].some((address) => thread.correspondents.has(address)))?.threadId
  }

  #remember(mail: Mail, threadId: string, correspondents: ReadonlySet<string>): void {
    const subject = conversationSubject(mail.subject)
    if (subject === ' ') return
    const threads = this.#bySubject.get(subject) ?? []
    const earlier = threads.find((thread) => thread.threadId === threadId)
    const merged = { threadId, correspondents: new Set([...(earlier?.correspondents ?? []), ...correspondents]) }
    this.#bySubject.set(subject, [merged, ...threads.filter((thread) => thread !== earlier)])
  }

  #correspondents(mail: Mail): Set<string> {
    return new Set(
      [mail.from, ...mail.to, ...mail.cc]
        .map(({ address }) => address.toLowerCase())
        .filter((address) => address !== '' && !this.#isAccount(address)),
    )
  }
}

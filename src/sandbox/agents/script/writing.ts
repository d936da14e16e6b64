/** Answers that write: drafts, replies, new mails, forwards. Nothing here asks for approval; the tools themselves do. */
import { find } from './finding.js'
import type { Target } from './intent.js'
import { givenName, holdingReply, letter, replySubject, subjectFrom } from './letters.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { read } from './mail-view.js'
import { addressed, enumerated, listTitle, plain, quoted, sender, when } from './markdown.js'
import { peopleNamed } from './people.js'
import { alarmsAbout, mailboxAddress, type ScriptTurn } from './script-turn.js'
import { type Correspondent, mailsIn, type SeenMail } from './seen-mail.js'
import { hostSends, saveDraft, send, signature } from './sending.js'
import type { Wish } from './toolbox.js'

export interface ReplyRequest {
  readonly target: Target
  readonly text: string | undefined
  readonly draft: boolean
  readonly all: boolean
  readonly sendAt?: string | undefined
}

export async function answerReply(turn: ScriptTurn, request: ReplyRequest): Promise<void> {
  const found = await find(turn, request.target, true)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  const [seen] = found.mails
  if (!request.draft && request.text === undefined) {
    turn.shown.mail = seen
    await turn.say(
      `What shall I answer **${sender(seen)}**? Say for example “reply that I will be there”, or “draft a reply” and I will prepare a short one to build on.`,
    )
    return
  }
  await turn.say(`Let me read **${listTitle(seen)}** before I answer it.`)
  const mail = await read(turn, seen)
  const to = mail.replyTo ?? mail.from
  const others = request.all ? await everybodyElse(turn, mail, to) : []
  const body =
    request.text === undefined ? holdingReply(mail, to, signature(turn)) : letter(request.text, to, signature(turn))
  const wish: Wish = {
    to: to.address,
    cc: others.length === 0 ? undefined : others.map((other) => other.address),
    subject: replySubject(mail.subject),
    body,
    threadId: mail.threadId,
    inReplyTo: mail.messageId,
  }
  const alarms = alarmsAbout(mail, turn).map((alarm) => `⚠️ ${alarm}`)
  const addressees = enumerated([to, ...others].map(addressed))
  if (request.draft) {
    await turn.say([...alarms, 'I am writing the draft.'].join('\n\n'))
    await saveDraft(turn, wish)
    await turn.say(
      `The draft to ${addressees} is in your Drafts folder:\n\n${quoted(body)}\n\nNothing has been sent. Say “send it” when it is right, or tell me what it should say instead.`,
    )
    return
  }
  await send(turn, {
    kind: 'reply',
    // Whom a plain reply goes to, the host finds by itself.
    wish: others.length === 0 && hostSends(turn, 'reply') ? { ...wish, to: undefined, subject: undefined } : wish,
    to,
    alarms,
    preview: `This goes to ${addressees}, in the thread **${listTitle(mail)}**:\n\n${quoted(body)}`,
    at: request.sendAt,
  })
}

async function everybodyElse(turn: ScriptTurn, mail: SeenMail, to: Correspondent): Promise<Correspondent[]> {
  const own = (await mailboxAddress(turn)) ?? turn.context.mailbox ?? ''
  const left = [...mail.to, ...mail.cc, mail.from].filter(
    (one) => ![own.toLowerCase(), to.address.toLowerCase()].includes(one.address.toLowerCase()),
  )
  return left.filter(
    (one, index) => left.findIndex((other) => other.address.toLowerCase() === one.address.toLowerCase()) === index,
  )
}

export interface LetterRequest {
  readonly to: string
  readonly about: string | undefined
  readonly text: string | undefined
  readonly draft: boolean
  readonly sendAt?: string | undefined
}

export async function answerWrite(turn: ScriptTurn, request: LetterRequest): Promise<void> {
  const to = await addressee(turn, request.to)
  if (to === undefined) return
  const text =
    request.text ?? (request.draft && request.about !== undefined ? `I am writing about ${request.about}.` : undefined)
  if (text === undefined) {
    await turn.say(
      `What shall I write to **${plain(to.name || to.address)}**? Say for example “send a mail to ${plain(givenName(to) || to.address)} saying that the drawings are ready”.`,
    )
    return
  }
  const body = letter(text, to, signature(turn))
  const subject =
    request.about === undefined
      ? subjectFrom(text)
      : request.about.charAt(0).toLocaleUpperCase() + request.about.slice(1)
  const wish: Wish = { to: to.address, subject, body }
  const preview = `**${plain(subject)}**\n\n${quoted(body)}`
  if (request.draft) {
    await saveDraft(turn, wish)
    await turn.say(
      `The draft to ${addressed(to)} is in your Drafts folder: ${preview}\n\nNothing has been sent. Say “send it” when it is right.`,
    )
    return
  }
  await send(turn, {
    kind: 'new',
    wish,
    to,
    preview: `This goes to ${addressed(to)}: ${preview}`,
    at: request.sendAt,
  })
}

/** Whom a name means; asks the person and answers undefined where that is not clear. */
async function addressee(turn: ScriptTurn, name: string): Promise<Correspondent | undefined> {
  const address = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(name)?.[0]
  if (address !== undefined) return { name: '', address }
  if (/^(?:him|her|them|he|she|they)$/i.test(name) && turn.shown.mail !== undefined) return turn.shown.mail.from
  await turn.say(`Let me look up ${plain(name)}.`)
  const people = await peopleNamed(turn, name)
  const known = people.length > 0 ? people : await senders(turn, name)
  const [only] = known
  if (known.length === 1 && only !== undefined) return only
  await turn.say(
    only === undefined
      ? `I find no address for **${plain(name)}**. Write the address itself, for example “send a mail to name@company.example saying…”.`
      : `Several people could be **${plain(name)}**: ${enumerated(known.slice(0, 5).map((one) => `${plain(one.name)} (\`${plain(one.address)}\`)`))}. Which address do you mean?`,
  )
  return undefined
}

async function senders(turn: ScriptTurn, name: string): Promise<Correspondent[]> {
  const answer = await turn.tools.call('gmail_fetch_mails', {
    query: `from:(${name.replace(/[(){}"]/g, ' ')})`,
    limit: 20,
  })
  const byAddress = new Map(
    turn.shown.learn(mailsIn(answer)).map((mail) => [mail.from.address.toLowerCase(), mail.from]),
  )
  return [...byAddress.values()]
}

export async function answerForward(
  turn: ScriptTurn,
  target: Target,
  name: string,
  note: string | undefined,
  at: string | undefined,
): Promise<void> {
  const found = await find(turn, target, true)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  const to = await addressee(turn, name)
  if (to === undefined) return
  const mail = await read(turn, found.mails[0])
  const original = [
    '---------- Forwarded message ----------',
    `From: ${mail.from.name} <${mail.from.address}>`,
    `Date: ${when(mail.date, turn.context)}`,
    `Subject: ${mail.subject}`,
    '',
    mail.body ?? mail.snippet,
  ].join('\n')
  const body = note === undefined ? original : `${letter(note, to, signature(turn))}\n\n${original}`
  const left = mail.attachments?.length ? ['Its attachments stay behind: my tools cannot attach files.'] : []
  await send(turn, {
    kind: 'new',
    wish: { to: to.address, subject: `Fwd: ${mail.subject.replace(/^fwd:\s*/i, '')}`, body },
    alarms: [...alarmsAbout(mail, turn).map((alarm) => `⚠️ ${alarm}`), ...left],
    preview: `I am forwarding **${listTitle(mail)}** from ${sender(mail)} to ${addressed(to)}.`,
    at,
  })
}

interface SeenDraft {
  readonly id: string
  readonly mail: SeenMail
}

async function drafts(turn: ScriptTurn): Promise<SeenDraft[]> {
  const json = parseLoosely(await turn.tools.call('gmail_list_drafts', { limit: 20 }))
  const items = isRecord(json) && Array.isArray(json.drafts) ? json.drafts.filter(isRecord) : []
  return items.flatMap((item) => {
    const id = textOf(item.id) ?? textOf(item.draft_id)
    const [mail] = mailsIn(JSON.stringify(item.message ?? item))
    return id === undefined || mail === undefined ? [] : [{ id, mail }]
  })
}

export async function answerDrafts(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me look into your Drafts folder.')
  const found = await drafts(turn)
  if (found.length === 0) {
    await turn.say('There are no drafts.')
    return
  }
  const lines = found.map(
    ({ mail }) =>
      `- **${listTitle(mail)}** to ${plain(mail.to[0]?.name || mail.to[0]?.address || 'nobody yet')}, ${when(mail.date, turn.context)}. ${plain(mail.snippet, 110)}`,
  )
  const [only] = found
  if (found.length === 1 && only !== undefined) turn.shown.draftId = only.id
  await turn.say(`You have ${found.length === 1 ? 'one draft' : `**${found.length} drafts**`}:\n\n${lines.join('\n')}`)
}

export async function answerSendDraft(turn: ScriptTurn, at?: string): Promise<void> {
  let id = turn.shown.draftId
  if (id === undefined) {
    await turn.say('Let me see which draft that is.')
    const found = await drafts(turn)
    if (found.length !== 1) {
      const names = found.map(({ mail }) => `“${listTitle(mail)}”`)
      await turn.say(
        found.length === 0
          ? 'There is no draft to send. Say for example “draft a reply to Helen saying…” first.'
          : `There are several drafts: ${enumerated(names)}. Please send that one from Gmail, or tell me what to write and to whom.`,
      )
      return
    }
    id = found[0]?.id
  }
  await send(turn, { kind: 'draft', wish: { draftId: id }, preview: 'I am sending the draft.', at })
}

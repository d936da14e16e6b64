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
import { draftIdIn } from './shown.js'
import { Obstacle, type Wish } from './toolbox.js'

export interface ReplyRequest {
  readonly target: Target
  readonly text: string | undefined
  readonly draft: boolean
  readonly all: boolean
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
  await turn.say(
    [...alarms, `This goes to ${addressees}, in the thread **${listTitle(mail)}**:`, quoted(body)].join('\n\n'),
  )
  await sendOrDraft(turn, 'gmail_reply_to_thread', wish)
}

/** Sends; where the person answers the question for approval with "make it a draft" or "say this instead of that", does so. */
async function sendOrDraft(turn: ScriptTurn, tool: string, wish: Wish): Promise<void> {
  try {
    await turn.tools.call(tool, wish)
  } catch (error) {
    if (!(error instanceof Obstacle) || error.kind !== 'denied') throw error
    if (/\bdraft\b/i.test(error.reason ?? '') && turn.tools.has('gmail_create_draft')) {
      await turn.say('You said no to sending and asked for a draft, so I am keeping it as one.')
      await saveDraft(turn, wish)
      await turn.say('It is in your Drafts folder. Nothing has been sent.')
      return
    }
    const body = reworded(typeof wish.body === 'string' ? wish.body : '', error.reason ?? '')
    if (body === undefined) throw error
    await turn.say(`I changed that. It would say now:\n\n${quoted(body)}`)
    return await sendOrDraft(turn, tool, { ...wish, body })
  }
  await turn.say('Sent. It is in your Sent folder.')
}

const INSTEAD =
  /^(?:please )?(?:say|write|put|use|make (?:it|that))?\s*["“']?(.{1,200}?)["”']?\s+(?:instead of|rather than|not)\s+["“']?(.{1,200}?)["”']?[.!\s]*$/i

/** The text with the one put in the place of the other; undefined where the words ask for something else, or the other is not in it. */
function reworded(body: string, words: string): string | undefined {
  const [, wanted, unwanted] = INSTEAD.exec(words.trim()) ?? []
  if (wanted === undefined || unwanted === undefined) return undefined
  const at = body.toLowerCase().indexOf(unwanted.toLowerCase())
  return at === -1 ? undefined : `${body.slice(0, at)}${wanted}${body.slice(at + unwanted.length)}`
}

async function saveDraft(turn: ScriptTurn, wish: Wish): Promise<void> {
  turn.shown.draftId = draftIdIn(await turn.tools.call('gmail_create_draft', wish))
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

function signature({ context }: ScriptTurn): string | undefined {
  return context.person?.split(/\s+/)[0]
}

export interface LetterRequest {
  readonly to: string
  readonly about: string | undefined
  readonly text: string | undefined
  readonly draft: boolean
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
  await turn.say(`This goes to ${addressed(to)}: ${preview}`)
  await sendOrDraft(turn, 'gmail_send_message', wish)
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
  const left = mail.attachments?.length ? ' Its attachments stay behind: my tools cannot attach files.' : ''
  const alarms = alarmsAbout(mail, turn).map((alarm) => `⚠️ ${alarm}\n\n`)
  await turn.say(
    `${alarms.join('')}I am forwarding **${listTitle(mail)}** from ${sender(mail)} to ${addressed(to)}.${left}`,
  )
  await sendOrDraft(turn, 'gmail_send_message', {
    to: to.address,
    subject: `Fwd: ${mail.subject.replace(/^fwd:\s*/i, '')}`,
    body,
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

export async function answerSendDraft(turn: ScriptTurn): Promise<void> {
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
  await turn.say('I am sending the draft.')
  await turn.tools.call('gmail_send_draft', { draftId: id })
  turn.shown.draftId = undefined
  await turn.say('Sent. The draft has become a message in your Sent folder.')
}

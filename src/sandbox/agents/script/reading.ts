/** Answers that only look: lists, single mails, attachments, summaries, people, what somebody said. */
import { attachmentBytes, attachmentMarkdown } from './attachment-text.js'
import { asks, keySentences, languageOf, ownWords, sentencesAbout } from './digest.js'
import { describe, fetched, find, nothingFound, search } from './finding.js'
import type { Filter, Target } from './intent.js'
import { bytes, counted, enumerated, fenced, list, listTitle, plain, quoted, sender, shortened, when } from './markdown.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { knownCorrespondents, mailboxAddress, type ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenAttachment, type SeenMail } from './seen-mail.js'
import { ordersToAgents, pressesForMoney, warnings } from './suspicion.js'

const LONGEST_LIST = 10
const LONGEST_QUOTE = 1_800

export async function answerList(turn: ScriptTurn, filter: Filter, counting: boolean): Promise<void> {
  await turn.say(progress(filter))
  const result = await search(turn, filter, counting ? 100 : undefined)
  const mails = result.mails.slice(0, Math.min(filter.limit ?? LONGEST_LIST, LONGEST_LIST))
  if (mails.length === 0) {
    const instead = filter.unread && filter.from === undefined && filter.about === undefined ? 'Nothing is unread. You are all caught up.' : nothingFound(filter)
    await turn.say(instead)
    return
  }
  turn.shown.showList(mails)
  const total = filter.limit === undefined ? result.total : mails.length
  const heading = total === 1 ? `There is **one mail** ${describe(filter)}:` : `There are **${total} mails** ${describe(filter)}:`
  const rest = result.mails.slice(mails.length)
  const parts = [
    ...(result.note === undefined ? [heading] : [result.note]),
    list(mails, turn.context),
    ...(filter.limit === undefined && total > mails.length ? [remaining(rest, total - mails.length)] : []),
    ...attention(turn, mails),
    ...(turn.isFirst ? ['Say “read the first one”, “summarize the second” or “reply to her that…” and I will go on from here.'] : []),
  ]
  await turn.say(parts.join('\n\n'))
}

function progress(filter: Filter): string {
  if (filter.unread && filter.from === undefined && filter.about === undefined) return 'Let me look at your unread mail.'
  if (filter.period === 'today') return 'Let me see what came in today.'
  if (filter.from === undefined && filter.about === undefined) return 'Let me look through your inbox.'
  return `Let me look for mail ${describe(filter)}.`
}

function remaining(rest: readonly SeenMail[], count: number): string {
  const names = [...new Set(rest.map(sender))].slice(0, 5)
  return `…and ${count} more${names.length === 0 ? '' : `, from ${enumerated(names)}`}.`
}

/** What stands out in a list: what people ask, and what should not be trusted. */
function attention(turn: ScriptTurn, mails: readonly SeenMail[]): string[] {
  const others = knownCorrespondents(turn)
  const parts: string[] = []
  const suspicious = mails.filter((mail) => warnings(mail, others).length > 0 && (ordersToAgents(mail) !== undefined || pressesForMoney(mail)))
  const questions = mails
    .filter((mail) => !mail.bulk && !suspicious.includes(mail) && mail.labels.includes('UNREAD') && mail.body !== undefined)
    .flatMap((mail) => asks(mail.body ?? '', 1).map((ask) => `- ${sender(mail)}: “${plain(ask, 180)}”`))
    .slice(0, 3)
  if (mails.length > 2 && questions.length > 0) parts.push(`**Waiting for you**\n\n${questions.join('\n')}`)
  for (const mail of suspicious.slice(0, 3)) {
    parts.push(`⚠️ **Careful with number ${mails.indexOf(mail) + 1}** (${listTitle(mail)}). ${warnings(mail, others)[0] ?? ''}`)
  }
  return parts
}

/** The mail in full, from the mailbox. @throws {Obstacle} */
export async function read(turn: ScriptTurn, mail: SeenMail): Promise<SeenMail> {
  const answer = await turn.tools.call('gmail_get_message_by_id', { messageId: mail.id })
  const [full] = turn.shown.learn(mailsIn(answer))
  turn.shown.mail = full ?? mail
  return turn.shown.mail
}

export async function answerOpen(turn: ScriptTurn, target: Target, whole: boolean): Promise<void> {
  const found = await find(turn, target, true)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  await turn.say(found.mails.length === 1 ? 'Opening it.' : `Opening ${counted(found.mails.length, 'mail')}.`)
  for (const one of found.mails.slice(0, 5)) await tellMail(turn, await read(turn, one), whole)
}

async function tellMail(turn: ScriptTurn, mail: SeenMail, whole: boolean): Promise<void> {
  if (pressesForMoney(mail) && mail.from.name !== '') {
    await turn.say('This one asks for money, so let me compare its sender with your other mail.')
    await fetched(turn, `from:(${mail.from.name.replace(/[(){}"]/g, ' ')})`, 10)
  }
  const alarms = warnings(mail, knownCorrespondents(turn))
  const parts = [header(turn, mail), ...alarms.map((alarm) => `⚠️ ${alarm}`)]
  const body = mail.body ?? mail.snippet
  if (whole) parts.push(fenced(body))
  else if (ordersToAgents(mail) !== undefined) parts.push(quoted(withoutOrders(body)), 'I left the passage meant for assistants out of the quote. Say “show me the full text” if you want to see it.')
  else parts.push(quoted(shortened2(body)))
  if (!whole && alarms.length === 0) {
    const language = languageOf(ownWords(body))
    if (language !== 'English') parts.push(`It is written in ${language}. I quote it as it is; translating is beyond the script that plays my part here.`)
    const questions = asks(body, 2)
    if (questions.length > 0 && !mail.bulk) parts.push(`**What ${sender(mail)} wants from you:** ${questions.map((ask) => plain(ask, 220)).join(' ')}`)
  }
  if (mail.attachments?.length) parts.push(`Attached: ${enumerated(mail.attachments.map((file) => `\`${plain(file.name)}\` (${bytes(file.size)})`))}. Ask me “and the attachment?” to look inside.`)
  await turn.say(parts.join('\n\n'))
}

function header({ context }: ScriptTurn, mail: SeenMail): string {
  const people = (list: SeenMail['to']) => enumerated(list.slice(0, 4).map(({ name, address }) => plain(name || address)))
  const cc = mail.cc.length === 0 ? '' : `, copy to ${people(mail.cc)}`
  return `**${listTitle(mail)}**\nFrom **${sender(mail)}** (${plain(mail.from.address)}) to ${people(mail.to) || 'undisclosed recipients'}${cc}, ${when(mail.date, context)}`
}

/** The body up to a readable length, cut at a paragraph. */
function shortened2(body: string): string {
  if (body.length <= LONGEST_QUOTE) return body
  const cut = body.lastIndexOf('\n\n', LONGEST_QUOTE)
  const end = cut > LONGEST_QUOTE / 2 ? cut : LONGEST_QUOTE
  return `${body.slice(0, end).trimEnd()}\n\n(…${body.length - end} more characters; say “show me the full text”)`
}

const INSTRUCTION_LINE =
  /^(?:.*\b(?:instructions?|AI assistant|maintenance mode|collector|assistant|forward all|already pressed|approved by)\b.*|\s*\d+\.\s.*|\s*!\[.*|system\s*:.*|-{3}.*)$/i

/** A hostile mail without the lines that talk to an assistant. */
function withoutOrders(body: string): string {
  const kept = body.split('\n').filter((line) => !INSTRUCTION_LINE.test(line) && ordersToAgents({ ...EMPTY, body: line }) === undefined)
  return kept.join('\n').replace(/\n{3,}/g, '\n\n').trim() || '(nothing else)'
}

const EMPTY: SeenMail = {
  id: '',
  threadId: undefined,
  from: { name: '', address: '' },
  to: [],
  cc: [],
  replyTo: undefined,
  subject: '',
  messageId: undefined,
  date: undefined,
  snippet: '',
  body: '',
  labels: [],
  attachments: undefined,
  bulk: false,
}

export async function answerAttachment(turn: ScriptTurn, target: Target): Promise<void> {
  const found = await find(turn, target, true)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  await turn.say('Let me look at what is attached.')
  const mail = await read(turn, found.mails[0])
  const files = distinctFiles(mail.attachments ?? [])
  if (files.length === 0) {
    await turn.say(`**${listTitle(mail)}** from ${sender(mail)} has no attachment.`)
    return
  }
  const answers = await turn.tools.readEach(
    'gmail_get_attachment_by_id',
    files.map((file) => ({ messageId: mail.id, attachmentId: file.id, fileName: file.name })),
  )
  const parts = files.map((file, index) => fileMarkdown(file, answers[index]))
  await turn.say([`Attached to **${listTitle(mail)}** (${sender(mail)}):`, ...parts].join('\n\n'))
}

/** An invitation comes twice in one mail, as a part and as a file. */
function distinctFiles(files: readonly SeenAttachment[]): SeenAttachment[] {
  return files.filter((file, index) => files.findIndex((other) => other.name === file.name) === index).slice(0, 5)
}

function fileMarkdown(file: SeenAttachment, answer: string | undefined): string {
  const heading = `**${plain(file.name)}** (${plain(file.type)}, ${bytes(file.size)})`
  const content = answer === undefined ? undefined : attachmentBytes(answer)
  const shown = content === undefined ? undefined : attachmentMarkdown(file.name, file.type, content)
  return `${heading}\n\n${shown ?? 'I can name it, but not read this kind of file.'}`
}

export async function answerSummary(turn: ScriptTurn, target: Target): Promise<void> {
  if (isWholeInbox(target)) {
    await summarizeMany(turn, await search(turn, target.filter ?? { unread: true }).then(({ mails }) => mails), describe(target.filter ?? { unread: true }))
    return
  }
  const found = await find(turn, target, !target.plural)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  if (found.mails.length > 1) {
    await summarizeMany(turn, found.mails, 'you mean')
    return
  }
  await turn.say('Let me read the whole conversation.')
  const [mail] = found.mails
  const thread = mail.threadId === undefined ? [] : turn.shown.learn(mailsIn(await turn.tools.call('gmail_get_thread_by_id', { threadId: mail.threadId })))
  const mails = thread.filter((one) => !one.labels.includes('DRAFT'))
  turn.shown.mail = mails.filter((one) => !one.labels.includes('SENT')).at(-1) ?? mail
  await turn.say(mails.length > 1 ? threadSummary(turn, mails) : mailSummary(turn, mails[0] ?? mail))
}

/** "summarize my inbox", "catch me up on today": a search without a name or a subject in it. */
function isWholeInbox(target: Target): boolean {
  const { filter } = target
  if (target.ordinals.length > 0 || target.pronoun) return false
  return filter === undefined ? target.plural && !target.latest : filter.from === undefined && filter.about === undefined && !target.latest
}

async function summarizeMany(turn: ScriptTurn, mails: readonly SeenMail[], what: string): Promise<void> {
  if (mails.length === 0) {
    await turn.say(`There is no mail ${what}.`)
    return
  }
  const some = mails.slice(0, LONGEST_LIST)
  turn.shown.showList(some)
  const lines = some.map((mail, index) => `${index + 1}. **${listTitle(mail)}** — ${sender(mail)}, ${when(mail.date, turn.context)}. ${gist(mail)}`)
  await turn.say([`In short, ${counted(some.length, 'mail')} ${what}:`, lines.join('\n'), ...attention(turn, some)].join('\n\n'))
}

function gist(mail: SeenMail): string {
  if (ordersToAgents(mail) !== undefined) return 'It tries to give orders to an assistant; see below.'
  return plain(keySentences(mail.body ?? mail.snippet, 1).join(' '), 200)
}

function mailSummary(turn: ScriptTurn, mail: SeenMail): string {
  const alarms = warnings(mail, knownCorrespondents(turn)).map((alarm) => `⚠️ ${alarm}`)
  const body = ordersToAgents(mail) === undefined ? (mail.body ?? mail.snippet) : withoutOrders(mail.body ?? '')
  const points = keySentences(body, 4).map((sentence) => `- ${plain(sentence, 260)}`)
  const questions = asks(body, 3).map((ask) => `- ${plain(ask, 220)}`)
  return [
    header(turn, mail),
    ...alarms,
    `**In short**\n\n${points.join('\n') || '- It has no text.'}`,
    ...(questions.length > 0 && !mail.bulk ? [`**Asked of you**\n\n${questions.join('\n')}`] : []),
  ].join('\n\n')
}

function threadSummary(turn: ScriptTurn, mails: readonly SeenMail[]): string {
  const last = mails.at(-1)
  const people = [...new Set(mails.map(sender))]
  const course = mails.map((mail) => `- **${sender(mail)}**, ${when(mail.date, turn.context)}: ${plain(keySentences(mail.body ?? mail.snippet, 2).join(' '), 300)}`)
  const open = last === undefined || last.labels.includes('SENT') ? [] : asks(last.body ?? '', 3)
  const title = mails[0] === undefined ? '' : listTitle(mails[0])
  return [
    `**${title}**: ${counted(mails.length, 'message')} between ${enumerated(people)}, the last one ${when(last?.date, turn.context)}.`,
    `**How it went**\n\n${course.join('\n')}`,
    open.length > 0
      ? `**Open, and yours to answer**\n\n${open.map((ask) => `- ${plain(ask, 240)}`).join('\n')}`
      : last?.labels.includes('SENT')
        ? 'The last word was yours; nobody has answered yet.'
        : 'Nobody asks you anything in the last message.',
  ].join('\n\n')
}

interface Person {
  readonly name: string
  readonly address: string
}

/** People that Gmail knows by this name. @throws {Obstacle} */
export async function peopleNamed(turn: ScriptTurn, name: string): Promise<Person[]> {
  if (!turn.tools.has('gmail_search_people')) return []
  const json = parseLoosely(await turn.tools.call('gmail_search_people', { query: name, others: true }))
  const people = new Map<string, Person>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    if (!isRecord(value)) return
    const addresses = value.emailAddresses ?? value.email_addresses
    if (!Array.isArray(addresses)) {
      for (const child of Object.values(value)) walk(child)
      return
    }
    const first = (list: unknown, key: string) => (Array.isArray(list) && isRecord(list[0]) ? textOf(list[0][key]) : undefined)
    const address = first(addresses, 'value')
    if (address !== undefined) people.set(address.toLowerCase(), { name: first(value.names, 'displayName') ?? '', address })
  }
  walk(json)
  return [...people.values()]
}

export async function answerWho(turn: ScriptTurn, who: string): Promise<void> {
  const name = isReference(who) ? turn.shown.mail?.from.name || turn.shown.mail?.from.address : who
  if (name === undefined) {
    await turn.say('Whom do you mean? Give me a name, for example “who is Helen?”.')
    return
  }
  await turn.say(`Let me see what your mail says about ${plain(name)}.`)
  const people = await peopleNamed(turn, name)
  const { mails } = await fetched(turn, `from:(${name.replace(/[(){}"]/g, ' ')})`, 20)
  const [first] = mails
  if (first === undefined && people.length === 0) {
    await turn.say(`I find nobody called **${plain(name)}** among the people you have mail with.`)
    return
  }
  const newest = first === undefined ? undefined : await read(turn, first)
  const addresses = [...new Set([...mails.map((mail) => mail.from.address.toLowerCase()), ...people.map((person) => person.address.toLowerCase())])]
  const shownName = newest === undefined ? plain(people[0]?.name || name) : sender(newest)
  const role = newest === undefined ? undefined : signatureRole(newest)
  const alarm = newest === undefined ? undefined : warnings(newest, knownCorrespondents(turn))[0]
  const topics = [...new Set(mails.map((mail) => listTitle(mail).replace(/^(?:re|fwd|aw|sv):\s*/i, '')))].slice(0, 4)
  await turn.say(
    [
      `**${shownName}**${role === undefined ? '' : `, ${role}`}`,
      [
        `- **Address:** ${enumerated(addresses.slice(0, 3).map((address) => `\`${plain(address)}\``))}`,
        `- **Mail from there:** ${counted(mails.length, 'message')}${first === undefined ? '' : `, the last one ${when(first.date, turn.context)}`}`,
        ...(topics.length === 0 ? [] : [`- **Subjects:** ${topics.map((topic) => `“${topic}”`).join(', ')}`]),
      ].join('\n'),
      ...(newest?.body === undefined || ordersToAgents(newest) !== undefined ? [] : [`The latest one says: “${plain(keySentences(newest.body, 1).join(' '), 220)}”`]),
      ...(addresses.length > 1 ? ['More than one address goes by this name, so look at it before you answer.'] : []),
      ...(alarm === undefined ? [] : [`⚠️ ${alarm}`]),
    ].join('\n\n'),
  )
}

function isReference(words: string): boolean {
  return /^(?:he|she|they|him|her|them|that|this|it|the sender|that person)$/i.test(words)
}

const FAREWELL_LINE = /^(?:all best|best|(?:with )?(?:kind|warm|best) regards|regards|yours sincerely|cheers|thanks|mvh|viele grüße|mit herzlichen grüßen|with kind regards|all the best)\b/i

/** What the lines under the writer's name say of them, as a signature does. */
function signatureRole(mail: SeenMail): string | undefined {
  const lines = ownWords(mail.body ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== '')
  const name = mail.from.name.split(' ').at(-1)?.toLowerCase() ?? ''
  const at = name === '' ? -1 : lines.findLastIndex((line) => line.toLowerCase().includes(name) && line.length < 60)
  const below = at === -1 ? [] : lines.slice(at + 1, at + 3).filter((line) => line.length < 60 && !/[?!]$/.test(line) && !FAREWELL_LINE.test(line))
  return below.length === 0 ? undefined : plain(below.join(', '))
}

const MOST_QUOTED = 3

export async function answerSaid(turn: ScriptTurn, who: string, topic: string | undefined): Promise<void> {
  const name = isReference(who) ? turn.shown.mail?.from.name || turn.shown.mail?.from.address : who
  if (name === undefined) {
    await turn.say('Who, please? For example: “what did Priya say about the budget?”')
    return
  }
  await turn.say(`Let me look for what ${plain(name)} wrote${topic === undefined ? '' : ` about ${plain(topic)}`}.`)
  const { mails, note } = await search(turn, { from: name, about: topic }, 10)
  if (mails.length === 0) {
    const { mails: any } = topic === undefined ? { mails: [] } : await fetched(turn, `from:(${name.replace(/[(){}"]/g, ' ')})`, 5)
    if (any.length > 0) turn.shown.showList(any)
    await turn.say(any.length === 0 ? nothingFound({ from: name }) : `${plain(name)} wrote nothing about **${plain(topic ?? '')}** that I can find. The latest from there:\n\n${list(any, turn.context)}`)
    return
  }
  const answers = await turn.tools.readEach('gmail_get_message_by_id', mails.slice(0, MOST_QUOTED).map((mail) => ({ messageId: mail.id })))
  const full = turn.shown.learn(answers.flatMap(mailsIn))
  const words = (topic ?? '').split(/\s+/).filter((word) => word.length > 2 && !/^(?:the|our|and|for|with)$/i.test(word))
  const passages = full.map((mail) => {
    const about = ordersToAgents(mail) === undefined ? sentencesAbout(mail.body ?? '', words) : []
    const chosen = (about.length > 0 ? about : keySentences(mail.body ?? '', 2)).slice(0, 3)
    return `**${listTitle(mail)}**, ${when(mail.date, turn.context)}:\n\n${quoted(chosen.map((sentence) => plain(sentence, 320)).join('\n'))}`
  })
  turn.shown.mail = full.length === 1 ? full[0] : undefined
  const on = topic === undefined ? '' : ` on **${plain(topic)}**`
  await turn.say([...(note === undefined ? [] : [note]), `${full[0] === undefined ? plain(name) : sender(full[0])}${on}, in ${counted(full.length, 'mail')}, newest first:`, ...passages].join('\n\n'))
}

export async function answerWhose(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me ask Gmail.')
  const address = await mailboxAddress(turn)
  const owner = turn.context.person === undefined ? '' : ` You are ${plain(turn.context.person)}, and nobody else can use it through me.`
  await turn.say(
    address === undefined
      ? `I reach one Gmail account, the one you connected, but the tool that tells its address is not enabled for me.${owner}`
      : `I am connected to **${plain(address)}**, and to no other mailbox.${owner}`,
  )
}

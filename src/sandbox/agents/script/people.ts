/** Answers about people: who somebody is, what they said, whose mailbox this is. */
import { keySentences, ownWords, passagesAbout, stem } from './digest.js'
import { fetched, nothingFound, search } from './finding.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { read } from './mail-view.js'
import { counted, enumerated, list, listTitle, plain, quoted, sender, when } from './markdown.js'
import { alarmsAbout, mailboxAddress, type ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenMail } from './seen-mail.js'
import { trustworthyText } from './suspicion.js'

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
    const first = (list: unknown, key: string) =>
      Array.isArray(list) && isRecord(list[0]) ? textOf(list[0][key]) : undefined
    const address = first(addresses, 'value')
    if (address !== undefined)
      people.set(address.toLowerCase(), { name: first(value.names, 'displayName') ?? '', address })
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
  const addresses = [
    ...new Set([
      ...mails.map((mail) => mail.from.address.toLowerCase()),
      ...people.map((person) => person.address.toLowerCase()),
    ]),
  ]
  const shownName = newest === undefined ? plain(people[0]?.name || name) : sender(newest)
  const role = newest === undefined ? undefined : signatureRole(newest)
  const alarm = newest === undefined ? undefined : alarmsAbout(newest, turn)[0]
  const topics = [...new Set(mails.map((mail) => listTitle(mail).replace(/^(?:re|fwd|aw|sv):\s*/i, '')))].slice(0, 4)
  await turn.say(
    [
      `**${shownName}**${role === undefined ? '' : `, ${role}`}`,
      [
        `- **Address:** ${enumerated(addresses.slice(0, 3).map((address) => `\`${plain(address)}\``))}`,
        `- **Mail from there:** ${counted(mails.length, 'message')}${first === undefined ? '' : `, the last one ${when(first.date, turn.context)}`}`,
        ...(topics.length === 0 ? [] : [`- **Subjects:** ${topics.map((topic) => `“${topic}”`).join(', ')}`]),
      ].join('\n'),
      ...(newest === undefined
        ? []
        : [`The latest one says: “${plain(keySentences(trustworthyText(newest), 1).join(' '), 220)}”`]),
      ...(addresses.length > 1 ? ['More than one address goes by this name, so look at it before you answer.'] : []),
      ...(alarm === undefined ? [] : [`⚠️ ${alarm}`]),
    ].join('\n\n'),
  )
}

function isReference(words: string): boolean {
  return /^(?:he|she|they|him|her|them|that|this|it|the sender|that person)$/i.test(words)
}

const FAREWELL_LINE =
  /^(?:all best|best|(?:with )?(?:kind|warm|best) regards|regards|yours sincerely|cheers|thanks|mvh|viele grüße|mit herzlichen grüßen|with kind regards|all the best)\b/i

/** What the lines under the writer's name say of them, as a signature does. */
function signatureRole(mail: SeenMail): string | undefined {
  const lines = ownWords(mail.body ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const name = mail.from.name.split(' ').at(-1)?.toLowerCase() ?? ''
  const at = name === '' ? -1 : lines.findLastIndex((line) => line.toLowerCase().includes(name) && line.length < 60)
  const below =
    at === -1
      ? []
      : lines
          .slice(at + 1, at + 3)
          .filter((line) => line.length < 60 && !/[?!]$/.test(line) && !FAREWELL_LINE.test(line))
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
    const { mails: any } =
      topic === undefined ? { mails: [] } : await fetched(turn, `from:(${name.replace(/[(){}"]/g, ' ')})`, 5)
    if (any.length > 0) turn.shown.showList(any)
    await turn.say(
      any.length === 0
        ? nothingFound({ from: name })
        : `${plain(name)} wrote nothing about **${plain(topic ?? '')}** that I can find. The latest from there:\n\n${list(any, turn.context)}`,
    )
    return
  }
  const answers = await turn.tools.readEach(
    'gmail_get_message_by_id',
    mails.slice(0, MOST_QUOTED).map((mail) => ({ messageId: mail.id })),
  )
  const full = turn.shown.learn(answers.flatMap(mailsIn))
  const words = (topic ?? '')
    .split(/\s+/)
    .filter((word) => word.length > 2 && !/^(?:the|our|and|for|with)$/i.test(word))
  const quotes = full.map((mail) => {
    return `**${listTitle(mail)}**, ${when(mail.date, turn.context)}:\n\n${passages(mail, words)}${caution(turn, mail)}`
  })
  turn.shown.mail = full.length === 1 ? full[0] : undefined
  const on = topic === undefined ? '' : ` on **${plain(topic)}**`
  await turn.say(
    [
      ...(note === undefined ? [] : [note]),
      `${full[0] === undefined ? plain(name) : sender(full[0])}${on}, in ${counted(full.length, 'mail')}, newest first:`,
      ...quotes,
    ].join('\n\n'),
  )
}

export async function answerWhose(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me ask Gmail.')
  const address = await mailboxAddress(turn)
  const owner =
    turn.context.person === undefined
      ? ''
      : ` You are ${plain(turn.context.person)}, and nobody else can use it through me.`
  await turn.say(
    address === undefined
      ? `I reach one Gmail account, the one you connected, but the tool that tells its address is not enabled for me.${owner}`
      : `I am connected to **${plain(address)}**, and to no other mailbox.${owner}`,
  )
}

/** A question of the kind that some mail answers: looked for by its words, answered by quoting. */
export async function answerQuestion(turn: ScriptTurn, about: string): Promise<void> {
  await turn.say(`Let me see whether your mail says something about ${plain(about)}.`)
  const { mails } = await search(turn, { about }, 10)
  const words = about.split(/\s+/).filter((word) => word.length > 2)
  const best = withMostOf(mails, words)
  const wishes = best.slice(0, MOST_QUOTED).map((mail) => ({ messageId: mail.id }))
  const full = turn.shown.learn((await turn.tools.readEach('gmail_get_message_by_id', wishes)).flatMap(mailsIn))
  const answers = full.map(
    (mail) =>
      `**${listTitle(mail)}** (${sender(mail)}, ${when(mail.date, turn.context)}):\n\n${passages(mail, words)}${caution(turn, mail)}`,
  )
  turn.shown.mail = full.length === 1 ? full[0] : undefined
  await turn.say(
    answers.length === 0
      ? `I found nothing in your mail about **${plain(about)}**, so I cannot answer that.`
      : ['This is what your mail says about it:', ...answers].join('\n\n'),
  )
}

/** The mails that hold the most of these words, in their order. */
function withMostOf(mails: readonly SeenMail[], words: readonly string[]): SeenMail[] {
  const stems = words.map(stem)
  const hits = mails.map((mail) => {
    const text = `${mail.subject} ${mail.body ?? mail.snippet}`.toLowerCase()
    return stems.filter((word) => text.includes(word)).length
  })
  return mails.filter((_mail, index) => hits[index] === Math.max(...hits))
}

/** What a mail says about some words, quoted; what it says at all where it has none of them. */
function passages(mail: SeenMail, words: readonly string[]): string {
  const text = trustworthyText(mail)
  const about = passagesAbout(text, words)
  const chosen = about.length > 0 ? about.slice(0, 2) : keySentences(text, 2)
  return quoted(chosen.map((passage) => plain(passage, 320)).join('\n'))
}

/** What to add below a quote from a mail that is not to be trusted. */
function caution(turn: ScriptTurn, mail: SeenMail): string {
  const alarms = alarmsAbout(mail, turn)
  return alarms.length === 0 ? '' : `\n\n⚠️ ${alarms.join(' ')}`
}

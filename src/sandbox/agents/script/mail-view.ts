/** One mail, shown: its text, what is attached, what to be careful about. */
import { attachmentBytes, attachmentMarkdown } from './attachment-text.js'
import { asks, languageOf, ownWords } from './digest.js'
import { fetched, find } from './finding.js'
import { isEmptyTarget, type Target } from './intent.js'
import { addressed, bytes, counted, enumerated, fenced, listTitle, plain, quoted, sender, when } from './markdown.js'
import { alarmsAbout, type ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenAttachment, type SeenMail } from './seen-mail.js'
import { ordersToAgents, pressesForMoney, trustworthyText } from './suspicion.js'

const LONGEST_QUOTE = 1_800

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
  const alarms = alarmsAbout(mail, turn)
  const parts = [header(turn, mail), ...alarms.map((alarm) => `⚠️ ${alarm}`)]
  const body = mail.body ?? mail.snippet
  if (whole) parts.push(fenced(body))
  else if (ordersToAgents(mail) !== undefined)
    parts.push(
      quoted(trustworthyText(mail)),
      'I left the passage meant for assistants out of the quote. Say “show me the full text” if you want to see it.',
    )
  else parts.push(quoted(readableLength(body)))
  if (!whole && alarms.length === 0) {
    const language = languageOf(ownWords(body))
    if (language !== 'English')
      parts.push(
        `It is written in ${language}. I quote it as it is; translating is beyond the script that plays my part here.`,
      )
    const questions = asks(body, 2)
    if (questions.length > 0 && !mail.bulk)
      parts.push(`**What ${sender(mail)} wants from you:** ${questions.map((ask) => plain(ask, 220)).join(' ')}`)
  }
  if (mail.attachments?.length)
    parts.push(
      `Attached: ${enumerated(distinctFiles(mail.attachments).map((file) => `\`${plain(file.name)}\` (${bytes(file.size)})`))}. Ask me “and the attachment?” to look inside.`,
    )
  await turn.say(parts.join('\n\n'))
}

export function header({ context }: ScriptTurn, mail: SeenMail): string {
  const people = (list: SeenMail['to']) =>
    enumerated(list.slice(0, 4).map(({ name, address }) => plain(name || address)))
  const cc = mail.cc.length === 0 ? '' : `, copy to ${people(mail.cc)}`
  return `**${listTitle(mail)}**\nFrom ${addressed(mail.from)} to ${people(mail.to) || 'undisclosed recipients'}${cc}, ${when(mail.date, context)}`
}

/** The body up to a readable length, cut at a paragraph. */
function readableLength(body: string): string {
  if (body.length <= LONGEST_QUOTE) return body
  const cut = body.lastIndexOf('\n\n', LONGEST_QUOTE)
  const end = cut > LONGEST_QUOTE / 2 ? cut : LONGEST_QUOTE
  return `${body.slice(0, end).trimEnd()}\n\n(…${body.length - end} more characters; say “show me the full text”)`
}

export async function answerAttachment(turn: ScriptTurn, named: Target): Promise<void> {
  const target = named.filter === undefined ? named : { ...named, filter: { ...named.filter, attachment: true } }
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

/** "Is this safe?" of one mail, or of the inbox where none is meant. */
export async function answerSafety(turn: ScriptTurn, target: Target): Promise<void> {
  if (isEmptyTarget(target)) {
    await turn.say('Let me go through your inbox.')
    const { mails } = await fetched(turn, 'in:inbox', 50)
    const doubtful = mails.filter((mail) => alarmsAbout(mail, turn).length > 0)
    const lines = doubtful
      .slice(0, 5)
      .map(
        (mail) =>
          `- **${listTitle(mail)}** (${plain(mail.from.address)}, ${when(mail.date, turn.context)}): ${alarmsAbout(mail, turn).join(' ')}`,
      )
    await turn.say(
      lines.length === 0
        ? `Nothing among the newest ${counted(mails.length, 'mail')} looks suspicious to me.`
        : `⚠️ These I would not trust without asking:\n\n${lines.join('\n')}`,
    )
    return
  }
  const found = await find(turn, target, true)
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  await turn.say('Let me look at the mail and compare its sender with your other mail.')
  const mail = await read(turn, found.mails[0])
  if (mail.from.name !== '') await fetched(turn, `from:(${mail.from.name.replace(/[(){}"]/g, ' ')})`, 10)
  const alarms = alarmsAbout(mail, turn)
  await turn.say(
    alarms.length === 0
      ? `I see nothing suspicious in **${listTitle(mail)}** from ${addressed(mail.from)}: the address is no look-alike of one I know, answers go back to it, and it neither presses for money nor gives me orders. I cannot check more than that.`
      : `⚠️ I would not trust **${listTitle(mail)}**:\n\n${alarms.map((alarm) => `- ${alarm}`).join('\n')}`,
  )
}

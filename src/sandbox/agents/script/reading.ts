/** Answers that read: a mail, a conversation, an attachment, dates, bills. What a mail says is quoted, never put in other words. */
import { attachmentText } from './attachment-text.js'
import { amountIn, BILL_QUERY, datedLines, isBill, isReceipt, keySentences } from './facts.js'
import { mailsIn, type SeenMail } from './mail.js'
import { counted, enumerated, listTitle, named, plain, quoted, sender, table, when } from './markdown.js'
import { LONGEST_LIST, pickAndRead, pickOne, search } from './pick-mail.js'
import { noticesOf, numbered, type ScriptTurn, warnings } from './turn.js'
import type { Captures } from './understand.js'
import { givesOrders, quotableText } from './warnings.js'
import * as say from './words.js'

const LONGEST_QUOTE = 4_000
const INVITATIONS = '{subject:invitation subject:einladung filename:ics}'

export async function openMail(turn: ScriptTurn, { mail: words }: Captures): Promise<void> {
  const mail = await pickAndRead(turn, words)
  if (mail === undefined) return
  const text = quotableText(mail)
  const [shown, left] = [text.slice(0, LONGEST_QUOTE), text.length - LONGEST_QUOTE]
  const cut = [givesOrders(mail) ? say.PASSAGE_LEFT_OUT : '', left > 0 ? say.cut(left) : '']
  const files = say.attached(mail.files.map(({ name }) => `\`${plain(name)}\``))
  const head = `${named(mail)} (${plain(mail.from.address)}), ${when(mail.date, turn.context)}`
  await turn.say(head, await warnings(turn, [mail]), quoted(shown), ...cut, files)
}

export async function openAttachment(turn: ScriptTurn, { mail: words }: Captures): Promise<void> {
  const mail = await pickAndRead(turn, words)
  if (mail === undefined) return
  const texts = await Promise.all(mail.files.map((file) => fileText(turn, mail, file)))
  const shown = mail.files.map(({ name }, index) => {
    const text = texts[index]
    return text === undefined ? say.unreadable(name) : say.file(name, text.slice(0, LONGEST_QUOTE))
  })
  const head = shown.length === 0 ? say.noAttachment(named(mail)) : say.attachedTo(named(mail))
  await turn.say(head, await warnings(turn, [mail]), ...shown)
}

async function fileText({ tools }: ScriptTurn, mail: SeenMail, { id, name }: SeenMail['files'][number]) {
  const input = { message_id: mail.id, attachment_id: id }
  return attachmentText(name, await tools.call('gmail_get_attachment_by_id', input))
}

/** The conversation of a mail, in sentences of its own. */
export async function summarize(turn: ScriptTurn, { mail: words = 'it' }: Captures): Promise<void> {
  const seen = await pickOne(turn, words)
  if (seen === undefined) return
  const answer = await turn.tools.call('gmail_get_thread_by_id', { thread_id: seen.threadId })
  const mails = turn.shown.learn(mailsIn(answer)).filter(({ labels }) => !labels.includes('DRAFT'))
  turn.shown.mail = seen
  const notices = await noticesOf(turn, mails)
  const told = (mail: SeenMail) => {
    const points = keySentences(quotableText(mail), mails.length > 1 ? 2 : 4).map((point) => `- “${plain(point, 260)}”`)
    const head = `**${sender(mail)}**, ${when(mail.date, turn.context)}`
    return [head, ...points, say.warned(notices(mail))].join('\n').trimEnd()
  }
  const who = enumerated([...new Set(mails.map(sender))])
  await turn.say(`**${listTitle(seen)}**: ${counted(mails.length)} from ${who}.`, ...mails.map(told))
}

/** Lines that name a day or a time, of the mails that speak of something, or of invitations where nothing is named. */
export async function dates(turn: ScriptTurn, { words }: Captures): Promise<void> {
  const { mails, total } = await search(turn, `${words ?? INVITATIONS} -in:sent -in:drafts`, LONGEST_LIST)
  const texts = new Map(await Promise.all(mails.map(async (mail) => [mail, await datedText(turn, mail)] as const)))
  const lines = (mail: SeenMail) =>
    datedLines(texts.get(mail) ?? '')
      .slice(0, 4)
      .map((line) => `“${plain(line, 160)}”`)
  const shown = mails.filter((mail) => lines(mail).length > 0)
  const what = words === undefined ? 'invitations' : `emails that mention **${plain(words)}**`
  const head = shown.length === 0 ? say.nothingDated(what) : say.datesFrom(shown.length, total, what)
  const calendar = words === undefined ? say.NO_CALENDAR : ''
  await turn.say(calendar, head, shown.length === 0 ? '' : await numbered(turn, shown, (mail) => lines(mail).join(' ')))
}

async function datedText(turn: ScriptTurn, mail: SeenMail): Promise<string> {
  const file = mail.files.find(({ name }) => /\.ics$/i.test(name))
  return [file === undefined ? '' : await fileText(turn, mail, file), quotableText(mail)].join('\n\n')
}

/** Bills in a table, with the amounts that they state themselves; what gives orders or imitates a sender stays out of it. */
export async function bills(turn: ScriptTurn): Promise<void> {
  const found = (await search(turn, BILL_QUERY, 50)).mails.filter(isBill)
  const notices = await noticesOf(turn, found)
  const clean = found.filter((mail) => notices(mail).length === 0)
  const due = clean.filter((mail) => !isReceipt(mail))
  const amounts = await Promise.all(due.map((mail) => amountOf(turn, mail)))
  const cells = (mail: SeenMail, index: number) => [sender(mail), listTitle(mail), amounts[index] ?? say.NOT_STATED]
  const rows = due.map((mail, index) => [...cells(mail, index), when(mail.date, turn.context)])
  const receipts = clean.filter(isReceipt).map((mail) => `${sender(mail)} (${amountIn(mail.text) ?? say.NOT_STATED})`)
  await turn.say(
    rows.length === 0 ? say.NO_BILLS : `${table(['From', 'What', 'Amount', 'Came'], rows)}\n\n${say.BILLS}`,
    say.receipts(receipts),
    ...found.flatMap((mail) => notices(mail).map((notice) => say.notInTable(named(mail), notice))),
  )
}

async function amountOf(turn: ScriptTurn, mail: SeenMail): Promise<string | undefined> {
  const pdf = mail.files.find(({ name }) => /\.pdf$/i.test(name))
  return amountIn(mail.text) ?? (pdf === undefined ? undefined : amountIn((await fileText(turn, mail, pdf)) ?? ''))
}

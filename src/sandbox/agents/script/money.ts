/** "What do I owe?": invoices and receipts with the sums that their own text states, and where else money is asked for. */

import { attachmentBytes, pdfText } from './attachment-text.js'
import { amountIn, ownWords, sentences } from './digest.js'
import { counted, enumerated, listTitle, plain, sender, table, when } from './markdown.js'
import type { ScriptTurn } from './script-turn.js'
import { alarmsAbout } from './script-turn.js'
import { mailsIn, type SeenMail } from './seen-mail.js'
import { ordersToAgents, pressesForMoney } from './suspicion.js'

const INVOICE = /\b(?:invoice|rechnung|faktura|bill)\b/i
const INVOICE_FILE = /\b(?:invoice|rechnung|faktura)|\d{4}-\d{2,}.*\.pdf$/i
const RECEIPT =
  /\b(?:receipt|thanks for (?:your payment|riding|your order)|price paid|paid with|kvitto|quittung|trip fare)\b/i
const ASKS_FOR_MONEY =
  /\b(?:you owe|amount due|payable|deposit|anzahlung|förskott|att betala|please (?:pay|transfer)|they want \d|to be paid)\b/i
const TERMS = /\b(?:\d+ days(?: net)?|within \d+ days|innerhalb von \d+ tagen|due (?:on|by) [\w ]{3,20})\b/i
const QUERIES = [
  '{invoice bill rechnung faktura}',
  '{receipt "price paid" kvitto quittung "trip fare" "your payment"}',
  '{"you owe" "amount due" payable deposit anzahlung förskott}',
]
const MOST_READ = 15

interface Invoice {
  readonly mail: SeenMail
  readonly amount: string
  readonly terms: string
}

export async function answerMoney(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me look for invoices, receipts and other requests for money.')
  const answers = await turn.tools.readEach(
    'gmail_fetch_mails',
    QUERIES.map((query) => ({ query: `${query} -in:sent -in:drafts`, limit: 15 })),
  )
  const found = unique(turn.shown.learn(answers.flatMap(mailsIn))).filter(
    (mail) => !mail.bulk && !mail.labels.includes('SENT'),
  )
  if (found.length === 0) {
    await turn.say('I found no invoice, no receipt and nobody who asks for money.')
    return
  }
  await turn.say(
    `${counted(found.length, 'mail')} may be about money. I am reading ${found.length === 1 ? 'it' : 'them'}.`,
  )
  const wishes = found.slice(0, MOST_READ).map((mail) => ({ messageId: mail.id }))
  const mails = turn.shown.learn((await turn.tools.readEach('gmail_get_message_by_id', wishes)).flatMap(mailsIn))

  const doubtful = mails.filter((mail) => ordersToAgents(mail) !== undefined || pressesForMoney(mail))
  const trusted = mails.filter((mail) => !doubtful.includes(mail))
  const receipts = trusted.filter((mail) => RECEIPT.test(textOf(mail)))
  const invoices: Invoice[] = []
  for (const mail of trusted) {
    const invoice = receipts.includes(mail) ? undefined : await invoiceIn(turn, mail)
    if (invoice !== undefined) invoices.push(invoice)
  }
  const others = trusted.filter(
    (mail) => !receipts.includes(mail) && invoices.every((invoice) => invoice.mail !== mail),
  )
  await turn.say(accountOf(turn, invoices, receipts, others, doubtful))
}

function unique(mails: readonly SeenMail[]): SeenMail[] {
  return [...new Map(mails.map((mail) => [mail.id, mail])).values()]
}

function textOf(mail: SeenMail): string {
  return `${mail.subject}\n${mail.body ?? mail.snippet}`
}

/** What an invoice asks for: by its own text, else by its PDF. Undefined for mail that is none. */
async function invoiceIn(turn: ScriptTurn, mail: SeenMail): Promise<Invoice | undefined> {
  const file = mail.attachments?.find((one) => /pdf$/i.test(one.type) || /\.pdf$/i.test(one.name))
  const isInvoice =
    INVOICE.test(mail.subject) || (file !== undefined && (INVOICE_FILE.test(file.name) || INVOICE.test(textOf(mail))))
  if (!isInvoice) return undefined
  const body = mail.body ?? mail.snippet
  const amount = amountIn(body) ?? (file === undefined ? undefined : amountIn(await pdfOf(turn, mail, file.id)))
  return { mail, amount: amount ?? 'not stated', terms: TERMS.exec(body)?.[0] ?? 'not stated' }
}

async function pdfOf(turn: ScriptTurn, mail: SeenMail, attachmentId: string): Promise<string> {
  if (!turn.tools.has('gmail_get_attachment_by_id')) return ''
  const [answer] = await turn.tools.readEach('gmail_get_attachment_by_id', [{ messageId: mail.id, attachmentId }])
  const content = answer === undefined ? undefined : attachmentBytes(answer)
  return content === undefined ? '' : pdfText(content)
}

function accountOf(
  turn: ScriptTurn,
  invoices: readonly Invoice[],
  receipts: readonly SeenMail[],
  others: readonly SeenMail[],
  doubtful: readonly SeenMail[],
): string {
  const rows = invoices.map(({ mail, amount, terms }) => [
    sender(mail),
    listTitle(mail),
    `**${amount}**`,
    terms,
    when(mail.date, turn.context),
  ])
  const parts = [
    rows.length === 0
      ? 'I found **no invoice** that waits for payment.'
      : `**Invoices**\n\n${table(['From', 'What', 'Amount', 'Terms', 'Came'], rows)}`,
  ]
  const mentions = others.flatMap((mail) => {
    const sentence = sentences(ownWords(mail.body ?? mail.snippet)).find((one) => ASKS_FOR_MONEY.test(one))
    return sentence === undefined
      ? []
      : [`- ${sender(mail)}, ${when(mail.date, turn.context)}: “${plain(sentence, 200)}”`]
  })
  if (mentions.length > 0) parts.push(`**Other mail that speaks of money**\n\n${mentions.join('\n')}`)
  if (receipts.length > 0) {
    const paid = receipts.map((mail) => {
      const amount = amountIn(mail.body ?? mail.snippet)
      return amount === undefined ? sender(mail) : `${sender(mail)} (${amount})`
    })
    parts.push(`**Already paid**, receipts only: ${enumerated(paid)}.`)
  }
  for (const mail of doubtful) {
    const alarms = alarmsAbout(mail, turn).join(' ')
    parts.push(`⚠️ **Do not pay on “${listTitle(mail)}”** (${sender(mail)}) before you have asked. ${alarms}`)
  }
  if (rows.length > 0) parts.push('I cannot see your bank account, so some of this may be paid already.')
  return parts.join('\n\n')
}

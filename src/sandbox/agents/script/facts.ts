/** Facts out of a mail by plain rules: its own sentences, dates, amounts, whether it is a bill. What no rule finds is not said. */
import type { SeenMail } from './mail.js'

const NOT_OWN =
  /^.{0,200}\b(?:wrote|skrev|schrieb|a écrit|escribió|ha scritto)\b.{0,40}:\s*$|^-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine)|^-- ?$/im
const GREETING =
  /^(?:dear|hi|hello|hej|hallo|moin|sehr geehrte|liebe|bonjour|guten tag|hola|ciao|morning)\b[^.!?\n]{0,40}[,!.]?$/i
const CLOSING =
  /^(?:all best|best|(?:with )?(?:kind|warm) regards|regards|yours|cheers|thanks|kram|mvh|hälsningar|(?:viele|schöne|herzliche) grüße|mit (?:freundlichen|herzlichen) grüßen|cordialement|saludos|xo)\b.{0,60}$/i
const SENTENCE = /[^.!?。！？]+(?:[.!?]+(?=\S)[^.!?。！？]*)*[.!?。！？]*/gu

const CURRENCY = String.raw`(?:\b(?:EUR|USD|SEK|GBP|NOK|DKK|CHF|JPY|PLN|CAD|AUD)|[$€£¥])`
const NUMBER = String.raw`\d(?:[\d.,'\u00a0\u202f]|\s(?=\d{3}\b))*`
const AMOUNT = new RegExp(
  `${CURRENCY}\\s?${NUMBER}|${NUMBER}\\s?(?:${CURRENCY}|kronor\\b|kr\\b|dollars\\b|euros?\\b)`,
  'i',
)
const TOTAL =
  /\b(?:amount due|total|to pay|you owe|summe|gesamt\w*|att betala|belopp|importe|totale|bedrag)\b|à payer|montant/i
const BILL_WORDS = 'invoice rechnung facture faktura factura fattura fatura factuur 請求書'
const BILL = new RegExp(
  String.raw`(?<!\p{L})(?:${BILL_WORDS.split(' ').join('|')})(?:e?[sn]|nr)?(?!\p{L})|\b(?:you owe|amount due|your bill)\b`,
  'iu',
)
const RECEIPT = /\b(?:receipt|price paid|paid with|trip fare|your payment|kvitto|quittung|recibo|ricevuta)\b|reçu/i
export const BILL_QUERY = `{${BILL_WORDS} bill "you owe" "amount due"} -in:sent -in:drafts -category:promotions`

const MONTH = String.raw`(?:jan|feb|fév|mar|mär|apr|avr|may|mai|maj|jun|juin|jul|juil|aug|aoû|sep|oct|okt|nov|dec|dez|déc)\p{L}{0,7}`
const DATE = new RegExp(
  [
    String.raw`\b[0-2]?\d[:h][0-5]\d\b|\b[0-2]?\d(?:\.[0-5]\d)?\s?(?:am|pm|uhr)\b|\bkl\.?\s?\d`,
    String.raw`\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)s?\b`,
    String.raw`\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|(?:mån|tis|ons|tors|fre|lör|sön)dag`,
    String.raw`\b\d{1,2}(?:st|nd|rd|th|er|\.)?\s${MONTH}|\b${MONTH}\s\d{1,2}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b`,
  ].join('|'),
  'iu',
)

/** What the writer of this mail wrote: without the mail it answers and without the signature. */
function ownWords(text: string): string {
  const cut = text.search(NOT_OWN)
  return (cut > 0 ? text.slice(0, cut) : text).trim()
}

function sentences(text: string): string[] {
  return ownWords(text)
    .split(/\n{2,}|\n(?=\s*(?:[-*•]|\(?\w{1,2}[.)])\s)/)
    .flatMap(
      (block) =>
        block
          .replace(/^>+\s?/gm, '')
          .replace(/\s+/g, ' ')
          .match(SENTENCE) ?? [],
    )
    .map((sentence) => sentence.trim().replace(/^(?:[-*•]|\(?\w{1,2}[.)])\s+/, ''))
    .filter((sentence) => sentence.length > 3 && !GREETING.test(sentence) && !CLOSING.test(sentence))
}

/** The sentences that carry the mail, in their own order: the first, and those that ask or name a date or an amount. */
export function keySentences(text: string, count: number): string[] {
  const weigh = (one: string, index: number) =>
    [index === 0, index === 0, /[?？]$/.test(one), /[?？]$/.test(one), AMOUNT.test(one), DATE.test(one)].filter(Boolean)
      .length
  const all = sentences(text).map((sentence, index) => ({ sentence, index, weight: weigh(sentence, index) }))
  const chosen = all.sort((a, b) => b.weight - a.weight || a.index - b.index).slice(0, count)
  return chosen.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence)
}

/** The lines and sentences that name a day or a time of day, as they are written: prose is cut at its sentences, a timetable at its lines. */
export function datedLines(text: string): string[] {
  const lines = ownWords(text)
    .split('\n')
    .map((line) => line.replace(/^>+\s?/, '').trim())
  return lines.flatMap((line) => (line.length > 100 ? sentences(line) : [line])).filter((line) => DATE.test(line))
}

/** The sum a bill is about: the last on a line that says so, else the only one there is. */
export function amountIn(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => AMOUNT.test(line))
  const amounts = (some: readonly string[]) =>
    some.flatMap((line) => AMOUNT.exec(line)?.[0].replace(/[.,\s]+$/, '') ?? [])
  const found = amounts(lines)
  return amounts(lines.filter((line) => TOTAL.test(line))).at(-1) ?? (new Set(found).size === 1 ? found[0] : undefined)
}

export function isReceipt({ subject, text }: SeenMail): boolean {
  return RECEIPT.test(`${subject}\n${text}`)
}

/** Whether a mail is a bill: its subject or a file's name says so, or its text does and names an amount. */
export function isBill({ subject, text, files }: SeenMail): boolean {
  const titles = [subject, ...files.map(({ name }) => name.replaceAll('_', ' '))].join('\n')
  return BILL.test(titles) || (BILL.test(text) && amountIn(text) !== undefined)
}

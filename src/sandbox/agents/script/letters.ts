/** The mails the script writes for a person: greeting, their words, their name; in the language of those words. */
import { type Language, languageOf } from './digest.js'
import type { Correspondent, SeenMail } from './seen-mail.js'

const BEGINS_AS_LETTER =
  /^(?:dear|hi|hello|hey|hej|hallo|liebe[rs]?|sehr geehrte|moin|good (?:morning|afternoon|evening))\b.{0,60}\n/i
/** "Hej mamma, …": the person brought their own greeting. */
const OWN_GREETING = /^(?:dear|hi|hello|hey|hej|hallo|moin|liebe[rs]?)(?: [^\s,!.]+){0,3}[,!]\s+(?=\S)/i
const TITLES = /^(?:prof\.|dr\.?|mr\.?|ms\.?|mrs\.?|sir|herr|frau)\s+/i
const GREETINGS: Readonly<Record<Language, (name: string) => string>> = {
  English: (name) => (name === '' ? 'Hello,' : `Hi ${name},`),
  German: (name) => (name === '' ? 'Guten Tag,' : `Hallo ${name},`),
  Swedish: (name) => (name === '' ? 'Hej,' : `Hej ${name},`),
  Japanese: (name) => (name === '' ? '担当者様' : `${name}様`),
}
const FAREWELLS: Readonly<Record<Language, string>> = {
  English: 'Best,',
  German: 'Viele Grüße',
  Swedish: 'Hälsningar',
  Japanese: 'どうぞよろしくお願いいたします。',
}
const HOLDING: Readonly<Record<Language, (subject: string) => string>> = {
  English: (subject) =>
    `thank you for your mail about “${subject}”. I have read it and will come back to you with an answer shortly.`,
  German: (subject) =>
    `vielen Dank für die Nachricht zu „${subject}“. Ich habe sie gelesen und melde mich in Kürze mit einer Antwort.`,
  Swedish: (subject) => `tack för ditt mejl om ”${subject}”. Jag har läst det och återkommer snart med ett svar.`,
  Japanese: (subject) => `「${subject}」の件、ご連絡ありがとうございます。拝見いたしました。改めてお返事いたします。`,
}

/** The text of a mail with what the person wants said. What already reads as a letter stays as it is. */
export function letter(said: string, to: Correspondent | undefined, signer: string | undefined): string {
  if (BEGINS_AS_LETTER.test(said)) return said
  const greeted = OWN_GREETING.exec(said)
  if (greeted !== null) {
    const [greeting] = greeted
    return closed([greeting.trim(), '', asSentences(said.slice(greeting.length))], signer, languageOf(said))
  }
  return framed(asSentences(said), to, signer, languageOf(said))
}

/** A reply for which the person gave no words: it says that one is coming, in the language of the mail. */
export function holdingReply(mail: SeenMail, to: Correspondent, signer: string | undefined): string {
  const language = languageOf(mail.body ?? mail.snippet)
  return framed(HOLDING[language](mail.subject.replace(/^(?:(?:re|aw|sv|fwd):\s*)+/i, '')), to, signer, language)
}

function framed(text: string, to: Correspondent | undefined, signer: string | undefined, language: Language): string {
  const greeting = GREETINGS[language](to === undefined ? '' : givenName(to))
  return closed([greeting, '', text], signer, language)
}

function closed(lines: readonly string[], signer: string | undefined, language: Language): string {
  return [...lines, '', FAREWELLS[language], ...(signer === undefined ? [] : [signer])].join('\n')
}

/** Dictated words as a sentence: a capital at the beginning, a stop at the end. */
function asSentences(said: string): string {
  const text = said.trim()
  const capital = text.charAt(0).toLocaleUpperCase() + text.slice(1)
  return /[\p{L}\p{N})]$/u.test(capital) ? `${capital}.` : capital
}

/** The name one greets a person by; an empty string for offices, firms and machines. */
export function givenName({ name, address }: Correspondent): string {
  if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(name)) return name
  let bare = name.trim()
  while (TITLES.test(bare)) bare = bare.replace(TITLES, '')
  const words = bare.split(/\s+/).filter((word) => word !== '')
  const local = folded(address.split('@')[0] ?? '')
  const personal =
    words.length > 0 && words.length <= 4 && words.some((word) => word.length > 2 && local.includes(folded(word)))
  return personal ? (words[0] ?? '') : ''
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase()
}

/** "Re: Interview…", once. */
export function replySubject(subject: string): string {
  return /^(?:re|aw|sv)\s*:/i.test(subject) ? subject : `Re: ${subject}`.trim()
}

/** A subject from the first words of a mail, where the person gave none. */
export function subjectFrom(said: string): string {
  const first = said.split(/[.!?\n]/)[0]?.trim() ?? ''
  const words = first.split(/\s+/).slice(0, 8).join(' ')
  return words === '' ? 'Hello' : words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

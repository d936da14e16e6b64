/** Reading a mail the way a summary needs it: what its writer wrote themselves, the sentences that matter, what is asked, what it costs. */

const ATTRIBUTION = /^.{0,200}\b(wrote|writes|skrev|schrieb|a écrit)\b.{0,40}:\s*$/im
const ORIGINAL_MESSAGE = /^-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|begin forwarded)/im
const SIGNATURE = /^-- ?$/m
const GREETING =
  /^(dear|hi|hello|hej|hallo|moin|morning|good morning|sehr geehrte|liebe|boys|anna|ben)\b[^.!?\n]{0,40}[,!]?$/i
const CLOSING =
  /^(all best|best|kind regards|with kind regards|regards|yours sincerely|with warm regards|cheers|kram|mvh|vänliga hälsningar|grüße|viele grüße|mit herzlichen grüßen|schöne grüße|obrigada|thanks|xo)\b.{0,60}$/i
const SENTENCE = /[^.!?。！？\n]+(?:[.!?]+(?!\S)|[。！？]|[.!?]+(?=\S)[^.!?。！？\n]*)*[.!?。！？]*/gu
const ASKING =
  /\?|\b(please|could you|can you|would you|will you|i need|we need|needs your|let me know|don't forget|is to be|are asked to|by (?:monday|tuesday|wednesday|thursday|friday|tomorrow|the \d+\w*|the end)|bitte|dürfte ich|glöm inte|ring mig)\b|ください|いただけます|お願い/i
const WEIGHTY =
  /\b(approved|over budget|urgent|due|deadline|deposit|total|confirm|before|cannot|can't|problem|good news|must|agreed|decided|ready|reminder)\b|\d/i
const AMOUNT =
  /(?:(?:EUR|USD|SEK|GBP|NOK|DKK|CHF|US\$|[$€£])\s?\d[\d.,'\u00a0]*\d|(?:EUR|USD|SEK|GBP|NOK|DKK|CHF|[$€£])\s?\d)|\d[\d.,\u00a0 ]*\s?(?:EUR|USD|SEK|GBP|NOK|DKK|CHF|€|kronor|kr\b|dollars|euros?)/gi
const AMOUNT_LINE =
  /\b(amount due|total|amount|sum|summe|gesamt|belopp|att betala|anzahlung|price paid|payable|to pay|you owe)\b/i
const JAPANESE = /[\u3040-\u30ff]/

/** What the writer of this mail wrote: without the mail it answers and without the signature. */
export function ownWords(body: string): string {
  const cut = [ATTRIBUTION, ORIGINAL_MESSAGE, SIGNATURE]
    .map((pattern) => body.search(pattern))
    .filter((at) => at > 0)
    .reduce((earliest, at) => Math.min(earliest, at), body.length)
  const own = body.slice(0, cut).trim()
  return own === '' ? body.trim() : own
}

/** The sentences of a text, without greeting and closing lines. */
export function sentences(text: string): string[] {
  return text
    .split(/\n{2,}|\n(?=\s*(?:[-*•]|\(?\w{1,2}[.)])\s)/)
    .flatMap((block) => {
      const line = block
        .replace(/^>+\s?/gm, '')
        .replace(/\s+/g, ' ')
        .trim()
      return line === '' ? [] : (line.match(SENTENCE) ?? [line])
    })
    .map((sentence) => sentence.trim().replace(/^(?:[-*•]|\(?\w{1,2}[.)])\s+/, ''))
    .filter((sentence) => sentence.length > 3 && !GREETING.test(sentence) && !CLOSING.test(sentence))
}

/** The sentences that carry the mail, in their own order. */
export function keySentences(body: string, count: number): string[] {
  const all = sentences(ownWords(body))
  if (all.length === 0) return [ownWords(body).replace(/\s+/g, ' ').slice(0, 200)].filter((text) => text !== '')
  const ranked = all.map((sentence, index) => ({ sentence, index, weight: weightOf(sentence, index) }))
  return ranked
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ sentence }) => sentence)
}

function weightOf(sentence: string, index: number): number {
  const length = sentence.length
  return (
    (index === 0 ? 2 : index === 1 ? 1 : 0) +
    (ASKING.test(sentence) ? 2 : 0) +
    (WEIGHTY.test(sentence) ? 1 : 0) +
    (length < 15 ? -2 : length > 260 ? -1 : 0)
  )
}

/** What the mail asks of its reader: questions and requests, at most `count`. */
export function asks(body: string, count = 3): string[] {
  return sentences(ownWords(body))
    .filter((sentence) => ASKING.test(sentence) && !/unsubscribe|avregistrera/i.test(sentence))
    .slice(0, count)
}

/** The sum a bill is about: the one on a line that says so, else the first. */
export function amountIn(text: string): string | undefined {
  const lines = text.split('\n')
  const byWeight = [
    ...lines.filter((line) => AMOUNT_LINE.test(line)).sort((a, b) => sumWeight(b) - sumWeight(a)),
    ...lines,
  ]
  for (const line of byWeight) {
    const found = line.match(AMOUNT)?.[0]
    if (found !== undefined) return found.trim().replace(/[.,]$/, '')
  }
  return undefined
}

function sumWeight(line: string): number {
  return /amount due|total|att betala|gesamt|summe/i.test(line) ? 1 : 0
}

/** Passages that speak of the given words, best first: the sentence and the one after it, which often says what follows from it. */
export function passagesAbout(body: string, words: readonly string[]): string[] {
  const stems = words.map((word) => stem(word)).filter((word) => word !== '')
  const all = sentences(ownWords(body))
  return all
    .map((sentence, index) => {
      const folded = sentence.toLowerCase()
      return { index, hits: stems.filter((word) => folded.includes(word)).length }
    })
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits || a.index - b.index)
    .map(({ index }) => all.slice(index, index + 2).join(' '))
}

/** The part of a word that its singular and plural share. */
export function stem(word: string): string {
  const lower = word.toLowerCase()
  return lower.length > 4 ? lower.replace(/(ies|es|s|ing|ed)$/, '') : lower
}

export type Language = 'English' | 'German' | 'Swedish' | 'Japanese'

const COMMON_WORDS: readonly (readonly [Language, RegExp])[] = [
  ['German', /\b(danke|ja|nein|wird|ich|und|der|die|das|nicht|bitte|wir|ist|mit|für|ihr|sie|noch)\b/gi],
  ['Swedish', /\b(tack|hej|nej|och|att|det|är|inte|jag|vi|på|som|för|ni|har|din|ditt)\b/gi],
  ['English', /\b(and|the|to|of|is|we|you|that|for|not|with|it)\b/gi],
]

/** The language a text is most likely in, of those the script can greet in. */
export function languageOf(text: string): Language {
  if ((text.match(new RegExp(JAPANESE, 'g'))?.length ?? 0) > text.length / 10) return 'Japanese'
  const counts = COMMON_WORDS.map(([language, words]) => ({ language, count: text.match(words)?.length ?? 0 }))
  return counts.reduce((best, one) => (one.count > best.count ? one : best), {
    language: 'English' as Language,
    count: 0,
  }).language
}

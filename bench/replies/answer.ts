/** The answer that every contender shows: Markdown as Claude writes it, and when each character of it is there. */

/** Speed at which the text arrives, in characters a second. */
export const CHARACTERS_PER_SECOND = 250
/** How often a piece of it arrives. */
const PIECE_MS = 50

export interface Answer {
  readonly markdown: string
  readonly pieces: readonly Piece[]
  /** From the first piece to the last, in milliseconds. */
  readonly durationMs: number
}

export interface Piece {
  /** Milliseconds after the beginning of the answer. */
  readonly at: number
  readonly text: string
}

export function answerOf(seconds: number): Answer {
  const markdown = written(seconds * CHARACTERS_PER_SECOND)
  const perPiece = (CHARACTERS_PER_SECOND * PIECE_MS) / 1_000
  const pieces: Piece[] = []
  for (let end = 0; end < markdown.length; ) {
    const start = end
    end = Math.min(markdown.length, Math.round((pieces.length + 1) * perPiece))
    pieces.push({ at: pieces.length * PIECE_MS, text: markdown.slice(start, end) })
  }
  return { markdown, pieces, durationMs: pieces.at(-1)?.at ?? 0 }
}

/** The pieces, each when its time has come; a reader that is slower finds them waiting. */
export async function* arriving(answer: Answer, startsAt: number): AsyncGenerator<string> {
  for (const { at, text } of answer.pieces) {
    const wait = startsAt + at - Date.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    yield text
  }
}

const SENDERS = ['Dana', 'Vandermeer', 'the landlord', 'Lumen', 'the bank', 'Priya', 'the museum', 'Otto']
const SUBJECTS = ['the invoice', 'Friday', 'the lease', 'the second draft', 'a refund', 'the floor plan', 'the keys']
const WISHES = [
  'asks for an answer by',
  'confirms everything for',
  'has moved the meeting to',
  'needs a signature before',
]
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']

/** So many characters of headings, paragraphs, lists, code; the same every time. No links: contenders write them differently. */
function written(length: number): string {
  const parts: string[] = [
    'Your inbox has **many** unread letters. I went through all of them, and this is what matters.',
  ]
  for (let section = 1; parts.join('\n\n').length < length; section += 1) {
    const sentence = (index: number) => {
      const at = section * 7 + index
      return `${pick(SENDERS, at)} wrote about **${pick(SUBJECTS, at * 3)}** and ${pick(WISHES, at * 5)} ${pick(DAYS, at * 2)}, see letter ${at * 11}`
    }
    parts.push(`## Part ${section}`)
    parts.push(`${sentence(1)}. ${sentence(2)}. ${sentence(3)}.`)
    parts.push([sentence(4), sentence(5), sentence(6)].map((words) => `- ${words}`).join('\n'))
    if (section % 3 === 0) parts.push(`\`\`\`\nletters ${section * 100}\nanswered ${section * 10}\n\`\`\``)
  }
  return parts.join('\n\n').slice(0, length).trimEnd()
}

function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? ''
}

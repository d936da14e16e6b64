/** Files that came with a message: what each is, and how it begins where that can be read without a program of its own. */
import type { BrainTurn } from '../session/brain.js'
import { textOfFile } from './attachment-text.js'
import type { ScriptTurn } from './turn.js'
import * as say from './words.js'

export interface GivenFile {
  readonly name: string
  readonly type: string
  readonly size: number
  /** Undefined where the host could not hand it on. */
  readonly content: Buffer | undefined
}

const LINE = /^- (.+) \(([^()]+), (\d+) bytes\): (.*)$/gm
const MOST_CHARACTERS = 600
const MOST_LINES = 10

/** The host's block names them; what follows it in the message shows pictures and documents in the same order. */
export function givenFiles(turn: BrainTurn, texts: readonly string[]): GivenFile[] {
  const block = texts.slice(0, -1).find((text) => text.startsWith('<attached>')) ?? ''
  const last = turn.history.findLast((item) => item.type === 'user')
  // Pictures and documents are named by their types, in whichever order each kind comes.
  const shown = [...(last?.files ?? [])]
  return [...block.matchAll(LINE)].map(([, name = '', type = '', size, where = '']) => {
    const isShown = /^a (?:picture|document) below/.test(where)
    const place = isShown ? shown.shift() : /\/\S+$/.exec(where)?.[0]
    const content = place === undefined ? undefined : turn.readFile(place)
    return { name, type, size: Number(size), content: content && Buffer.from(content) }
  })
}

export async function describeFiles({ files, say: speak }: ScriptTurn): Promise<void> {
  await speak(...(files.length === 0 ? [say.NO_FILE] : files.map(described)))
}

function described({ name, type, size, content }: GivenFile): string {
  if (content === undefined) return say.fileNotGiven(name)
  const head = say.fileIs(name, type, size)
  if (type.startsWith('image/')) return `${head} ${say.NO_EYES}`
  const text = textOfFile(name, content) ?? (type.startsWith('text/') ? content.toString('utf8') : undefined)
  if (text === undefined) return `${head} ${say.NOT_READ}`
  const beginning = text.split('\n').slice(0, MOST_LINES).join('\n').slice(0, MOST_CHARACTERS)
  return `${head} ${beginning.length < text.length ? say.BEGINS : say.SAYS}\n\n${say.verbatim(beginning)}`
}

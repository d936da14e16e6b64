import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/**
 * docs/operations.md lists every message that the bot can log, with its level and fields. Operators grep for these words and alert on them:
 * a message that is new, gone or changed changes the table too.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TABLE = 'docs/operations.md'

interface Message {
  readonly level: string
  readonly message: string
  /** Names of its fields; `error` stands for what `describeError` tells. Null where the call does not name them. */
  readonly fields: readonly string[] | null
}

const CALL = /\blog\.(debug|info|warn|error|fatal)\(/g
const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** The arguments of the call whose opening parenthesis ends at `start`. */
function argumentsAt(source: string, start: number): string[] {
  const open: string[] = []
  const parts: string[] = []
  let from = start
  for (let at = start; at < source.length; at += 1) {
    const char = source[at] ?? ''
    if (char === "'" || char === '`') {
      at = source.indexOf(char, at + 1)
      continue
    }
    const closing = PAIRS[char]
    if (closing !== undefined) open.push(closing)
    else if (open.length > 0 && char === open.at(-1)) open.pop()
    else if (open.length === 0 && (char === ',' || char === ')')) {
      parts.push(source.slice(from, at).trim())
      from = at + 1
      if (char === ')') break
    }
  }
  return parts.filter((part) => part !== '')
}

function fieldsOf(argument: string): string[] | null {
  if (argument.startsWith('describeError(')) return ['error']
  if (!argument.startsWith('{')) return null
  const entries = argumentsAt(`${argument.slice(1, -1)})`, 0)
  if (entries.some((entry) => entry.startsWith('...') && !entry.startsWith('...describeError('))) return null
  return entries.map((entry) => (entry.startsWith('...') ? 'error' : (/^\w+/.exec(entry)?.[0] ?? entry)))
}

function messagesIn(file: string): Message[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(CALL)].flatMap((call) => {
    const parts = argumentsAt(source, call.index + call[0].length)
    const [first = '', last = first] = [parts[0], parts.at(-1)]
    const fields = parts.length === 1 ? [] : fieldsOf(first)
    return [...last.matchAll(/'([^']+)'/g)].map(([, message = '']) => ({ level: call[1] ?? '', message, fields }))
  })
}

function listed(): Message[] {
  const rows = readFileSync(join(ROOT, TABLE), 'utf8').matchAll(
    /^\| (debug|info|warn|error|fatal) \| `(.+?)` \|(.*?)\|/gm,
  )
  return [...rows].map(([, level = '', message = '', fields = '']) => ({
    level,
    message: message.replaceAll('\\`', '`'),
    fields: [...fields.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  }))
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts') && !name.startsWith('src/sandbox/'))
const written = files.map((file) => ({ file, messages: messagesIn(file) }))

const named = ({ level, message }: Message) => `${level} | ${message}`

describe('The log messages of the bot', () => {
  it('are all listed in docs/operations.md, with their level', () => {
    const rows = new Set(listed().map(named))
    const missing = written.flatMap(({ file, messages }) =>
      messages.filter((one) => !rows.has(named(one))).map((one) => `${file}: ${named(one)}`),
    )
    expect(missing, `${TABLE} has no row for these: add | level | message | fields | what to do |`).toEqual([])
  })

  it('are what docs/operations.md lists, and nothing else is listed there', () => {
    const all = new Set(written.flatMap(({ messages }) => messages.map(named)))
    const stale = listed()
      .map(named)
      .filter((row) => !all.has(row))
    expect(stale, `nothing in src logs these: change or remove their rows in ${TABLE}`).toEqual([])
  })

  it('have the fields that docs/operations.md lists', () => {
    const rows = new Map(listed().map((row) => [named(row), row.fields]))
    const other = written.flatMap(({ file, messages }) =>
      messages.flatMap((one) => {
        const fields = rows.get(named(one))
        if (one.fields === null || fields === undefined || fields === null) return []
        return [...fields].sort().join() === [...one.fields].sort().join()
          ? []
          : [`${file}: ${named(one)}: logs ${one.fields.join(', ')}, listed ${fields.join(', ')}`]
      }),
    )
    expect(other).toEqual([])
  })

  it('begin with the noun that an operator greps for, in lower case', () => {
    const wrong = written.flatMap(({ file, messages }) =>
      file === 'src/main.ts' || file.startsWith('src/app/')
        ? []
        : messages.map(({ message }) => message).filter((message) => !/^(?!an? |the )[a-z]/.test(message)),
    )
    expect(wrong).toEqual([])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** The rules of the house about who may know whom. Import cycles are Biome's (`noImportCycles`). */

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const VENDORS = /^(@slack|@anthropic-ai|@scalekit-sdk|kysely|better-sqlite3|@modelcontextprotocol)(\/|$)/

interface Import {
  readonly from: string
  /** A path below src, or the name of a package. */
  readonly to: string
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8')
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => ({
    from: relative(SRC, file),
    to: specifier.startsWith('.') ? relative(SRC, resolve(dirname(file), specifier)) : specifier,
  }))
}

/**
 * Every folder of the bot, lowest first: a file may import from its own folder and from those above it in this list, never from those below. Where
 * a folder has folders of its own, its own files come where the list says.
 */
const LAYERS = [
  'log',
  'turns/time',
  'turns',
  'turns/files',
  'turns/connections',
  'turns/sending',
  'turns/turn',
  'turns/dispatch',
  'gmail',
  'gmail/undo',
  'config',
  'scalekit',
  'agent',
  'agent/files',
  'web',
  'store/database',
  'store/rows',
  'store/tables',
  'store',
  'slack/api',
  'slack/markdown/reading',
  'slack/markdown',
  'slack/blocks',
  'slack/commands',
  'slack/reply/pacing',
  'slack/reply',
  'slack/agent',
  'slack/connection',
  'slack/home',
  'slack/inbound',
  'slack/inbound/listeners',
  'slack',
  'cli',
  'app',
  'main',
] as const

/**
 * The same of the sandbox, lowest first. Its four parts know each other by their order too: a mailbox knows nobody, Scalekit and the agents know mailboxes,
 * and Slack knows neither.
 */
const SANDBOX_LAYERS = [
  'sandbox/wire',
  'sandbox/world',
  'sandbox/mailbox/mail',
  'sandbox/mailbox/search',
  'sandbox/mailbox/store',
  'sandbox/mailbox/gmail',
  'sandbox/mailbox',
  'sandbox/scalekit/wire',
  'sandbox/scalekit/resources',
  'sandbox/scalekit/endpoints',
  'sandbox/scalekit',
  'sandbox/agents/wire',
  'sandbox/agents/resources',
  'sandbox/agents/session',
  'sandbox/agents/script',
  'sandbox/agents',
  'sandbox/slack/wire',
  'sandbox/slack/block-kit',
  'sandbox/slack/workspace',
  'sandbox/slack/delivery',
  'sandbox/slack/sign-in',
  'sandbox/slack/web-api',
  'sandbox/slack/people',
  'sandbox/slack',
  'sandbox/page/text',
  'sandbox/page/state',
  'sandbox/page/controls',
  'sandbox/page/blocks',
  'sandbox/page/components',
  'sandbox/page',
  'sandbox/mbox-summary',
  'sandbox/demo',
] as const

/** More files than this, and nobody finds one by looking. */
const MOST_FILES = 20

/** A longer file says in the comment at its head why it is one: "One file because …". */
const MOST_LINES = 320

/** The folder of a file, or the file itself where it stands in `src` or `src/sandbox`. */
function layerOf(path: string): string {
  const folder = dirname(path)
  return folder === '.' || folder === 'sandbox' ? path.replace(/\.[jt]sx?$/, '') : folder
}

const allFiles = readdirSync(SRC, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
const sources = allFiles.filter((name) => /\.tsx?$/.test(name))
const files = sources.filter((name) => !name.startsWith('sandbox/'))
const sandboxFiles = sources.filter((name) => name.startsWith('sandbox/'))
const imports = sources.flatMap((name) => importsOf(join(SRC, name)))

/** The imports of these layers that go to one further down in their list. */
function arrowsUp(layers: readonly string[]): Import[] {
  const place = (path: string) => layers.indexOf(layerOf(path))
  return imports.filter(({ from, to }) => place(from) >= 0 && place(to) > place(from))
}

const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} → ${to}`)

describe('the house', () => {
  it('is read whole', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(imports).toContainEqual({ from: 'main.ts', to: 'config.js' })
  })

  it.each([
    ['the bot', LAYERS, files],
    ['the sandbox', SANDBOX_LAYERS, sandboxFiles],
  ] as const)('has a place in the order for every folder of %s', (_part, layers, parts) => {
    const known: ReadonlySet<string> = new Set(layers)
    const present = new Set(parts.map(layerOf))
    expect([...present].filter((layer) => !known.has(layer))).toEqual([])
    expect(layers.filter((layer) => !present.has(layer))).toEqual([])
  })

  it('has no arrow up: nobody knows who uses them', () => {
    expect(show(arrowsUp(LAYERS))).toEqual([])
    expect(show(arrowsUp(SANDBOX_LAYERS))).toEqual([])
  })

  it('has no folder in which a file is hard to find', () => {
    const counts = new Map<string, number>()
    for (const file of allFiles) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([])
  })

  it('has no long file that does not say why it is one', () => {
    const wrong = sources.filter((name) => {
      const source = readFileSync(join(SRC, name), 'utf8')
      const [head = ''] = /^\/\*\*.*?\*\//s.exec(source) ?? []
      return source.trimEnd().split('\n').length > MOST_LINES && !/^ \* One file because \S/m.test(head)
    })
    expect(wrong).toEqual([])
  })

  it('keeps vendors and the rooms below out of turns/', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('turns/') &&
        (VENDORS.test(to) || /^(slack|agent|scalekit|store|cli|web|app|sandbox)\//.test(to)),
    )
    expect(show(wrong)).toEqual([])
  })

  it('lets gmail/ know the core, and no vendor or room', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('gmail/') &&
        (VENDORS.test(to) || /^(slack|agent|scalekit|store|cli|web|app|sandbox)\//.test(to)),
    )
    expect(show(wrong)).toEqual([])
  })

  it('knows the names of the Gmail tools in gmail/ alone', () => {
    const wrong = files.filter(
      (name) => !name.startsWith('gmail/') && readFileSync(join(SRC, name), 'utf8').includes('gmail_'),
    )
    expect(wrong).toEqual([])
  })

  it('keeps the sandbox apart: it imports nothing of the bot', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('sandbox/') &&
        /^(turns|gmail|slack|agent|scalekit|store|cli|web|app|config|log|main)[./]/.test(to),
    )
    expect(show(wrong)).toEqual([])
  })

  it('keeps the sandbox apart: nothing of the bot imports it', () => {
    const wrong = imports.filter(({ from, to }) => !from.startsWith('sandbox/') && to.startsWith('sandbox/'))
    expect(show(wrong)).toEqual([])
  })

  it('leaves the knowledge of every room to the composition root', () => {
    const rooms = ['slack', 'agent', 'scalekit', 'store']
    const wrong = imports.filter(({ from, to }) => {
      const room = from.split('/')[0] ?? ''
      const other = to.split('/')[0] ?? ''
      // The store implements interfaces that rooms own; Slack's room keeps its own journal there.
      const allowed = (room === 'store' && other === 'agent') || (room === 'slack' && other === 'store')
      return rooms.includes(room) && rooms.includes(other) && room !== other && !allowed
    })
    expect(show(wrong)).toEqual([])
  })
})

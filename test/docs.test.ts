import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { asHostTool, SENDING_TOOLS } from '../src/gmail/sending-tools.js'

/** What the documents name is there: files, folders, links, commands. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8')
const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))]

/** Paths of the project, as prose writes them: from its root, without what ends a sentence. */
const pathsIn = (text: string) =>
  all(text, /(?<![\w./-])((?:src|docs|test|bench)\/[\w./-]*\w)/g).filter((path) => !path.startsWith('docs/pictures/'))

/** The places that links of a page lead to, from the project's root. */
const linksIn = (page: string) =>
  all(textOf(page), /\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g).map((link) => join(dirname(page), link))

const missing = (paths: readonly string[]) => paths.filter((path) => !existsSync(resolve(ROOT, path)))

/** The anchor that a heading gets, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

describe.each(PAGES)('%s', (page) => {
  it('names only files and folders that exist', () => {
    expect(missing(pathsIn(textOf(page)))).toEqual([])
  })

  it('links only to what exists, headings included', () => {
    expect(missing(linksIn(page))).toEqual([])
    for (const [, file = '', anchor] of textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)) {
      const target = file === '' ? page : join(dirname(page), file)
      const headings = all(textOf(target), /^#+ (.+)$/gm).map(anchorOf)
      expect(headings).toContain(anchor)
    }
  })

  it('names only commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const named = all(textOf(page), /npm run ([\w:-]+)/g)
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })
})

describe('the table of host-side tools', () => {
  it('says of each what the tool itself says it may touch', () => {
    const rows = [...textOf('docs/adding-a-tool.md').matchAll(/^\| `(\w+)` \| (.+) \|$/gm)]
    const tools = SENDING_TOOLS.map(asHostTool)
    const names = new Set(tools.map(({ name }) => name))
    const listed = rows.flatMap(([, name = '', touches = '']) => (names.has(name) ? [{ name, touches }] : []))
    expect(listed).toEqual(tools.map(({ name, touches }) => ({ name, touches })))
  })
})

describe('the search for paths', () => {
  it('finds them in prose, tables and code, without what follows', () => {
    expect(pathsIn('See `src/log.ts`, test/support/house.ts. And | src/turns | (docs/demo.md#x).')).toEqual([
      'src/log.ts',
      'test/support/house.ts',
      'src/turns',
      'docs/demo.md',
    ])
  })

  it('takes no address of the web and no part of a longer path for one', () => {
    expect(pathsIn('https://x.example/src/log.ts dist/docs/a.md slack-src/b')).toEqual([])
  })
})

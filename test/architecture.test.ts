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

const imports = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .flatMap((name) => importsOf(join(SRC, name)))

const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} → ${to}`)

describe('the house', () => {
  it('is read whole', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(imports).toContainEqual({ from: 'main.ts', to: 'config.js' })
  })

  it('keeps vendors and the rooms below out of turns/', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('turns/') && (VENDORS.test(to) || /^(slack|agent|scalekit|store|cli|web|sandbox)\//.test(to)),
    )
    expect(show(wrong)).toEqual([])
  })

  it('lets gmail/ know the core, and no vendor or room', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('gmail/') && (VENDORS.test(to) || /^(slack|agent|scalekit|store|cli|web|sandbox)\//.test(to)),
    )
    expect(show(wrong)).toEqual([])
  })

  it('keeps the sandbox apart: it imports nothing of the bot', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('sandbox/') && /^(turns|gmail|slack|agent|scalekit|store|cli|web|config|log|main)[./]/.test(to),
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

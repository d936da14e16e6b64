import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { FOLDERS_WITH_PROCESSES } from '../vitest.config.js'

/** `npm run test:unit` runs every test outside of these folders. It is quick because none of those starts a process. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WITH_PROCESSES = ['test/e2e/', 'test/chaos/', 'test/recordings/']
const STARTS_PROCESSES = /^(node:)?(child_process|cluster)$|^playwright|^@sparticuz\/chromium$/

const imports = new Map<string, readonly string[]>()
function importsOf(file: string): readonly string[] {
  const known = imports.get(file) ?? readImports(file)
  imports.set(file, known)
  return known
}

/** What a file imports when it runs, without what is erased with the types. Files are relative to the project. */
function readImports(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)[^'";]*?'([^']+)'|import\('([^']+)'\)/gm)
  return [...statements].map((match) => {
    const specifier = match[1] ?? match[2] ?? ''
    if (!specifier.startsWith('.')) return specifier
    return relative(ROOT, resolve(dirname(join(ROOT, file)), specifier)).replace(/\.js$/, '.ts')
  })
}

/** The way from a test to a module that starts processes, or null. */
function wayToProcesses(file: string, seen = new Set<string>()): string | null {
  seen.add(file)
  for (const next of importsOf(file)) {
    if (STARTS_PROCESSES.test(next)) return `${file} → ${next}`
    if (!next.endsWith('.ts') || seen.has(next)) continue
    const way = wayToProcesses(next, seen)
    if (way !== null) return `${file} → ${way}`
  }
  return null
}

const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))
const needsProcesses = (file: string) => WITH_PROCESSES.some((folder) => file.startsWith(folder))

describe('a unit test', () => {
  it('starts no process and no browser, and neither does what it imports', () => {
    const ways = tests.filter((file) => !needsProcesses(file)).map((file) => wayToProcesses(file))
    expect(ways.filter((way) => way !== null)).toEqual([])
  })

  it('is left out of `npm run test:unit` by its folder only', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(scripts['test:unit']).toMatch(/ vitest run --project unit$/)
    expect(FOLDERS_WITH_PROCESSES).toEqual(WITH_PROCESSES.map((folder) => `${folder}**`))
  })
})

describe('the search for processes', () => {
  it('finds the ones that end-to-end tests start', () => {
    expect(wayToProcesses('test/e2e/sending.test.ts')).toBe(
      'test/e2e/sending.test.ts → test/support/house.ts → test/support/bots.ts → node:child_process',
    )
  })
})

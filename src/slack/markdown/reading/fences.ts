/**
 * Where fenced code begins and ends. A fence that names a language inside another one opens an inner block, whatever its length: models write
 * documents with code in them more often than they forget to close a block.
 */
import type { Fence } from './blocks.js'
import { indentOf, MAX_MARKUP_LINE } from './line-signs.js'

const MAX_INFO = 200
const MAX_LANGUAGE = 20
const MAX_INNER = 8

const FENCE = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/
/** A fence that can only be an opening one: it names a language. */
const OPENING = /^(`{3,}|~{3,})[ \t]*[\w+#.{-][^`]*$/

export function isFence(text: string): boolean {
  return FENCE.test(text) && text.length <= MAX_INFO
}

/** The fence that a line opens. @param indent the blanks before it */
export function openedFence(text: string, indent: number): Fence | undefined {
  const fence = FENCE.exec(text)
  if (fence === null) return undefined
  const run = fence[1] ?? fence[3] ?? ''
  const language = /^[\w+#.-]*/.exec((fence[2] ?? fence[4] ?? '').trim())?.[0].slice(0, MAX_LANGUAGE) ?? ''
  return { kind: 'fence', character: run.charAt(0), length: run.length, indent, language, inner: [] }
}

/** The fence behind a line that stands in it. Undefined where the line closes it. */
export function fenceAfter(fence: Fence, line: string): Fence | undefined {
  const indent = indentOf(line)
  const closing = line.trim()
  const closes =
    indent <= 3 &&
    closing.length >= fence.length &&
    closing.length <= MAX_MARKUP_LINE &&
    isRunOf(closing, fence.character)
  if (closes && fence.inner.length === 0) return undefined
  if (closes && closing.length >= (fence.inner.at(-1) ?? 0)) return { ...fence, inner: fence.inner.slice(0, -1) }
  const [, opening = ''] = indent <= 3 && closing.length <= MAX_INFO ? (OPENING.exec(closing) ?? []) : []
  const nests = opening.startsWith(fence.character.repeat(fence.length)) && fence.inner.length < MAX_INNER
  return nests ? { ...fence, inner: [...fence.inner, opening.length] } : fence
}

function isRunOf(text: string, character: string): boolean {
  return text !== '' && [...text].every((each) => each === character)
}

/**
 * Tables, in a form that reads well everywhere. Slack's Markdown block has learned tables late, clients differ, and a grid wider than a
 * phone is no help; so a narrow table becomes aligned text in a code block, and any other a list of records, a row each.
 */
import { escapeControls } from './escape.js'
import { plainInline, renderInline } from './inline.js'
import type { Alignment } from './reading/table-lines.js'

/** A table's first line and ruler, and the rows of it that stand on this page. */
export interface Table {
  header: readonly string[]
  alignment: readonly Alignment[]
  rows: readonly (readonly string[])[]
}

/** Characters of fixed width that a phone shows in one line. */
export const TABLE_WIDTH = 40

/** Lines of a code block (already escaped), lines of a list, or the header alone where there are no rows. */
export type WrittenTable =
  | { kind: 'grid'; lines: string[] }
  | { kind: 'records'; records: string[][] }
  | { kind: 'words'; text: string }

export function writeTable(table: Table): WrittenTable {
  if (table.rows.length === 0) return { kind: 'words', text: table.header.map(oneLine).filter(isFilled).join(' · ') }
  return grid(table) ?? { kind: 'records', records: table.rows.map((row) => record(table.header, row)) }
}

function isFilled(text: string): boolean {
  return text !== ''
}

/** Undefined where it would be too wide, or would lose a link. */
function grid(table: Table): WrittenTable | undefined {
  const columns = table.header.length
  const cells = [table.header, ...table.rows].map((row) => {
    if (row.length > columns) return undefined
    return Array.from({ length: columns }, (_, column) => plainInline(row[column] ?? ''))
  })
  const plain: string[][] = []
  for (const row of cells) {
    if (row === undefined || row.some((cell) => cell.linked)) return undefined
    plain.push(row.map((cell) => cell.text.replace(/\s*\n\s*/g, ' / ').replace(/\s+/g, ' ')))
  }
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...plain.map((row) => width(row[column] ?? ''))),
  )
  if (widths.reduce((sum, each) => sum + each, 0) + 2 * (columns - 1) > TABLE_WIDTH) return undefined
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))
        return table.alignment[column] === 'right' ? gap + cell : cell + gap
      })
      .join('  ')
      .trimEnd()
  const [header = [], ...rows] = plain
  const rule = widths.map((each) => '─'.repeat(each)).join('  ')
  return { kind: 'grid', lines: [line(header), rule, ...rows.map(line)].map(escapeControls) }
}

/** One row as a list: the first cell in bold, the others below it, each with its column's name. */
function record(header: readonly string[], row: readonly string[]): string[] {
  const lines: string[] = []
  for (const [column, cell] of row.slice(0, header.length).entries()) {
    const value = oneLine(cell)
    if (value === '') continue
    const label = oneLine(header[column] ?? '').replace(/[:：]$/, '')
    const shown = lines.length === 0 && !/[*_`~[\\]/.test(value) ? `**${value}**` : value
    lines.push(label === '' ? shown : `${label}: ${shown}`)
  }
  const surplus = row.slice(header.length).map(oneLine).filter(isFilled)
  if (surplus.length > 0) lines.push(surplus.join(' | '))
  return lines.length === 0 ? ['—'] : lines
}

function oneLine(cell: string): string {
  return renderInline(cell, 'complete').text.replace(/\s*\n\s*/g, ' / ')
}

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Columns that a text takes in a fixed-width font: East Asian characters and emoji take two. */
function width(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += WIDE.test(segment) || segment.includes('\uFE0F') ? 2 : 1
  return columns
}

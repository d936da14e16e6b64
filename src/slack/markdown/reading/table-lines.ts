/** The lines of a table: its rows' cells, and the ruler that makes a table of the line above it. */

export type Alignment = 'left' | 'right'

/** With more columns it is no table that anybody could read. */
export const MAX_COLUMNS = 20

/** Splits a row at its pipes; `\|` is a pipe in the cell. */
export function tableCells(line: string): string[] {
  const trimmed = line.trim().replace(/^\|/, '')
  const cells: string[] = []
  let cell = ''
  for (let at = 0; at < trimmed.length; at += 1) {
    const character = trimmed.charAt(at)
    if (character === '\\' && trimmed.charAt(at + 1) === '|') {
      cell += '|'
      at += 1
    } else if (character === '|') {
      cells.push(cell.trim())
      cell = ''
    } else {
      cell += character
    }
  }
  if (cell.trim() !== '' || cells.length === 0) cells.push(cell.trim())
  return cells
}

/** The alignment of each column if the line is a table's ruler. */
export function tableRuler(line: string): Alignment[] | undefined {
  if (!/^[\s|:-]*$/.test(line) || !line.includes('-')) return undefined
  const cells = tableCells(line)
  if (!cells.every((cell) => /^:?-+:?$/.test(cell))) return undefined
  return cells.map((cell) => (cell.endsWith(':') && !cell.startsWith(':') ? 'right' : 'left'))
}

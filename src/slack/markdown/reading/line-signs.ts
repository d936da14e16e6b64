/** What a line says by itself: how far it is indented, and whether it looks like a heading, a rule or an underline. */

/** Longer lines are always text. */
export const MAX_MARKUP_LINE = 1000
export const MAX_HEADING = 300

export const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
export const UNDERLINE = /^(?:=+|-+)[ \t]*$/

/** 1 to 6, or 0 where the text is no heading. */
export function headingLevel(text: string): number {
  if (text.length > MAX_HEADING) return 0
  return /^(#{1,6})(?=\s|$)/.exec(text)?.[1]?.length ?? 0
}

/** The words of a heading, without the signs that may stand behind them too. */
export function headingText(text: string): string {
  const trimmed = text.trim()
  const closed = trimmed.replace(/#+$/, '')
  return closed === '' || /\s$/.test(closed) ? closed.trimEnd() : trimmed
}

export function indentOf(text: string): number {
  let indent = 0
  while (text.charAt(indent) === ' ') indent += 1
  return indent
}

/** Leading tabs as blanks, so that indentation can be counted. */
export function untabbed(line: string): string {
  const lead = /^[ \t]*/.exec(line)?.[0] ?? ''
  if (!lead.includes('\t')) return line
  let blanks = ''
  for (const character of lead) blanks += character === '\t' ? ' '.repeat(4 - (blanks.length % 4)) : ' '
  return blanks + line.slice(lead.length)
}

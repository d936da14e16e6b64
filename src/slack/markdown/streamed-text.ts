/**
 * How much of a text that is still being written may be appended to a native stream. What was appended stays for good, so only text goes
 * out that no later piece is likely to change: whole words, behind which nothing is open (a fence, a table, emphasis, half a link). Pure.
 */

/**
 * @param rendered the text as it would be shown now; what is open in it is closed at its end
 * @param isPausing nothing was written since the last look: then the last word counts as whole
 * @returns a beginning of `rendered`
 */
export function settledText(rendered: string, isPausing: boolean): string {
  const start = lastBlock(rendered)
  return rendered.slice(0, start) + closedWords(rendered.slice(start), isPausing)
}

/**
 * Links, and what Slack would make one of. Streams have no flag that forbids previews of them, and a preview is a request that a mail's
 * author could have asked for.
 */
export function holdsLink(text: string): boolean {
  return /\]\(|\b[a-z][a-z\d+.-]*:\/\/|\bmailto:|\bwww\./i.test(text)
}

/** Where the last block begins: behind the last blank line, or at a fence that is not closed. Tables are fences here, and still move. */
function lastBlock(text: string): number {
  let start = 0
  let fence: { readonly mark: string; readonly at: number } | null = null
  let at = 0
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const [, mark] = /^[ >]*(`{3,}|~{3,})/.exec(line) ?? []
    if (fence === null) {
      if (mark !== undefined) fence = { mark, at }
      // What stands behind the last line break is no blank line yet.
      else if (line.trim() === '' && index < lines.length - 1) start = at + line.length + 1
    } else if (mark?.startsWith(fence.mark)) {
      fence = null
    }
    at += line.length + 1
  }
  return fence === null ? start : fence.at
}

/** As many whole words as have nothing open behind them. */
function closedWords(block: string, isPausing: boolean): string {
  const open: string[] = []
  let end = 0
  for (let at = 0; at < block.length; ) {
    const [token] = TOKEN.exec(block.slice(at)) ?? ['']
    if (token.startsWith('`')) {
      const close = block.indexOf(token, at + token.length)
      // Code that is still open, or a fence: nothing behind it is certain.
      if (close < 0 || token.length > 2) break
      at = close
    } else if (token.startsWith('[')) {
      break
    } else if (MARKERS.has(token)) {
      if (open.at(-1) === token) open.pop()
      else open.push(token)
    } else if (/^\s/.test(token) && open.length === 0) {
      end = at + token.length
    }
    at += token.length
    // A marker at the very end may be there only as long as what it closes is still being written.
    if (isPausing && at >= block.length && open.length === 0 && !/[`*_~]$/.test(block)) end = block.length
  }
  return block.slice(0, end)
}

const MARKERS = new Set(['**', '*', '_', '~~'])
/** What matters at one place: an escape, code, emphasis, a link, blanks; anything else by the letter, `_` in a word among it. */
const TOKEN = /^(?:\\[\s\S]?|`+|\*\*|~~|\*|(?:[\p{L}\p{N}]_*)+|_|\[|\s+|[\s\S])/u

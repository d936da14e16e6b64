import type { Inline } from './tree.js'

/**
 * Slack's own control sequences, which it parses in mrkdwn and inside Markdown blocks alike: `<@U…>`, `<#C…>`, `<!here>`,
 * `<url|label>`, and the three escapes `&amp;` `&lt;` `&gt;`. Everything an app did not escape shows up here.
 */

/** A control sequence at the position the regex is set to: no newline, no nested brackets. */
export const ENTITY = /<([^<>\n]+)>/y

const BROADCASTS: ReadonlySet<string> = new Set(['here', 'channel', 'everyone'])
const LINKABLE = /^(?:https?:\/\/|mailto:|tel:)/i

/** Decodes the three escapes Slack knows, once: `&amp;lt;` becomes `&lt;`, and `&nbsp;` stays what it is, as in Slack. */
export function decodeEscapes(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'))
}

/** A URL that may become a link, or undefined: scripts, data and other schemes stay text. */
export function safeUrl(url: string): string | undefined {
  const decoded = decodeEscapes(url.trim())
  return LINKABLE.test(decoded) ? decoded : undefined
}

/**
 * The node that the inside of `<…>` stands for, or undefined where Slack would show the brackets as they are.
 * `label` parses the part after `|` of a link.
 */
export function entityNode(inside: string, label: (text: string) => Inline[]): Inline | undefined {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const text = bar < 0 ? undefined : inside.slice(bar + 1)
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { type: 'user', id: target.slice(1) }
  if (/^#[CGD][A-Z0-9]+$/.test(target))
    return { type: 'channel', id: target.slice(1), ...(text ? { label: text } : {}) }
  if (target.startsWith('!')) return commandNode(target.slice(1), text)
  const url = safeUrl(target)
  if (url === undefined) return undefined
  return {
    type: 'link',
    url,
    children: text ? label(text) : [{ type: 'text', text: url.replace(/^mailto:|^tel:/i, '') }],
  }
}

function commandNode(command: string, label: string | undefined): Inline | undefined {
  if (BROADCASTS.has(command)) return { type: 'broadcast', range: command as 'here' | 'channel' | 'everyone' }
  if (command.startsWith('subteam^'))
    return { type: 'usergroup', id: command.slice('subteam^'.length), ...(label ? { label } : {}) }
  if (command.startsWith('date^')) {
    const [, seconds, pattern = ''] = command.split('^')
    return dateNode(Number(seconds), pattern, label)
  }
  return undefined
}

/** Seconds around the epoch that a `Date` can hold. */
const FURTHEST = 8_640_000_000_000

export function dateNode(seconds: number, pattern: string, fallback: string | undefined): Inline {
  if (!(Math.abs(seconds) <= FURTHEST)) return { type: 'text', text: fallback ?? '' }
  return { type: 'date', seconds, pattern, fallback: fallback ?? new Date(seconds * 1000).toUTCString() }
}

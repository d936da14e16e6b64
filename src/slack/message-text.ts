/** From the text of a Slack event to the person's own words. Pure. */

const ENTITY = /<([^<>]*)>/g

/**
 * Removes the bot's mention and decodes Slack's entities; everything else stays as it was written.
 * @param text `event.text`, or the text of a slash command
 */
export function personsWords(text: string, botUserId: string): string {
  // The look-behind keeps a long run of blanks from being tried from each of its blanks.
  const withoutMention = text.replace(new RegExp(`(?<![ \\t])[ \\t]*<@${botUserId}(?:\\|[^<>]*)?>[:,]?`, 'g'), '')
  return decodeEscapes(withoutMention.replace(ENTITY, (_, inner: string) => decodeEntity(inner))).trim()
}

export function mentions(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`)
}

function decodeEntity(inner: string): string {
  const bar = inner.indexOf('|')
  const target = bar === -1 ? inner : inner.slice(0, bar)
  const label = bar === -1 ? '' : inner.slice(bar + 1)
  if (target.startsWith('@')) return label === '' ? target : `@${label.replace(/^@/, '')}`
  if (target.startsWith('#')) return label === '' ? target : `#${label.replace(/^#/, '')}`
  if (target.startsWith('!')) return label === '' ? `@${target.slice(1).split('^')[0] ?? ''}` : label
  const address = target.replace(/^mailto:/, '')
  // Slack turns "example.com" into <http://example.com|example.com>: what was typed is the label.
  if (label === '' || decodeEscapes(label) === decodeEscapes(address)) return address
  return /^https?:\/\//.test(target) && target.replace(/^https?:\/\//, '').replace(/\/$/, '') === label
    ? label
    : `${label} (${address})`
}

function decodeEscapes(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

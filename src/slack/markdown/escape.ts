/**
 * Slack reads `<!channel>`, `<@U…>`, `<#C…>` and `<url|label>` as commands wherever a `<` arrives unescaped, inside Markdown
 * blocks and inside code too, and decodes exactly three entities: `&amp;`, `&lt;`, `&gt;`. Whatever a model or a mail wrote
 * goes through one of these two functions last.
 *
 * `@channel`, `@here` and `@everyone` as plain words need nothing: Slack links names only for callers that send `link_names`
 * or `parse: 'full'`, which this bot never does. A zero-width character inside them would only spoil copying and searching.
 */

/** For text in a Markdown block. `>` stays: it starts quotes there, and closes nothing once no `<` is left. */
export function escapeControls(text: string): string {
  return text.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'))
}

/**
 * For what people call themselves, in a `mrkdwn` field, which knows no escape for its marks: a mark at the edge of a word is shown by the
 * sign that looks most like it. Colons would make emoji and links.
 */
export function escapeName(name: string): string {
  const signs = name
    .replace(/\s+/g, ' ')
    .replace(/(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])|[`:]/gu, (mark) => LOOK_ALIKE[mark] ?? mark)
  return escapeMrkdwn(signs)
}

const LOOK_ALIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ', ':': '∶' }

/** For a short string in a `mrkdwn` or `plain_text` field, or in a message's `text`: mentions, links and quotes in it do nothing. */
export function escapeMrkdwn(text: string): string {
  return escapeControls(text).replace(/>/g, '&gt;')
}

import { expect, it } from 'vitest'
import { parseRichText } from '../../../../src/sandbox/page/text/rich-text.js'
import { shown } from './shown-tree.js'

it('shows every element of a rich_text block', () => {
  const blocks = parseRichText({
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Hi ' },
          { type: 'user', user_id: 'U0ANNA' },
          { type: 'text', text: ' bold', style: { bold: true, italic: true } },
          { type: 'text', text: 'code', style: { code: true } },
          { type: 'emoji', name: 'wave' },
          { type: 'link', url: 'https://a.example', text: 'a' },
          { type: 'link', url: 'javascript:alert(1)', text: 'b' },
          { type: 'broadcast', range: 'here' },
          { type: 'channel', channel_id: 'C1' },
        ],
      },
      { type: 'rich_text_quote', elements: [{ type: 'text', text: 'one\ntwo' }] },
      {
        type: 'rich_text_preformatted',
        elements: [
          { type: 'text', text: 'a < b\n' },
          { type: 'link', url: 'https://a.example' },
        ],
      },
    ],
  })
  expect(shown(blocks)).toBe(
    '<p>Hi <@U0ANNA><b><i> bold</i></b><code>code</code>👋<a https://a.example>a</a>b<!here><#C1></p>' +
      '<quote><p>one<br>two</p></quote><pre>a < b\nhttps://a.example</pre>',
  )
})

it('reads no markup and no escapes in its texts', () => {
  const text = '*not bold* &lt; <!channel>'
  const [paragraph] = parseRichText({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  })
  expect(paragraph).toEqual({ type: 'paragraph', children: [{ type: 'text', text }] })
})

it('puts an indented list into the item above it', () => {
  const item = (text: string) => ({ type: 'rich_text_section' as const, elements: [{ type: 'text' as const, text }] })
  const list = (indent: number, style: 'bullet' | 'ordered', ...texts: string[]) => ({
    type: 'rich_text_list' as const,
    style,
    indent,
    elements: texts.map(item),
  })
  const blocks = parseRichText({
    type: 'rich_text',
    elements: [list(0, 'bullet', 'a'), list(1, 'ordered', 'b', 'c'), list(0, 'bullet', 'd')],
  })
  expect(shown(blocks)).toBe('<ul><li><p>a</p><ol 1><li><p>b</p></li><li><p>c</p></li></ol></li><li><p>d</p></li></ul>')
})

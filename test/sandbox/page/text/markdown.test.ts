import { describe, expect, it } from 'vitest'
import { parseMarkdown } from '../../../../src/sandbox/page/text/markdown.js'
import { shown } from './shown-tree.js'

const rendered = (text: string) => shown(parseMarkdown(text))

describe('markdown blocks', () => {
  it.each([
    ['**bold** *it* ~~gone~~ `code`', '<p><b>bold</b> <i>it</i> <s>gone</s> <code>code</code></p>'],
    ['# One\n### Three', '<h>One</h><h>Three</h>'],
    ['a\nb', '<p>a<br>b</p>'],
    ['a\n\nb', '<p>a</p><p>b</p>'],
    ['- a\n- b\n  1. c\n', '<ul><li><p>a</p></li><li><p>b</p><ol 1><li><p>c</p></li></ol></li></ul>'],
    ['3. c\n4. d', '<ol 3><li><p>c</p></li><li><p>d</p></li></ol>'],
    ['- [x] done\n- [ ] open', '<ul><li>[x] <p>done</p></li><li>[ ] <p>open</p></li></ul>'],
    ['> quoted\n> **twice**', '<quote><p>quoted<br><b>twice</b></p></quote>'],
    ['```ts\nconst a = 1\n```', '<pre ts>const a = 1</pre>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
    ['| a | b |\n| - | -: |\n| **1** | 2 |', '<table left right>a|b/<b>1</b>|2</table>'],
    ['[text](https://a.example "title")', '<p><a https://a.example>text</a></p>'],
    ['\\*not it\\*', '<p>*not it*</p>'],
    [':white_check_mark: done', '<p>✅ done</p>'],
  ])('shows %j as Slack does', (text, expected) => {
    expect(rendered(text)).toBe(expected)
  })

  it('shows what an app forgot to escape', () => {
    expect(rendered('Hi <!channel>, <@U0BEN> wrote in <#C0GENERAL>')).toBe(
      '<p>Hi <!channel>, <@U0BEN> wrote in <#C0GENERAL></p>',
    )
    expect(rendered('<!channel> at the start of a line')).toBe('<p><!channel> at the start of a line</p>')
    expect(rendered('- **<@U0BEN>**\n> <!here>')).toContain('<b><@U0BEN></b>')
    expect(parseMarkdown('<!channel>')).toEqual([
      { type: 'paragraph', children: [{ type: 'broadcast', range: 'channel' }] },
    ])
  })

  it('decodes what an app did escape, once', () => {
    expect(parseMarkdown('&lt;!channel> R&amp;D &amp;lt;')).toEqual([
      { type: 'paragraph', children: [{ type: 'text', text: '<!channel> R&D &lt;' }] },
    ])
    expect(rendered('`a &lt; b`\n\n```\na &amp;&amp; b\n```')).toBe('<p><code>a < b</code></p><pre>a && b</pre>')
  })

  it('reads no control sequence in code', () => {
    expect(parseMarkdown('`<@U0BEN>`')).toEqual([{ type: 'paragraph', children: [{ type: 'code', text: '<@U0BEN>' }] }])
  })

  it('makes text of HTML', () => {
    expect(parseMarkdown('<b>x</b>')).toEqual([{ type: 'paragraph', children: [{ type: 'text', text: '<b>x</b>' }] }])
    expect(rendered('<script>alert(1)</script>\n\n<!-- c -->')).toBe(
      '<p><script>alert(1)</script></p><p><!-- c --></p>',
    )
    expect(rendered('<div>\n**bold**\n</div>')).toContain('<b>bold</b>')
  })

  it('makes links of images and of nothing that could run', () => {
    expect(rendered('![Logo](https://a.example/x.png)')).toBe('<p><a https://a.example/x.png>Logo</a></p>')
    expect(rendered('[x](javascript:alert(1)) [y](data:text/html,z) [z](/relative)')).toBe('<p>x y z</p>')
    expect(rendered('[x](JaVaScRiPt:alert(1)) ![y](javascript:alert(1))')).toBe('<p>x y</p>')
  })

  it('shows what is nested too deeply for anybody as it stands', () => {
    const text = '> '.repeat(5000)
    expect(parseMarkdown(text)).toEqual([{ type: 'paragraph', children: [{ type: 'text', text }] }])
  })
})

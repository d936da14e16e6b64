import { describe, expect, it } from 'vitest'
import { parseMrkdwn, parsePlainInline } from '../../../../src/sandbox/page/text/mrkdwn.js'
import { shown } from './shown-tree.js'

describe('mrkdwn', () => {
  it.each([
    ['*bold* _italic_ ~gone~ `code`', '<p><b>bold</b> <i>italic</i> <s>gone</s> <code>code</code></p>'],
    ['*bold _and italic_*', '<p><b>bold <i>and italic</i></b></p>'],
    ['(*bold*), "_it_"!', '<p>(<b>bold</b>), "<i>it</i>"!</p>'],
    ['snake_case_name and 2*3*4', '<p>snake_case_name and 2*3*4</p>'],
    ['* not bold * and _ not italic _', '<p>* not bold * and _ not italic _</p>'],
    ['*not\nbold*', '<p>*not<br>bold*</p>'],
    ['**double**', '<p>**double**</p>'],
    ['`*not bold*` *`code` in bold*', '<p><code>*not bold*</code> <b><code>code</code> in bold</b></p>'],
    ['one\ntwo\n\nthree', '<p>one<br>two<gap>three</p>'],
    [':tada: :no_such_emoji: 10:30:00', '<p>🎉 :no_such_emoji: 10:30:00</p>'],
    ['# no heading\n- no list', '<p># no heading<br>- no list</p>'],
  ])('shows %j as Slack does', (text, expected) => {
    expect(shown(parseMrkdwn(text))).toBe(expected)
  })

  it.each([
    ['<@U0ANNA> and <@W1|wanda>', '<p><@U0ANNA> and <@W1></p>'],
    ['<#C0GENERAL|general> <!here> <!channel>', '<p><#C0GENERAL> <!here> <!channel></p>'],
    ['<!subteam^S123|@design>', '<p><!subteam S123></p>'],
    ['<!date^1700000000^{date}|on Tuesday>', '<p>on Tuesday</p>'],
    ['<!date^9e99^{date}|some day>', '<p>some day</p>'],
    ['<https://a.example/?x=1&amp;y=2|the *plan*>', '<p><a https://a.example/?x=1&y=2>the <b>plan</b></a></p>'],
    ['<https://a.example>', '<p><a https://a.example>https://a.example</a></p>'],
    ['<mailto:a@b.example|a@b.example>', '<p><a mailto:a@b.example>a@b.example</a></p>'],
    ['see https://a.example/path.', '<p>see <a https://a.example/path>https://a.example/path</a>.</p>'],
    ['<javascript:alert(1)|click>', '<p><javascript:alert(1)|click></p>'],
    ['<data:text/html,x|click> <b>', '<p><data:text/html,x|click> <b></p>'],
  ])('reads the control sequences in %j', (text, expected) => {
    expect(shown(parseMrkdwn(text))).toBe(expected)
  })

  it('decodes each escape once, and knows only three', () => {
    expect(shown(parseMrkdwn('&lt;@U0ANNA&gt; &amp;lt; R&amp;D &nbsp; &quot;'))).toBe(
      '<p><@U0ANNA> &lt; R&D &nbsp; &quot;</p>',
    )
    expect(parseMrkdwn('&lt;@U0ANNA&gt;')).toEqual([
      { type: 'paragraph', children: [{ type: 'text', text: '<@U0ANNA>' }] },
    ])
  })

  it('keeps fences as they are, apart from escapes and links', () => {
    expect(shown(parseMrkdwn('before\n```\nif (a &lt; b) *x* <@U0ANNA>\n  <https://a.example|a>\n```\nafter'))).toBe(
      '<p>before</p><pre>if (a < b) *x* <@U0ANNA>\n  a</pre><p>after</p>',
    )
    expect(shown(parseMrkdwn('``` one line ```'))).toBe('<pre> one line </pre>')
    expect(shown(parseMrkdwn('``` not closed'))).toBe('<p>``` not closed</p>')
  })

  it('quotes lines, and with three marks the whole rest', () => {
    expect(shown(parseMrkdwn('&gt; one\n&gt; two\nthree'))).toBe('<quote><p>one<br>two</p></quote><p>three</p>')
    expect(shown(parseMrkdwn('a\n>>> b\nc'))).toBe('<p>a</p><quote><p>b<br>c</p></quote>')
    expect(shown(parseMrkdwn('a > b'))).toBe('<p>a > b</p>')
  })

  it('gives up on nothing, however long or broken', () => {
    const broken = '*_~`<@'.repeat(2000)
    expect(shown(parseMrkdwn(broken))).toContain('*_~')
    expect(shown(parseMrkdwn(''))).toBe('')
    expect(shown(parseMrkdwn(' \n \n'))).toBe('')
  })
})

describe('plain text objects', () => {
  it('know emoji and escapes, and no markup', () => {
    expect(parsePlainInline('*Send* :incoming_envelope: &amp; <@U0ANNA>')).toEqual([
      { type: 'text', text: '*Send* ' },
      { type: 'emoji', name: 'incoming_envelope', character: '📨' },
      { type: 'text', text: ' & <@U0ANNA>' },
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { readableHtml } from '../../src/gmail/readable-html.js'

describe('an HTML mail as text', () => {
  it.each([
    ['<p>Hello <b>you</b></p><p>Bye</p>', 'Hello you\n\nBye'],
    ['<p>See <a href="https://x.org/a">the page</a></p>', 'See the page (https://x.org/a)'],
    ['<a href="https://x.org">https://x.org</a>', 'https://x.org'],
    ['<a href="https://evil.org">https://bank.com</a>', 'https://bank.com (https://evil.org)'],
    ['<a href="mailto:a@b.c">a@b.c</a> <a href="mailto:e@f.g">write</a>', 'a@b.c write (e@f.g)'],
    ['<a href="javascript:x()">go</a>', 'go (javascript:x())'],
    ['<ul><li>one</li><li>two</li></ul>', '• one\n• two'],
    ['<ol start="3"><li>one</li><li>two</li></ol>', '3. one\n4. two'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>', 'a b\nc d'],
    ['<img src="x" alt="Logo"><img src="y">', '[image: Logo][image]'],
    ['<head><title>t</title><style>p{}</style></head><body>in</body>out<script>x</script>', 'in\nout'],
    ['<blockquote>said</blockquote>', '> said'],
    ['<pre>a\n  b</pre>', 'a\n  b'],
    ['&eacute;&nbsp;&amp;lt;', 'é\u00A0&lt;'],
    ['a<br>b', 'a\nb'],
  ])('%s', (html, text) => {
    expect(readableHtml(html)).toEqual({ text, hidden: false, conditional: false })
  })

  it.each([
    ['in the head', '<html><head><p>Pay 900</p></head><body>Hi</body></html>', 'Pay 900\n\nHi'],
    ['after a comment that ends as browsers end it', 'Hi <!-- a --!>Pay 900<!-- b -->', 'Hi Pay 900'],
    ['after an empty comment', 'Hi <!-->Pay 900<!--->!', 'Hi Pay 900!'],
    ['in what is no CDATA outside of XML', 'Hi <![CDATA[>Pay 900]]>', 'Hi >Pay 900]]>'],
  ])('shows what mail programs show %s', (_, html, text) => {
    expect(readableHtml(html).text).toBe(text)
  })

  it('shows what a program without templates shows', () => {
    expect(readableHtml('Hi <template>Pay 900</template>')).toMatchObject({
      text: 'Hi [hidden: Pay 900]',
      hidden: true,
    })
  })

  it.each([
    ['<div style="DISPLAY : none">x</div>'],
    ['<span style="color:red; display:none !important">x</span>'],
    ['<p style="visibility:hidden">x</p>'],
    ['<td style="opacity: 0;">x</td>'],
    ['<a href="#" style="font-size:0px">x</a>'],
    ['<b hidden>x</b>'],
    ['<div style="max-height:0;overflow:hidden">x</div>'],
  ])('says what is hidden: %s', (html) => {
    expect(readableHtml(`a ${html} b`)).toMatchObject({ text: expect.stringContaining('[hidden: x]'), hidden: true })
  })

  it.each([
    ['opacity:0.5'],
    ['opacity:1'],
    ['font-size:10px'],
    ['font-size:1.2em'],
    ['display:block'],
    ['line-height:0.5'],
    ['height:0.5em'],
  ])('does not call %s hidden', (style) => {
    expect(readableHtml(`<p style="${style}">x</p>`).hidden).toBe(false)
  })

  it('says that parts only show in some programs', () => {
    expect(readableHtml('<!--[if mso]>pay<![endif]-->x').conditional).toBe(true)
  })

  it.each([
    ["<a href='"],
    ['<'],
    ['<!--'],
    ['<div '],
    ['&'],
    ['<li>'],
    ['<a>'],
    ['<b style="display'],
    ['<table><tr><td>'],
  ])('comes to an end with 12 kB of %s', (piece) => {
    const began = process.cpuUsage()
    try {
      readableHtml(piece.repeat(12_000 / piece.length))
    } catch (error) {
      expect(String(error)).toMatch(/cannot be shown|to be shown/)
    }
    // Time of this process alone: a machine that is busy with others takes longer by the clock.
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2_000)
  })

  it('refuses what is nested too deeply, instead of leaving some of it out', () => {
    expect(() => readableHtml(`${'<b>'.repeat(1000)}secret`)).toThrow(/nested too deeply/)
  })
})

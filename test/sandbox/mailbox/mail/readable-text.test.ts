import { expect, it } from 'vitest'
import { readableText } from '../../../../src/sandbox/mailbox/mail/readable-text.js'

const LEFT_OUT = '[The rest of this email is too long to show.]'

it.each([
  ['paragraphs', '<p>One</p>\n<p>Two<br>three</p>', 'One\n\nTwo\nthree'],
  ['lists', '<ul><li>apples</li><li>pears</li></ul>', '- apples\n- pears'],
  [
    'table rows',
    '<table><tr><td>Hours</td><td>12</td></tr><tr><td>Rate</td><td>90</td></tr></table>',
    'Hours  12\nRate  90',
  ],
  ['entities', 'V&auml;xj&ouml; &amp; &Aring;re &#8211; 10&nbsp;&euro; &#x1F600;', 'Växjö & Åre – 10 € 😀'],
  [
    'link targets',
    '<a href="https://x.example/a?b=1&amp;c=2">Read more</a>',
    'Read more (https://x.example/a?b=1&c=2)',
  ],
  ['links that show their target, once', '<a href="https://x.example">https://x.example</a>', 'https://x.example'],
  ['mail links as their text', '<a href="mailto:a@x.example">write</a>', 'write'],
  [
    'nothing of styles, scripts, comments and the head',
    '<head><title>T</title></head><style>p{}</style><script>x</script><!-- c -->Hi',
    'Hi',
  ],
  ['nothing of hidden preview text', '<div style="display:none;max-height:0">Preview</div>Hi', 'Hi'],
  ['no invisible characters', 'a\u200b\u034fb&zwnj;&shy;c', 'abc'],
  ['line breaks of the source as spaces', 'one\n   two', 'one two'],
  ['unknown entities as they are', 'R&D; x &foo;', 'R&D; x &foo;'],
  ['comparisons', 'If 5 < 6 and 7 > 2, then <b>1 <2</b>.', 'If 5 < 6 and 7 > 2, then 1 <2.'],
  [
    'nothing of attributes',
    '<a title="a > b" href="https://x.example">x</a> <i data-x=\'1>2\'>y</i>',
    'x (https://x.example) y',
  ],
  ['link targets with quotes in them', `<a href="https://x.example/?q='a'">x</a>`, "x (https://x.example/?q='a')"],
  ['an unclosed link', '<p><a href="https://x.example">x</p><p>y</p>', 'x (https://x.example)\n\ny'],
  ['line breaks and indentation of preformatted text', '<pre>if (a) {\n    b   c\n}</pre>', 'if (a) {\n    b   c\n}'],
  [
    'nothing of a hidden block with blocks in it',
    '<div style="display:none">Preview<div>inner</div>still hidden</div>Hi',
    'Hi',
  ],
  [
    'nothing of what is hidden in other ways',
    '<p hidden>a</p><p style="VISIBILITY: hidden">b</p><i style="color:red;display: none">c</i>Hi',
    'Hi',
  ],
  [
    'what stands around the body',
    'before<html><head><title>T</title></head><body>in</body></html>after',
    'before\nin\nafter',
  ],
  ['numbers of a list', '<ol><li>one</li><li>two</li></ol>', ' 1. one\n 2. two'],
  ['a list in a list', '<ul><li>fruit<ul><li>apples</li></ul></li><li>tea</li></ul>', '- fruit\n  - apples\n- tea'],
  ['quotes', 'Yes.<blockquote>Will you come?<br>Ben</blockquote>', 'Yes.\n\n> Will you come?\n> Ben'],
  ['the words of a picture', '<img alt="Our new lamp" src="https://x.example/1.png"> is here', 'Our new lamp is here'],
  [
    'tables that only draw',
    '<table><tr><td><table><tr><td>a</td></tr></table></td><td></td></tr><tr><td>b</td></tr></table>',
    'a\n\nb',
  ],
  ['emoji that are made of several', '👨\u200d👩\u200d👧 👍🏽', '👨\u200d👩\u200d👧 👍🏽'],
  ['an unclosed tag out of it', 'Hi <a href="', 'Hi'],
])('keeps %s', (_what, html, text) => {
  expect(readableText(html)).toBe(text)
})

it.each([
  ["<a href='"],
  ['<a href="https://x.example">x'],
  ['<'],
  ['<!--'],
  ['<b></i>'],
  ['<div>a '],
  ['<blockquote>a '],
  ['<ul><li>x'],
  ['<table><tr><td>x'],
  ['<p style="display:none">x'],
  ['&'],
  ['word '],
])('costs no more for a mail of twice the size, where it is longer than anybody writes: %s', (piece) => {
  // What is parsed is the same: the rest is left out, and said to be.
  const text = readableText(piece.repeat(Math.ceil(500_000 / piece.length)))
  const twice = readableText(piece.repeat(Math.ceil(1_000_000 / piece.length)))
  expect(twice.replace(LEFT_OUT, '').trim()).toBe(text.replace(LEFT_OUT, '').trim())
  expect(twice.endsWith(LEFT_OUT)).toBe(true)
})

it('says where it is nested too deeply to be read', () => {
  expect(readableText(`Hi ${'<div>'.repeat(1_000)}deep`)).toBe('Hi\n[…]')
})

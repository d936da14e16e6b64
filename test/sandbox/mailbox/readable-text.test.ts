import { expect, it } from 'vitest'
import { readableText } from '../../../src/sandbox/mailbox/readable-text.js'

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
])('keeps %s', (_what, html, text) => {
  expect(readableText(html)).toBe(text)
})

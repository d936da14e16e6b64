import { expect, it } from 'vitest'
import { parseMrkdwn } from '../../../src/sandbox/page/text/mrkdwn.js'
import { escapeName } from '../../../src/slack/markdown/escape.js'

it.each([
  ['Anna Lindqvist', 'Anna Lindqvist'],
  ['*Anna*', '∗Anna∗'],
  ['_x_', 'ˍxˍ'],
  ['~Ben~ `root`', '∼Ben∼ ˋrootˋ'],
  ['anna_lee', 'anna_lee'],
  ['<!channel>', '<!channel>'],
  ['<@U0BEN> & Sons', '<@U0BEN> & Sons'],
  [':tada: https://evil.example', '∶tada∶ https∶//evil.example'],
  ['two\nlines', 'two lines'],
])('a person who is called %j is shown as such, and the name does nothing', (name, shown) => {
  expect(parseMrkdwn(`by ${escapeName(name)} · 1 step`)).toEqual([
    { type: 'paragraph', children: [{ type: 'text', text: `by ${shown} · 1 step` }] },
  ])
})

import { expect, it } from 'vitest'
import { readPermalink } from '../../../../src/sandbox/page/text/permalink.js'

it('reads where a link to a message leads', () => {
  expect(readPermalink('https://northwind-studio.slack.com/archives/D0ANNA/p1795931295537000')).toEqual({
    channel: 'D0ANNA',
    ts: '1795931295.537000',
    threadTs: undefined,
  })
  expect(
    readPermalink('https://x.slack.com/archives/C0GENERAL/p1795931295537000?thread_ts=1795931200.000100&cid=C0GENERAL'),
  ).toMatchObject({ threadTs: '1795931200.000100' })
})

it.each([
  'https://northwind-studio.slack.com/archives/D0ANNA',
  'https://evilslack.com/archives/D0ANNA/p1795931295537000',
  'https://x.slack.com.evil.example/archives/D0ANNA/p1795931295537000',
  '/archives/D0ANNA/p1795931295537000',
  'mailto:a@x.example',
  '',
])('takes no other link for one: %s', (href) => {
  expect(readPermalink(href)).toBeNull()
})

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { escapeMrkdwn, renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { propertyRuns } from '../../support/property-runs.js'
import { seen, wild } from './samples.js'

const final = (markdown: string): string => renderMarkdown(markdown, 'final')

/** Slack sees a command only in an unescaped `<`, and an entity in every unescaped `&`. */
const INERT = /^(?:[^<&]|&amp;|&lt;)*$/

describe('control sequences that a model or a mail wrote', () => {
  test.each([
    ...[
      '<!channel>',
      '<!here|here>',
      '<!everyone>',
      '<@U012AB3CD>',
      '<#C012AB3CD|general>',
      '<!subteam^S1>',
      '<!date^1^{date}|x>',
    ],
    ...[
      '&lt;!channel&gt;',
      '&#60;!channel&#62;',
      '&#x3C;@U1>',
      '\\<!channel>',
      '**<!here>**',
      '[<!here>](https://x.org)',
    ],
    ...[
      '`<!here>`',
      '```\n<!here>\n```',
      '    <!here>',
      '# <!here>',
      '- <!here>',
      '> <!here>',
      '|a|\n|-|\n|<!here>|',
      '<!here\n>',
    ],
    ...[
      '[a](https://x.org/<!here>)',
      '<https://x.org|<!here>>',
      '![<!here>](https://x.org/i.png)',
      '``` <!here>\nx\n```',
    ],
  ])('%j does nothing', (markdown) => {
    for (const mode of ['final', 'live'] as const) expect(renderMarkdown(markdown, mode)).toMatch(INERT)
  })

  it('stay readable as what they are', () => {
    expect(seen(final('Ask <@U1> & <!here>, also `<#C1>`'))).toBe('Ask<@U1>&<!here>,also<#C1>')
  })

  it('do nothing in any mixture, finished or not', () => {
    fc.assert(
      fc.property(wild, fc.boolean(), (markdown, finished) => {
        expect(renderMarkdown(markdown, finished ? 'final' : 'live')).toMatch(INERT)
      }),
      { numRuns: propertyRuns(300), endOnFailure: true },
    )
  })

  it('leaves @channel as the plain word that it is to Slack', () => {
    expect(final('@channel @here @everyone')).toBe('@channel @here @everyone')
  })

  it('are escaped in short strings for other fields, quotes too', () => {
    expect(escapeMrkdwn('<!here> & "a" > b')).toBe('&lt;!here&gt; &amp; "a" &gt; b')
  })
})

describe('links', () => {
  test.each([
    ['another scheme', '[a](javascript:alert(1))', 'a (javascript:alert(1))'],
    ['data', '[a](data:text/html,x)', 'a (data:text/html,x)'],
    ["Slack's own scheme", '[a](slack://user?id=1)', 'a (slack://user?id=1)'],
    ['a file', '[a](file:///etc/passwd)', 'a (file:///etc/passwd)'],
    ['a relative target', '[a](/b#c)', 'a (/b#c)'],
    ['a scheme in disguise', '[a](java&#115;cript:x)', 'a (javascript:x)'],
    ['an image elsewhere', '![a](ftp://x.org/i.png)', 'a (ftp://x.org/i.png)'],
    ['no host', '[a](https://)', 'a (https://)'],
  ])('%s is text', (_, markdown, expected) => {
    expect(final(markdown)).toBe(expected)
  })

  it('lead to mail addresses, too', () => {
    expect(final('[write to Dana](mailto:dana@x.org)')).toBe('[write to Dana (dana@x.org)](mailto:dana@x.org)')
  })

  test.each([
    ['copies', 'mailto:dana@x.org?bcc=eve@evil.org'],
    ['a text', 'mailto:dana@x.org?subject=Hi&body=all%20her%20mail'],
    ['further recipients', 'mailto:dana@x.org?to=eve@evil.org'],
  ])('lead to a mail address without what nobody sees: %s', (_, target) => {
    expect(final(`[write](${target})`)).toBe('[write (dana@x.org)](mailto:dana@x.org)')
  })

  test.each([
    ['two addresses', 'mailto:dana@x.org,eve@evil.org'],
    ['an address in code', 'mailto:dana@x.org%2Ceve@evil.org'],
    ['no address', 'mailto:?bcc=eve@evil.org'],
  ])('that would write to more than they can show are text: %s', (_, target) => {
    expect(final(`[write](${target})`)).toBe(`write (${target})`)
  })

  it('cannot break out of their target', () => {
    expect(final('[a](<https://x.org/)|b"c]d>)')).toBe('[a (x.org)](https://x.org/%29%7Cb%22c%5Dd)')
  })
})

describe('a label that does not say where its link leads', () => {
  test.each([
    ['words', '[the contract](https://x.org/a?all=her+mail)', '[the contract (x.org)](https://x.org/a?all=her+mail)'],
    ['a file', '[report.pdf](https://x.org/a)', '[report.pdf (x.org)](https://x.org/a)'],
    ['a number', '[version 1.5](https://x.org/a)', '[version 1.5 (x.org)](https://x.org/a)'],
    [
      'an address',
      '[https://bank.com/login](https://evil.org/x)',
      '[https://bank.com/login (evil.org)](https://evil.org/x)',
    ],
    ['a host', '[bank.com](https://evil.org/x)', '[bank.com (evil.org)](https://evil.org/x)'],
    [
      'a host in words',
      '[Sign in at www.bank.com now](https://evil.org)',
      '[Sign in at www.bank.com now (evil.org)](https://evil.org)',
    ],
    ['a host in bold', '[**bank**.com](https://evil.org)', '[**bank**.com (evil.org)](https://evil.org)'],
    ['a host in code', '[`bank.com`](https://evil.org)', '[`bank.com` (evil.org)](https://evil.org)'],
    [
      'a sub-domain that only begins like it',
      '[bank.com](https://bank.com.evil.org)',
      '[bank.com (bank.com.evil.org)](https://bank.com.evil.org)',
    ],
    [
      'a host before the @',
      '[bank.com](https://bank.com@evil.org)',
      '[bank.com (evil.org)](https://bank.com@evil.org)',
    ],
    ['full-width letters', '[ｂａｎｋ．ｃｏｍ](https://evil.org)', '[ｂａｎｋ．ｃｏｍ (evil.org)](https://evil.org)'],
    ['invisible characters', '[bank\u200B.com](https://evil.org)', '[bank\u200B.com (evil.org)](https://evil.org)'],
    ['an address in numbers', '[10.0.0.1](https://evil.org)', '[10.0.0.1 (evil.org)](https://evil.org)'],
    ['a mail address', '[dana@bank.com](https://evil.org)', '[dana@bank.com (evil.org)](https://evil.org)'],
    [
      'another mail address',
      '[dana@bank.com](mailto:eve@evil.org)',
      '[dana@bank.com (eve@evil.org)](mailto:eve@evil.org)',
    ],
    ['an image', '![bank.com](https://evil.org/i.png)', '[🖼 bank.com (evil.org)](https://evil.org/i.png)'],
    ['a suffix that nobody owns', '[co.uk](https://evil.co.uk)', '[co.uk (evil.co.uk)](https://evil.co.uk)'],
    [
      'a host of many owners',
      '[github.io](https://evil.github.io)',
      '[github.io (evil.github.io)](https://evil.github.io)',
    ],
    [
      "another owner's host beside it",
      '[bank.github.io](https://evil.github.io)',
      '[bank.github.io (evil.github.io)](https://evil.github.io)',
    ],
    ['a port', '[the page](https://x.org:8443/a)', '[the page (x.org:8443)](https://x.org:8443/a)'],
    [
      'a user name in an address',
      '[https://bank.com@evil.org](https://bank.com@evil.org)',
      '[https://bank.com@evil.org (evil.org)](https://bank.com@evil.org)',
    ],
    ['look-alike letters', '[аpple.com](https://аpple.com)', '[аpple.com (xn--pple-43d.com)](https://аpple.com)'],
  ])('%s: the true one is shown', (_, markdown, expected) => {
    expect(final(markdown)).toBe(expected)
  })

  test.each([
    ['the same host', '[x.org](https://x.org/a)'],
    ['the host without www', '[x.org](https://www.x.org/a)'],
    ['the site of a sub-domain', '[x.org](https://docs.x.org/a)'],
    ['a sub-domain of the site', '[docs.x.org](https://x.org/a)'],
    ['another sub-domain of the site', '[mail.x.co.uk](https://www.x.co.uk/a)'],
    ['the usual port', '[x.org](https://x.org:443/a)'],
    ['the same address', '[https://x.org/a.b/c](https://x.org/a.b/c)'],
    ['its mail address', '[dana@x.org](mailto:dana@x.org)'],
  ])('%s: nothing is added', (_, markdown) => {
    expect(final(markdown)).toBe(markdown)
  })

  it.each([
    ['a user name', 'https://bank.com@evil.org/x', 'https://bank.com@evil.org/x (evil.org)'],
    ['a user name and a port', 'https://bank.com:443@evil.org/x', 'https://bank.com:443@evil.org/x (evil.org)'],
    ['look-alike letters', 'https://аpple.com/x', 'https://аpple.com/x (xn--pple-43d.com)'],
    ['look-alike letters in code', 'https://xn--pple-43d.com', 'https://xn--pple-43d.com (xn--pple-43d.com)'],
  ])('a bare address that shows something else says where it leads: %s', (_, address, label) => {
    expect(final(address)).toBe(`[${label}](${address})`)
    expect(final(`<${address}>`)).toBe(`[${label}](${address})`)
  })

  it('cannot turn the addition around', () => {
    expect(final('[bank.com \u202E](https://evil.org)')).toBe('[bank.com  (evil.org)](https://evil.org)')
  })

  it('shows the end of a very long host, which says whose it is', () => {
    const host = `${'bank.com.'.repeat(12)}evil.org`
    expect(final(`[bank.com](https://${host})`)).toContain('.evil.org)]')
  })

  it('shows the beginning of a very long registered name, too', () => {
    const host = `evil-${'x'.repeat(40)}-bank.com`
    expect(final(`[bank.com](https://${host})`)).toContain('(…evil-xxxxxxx…')
  })
})

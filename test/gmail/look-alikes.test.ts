import { describe, expect, it, test } from 'vitest'
import { recipientWarning, visibly } from '../../src/gmail/look-alikes.js'

describe('recipients that are not what they look like', () => {
  test.each([
    ['a Cyrillic letter among Latin ones', 'helen@meridi\u0430n.example', 'mixes Latin and Cyrillic'],
    ['a Greek letter in the name', 'h\u03B5len@meridian.example', 'mixes Latin and Greek'],
    ['a domain in one foreign alphabet', 'a@\u0430\u0440\u0440\u04CF\u0435.example', 'mixes Latin and Cyrillic'],
    ['a domain with accents', 'helen@m\u00E9ridian.example', 'not in plain Latin'],
    ['a domain in code', 'helen@xn--meridin-5ya.example', 'in code'],
    ['a domain in code below another', 'helen@mail.XN--meridin-5ya.example', 'in code'],
    ['an Armenian letter', 'h\u0561len@meridian.example', 'mixes Latin and Armenian'],
    ['a Cherokee letter', 'h\u13AAlen@meridian.example', 'mixes Latin and Cherokee'],
    ['a Cyrillic letter beside what nobody sees', 'h\u200B\u0435len@meridian.example', 'mixes Latin and Cyrillic'],
    ['a filler', 'he\u3164len@meridian.example', 'invisible characters'],
    ['letters in full width', 'helen@\uFF4Deridian.example', 'only look like others'],
    ['a zero-width space', 'helen@meridian\u200B.example', 'invisible characters'],
    ['a turn of direction', 'Helen \u202Eelpmaxe.live@nabi', 'invisible characters'],
    ['a soft hyphen', 'he\u00ADlen@meridian.example', 'invisible characters'],
  ])('%s is said', (_, to, words) => {
    expect(recipientWarning({ to }).join('\n')).toContain(words)
    expect(recipientWarning({ cc: ['ben@northwind.example', to] }).join('\n')).toContain(words)
  })

  test.each([
    'helen.marsh@meridian-museum.example',
    'Mateusz Zaj\u0105c <mateusz@northwind.example>',
    '\u7530\u4E2D\u7531\u7D00 <y.tanaka@kamiya-maritime.example>',
    'zo\u00EB@x.example',
    'zoe\u0308@x.example',
    'ada@abc-xn--def.example',
    '"Okafor, Ada" <ada@postbox.example>, o\u2019neil@x.example',
  ])('%s is left alone', (to) => {
    expect(recipientWarning({ to, bcc: [to] })).toEqual([])
    expect(visibly('to', to)).toBe(to)
  })

  it('looks at recipients only: a subject may say what it likes', () => {
    expect(recipientWarning({ subject: 'h\u0435llo@x.example', body: '\u202E' })).toEqual([])
  })
})

describe('what cannot be seen', () => {
  it('is shown in an address', () => {
    expect(visibly('to', 'a\u200Bb@x.example')).toBe('a[U+200B]b@x.example')
    expect(visibly('recipient_email', 'a\u{E0041}@x.example')).toBe('a[U+E0041]@x.example')
  })

  it.each([0x200e, 0x200f, 0x061c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069])(
    'is shown in a subject where it turns the text around: U+%s',
    (code) => {
      const shown = `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
      expect(visibly('subject', `a${String.fromCodePoint(code)}b`)).toBe(`a${shown}b`)
    },
  )

  it('is left to emoji in a subject, where only what turns the text around is shown', () => {
    expect(visibly('subject', 'Thanks ❤️ \u202Egpj.exe')).toBe('Thanks ❤️ [U+202E]gpj.exe')
  })
})

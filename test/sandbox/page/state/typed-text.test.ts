import { describe, expect, it } from 'vitest'
import { completing } from '../../../../src/sandbox/page/state/completion.js'
import { decodeTyped, encodeTyped } from '../../../../src/sandbox/page/state/typed-text.js'
import { ANNA, BEN, BOT, CHANNELS, PEOPLE } from '../a-snapshot.js'

const names = { people: PEOPLE, channels: CHANNELS }

describe('what is typed', () => {
  it.each([
    ['@inbox what is new?', '<@U0INBOXBOT> what is new?'],
    ['hi @Anna Lindqvist, meet @ben.', 'hi <@U0ANNA>, meet <@U0BEN>.'],
    ['@INBOX', '<@U0INBOXBOT>'],
    ['@inboxes @unknown me@inbox @@inbox', '@inboxes @unknown me@inbox @@inbox'],
    ['@here in #general', '<!here> in <#C0GENERAL|general>'],
    ['https://a.example/#general', 'https://a.example/#general'],
    ['`@inbox` @inbox ```\n@ben\n```', '`@inbox` <@U0INBOXBOT> ```\n@ben\n```'],
    ['a < b & c', 'a < b & c'],
  ])('%j is sent as %j', (typed, sent) => {
    expect(encodeTyped(typed, names)).toBe(sent)
  })

  it('comes back for editing as it was typed', () => {
    const kept =
      '<@U0ANNA> &lt;3 <https://a.example> <mailto:a@b.example|a@b.example> <#C0GENERAL|general> <!here> R&amp;D'
    const typed = '@Anna Lindqvist <3 https://a.example a@b.example #general @here R&D'
    expect(decodeTyped(kept, names)).toBe(typed)
    expect(encodeTyped(typed, names)).toBe(
      '<@U0ANNA> <3 https://a.example a@b.example <#C0GENERAL|general> <!here> R&D',
    )
  })
})

describe('completion', () => {
  const sources = { people: [BOT, ANNA, BEN], channels: CHANNELS, slashCommand: '/inbox', commandHint: '[text]' }
  const labels = (text: string, caret = text.length) =>
    completing(text, caret, sources)?.options.map((option) => option.label)

  it('offers people and the app after @, by any of their names', () => {
    expect(labels('@')).toEqual(['inbox', 'Anna Lindqvist', 'Ben Okafor'])
    expect(labels('hi @lind')).toEqual(['Anna Lindqvist'])
    expect(labels('(@anna l')).toEqual(['Anna Lindqvist'])
    expect(completing('hi @in now', 6, sources)).toMatchObject({ from: 3, options: [{ insert: '@inbox' }] })
  })

  it('offers channels after #, and the command at the very start', () => {
    expect(labels('see #gen')).toEqual(['#general'])
    expect(labels('/i')).toEqual(['/inbox'])
    expect(labels('/inbox ')).toBeUndefined()
    expect(labels('/other')).toBeUndefined()
    expect(labels('a /i')).toBeUndefined()
  })

  it('offers nothing in an address or where nobody fits', () => {
    expect(labels('me@in')).toBeUndefined()
    expect(labels('@nobody')).toBeUndefined()
    expect(labels('#inbox')).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { connectPrompt } from '../../../src/slack/blocks/connect-prompt.js'
import { consentLines } from '../../../src/slack/blocks/consent.js'
import { helpText } from '../../../src/slack/commands/command-words.js'
import { homeBlocks } from '../../../src/slack/home.js'

const rules = { slashCommand: '/mail' }
const NOTHING = { mails: [], timeZone: 'UTC' }

describe('what will be allowed', () => {
  it('is three lines: reading, the press, and the way out', () => {
    const [reads, asks, ends] = consentLines(rules)
    expect(reads).toContain('read and search')
    expect(asks).toContain('ask you before I send or change')
    expect(ends).toContain('/mail disconnect')
  })

  it('tells of what configuration lets happen without a press', () => {
    const [, asks] = consentLines({ ...rules, unasked: ['gmail_create_draft', 'gmail_trash_thread'] })
    expect(asks).toContain('I ask you before I send anything, every time')
    expect(asks).toContain('saving a draft or moving a conversation to the trash')
    expect(asks).not.toContain('or change anything')
    expect(helpText({ ...rules, unasked: ['gmail_create_draft'] })).toContain('saving a draft')
  })

  it('stands in every prompt, above a button with the link', () => {
    for (const state of ['missing', 'expired'] as const) {
      const prompt = JSON.stringify(connectPrompt(state, 'https://connect.example/1', rules))
      for (const line of consentLines(rules)) expect(prompt).toContain(line)
      expect(prompt).toContain('"url":"https://connect.example/1"')
      expect(prompt).toMatch(/"text":"Connect Gmail/)
      const home = JSON.stringify(homeBlocks({ state, url: 'https://connect.example/1' }, NOTHING, rules, 'ask'))
      for (const line of consentLines(rules)) expect(home).toContain(line)
    }
  })
})

describe('a Home tab', () => {
  it.each(['lapsed', 'ending', 'unknown', 'none'] as const)('has no button where the state is %s', (state) => {
    expect(homeBlocks({ state }, NOTHING, rules, 'ask').filter(({ type }) => type === 'actions')).toEqual([])
  })

  it.each([
    ['ask', 'I ask you first'],
    ['here', 'where everyone can see'],
    ['private', 'in your direct messages'],
  ] as const)('says where answers go that others could read: %s', (channelReplies, words) => {
    expect(JSON.stringify(homeBlocks({ state: 'none' }, NOTHING, rules, channelReplies))).toContain(words)
  })

  it('asks before it disconnects', () => {
    const button = JSON.stringify(
      homeBlocks({ state: 'connected', personId: 'person-1', address: 'a&b@x.example' }, NOTHING, rules, 'ask'),
    )
    expect(button).toContain('"confirm":{"title"')
    expect(button).toContain('"value":"person-1"')
    expect(button).toContain('*Connected:* a&amp;b@x.example')
  })
})

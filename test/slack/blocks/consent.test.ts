import { describe, expect, it } from 'vitest'
import { connectPrompt } from '../../../src/slack/blocks/connect-prompt.js'
import { consentLines } from '../../../src/slack/blocks/consent.js'
import { helpText } from '../../../src/slack/commands/command-words.js'

const rules = { slashCommand: '/mail' }

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
    }
  })
})

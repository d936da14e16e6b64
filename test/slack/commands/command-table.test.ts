import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMAND_HINT } from '../../../src/sandbox/page/state/completion.js'
import { COMMAND_WORDS, COMMANDS, meaningOf, USAGE_HINT } from '../../../src/slack/commands/command-table.js'

const command = (word: string) => ({ kind: 'command', word })
const typo = (meant: string) => ({ kind: 'typo', meant })
const QUESTION = { kind: 'question' }
const BARE = { kind: 'bare' }

describe('what somebody means by what they typed', () => {
  it.each(COMMAND_WORDS)('%s is a command, whatever its case and what stands behind it', (word) => {
    for (const typed of [word, word.toUpperCase(), ` ${word} `, `${word}!`, `${word}?`, `${word}...`, `${word}. `])
      expect(meaningOf(typed)).toEqual(command(word))
  })

  it.each([
    ['', BARE],
    ['   ', BARE],
    ['Help!', command('help')],
    ['STATUS', command('status')],
    ['cancel', command('stop')],
    ['Abort!', command('stop')],
    ['hlep', typo('help')],
    ['Hlep?', typo('help')],
    ['stauts', typo('status')],
    ['conect', typo('connect')],
    ['connnect', typo('connect')],
    ['discnnect', typo('disconnect')],
    ['disconnected', typo('disconnect')],
    ['setings', typo('settings')],
    ['schedule', typo('scheduled')],
    ['shceduld', typo('scheduled')],
    ['thread', typo('threads')],
    ['sotp', typo('stop')],
    ['hello', QUESTION],
    ['hi', QUESTION],
    ['meetings', QUESTION],
    ['contact', QUESTION],
    ['contacts', QUESTION],
    ['unread', QUESTION],
    ['?', QUESTION],
    ['👍', QUESTION],
    ['help me', QUESTION],
    ['hlep me', QUESTION],
    ['connect me with Dana', QUESTION],
    ['connect please', QUESTION],
    ['scheduled meetings', QUESTION],
    ['status of the order?', QUESTION],
    ['stop sending me newsletters', QUESTION],
  ])('%j', (text, meaning) => {
    expect(meaningOf(text)).toEqual(meaning)
  })

  it('is one thing for each command: none is so near to another that a typing error could mean both', () => {
    for (const word of COMMAND_WORDS) {
      for (let at = 0; at < word.length; at += 1)
        expect(meaningOf(word.slice(0, at) + word.slice(at + 1))).toEqual(typo(word))
    }
  })
})

describe('the hint', () => {
  it('names every command', () => {
    for (const word of Object.keys(COMMANDS)) expect(USAGE_HINT).toContain(word)
  })

  it('is the one in the manifest, and the one that the page of the demo shows', () => {
    const manifest = readFileSync(new URL('../../../manifest.yml', import.meta.url), 'utf8')
    expect(/usage_hint: (.+)/.exec(manifest)?.[1]).toBe(USAGE_HINT)
    expect(COMMAND_HINT).toBe(USAGE_HINT)
  })
})

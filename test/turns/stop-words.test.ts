import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/turns/model.js'
import { isStopWord, splitAtStop } from '../../src/turns/stop-words.js'

const message = (text: string, rest: Partial<Message> = {}): Message => {
  return { id: text, channel: 'D1', ts: '1.0', text, mentions: [], files: [], forwarded: [], replaces: false, ...rest }
}

describe('a word that stops', () => {
  it.each([
    ['stop', true],
    ['Stop!', true],
    ['STOP', true],
    ['cancel.', true],
    ['Abort', true],
    [' stop … ', true],
    ['*stop*', true],
    ['“Stop!!”', true],
    ['🛑 stop 🛑', true],
    ['stop ✋🏽', true],
    ['stop it', false],
    ['stop stop', false],
    ['please stop', false],
    ['cancel the meeting', false],
    ['cancelled', false],
    ['nonstop', false],
    ['stop2', false],
    ['стоп', false],
    ['!', false],
    ['', false],
    [`stop${'!'.repeat(56)}`, true],
    [`stop${'!'.repeat(57)}`, false],
  ])('%j: %s', (text, stops) => {
    expect(isStopWord(message(text))).toBe(stops)
  })

  it.each<[string, Partial<Message>]>([
    ['attached', { files: [{ id: 'F1', name: 'x', mimetype: 'y', size: 1 }] }],
    [
      'passed on',
      {
        forwarded: [
          {
            words: { text: 'x', mentions: [] },
            author: null,
            authorId: null,
            ts: null,
            channel: null,
            channelId: null,
            files: [],
          },
        ],
      },
    ],
  ])('is none with something %s', (_, rest) => {
    expect(isStopWord(message('stop', rest))).toBe(false)
  })
})

describe('what waits', () => {
  it.each([
    [['a', 'b'], ['a', 'b'], false],
    [['stop'], [], false],
    [['stop', 'cancel'], [], false],
    [['a', 'stop'], [], true],
    [['a', 'stop', 'b'], ['b'], false],
    [['stop', 'a'], ['a'], false],
  ])('%j is answered as %j', (texts, answered, isStop) => {
    const split = splitAtStop(texts.map((text) => message(text)))
    expect(split.messages.map(({ text }) => text)).toEqual(answered)
    expect(split.isStop).toBe(isStop)
    expect([...split.stopWords, ...split.messages].map(({ text }) => text)).toEqual(texts)
  })

  it('is stopped by an edit of what a session has heard', () => {
    expect(splitAtStop([message('stop', { replaces: true })]).isStop).toBe(true)
  })
})

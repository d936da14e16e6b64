import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageContent } from '../../../src/slack/api/poster.js'
import { PLAINEST, plainly } from '../../../src/slack/blocks/plain-message.js'
import { escapeMrkdwn } from '../../../src/slack/markdown/escape.js'
import { renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { pages } from '../../../src/slack/markdown/pages.js'
import { propertyRuns } from '../../support/property-runs.js'
import { expectSlackTakes, literalsOf, textsOf, wordsOf } from '../slack-limits.js'
import { approvalBlocks } from './approval-blocks.js'

const card = approvalBlocks({
  id: 'approval',
  step: {
    type: 'tool',
    id: 'call',
    name: 'gmail_send_message',
    input: { to: 'a@b.example', subject: '<!channel> & <https://evil.example|your bank>', body: 'Dear <@U0BEN>' },
    state: 'undecided',
  },
  decision: null,
  decidedAt: null,
  reason: null,
  deniedBy: null,
  names: new Map(),
  mailbox: null,
})

const buttonsOf = (message: MessageContent) => message.blocks.filter(({ type }) => type === 'actions')

describe('a card that Slack does not take as it is', () => {
  const question = { text: 'I need your decision', blocks: card }

  it('keeps all it says in a form without markup, and its buttons in a message without a word of anybody else', () => {
    const plain = plainly(question, 1)
    expect(plain.length).toBeGreaterThan(1)
    for (const message of plain) expectSlackTakes(message)
    const [last, ...texts] = [...plain].reverse()
    expect(texts.flatMap(buttonsOf)).toEqual([])
    expect(last?.blocks.slice(1)).toEqual(card.filter(({ type }) => type === 'actions'))
    expect(wordsOf(last ?? question).join(' ')).not.toMatch(/evil|channel|a@b|Dear/)
    const words = texts.flatMap(({ blocks }) => literalsOf(blocks)).join('\n')
    expect(words).toContain('<!channel> & <https://evil.example|your bank>')
    expect(words).toContain('Dear <@U0BEN>')
  })

  it('keeps the buttons of each of several cards right below it', () => {
    const plain = plainly({ text: 'Decide', blocks: [...card, ...card] }, 1)
    expect(plain.map((message) => buttonsOf(message).length)).toEqual([0, 1, 0, 1])
  })

  it('mentions nobody and links nothing in its plainest form', () => {
    const plain = plainly(question, PLAINEST)
    for (const message of plain) {
      expect(message.blocks).toEqual([])
      for (const text of textsOf(message)) expect(text).not.toMatch(/</)
    }
    expect(plain.map(({ text }) => text).join('\n')).toContain(
      '&lt;!channel&gt; &amp; &lt;https://evil.example|your bank&gt;',
    )
  })
})

describe('an answer that Slack does not take as it is', () => {
  const answer = [
    '# Plan for R&D',
    '1. Ask **Dana** about `snake_case <x>`',
    '2. See [the page](https://x.org/a_b?c=d&e)',
    '',
    '28. Dezember',
    '4. Januar',
    '> 2 * 3 * 4',
    '```ts',
    'a < b && c',
    '```',
  ].join('\n')
  const shown = [
    'Plan for R&D',
    '1. Ask Dana about snake_case <x>',
    '2. See the page (x.org) (https://x.org/a_b?c=d&e)',
    '28. Dezember',
    '4. Januar',
    '> 2 * 3 * 4',
    'a < b && c',
  ]
  const content = { text: 'Plan', blocks: [{ type: 'markdown', text: renderMarkdown(answer, 'final') } as const] }

  it('says all of it, without marks', () => {
    expect(plainly(content, 1).flatMap(({ blocks }) => literalsOf(blocks))).toEqual([shown.join('\n')])
    expect(plainly(content, PLAINEST).map(({ text }) => text)).toEqual([escapeMrkdwn(shown.join('\n'))])
  })

  it('goes on over several messages, however long, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('word ', '&', '<!here> ', '😀', '\n', 'x'.repeat(700), 'long '.repeat(900)), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.constantFrom(1, PLAINEST),
        (pieces, plainness) => {
          const text = `x${pieces.join('')}`
          const messages = pages(text, { final: true }).flatMap((page) =>
            plainly({ text: 'x', blocks: [{ type: 'markdown', text: page }] }, plainness),
          )
          for (const message of messages) {
            if (plainness === 1) expectSlackTakes(message)
            else expect(message.text.length).toBeLessThanOrEqual(4_000)
            for (const one of wordsOf(message)) expect(one).not.toMatch(/\p{Surrogate}/u)
          }
          const all = messages.map((message) => (plainness === 1 ? literalsOf(message.blocks).join('') : message.text))
          const bare = (given: string) => given.replace(/[\s…]/g, '')
          expect(bare(all.join(''))).toBe(bare(plainness === 1 ? text : escapeMrkdwn(text)))
        },
      ),
      { numRuns: propertyRuns(60) },
    )
  })
})

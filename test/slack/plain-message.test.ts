import { describe, expect, it } from 'vitest'
import { approvalBlocks } from '../../src/slack/approval-card.js'
import { PLAINEST, plainly } from '../../src/slack/plain-message.js'
import { literalsOf, textsOf } from './slack-limits.js'

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

describe('a card that Slack does not take as it is', () => {
  it('keeps its buttons and all it says in a form without markup', () => {
    const plain = plainly({ text: 'I need your decision', blocks: card }, 1)
    expect(plain.blocks.at(-1)).toMatchObject({ type: 'actions' })
    expect(JSON.stringify(plain.blocks)).toContain('Subject: <!channel> & <https://evil.example|your bank>')
    expect(literalsOf(plain.blocks)).toEqual([])
  })

  it('mentions nobody and links nothing in its plainest form', () => {
    const plain = plainly({ text: 'I need your decision', blocks: card }, PLAINEST)
    expect(plain.blocks).toEqual([])
    for (const text of textsOf(plain)) expect(text).not.toMatch(/</)
    expect(plain.text).toContain('Subject: &lt;!channel&gt; &amp; &lt;https://evil.example|your bank&gt;')
  })
})

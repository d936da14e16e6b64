import { describe, expect, it } from 'vitest'
import { sessionStatus, sessionTitle } from '../../../src/slack/agent/session-status.js'
import type { ApprovalView, Phase } from '../../../src/turns/view.js'

const approval = (decision: ApprovalView['decision']): ApprovalView => ({
  id: 'a',
  step: { type: 'tool', id: 'c', name: 'gmail_trash_message', input: {}, state: 'undecided' },
  decision,
  decidedAt: null,
  reason: null,
  deniedBy: null,
  names: new Map(),
  mailbox: null,
})

describe('how a conversation stands', () => {
  it.each<[Phase, ReturnType<typeof sessionStatus>]>([
    [{ type: 'queued', behind: 'turn' }, null],
    [{ type: 'starting' }, 'processing'],
    [{ type: 'retrying', service: 'claude' }, 'processing'],
    [{ type: 'working' }, 'processing'],
    [{ type: 'connecting', state: 'missing', url: 'https://x.example' }, 'suspended'],
    [{ type: 'ended', ending: 'answered' }, 'active'],
    [{ type: 'ended', ending: 'stopped' }, 'active'],
    [{ type: 'ended', ending: 'session_terminated' }, 'active'],
    [{ type: 'ended', ending: 'context_full' }, 'closed'],
    [{ type: 'ended', ending: 'deactivated' }, 'closed'],
    [{ type: 'ended', ending: 'outsider' }, null],
  ])('%j: %s', (phase, status) => {
    expect(sessionStatus({ phase, approvals: [] })).toBe(status)
  })

  it('waits for its person only while something is open', () => {
    const phase = { type: 'deciding' } as const
    expect(sessionStatus({ phase, approvals: [approval('approved'), approval(null)] })).toBe('suspended')
    expect(sessionStatus({ phase, approvals: [approval('approved')] })).toBe('processing')
  })
})

describe('a title', () => {
  it.each([
    ['What is unread?', 'What is unread?'],
    ['  Find\n\tthe   invoice ', 'Find the invoice'],
    ['*urgent*: see `x` <https://a.example|here>', 'urgent: see x https://a.example|here'],
    ['', null],
    ['\u0007 \n', null],
  ])('of %j is %j', (text, title) => {
    expect(sessionTitle(text)).toBe(title)
  })

  it('is cut between words, and within one that has no end', () => {
    const long = sessionTitle(
      'Please look for all of the invoices that Vandermeer has sent to me since the beginning of the year',
    )
    expect(long).toBe('Please look for all of the invoices that Vandermeer has sent to me since the…')
    expect(sessionTitle('x'.repeat(500))).toBe(`${'x'.repeat(79)}…`)
    expect(sessionTitle(`${'x'.repeat(78)}😀 y`)).toBe(`${'x'.repeat(78)}…`)
  })
})

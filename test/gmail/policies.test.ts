import { describe, expect, it } from 'vitest'
import {
  describeOverrides,
  offeredTools,
  readToolPolicies,
  STANDARD_POLICIES,
  sendingTools,
  unaskedChanges,
} from '../../src/gmail/policies.js'
import { GMAIL_TOOL_NAMES, GMAIL_TOOLS } from '../../src/gmail/tools.js'

const policies = (text: string) => {
  const read = readToolPolicies(text)
  if ('problems' in read) throw new Error(read.problems.join('; '))
  return read.policies
}
const problems = (text: string) => {
  const read = readToolPolicies(text)
  return 'problems' in read ? read.problems : []
}

describe('TOOL_POLICIES', () => {
  it('changes nothing where nothing is said', () => {
    expect(policies('')).toEqual(STANDARD_POLICIES)
    expect(policies(' , ')).toEqual(STANDARD_POLICIES)
    expect(unaskedChanges(STANDARD_POLICIES)).toEqual([])
    expect(describeOverrides(STANDARD_POLICIES)).toBe('')
  })

  it('overrides tool by tool, and leaves the rest as the table has it', () => {
    const changed = policies('gmail_create_draft=allow, gmail_trash_thread = off,gmail_fetch_mails=ask')
    expect(offeredTools(changed)).toEqual(
      GMAIL_TOOL_NAMES.filter((name) => name !== 'gmail_trash_thread' && GMAIL_TOOLS[name].kind !== 'leave'),
    )
    expect(unaskedChanges(changed)).toEqual(['gmail_create_draft'])
    expect(describeOverrides(changed)).toBe('gmail_fetch_mails=ask,gmail_create_draft=allow,gmail_trash_thread=off')
  })

  it('governs the tools with which the agent asks for sending by the Gmail tools that send', () => {
    const names = (text: string) => sendingTools(policies(text)).map(({ name }) => name)
    expect(names('')).toEqual(['send_email', 'reply_to_email', 'send_draft'])
    expect(names('gmail_send_message=off,gmail_send_draft=ask')).toEqual(['reply_to_email', 'send_draft'])
  })

  it('never offers the agent a tool that sends by itself', () => {
    expect(offeredTools(STANDARD_POLICIES).filter((name) => /send|reply/.test(name))).toEqual([])
  })

  it('never lets anything leave the mailbox unasked', () => {
    for (const name of GMAIL_TOOL_NAMES.filter((tool) => GMAIL_TOOLS[tool].kind === 'leave')) {
      expect(problems(`${name}=allow`)).toEqual([expect.stringContaining(`may not allow ${name}`)])
      expect(policies(`${name}=off`).get(name)).toBe('off')
    }
  })

  it('tells every problem at once', () => {
    expect(problems('gmail_send_draft=allow,nonsense=ask,gmail_get_draft=never')).toHaveLength(3)
  })

  it.each(['gmail_get_draft=ask,gmail_get_draft=off', 'gmail_get_draft', 'gmail_get_draft=ask=off'])(
    'refuses %s',
    (text) => {
      expect(problems(text)).toHaveLength(1)
    },
  )

  it('takes what is said twice in the same words', () => {
    expect(policies('gmail_get_draft=off,gmail_get_draft=off').get('gmail_get_draft')).toBe('off')
  })

  it.each(['sk-ant-api03-Secret', 'xoxb-1-2', 'secret words', 'a'.repeat(61)])(
    'never repeats what may be a secret in the wrong place: %s',
    (secret) => {
      for (const text of [secret, `${secret}=ask`, `gmail_get_draft=${secret}`])
        expect(problems(text).join('; ')).not.toContain(secret)
      expect(problems('gmial_get_draft=ask')).toEqual([expect.stringContaining('"gmial_get_draft"')])
    },
  )

  it('does not take an empty table, which Scalekit would read as "all tools"', () => {
    const all = GMAIL_TOOL_NAMES.map((name) => `${name}=off`).join(',')
    expect(problems(all)).toEqual([expect.stringContaining('leave at least one')])
  })
})

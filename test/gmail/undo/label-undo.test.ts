/** Which emails a call changes, what each of them loses and gets, and what makes it as it was. */

import { describe, expect, it } from 'vitest'
import type { ToolInput } from '../../../src/gmail/tool-input.js'
import { type MailboxTools, ToolRefused, type WriteOutcome } from '../../../src/gmail/tool-runner.js'
import type { ReadToolName, WriteToolName } from '../../../src/gmail/tools.js'
import { GmailLabels } from '../../../src/gmail/undo/label-undo.js'
import type { WayBack } from '../../../src/turns/change-undo.js'
import { NotConnected, Unavailable } from '../../../src/turns/ports.js'

const ANNA = { id: 'p', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
const MODIFY = 'gmail_modify_message_labels'
const going = () => new AbortController().signal

/** A mailbox of a few emails, each with its labels. */
class FakeTools implements MailboxTools {
  readonly reads: (readonly [ReadToolName, ToolInput])[] = []
  readonly writes: (readonly [WriteToolName, ToolInput])[] = []
  outcome: WriteOutcome | Error = { outcome: 'done', data: {} }

  constructor(readonly mails: Readonly<Record<string, readonly string[] | null>>) {}

  async read(_: unknown, tool: ReadToolName, input: ToolInput): Promise<unknown> {
    this.reads.push([tool, input])
    if (tool === 'gmail_get_thread_by_id')
      return { id: 't', messages: Object.entries(this.mails).map(([id, labelIds]) => ({ id, labelIds })) }
    const labelIds = this.mails[String(input.message_id)]
    if (labelIds === undefined) throw new ToolRefused(404, 'there is none')
    return labelIds === null ? { id: input.message_id } : { id: input.message_id, labelIds }
  }

  async write(_: unknown, tool: WriteToolName, input: ToolInput): Promise<WriteOutcome> {
    this.writes.push([tool, input])
    if (this.outcome instanceof Error) throw this.outcome
    return this.outcome
  }
}

const back = (message: string, add: readonly string[], remove: readonly string[]): WayBack => ({ message, add, remove })

describe('what takes a call back', () => {
  const mails = { a: ['INBOX', 'UNREAD'], b: ['STARRED'], c: ['TRASH'], d: ['SPAM'], e: ['INBOX', 'Label_7'] }
  const archive = { remove_label_ids: ['INBOX'] }
  it.each<[string, string, ToolInput, readonly WayBack[] | null]>([
    ['archiving', MODIFY, { message_id: 'a', ...archive }, [back('a', ['INBOX'], [])]],
    ['archiving what was not in the inbox', MODIFY, { message_id: 'b', ...archive }, []],
    ['to the inbox', MODIFY, { message_id: 'b', add_label_ids: ['INBOX'] }, [back('b', [], ['INBOX'])]],
    ['marking read', MODIFY, { message_id: 'a', remove_label_ids: ['UNREAD'] }, [back('a', ['UNREAD'], [])]],
    ['marking unread', MODIFY, { message_id: 'b', add_label_ids: ['UNREAD'] }, [back('b', [], ['UNREAD'])]],
    ['starring', MODIFY, { message_id: 'a', add_label_ids: ['STARRED'] }, [back('a', [], ['STARRED'])]],
    ['starring what has a star', MODIFY, { message_id: 'b', add_label_ids: ['STARRED'] }, []],
    [
      'a label for the inbox',
      MODIFY,
      { message_id: 'a', add_label_ids: ['L'], ...archive },
      [back('a', ['INBOX'], ['L'])],
    ],
    [
      'spam, which leaves the inbox',
      MODIFY,
      { message_id: 'a', add_label_ids: ['SPAM'] },
      [back('a', ['INBOX'], ['SPAM'])],
    ],
    ['no spam', MODIFY, { message_id: 'd', remove_label_ids: ['SPAM'] }, [back('d', ['SPAM'], [])]],
    ['a label added and removed', MODIFY, { message_id: 'a', add_label_ids: ['L'], remove_label_ids: ['L'] }, null],
    ['labels that are no list', MODIFY, { message_id: 'a', add_label_ids: 'L' }, null],
    ['no email', MODIFY, archive, null],
    ['an email that is gone', MODIFY, { message_id: 'z', ...archive }, null],
    [
      'a batch',
      'gmail_batch_modify_messages',
      { message_ids: ['a', 'b', 'e', 'a'], ...archive },
      [back('a', ['INBOX'], []), back('e', ['INBOX'], [])],
    ],
    [
      'a batch by its other name',
      'gmail_batch_modify_messages',
      { ids: ['a'], ...archive },
      [back('a', ['INBOX'], [])],
    ],
    ['a batch with one that is gone', 'gmail_batch_modify_messages', { ids: ['a', 'z'], ...archive }, null],
    [
      'a conversation',
      'gmail_modify_thread_labels',
      { thread_id: 't', ...archive },
      [back('a', ['INBOX'], []), back('e', ['INBOX'], [])],
    ],
    ['to the trash', 'gmail_trash_message', { message_id: 'a' }, [back('a', ['INBOX'], ['TRASH'])]],
    ['to the trash from elsewhere', 'gmail_trash_message', { message_id: 'b' }, [back('b', [], ['TRASH'])]],
    ['to the trash once more', 'gmail_trash_message', { message_id: 'c' }, []],
    [
      'a conversation to the trash',
      'gmail_trash_thread',
      { thread_id: 't' },
      [
        back('a', ['INBOX'], ['TRASH']),
        back('b', [], ['TRASH']),
        back('d', [], ['TRASH']),
        back('e', ['INBOX'], ['TRASH']),
      ],
    ],
    ['from the trash', 'gmail_untrash_message', { message_id: 'c' }, [back('c', ['TRASH'], [])]],
    ['a conversation from the trash', 'gmail_untrash_thread', { thread_id: 't' }, [back('c', ['TRASH'], [])]],
    ['a draft', 'gmail_create_draft', { to: 'x', subject: 'y' }, null],
  ])('%s', async (_, name, input, expected) => {
    expect(await new GmailLabels(new FakeTools(mails)).waysBack(ANNA, [{ name, input }], going())).toEqual([expected])
  })

  it('is not guessed where the mailbox does not tell the labels of each email', async () => {
    const labels = new GmailLabels(new FakeTools({ a: ['INBOX'], b: null }))
    const of = async (name: string, input: ToolInput) => await labels.waysBack(ANNA, [{ name, input }], going())
    expect(await of(MODIFY, { message_id: 'b', ...archive })).toEqual([null])
    expect(await of('gmail_modify_thread_labels', { thread_id: 't', ...archive })).toEqual([null])
  })

  it('asks for labels alone, of at most 100 emails', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `m${index}`)
    const tools = new FakeTools(Object.fromEntries(ids.map((id) => [id, ['INBOX']])))
    const labels = new GmailLabels(tools)
    const batch = (ids: readonly string[]) => ({ name: 'gmail_batch_modify_messages', input: { ids, ...archive } })
    expect(await labels.waysBack(ANNA, [batch(ids)], going())).toEqual([null])
    expect(tools.reads).toEqual([])
    const [whole, more] = await labels.waysBack(ANNA, [batch(ids.slice(1)), batch(ids.slice(0, 1))], going())
    expect(whole).toHaveLength(100)
    expect(more).toBeNull()
    expect(tools.reads).toHaveLength(100)
    expect(tools.reads[0]).toEqual(['gmail_get_message_by_id', { message_id: 'm1', format: 'minimal' }])
  })

  it('ends where nobody waits for it any more', async () => {
    const tools = new FakeTools({ a: ['INBOX'] })
    const call = { name: MODIFY, input: { message_id: 'a', ...archive } }
    await expect(new GmailLabels(tools).waysBack(ANNA, [call], AbortSignal.abort(new Error('late')))).rejects.toThrow(
      'late',
    )
    expect(tools.reads).toEqual([])
  })

  it('is none where this deployment has not the tool for it', async () => {
    const labels = new GmailLabels(new FakeTools(mails), (tool) => tool !== 'gmail_untrash_message')
    const trash = { name: 'gmail_trash_message', input: { message_id: 'b' } }
    const star = { name: MODIFY, input: { message_id: 'a', add_label_ids: ['STARRED'] } }
    expect(await labels.waysBack(ANNA, [trash, star], going())).toEqual([null, [back('a', [], ['STARRED'])]])
  })
})

describe('an email is made as it was', () => {
  it.each<[string, WayBack, readonly (readonly [string, ToolInput])[]]>([
    [
      'by its labels',
      back('a', ['INBOX'], ['L']),
      [[MODIFY, { message_id: 'a', add_label_ids: ['INBOX'], remove_label_ids: ['L'] }]],
    ],
    [
      'out of the trash, and then into the inbox',
      back('a', ['INBOX'], ['TRASH']),
      [
        ['gmail_untrash_message', { message_id: 'a' }],
        [MODIFY, { message_id: 'a', add_label_ids: ['INBOX'] }],
      ],
    ],
    ['into the trash', back('a', ['TRASH'], []), [['gmail_trash_message', { message_id: 'a' }]]],
  ])('%s', async (_, way, writes) => {
    const tools = new FakeTools({ a: [] })
    expect(await new GmailLabels(tools).putBack(ANNA, way, false)).toBe(true)
    expect(tools.writes).toEqual(writes)
    expect(tools.reads).toEqual([])
  })

  it('where some of it may be done, only what is not', async () => {
    const tools = new FakeTools({ a: ['INBOX', 'L'], b: ['INBOX'] })
    const labels = new GmailLabels(tools)
    expect(await labels.putBack(ANNA, back('a', ['INBOX'], ['L']), true)).toBe(true)
    expect(await labels.putBack(ANNA, back('b', ['INBOX'], ['L']), true)).toBe(true)
    expect(tools.writes).toEqual([[MODIFY, { message_id: 'a', remove_label_ids: ['L'] }]])
    expect(await labels.putBack(ANNA, back('z', ['INBOX'], []), true)).toBe(false)
  })

  it('or not, where the mailbox refuses; a lost answer is no answer', async () => {
    const tools = new FakeTools({ a: [] })
    const labels = new GmailLabels(tools)
    tools.outcome = { outcome: 'refused', why: 'no' }
    expect(await labels.putBack(ANNA, back('a', ['INBOX'], []), false)).toBe(false)
    tools.outcome = { outcome: 'lost' }
    await expect(labels.putBack(ANNA, back('a', ['INBOX'], []), false)).rejects.toThrow(Unavailable)
    tools.outcome = new NotConnected()
    await expect(labels.putBack(ANNA, back('a', ['INBOX'], []), false)).rejects.toThrow(NotConnected)
  })
})

import { describe, expect, test } from 'vitest'
import type { BrainTurn, ToolCall, ToolOutcome } from '../../../src/sandbox/agents/brain.js'
import { Obstacle, Toolbox } from '../../../src/sandbox/agents/script/toolbox.js'

/** A turn with one tool, and the calls that reached it. */
function turnWith(properties: Record<string, unknown>, outcome: ToolOutcome, signal = new AbortController().signal) {
  const calls: ToolCall[] = []
  const turn: BrainTurn = {
    system: '',
    model: '',
    history: [],
    tools: [{ name: 'tool', description: '', serverName: 'mailbox', inputSchema: { type: 'object', properties } }],
    signal,
    isFollowed: false,
    say: async () => {},
    startMessage: () => ({ write: async () => {}, end: async () => {} }),
    callTools: async (some) => {
      calls.push(...some)
      return some.map(() => outcome)
    },
  }
  return { toolbox: new Toolbox(turn), calls }
}

describe('the tools of a server', () => {
  test('are called with the argument names and shapes of their own schema', async () => {
    const { toolbox, calls } = turnWith(
      { id: { type: 'string' }, recipients: { type: 'array' }, cc: { type: 'string' } },
      { status: 'ok', text: 'done' },
    )
    const wish = { messageId: 'm1', to: 'a@b.example', cc: ['c@d.example', 'e@f.example'], subject: 'no place for it' }
    expect(await toolbox.call('tool', wish)).toBe('done')
    expect(calls).toEqual([
      { name: 'tool', input: { id: 'm1', recipients: ['a@b.example'], cc: 'c@d.example, e@f.example' } },
    ])
  })

  test.each<[ToolOutcome, Partial<Obstacle>]>([
    [
      { status: 'denied', message: 'not now' },
      { kind: 'denied', reason: 'not now' },
    ],
    [
      { status: 'error', text: 'no such id' },
      { kind: 'failed', reason: 'no such id' },
    ],
  ])('turn %o into an obstacle', async (outcome, expected) => {
    await expect(turnWith({}, outcome).toolbox.call('tool', {})).rejects.toMatchObject(expected)
  })

  test('that are missing are an obstacle before anything is called', async () => {
    const { toolbox, calls } = turnWith({}, { status: 'ok', text: '' })
    await expect(toolbox.call('other', {})).rejects.toBeInstanceOf(Obstacle)
    expect(calls).toEqual([])
  })

  test('are not called once the turn is aborted', async () => {
    const { toolbox, calls } = turnWith({}, { status: 'ok', text: '' }, AbortSignal.abort(new Error('stopped')))
    await expect(toolbox.call('tool', {})).rejects.toThrow('stopped')
    expect(calls).toEqual([])
  })
})

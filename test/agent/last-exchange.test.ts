import type { BetaManagedAgentsSessionEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'
import { expect, it } from 'vitest'
import { lastExchangeIn } from '../../src/agent/sent-events.js'

const block = (text: string) => ({ type: 'text' as const, text })
const user = (...texts: string[]) => ({ type: 'user.message', id: 'u', content: texts.map(block) })
const agent = (...texts: string[]) => ({ type: 'agent.message', id: 'a', content: texts.map(block) })

async function read(...oldestFirst: object[]) {
  const events = oldestFirst.reverse() as BetaManagedAgentsSessionEvent[]
  return await lastExchangeIn(
    (async function* () {
      yield* events
    })(),
  )
}

it.each([
  ['nothing', [], null],
  ['a question and its answer', [user('<context>', 'a?'), agent('b')], { asked: 'a?', answered: 'b' }],
  [
    'the newest of several',
    [user('<context>', 'a?'), agent('b'), user('<context>', 'c?'), agent('d')],
    { asked: 'c?', answered: 'd' },
  ],
  [
    'an answer of several messages, in their order',
    [user('<context>', 'a?'), agent('one ', 'and'), agent('two')],
    { asked: 'a?', answered: 'one and\n\ntwo' },
  ],
  ['a question that waits for its answer', [agent('old'), user('<context>', 'a?')], { asked: 'a?', answered: '' }],
  [
    'a note of the bot between, which nobody wrote',
    [user('<context>', 'a?'), agent('b'), user('<context>'), agent('c')],
    { asked: 'a?', answered: 'b\n\nc' },
  ],
  [
    'lines that were sent together',
    [user('<context>', 'old'), agent('x'), user('<context>', 'a'), user('<context>', 'b?'), agent('c')],
    { asked: 'a\nb?', answered: 'c' },
  ],
  [
    'words behind what was passed on',
    [user('<context>', '<forwarded>', 'a?'), agent('b')],
    { asked: 'a?', answered: 'b' },
  ],
])('the last exchange of a session is read from its log: %s', async (_, events, expected) => {
  expect(await read(...events)).toEqual(expected)
})

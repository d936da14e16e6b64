import { expect, it } from 'vitest'
import { FirstPost } from '../../../../src/slack/reply/pacing/first-post.js'
import { EMPTY_REPLY, type Reply } from '../../../../src/turns/reply.js'
import { EMPTY_VIEW, type Phase, type ReplyView } from '../../../../src/turns/view.js'
import { FakeClock } from '../../fake-clock.js'

type Item = Reply['items'][number]

const view = (phase: Phase, rest: Partial<ReplyView> = {}): ReplyView => ({
  ...EMPTY_VIEW,
  phase,
  ...rest,
})
const saying = (...items: Item[]) => view({ type: 'working' }, { reply: { ...EMPTY_REPLY, items } })
const TEXT: Item = { type: 'text', id: 'm', text: 'Two emails.' }
const SEARCH: Item = { type: 'tool', id: 'c', name: 'gmail_fetch_mails', input: {}, state: 'working' }

function open() {
  const clock = new FakeClock()
  let ends = 0
  const first = new FirstPost(clock, () => {
    ends += 1
  })
  return { clock, first, ends: () => ends }
}

it.each<[string, ReplyView, boolean]>([
  ['that a turn begins', view({ type: 'starting' }), true],
  ['that the agent thinks', view({ type: 'working' }), true],
  ['that the agent searches', saying(SEARCH), true],
  ['the first words', saying(TEXT), false],
  ['words after a search', saying(SEARCH, TEXT), false],
  ['that it goes on after an interruption', view({ type: 'working', isResumed: true }), false],
  ['that a service does not answer', view({ type: 'retrying', service: 'claude' }), false],
  ['that it waits for another turn', view({ type: 'queued', behind: 'turn' }), false],
  ['a prompt to connect', view({ type: 'connecting', state: 'missing', url: 'https://a.example' }), false],
  ['a question', view({ type: 'deciding' }), false],
  ['an end without a word', view({ type: 'ended', ending: 'stopped' }), false],
])('held, a message that would say %s: waits is %s', (what, shown, waits) => {
  const hasWords = /words/.test(what) && what !== 'an end without a word'
  const { first } = open()
  expect(first.waits(shown, hasWords)).toBe(false)
  first.hold()
  expect(first.waits(shown, hasWords)).toBe(waits)
})

it('waits for some seconds, once', async () => {
  const { clock, first, ends } = open()
  first.hold()
  await clock.pass(3_000)
  expect(ends()).toBe(0)
  await clock.pass(2_000)
  expect([ends(), first.waits(view({ type: 'working' }), false)]).toEqual([1, false])
  first.hold()
  expect(first.waits(view({ type: 'working' }), false)).toBe(false)
})

it('waits no longer when it is told so, and wakes nobody afterwards', async () => {
  const { clock, first, ends } = open()
  first.hold()
  first.end()
  first.end()
  expect(ends()).toBe(1)
  await clock.pass(60_000)
  expect(ends()).toBe(1)
})

it('of a closed reply wakes nobody', async () => {
  const { clock, first, ends } = open()
  first.hold()
  first.close()
  await clock.pass(60_000)
  expect([ends(), clock.waiting]).toEqual([0, 0])
})

import { expect, it } from 'vitest'
import {
  addWireEntry,
  isFailure,
  isPending,
  matchesFilter,
  WIRE_KEPT,
} from '../../../../src/sandbox/page/state/wire-log.js'
import type { WireEntry } from '../../../../src/sandbox/slack/wire/page-api.js'

const entry = (id: number, more: Partial<WireEntry> = {}): WireEntry => ({
  id,
  at: 0,
  direction: 'call',
  method: 'chat.update',
  outcome: '200 ok',
  ...more,
})
const ids = (entries: readonly WireEntry[]) => entries.map(({ id }) => id)

it('keeps each entry once, in order, and completes the one that was pending', () => {
  const delivery = entry(2, { direction: 'delivery', outcome: 'pending' })
  const log = [entry(1), delivery, entry(4), entry(3), entry(1), { ...delivery, outcome: 'acknowledged' }].reduce<
    readonly WireEntry[]
  >(addWireEntry, [])
  expect(ids(log)).toEqual([1, 2, 3, 4])
  expect(log[1]?.outcome).toBe('acknowledged')
})

it('keeps only the newest', () => {
  let log: readonly WireEntry[] = []
  for (let id = 1; id <= WIRE_KEPT + 20; id++) log = addWireEntry(log, entry(id))
  expect(log.length).toBe(WIRE_KEPT)
  expect(log[0]?.id).toBe(21)
})

it('filters by every word, in method, outcome, request and response', () => {
  const limited = entry(1, { outcome: '429 ratelimited', request: { channel: 'C0GENERAL' }, response: { ok: false } })
  expect(matchesFilter(limited, '')).toBe(true)
  expect(matchesFilter(limited, 'Chat.Update  c0general')).toBe(true)
  expect(matchesFilter(limited, 'ratelimited false')).toBe(true)
  expect(matchesFilter(limited, 'chat.update delivery')).toBe(false)
})

it('tells failures from what is under way', () => {
  expect(
    [entry(1), entry(1, { outcome: '429 ratelimited' }), entry(1, { outcome: '200 not_in_channel' })].map(isFailure),
  ).toEqual([false, true, true])
  const deliveries = ['pending', 'acknowledged', 'acknowledged late', 'not acknowledged: timeout'].map((outcome) =>
    entry(1, { direction: 'delivery', outcome }),
  )
  expect(deliveries.map(isFailure)).toEqual([false, false, false, true])
  expect(deliveries.map(isPending)).toEqual([true, false, false, false])
})

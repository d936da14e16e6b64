/** Builds what a session's log holds: every event gets an id and a time of its own, in order. */

import type { PersistedEvent } from '../../src/turns/events.js'

type WithoutIdentity<Event> = Event extends unknown ? Omit<Event, 'id' | 'at'> : never

/** A persisted event before it has its place in a log. */
export type LogEntry = WithoutIdentity<PersistedEvent>

export interface LogBuilder {
  readonly events: PersistedEvent[]
  add(entry: LogEntry): PersistedEvent
}

export function log(): LogBuilder {
  const events: PersistedEvent[] = []
  return {
    events,
    add(entry) {
      const number = events.length + 1
      const event: PersistedEvent = {
        ...entry,
        id: `event_${number}`,
        at: new Date(Date.UTC(2026, 10, 22, 9, 0, number)).toISOString(),
      }
      events.push(event)
      return event
    },
  }
}

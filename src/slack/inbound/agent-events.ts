/** Events of Slack's agent surface, read into this project's words. Pure. */

import { z } from 'zod'
import type { StopPress } from '../../store/tables/stop-requests.js'
import { type Malformed, malformed } from '../api/malformed.js'
import { SLACKBOT } from '../api/slackbot.js'

/** Somebody pressed Slack's own Stop button in the thread of a conversation. */
export interface SessionStopped extends StopPress {
  readonly kind: 'session_stopped'
}

/** Somebody opened a place where the bot may suggest what to ask. */
export interface PlaceOpened {
  readonly kind: 'place_opened'
  readonly channel: string
  /** Of a thread that Slack opens for the older surface of assistants; null in the direct messages of an agent. */
  readonly threadTs: string | null
  /** Whose direct messages with an agent they are. */
  readonly visitor: { readonly team: string; readonly user: string } | null
}

const STOPPED = z.object({ channel: z.string(), user: z.string(), thread_ts: z.string(), event_ts: z.string() })
const MESSAGES_TAB = z.object({ tab: z.literal('messages'), channel: z.string(), user: z.string() })
const THREAD_STARTED = z.object({ assistant_thread: z.object({ channel_id: z.string(), thread_ts: z.string() }) })

/** Null: it is none of them. @param team by which the bot and its people are keyed here */
export function readAgentEvent(
  event: { readonly type: string },
  team: string,
): SessionStopped | PlaceOpened | Malformed | null {
  switch (event.type) {
    case 'agent_session_stopped': {
      const { data, error } = STOPPED.safeParse(event)
      if (error) return malformed(error)
      const { channel, thread_ts: threadTs, user, event_ts: ts } = data
      return { kind: 'session_stopped', team, channel, threadTs, home: team, user, ts }
    }
    case 'assistant_thread_started': {
      const { data, error } = THREAD_STARTED.safeParse(event)
      if (error) return malformed(error)
      const { channel_id: channel, thread_ts: threadTs } = data.assistant_thread
      return { kind: 'place_opened', channel, threadTs, visitor: null }
    }
    case 'app_home_opened': {
      const { data } = MESSAGES_TAB.safeParse(event)
      if (data === undefined || data.user === SLACKBOT) return null
      return { kind: 'place_opened', channel: data.channel, threadTs: null, visitor: { team, user: data.user } }
    }
    default:
      return null
  }
}

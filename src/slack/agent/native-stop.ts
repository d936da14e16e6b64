/** Slack's own Stop button (`agent_session_stopped`): what it stops is stored before Slack is told that the press arrived, as with the bot's own. */

import type { WebClient } from '@slack/web-api'
import { describeError } from '../../log.js'
import type { StopPress } from '../../store/tables/stop-requests.js'
import type { Turns } from '../../store/tables/turns.js'
import { type StopDeps, stopSoon } from '../../turns/stop-soon.js'
import { slackCall } from '../api/web.js'
import type { AgentSurface } from './agent-surface.js'

export interface NativeStopDeps extends StopDeps {
  readonly web: WebClient
  readonly turns: Pick<Turns, 'requestStopIn'>
  readonly agent: Pick<AgentSurface, 'correct'>
}

export const NOT_YOURS_TO_STOP = 'Only the person who asked can stop this.'

/** @throws where it could not be stored: Slack then delivers the press again */
export async function stopNatively(deps: NativeStopDeps, press: StopPress): Promise<void> {
  const { web, turns, agent, log } = deps
  const { channel, threadTs, user } = press
  const stopped = await turns.requestStopIn(press)
  switch (stopped.outcome) {
    case 'stopping':
      stopSoon(deps, stopped.turnId)
      return
    case 'at_rest':
      // A press changes nothing of the session by itself: Slack would show it at work for ever.
      agent.correct({ channel, threadTs }, user, 'active')
      return
    case 'not_yours':
      // Kind, but not promised: nothing waits for it.
      slackCall(() => web.chat.postEphemeral({ channel, thread_ts: threadTs, user, text: NOT_YOURS_TO_STOP })).catch(
        (error: unknown) => log.warn(describeError(error), 'slack ephemeral message failed'),
      )
      return
    case 'outlived':
    case 'unknown':
      return
  }
}

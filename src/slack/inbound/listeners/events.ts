/** Listeners of events that may be lost: Bolt acknowledges them before they run. What must not be lost, the journal takes. */

import type { App } from '@slack/bolt'
import type { AgentSurface } from '../../agent/agent-surface.js'
import type { BotIdentity } from '../bot-identity.js'
import { readEvent } from '../read-events.js'

export interface EventDeps {
  readonly identity: BotIdentity
  readonly home: { open(team: string, user: string): Promise<void> }
  readonly welcome: { greet(team: string, user: string): Promise<void> }
  readonly agent: Pick<AgentSurface, 'opened'>
  /** What is known of somebody may be out of date. */
  readonly onProfileChanged: (user: string) => void
}

export function registerEvents(app: App, { identity, home, welcome, agent, onProfileChanged }: EventDeps): void {
  app.event('app_home_opened', async ({ body }) => {
    const opened = readEvent(body, identity)
    if (opened.kind === 'home_opened') {
      await Promise.all([home.open(opened.team, opened.user), welcome.greet(opened.team, opened.user)])
    }
    if (opened.kind === 'place_opened') {
      const { visitor } = opened
      await Promise.all([agent.opened(opened), visitor === null ? null : welcome.greet(visitor.team, visitor.user)])
    }
  })
  // Only apps that are assistants still hear it.
  app.event('assistant_thread_started', async ({ body }) => {
    const opened = readEvent(body, identity)
    if (opened.kind === 'place_opened') await agent.opened(opened)
  })
  app.event('user_change', async ({ body }) => {
    const changed = readEvent(body, identity)
    if (changed.kind === 'profile_changed') onProfileChanged(changed.user)
  })
}

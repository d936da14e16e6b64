/** Slack's agent surface of one workspace: what it shows of the bot beside messages. */

import type { WebClient } from '@slack/web-api'
import type { Log } from '../../log.js'
import type { Address, Conversation } from '../../turns/model.js'
import type { Clock } from '../../turns/time/clock.js'
import { type Named, type Names, type Words, withNames } from '../../turns/words.js'
import { AgentCalls } from './agent-calls.js'
import { AgentReply, type SlackReply } from './agent-reply.js'
import { type SessionStatus, sessionTitle } from './session-status.js'
import { Sessions, type SessionThread } from './sessions.js'
import { StatusLine } from './status-line.js'
import { type PromptPlace, suggestPrompts } from './suggested-prompts.js'

export interface AgentSurfaceDeps {
  readonly web: WebClient
  /** What somebody wrote first in a conversation. */
  readonly firstWords: (conversationId: string) => Promise<Words | null>
  readonly clock: Clock
  readonly log: Log
}

/** Names of those whom a message mentions. Never rejects. */
type LookUpNames = (wanted: readonly Named[]) => Promise<Names>

export class AgentSurface {
  readonly #sessions: Sessions
  readonly #calls: AgentCalls

  constructor(private readonly deps: AgentSurfaceDeps) {
    const { web, clock, log } = deps
    this.#calls = new AgentCalls({ now: clock.now, log })
    this.#sessions = new Sessions({ web, calls: this.#calls, clock, log })
  }

  /** The reply with what it tells the agent surface. @param address the thread that it is posted in */
  reply(reply: SlackReply, { id, owner }: Conversation, address: Address, names: LookUpNames): AgentReply {
    const { web, clock } = this.deps
    return new AgentReply(
      {
        sessions: this.#sessions,
        offerWords: () => this.#calls.has('status words'),
        statusLine: (thread, onFailure) => new StatusLine({ web, calls: this.#calls, clock }, thread, onFailure),
      },
      reply,
      { ...address, owner: owner.user, title: () => this.#title(id, names) },
    )
  }

  /** Somebody opened a place where it is suggested what to ask. Never rejects. */
  async opened(place: PromptPlace): Promise<void> {
    await suggestPrompts({ web: this.deps.web, calls: this.#calls }, place)
  }

  /** Says how a thread stands where Slack may believe something else. */
  correct(thread: SessionThread, owner: string, status: Exclude<SessionStatus, 'processing'>): void {
    void this.#sessions.set({ ...thread, owner, title: async () => null }, status)
  }

  /** Resolves when nothing is on its way any more, or has been for too long. */
  async stop(): Promise<void> {
    await this.#sessions.stop()
  }

  async #title(conversationId: string, names: LookUpNames): Promise<string | null> {
    const words = await this.deps.firstWords(conversationId)
    if (words === null) return null
    const named = words.mentions.length === 0 ? words.text : withNames(words, await names(words.mentions))
    return sessionTitle(named)
  }
}

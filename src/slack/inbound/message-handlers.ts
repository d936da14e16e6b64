/** What people write, change and delete: stored, and whoever waits for it woken. */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { Store } from '../../store/store.js'
import type { Journaled } from '../../store/tables/messages.js'
import type { Admission, IncomingMessage } from '../../turns/admission.js'
import { stopSoon } from '../../turns/stop-soon.js'
import { SlackRefused } from '../api/web.js'
import type { AppRules } from '../blocks/consent.js'
import type { BotIdentity } from './bot-identity.js'
import { tellUnheard, type Unheard } from './bystanders.js'
import { EarlyReplies } from './early-replies.js'
import type { JournalHandlers } from './journal.js'

export interface MessageDeps {
  readonly web: WebClient
  readonly identity: BotIdentity
  readonly store: Pick<Store, 'messages' | 'conversations' | 'revisions'>
  readonly rules: AppRules
  readonly wake: (conversationId: string) => void
  readonly stop: (turnId: string) => Promise<void>
  /** Takes up a turn anew whose messages were edited or deleted, as the store says already. */
  readonly revise: (turnId: string) => Promise<void>
  /** Slack's time, epoch milliseconds; null where it is not known. */
  readonly slackNow: () => number | null
  readonly log: Log
}

/** Who is told that they are not listened to. People who merely talk in a thread are left alone. */
const UNHEARD: Readonly<Partial<Record<Admission, Unheard>>> = {
  bystander_addressed: 'bystander',
  owner_among_others: 'owner_among_others',
}

export function messageHandlers(deps: MessageDeps): Pick<JournalHandlers, 'message' | 'edited' | 'deleted'> {
  const { web, store, rules, wake, log } = deps
  const early = new EarlyReplies(web, deps.identity, deps.slackNow() ?? Number.POSITIVE_INFINITY)

  /** A word to stop does what the Stop button does: the store has it already, and a turn that runs here hears it at once. */
  const stop = ({ stops }: Journaled): void => {
    if (stops !== undefined) stopSoon(deps, stops)
  }

  const heard = async (message: IncomingMessage, journaled: Journaled): Promise<void> => {
    const { admission, conversationId } = journaled
    stop(journaled)
    if (conversationId === null) {
      early.leftAlone(message)
      return
    }
    if (admission === 'starts' || admission === 'continues') {
      try {
        await takeEarlyReplies(message)
      } finally {
        wake(conversationId)
      }
    }
    const why = UNHEARD[admission]
    if (why === undefined || !(await store.conversations.tellBystander(conversationId, message.user))) return
    const { channel, threadTs, ts, user } = message
    // Kind, but not promised: nothing waits for it.
    tellUnheard(web, why, { channel, threadTs: threadTs ?? ts, user }, rules.slashCommand).catch((error: unknown) =>
      log.warn(describeError(error), 'slack ephemeral message failed'),
    )
  }

  /** @throws Unavailable: the message is not acknowledged then, and what it lacks is looked for when it comes again */
  const takeEarlyReplies = async (message: IncomingMessage): Promise<void> => {
    try {
      for (const reply of await early.after(message)) stop(await store.messages.journal(reply))
      early.taken(message)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      log.warn(describeError(error), 'thread not readable: replies that came before their mention are not taken')
    }
  }

  /** @param turnId a turn whose messages were edited or deleted; null: none was */
  const takeUpAnew = async (turnId: string | null): Promise<void> => {
    if (turnId !== null) await deps.revise(turnId)
  }

  return {
    message: async (message) => await heard(message, await store.messages.journal(message)),
    async edited({ message, revision, ...edited }) {
      if (message === null) await store.messages.edit(edited, revision)
      else {
        const journaled = await store.messages.amend(message, revision)
        await heard(message, journaled)
        if (journaled.admission === 'ignored') return
      }
      await takeUpAnew(await store.revisions.edit(edited, revision))
    },
    async deleted({ message, team, channel, ts }) {
      const { messages, revisions } = store
      const conversationId =
        message === null ? await messages.cancel(team, channel, ts) : await messages.retract(message)
      if (conversationId !== null) wake(conversationId)
      else await takeUpAnew(await revisions.retract({ team, channel, ts }))
    },
  }
}

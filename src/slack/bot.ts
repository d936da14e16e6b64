/** The Slack bot: Bolt's app, the receiver with the journal in front of it, and the listeners. */

import { App, HTTPModuleFunctions, HTTPReceiver, type Receiver } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import type { SlackDelivery } from '../config.js'
import { describeError, type Log } from '../log.js'
import type { Store } from '../store/store.js'
import { AWAKE_CLOCK, SYSTEM_CLOCK } from '../turns/time/clock.js'
import type { AgentSurface } from './agent/agent-surface.js'
import { stopNatively } from './agent/native-stop.js'
import { sdkLogger, slackCall, webClientOptions } from './api/web.js'
import type { AppRules } from './blocks/consent.js'
import type { Home } from './home/home.js'
import type { Welcome } from './home/welcome.js'
import type { BotIdentity } from './inbound/bot-identity.js'
import { Journal, type JournalHandlers } from './inbound/journal.js'
import { type ActionDeps, registerActions } from './inbound/listeners/actions.js'
import { type CommandDeps, registerCommands } from './inbound/listeners/commands.js'
import { type EventDeps, registerEvents } from './inbound/listeners/events.js'
import { modalsOf } from './inbound/listeners/modals.js'
import { responder } from './inbound/listeners/respond.js'
import { registerViews, type ViewDeps } from './inbound/listeners/views.js'
import { messageHandlers } from './inbound/message-handlers.js'
import type { Requests } from './inbound/requests.js'
import { type RefusalReason, SignedRequests, SLACK_EVENTS_PATH } from './inbound/signed-requests.js'
import { SocketReceiver } from './inbound/socket-receiver.js'

export interface SlackBotOptions {
  readonly web: WebClient
  readonly identity: BotIdentity & { readonly teamId: string }
  readonly delivery: SlackDelivery
  readonly botToken: string
  readonly apiUrl: string
  readonly rules: AppRules
  readonly home: Home
  readonly welcome: Welcome
  readonly agent: AgentSurface
  /** Slack says that somebody's account was deactivated. */
  readonly onLeft: (team: string, user: string) => Promise<void>
  /** What is known of somebody may be out of date. */
  readonly onProfileChanged: (user: string) => void
  /** A channel is found under another id only, as the store knows already. */
  readonly onChannelIdChanged: (previous: string, channel: string) => void
  readonly store: Store
  readonly requests: Requests
  readonly answers: CommandDeps['answers'] & ActionDeps['answers']
  readonly profile: CommandDeps['profile']
  /** What people do with mails on their way. */
  readonly outgoing: ActionDeps['outgoing']
  readonly schedule: ActionDeps['schedule']
  readonly actions: Pick<ActionDeps, 'wake' | 'stop'> & {
    /** Takes up a turn anew whose messages were edited or deleted, as the store says already. */
    readonly revise: (turnId: string) => Promise<void>
  }
  readonly onFeedback: ActionDeps['onFeedback']
  readonly onUndo: ActionDeps['onUndo']
  /** Slack's time, epoch milliseconds; null where it is not known. */
  readonly slackNow: () => number | null
  /** A request in HTTP mode was not signed by Slack. */
  readonly onRefusedRequest: (reason: RefusalReason) => void
  readonly log: Log
}

export interface SlackBot {
  /** Starts receiving. @throws when Slack refuses the connection */
  start(): Promise<void>
  /** Stops receiving; what was received stays stored. */
  stop(): Promise<void>
  /** Whether deliveries can arrive right now. */
  readonly connected: boolean
  /** Slack's requests, in HTTP mode; null in Socket Mode. */
  readonly requests: SignedRequests | null
}

/** @throws Unavailable, SlackRefused (`invalid_auth`, …) */
export async function identify(web: WebClient): Promise<SlackBotOptions['identity']> {
  const answer = await slackCall(() => web.auth.test())
  if (answer.user_id === undefined || answer.team_id === undefined)
    throw new Error('auth.test answered without user_id or team_id')
  return {
    userId: answer.user_id,
    botId: answer.bot_id ?? null,
    teamId: answer.team_id,
    enterpriseId: answer.enterprise_id ?? null,
  }
}

export function createSlackBot(options: SlackBotOptions): SlackBot {
  const { identity, log } = options
  const { receiver, socket, requests } = createReceiver(options)
  const app = new App({
    receiver: new Journal(receiver, identity, journalHandlers(options), log),
    token: options.botToken,
    // Known from `identify`; Bolt would ask Slack again, and fail later and less clearly.
    botId: identity.botId ?? '',
    botUserId: identity.userId,
    tokenVerificationEnabled: false,
    // Nothing is kept between deliveries but in the store.
    convoStore: false,
    clientOptions: webClientOptions(options.apiUrl, log),
    logger: sdkLogger(log),
  })
  app.error(async (error) => {
    // Bolt wraps what is none of its own errors.
    log.error(describeError(error.original ?? error), 'slack listener failed')
  })
  registerListeners(app, options)
  let listening = false
  return {
    async start() {
      // In HTTP mode, whoever listens hands the requests over.
      if (socket !== null) await app.start()
      listening = true
    },
    async stop() {
      listening = false
      if (socket !== null) await app.stop()
    },
    requests,
    get connected() {
      return socket === null ? listening : socket.connected
    },
  }
}

function registerListeners(app: App, options: SlackBotOptions): void {
  const { approvals, undos, conversations, turns, commands, people, personsWork } = options.store
  const { wake, stop } = options.actions
  const deps: CommandDeps & ActionDeps & ViewDeps & EventDeps = {
    ...options,
    ...modalsOf(options.web),
    approvals,
    undos,
    conversations,
    turns,
    commands,
    people,
    wake,
    stop,
    personsWork,
    respond: responder(options.apiUrl, SYSTEM_CLOCK),
    clock: SYSTEM_CLOCK,
  }
  registerCommands(app, deps)
  registerActions(app, deps)
  registerViews(app, deps)
  registerEvents(app, deps)
}

interface Reception {
  readonly receiver: Receiver
  readonly socket: SocketReceiver | null
  readonly requests: SignedRequests | null
}

function createReceiver(options: SlackBotOptions): Reception {
  const { delivery, log, apiUrl, onRefusedRequest: onRefused } = options
  if (delivery.mode === 'http') {
    const { signingSecret } = delivery
    const receiver = new HTTPReceiver({
      signingSecret,
      endpoints: SLACK_EVENTS_PATH,
      logger: sdkLogger(log),
      processEventErrorHandler: async (failed) => {
        log.error(describeError(failed.error), 'slack delivery not stored')
        return await HTTPModuleFunctions.defaultProcessEventErrorHandler(failed)
      },
    })
    const requests = new SignedRequests({ signingSecret, receiver, onRefused, log, now: () => performance.now() })
    return { receiver, socket: null, requests }
  }
  const socket = new SocketReceiver({ appToken: delivery.appToken, apiUrl, clock: AWAKE_CLOCK, log })
  return { receiver: socket, socket, requests: null }
}

function journalHandlers(options: SlackBotOptions): JournalHandlers {
  const { store, actions, log } = options
  return {
    ...messageHandlers({ ...options, ...actions }),
    async left({ team, user }) {
      await options.onLeft(team, user)
    },
    async channelIdChanged({ team, previous, channel }) {
      const { moved, kept } = await store.channels.changeId(team, previous, channel)
      log.info({ previous, channel, moved, kept }, 'channel id changed')
      options.onChannelIdChanged(previous, channel)
    },
    async sessionStopped(press) {
      await stopNatively({ ...options, turns: store.turns, stop: actions.stop }, press)
    },
  }
}

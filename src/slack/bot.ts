/** Puts the Slack room together: Bolt and its receiver, intake in front of them, and what is done with each delivery. */

import { App, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import type { SlackDelivery } from '../config.js'
import { describeError, type Log } from '../log.js'
import type { Store } from '../store/store.js'
import type { Journaled } from '../store/tables/messages.js'
import type { Admission, IncomingMessage } from '../turns/admission.js'
import { SlackRefused, sdkLogger, slackCall, webClientOptions } from './api/web.js'
import { type AppRules, helpText } from './blocks/consent.js'
import { acknowledgement, commandWord } from './connection/connection-commands.js'
import type { Home } from './home.js'
import type { ActionRooms } from './inbound/actions.js'
import { tellUnheard, type Unheard } from './inbound/bystanders.js'
import type { BotIdentity } from './inbound/deliveries.js'
import { EarlyReplies } from './inbound/early-replies.js'
import { Intake } from './inbound/intake.js'
import type { Requests } from './inbound/requests.js'
import { type RefusalReason, SignedRequests, SLACK_EVENTS_PATH } from './inbound/signed-requests.js'
import { SocketConnection } from './inbound/socket.js'
import { Presses, type PressesRooms } from './presses.js'

/** Who is told that they are not listened to. People who merely talk in a thread are left alone. */
const UNHEARD: Readonly<Partial<Record<Admission, Unheard>>> = {
  bystander_addressed: 'bystander',
  owner_among_others: 'owner_among_others',
}

export interface SlackBotOptions {
  readonly web: WebClient
  readonly identity: BotIdentity & { readonly teamId: string }
  readonly delivery: SlackDelivery
  readonly botToken: string
  readonly apiUrl: string
  readonly rules: AppRules
  readonly home: Home
  /** Slack says that somebody's account was deactivated. */
  readonly onLeft: (team: string, user: string) => Promise<void>
  /** What is known of somebody may be out of date. */
  readonly onProfileChanged: (user: string) => void
  /** A channel is found under another id only, as the store knows already. */
  readonly onChannelIdChanged: (previous: string, channel: string) => void
  readonly store: Store
  readonly requests: Requests
  /** What people do with mails on their way. */
  readonly outgoing: PressesRooms['outgoing']
  readonly schedule: PressesRooms['schedule']
  readonly actions: Pick<ActionRooms, 'wake' | 'stop'> & {
    /** Takes up a turn anew whose messages were edited or deleted, as the store says already. */
    readonly revise: (turnId: string) => Promise<void>
  }
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
  const { log } = options
  const { receiver, socket, requests } = createReceiver(options)
  const intake = new Intake(receiver, () => options.identity, handlers(options), log)
  const app = new App({
    receiver: intake,
    token: options.botToken,
    // Known from `identify`; Bolt would ask Slack again, and fail later and less clearly.
    botId: options.identity.botId ?? '',
    botUserId: options.identity.userId,
    tokenVerificationEnabled: false,
    clientOptions: webClientOptions(options.apiUrl, log),
    logger: sdkLogger(log),
  })
  app.error(async (error) => {
    log.error(describeError(error), 'a listener failed')
  })
  let listening = false
  return {
    async start() {
      // In HTTP mode, whoever listens hands the requests over.
      await socket?.start()
      listening = true
    },
    async stop() {
      listening = false
      await socket?.stop()
    },
    requests,
    get connected() {
      return socket === null ? listening : socket.connected
    },
  }
}

interface Reception {
  readonly receiver: Receiver
  readonly socket: SocketConnection | null
  readonly requests: SignedRequests | null
}

function createReceiver(options: SlackBotOptions): Reception {
  const { delivery, log, apiUrl, onRefusedRequest: onRefused } = options
  if (delivery.mode === 'http') {
    const { signingSecret } = delivery
    const receiver = new HTTPReceiver({ signingSecret, endpoints: SLACK_EVENTS_PATH, logger: sdkLogger(log) })
    const requests = new SignedRequests({ signingSecret, receiver, onRefused, log, now: () => performance.now() })
    return { receiver, socket: null, requests }
  }
  const receiver = new SocketModeReceiver({
    appToken: delivery.appToken,
    autoReconnectEnabled: false,
    logger: sdkLogger(log),
    installerOptions: { clientOptions: webClientOptions(apiUrl, log) },
    processEventErrorHandler: async ({ error }) => {
      log.error(describeError(error), 'a delivery could not be stored; Slack will deliver it again')
      return false
    },
  })
  return { receiver, socket: new SocketConnection(receiver.client, log), requests: null }
}

function handlers(options: SlackBotOptions): ConstructorParameters<typeof Intake>[2] {
  const { store, web, log, rules, home, requests, actions } = options
  const presses = new Presses(options)
  const early = new EarlyReplies(web, options.identity, options.slackNow() ?? Number.POSITIVE_INFINITY)
  /** As the Stop button does: the wish is in the store, and at once where the turn runs here. */
  const stop = ({ stops }: Journaled): void => {
    if (stops === undefined) return
    actions
      .stop(stops)
      .catch((error: unknown) =>
        log.warn({ turn: stops, ...describeError(error) }, 'turn could not be interrupted yet'),
      )
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
        actions.wake(conversationId)
      }
    }
    const why = UNHEARD[admission]
    if (why === undefined || !(await store.conversations.tellBystander(conversationId, message.user))) return
    const { channel, threadTs, ts, user } = message
    inBackground(log, tellUnheard(web, why, { channel, threadTs: threadTs ?? ts, user }, rules.slashCommand))
  }
  /** @throws Unavailable: the message is not acknowledged then, and what it lacks is looked for when it comes again */
  const takeEarlyReplies = async (message: IncomingMessage): Promise<void> => {
    try {
      for (const reply of await early.after(message)) stop(await store.messages.journal(reply))
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      log.warn(describeError(error), 'Slack does not show what was written below a mention before it arrived')
    }
  }
  /** @param turnId a turn whose messages were edited or deleted; null: none was */
  const takeUpAnew = async (turnId: string | null): Promise<void> => {
    if (turnId !== null) await actions.revise(turnId)
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
      if (conversationId !== null) actions.wake(conversationId)
      else await takeUpAnew(await revisions.retract({ team, channel, ts }))
    },
    async command(command) {
      if (command.text === '' || command.text.toLowerCase() === 'help') return helpText(rules)
      await store.commands.journal(command)
      requests.wake()
      const word = commandWord(command.text)
      if (word !== null) return acknowledgement(word)
      return command.channel.startsWith('D')
        ? 'On it. I answer in our direct messages, in the thread under your request.'
        : 'On it. Nobody here sees this: I answer in our direct messages, in the thread under your request.'
    },
    async left({ team, user }) {
      await options.onLeft(team, user)
    },
    profileChanged({ user }) {
      options.onProfileChanged(user)
    },
    async channelIdChanged({ team, previous, channel }) {
      const { moved, kept } = await store.channels.changeId(team, previous, channel)
      log.info({ previous, channel, moved, kept }, 'channel id changed')
      options.onChannelIdChanged(previous, channel)
    },
    homeOpened({ team, user }) {
      inBackground(log, home.open(team, user))
    },
    press: async (delivery) => await presses.press(delivery),
    edit: async (delivery) => await presses.edit(delivery),
    change: async (delivery) => await presses.change(delivery),
  }
}

/** For words that are kind but not promised: where they cannot be said, the log knows. */
function inBackground(log: Log, work: Promise<void>): void {
  work.catch((error: unknown) => log.warn(describeError(error), 'a private word could not be said'))
}

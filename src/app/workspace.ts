/** What belongs to one Slack workspace: its client and identity, the limits it is kept to, what it is shown, and what arrives from it. */

import { randomUUID } from 'node:crypto'
import type { WebClient } from '@slack/web-api'
import type { BotConfig } from '../config.js'
import { describeError } from '../log.js'
import { AgentSurface } from '../slack/agent/agent-surface.js'
import { EditBudget } from '../slack/api/edit-budget.js'
import { EDITS_PER_MINUTE } from '../slack/api/edit-rate.js'
import { type MessageContent, Poster } from '../slack/api/poster.js'
import { SlackClock } from '../slack/api/slack-clock.js'
import { SlackFiles } from '../slack/api/slack-files.js'
import { Streams } from '../slack/api/streams.js'
import { createWebClient, SlackRefused } from '../slack/api/web.js'
import { scheduleReader } from '../slack/blocks/scheduled-list.js'
import { createSlackBot, identify, type SlackBot } from '../slack/bot.js'
import { CommandAnswers } from '../slack/commands/command-answers.js'
import { Home } from '../slack/home/home.js'
import { Welcome } from '../slack/home/welcome.js'
import { Requests } from '../slack/inbound/requests.js'
import { SLACK_EVENTS_PATH } from '../slack/inbound/signed-requests.js'
import { SlackSurface } from '../slack/surface.js'
import { Departures } from '../turns/connections/departures.js'
import { Turns } from '../turns/dispatch/conversation-work.js'
import { FileIntake } from '../turns/files/file-intake.js'
import type { Person } from '../turns/model.js'
import { Unavailable } from '../turns/ports.js'
import type { Route } from '../web/routes.js'
import type { Services } from './services.js'
import { StartError } from './start-error.js'
import type { ServedWorkspace } from './workspaces.js'

/** What a workspace has for itself. */
export type SlackConfig = BotConfig['slack']

/** The Web API with this workspace's token, and who the bot is there. */
export interface SlackClient {
  readonly web: WebClient
  readonly clock: SlackClock
  readonly identity: Awaited<ReturnType<typeof identify>>
}

export class Workspace implements ServedWorkspace {
  readonly identity: SlackClient['identity']
  readonly delivery: SlackConfig['delivery']['mode']
  readonly surface: SlackSurface
  readonly turns: Turns
  readonly departures: Departures
  readonly home: Home
  readonly requests: Requests
  readonly #poster: Poster
  readonly #bot: SlackBot

  constructor(services: Services, slack: SlackConfig, { web, clock: slackClock, identity }: SlackClient) {
    const {
      store,
      log,
      clock,
      connections,
      mailboxes,
      watch,
      sending,
      undoing,
      dispatcher,
      accessEnder,
      deactivation,
    } = services
    const wake = (conversationId: string) => dispatcher.wake(conversationId)
    const identifierOf: Services['identifierOf'] = (person, profile) => services.identifierOf(person, profile)
    const onDeactivated = (person: Person) => deactivation.confirmed(person)
    // The store is everybody's: each workspace sees to its own people.
    const isOwn = (person: Person) => services.workspaces.of(person.team) === this
    const rules = { slashCommand: slack.slashCommand, unasked: services.unasked }
    this.identity = identity
    this.delivery = slack.delivery.mode

    const { editsPerMinute = EDITS_PER_MINUTE, channelReplies } = slack
    this.#poster = new Poster(web, store.posts, identity.userId, identity.botId, () => slackClock.now())
    const firstWords = (conversationId: string) => store.conversations.firstWords(conversationId)
    const agent = new AgentSurface({ web, firstWords, clock, log })
    const surface = new SlackSurface({
      web,
      poster: this.#poster,
      posts: store.posts,
      conversations: store.conversations,
      budget: new EditBudget({ perMinute: editsPerMinute, clock }),
      streams: new Streams({ mode: slack.replyStreaming, editsPerMinute, clock, log }),
      agent,
      log,
      rules,
      channelReplies,
      identity,
      homeTeam: identity.teamId,
      homeEnterprise: identity.enterpriseId ?? null,
      allowGuests: slack.allowGuests,
      clock,
    })
    this.surface = surface
    this.departures = new Departures({
      people: {
        connected: async () => (await store.people.connected()).filter(isOwn),
        find: (team, user) => store.people.find(team, user),
      },
      surface,
      forgetProfile: (person) => surface.forgetProfile(person),
      onDeactivated,
      clock,
      log,
    })
    this.turns = new Turns({
      store,
      agent: services.agent,
      hostCalls: sending.hostCalls,
      outbox: sending.outbox,
      undoing,
      access: services.access,
      connections,
      mailboxes,
      watch,
      surface,
      files: new FileIntake({
        source: new SlackFiles({ web, botToken: slack.botToken, apiUrl: slack.apiUrl, log }),
        uploaded: services.uploadedFiles,
        store: store.files,
        log,
      }),
      tidyFiles: () => services.leftoverFiles.wake(),
      clock,
      alarms: services.alarms,
      log,
      identifierOf,
      onDeactivated,
      wake,
      onTurnEnded: (ending) => services.metrics.turnEnded(ending),
    })

    const schedule = scheduleReader(sending.presses, surface)
    const settings = { channelReplies, replyStreaming: slack.replyStreaming, undoMs: services.config.undoSendMs }
    const answers = new CommandAnswers({
      web,
      work: store.personsWork,
      outgoing: store.outgoing,
      endings: store.accessEndings,
      connections,
      mailboxes,
      surface,
      rules,
      settings,
      log,
    })
    const connection = {
      web,
      people: store.people,
      endings: store.accessEndings,
      connections,
      watch,
      mailboxes,
      schedule,
      profile: (person: Person) => surface.profile(person),
      identifierOf,
      rules,
      now: clock.now,
    }
    this.home = new Home({ ...connection, answers, settings, log })
    this.requests = new Requests({
      commands: {
        unfinished: async () => (await store.commands.unfinished()).filter(({ person }) => isOwn(person)),
        markWaiting: (id) => store.commands.markWaiting(id),
        markDone: (id) => store.commands.markDone(id),
      },
      messages: store.messages,
      poster: this.#poster,
      directMessage: (person) => surface.directMessage(person),
      wake,
      connection: {
        ...connection,
        status: (person) => answers.status(person),
        onDeactivated,
        endAccess: () => accessEnder.wake(),
      },
      clock,
      log,
    })
    this.#bot = createSlackBot({
      web,
      identity,
      delivery: slack.delivery,
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      rules,
      home: this.home,
      welcome: new Welcome({
        people: store.people,
        posts: store.posts,
        poster: this.#poster,
        work: store.personsWork,
        profile: connection.profile,
        directMessage: (person) => surface.directMessage(person),
        rules,
        log,
      }),
      agent,
      onLeft: (team, user) => this.departures.reported(team, user),
      onProfileChanged: (user) => surface.forgetUser(user),
      onChannelIdChanged: (previous, channel) => surface.channelIdChanged(previous, channel),
      store,
      requests: this.requests,
      answers,
      profile: (person) => surface.profile(person),
      actions: {
        wake: (conversationId) => {
          wake(conversationId)
          // A yes may have been to a mail.
          sending.outbox.wake()
        },
        stop: (turnId) => this.turns.stop(turnId),
        revise: (turnId) => this.turns.revise(turnId),
      },
      outgoing: sending.presses,
      schedule,
      onUndo: () => undoing.wake(),
      onFeedback: (feedback) => services.metrics.feedbackGiven(feedback),
      slackNow: () => slackClock.now(),
      onRefusedRequest: (reason) => services.metrics.requestRefused(reason),
      log,
    })
  }

  /** Asks Slack who the bot is there. @throws StartError */
  static async open(services: Services, slack: SlackConfig): Promise<Workspace> {
    const clock = new SlackClock({ log: services.log, now: Date.now, monotonic: () => performance.now() })
    const web = createWebClient(slack.botToken, slack.apiUrl, services.log, clock)
    return new Workspace(services, slack, { web, clock, identity: await identityOf(web) })
  }

  /** From here on, deliveries arrive. @throws StartError */
  async receive(): Promise<void> {
    try {
      await this.#bot.start()
    } catch (error) {
      const { message } = describeError(error)
      throw new StartError(
        `No connection to Slack (${String(message)}). Check SLACK_APP_TOKEN (it needs connections:write) and that Socket Mode is enabled.`,
      )
    }
  }

  /** What was received stays stored. */
  async stopReceiving(): Promise<void> {
    await this.#bot.stop()
  }

  get connected(): boolean {
    return this.#bot.connected
  }

  get problems(): readonly string[] {
    const refused = this.#bot.requests?.problem ?? null
    return [...(this.connected ? [] : ['not connected to Slack']), ...(refused === null ? [] : [refused])]
  }

  get routes(): readonly Route[] {
    const { requests } = this.#bot
    if (requests === null) return []
    return [
      {
        path: SLACK_EVENTS_PATH,
        method: 'POST',
        handler: (request, response) => void requests.receive(request, response),
      },
    ]
  }

  async tell(person: Person, content: MessageContent): Promise<void> {
    const channel = await this.surface.directMessage(person)
    await this.#poster.post({ subject: randomUUID(), place: 'answer', part: 0 }, { channel }, content)
  }
}

async function identityOf(web: WebClient): Promise<SlackClient['identity']> {
  try {
    return await identify(web)
  } catch (error) {
    if (error instanceof SlackRefused) {
      throw new StartError(
        `Slack refuses SLACK_BOT_TOKEN (${error.code}). Copy the Bot User OAuth Token from your Slack app, OAuth & Permissions.`,
      )
    }
    if (error instanceof Unavailable)
      throw new StartError(`Slack does not answer (${error.message}). Check the network and SLACK_API_URL.`)
    throw error
  }
}

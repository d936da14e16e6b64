/** `npm start`: the composition root, the only place that knows every room. */

import { randomUUID } from 'node:crypto'
import { Claude } from './agent/claude.js'
import type { Deployment } from './agent/deployment.js'
import { InstanceMailboxAccess, VirtualMailboxAccess } from './agent/mailbox-access.js'
import { markOf } from './agent/mark.js'
import { storedDeployment } from './agent/provisioning.js'
import { ManagedAgent } from './agent/sessions.js'
import { type BotConfig, ConfigurationError, DOT_ENV, loadDotEnv, readBotConfig } from './config.js'
import { GmailMailer } from './gmail/mailer.js'
import { offeredTools, sendingTools, unaskedChanges } from './gmail/policies.js'
import { asHostTool } from './gmail/sending-tools.js'
import { createLog, describeError, type Log } from './log.js'
import { Scalekit } from './scalekit/client.js'
import { ScalekitConnections, verifyConsent } from './scalekit/connections.js'
import { instanceFinder } from './scalekit/instances.js'
import { ScalekitMailboxAddresses } from './scalekit/mailbox-addresses.js'
import { checkSetup } from './scalekit/setup-check.js'
import { tokenMint } from './scalekit/tokens.js'
import { ScalekitTools } from './scalekit/tool-execution.js'
import { EditBudget } from './slack/api/edit-budget.js'
import { type MessageContent, Poster } from './slack/api/poster.js'
import { SlackClock } from './slack/api/slack-clock.js'
import { Streams } from './slack/api/streams.js'
import { createWebClient, SlackRefused } from './slack/api/web.js'
import { FOLLOWED_BY_SOMEBODY_ELSE } from './slack/blocks/connect-prompt.js'
import { scheduleReader } from './slack/blocks/scheduled-list.js'
import { createSlackBot, identify } from './slack/bot.js'
import { isVisitor, SlackSignIn } from './slack/connection/sign-in.js'
import { Home } from './slack/home.js'
import { Requests } from './slack/inbound/requests.js'
import { SLACK_EVENTS_PATH } from './slack/inbound/signed-requests.js'
import { SlackSurface } from './slack/surface.js'
import { DatabaseError, holdBotLock } from './store/database/database.js'
import { exposures } from './store/database/private-files.js'
import { Store } from './store/store.js'
import { AccessEnder } from './turns/connections/access-ending.js'
import { ConnectionWatch } from './turns/connections/connection-watch.js'
import { Departures } from './turns/connections/departures.js'
import { RememberedConnections } from './turns/connections/remembered-connections.js'
import { Turns } from './turns/dispatch/conversation-work.js'
import { Dispatcher } from './turns/dispatch/dispatcher.js'
import { identifierFor } from './turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from './turns/model.js'
import { type MailboxAddresses, Unavailable } from './turns/ports.js'
import { HostTools } from './turns/sending/host-tools.js'
import { Sending } from './turns/sending/sending.js'
import { Alarms } from './turns/time/alarms.js'
import { SYSTEM_CLOCK } from './turns/time/clock.js'
import { ConnectFlow } from './web/connect-flow.js'
import { connectRoutes, SIGNED_IN_PATH, VERIFY_PATH } from './web/connect-routes.js'
import { healthRoutes, metricsRoute } from './web/health.js'
import { ListenError, listen } from './web/listeners.js'
import { Metrics } from './web/metrics.js'
import type { Route } from './web/routes.js'
import { webhookRoute } from './web/webhook.js'

/** How long a stop may take before what is under way is left to the next start, in milliseconds. */
const STOP_DEADLINE_MS = 10_000

/** A start that cannot go on; the message is for the person who runs the bot. */
class StartError extends Error {}

async function main(): Promise<void> {
  // From here on a signal ends nothing by itself, also in the middle of starting: whoever sent it gets an orderly stop and a 0.
  const signal = firstStopSignal()
  loadDotEnv()
  const config = readBotConfig(process.env)
  const log = createLog(config.logLevel)
  // What nobody awaited must not end conversations that have nothing to do with it.
  process.on('unhandledRejection', (error) => log.error(describeError(error), 'a rejection that nobody handled'))
  const lock = holdBotLock(config.databasePath)
  const store = await Store.open(config.databasePath, Date.now, { undoMs: config.undoSendMs })
  for (const exposure of exposures(config.databasePath, DOT_ENV))
    log.warn(exposure, 'file permissions too wide: other users of this machine can reach it')
  const claude = new Claude(config.anthropic)
  const deployment = await provisioned(store, config, claude.url)

  const stop = await Promise.race([run(config, log, store, claude, deployment), signal.then(() => null)])
  if (stop === null) {
    log.info('stopped before it was running; the next start carries on')
    process.exit(0)
  }
  log.info({ signal: await signal }, 'stopping')
  setTimeout(() => {
    log.warn('not everything came to rest in time; the next start carries on')
    process.exit(0)
  }, STOP_DEADLINE_MS).unref()
  try {
    await stop()
    await store.close()
    lock.release()
    log.info('stopped')
    process.exit(0)
  } catch (error) {
    log.error(describeError(error), 'stopping failed; the next start carries on')
    process.exit(1)
  }
}

/** Resolves with the name of the first SIGTERM or SIGINT; further ones do nothing. */
function firstStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name))
  })
}

async function provisioned(store: Store, config: BotConfig, anthropicUrl: string): Promise<Deployment> {
  const key = { scalekitUrl: config.scalekit.url, configName: config.scalekit.configName, anthropicUrl }
  const deployment = await storedDeployment(store.deployments, key)
  if (deployment === null) {
    throw new StartError(
      'Setup has not run for this configuration yet. Run `npm run setup` first: it creates the agent, its environment and the MCP configuration.',
    )
  }
  return deployment
}

/** Starts everything; answers how to stop it. */
async function run(
  config: BotConfig,
  log: Log,
  store: Store,
  claude: Claude,
  deployment: Deployment,
): Promise<() => Promise<void>> {
  const { slack, scalekit: scalekitConfig } = config
  const slackClock = new SlackClock({ log, now: Date.now, monotonic: () => performance.now() })
  const web = createWebClient(slack.botToken, slack.apiUrl, log, slackClock)
  const identity = await slackIdentity(web)
  const metrics = new Metrics()

  const scalekit = new Scalekit(scalekitConfig)
  const mailbox = { configId: deployment.mcpConfigId, connection: scalekitConfig.connection }
  const { publicSite } = config
  const verification =
    publicSite === undefined
      ? null
      : {
          url: `${publicSite.url}${VERIFY_PATH}`,
          issueState: (person: IdentifiedPerson) => store.connectStates.issue(person),
        }
  const mailboxTools = new ScalekitTools(scalekit, scalekitConfig.connection)
  const mailboxes = new ScalekitMailboxAddresses(mailboxTools, log, Date.now)
  const connections = new RememberedConnections(
    new ScalekitConnections(scalekit, mailbox, verification),
    store.people,
    mailboxes,
  )
  const virtual = new VirtualMailboxAccess(
    claude,
    markOf(scalekitConfig),
    deployment.mcpServerUrl,
    tokenMint(scalekit, mailbox),
    store.vaults,
    Date.now,
  )
  const access =
    scalekitConfig.mode === 'virtual'
      ? virtual
      : new InstanceMailboxAccess(instanceFinder(scalekit, scalekitConfig.configName))
  const hostTools = new HostTools(sendingTools(config.toolPolicies).map(asHostTool))
  const agent = new ManagedAgent(claude, deployment, {
    forgetVaultIfGone: (personId) => virtual.forgetIfGone(personId),
    policies: config.toolPolicies,
    hostTools: hostTools.specs,
  })

  const rules = { slashCommand: slack.slashCommand, unasked: unaskedChanges(config.toolPolicies) }
  const poster = new Poster(web, store.posts, identity.userId, identity.botId, () => slackClock.now())
  const surface = new SlackSurface({
    web,
    poster,
    posts: store.posts,
    conversations: store.conversations,
    budget: new EditBudget({ perMinute: slack.editsPerMinute, clock: SYSTEM_CLOCK }),
    streams: new Streams({
      mode: slack.replyStreaming,
      editsPerMinute: slack.editsPerMinute,
      clock: SYSTEM_CLOCK,
      log,
    }),
    log,
    rules,
    channelReplies: slack.channelReplies,
    identity,
    homeTeam: identity.teamId,
    homeEnterprise: identity.enterpriseId ?? null,
    allowGuests: slack.allowGuests,
    clock: SYSTEM_CLOCK,
  })
  const wake = (conversationId: string) => dispatcher.wake(conversationId)
  const watch = new ConnectionWatch(connections, SYSTEM_CLOCK, log)
  const identifierOf = (person: Person, profile: Profile) =>
    identifierFor(scalekitConfig.identifierTemplate, person, profile)
  const onDeactivated = async (person: Person) => {
    if (person.identifier === null || (await store.accessEndings.isUnderWay(person.id))) return
    await store.accessEndings.note({ personId: person.id, reason: 'deactivated' })
    accessEnder.wake()
  }
  const departures = new Departures({
    people: store.people,
    surface,
    forgetProfile: (person) => surface.forgetProfile(person),
    onDeactivated,
    clock: SYSTEM_CLOCK,
    log,
  })
  const onLeft = async (team: string, user: string) => {
    const person = await store.people.find(team, user)
    if (person === null) return
    departures.checkNext(person)
  }
  const alarms = new Alarms(SYSTEM_CLOCK, wake)
  const sending = new Sending({
    store,
    agent,
    tools: hostTools,
    mailboxes,
    mailer: new GmailMailer({ tools: mailboxTools, address: mailboxes, log, now: Date.now }),
    surface,
    wake,
    onScheduleChanged: (personId) => void refreshHome(personId),
    clock: SYSTEM_CLOCK,
    log,
  })
  const turns = new Turns({
    store,
    agent,
    hostCalls: sending.hostCalls,
    outbox: sending.outbox,
    access,
    connections,
    mailboxes,
    watch,
    surface,
    clock: SYSTEM_CLOCK,
    alarms,
    log,
    identifierOf,
    onDeactivated,
    wake,
    onTurnEnded: (ending) => metrics.turnEnded(ending),
  })
  const dispatcher = new Dispatcher(turns, log)
  const connection = {
    web,
    people: store.people,
    endings: store.accessEndings,
    connections,
    watch,
    profile: (person: Person) => surface.profile(person),
    identifierOf,
    rules,
    now: Date.now,
  }
  const schedule = scheduleReader(sending.presses, surface)
  const home = new Home({ ...connection, mailboxes, schedule, channelReplies: slack.channelReplies, log })
  const refreshHome = async (personId: string) => {
    const person = await store.people.identified(personId)
    if (person !== null) await home.refresh(person)
  }
  const accessEnder = new AccessEnder({
    store: store.accessEndings,
    connections,
    // Whatever the mode is now: a vault may be there from before it was changed.
    access: virtual,
    agent,
    stopTurn: ({ turnId }) => turns.endAccess(turnId),
    wake,
    onDone: (person) => {
      mailboxes.forget(person)
      watch.endFor(person)
      requests.wake()
      void home.refresh(person)
    },
    clock: SYSTEM_CLOCK,
    log,
  })
  const requests = new Requests({
    commands: store.commands,
    messages: store.messages,
    poster,
    directMessage: (person) => surface.directMessage(person),
    wake,
    connection: {
      ...connection,
      mailboxes,
      schedule,
      conversations: store.conversations,
      onDeactivated,
      endAccess: () => accessEnder.wake(),
    },
    log,
  })
  const health = healthRoutes({
    problems: async () => {
      await store.checkWritable()
      const refused = bot.requests?.problem ?? null
      return [...(bot.connected ? [] : ['not connected to Slack']), ...(refused === null ? [] : [refused])]
    },
    log,
  })
  const metricsPage = metricsRoute(() =>
    metrics.render({
      inbox_conversations_active: { help: 'Conversations being worked on.', value: dispatcher.active },
      inbox_slack_connected: { help: 'Whether deliveries from Slack can arrive.', value: bot.connected ? 1 : 0 },
    }),
  )
  const site = [
    ...(publicSite === undefined
      ? []
      : connectSite(config, publicSite, {
          scalekit,
          store,
          watch,
          homeTeam: identity.teamId,
          tell: async (person, content) => {
            const channel = await surface.directMessage(person)
            await poster.post({ subject: randomUUID(), place: 'answer', part: 0 }, { channel }, content)
          },
          log,
        })),
    ...(config.webhookSecret === undefined
      ? []
      : [statusWebhook(config.webhookSecret, { scalekit, store, watch, mailboxes, log })]),
  ]
  const bot = createSlackBot({
    web,
    identity,
    delivery: slack.delivery,
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    rules,
    home,
    onLeft,
    onProfileChanged: (user) => surface.forgetUser(user),
    onChannelIdChanged: (previous, channel) => surface.channelIdChanged(previous, channel),
    store,
    requests,
    actions: {
      wake: (conversationId) => {
        wake(conversationId)
        // A yes may have been to a mail.
        sending.outbox.wake()
      },
      stop: (turnId) => turns.stop(turnId),
      revise: (turnId) => turns.revise(turnId),
    },
    outgoing: sending.presses,
    schedule,
    slackNow: () => slackClock.now(),
    onRefusedRequest: (reason) => metrics.requestRefused(reason),
    log,
  })
  const slackRequests = bot.requests
  if (slackRequests !== null) {
    site.push({
      path: SLACK_EVENTS_PATH,
      method: 'POST',
      handler: (request, response) => void slackRequests.receive(request, response),
    })
  }
  const listeners = await listen(
    { mode: slack.delivery.mode, host: config.host, port: config.port, metricsPort: config.metricsPort },
    { health, metrics: [metricsPage], site },
    log,
  )
  await startReceiving(bot)
  log.info(
    { bot: identity.userId, team: identity.teamId, mode: scalekitConfig.mode, delivery: slack.delivery.mode },
    'the bot is running',
  )

  accessEnder.start()
  departures.start()
  sending.outbox.start()
  const { configName: name, connection: connectionName } = scalekitConfig
  void checkSetup(scalekit, { name, connection: connectionName, tools: offeredTools(config.toolPolicies) }, log)
  requests.wake()
  for (const conversationId of await store.conversations.unfinished()) dispatcher.wake(conversationId)

  return async () => {
    watch.stop()
    alarms.stop()
    // Side by side: a peer that does not finish its closing handshake must not keep the rest from coming to rest.
    await Promise.all([
      listeners.close(),
      bot.stop(),
      requests.stop(),
      accessEnder.stop(),
      departures.stop(),
      sending.outbox.stop(),
      dispatcher.stop().then(() => surface.stop()),
    ])
  }
}

interface SiteRooms {
  readonly scalekit: Scalekit
  readonly store: Store
  readonly watch: ConnectionWatch
  readonly log: Log
}

/** The page at the end of a connect link. */
function connectSite(
  { slack }: BotConfig,
  { url, clientId, clientSecret }: NonNullable<BotConfig['publicSite']>,
  {
    scalekit,
    store,
    watch,
    homeTeam,
    tell,
    log,
  }: SiteRooms & {
    readonly homeTeam: string
    /** Writes to somebody in their direct messages. */
    readonly tell: (person: Person, content: MessageContent) => Promise<void>
  },
): Route[] {
  const redirectUri = `${url}${SIGNED_IN_PATH}`
  const flow = new ConnectFlow({
    states: store.connectStates,
    signIn: new SlackSignIn({ clientId, clientSecret, apiUrl: slack.apiUrl, redirectUri, log }),
    isPerson: (visitor, person) => isVisitor(visitor, person, { teamId: homeTeam }),
    verify: (authRequestId, person) => verifyConsent(scalekit, authRequestId, person),
    onConnected: (person) => watch.check(person.id),
    onConsented: (person) => watch.markLinkSpent(person.id),
    onFailed: (person) => {
      watch.renew(person.id).catch((error: unknown) => {
        log.warn({ person: person.id, ...describeError(error) }, 'a spent link could not be replaced yet')
      })
    },
    onForeign: (person) => {
      tell(person, FOLLOWED_BY_SOMEBODY_ELSE).catch((error: unknown) => {
        log.error(
          { person: person.id, ...describeError(error) },
          'nobody could be told that somebody else followed their link',
        )
      })
    },
    log,
  })
  return connectRoutes(flow, url.startsWith('https:'), log)
}

function statusWebhook(
  secret: string,
  { scalekit, store, watch, mailboxes, log }: SiteRooms & { readonly mailboxes: MailboxAddresses },
): Route {
  return webhookRoute({
    isSigned: (headers, body) => scalekit.isSigned(secret, headers, body),
    async onStatus(identifier, status) {
      const person = await store.people.ownerOf(identifier)
      if (person === null) return
      if (status !== 'ACTIVE') mailboxes.forget(person)
      watch.check(person.id)
    },
    log,
  })
}

async function slackIdentity(web: ReturnType<typeof createWebClient>): ReturnType<typeof identify> {
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

async function startReceiving(bot: ReturnType<typeof createSlackBot>): Promise<void> {
  try {
    await bot.start()
  } catch (error) {
    const { message } = describeError(error)
    throw new StartError(
      `No connection to Slack (${String(message)}). Check SLACK_APP_TOKEN (it needs connections:write) and that Socket Mode is enabled.`,
    )
  }
}

main().catch((error: unknown) => {
  if (
    error instanceof ConfigurationError ||
    error instanceof DatabaseError ||
    error instanceof ListenError ||
    error instanceof StartError
  ) {
    process.stderr.write(`${error.message}\n`)
  } else {
    const { error: name, message } = describeError(error)
    process.stderr.write(`The bot could not start: ${String(name)}: ${String(message)}\n`)
  }
  process.exit(1)
})

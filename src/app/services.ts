/** What serves every workspace of this process, made once: the store, the agent, Scalekit, and what works through the store for all of them. */

import { Claude } from '../agent/claude.js'
import type { Deployment } from '../agent/deployment.js'
import { SessionFiles } from '../agent/files/session-files.js'
import { InstanceMailboxAccess, VirtualMailboxAccess } from '../agent/mailbox-access.js'
import { markOf } from '../agent/mark.js'
import { storedDeployment } from '../agent/provisioning.js'
import { ManagedAgent } from '../agent/sessions.js'
import { type BotConfig, DOT_ENV } from '../config.js'
import { GmailMailer } from '../gmail/mailer.js'
import { sendingTools, unaskedChanges } from '../gmail/policies.js'
import { asHostTool } from '../gmail/sending-tools.js'
import { GmailLabels } from '../gmail/undo/label-undo.js'
import type { Log } from '../log.js'
import { Scalekit } from '../scalekit/client.js'
import { ScalekitConnections } from '../scalekit/connections.js'
import { instanceFinder } from '../scalekit/instances.js'
import { ScalekitMailboxAddresses } from '../scalekit/mailbox-addresses.js'
import { tokenMint } from '../scalekit/tokens.js'
import { ScalekitTools } from '../scalekit/tool-execution.js'
import { holdBotLock } from '../store/database/database.js'
import { exposures } from '../store/database/private-files.js'
import { Store } from '../store/store.js'
import { AccessEnder } from '../turns/connections/access-ending.js'
import { ConnectionWatch } from '../turns/connections/connection-watch.js'
import { Deactivation } from '../turns/connections/deactivation.js'
import { RememberedConnections } from '../turns/connections/remembered-connections.js'
import { Dispatcher } from '../turns/dispatch/dispatcher.js'
import type { UploadedFiles } from '../turns/files/attached-file.js'
import { LeftoverFiles } from '../turns/files/leftover-files.js'
import { identifierFor } from '../turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../turns/model.js'
import type { Agent, Connections, MailboxAccess, MailboxAddresses } from '../turns/ports.js'
import { ChangeUndoing } from '../turns/sending/change-undoing.js'
import { HostTools } from '../turns/sending/host-tools.js'
import { Sending } from '../turns/sending/sending.js'
import { Alarms } from '../turns/time/alarms.js'
import { type Clock, SYSTEM_CLOCK } from '../turns/time/clock.js'
import { VERIFY_PATH } from '../web/connect-routes.js'
import { Metrics } from '../web/metrics.js'
import { StartError } from './start-error.js'
import { Workspaces } from './workspaces.js'

/** All of the configuration that no workspace has for itself. */
export type ServicesConfig = Omit<BotConfig, 'slack'>

export interface ServicesOptions {
  readonly config: ServicesConfig
  readonly store: Store
  readonly claude: Claude
  readonly deployment: Deployment
  readonly log: Log
}

export class Services {
  readonly config: ServicesConfig
  readonly log: Log
  readonly clock: Clock = SYSTEM_CLOCK
  readonly metrics = new Metrics()
  readonly store: Store
  readonly workspaces: Workspaces

  readonly scalekit: Scalekit
  readonly mailboxes: MailboxAddresses
  readonly connections: Connections
  readonly watch: ConnectionWatch
  readonly access: MailboxAccess
  readonly agent: Agent
  /** What the agent may change without being told to, as people are told. */
  readonly unasked: readonly string[]

  readonly dispatcher: Dispatcher
  readonly alarms: Alarms
  readonly sending: Sending
  readonly uploadedFiles: UploadedFiles
  readonly leftoverFiles: LeftoverFiles
  readonly undoing: ChangeUndoing
  readonly accessEnder: AccessEnder
  readonly deactivation: Deactivation

  constructor({ config, store, claude, deployment, log }: ServicesOptions) {
    const { clock } = this
    this.config = config
    this.log = log
    this.store = store
    this.workspaces = new Workspaces(store)

    const scalekit = new Scalekit(config.scalekit)
    const mailbox = { configId: deployment.mcpConfigId, connection: config.scalekit.connection }
    const mailboxTools = new ScalekitTools(scalekit, config.scalekit.connection)
    const mailboxes = new ScalekitMailboxAddresses(mailboxTools, log, clock.now)
    this.scalekit = scalekit
    this.mailboxes = mailboxes
    this.connections = new RememberedConnections(
      new ScalekitConnections(scalekit, mailbox, verification(config, store)),
      store.people,
      mailboxes,
    )
    this.watch = new ConnectionWatch(this.connections, clock, log)

    const virtual = new VirtualMailboxAccess(
      claude,
      markOf(config.scalekit),
      deployment.mcpServerUrl,
      tokenMint(scalekit, mailbox),
      store.vaults,
      clock.now,
    )
    this.access =
      config.scalekit.mode === 'virtual'
        ? virtual
        : new InstanceMailboxAccess(instanceFinder(scalekit, config.scalekit.configName))
    const tools = new HostTools(sendingTools(config.toolPolicies).map(asHostTool))
    this.agent = new ManagedAgent(claude, deployment, {
      forgetVaultIfGone: (personId) => virtual.forgetIfGone(personId),
      policies: config.toolPolicies,
      hostTools: tools.specs,
    })
    this.unasked = unaskedChanges(config.toolPolicies)

    const { workspaces, watch } = this
    const dispatcher = new Dispatcher(workspaces, log)
    const wake = (conversationId: string) => dispatcher.wake(conversationId)
    this.dispatcher = dispatcher
    this.alarms = new Alarms(clock, wake)
    this.sending = new Sending({
      store,
      agent: this.agent,
      tools,
      mailboxes,
      mailer: new GmailMailer({ tools: mailboxTools, address: mailboxes, log, now: clock.now }),
      surface: workspaces,
      wake,
      onScheduleChanged: (personId) => void workspaces.scheduleChanged(personId),
      clock,
      log,
    })
    this.uploadedFiles = new SessionFiles(claude)
    this.leftoverFiles = new LeftoverFiles({ store: store.files, uploaded: this.uploadedFiles, clock, log })
    this.undoing = new ChangeUndoing({
      store,
      labels: new GmailLabels(mailboxTools, (tool) => config.toolPolicies.get(tool) !== 'off'),
      display: workspaces,
      clock,
      log,
    })
    this.accessEnder = new AccessEnder({
      store: store.accessEndings,
      connections: this.connections,
      // Whatever the mode is now: a vault may be there from before it was changed.
      access: virtual,
      agent: this.agent,
      stopTurn: (turn) => workspaces.endAccess(turn),
      wake,
      onDone: (person) => {
        mailboxes.forget(person)
        watch.endFor(person)
        workspaces.accessEnded(person)
      },
      clock,
      log,
    })
    this.deactivation = new Deactivation({ endings: store.accessEndings, ender: this.accessEnder })
  }

  /** The Scalekit identifier of a person who has none yet. */
  identifierOf(person: Person, profile: Profile): string {
    return identifierFor(this.config.scalekit.identifierTemplate, person, profile)
  }
}

/** The services of this process, and how to give up what they hold. */
export interface OpenServices {
  readonly services: Services
  /** Once nothing uses them any more. */
  close(): Promise<void>
}

/** Takes the database for this process. @throws DatabaseError, StartError */
export async function openServices(config: ServicesConfig, log: Log): Promise<OpenServices> {
  const lock = holdBotLock(config.databasePath)
  const store = await Store.open(config.databasePath, Date.now, { undoMs: config.undoSendMs })
  for (const exposure of exposures(config.databasePath, DOT_ENV))
    log.warn(exposure, 'file permissions too wide: other users of this machine can reach it')
  const claude = new Claude(config.anthropic)
  const deployment = await provisioned(store, config, claude.url)
  return {
    services: new Services({ config, store, claude, deployment, log }),
    async close() {
      await store.close()
      lock.release()
    },
  }
}

async function provisioned(store: Store, { scalekit }: ServicesConfig, anthropicUrl: string): Promise<Deployment> {
  const key = { scalekitUrl: scalekit.url, configName: scalekit.configName, anthropicUrl }
  const deployment = await storedDeployment(store.deployments, key)
  if (deployment === null) {
    throw new StartError(
      'Setup has not run for this configuration yet. Run `npm run setup` first: it creates the agent, its environment and the MCP configuration.',
    )
  }
  return deployment
}

/** Consent counts only once the person it was asked of has signed in, where the bot has a page for that. */
function verification({ publicSite }: ServicesConfig, store: Store) {
  if (publicSite === undefined) return null
  return {
    url: `${publicSite.url}${VERIFY_PATH}`,
    issueState: (person: IdentifiedPerson) => store.connectStates.issue(person),
  }
}

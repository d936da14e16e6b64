/** The composition root: what serves everybody, each workspace, and the order in which they start and stop. */

import { offeredTools } from '../gmail/policies.js'
import { checkSetup } from '../scalekit/setup-check.js'
import { type Listeners, listen } from '../web/listeners.js'
import type { Services } from './services.js'
import { routesOf } from './site.js'
import { type SlackConfig, Workspace } from './workspace.js'

export class Bot {
  readonly #workspaces: Workspace[] = []
  #listeners: Listeners | null = null

  /** @param slack one a workspace */
  constructor(
    private readonly services: Services,
    private readonly slack: readonly [SlackConfig, ...SlackConfig[]],
  ) {}

  /** Resolves when deliveries arrive and what an earlier process left is taken up. @throws StartError, ListenError */
  async start(): Promise<void> {
    const { services } = this
    for (const config of this.slack) {
      const workspace = await Workspace.open(services, config)
      services.workspaces.add(workspace)
      this.#workspaces.push(workspace)
    }
    this.#listeners = await this.#listen()
    for (const workspace of this.#workspaces) await this.#receive(workspace)

    services.accessEnder.start()
    for (const { departures } of this.#workspaces) departures.start()
    services.sending.outbox.start()
    services.leftoverFiles.start()
    services.undoing.start()
    this.#checkSetup()
    for (const { requests } of this.#workspaces) requests.wake()
    const { store, dispatcher } = services
    for (const conversationId of await store.conversations.unfinished()) dispatcher.wake(conversationId)
  }

  /** Resolves when nothing is under way any more. What is left to do stays stored. */
  async stop(): Promise<void> {
    const { watch, alarms, accessEnder, sending, undoing, leftoverFiles, dispatcher } = this.services
    watch.stop()
    alarms.stop()
    // Side by side: a peer that does not finish its closing handshake must not keep the rest from coming to rest.
    await Promise.all([
      this.#listeners?.close(),
      ...this.#workspaces.map((workspace) => workspace.stopReceiving()),
      ...this.#workspaces.map(({ requests }) => requests.stop()),
      accessEnder.stop(),
      ...this.#workspaces.map(({ departures }) => departures.stop()),
      sending.outbox.stop(),
      leftoverFiles.stop(),
      undoing.stop(),
      dispatcher.stop().then(() => Promise.all(this.#workspaces.map(({ surface }) => surface.stop()))),
    ])
  }

  async #listen(): Promise<Listeners> {
    const { services } = this
    const { host, port, metricsPort } = services.config
    const mode = this.slack.some(({ delivery }) => delivery.mode === 'http') ? 'http' : 'socket'
    return await listen({ mode, host, port, metricsPort }, routesOf(services, this.slack[0].apiUrl), services.log)
  }

  async #receive(workspace: Workspace): Promise<void> {
    const { config, log } = this.services
    const { identity, delivery } = workspace
    await workspace.receive()
    log.info(
      { bot: identity.userId, team: identity.teamId, mode: config.scalekit.mode, delivery },
      'the bot is running',
    )
  }

  /** Meanwhile: it only says what it finds. */
  #checkSetup(): void {
    const { scalekit, config, log } = this.services
    const { configName: name, connection } = config.scalekit
    void checkSetup(scalekit, { name, connection, tools: offeredTools(config.toolPolicies) }, log)
  }
}

/** Tells the app that an account's status changed, signed as Scalekit signs (Standard Webhooks). */
import { createHmac } from 'node:crypto'
import { newId } from '../wire/ids.js'
import type { StatusChange } from './accounts.js'

export interface WebhookOptions {
  readonly url: string
  /** `whsec_` and base64, as the dashboard shows it. */
  readonly secret: string
}

export interface WebhookDelivery {
  readonly event: StatusUpdatedEvent
  /** HTTP status of the app's answer; undefined when it could not be reached. */
  readonly status: number | undefined
  readonly error: string | undefined
}

export interface StatusUpdatedEvent {
  readonly spec_version: '1'
  readonly id: string
  readonly type: 'connected_account.status_updated'
  readonly object: 'ConnectedAccount'
  readonly occurred_at: string
  readonly environment_id: string
  readonly data: {
    readonly id: string
    readonly identifier: string
    readonly connection_id: string
    readonly connection_name: string
    readonly provider: string
    readonly authorization_type: 'OAUTH'
    readonly status: string
    readonly old_status: string
  }
}

export class WebhookSender {
  readonly deliveries: WebhookDelivery[] = []
  readonly #options: WebhookOptions
  readonly #environmentId = newId('env')
  readonly #key: Buffer
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  /** @throws when the secret is not of Scalekit's form. */
  constructor(options: WebhookOptions) {
    const [, key] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(options.secret) ?? []
    if (key === undefined) throw new Error('A webhook secret is "whsec_" and base64.')
    this.#options = options
    this.#key = Buffer.from(key, 'base64')
  }

  /** Sends without being waited for, once; the outcome is in `deliveries`. */
  send({ account, before }: StatusChange): void {
    const event: StatusUpdatedEvent = {
      spec_version: '1',
      id: newId('evt'),
      type: 'connected_account.status_updated',
      object: 'ConnectedAccount',
      occurred_at: new Date(account.updatedAt).toISOString(),
      environment_id: this.#environmentId,
      data: {
        id: account.id,
        identifier: account.identifier,
        connection_id: account.connection.id,
        connection_name: account.connection.name,
        provider: account.connection.provider,
        authorization_type: 'OAUTH',
        status: account.status,
        old_status: before,
      },
    }
    const delivery = this.#deliver(event)
    this.#underWay.add(delivery)
    void delivery.finally(() => this.#underWay.delete(delivery))
  }

  /** Resolves when every event sent so far has its outcome. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The sandbox is closing.'))
    await this.settled()
  }

  async #deliver(event: StatusUpdatedEvent): Promise<void> {
    const body = JSON.stringify(event)
    const id = newId('msg')
    // The receiver compares this with its own clock, so it is the system's time whatever clock the sandbox has.
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', this.#key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    try {
      const response = await fetch(this.#options.url, { method: 'POST', headers, body, signal: this.#closing.signal })
      await response.arrayBuffer()
      this.deliveries.push({ event, status: response.status, error: undefined })
    } catch (error) {
      this.deliveries.push({ event, status: undefined, error: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** Socket Mode: connections that the app opens with a ticket, envelopes that it acknowledges, and the ways they end. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { isObject, type Json, type JsonObject, parseJson } from '../wire/json.js'
import type { Attempt, DeliveryTiming, Outcome, Transport } from './delivery.js'

/** Connections of one app that Slack keeps open at the same time. */
const MOST_CONNECTIONS = 10
/** How long a ticket may wait for its connection. */
const TICKET_MS = 30_000
/** A client that was asked to go and does not is shown out after this. */
const LEAVE_WITHIN_MS = 10_000
/** What Slack announces in `hello`; this sandbox keeps connections until it is told to end them. */
const CONNECTION_SECONDS = 3600

/** Why Slack asks the app to come back: `warning` some seconds before, `refresh_requested` when it is time. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

interface Connection {
  readonly socket: WebSocket
  /** Said goodbye to: gets no more envelopes. */
  leaving: boolean
}

interface Pending {
  settle(outcome: Outcome): void
}

export interface SocketModeOptions {
  readonly appId: string
  readonly now: () => number
  readonly timing: Pick<DeliveryTiming, 'acknowledgeWithinMs'>
  /** Milliseconds between pings to each connection. The client gives up after 30 s without one. */
  readonly pingEveryMs?: number
  /** Called whenever the number of open connections changed. */
  readonly onConnections: (open: number) => void
}

export class SocketMode implements Transport {
  /** While true, tickets are given out but the connection itself is refused with HTTP 503. */
  refuseConnections = false
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #tickets = new Map<string, number>()
  readonly #connections: Connection[] = []
  readonly #pending = new Map<string, Pending>()
  readonly #waiting = new Set<() => void>()
  readonly #pings: NodeJS.Timeout
  #turn = 0

  constructor(private readonly options: SocketModeOptions) {
    this.#pings = setInterval(() => {
      for (const { socket } of this.#connections) socket.ping()
    }, options.pingEveryMs ?? 10_000)
    this.#pings.unref()
  }

  get connected(): boolean {
    return this.#open().length > 0
  }

  /** Connections that are open at the moment. */
  get connections(): number {
    return this.#connections.length
  }

  /** The address that `apps.connections.open` answers with; good for one connection within 30 s. */
  issueUrl(host: string): string {
    const ticket = randomUUID()
    this.#tickets.set(ticket, this.options.now() + TICKET_MS)
    return `ws://${host}/link/?ticket=${ticket}&app_id=${this.options.appId}`
  }

  /** Takes over an HTTP upgrade, or refuses it. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const ticket = url.searchParams.get('ticket') ?? ''
    const expires = this.#tickets.get(ticket)
    if (url.pathname !== '/link/') {
      refuse(stream, '404 Not Found')
      return
    }
    if (this.refuseConnections) {
      refuse(stream, '503 Service Unavailable')
      return
    }
    this.#tickets.delete(ticket)
    if (expires === undefined || expires < this.options.now()) {
      refuse(stream, '401 Unauthorized')
      return
    }
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket))
  }

  async attempt(attempt: Attempt, late: () => void): Promise<Outcome> {
    const deadline = Date.now() + this.options.timing.acknowledgeWithinMs
    const connection = this.#next() ?? (await this.#nextUntil(deadline))
    if (connection === undefined) return { acknowledged: false, reason: 'no_connection' }
    const envelopeId = randomUUID()
    return new Promise((resolve) => {
      let over = false
      const settle = (outcome: Outcome) => {
        if (over && outcome.acknowledged) late()
        over = true
        clearTimeout(timer)
        resolve(outcome)
      }
      const timer = setTimeout(() => settle({ acknowledged: false, reason: 'timeout' }), deadline - Date.now())
      this.#pending.set(envelopeId, { settle })
      send(connection, {
        envelope_id: envelopeId,
        type: attempt.type,
        accepts_response_payload: attempt.type !== 'events_api',
        payload: attempt.payload,
        retry_attempt: attempt.retryAttempt,
        retry_reason: attempt.retryReason,
      })
    })
  }

  /** Sends any frame to one connection, well-formed or not. Strings go out as they are. */
  sendRaw(frame: string | Json): void {
    const connection = this.#next()
    if (connection === undefined) throw new Error('No Socket Mode connection is open')
    connection.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Asks every connection to go, as Slack does about once an hour. The app is expected to close and come back. */
  disconnect(reason: DisconnectReason): void {
    for (const connection of this.#connections) goodbye(connection, reason)
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const { socket } of [...this.#connections]) socket.terminate()
  }

  close(): void {
    clearInterval(this.#pings)
    for (const { settle } of this.#pending.values()) settle({ acknowledged: false, reason: 'closed' })
    for (const wake of this.#waiting) wake()
    this.drop()
    this.#server.close()
  }

  #welcome(socket: WebSocket): void {
    const connection: Connection = { socket, leaving: false }
    // An error of a socket is always followed by its close, which is where it is dealt with.
    socket.on('error', () => undefined)
    socket.on('message', (frame) => this.#acknowledge(parseJson(frame.toString())))
    if (this.#connections.length >= MOST_CONNECTIONS) {
      goodbye(connection, 'too_many_websockets')
      return
    }
    this.#connections.push(connection)
    socket.on('close', () => {
      this.#connections.splice(this.#connections.indexOf(connection), 1)
      this.options.onConnections(this.#connections.length)
    })
    send(connection, {
      type: 'hello',
      num_connections: this.#connections.length,
      debug_info: { host: 'applink-sandbox', build_number: 1, approximate_connection_time: CONNECTION_SECONDS },
      connection_info: { app_id: this.options.appId },
    })
    socket.ping()
    this.options.onConnections(this.#connections.length)
    for (const wake of this.#waiting) wake()
  }

  #acknowledge(frame: Json | undefined): void {
    if (!isObject(frame) || typeof frame.envelope_id !== 'string') return
    const pending = this.#pending.get(frame.envelope_id)
    if (pending === undefined) return
    this.#pending.delete(frame.envelope_id)
    const { payload } = frame
    const response = isObject(payload) && Object.keys(payload).length === 0 ? undefined : payload
    pending.settle({ acknowledged: true, response })
  }

  #open(): Connection[] {
    return this.#connections.filter(({ leaving, socket }) => !leaving && socket.readyState === socket.OPEN)
  }

  /** Connections take turns: Slack promises no pattern, and an app must not rely on one. */
  #next(): Connection | undefined {
    const open = this.#open()
    return open[this.#turn++ % open.length]
  }

  async #nextUntil(deadline: number): Promise<Connection | undefined> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, deadline - Date.now())
      this.#waiting.add(wake)
    })
    return this.#next()
  }
}

function send({ socket }: Connection, frame: JsonObject): void {
  socket.send(JSON.stringify(frame))
}

function goodbye(connection: Connection, reason: DisconnectReason): void {
  send(connection, { type: 'disconnect', reason, debug_info: { host: 'applink-sandbox' } })
  // After a warning the connection goes on for a while; after anything else it gets nothing more.
  if (reason === 'warning') return
  connection.leaving = true
  setTimeout(() => connection.socket.close(), LEAVE_WITHIN_MS).unref()
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

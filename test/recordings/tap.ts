/**
 * Hears every HTTP/1 request that a server of this process receives, with its whole body, in the order of their arrival: by Node's own
 * `http.server.request.start` channel, so that neither the servers nor who calls them know of it.
 */

import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

export interface HeardRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly type: string
  /** Grows until the request has been read. */
  body: string
}

const CHANNEL = 'http.server.request.start'

export class HttpTap {
  readonly #heard = new Map<number, HeardRequest[]>()
  readonly #listen = (message: unknown) => this.#hear((message as { request: IncomingMessage }).request)

  constructor() {
    diagnostics.subscribe(CHANNEL, this.#listen)
  }

  /** What the server on this port was asked, oldest first. */
  requests(port: number): readonly HeardRequest[] {
    return this.#heard.get(port) ?? []
  }

  close(): void {
    diagnostics.unsubscribe(CHANNEL, this.#listen)
  }

  #hear(request: IncomingMessage): void {
    const heard: HeardRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      type: request.headers['content-type'] ?? '',
      body: '',
    }
    const port = request.socket.localPort ?? 0
    this.#heard.set(port, [...(this.#heard.get(port) ?? []), heard])
    const chunks: Buffer[] = []
    // However the server reads it, each chunk passes here; a listener of one's own would make the request flow.
    const emit = request.emit.bind(request)
    request.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event === 'data') {
        chunks.push(Buffer.from(args[0] as Buffer))
        heard.body = Buffer.concat(chunks).toString()
      }
      return emit(event, ...args)
    }
  }
}

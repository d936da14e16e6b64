import type { Connection } from '../wire/endpoints.js'
import type { Preview, PreviewType, StreamEvent } from '../wire/vendor-types.js'

/** One open `sessions.events.stream` connection, as server-sent events. */
export class EventStream {
  readonly #ping: NodeJS.Timeout
  /** Previews whose `event_start` this connection saw: a delta without its start would mean nothing to it. */
  readonly #previewing = new Set<string>()
  #silent = false

  constructor(
    private readonly connection: Connection,
    private readonly previews: ReadonlySet<PreviewType>,
    pingEvery: number,
  ) {
    this.#ping = setInterval(() => this.#write('ping', { type: 'ping' }), pingEvery)
    this.#ping.unref()
    connection.onClose(() => clearInterval(this.#ping))
  }

  send(event: StreamEvent): void {
    this.#write(event.type, event)
  }

  /** Best effort, and only what the client asked for. */
  preview(type: PreviewType, event: Preview): void {
    if (!this.previews.has(type)) return
    if (event.type === 'event_start') this.#previewing.add(event.event.id)
    else if (!this.#previewing.has(event.event_id)) return
    this.#write(event.type, event)
  }

  /** The client reads EOF. */
  end(): void {
    clearInterval(this.#ping)
    this.connection.end()
  }

  /** From here on nothing comes, not even a ping, and nothing closes: a connection that died without either side learning of it. */
  hang(): void {
    this.#silent = true
  }

  onClose(listener: () => void): void {
    this.connection.onClose(listener)
  }

  #write(name: string, value: unknown): void {
    if (!this.#silent) this.connection.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
  }
}

/** The calls of this API, named as the SDK names them below `client.beta`. */
export type Endpoint =
  | `agents.${'create' | 'retrieve' | 'update' | 'list' | 'archive'}`
  | 'agents.versions.list'
  | `environments.${'create' | 'retrieve' | 'update' | 'list' | 'delete' | 'archive'}`
  | `vaults.${'create' | 'retrieve' | 'update' | 'list' | 'delete' | 'archive'}`
  | `vaults.credentials.${'create' | 'retrieve' | 'update' | 'list' | 'delete' | 'archive'}`
  | `sessions.${'create' | 'retrieve' | 'update' | 'list' | 'delete' | 'archive'}`
  | `sessions.events.${'list' | 'send' | 'stream'}`
  | `sessions.resources.${'add' | 'retrieve' | 'list' | 'delete'}`
  | `files.${'upload' | 'retrieveMetadata' | 'list' | 'download' | 'delete'}`

/** A request, as a route sees it. */
export interface Call {
  /** A path parameter. */
  param(name: string): string
  readonly query: URLSearchParams
  /** The parsed JSON body; undefined where there was none. */
  readonly body: unknown
  /** The body as a form, for uploads. */
  form(): Promise<FormData>
}

/** What a route answers with: a JSON value, bytes, or a connection that it goes on writing to. */
export type Answer =
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array; readonly type: string; readonly filename: string }
  | { readonly stream: (connection: Connection) => void }

/** A response that stays open. */
export interface Connection {
  write(text: string): void
  /** A proper end of the response: the client reads EOF. */
  end(): void
  onClose(listener: () => void): void
}

export interface Route {
  readonly endpoint: Endpoint
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `/v1/sessions/:session_id`: segments that begin with a colon are parameters. */
  readonly path: string
  answer(call: Call): Answer | Promise<Answer>
}

/** Types what a route answers by the SDK's type for it. */
export function json<T>(value: T): Answer {
  return { json: value }
}

/** What was asked of the sandbox's Scalekit, and the faults a test wants it to have. */
import { FaultQueue } from '../../wire/fault-queue.js'

/** REST and pages by method and path, gRPC and MCP (at either kind of address) by their own methods. */
export const ENDPOINTS = [
  'POST /oauth/token',
  'GET /keys',
  'GET /api/v1/mcp/configs',
  'POST /api/v1/mcp/configs',
  'GET /api/v1/mcp/configs/{id}',
  'PUT /api/v1/mcp/configs/{id}',
  'DELETE /api/v1/mcp/configs/{id}',
  'POST /api/v1/mcp/configs/{id}/connected_accounts',
  'POST /api/v1/mcp/configs/{id}/tokens',
  'GET /api/v1/mcp/instances',
  'POST /api/v1/mcp/instances',
  'GET /api/v1/mcp/instances/{id}',
  'DELETE /api/v1/mcp/instances/{id}',
  'POST /api/v1/mcp/instances/{id}:get_auth_state',
  'POST /api/v1/execute_tool',
  'GET /magicLink/{link}',
  'POST /magicLink/{link}',
  'GET /connect/success',
  'mcp initialize',
  'mcp tools/list',
  'mcp tools/call',
  'mcp other',
  'grpc CreateConnectedAccount',
  'grpc DeleteConnectedAccount',
  'grpc DisconnectConnectedAccount',
  'grpc ExecuteTool',
  'grpc GetConnectedAccount',
  'grpc GetConnectedAccountAuth',
  'grpc GetConnectedAccountDetails',
  'grpc GetMagicLinkForConnectedAccount',
  'grpc ListConnectedAccounts',
  'grpc SearchConnectedAccounts',
  'grpc UpdateConnectedAccount',
  'grpc VerifyConnectedAccountUser',
  'unknown',
] as const

export type Endpoint = (typeof ENDPOINTS)[number]

export function isEndpoint(name: string): name is Endpoint {
  return (ENDPOINTS as readonly string[]).includes(name)
}

/** One request; secrets that stand in paths are not in it. */
export interface RequestEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly endpoint: Endpoint
  /** Which tool, where the request runs one. */
  readonly tool: string | undefined
  /** HTTP status, or the HTTP status that a gRPC status stands for. 0 when the answer was dropped. */
  readonly status: number
  /** What a gRPC request said, decoded. */
  readonly message?: unknown
}

export type Fault =
  /** Answers with this HTTP status (or the gRPC status that it stands for) and does nothing. */
  | { readonly type: 'fail'; readonly status: number }
  /** Waits before doing anything. */
  | { readonly type: 'delay'; readonly milliseconds: number }
  /** Waits for the promise before doing anything; `status`: then answers that and does nothing. */
  | {
      readonly type: 'hold'
      readonly until: Promise<unknown>
      readonly status?: number
      /** Told when the request has arrived. */
      readonly arrived?: () => void
    }
  /** Does the work and drops the connection instead of answering. */
  | { readonly type: 'drop-answer' }

export class Traffic {
  readonly #entries: RequestEntry[] = []
  readonly #faults = new FaultQueue<Endpoint, { readonly fault: Fault; readonly tool: string | undefined }>()
  readonly #onRequest: (entry: RequestEntry) => void

  constructor(onRequest: (entry: RequestEntry) => void = () => {}) {
    this.#onRequest = onRequest
  }

  note(entry: RequestEntry): void {
    this.#entries.push(entry)
    this.#onRequest(entry)
  }

  /** Answered requests, oldest first. */
  requests(endpoint?: Endpoint): readonly RequestEntry[] {
    return endpoint === undefined ? this.#entries : this.#entries.filter((entry) => entry.endpoint === endpoint)
  }

  /** Gives the fault to the next requests of an endpoint (those that run this tool), behind the faults that already wait there. */
  fault(endpoint: Endpoint, fault: Fault, times = 1, tool?: string): void {
    this.#faults.plan(endpoint, { fault, tool }, times)
  }

  clearFaults(): void {
    this.#faults.clear()
  }

  takeFault(endpoint: Endpoint, tool: string | undefined): Fault | undefined {
    return this.#faults.take(endpoint, (planned) => planned.tool === undefined || planned.tool === tool)?.fault
  }
}

/** Lets the waiting of a fault pass, where it has some. */
export async function passed(fault: Fault | undefined): Promise<void> {
  if (fault?.type === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds))
  if (fault?.type !== 'hold') return
  fault.arrived?.()
  await fault.until
}

/** The status that a fault has a request answered with, once its waiting has passed; undefined: the work is done. */
export function refusalOf(fault: Fault | undefined): number | undefined {
  return fault?.type === 'fail' || fault?.type === 'hold' ? fault.status : undefined
}

/**
 * The ports that the bot listens on. `/metrics` needs no password, and neither do the health checks: without `HOST`, a port is open to this
 * machine only. The one exception is HTTP mode's `PORT`, to which Slack's signed requests come, mostly by way of a proxy on another host.
 */

import { createServer, type Server } from 'node:http'
import { describeError, type Log } from '../log.js'
import { type Route, routed } from './routes.js'

const THIS_MACHINE = '127.0.0.1'
/** How long requests that are under way at a stop may take, in milliseconds. */
const LAST_REQUESTS_MS = 2_000

export interface ListenerSettings {
  readonly mode: 'socket' | 'http'
  /** Address or name to listen on, where one was given. */
  readonly host: string | undefined
  /** 0: any free one. Undefined: none. */
  readonly port: number | undefined
  /** Of its own for `/metrics`; 0: any free one. Undefined: `/metrics` is on `port`. */
  readonly metricsPort: number | undefined
}

export interface ListenerRoutes {
  readonly health: readonly Route[]
  readonly metrics: readonly Route[]
  /** What is meant for the world: Slack's requests, pages, webhooks. */
  readonly site: readonly Route[]
}

/** A port cannot be listened on; the message is a sentence for the person who runs the bot. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ListenError'
  }
}

export interface Listeners {
  /** Takes no more requests; those that are under way may end. */
  close(): Promise<void>
}

/** @throws ListenError */
export async function listen(settings: ListenerSettings, routes: ListenerRoutes, log: Log): Promise<Listeners> {
  const { mode, host, port, metricsPort } = settings
  const servers: Server[] = []
  const open = async (name: Name, at: number, on: string | undefined, served: readonly Route[]) => {
    servers.push(await serve(served, { name, host: on, port: at }, log))
  }
  try {
    if (port !== undefined) {
      const served = [...routes.health, ...(metricsPort === undefined ? routes.metrics : []), ...routes.site]
      await open('PORT', port, host ?? (mode === 'socket' ? THIS_MACHINE : undefined), served)
    }
    if (metricsPort !== undefined)
      await open('METRICS_PORT', metricsPort, host ?? THIS_MACHINE, [...routes.health, ...routes.metrics])
  } catch (error) {
    await Promise.all(servers.map(close))
    throw error
  }
  return {
    close: async () => {
      await Promise.all(servers.map(close))
    },
  }
}

type Name = 'PORT' | 'METRICS_PORT'

interface Place {
  readonly name: Name
  readonly host: string | undefined
  readonly port: number
}

async function serve(routes: readonly Route[], place: Place, log: Log): Promise<Server> {
  const server = createServer(routed(routes))
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) => reject(listenError(error, place))
    server.once('error', refuse)
    server.listen({ port: place.port, ...(place.host === undefined ? {} : { host: place.host }) }, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  server.on('error', (error) => log.error({ setting: place.name, ...describeError(error) }, 'listener failed'))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the listener has no address')
  const where = { host: address.address, port: address.port }
  const isLocal = /^(127\.|::1$)/.test(where.host)
  log.info(
    { setting: place.name, ...where, paths: routes.map(({ path }) => path) },
    isLocal
      ? 'listener started for this machine only; set HOST to let a proxy or a probe on another host reach it'
      : 'listener started',
  )
  return server
}

async function close(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(late)
}

function listenError(error: Error, { name, host, port }: Place): ListenError {
  const code = 'code' in error ? error.code : undefined
  const options = { cause: error }
  if (code === 'EADDRINUSE') {
    return new ListenError(
      `${name}: port ${port} is used by another program. Stop that one, or set ${name} to another port (0: any free one).`,
      options,
    )
  }
  if (code === 'EACCES') {
    return new ListenError(
      `${name}: this user may not listen on port ${port}. Set ${name} to one above 1023, or grant the right to it.`,
      options,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new ListenError(
      `HOST: ${host ?? 'it'} is no address of this machine. Set it to one, e.g. 127.0.0.1, or 0.0.0.0 for all of them.`,
      options,
    )
  }
  return new ListenError(
    `${name}: port ${port} cannot be listened on (${error.message}). Check HOST and ${name}.`,
    options,
  )
}

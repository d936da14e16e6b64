/**
 * HTTP/1.1 and HTTP/2 (without TLS, "prior knowledge") on one port, as Scalekit's address serves both: REST and pages over the one,
 * gRPC over the other. A connection that opens with HTTP/2's preface goes to the HTTP/2 server.
 */
import { createServer as createHttp1Server, type RequestListener } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { createServer, type Socket } from 'node:net'
import { listenOnLoopback } from '../../wire/http.js'

export interface OnePort {
  readonly port: number
  /** To be called before the next turn of the event loop, when the first request may arrive. */
  serve(listeners: Listeners): void
  close(): Promise<void>
}

export interface Listeners {
  readonly http1: RequestListener
  readonly http2: (request: Http2ServerRequest, response: Http2ServerResponse) => void
}

/** No HTTP/1.1 method begins so. */
const PREFACE = Buffer.from('PRI * HTTP/2.0')

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function listen(port: number): Promise<OnePort> {
  const http1 = createHttp1Server()
  const http2 = createHttp2Server()
  const sessions = new Set<ServerHttp2Session>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })

  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A peer that goes away before it has said anything is no event worth telling.
    socket.on('error', () => socket.destroy())
    route(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit('connection', socket))
  })
  const bound = await listenOnLoopback(server, port)

  return {
    port: bound,
    serve(listeners) {
      http1.on('request', listeners.http1)
      http2.on('request', listeners.http2)
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const session of sessions) session.destroy()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Reads as much of a connection's beginning as tells the protocol, and puts it back. */
function route(socket: Socket, deliver: (isHttp2: boolean) => void): void {
  let beginning = Buffer.alloc(0)
  const read = () => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      beginning = Buffer.concat([beginning, chunk])
    }
    const compared = Math.min(beginning.length, PREFACE.length)
    const couldBe = beginning.subarray(0, compared).equals(PREFACE.subarray(0, compared))
    if (couldBe && compared < PREFACE.length) return
    socket.off('readable', read)
    socket.unshift(beginning)
    deliver(couldBe)
  }
  socket.on('readable', read)
}

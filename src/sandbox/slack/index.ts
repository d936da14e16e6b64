/**
 * A local Slack: the Web API, Socket Mode (or signed HTTP requests), people at their clients, and the page that shows them.
 * Everything listens on 127.0.0.1 only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../wire/http.js'
import { savedState, savedText } from '../wire/saved.js'
import type { World } from '../world.js'
import { Deliveries, type DeliveryTiming, SLACK_TIMING } from './delivery/delivery.js'
import { BOT_EVENTS, Events } from './delivery/events.js'
import { HttpDelivery } from './delivery/http-delivery.js'
import { Interactions } from './delivery/interactions.js'
import { ResponseUrls } from './delivery/response-urls.js'
import { SocketMode } from './delivery/socket-mode.js'
import { Triggers } from './delivery/triggers.js'
import { PageServer } from './people/page-server.js'
import { Person } from './people/person.js'
import { stateReport } from './people/report.js'
import { serveStatic } from './people/static-files.js'
import type { NewPerson, SlackOptions, SlackSandbox } from './sandbox.js'
import { serveSignIn } from './sign-in/sign-in-page.js'
import { SignIns } from './sign-in/sign-ins.js'
import type { Grant, Inside } from './web-api/method.js'
import { BOT_SCOPES } from './web-api/methods.js'
import { wireUser } from './web-api/people.js'
import { serveFile, takeUpload } from './web-api/serve-files.js'
import { WebApi } from './web-api/server.js'
import { Faults } from './wire/faults.js'
import { readBody, reply, replyJson } from './wire/http.js'
import { parseJson } from './wire/json.js'
import { RateLimiter } from './wire/rate-limits.js'
import { SlackRefusal } from './wire/refusal.js'
import { Watch } from './wire/watch.js'
import { WireLog } from './wire/wire-log.js'
import { Clients } from './workspace/clients.js'
import { OpenStreams } from './workspace/open-streams.js'
import { Uploads } from './workspace/uploads.js'
import { type Conversation, type Member, Workspace } from './workspace/workspace.js'

export async function startSlack(options: SlackOptions): Promise<SlackSandbox> {
  const { world, slashCommand = '/inbox', now = Date.now } = options
  const botToken = options.tokens?.bot ?? 'xoxb-sandbox-bot-token'
  const appToken = options.tokens?.app ?? 'xapp-sandbox-app-token'
  const signingSecret = options.tokens?.signingSecret ?? 'sandbox-signing-secret'
  const oauth = options.oauth ?? { clientId: 'sandbox.client', clientSecret: 'sandbox-client-secret' }
  const timing: DeliveryTiming = { ...SLACK_TIMING, ...options.timing }
  const { requestUrl } = options

  let origin = ''
  const workspace = new Workspace(world, now)
  const clients = new Clients(now)
  const wire = new WireLog(now)
  const faults = new Faults()
  const triggers = new Triggers(now)
  const responseUrls = new ResponseUrls(workspace, clients, now)
  const signIns = new SignIns(oauth, workspace, () => origin)
  const uploads = new Uploads(workspace)
  const streams = new OpenStreams(now)
  const state = () => ({
    workspace: workspace.save(),
    clients: clients.save(),
    responseUrls: responseUrls.save(),
    streams: streams.save(),
  })
  const report = () => stateReport(workspace, clients, wire)
  const watch = new Watch(report)
  let wasConnected = false
  const socketMode =
    requestUrl === undefined
      ? new SocketMode({
          appId: world.bot.appId,
          now,
          timing,
          onConnections: (open) => {
            if (wasConnected !== open > 0) page.connected(open > 0)
            wasConnected = open > 0
            watch.notice()
          },
        })
      : undefined
  const http = requestUrl === undefined ? undefined : new HttpDelivery(requestUrl, signingSecret, timing)
  const transport = socketMode ?? http
  if (transport === undefined) throw new Error('There is no way to deliver events')
  const deliveries = new Deliveries(transport, timing, wire)
  const interactions = new Interactions({
    workspace,
    clients,
    triggers,
    responseUrls,
    deliveries,
    slashCommand,
    origin: () => origin,
  })
  const subscriptions: ReadonlySet<string> = new Set(options.botEvents ?? BOT_EVENTS)
  const events = new Events({
    workspace,
    clients,
    deliveries,
    origin: () => origin,
    subscriptions,
    mentionOrder: options.mentionOrder ?? 'alternating',
    describe: (member) => wireUser(workspace, member, { scopes: new Set(options.scopes ?? BOT_SCOPES) }, now()),
  })
  const person = (id: string) =>
    new Person(id, { workspace, clients, events, interactions, streams, watch, slashCommand, origin: () => origin })
  const page = new PageServer({
    workspace,
    clients,
    wire,
    person,
    slashCommand,
    answeredBy: options.answeredBy,
    mailboxNote: options.mailboxNote,
    appConnected: () => transport.connected,
    hearsStop: subscriptions.has('agent_session_stopped'),
  })
  for (const source of [workspace, clients, deliveries]) source.onChange(() => watch.notice())
  wire.onEntry(() => watch.notice())

  const revoked = new Set<string>()
  const scopes = new Set(options.scopes ?? BOT_SCOPES)
  const grantOf = (token: string): Grant | 'revoked' | undefined => {
    if (revoked.has(token)) return 'revoked'
    if (token === botToken) return { kind: 'bot', scopes }
    if (token === appToken) return { kind: 'app', scopes: new Set(['connections:write']) }
    const holder = signIns.holder(token)
    return holder && { kind: 'user', user: holder.user, scopes: new Set(holder.scopes) }
  }
  const inside: Inside = {
    workspace,
    agent: { hasSessions: options.agentSessions ?? true, hearsStop: subscriptions.has('agent_session_stopped') },
    clients,
    triggers,
    uploads,
    signIns,
    socketMode,
    now,
    streams,
    origin: () => origin,
  }
  const api = new WebApi({ inside, faults, wire, grantOf, limits: new RateLimiter(now, options.rateLimits) })

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin)
    const { pathname } = url
    if (pathname.startsWith('/api/')) {
      return api.serve(pathname.slice('/api/'.length), request, await readBody(request), response)
    }
    if (pathname.startsWith('/page/')) return page.serve(request, response, url)
    if (pathname.startsWith('/actions/')) return serveResponseUrl(responseUrls, pathname, request, response)
    if (pathname.startsWith('/upload/v1/')) return takeUpload(uploads, pathname, request, response)
    if (pathname.startsWith('/files-pri/')) return serveFile(workspace, grantOf, pathname, request, response)
    if (pathname === '/openid/connect/authorize') {
      return serveSignIn(signIns, workspace, options.redirectUrls, request, response)
    }
    if (pathname === '/openid/connect/keys') return replyJson(response, 200, signIns.keySet)
    if (pathname === '/.well-known/openid-configuration') return replyJson(response, 200, discovery(origin))
    return serveStatic(options.staticDir, pathname, response)
  }
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(now()).toUTCString())
    serve(request, response).catch((error: unknown) => {
      // A bug of the sandbox: say so where it happened, and never pass it off as an answer of Slack's.
      console.error('sandbox Slack:', error)
      if (response.headersSent) response.destroy()
      else reply(response, 500, 'text/plain', `The sandbox's Slack broke: ${String(error)}\n`)
    })
  })
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    if (socketMode === undefined) stream.destroy()
    else socketMode.upgrade(request, stream, head)
  })
  origin = `http://127.0.0.1:${await listenOnLoopback(server, options.port ?? 0)}`

  const known = (id: string): Member => {
    const member = workspace.member(id)
    if (member === undefined) throw new Error(`Nobody has the id ${id}`)
    return member
  }
  const conversation = (id: string): Conversation => {
    const found = workspace.conversation(id)
    if (found === undefined) throw new Error(`There is no conversation ${id}`)
    return found
  }
  return {
    url: origin,
    apiUrl: `${origin}/api/`,
    botToken,
    appToken,
    signingSecret,
    oauth,
    faults,
    deliveries,
    timing,
    wire,
    report,
    person: (id) => person(known(id).id),
    addPerson: (added) => {
      workspace.setMember(madeUp(added, world))
      return person(added.id)
    },
    changePerson: (id, changes) => workspace.setMember({ ...known(id), ...changes }),
    addChannel: ({ bot = true, kind = 'channel', members, ...channel }) =>
      workspace.addConversation({ ...channel, kind, members: bot ? [...members, world.bot.userId] : members }),
    removeMember: (channel, user) => {
      const members = new Set(conversation(channel).members)
      members.delete(user)
      workspace.setConversation({ ...conversation(channel), members })
    },
    addMember: (channel, user) => {
      const members = new Set(conversation(channel).members).add(user)
      workspace.setConversation({ ...conversation(channel), members })
    },
    archive: (channel) => workspace.setConversation({ ...conversation(channel), archived: true }),
    changeChannelId: (previous, id) => workspace.changeConversationId(previous, id),
    revokeToken: (which) => revoked.add(which === 'bot' ? botToken : appToken),
    get socketMode() {
      if (socketMode === undefined) throw new Error('This Slack delivers by HTTP')
      return socketMode
    },
    verifyRequestUrl: () => {
      if (http === undefined) throw new Error('This Slack delivers by Socket Mode')
      return http.verify()
    },
    sendEvent: (event) => events.send(event),
    waitFor: (check, wait) => watch.until(check, wait),
    save: () => savedText(state()),
    restore: (saved) => {
      const held = savedState(saved) as ReturnType<typeof state>
      workspace.restore(held.workspace)
      clients.restore(held.clients)
      responseUrls.restore(held.responseUrls)
      streams.restore(held.streams)
    },
    close: async () => {
      deliveries.close()
      page.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

async function serveResponseUrl(
  urls: ResponseUrls,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    urls.use(path, parseJson((await readBody(request)).toString()))
    reply(response, 200, 'text/plain', 'ok')
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error
    const gone = ['used_url', 'expired_url', 'no_such_url'].includes(error.code)
    replyJson(response, gone ? 404 : 400, { ok: false, error: error.code, ...error.details })
  }
}

function discovery(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/openid/connect/authorize`,
    token_endpoint: `${origin}/api/openid.connect.token`,
    userinfo_endpoint: `${origin}/api/openid.connect.userInfo`,
    jwks_uri: `${origin}/openid/connect/keys`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function madeUp(person: NewPerson, world: World): Member {
  const name = person.name ?? person.id.toLowerCase()
  return {
    name,
    realName: name,
    title: '',
    email: `${name}@${world.team.domain}.example`,
    tz: 'Europe/London',
    color: '#2b6cb0',
    teamId: world.team.id,
    deleted: false,
    restricted: false,
    ultraRestricted: false,
    stranger: false,
    unknown: false,
    ...person,
    isBot: false,
  }
}

export type { CommandResult, Person } from './people/person.js'
export type { SeenMessage } from './people/seen.js'
export type { NewChannel, NewPerson, SlackOptions, SlackSandbox } from './sandbox.js'
export { SlackRefusal }

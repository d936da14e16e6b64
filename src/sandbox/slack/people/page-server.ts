/** The client side of Slack over HTTP: what the page asks for, does and hears. See page-api.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, replyJson } from '../wire/http.js'
import { asString, isObject, type Json, parseJson } from '../wire/json.js'
import type { Act, ActResult, LiveEvent, PageThread, Snapshot } from '../wire/page-api.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { WireLog } from '../wire/wire-log.js'
import type { ClientChange, Clients } from '../workspace/clients.js'
import type { Member, Workspace, WorkspaceChange } from '../workspace/workspace.js'
import { pageChannel, pageModal, pagePerson, pagePrompts, pageThread } from './page-shapes.js'
import type { Person } from './person.js'
import { pageEphemeral, pageMessage } from './seen.js'

export interface PageParts {
  readonly workspace: Workspace
  readonly clients: Clients
  readonly wire: WireLog
  readonly person: (id: string) => Person
  readonly appConnected: () => boolean
  /** Whether the app hears that somebody stops an agent's session. */
  readonly hearsStop: boolean
  readonly slashCommand: string
  readonly answeredBy?: string | undefined
  readonly mailboxNote?: string | undefined
}

interface Viewer {
  readonly id: string
  readonly tell: (event: LiveEvent) => void
}

/** Keeps proxies and browsers from giving up on a quiet stream. */
const HEARTBEAT_MS = 15_000

export class PageServer {
  readonly #viewers = new Set<Viewer>()
  readonly #streams = new Set<ServerResponse>()

  constructor(private readonly parts: PageParts) {
    parts.workspace.onChange((change) => this.#workspaceChanged(change))
    parts.clients.onChange((change) => this.#clientsChanged(change))
    parts.wire.onEntry((entry) => this.#tell(undefined, { type: 'wire', entry }))
  }

  /** Whether the app can be reached changed. */
  connected(connected: boolean): void {
    this.#tell(undefined, { type: 'app_connected', connected })
  }

  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    // The page is for this machine. A name that merely resolves to it (DNS rebinding) must not read along.
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) {
      return replyJson(response, 403, { ok: false, error: 'forbidden_host' })
    }
    const route = `${request.method} ${url.pathname}`
    if (route === 'POST /page/act') return this.#act(request, response)
    // A page that opens does not know yet who there is: it is told about the first person, and so about everybody.
    const { members } = this.parts.workspace
    const asked = url.searchParams.get('viewer') ?? members.find((member) => !member.isBot && !member.deleted)?.id
    const viewer = this.parts.workspace.member(asked ?? '')
    if (viewer === undefined || viewer.isBot) return replyJson(response, 404, { ok: false, error: 'user_not_found' })
    if (route === 'GET /page/snapshot') return replyJson(response, 200, this.#snapshot(viewer))
    if (route === 'GET /page/live') return this.#live(response, viewer)
    replyJson(response, 404, { ok: false, error: 'not_found' })
  }

  close(): void {
    for (const stream of this.#streams) stream.end()
  }

  #snapshot(viewer: Member): Snapshot {
    const { workspace, clients, wire, slashCommand, answeredBy, mailboxNote, appConnected } = this.parts
    workspace.directMessage(viewer.id)
    const conversations = workspace.conversations.filter(({ members }) => members.has(viewer.id))
    const bot = workspace.member(workspace.bot.userId)
    const home = clients.home(viewer.id)
    return {
      team: { id: workspace.team.id, name: workspace.team.name },
      viewer: pagePerson(viewer),
      people: workspace.members.filter((member) => !member.isBot && !member.deleted).map(pagePerson),
      bot: pagePerson(bot ?? viewer),
      slashCommand,
      ...(answeredBy !== undefined && { answeredBy }),
      ...(mailboxNote !== undefined && { mailboxNote }),
      channels: conversations.map((conversation) => pageChannel(workspace, conversation)),
      messages: conversations
        .flatMap(({ id }) => workspace.messages(id))
        .sort((a, b) => Number(a.ts) - Number(b.ts))
        .map((message) => pageMessage(workspace, clients, message)),
      ...(home !== undefined && { home: { id: home.id, blocks: home.blocks } }),
      modals: clients.modals(viewer.id).map(pageModal),
      prompts: conversations.flatMap(({ id }) => clients.prompts(id)).map(pagePrompts),
      threads: conversations
        .flatMap(({ id }) => workspace.messages(id))
        .flatMap(({ channel, ts }) => this.#thread(channel, ts) ?? []),
      ephemerals: clients.ephemerals(viewer.id).map((ephemeral) => pageEphemeral(workspace, ephemeral)),
      appConnected: appConnected(),
      wire: [...wire.entries],
    }
  }

  #live(response: ServerResponse, viewer: Member): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
    })
    response.write(': live\n\n')
    const watching: Viewer = { id: viewer.id, tell: (event) => response.write(`data: ${JSON.stringify(event)}\n\n`) }
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
    this.#viewers.add(watching)
    this.#streams.add(response)
    response.on('close', () => {
      clearInterval(heartbeat)
      this.#viewers.delete(watching)
      this.#streams.delete(response)
    })
  }

  async #act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Other sites can send forms here, but no JSON without asking first.
    const json = request.headers['content-type']?.startsWith('application/json')
    const act = json ? parseJson((await readBody(request)).toString()) : undefined
    let result: ActResult
    try {
      if (!isAct(act)) throw new SlackRefusal('invalid_act')
      result = await this.#do(act)
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error
      const blockId = asString(error.details.block_id)
      result = { ok: false, error: error.code, ...(blockId !== undefined && { blockId }) }
    }
    // Slack's own API says 200 to what it refuses, too; and a browser reports every 4xx as an error of the page.
    replyJson(response, 200, result)
  }

  async #do(act: Act): Promise<ActResult> {
    const person = this.parts.person(act.viewer)
    switch (act.type) {
      case 'post': {
        const { ts } = person.post(act.text, {
          channel: act.channel,
          ...(act.threadTs !== undefined && { threadTs: act.threadTs }),
          files: (act.files ?? []).map(({ name, content }) => ({ name, content: Buffer.from(content, 'base64') })),
        })
        return { ok: true, ts }
      }
      case 'edit':
        person.edit(act.channel, act.ts, act.text)
        return { ok: true }
      case 'delete':
        person.delete(act.channel, act.ts)
        return { ok: true }
      case 'command':
        await person.command(act.text, { channel: act.channel, command: act.command })
        return { ok: true }
      case 'press': {
        const place = act.view === undefined ? { channel: act.channel, ts: act.ts } : { viewId: act.view }
        const outcome = await person.press(place, { actionId: act.actionId, blockId: act.blockId }, act.value)
        return outcome.acknowledged ? { ok: true } : { ok: false, error: 'operation_timeout' }
      }
      case 'home_opened':
        person.openHome()
        return { ok: true }
      case 'dm_opened':
        person.openDm()
        return { ok: true }
      case 'stop_session':
        person.stopSession(act.channel, act.threadTs)
        return { ok: true }
      case 'submit_modal': {
        const outcome = await person.submitModal(act.values, act.id)
        return outcome.acknowledged ? { ok: true } : { ok: false, error: 'operation_timeout' }
      }
      case 'close_modal':
        await person.closeModal(act.id)
        return { ok: true }
    }
  }

  /** Tells one viewer, or everybody. */
  #tell(user: string | undefined, event: LiveEvent): void {
    for (const viewer of this.#viewers) if (user === undefined || viewer.id === user) viewer.tell(event)
  }

  #tellMembers(channel: string, event: LiveEvent): void {
    const members = this.parts.workspace.conversation(channel)?.members
    for (const viewer of this.#viewers) if (members?.has(viewer.id)) viewer.tell(event)
  }

  #thread(channel: string, threadTs: string): PageThread | undefined {
    return pageThread(this.parts.clients, { channel, threadTs }, this.parts.hearsStop)
  }

  #tellThread({ channel, threadTs }: { readonly channel: string; readonly threadTs: string }): void {
    const thread = this.#thread(channel, threadTs)
    if (thread !== undefined) this.#tellMembers(channel, { type: 'thread', thread })
  }

  #workspaceChanged(change: WorkspaceChange): void {
    if (change.type === 'conversations' || change.type === 'people' || change.type === 'channel_id_changed') return
    const { workspace, clients } = this.parts
    const { message } = change
    if (change.type === 'deleted') {
      this.#tellMembers(message.channel, { type: 'message_deleted', channel: message.channel, ts: message.ts })
    } else {
      const type = change.type === 'posted' ? 'message' : 'message_changed'
      this.#tellMembers(message.channel, { type, message: pageMessage(workspace, clients, message) })
    }
    // The parent shows how many replies there are.
    const parent = message.threadTs === undefined ? undefined : workspace.message(message.channel, message.threadTs)
    if (parent !== undefined && (change.type === 'posted' || change.type === 'deleted')) {
      this.#tellMembers(message.channel, { type: 'message_changed', message: pageMessage(workspace, clients, parent) })
    }
  }

  #clientsChanged(change: ClientChange): void {
    const { workspace } = this.parts
    switch (change.type) {
      case 'ephemeral': {
        const message = pageEphemeral(workspace, change.ephemeral)
        this.#tell(change.ephemeral.user, { type: 'ephemeral', message })
        break
      }
      case 'ephemeral_deleted': {
        const { user, channel, ts } = change.ephemeral
        this.#tell(user, { type: 'ephemeral_deleted', channel, ts })
        break
      }
      case 'status': {
        const { channel, threadTs, text } = change.status
        const user = workspace.bot.userId
        this.#tellMembers(channel, { type: 'typing', channel, threadTs, user, status: text })
        break
      }
      case 'home':
        this.#tell(change.user, { type: 'home', home: { id: change.view.id, blocks: change.view.blocks } })
        break
      case 'modal':
        this.#tell(change.modal.user, { type: 'modal', view: pageModal(change.modal) })
        break
      case 'modal_closed':
        this.#tell(change.user, { type: 'modal_closed', id: change.id })
        break
      case 'prompts':
        this.#tellMembers(change.prompts.channel, { type: 'prompts', prompts: pagePrompts(change.prompts) })
        break
      case 'session':
        this.#tellThread(change.session)
        break
      case 'title':
        this.#tellThread(change)
        break
    }
  }
}

/** Fields of each act that must be strings. What else is wrong, the person's client finds out. */
const ACT_FIELDS: Readonly<Record<Act['type'], readonly string[]>> = {
  post: ['channel', 'text'],
  edit: ['channel', 'ts', 'text'],
  delete: ['channel', 'ts'],
  command: ['channel', 'command', 'text'],
  press: ['channel', 'ts', 'blockId', 'actionId'],
  home_opened: [],
  dm_opened: [],
  stop_session: ['channel', 'threadTs'],
  submit_modal: ['id'],
  close_modal: ['id'],
}

function isAct(value: Json | undefined): value is Json & Act {
  if (!isObject(value) || typeof value.viewer !== 'string') return false
  const fields = Object.entries(ACT_FIELDS).find(([type]) => type === value.type)?.[1]
  if (fields === undefined || fields.some((name) => typeof value[name] !== 'string')) return false
  for (const name of ['threadTs', 'value', 'view']) {
    if (value[name] !== undefined && typeof value[name] !== 'string') return false
  }
  if (value.type === 'post') return value.files === undefined || isUploads(value.files)
  if (value.type !== 'submit_modal') return true
  return (
    isObject(value.values) &&
    Object.values(value.values).every(
      (block) => isObject(block) && Object.values(block).every((entry) => typeof entry === 'string'),
    )
  )
}

function isUploads(value: Json): boolean {
  const isUpload = (each: Json) =>
    isObject(each) && typeof each.name === 'string' && each.name !== '' && typeof each.content === 'string'
  return Array.isArray(value) && value.every(isUpload)
}

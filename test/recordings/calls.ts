/** The requests of a run as the calls that they are, and what of them timing alone decides taken away. */

import type { RequestRecord } from '../../src/sandbox/agents/index.js'
import type { RequestEntry } from '../../src/sandbox/scalekit/index.js'
import { ANSWER_COMES } from '../../src/slack/commands/command-words.js'
import type { HeardRequest } from './tap.js'

export interface OutsideCall {
  readonly name: string
  readonly body: unknown
  /** It asks and changes nothing: how often, and when, is a matter of timing. */
  readonly isRead: boolean
}

const SLACK_READS = new Set([
  'apps.connections.open',
  'auth.test',
  'chat.getPermalink',
  'conversations.history',
  'conversations.info',
  'conversations.members',
  'conversations.open',
  'conversations.replies',
  'files.info',
  'users.info',
])

/**
 * What stands beside messages: how a conversation stands, what the agent does, what one could ask. Always the newest of it is told and what was true in
 * between is not, so how often and when is timing, and the order among the other calls too. `test/e2e/agent-surface.test.ts` says what has to be told.
 */
const BESIDE_MESSAGES = /^(?:agents\.sessions|assistant\.threads)\./

export function slackCalls(requests: readonly HeardRequest[]): OutsideCall[] {
  return requests.flatMap(({ path, type, body }): OutsideCall[] => {
    const [, method] = /^\/api\/([\w.]+)/.exec(path) ?? []
    if (method !== undefined && BESIDE_MESSAGES.test(method)) return []
    if (method !== undefined) return [{ name: method, body: slackBody(type, body), isRead: SLACK_READS.has(method) }]
    if (path.startsWith('/actions/')) return [{ name: 'response_url', body: JSON.parse(body), isRead: false }]
    if (path.startsWith('/upload/')) return [{ name: 'upload', body, isRead: false }]
    if (path.startsWith('/files-pri/')) return [{ name: 'download', body: null, isRead: true }]
    return []
  })
}

function slackBody(type: string, body: string): unknown {
  if (type.includes('json')) return JSON.parse(body)
  const fields = [...new URLSearchParams(body)].filter(([name]) => name !== 'token')
  return Object.fromEntries(fields.map(([name, value]) => [name, /^[[{]/.test(value) ? JSON.parse(value) : value]))
}

export function agentCalls(requests: readonly RequestRecord[]): OutsideCall[] {
  return [...requests.filter((request) => !isRevoked(request)), ...requests.filter(isRevoked)].map(
    ({ method, path, query, body }) => {
      const isRead = method === 'GET'
      // Where a list is read from on depends on what was there by then.
      return { name: `${method} ${path}${isRead ? namesIn(query) : query}`, body, isRead }
    },
  )
}

/** An access that ends does not wait for the turn that it ends, nor the turn for it: it comes last. */
function isRevoked({ path }: RequestRecord): boolean {
  return /^\/v1\/vaults\/.*\/archive$/.test(path)
}

function namesIn(query: string): string {
  const names = [...new Set(new URLSearchParams(query).keys())].filter((name) => name !== 'page').sort()
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}

/** Of REST what the tap heard, of gRPC what the sandbox decoded. */
export function scalekitCalls(
  rest: readonly HeardRequest[],
  grpc: readonly RequestEntry[],
): [OutsideCall[], OutsideCall[]] {
  return [
    rest.flatMap(({ method, path, type, body }): OutsideCall[] => {
      if (!/^\/(?:api|oauth|keys)\b/.test(path)) return []
      const given = type.includes('json') && body !== '' ? JSON.parse(body) : null
      const isRead = method === 'GET' || /\/connected_accounts$|:get_auth_state$|^\/oauth\//.test(path)
      return [{ name: `${method} ${path}`, body: given, isRead }]
    }),
    grpc.flatMap(({ endpoint, tool, message }): OutsideCall[] => {
      if (!endpoint.startsWith('grpc ')) return []
      const isRead =
        /^grpc (?:Get|List|Search)/.test(endpoint) || (tool !== undefined && /_(?:get|fetch|list|search)_/.test(tool))
      return [{ name: endpoint, body: message, isRead }]
    }),
  ]
}

/** What somebody alone was told where they had typed or pressed, and no acknowledgement carried. */
export function isPrivateAnswer({ name, body }: OutsideCall): boolean {
  return name === 'response_url' && (body as { response_type?: unknown }).response_type === 'ephemeral'
}

/** What an acknowledgement says where there is no answer yet. */
export const COMES_LATER = ANSWER_COMES

/** A late answer, as it would have been in time. */
export function inTime(text: string): string {
  return text.replace(/^My reply is in/, "On it. I'll reply in")
}

interface SlackMessageCall {
  readonly channel?: string
  readonly ts?: string
}

/** A call that makes something new, or changes what is no message. */
export function isNew({ name, body }: OutsideCall): boolean {
  return name === 'response_url' || !EDITS.has(name) || (body as SlackMessageCall).ts === undefined
}

const EDITS = new Set(['chat.update', 'chat.appendStream', 'chat.stopStream', 'chat.delete'])

interface PostedMessage {
  readonly metadata?: { readonly event_payload?: { readonly key?: string } }
}

/** A message of a reply, as its key ends. */
const PART_OF_REPLY = /:reply:\d+$/

/**
 * Whether a message of a reply is posted whole, or posted and then edited, is timing: its words count as an edit in any case.
 *
 * @param tsOf finds the `ts` of what was posted under a key
 */
export function withoutGrowingWords(calls: readonly OutsideCall[], tsOf: (key: string) => string): OutsideCall[] {
  return calls.flatMap((call): OutsideCall[] => {
    const { channel, text, blocks, parse, ...rest } = call.body as Record<string, unknown>
    const key = (call.body as PostedMessage).metadata?.event_payload?.key ?? ''
    if (call.name !== 'chat.postMessage' || (!PART_OF_REPLY.test(key) && !isGrowing(call))) return [call]
    const edit = { name: 'chat.update', body: { channel, ts: tsOf(key), text, parse, blocks }, isRead: false }
    return [{ ...call, body: { channel, ...rest, text: '(growing)' } }, edit]
  })
}

/** Message by message, what was done to it. */
export function editsByMessage(calls: readonly OutsideCall[]): OutsideCall[] {
  const byMessage = new Map<string, OutsideCall[]>()
  for (const call of calls) {
    const { channel = '', ts = '' } = call.body as SlackMessageCall
    byMessage.set(`${ts} ${channel}`, [...(byMessage.get(`${ts} ${channel}`) ?? []), call])
  }
  return [...byMessage.keys()].sort().flatMap((key) => withoutGrowth(byMessage.get(key) ?? []))
}

/**
 * How often a message grows, and by how much, is timing. Of edits that offer the same choice the last stays, one that waits for the person
 * before one that goes on; those that offer none go, unless they are the end. What a stream was given piece by piece is in what people see.
 */
function withoutGrowth(calls: readonly OutsideCall[]): OutsideCall[] {
  const isEdit = ({ name }: OutsideCall) => name === 'chat.update'
  const steps = calls
    .filter(({ name }) => name !== 'chat.appendStream')
    .filter((call, index, all) => {
      const isEnd = !all.slice(index + 1).some(isEdit) && !isGrowing(call)
      return !isEdit(call) || isEnd || choicesOf(call) !== ''
    })
  const runs: OutsideCall[][] = []
  for (const step of steps) {
    const [run, last] = [runs.at(-1), runs.at(-1)?.at(-1)]
    const isSame = last !== undefined && isEdit(last) && isEdit(step) && choicesOf(last) === choicesOf(step)
    if (isSame) run?.push(step)
    else runs.push([step])
  }
  return runs.flatMap((run) => run.findLast((call) => !isGrowing(call)) ?? run.slice(-1))
}

/** What the Home tab showed on the way is a matter of timing. */
export function lastHomes(calls: readonly OutsideCall[]): OutsideCall[] {
  const userOf = ({ body }: OutsideCall) => (body as { user_id?: unknown }).user_id
  return calls.filter((call, index) => !calls.slice(index + 1).some((later) => userOf(later) === userOf(call)))
}

/** As long as it can be stopped. */
function isGrowing(call: OutsideCall): boolean {
  return buttonsOf(call).includes(STOP)
}

/** What can be pressed on it, Stop apart. */
function choicesOf(call: OutsideCall): string {
  return buttonsOf(call)
    .filter((id) => id !== STOP)
    .join()
}

const STOP = 'turn_stop'

function buttonsOf({ body }: OutsideCall): string[] {
  return [...JSON.stringify(body).matchAll(/"action_id":"(\w+)"/g)].map(([, id = '']) => id)
}

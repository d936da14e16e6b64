/** What agents show in a thread beside messages: a session's status, a status line, a title, suggested prompts. */
import type {
  AgentsSessionsRenameResponse,
  AgentsSessionsSetStatusResponse,
  AssistantThreadsSetStatusResponse,
  AssistantThreadsSetSuggestedPromptsResponse,
  AssistantThreadsSetTitleResponse,
} from '@slack/web-api'
import { isObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { SESSION_STATUSES } from '../workspace/clients.js'
import { refuseCustomAuthor } from './content.js'
import { type Arguments, type Inside, joinedConversation, type Method } from './method.js'

/** A status that is not renewed disappears by itself. */
const STATUS_MS = 2 * 60_000
const MOST_PROMPTS = 4
const MOST_LOADING_MESSAGES = 10
/** Characters of a session's title. */
const SESSION_TITLE = 200

/** @throws SlackRefusal `channel_not_found`, `invalid_thread_ts` */
function threadOf(inside: Inside, args: Arguments): { readonly channel: string; readonly threadTs: string } {
  const channel = joinedConversation(inside, args.required('channel_id')).id
  const threadTs = args.required('thread_ts')
  const parent = inside.workspace.message(channel, threadTs)
  if (parent === undefined || parent.threadTs !== undefined) throw new SlackRefusal('invalid_thread_ts')
  return { channel, threadTs }
}

const setStatus: Method<AssistantThreadsSetStatusResponse> = {
  scopes: ['chat:write', 'assistant:write'],
  token: 'bot',
  run({ inside, args, grant }) {
    const thread = threadOf(inside, args)
    refuseCustomAuthor(args, grant.scopes)
    const text = args.string('status')
    if (text === undefined) throw refuseWith('invalid_arguments', ['missing required field: status'])
    const loading = args.json('loading_messages', 'invalid_arguments') ?? []
    if (!Array.isArray(loading) || loading.length > MOST_LOADING_MESSAGES) {
      throw refuseWith('invalid_arguments', [
        `no more than ${MOST_LOADING_MESSAGES} items allowed [json-pointer:/loading_messages]`,
      ])
    }
    inside.clients.setStatus({ ...thread, text, loadingMessages: loading.map(String), until: inside.now() + STATUS_MS })
    return { ok: true }
  },
}

const setTitle: Method<AssistantThreadsSetTitleResponse> = {
  scopes: ['assistant:write'],
  token: 'bot',
  run({ inside, args }) {
    const { channel, threadTs } = threadOf(inside, args)
    inside.clients.setTitle(channel, threadTs, args.required('title'))
    return { ok: true }
  },
}

const setSuggestedPrompts: Method<AssistantThreadsSetSuggestedPromptsResponse> = {
  scopes: ['assistant:write'],
  token: 'bot',
  run({ inside, args }) {
    const place = args.string('thread_ts')
      ? threadOf(inside, args)
      : { channel: joinedConversation(inside, args.required('channel_id')).id }
    const prompts = args.json('prompts', 'invalid_arguments') ?? []
    if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > MOST_PROMPTS) {
      throw refuseWith('invalid_arguments', [`between 1 and ${MOST_PROMPTS} items allowed [json-pointer:/prompts]`])
    }
    const clean = prompts.map((prompt, index) => {
      if (!isObject(prompt) || typeof prompt.title !== 'string' || typeof prompt.message !== 'string') {
        throw refuseWith('invalid_arguments', [`must have \`title\` and \`message\` [json-pointer:/prompts/${index}]`])
      }
      return { title: prompt.title, message: prompt.message }
    })
    const title = args.string('title')
    inside.clients.setPrompts({ ...place, prompts: clean, ...(title !== undefined && { title }) })
    return { ok: true }
  },
}

/** Sessions are being rolled out: where they are off, each of their methods says so. @throws SlackRefusal `feature_disabled` */
function requireSessions({ agent }: Inside): void {
  if (!agent.hasSessions) throw new SlackRefusal('feature_disabled')
}

/** @throws SlackRefusal `invalid_arguments` where it is too long */
function sessionTitle(args: Arguments): string | undefined {
  const title = args.string('title')
  if (title !== undefined && title.length > SESSION_TITLE) {
    throw refuseWith('invalid_arguments', [`must be less than ${SESSION_TITLE + 1} characters [json-pointer:/title]`])
  }
  return title
}

const setSessionStatus: Method<AgentsSessionsSetStatusResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args, grant }) {
    requireSessions(inside)
    const { clients, agent, workspace } = inside
    const { channel, threadTs } = threadOf(inside, args)
    refuseCustomAuthor(args, grant.scopes)
    const asked = args.required('status')
    const status = SESSION_STATUSES.find((known) => known === asked)
    if (status === undefined) {
      throw refuseWith('invalid_arguments', [`must be one of ${SESSION_STATUSES.join(', ')} [json-pointer:/status]`])
    }
    const title = sessionTitle(args)
    const before = clients.session(channel, threadTs)
    // Both say what a new session is like; of one that is there they change nothing.
    const initiator = before === undefined ? args.string('initiator_user_id') : before.initiator
    if (initiator !== undefined && workspace.conversation(channel)?.members.has(initiator) !== true) {
      throw new SlackRefusal('user_not_in_channel')
    }
    if (before === undefined && title !== undefined && title !== '') clients.setTitle(channel, threadTs, title)
    clients.setSession({ channel, threadTs, status, ...(initiator !== undefined && { initiator }) })
    const shown = clients.title(channel, threadTs)
    const answer = { ok: true, status, agent_status: status, ...(shown !== undefined && { title: shown }) }
    return agent.hearsStop ? answer : { ...answer, warning: NO_STOP, response_metadata: { warnings: [NO_STOP] } }
  },
}

/** Nobody would hear a press of Stop, so people see no button. */
const NO_STOP = 'missing_agent_session_stopped_event_subscription'

const renameSession: Method<AgentsSessionsRenameResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args }) {
    requireSessions(inside)
    const { channel, threadTs } = threadOf(inside, args)
    args.required('title')
    const title = sessionTitle(args) ?? ''
    if (inside.clients.session(channel, threadTs) === undefined) throw new SlackRefusal('session_not_found')
    inside.clients.setTitle(channel, threadTs, title)
    return { ok: true, title }
  },
}

export const agentMethods = {
  'agents.sessions.rename': renameSession,
  'agents.sessions.setStatus': setSessionStatus,
  'assistant.threads.setStatus': setStatus,
  'assistant.threads.setTitle': setTitle,
  'assistant.threads.setSuggestedPrompts': setSuggestedPrompts,
}

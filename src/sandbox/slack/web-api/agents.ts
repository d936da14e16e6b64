/** What agents show in a thread beside messages: a status line, a title, suggested prompts. */
import type {
  AgentsSessionsSetStatusResponse,
  AssistantThreadsSetStatusResponse,
  AssistantThreadsSetSuggestedPromptsResponse,
  AssistantThreadsSetTitleResponse,
} from '@slack/web-api'
import { isObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { refuseCustomAuthor } from './content.js'
import { type Arguments, type Inside, joinedConversation, type Method } from './method.js'

/** A status that is not renewed disappears by itself. */
const STATUS_MS = 2 * 60_000
const MOST_PROMPTS = 4
const MOST_LOADING_MESSAGES = 10

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

/** The native Stop is being rolled out; in this workspace it is off, as it is in most. */
const setSessionStatus: Method<AgentsSessionsSetStatusResponse> = {
  scopes: ['chat:write', 'assistant:write'],
  token: 'bot',
  run() {
    throw new SlackRefusal('feature_disabled')
  },
}

export const agentMethods = {
  'agents.sessions.setStatus': setSessionStatus,
  'assistant.threads.setStatus': setStatus,
  'assistant.threads.setTitle': setTitle,
  'assistant.threads.setSuggestedPrompts': setSuggestedPrompts,
}

import { z } from 'zod'
import { json, type Route } from '../wire/endpoints.js'
import { flag, instant, listOf, nothing, order, pageFields, queryFields, read, wholeNumber } from '../wire/fields.js'
import { EVENT_PAGE, onePage, RESOURCE_PAGE, twoWayPage } from '../wire/pages.js'
import type {
  DeletedSession,
  DeletedSessionResource,
  FileResource,
  PreviewType,
  SentEvents,
  Session,
  SessionEvent,
  SessionEventType,
  SessionResource,
} from '../wire/vendor-types.js'
import { processedAt } from './event-log.js'
import { EventStream } from './event-stream.js'
import { readSentEvents } from './sent-events.js'
import type { Sessions } from './sessions.js'

/** Every type the SDK knows; the record makes the compiler say when one is missing. */
const EVENT_TYPES: Record<SessionEventType, true> = {
  'user.message': true,
  'user.interrupt': true,
  'user.tool_confirmation': true,
  'user.custom_tool_result': true,
  'user.tool_result': true,
  'user.define_outcome': true,
  'system.message': true,
  'agent.message': true,
  'agent.thinking': true,
  'agent.tool_use': true,
  'agent.tool_result': true,
  'agent.mcp_tool_use': true,
  'agent.mcp_tool_result': true,
  'agent.custom_tool_use': true,
  'agent.thread_message_received': true,
  'agent.thread_message_sent': true,
  'agent.thread_context_compacted': true,
  'session.error': true,
  'session.status_rescheduled': true,
  'session.status_running': true,
  'session.status_idle': true,
  'session.status_terminated': true,
  'session.thread_created': true,
  'session.thread_status_running': true,
  'session.thread_status_idle': true,
  'session.thread_status_terminated': true,
  'session.thread_status_rescheduled': true,
  'session.updated': true,
  'session.usage': true,
  'span.model_request_start': true,
  'span.model_request_end': true,
  'span.outcome_evaluation_start': true,
  'span.outcome_evaluation_ongoing': true,
  'span.outcome_evaluation_end': true,
  'workflow_run.created': true,
  'workflow_run.status_running': true,
  'workflow_run.status_idle': true,
  'workflow_run.status_ended': true,
  'workflow_run.error': true,
  'workflow_run.phase_started': true,
  'workflow_run.phase_ended': true,
}
const isEventType = (text: string): boolean => Object.hasOwn(EVENT_TYPES, text)

const times = {
  'created_at[gt]': instant.optional(),
  'created_at[gte]': instant.optional(),
  'created_at[lt]': instant.optional(),
  'created_at[lte]': instant.optional(),
}
const eventsQuery = z.strictObject({
  ...pageFields(EVENT_PAGE),
  ...times,
  order: order.default('asc'),
  types: listOf(z.string().refine(isEventType, 'is not an event type')),
})
const sessionsQuery = z.strictObject({
  ...pageFields(RESOURCE_PAGE),
  ...times,
  order: order.default('desc'),
  agent_id: z.string().optional(),
  agent_version: wholeNumber.optional(),
  deployment_id: z.string().optional(),
  memory_store_id: z.string().optional(),
  include_archived: flag.default(false),
  statuses: listOf(z.enum(['rescheduling', 'running', 'idle', 'terminated'])),
})
const resourcesQuery = z.strictObject(pageFields(RESOURCE_PAGE))
const PREVIEW_TYPES = ['agent.message', 'agent.thinking'] as const satisfies readonly PreviewType[]
const streamQuery = z.strictObject({ event_deltas: listOf(z.enum(PREVIEW_TYPES)) })

interface Times {
  readonly 'created_at[gt]'?: number | undefined
  readonly 'created_at[gte]'?: number | undefined
  readonly 'created_at[lt]'?: number | undefined
  readonly 'created_at[lte]'?: number | undefined
}

/** An event without a time (still queued) is within no bounds. */
function within(at: number, query: Times): boolean {
  const { 'created_at[gt]': gt, 'created_at[gte]': gte, 'created_at[lt]': lt, 'created_at[lte]': lte } = query
  return (
    (gt === undefined || at > gt) &&
    (gte === undefined || at >= gte) &&
    (lt === undefined || at < lt) &&
    (lte === undefined || at <= lte)
  )
}

/**
 * @param previews whether the organization has `event_deltas`; without, asking for them changes nothing
 * @param pingEvery milliseconds
 * @param eventsPerPage the most that a page of events holds now, whatever limit is asked for
 */
export function sessionRoutes(
  sessions: Sessions,
  options: { readonly previews: boolean; readonly pingEvery: number; readonly eventsPerPage: () => number },
): Route[] {
  const id = 'session_id'
  const resource = 'resource_id'
  const one = `/v1/sessions/:${id}`
  return [
    {
      endpoint: 'sessions.create',
      method: 'POST',
      path: '/v1/sessions',
      answer: (call) => json<Session>(sessions.create(call.body)),
    },
    {
      endpoint: 'sessions.list',
      method: 'GET',
      path: '/v1/sessions',
      answer: (call) => {
        const query = read(sessionsQuery, queryFields(call.query))
        const matching = sessions
          .all()
          .filter((session) => query.include_archived || session.archived_at === null)
          .filter((session) => query.statuses === undefined || query.statuses.includes(session.status))
          .filter((session) => query.agent_id === undefined || session.agent.id === query.agent_id)
          .filter(
            (session) =>
              query.agent_id === undefined ||
              query.agent_version === undefined ||
              session.agent.version === query.agent_version,
          )
          // Neither deployments nor memory stores exist here, so nothing can match one.
          .filter(() => query.deployment_id === undefined && query.memory_store_id === undefined)
          .filter((session) => within(Date.parse(session.created_at), query))
        return json(
          twoWayPage<Session>(query.order === 'desc' ? matching : matching.reverse(), query, (session) => session.id),
        )
      },
    },
    {
      endpoint: 'sessions.retrieve',
      method: 'GET',
      path: one,
      answer: (call) => json<Session>(sessions.get(call.param(id))),
    },
    {
      endpoint: 'sessions.update',
      method: 'POST',
      path: one,
      answer: (call) => json<Session>(sessions.update(call.param(id), call.body)),
    },
    {
      endpoint: 'sessions.delete',
      method: 'DELETE',
      path: one,
      answer: async (call) => json<DeletedSession>(await sessions.delete(call.param(id))),
    },
    {
      endpoint: 'sessions.archive',
      method: 'POST',
      path: `${one}/archive`,
      answer: (call) => {
        read(nothing, call.body)
        return json<Session>(sessions.archive(call.param(id)))
      },
    },
    {
      endpoint: 'sessions.events.list',
      method: 'GET',
      path: `${one}/events`,
      answer: (call) => {
        const query = read(eventsQuery, queryFields(call.query))
        const bounded = Object.keys(times).some((name) => call.query.has(name))
        const matching = sessions
          .run(call.param(id))
          .log.list()
          .filter((event) => query.types === undefined || query.types.includes(event.type))
          .filter((event) => !bounded || within(processedAt(event), query))
        const limit = Math.min(query.limit, options.eventsPerPage())
        const ordered = query.order === 'asc' ? matching : matching.reverse()
        return json(onePage<SessionEvent>(ordered, { ...query, limit }, (event) => event.id))
      },
    },
    {
      endpoint: 'sessions.events.send',
      method: 'POST',
      path: `${one}/events`,
      answer: (call) => {
        const events = readSentEvents(call.body, sessions.recipient(call.param(id)))
        sessions.run(call.param(id)).accept(events)
        return json<SentEvents>({ data: events })
      },
    },
    {
      endpoint: 'sessions.events.stream',
      method: 'GET',
      path: `${one}/events/stream`,
      answer: (call) => {
        const { event_deltas = [] } = read(streamQuery, queryFields(call.query))
        const { log } = sessions.run(call.param(id))
        const previews = new Set<PreviewType>(options.previews ? event_deltas : [])
        return { stream: (connection) => log.attach(new EventStream(connection, previews, options.pingEvery)) }
      },
    },
    {
      endpoint: 'sessions.resources.add',
      method: 'POST',
      path: `${one}/resources`,
      answer: (call) => json<FileResource>(sessions.addResource(call.param(id), call.body)),
    },
    {
      endpoint: 'sessions.resources.list',
      method: 'GET',
      path: `${one}/resources`,
      answer: (call) => {
        const query = read(resourcesQuery, queryFields(call.query))
        const idOf = (each: SessionResource): string => ('id' in each ? each.id : each.memory_store_id)
        return json(onePage<SessionResource>(sessions.get(call.param(id)).resources, query, idOf))
      },
    },
    {
      endpoint: 'sessions.resources.retrieve',
      method: 'GET',
      path: `${one}/resources/:${resource}`,
      answer: (call) => json<SessionResource>(sessions.resource(call.param(id), call.param(resource))),
    },
    {
      endpoint: 'sessions.resources.delete',
      method: 'DELETE',
      path: `${one}/resources/:${resource}`,
      answer: (call) => json<DeletedSessionResource>(sessions.deleteResource(call.param(id), call.param(resource))),
    },
  ]
}

/** One run as text: what was asked of each service, what was written into the database, and what people see in the end. */

import { WORLD } from '../../src/sandbox/world.js'
import type { House } from '../support/house.js'
import {
  agentCalls,
  COMES_LATER,
  editsByMessage,
  inTime,
  isNew,
  isPrivateAnswer,
  lastHomes,
  type OutsideCall,
  scalekitCalls,
  slackCalls,
  withoutGrowingWords,
} from './calls.js'
import { Normalizer, nameless, printed } from './normalize.js'
import { type RowChange, recordedChanges } from './store-log.js'
import type { HttpTap } from './tap.js'

/** How much had been heard of each service when the bot was started first. */
export interface Beginning {
  readonly slack: number
  readonly agents: number
  readonly rest: number
  readonly grpc: number
}

export function beginningOf(house: House, tap: HttpTap): Beginning {
  return {
    slack: tap.requests(portOf(house.slack.url)).length,
    agents: house.agents.driver.requests.length,
    rest: tap.requests(portOf(house.scalekit.url)).length,
    grpc: house.scalekit.requests().length,
  }
}

export function recordingOf(house: House, tap: HttpTap, beginning: Beginning): string {
  const normalizer = new Normalizer(
    new Map([
      [house.slack.url, '(slack)'],
      [house.agents.url, '(agents)'],
      [house.scalekit.url, '(scalekit)'],
      [house.scalekit.clientId, '(client)'],
    ]),
  )
  const slack = slackCalls(tap.requests(portOf(house.slack.url)).slice(beginning.slack))
  const agents = agentCalls(house.agents.driver.requests.slice(beginning.agents))
  const [rest, grpc] = scalekitCalls(
    tap.requests(portOf(house.scalekit.url)).slice(beginning.rest),
    house.scalekit.requests().slice(beginning.grpc),
  )
  const isHome = ({ name }: OutsideCall) => name === 'views.publish'
  const changes = recordedChanges(house.databasePath)
  const messages = withoutGrowingWords(
    slack.filter((call) => !call.isRead && !isHome(call) && !isPrivateAnswer(call)),
    (key) => postedAt(changes, key),
  )
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [`== ${title}`, ...lines, ''])
  const writes = (calls: readonly OutsideCall[]) =>
    calls.filter(({ isRead }) => !isRead).map(({ name, body }) => shown(normalizer, name, body))
  const reads = (calls: readonly OutsideCall[]) =>
    [...new Set(calls.filter(({ isRead }) => isRead).map(({ name }) => nameless(normalizer.text(name))))].sort()
  const tables = [...new Set(changes.map(({ table }) => table))].sort()
  return [
    ...section('Slack, what was made, in order', writes(messages.filter(isNew))),
    ...section(
      'Slack, what was changed, message by message',
      writes(editsByMessage(messages.filter((call) => !isNew(call)))),
    ),
    ...section('Slack, the Home tab in the end', writes(lastHomes(slack.filter(isHome)))),
    ...section('Slack, what was told where it was asked', answers(house, slack, normalizer)),
    ...section('Managed Agents, in order', writes(agents)),
    ...section('Scalekit REST, in order', writes(rest)),
    ...section('Scalekit gRPC, in order', writes(grpc)),
    ...tables.flatMap((table) =>
      section(
        `Database, ${table}, in order`,
        changes.filter((change) => change.table === table).map(({ kind, values }) => shown(normalizer, kind, values)),
      ),
    ),
    ...section('What people see in the end', screens(house, normalizer)),
    ...section('Slack, asked', reads(slack)),
    ...section('Managed Agents, asked', reads(agents)),
    ...section('Scalekit, asked', reads([...rest, ...grpc])),
  ]
    .join('\n')
    .replace(/ +$/gm, '')
}

/** What the bot noted of a post, by its key. */
function postedAt(changes: readonly RowChange[], key: string): string {
  const noted = changes.findLast(({ table, values: { subject, place, part, ts } }) => {
    return table === 'post' && ts !== undefined && `${subject}:${place}:${part}` === key
  })
  return String(noted?.values.ts ?? '')
}

function shown(normalizer: Normalizer, name: string, body: unknown): string {
  const words = normalizer.text(name)
  return body === null || body === undefined ? words : `${words} ${printed(normalizer.value(body))}`
}

/** Whether an answer is ready in time for the acknowledgement, or comes by the `response_url`, is timing; so is their order. */
function answers(house: House, slack: readonly OutsideCall[], normalizer: Normalizer): string[] {
  const acknowledged = house.slack.wire.entries.flatMap(({ direction, response }) =>
    direction === 'delivery' && response !== undefined ? [response] : [],
  )
  const others = slack.filter(isPrivateAnswer).map(({ body }) => {
    const { replace_original: isReplaced, ...answer } = body as Record<string, unknown>
    return isReplaced === true ? { ...answer, replace_original: true } : answer
  })
  return [...acknowledged, ...others]
    .map((answer) => ({ answer, text: String((answer as { text?: unknown }).text ?? '') }))
    .filter(({ text }) => text !== COMES_LATER)
    .map(({ answer, text }) =>
      text === '' ? { answer, text } : { answer: { ...(answer as object), text: inTime(text) }, text },
    )
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ answer }) => shown(normalizer, 'answer', answer))
}

function screens(house: House, normalizer: Normalizer): string[] {
  return WORLD.people.flatMap(({ id }) => {
    const person = house.slack.person(id)
    const told = person
      .ephemerals()
      .filter(({ shown }) => shown !== COMES_LATER)
      .map((message) => ({ ...message, shown: inTime(message.shown) }))
      .sort((a, b) => (a.shown < b.shown ? -1 : 1))
    const seen = [...person.messages(), ...told]
    return seen.map((message) => {
      const { ts, threadTs, channel, user, elements, ephemeral, files } = message
      return shown(normalizer, `${id} sees in ${channel}`, {
        ts,
        ...(threadTs === undefined ? {} : { thread: threadTs }),
        user,
        ...(ephemeral === true ? { ephemeral } : {}),
        shown: message.shown,
        ...(elements.length === 0
          ? {}
          : { elements: elements.map(({ actionId, label, value }) => ({ actionId, label, value })) }),
        ...(files === undefined ? {} : { files: files.map(({ name, size }) => ({ name, size })) }),
      })
    })
  })
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

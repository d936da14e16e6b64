/** What goes wrong in a run, when, and how it is made to: kills, and the failures of each platform. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint as AgentsEndpoint } from '../../src/sandbox/agents/index.js'
import type { Fault as SlackFault } from '../../src/sandbox/slack/wire/faults.js'
import type { ChaosHouse } from './chaos-house.js'
import type { Random } from './random.js'
import { killAtSending, lostAnswer, scalekitFault } from './scalekit-misfortunes.js'
import type { Tally } from './tally.js'

/** Lets go of everything that is still held back. */
export type Release = () => void

export interface Misfortune {
  /** Milliseconds after the beginning of the run. */
  readonly at: number
  readonly kind: string
  /** Makes it happen, at once, or answers later whether it came to it. What it holds back, it hands to `onRelease`. */
  strike(chaos: ChaosHouse, onRelease: (release: Release) => void): Promise<boolean> | undefined
}

/** What may be switched on. */
export interface Climate {
  readonly kills: boolean
  readonly faults: boolean
}

/** How long things go wrong, in milliseconds. */
export const STORM_MS = 3_500

const SLACK_METHODS = [
  'chat.postMessage',
  'chat.postMessage',
  'chat.update',
  'chat.update',
  'chat.delete',
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
  'users.info',
  'conversations.open',
  'conversations.replies',
  'conversations.history',
  'views.open',
] as const
/** Called at the start too. */
const SLACK_START_METHODS = ['apps.connections.open', 'auth.test'] as const

const SLACK_FAULTS: readonly { readonly name: string; readonly fault: SlackFault }[] = [
  { name: 'answer dropped', fault: { dropAnswer: true } },
  { name: 'answer dropped', fault: { dropAnswer: true } },
  { name: 'request dropped', fault: { dropRequest: true } },
  { name: '429', fault: { retryAfter: 1 } },
  { name: '429 without a number', fault: { status: 429, body: { ok: false, error: 'ratelimited' } } },
  { name: '503', fault: { status: 503 } },
  { name: 'ratelimited in the body', fault: { error: 'ratelimited' } },
  { name: 'internal_error', fault: { error: 'internal_error' } },
  { name: 'slow', fault: { delayMs: 700 } },
]
/** Longer than the bot waits for an answer; the work is done. */
const SLACK_TIMEOUT: SlackFault = { delayMs: 16_000 }

const AGENTS_ENDPOINTS: readonly AgentsEndpoint[] = [
  'sessions.create',
  'sessions.create',
  'sessions.events.send',
  'sessions.events.send',
  'sessions.events.send',
  'sessions.events.stream',
  'sessions.events.list',
  'sessions.retrieve',
  'sessions.list',
  'vaults.create',
  'vaults.list',
  'vaults.credentials.create',
  'vaults.credentials.list',
]
const AGENTS_STATUSES = [429, 500, 503, 529] as const

const STREAM_CUTS = [
  'user.message',
  'session.status_running',
  'agent.mcp_tool_use',
  'agent.custom_tool_use',
  'event_delta',
  'agent.message',
  'session.status_idle',
] as const

/** The misfortunes of one run, in the order of their moments. */
export function plan(random: Random, climate: Climate): Misfortune[] {
  const all: Misfortune[] = []
  const at = (): number => random.between(0, STORM_MS)
  if (climate.kills) {
    for (let count = random.between(0, 2); count > 0; count -= 1) all.push(randomKill(at(), random))
    for (let count = random.between(0, 2); count > 0; count -= 1) all.push(killAtCall(at(), random))
    if (random.chance(0.35)) all.push(killAtSending(at(), random))
    if (random.chance(0.35)) all.push(lockedDatabase(at(), random))
  }
  if (climate.faults) {
    for (let count = random.between(0, 5); count > 0; count -= 1) all.push(slackFault(at(), random))
    for (let count = random.between(0, 4); count > 0; count -= 1) all.push(agentsFault(at(), random))
    for (let count = random.between(0, 3); count > 0; count -= 1) all.push(scalekitFault(at(), random))
    if (random.chance(0.35)) all.push(lostAnswer(random))
    for (let count = random.between(0, 2); count > 0; count -= 1) all.push(socketFault(at(), random))
    for (let count = random.between(0, 3); count > 0; count -= 1) all.push(streamFault(at(), random))
    if (random.chance(0.5)) all.push(streamHabit(random))
    if (random.chance(0.06)) all.push(slackTimeout(at(), random))
  }
  return all.sort((one, other) => one.at - other.at)
}

function randomKill(at: number, random: Random): Misfortune {
  const signal = random.chance(0.25) ? 'SIGTERM' : 'SIGKILL'
  return { at, kind: `kill: ${signal} at any moment`, strike: ({ supervisor }) => void supervisor.kill(signal) }
}

/** Killed between sending a request and hearing the answer: the request arrives after its sender's death, or never does. */
function killAtCall(at: number, random: Random): Misfortune {
  const arrives = random.chance(0.6)
  const after = random.pick([0, 0, 0, 300])
  const toSlack = random.chance(0.5)
  const method = random.pick(SLACK_METHODS)
  const endpoint = random.pick(AGENTS_ENDPOINTS)
  return {
    at,
    kind: `kill: during ${toSlack ? method : endpoint}, which ${arrives ? 'arrives' : 'is lost'}`,
    strike({ house: { slack, agents }, supervisor }, onRelease) {
      const hold = toSlack ? slack.faults.hold(method) : agents.faults.hold(endpoint, arrives ? undefined : 503)
      let isOver = false
      onRelease(() => {
        isOver = true
        hold.release()
      })
      return hold.reached.then(async () => {
        if (isOver) return false
        if (toSlack && !arrives) slack.faults.next(method, { dropRequest: true })
        supervisor.kill()
        await sleep(after)
        hold.release()
        return true
      })
    },
  }
}

/** Somebody else writes to the database for a while; the bot may die waiting. */
function lockedDatabase(at: number, random: Random): Misfortune {
  const lasts = random.between(100, 1_200)
  const kills = random.chance(0.6)
  return {
    at,
    kind: `database locked${kills ? ', and a kill' : ''}`,
    strike(chaos, onRelease) {
      const unlock = chaos.lockDatabase()
      let isOver = false
      const end = (): void => {
        if (isOver) return
        isOver = true
        if (kills) chaos.supervisor.kill()
        unlock()
      }
      onRelease(end)
      void sleep(lasts).then(end)
    },
  }
}

function slackFault(at: number, random: Random): Misfortune {
  const method = random.chance(0.1) ? random.pick(SLACK_START_METHODS) : random.pick(SLACK_METHODS)
  const { name, fault } = random.pick(SLACK_FAULTS)
  const times = random.pick([1, 1, 2, 3])
  return {
    at,
    kind: `Slack: ${name}`,
    strike: ({ house }) => void house.slack.faults.next(method, fault, times),
  }
}

function slackTimeout(at: number, random: Random): Misfortune {
  const method = random.pick(['chat.postMessage', 'chat.update', 'conversations.open'] as const)
  return {
    at,
    kind: 'Slack: no answer in time',
    strike: ({ house }) => void house.slack.faults.next(method, SLACK_TIMEOUT),
  }
}

function agentsFault(at: number, random: Random): Misfortune {
  const endpoint = random.pick(AGENTS_ENDPOINTS)
  const kind = random.pick(['dropped', 'dropped', 'refused', 'slow'] as const)
  const status = random.pick(AGENTS_STATUSES)
  const times = random.pick([1, 1, 2, 4])
  const lasts = random.between(100, 900)
  return {
    at,
    kind: `Managed Agents: ${kind === 'dropped' ? 'answer dropped' : kind === 'slow' ? 'slow' : status}`,
    strike({ house: { agents } }) {
      if (kind === 'dropped') agents.faults.dropAnswer(endpoint)
      else if (kind === 'slow') agents.faults.delay(endpoint, sleep(lasts))
      else agents.faults.answer(endpoint, status, { times, headers: status === 429 ? { 'retry-after': '1' } : {} })
    },
  }
}

function socketFault(at: number, random: Random): Misfortune {
  const kind = random.pick(['dropped', 'refreshed', 'warned and refreshed', 'refused'] as const)
  const lasts = random.between(100, 800)
  return {
    at,
    kind: `socket ${kind}`,
    strike({ house }, onRelease) {
      const { socketMode } = house.slack
      switch (kind) {
        case 'dropped':
          socketMode.drop()
          return
        case 'refreshed':
          socketMode.disconnect('refresh_requested')
          return
        case 'warned and refreshed':
          socketMode.disconnect('warning')
          void sleep(lasts).then(() => socketMode.disconnect('refresh_requested'))
          return
        case 'refused': {
          socketMode.refuseConnections = true
          socketMode.drop()
          const end = (): void => {
            socketMode.refuseConnections = false
          }
          onRelease(end)
          void sleep(lasts).then(end)
        }
      }
    },
  }
}

function streamFault(at: number, random: Random): Misfortune {
  const after = random.pick(STREAM_CUTS)
  // A stream that hangs is noticed after a deadline, which takes its time.
  const how = random.chance(0.08) ? 'hang' : 'end'
  return {
    at,
    kind: `event stream ${how === 'hang' ? 'hangs' : 'ends'} after ${after}`,
    strike: ({ house }) => void house.agents.faults.cutStreams(after, how),
  }
}

function streamHabit(random: Random): Misfortune {
  const habit = random.pick(['duplicates', 'few deltas', 'small pages', 'interrupts without id'] as const)
  const count = random.between(1, 5)
  return {
    at: 0,
    kind: `event log: ${habit}`,
    strike({ house }, onRelease) {
      const { faults } = house.agents
      if (habit === 'duplicates') faults.duplicateStreamEvents = true
      if (habit === 'few deltas') faults.deltasPerMessage = count
      if (habit === 'small pages') faults.eventsPerPage = count
      if (habit === 'interrupts without id') faults.emptyInterruptIds = true
      onRelease(() => {
        faults.duplicateStreamEvents = false
        faults.deltasPerMessage = Number.POSITIVE_INFINITY
        faults.eventsPerPage = Number.POSITIVE_INFINITY
        faults.emptyInterruptIds = false
      })
    },
  }
}

/** Lets a run's misfortunes happen, each at its moment. Resolves when the last one has struck. */
export async function storm(
  chaos: ChaosHouse,
  misfortunes: readonly Misfortune[],
  tally: Tally,
  onRelease: (release: Release) => void,
): Promise<void> {
  const began = Date.now()
  for (const misfortune of misfortunes) {
    await sleep(Math.max(0, began + misfortune.at - Date.now()))
    const later = misfortune.strike(chaos, onRelease)
    if (later === undefined) tally.count(misfortune.kind)
    else void later.then((happened) => tally.count(misfortune.kind, happened ? 1 : 0))
  }
}

/** Ends all that goes wrong. */
export function calm(chaos: ChaosHouse, releases: readonly Release[]): void {
  const { house, network } = chaos
  network.weather = undefined
  house.slack.faults.clear()
  house.agents.faults.clear()
  house.scalekit.clearFaults()
  house.slack.socketMode.refuseConnections = false
  for (const release of releases) release()
}

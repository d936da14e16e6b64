/** What goes wrong at Scalekit, and while a mail leaves through it. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint as ScalekitEndpoint } from '../../src/sandbox/scalekit/index.js'
import type { Misfortune } from './misfortunes.js'
import type { Random } from './random.js'

/** The one request that makes a mail leave. */
const EXECUTE = 'POST /api/v1/execute_tool' satisfies ScalekitEndpoint

const SCALEKIT_ENDPOINTS: readonly ScalekitEndpoint[] = [
  'POST /oauth/token',
  'POST /api/v1/mcp/configs/{id}/connected_accounts',
  'POST /api/v1/mcp/configs/{id}/tokens',
  'POST /api/v1/mcp/instances',
  'grpc ExecuteTool',
  'grpc ExecuteTool',
  'grpc ListConnectedAccounts',
  EXECUTE,
  EXECUTE,
]

/** Killed while a mail leaves: it does so after its sender's death, or never does. */
export function killAtSending(at: number, random: Random): Misfortune {
  // One that never does is looked for in the Sent mail for half a minute.
  const leaves = random.chance(0.8)
  const after = random.pick([0, 0, 300, 2_000])
  return {
    at,
    kind: `kill: while a mail leaves, which ${leaves ? 'arrives' : 'is lost'}`,
    strike({ house: { scalekit }, supervisor }, onRelease) {
      let release = (): void => undefined
      let arrive = (): void => undefined
      let isOver = false
      const until = new Promise<void>((resolve) => {
        release = resolve
      })
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      scalekit.fault(EXECUTE, { type: 'hold', until, arrived: () => arrive(), ...(leaves ? {} : { status: 503 }) })
      onRelease(() => {
        isOver = true
        release()
      })
      return arrived.then(async () => {
        if (isOver) return false
        supervisor.kill()
        await sleep(after)
        release()
        return true
      })
    },
  }
}

export function scalekitFault(at: number, random: Random): Misfortune {
  const endpoint = random.pick(SCALEKIT_ENDPOINTS)
  const fault = random.pick([
    { type: 'fail', status: 500 },
    { type: 'fail', status: 503 },
    { type: 'fail', status: 429 },
    { type: 'delay', milliseconds: 600 },
    { type: 'drop-answer' },
    ...(endpoint === EXECUTE ? OF_SENDING : []),
  ] as const)
  const place = endpoint === EXECUTE ? ' (sending)' : ''
  return {
    at,
    kind: `Scalekit${place}: ${fault.type === 'fail' ? fault.status : fault.type}`,
    strike: ({ house }) => void house.scalekit.fault(endpoint, fault, 1),
  }
}

/** The mail leaves, and nobody hears of it: waits for the next one that does, whenever in the run that is. */
export function lostAnswer(random: Random): Misfortune {
  const times = random.pick([1, 1, 2])
  return {
    at: 0,
    kind: 'Scalekit (sending): the next answer is lost',
    strike: ({ house }) => void house.scalekit.fault(EXECUTE, { type: 'drop-answer' }, times),
  }
}

/** What happens to the one request that is never repeated. */
const OF_SENDING = [
  { type: 'drop-answer' },
  { type: 'drop-answer' },
  { type: 'fail', status: 429 },
  { type: 'delay', milliseconds: 1_500 },
  { type: 'delay', milliseconds: 2_500 },
] as const

/** How somebody's connection stands, looked up in one way for `/inbox status` and the Home tab. */

import { describeError, type Log } from '../../log.js'
import type { AccessEndings } from '../../store/tables/access-endings.js'
import type { Person } from '../../turns/model.js'
import { type Connections, type MailboxAddresses, OperatorProblem, Unavailable } from '../../turns/ports.js'

export type Standing =
  | /** `address`: whose mailbox it is; null where that is not known. */ {
      readonly state: 'connected'
      readonly address: string | null
    }
  | { readonly state: 'missing' }
  /** There was one, and it has to be renewed. */
  | { readonly state: 'expired' }
  /** `ending`: being disconnected; `unknown`: a service does not answer. */
  | { readonly state: 'ending' | 'unknown' }

export interface StandingDeps {
  readonly endings: Pick<AccessEndings, 'isUnderWay'>
  readonly connections: Pick<Connections, 'state'>
  readonly mailboxes: Pick<MailboxAddresses, 'address'>
  readonly log: Log
}

export async function connectionStanding(
  { endings, connections, mailboxes, log }: StandingDeps,
  person: Person,
): Promise<Standing> {
  if (await endings.isUnderWay(person.id)) return { state: 'ending' }
  const { identifier } = person
  if (identifier === null) return { state: 'missing' }
  const identified = { ...person, identifier }
  try {
    const state = await connections.state(identified)
    return state === 'connected' ? { state, address: await mailboxes.address(identified) } : { state }
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
    log.warn({ person: person.id, ...describeError(error) }, 'connection status unknown')
    return { state: 'unknown' }
  }
}

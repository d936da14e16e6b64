import { Store } from '../../src/store/store.js'
import type { IncomingMessage } from '../../src/turns/admission.js'

export const TEAM = 'T1'
export const ANNA = 'U_ANNA'
export const BEN = 'U_BEN'
export const DM = 'D_ANNA'
export const GENERAL = 'C_GENERAL'

/** A store in memory, with a clock that moves one millisecond whenever it is read. */
export async function openStore(): Promise<Store> {
  let now = Date.UTC(2026, 10, 22, 9, 0)
  return await Store.open(':memory:', () => {
    now += 1
    return now
  })
}

/** A direct message of Anna's, unless something else is said. */
export function incoming(ts: string, rest: Partial<IncomingMessage> = {}): IncomingMessage {
  const channel = rest.channel ?? DM
  return {
    team: TEAM,
    channel,
    ts,
    threadTs: null,
    user: ANNA,
    userTeam: TEAM,
    text: `words of ${ts}`,
    mentions: [],
    forwarded: [],
    files: [],
    kind: channel.startsWith('D') ? 'im' : 'shared',
    addressed: true,
    ...rest,
  }
}

/** Journals a message that is meant for the bot; answers its conversation. */
export async function journaled(store: Store, message: IncomingMessage): Promise<string> {
  const { conversationId } = await store.messages.journal(message)
  if (conversationId === null) throw new Error('the message was ignored')
  return conversationId
}

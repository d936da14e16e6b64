/** A mail that the agent asked to send, from its card on. */

import { ANNA, type House, TEAM } from './house.js'

export const UNDO_MS = 10_000
export const BY_ANNA = { team: TEAM, user: ANNA }
export const SEND = {
  name: 'send_email',
  input: { to: 'rosa@example.com', subject: 'Lunch', body: 'At noon?' },
  isHosted: true,
}
export const SEND_DRAFT = { name: 'send_draft', input: { draft_id: 'd1' }, isHosted: true }

/** The same mail, for so many minutes later. */
export function sendLater(house: House, minutes: number): typeof SEND {
  const send_at = new Date(house.clock.now() + minutes * 60_000).toISOString()
  return { ...SEND, input: { ...SEND.input, send_at } as typeof SEND.input }
}

/** Anna asks for something in a conversation of its own, and the agent answers with this call. */
export async function proposed(
  house: House,
  call: { readonly name: string; readonly input: Record<string, unknown>; readonly isHosted: boolean } = SEND,
) {
  house.agent.answers.push((session) => session.ask(call))
  const { conversation } = await house.say('Write to Rosa')
  house.wake(conversation)
  await house.settle()
  const turn = await house.turnOf(conversation)
  const [approval] = await house.approvalsOf(turn)
  if (approval === undefined) throw new Error('nothing was asked')
  const { id, callId } = approval
  return {
    id,
    turn,
    conversation,
    mail: async () => await house.store.outgoing.get(id),
    shown: () => house.replyOf(turn).last.approvals[0]?.outgoing,
    press: async (decision: 'approved' | 'denied' = 'approved') => {
      await house.decide(turn, callId, decision)
      house.wake(conversation)
      await house.settle()
    },
  }
}

/** What the session heard of its calls. */
export function heard(house: House): string[] {
  return house.agent.session.decisions.map((answer) => ('text' in answer ? answer.text : String(answer.allowed)))
}

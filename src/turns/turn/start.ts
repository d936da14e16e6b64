/** The start of a turn: sends its messages to the session, or finds out whether an earlier process did. */

import type { Approval, Message, Profile, Turn } from '../model.js'
import type { MailboxGrant } from '../ports.js'
import { toolAnswer } from '../sending/questions.js'
import { splitAtStop } from '../stop-words.js'
import { namesIn, saysNothing } from '../words.js'
import { continueAfterReconnect, sessionOf, waitForConnection } from './connect.js'
import { earlierExchange } from './earlier-exchange.js'
import { discard, endTurn, refuse } from './end.js'
import { withFeed } from './feed.js'
import { follow } from './follow.js'
import { outgoingMessage } from './outgoing.js'
import type { PhaseOutcome, TurnScope } from './scope.js'
import { LATE_ARRIVAL_MS, resyncPosition } from './session-keeper.js'
import { namesInThread, readThread, threadBlock } from './thread-reading.js'

/** What the thread says, to be sent with the messages. */
type Thread = Awaited<ReturnType<typeof readThread>>

/** Sends the queued messages to the session. They are taken only when everything else is ready. */
export async function start(scope: TurnScope, turn: Turn): Promise<PhaseOutcome> {
  const { deps, owner } = scope
  const { store } = deps
  const { messages: waiting, isStop, stopWords } = splitAtStop(await store.messages.queued(scope.conversation.id))
  if (waiting.length === 0 && stopWords.length === 0) return await discard(scope)
  if (scope.stopCause() !== null || isStop) return await refuse(scope, 'stopped')
  if (waiting.length === 0) return await refuse(scope, 'nothing_to_stop')
  await store.messages.dismiss(stopWords)

  const profile = await owner.lookUp()
  if ('problem' in profile) return await refuse(scope, profile.problem)
  if (waiting.every(saysNothing)) {
    await completeMentions(scope)
    const { messages } = splitAtStop(await store.messages.queued(scope.conversation.id))
    if (messages.every(saysNothing)) return await refuse(scope, 'help')
  }
  const placed = await settlePlace(scope, waiting)
  if (placed !== 'settled') return placed
  await scope.placeBelow(waiting)
  // A prompt that stands there already stays until there is something better to show.
  if (turn.state === 'queued') scope.show({ type: 'starting' })

  // Access that is being ended must not be granted again. The conversation is woken when the ending is done.
  if (await store.accessEndings.isUnderWay(scope.conversation.owner.id)) return 'waiting'
  const person = await owner.identify(profile)
  if (person === null) return await refuse(scope, 'identifier_taken')
  const state = await deps.connections.state(person)
  if (state !== 'connected') return await waitForConnection(scope, turn, person, state)
  owner.learnMailboxAddress()
  const grant = await owner.grant(person)
  if (grant === null) return await waitForConnection(scope, turn, person, 'expired')

  const sessionId = await sessionOf(scope, grant)
  if (scope.conversation.needsResync) scope.conversation = await resyncPosition(deps, scope.conversation, sessionId)
  await completeMentions(scope)
  await scope.attachFiles(sessionId, await store.messages.queued(scope.conversation.id))
  if (scope.stopCause()?.by === 'owner') return await refuse(scope, 'stopped')
  return await withFeed(scope, sessionId, async (feed, abort) => {
    await feed.opened
    if (scope.accessEndedAt() !== null) return await refuse(scope, 'disconnected')
    // While Slack makes this wait, nothing is taken yet.
    await completeMentions(scope)
    const queued = await store.messages.queued(scope.conversation.id)
    const thread = await readThread(deps, scope.turn, scope.conversation, queued)
    const messages = await store.turns.take(scope.turn)
    if (messages.length === 0) return await discard(scope)
    scope.isSent = true
    scope.startedAt = deps.clock.now()
    await scope.placeBelow(messages)
    await send(scope, sessionId, grant, messages, thread, profile)
    return await follow(scope, sessionId, feed, abort)
  })
}

/** Slack may deliver a mention without the message that has its files and forwarded messages: these are read from Slack. */
async function completeMentions({ deps: { store, surface }, conversation }: TurnScope): Promise<void> {
  for (const { id, channel, ts } of await store.messages.partial(conversation.id)) {
    const { threadTs } = conversation.origin
    await store.messages.complete(id, await surface.readMessage({ channel, threadTs }, ts))
  }
}

/** Decides where the replies of the conversation go, unless that is settled already. */
async function settlePlace(scope: TurnScope, waiting: readonly Message[]): Promise<'settled' | 'waiting' | 'ended'> {
  const { deps, conversation } = scope
  if (conversation.address !== null) return 'settled'
  const address = await deps.surface.chooseAddress(conversation, waiting[0])
  if (address === 'no_direct_message') return await refuse(scope, 'no_direct_message')
  if ('undecidedUntil' in address) {
    deps.alarms.set(conversation.id, address.undecidedUntil)
    return 'waiting'
  }
  await deps.store.conversations.settleAddress(conversation.id, address)
  scope.conversation = await deps.store.conversations.get(conversation.id)
  return 'settled'
}

/** Resumes a turn in `sending`: its messages were taken, and the session may or may not have them. */
export async function resumeSending(scope: TurnScope, turn: Turn): Promise<PhaseOutcome> {
  const { deps, owner } = scope
  const { store, agent } = deps
  const profile = await scope.ownerProfile()
  const person = await owner.identify(profile)
  if (person === null) return await endTurn(scope, 'identifier_taken')
  const grant = await owner.grant(person)
  if (grant === null) return await waitForConnection(scope, turn, person, 'expired')
  owner.learnMailboxAddress()
  const sessionId = await sessionOf(scope, grant)
  if (turn.lost !== null) return await continueAfterReconnect(scope, sessionId, turn.lost.event)
  const messages = await store.messages.ofTurn(turn.id)
  // The process may have ended before the reply was where it belongs.
  await scope.placeBelow(messages)
  scope.show({ type: 'starting' })
  return await withFeed(scope, sessionId, async (feed, abort) => {
    await feed.opened
    const references = messages.map((message) => message.id)
    let arrived = await agent.findMessages(sessionId, references, scope.conversation.position)
    if (arrived.size === 0) {
      await scope.pause.take(LATE_ARRIVAL_MS)
      arrived = await agent.findMessages(sessionId, references, scope.conversation.position)
    }
    if (arrived.size === 0 && scope.stopCause() !== null) return await endTurn(scope, 'stopped')
    scope.isSent = true
    const missing = messages.filter((message) => !arrived.has(message.id))
    if (missing.length > 0) {
      const thread = await readThread(deps, scope.turn, scope.conversation, messages)
      await send(scope, sessionId, grant, missing, thread, profile)
    } else await noteArrival(scope, await store.approvals.undeliveredDenials(scope.conversation.id))
    return await follow(scope, sessionId, feed, abort)
  })
}

/** Sends one batch: first what a new message denied, then the messages. The first of them carries the thread and earlier messages. */
async function send(
  scope: TurnScope,
  sessionId: string,
  grant: MailboxGrant,
  messages: readonly Message[],
  thread: Thread,
  profile: Profile,
): Promise<void> {
  const { deps, conversation, earlier } = scope
  // Those that came in the meantime, or that an earlier process did not get to.
  await scope.attachFiles(sessionId, messages)
  const files = await deps.files.ofMessages(messages)
  const said = thread === null || thread === 'unreadable' ? [] : thread
  const wanted = [...messages.flatMap(namesIn), ...namesInThread(said), ...earlier.flatMap(({ mentions }) => mentions)]
  const names = await deps.surface.names(wanted, conversation.owner)
  // A session that replaces a lost one hears what was said before in this conversation, not in another.
  const before = earlier.length > 0 ? null : await earlierExchange(deps, conversation, grant, messages, profile)
  const block = said.length > 0 ? threadBlock(said, names, profile.timeZone) : before
  const undone = await deps.store.undos.unheard(conversation.id)
  const outgoing = messages.map((message, index) => {
    const own = files.filter(({ messageId }) => messageId === message.id)
    return index === 0
      ? outgoingMessage(message, conversation, profile, names, earlier, block, own, undone)
      : outgoingMessage(message, conversation, profile, names, [], null, own)
  })
  scope.threadRead = thread === null || thread === 'unreadable' ? thread : thread.length
  await deps.store.turns.noteThread(scope.turn.id, scope.threadRead)
  const denials = await deps.store.approvals.undeliveredDenials(conversation.id)
  await deps.agent.sendMessages(sessionId, outgoing, denials.map(toolAnswer))
  // Told twice where the process ends here, and not lost.
  await deps.store.undos.markHeard(undone.map(({ id }) => id))
  await noteArrival(scope, denials)
}

/** Records that the session has the turn's messages and these denials. */
async function noteArrival({ deps, turn }: TurnScope, denials: readonly Approval[]): Promise<void> {
  await deps.store.approvals.markDelivered(denials.map(({ id }) => id))
  await deps.store.turns.setState(turn.id, 'running')
}

/**
 * Listeners of the bot's buttons. Each stores what was pressed, then acknowledges: Slack delivers a press once. Whoever pressed hears by the
 * `response_url` what there is to say.
 */

import type { App, BlockAction, Middleware, SlackActionMiddlewareArgs } from '@slack/bolt'
import { describeError } from '../../../log.js'
import type { Commands } from '../../../store/tables/commands.js'
import type { People } from '../../../store/tables/people.js'
import { ACTIONS } from '../../blocks/action-ids.js'
import { EXAMPLE_ACTION } from '../../blocks/examples.js'
import { isInList, type ReadSchedule, scheduledMessage } from '../../blocks/scheduled-list.js'
import type { CommandAnswers } from '../../commands/command-answers.js'
import { disconnecting, NOT_STORED } from '../../commands/command-words.js'
import type { Home } from '../../home/home.js'
import { OPEN_HELP } from '../../home/home-view.js'
import type { BotIdentity } from '../bot-identity.js'
import { readAs } from '../read-deliveries.js'
import type { Press } from '../read-interactions.js'
import type { KeptPlace, Requests } from '../requests.js'
import {
  askForChange,
  choosePlace,
  type DecisionDeps,
  decide,
  keeping,
  type PressAnswer,
  rate,
  stop,
  undoChange,
} from './decisions.js'
import { cancelScheduled, type OutgoingDeps, openEdit, undoSend } from './outgoing-presses.js'
import type { Respond, ResponseMessage } from './respond.js'

export interface ActionDeps extends DecisionDeps, OutgoingDeps {
  readonly identity: BotIdentity
  readonly commands: Pick<Commands, 'journal'>
  readonly people: Pick<People, 'find'>
  readonly home: Pick<Home, 'open' | 'refresh'>
  readonly requests: Pick<Requests, 'takeUp'>
  readonly answers: Pick<CommandAnswers, 'linkTo'>
  readonly schedule: ReadSchedule
  readonly respond: Respond
}

export function registerActions(app: App, deps: ActionDeps): void {
  const { identity } = deps
  /** @param store resolves when what was pressed is stored */
  const listener =
    (store: (press: Press) => Promise<void>): Middleware<SlackActionMiddlewareArgs<BlockAction>> =>
    async ({ body, ack }) => {
      await store(readAs('press', body, identity))
      await ack()
    }
  /** @param store answers what the presser is told */
  const answering = (store: (press: Press) => Promise<PressAnswer | null>) =>
    listener(async (press) => say(deps, press, await store(press)))

  app.action(
    ACTIONS.approve,
    answering((press) => decide(deps, press, 'approved')),
  )
  app.action(
    ACTIONS.deny,
    answering((press) => decide(deps, press, 'denied')),
  )
  app.action(
    ACTIONS.approveAll,
    answering((press) => decide(deps, press, 'approved')),
  )
  app.action(
    ACTIONS.denyAll,
    answering((press) => decide(deps, press, 'denied')),
  )
  app.action(
    ACTIONS.change,
    answering((press) => askForChange(deps, press)),
  )
  app.action(
    ACTIONS.stop,
    answering((press) => stop(deps, press)),
  )
  app.action(
    ACTIONS.answerHere,
    answering((press) => choosePlace(deps, press, 'here')),
  )
  app.action(
    ACTIONS.answerPrivately,
    answering((press) => choosePlace(deps, press, 'private')),
  )
  app.action(
    ACTIONS.feedback,
    answering((press) => rate(deps, press)),
  )
  app.action(
    ACTIONS.undoSend,
    answering(async (press) => keeping(await undoSend(deps, press))),
  )
  app.action(
    ACTIONS.undoChange,
    answering((press) => undoChange(deps, press)),
  )
  app.action(
    ACTIONS.cancelScheduled,
    listener((press) => cancel(deps, press)),
  )
  app.action(
    ACTIONS.disconnect,
    listener((press) => disconnect(deps, press)),
  )
  app.action(
    EXAMPLE_ACTION,
    listener((press) => askExample(deps, press)),
  )
  // Nothing is stored.
  app.action(
    ACTIONS.help,
    listener(async ({ team, user, value }) => inBackground(deps, deps.home.open(team, user, value === OPEN_HELP))),
  )
  // Nothing is stored, and the modal may take longer than the acknowledgement.
  app.action(
    ACTIONS.edit,
    listener(async (press) => inBackground(deps, edit(deps, press))),
  )
  // A button with a link opens it by itself, and Slack tells of the press all the same. So it does of buttons of versions to come, and of ticks, which count
  // with the press that follows them.
  app.action(
    ANY_OTHER,
    listener(async () => undefined),
  )
}

const LISTENED_TO: readonly string[] = Object.values(ACTIONS).filter(
  (id) => id !== ACTIONS.connect && id !== ACTIONS.review && id !== ACTIONS.leaveOut,
)
const ANY_OTHER = new RegExp(`^(?!(?:${LISTENED_TO.join('|')}|${ACTIONS.example}_\\d+)$)`)

async function edit(deps: ActionDeps, press: Press): Promise<void> {
  say(deps, press, keeping(await openEdit(deps, press)))
}

/** A list says what is left; the message about the mail itself changes by itself. */
async function cancel(deps: ActionDeps, press: Press): Promise<void> {
  const { team, user, responseUrl } = press
  const { isCancelled, text } = await cancelScheduled(deps, press)
  // No words can be said beside a Home tab.
  if (responseUrl === null) return inBackground(deps, deps.home.open(team, user))
  const isListed = isInList(press.blockId)
  if (!isListed || !isCancelled) say(deps, press, keeping(text))
  if (isListed) inBackground(deps, listAnew(deps, press, responseUrl))
}

async function listAnew(
  { people, schedule, respond }: ActionDeps,
  { team, user }: Press,
  responseUrl: string,
): Promise<void> {
  const person = await people.find(team, user)
  if (person === null) return
  await respond(responseUrl, { replace_original: true, ...scheduledMessage(await schedule(person)) })
}

/** The button of a Home tab, or of the answer to the command: for the person whose it is. Never rejects. */
async function disconnect(deps: ActionDeps, press: Press): Promise<void> {
  const { people, commands, requests, log } = deps
  const { team, user, value, triggerId, responseUrl } = press
  try {
    const person = await people.find(team, user)
    if (person === null || person.id !== value || triggerId === '') {
      log.warn({ person: person?.id }, 'press ignored: only the owner of a connection can end it')
      return
    }
    const id = await commands.journal({ triggerId, team, user, text: 'disconnect', mentions: [] })
    if (id !== null) inBackground(deps, sayDisconnected(deps, responseUrl, requests.takeUp(id)))
  } catch (error) {
    log.error(describeError(error), 'press not stored')
    say(deps, press, keeping(NOT_STORED))
  }
}

/** A question of the bot's own, asked as if its presser had written it: the request is repeated in their direct messages. Never rejects. */
async function askExample(deps: ActionDeps, press: Press): Promise<void> {
  const { people, commands, requests, home, log } = deps
  const { team, user, value, triggerId } = press
  try {
    if (value === '' || triggerId === '') return
    const id = await commands.journal({ triggerId, team, user, text: value, mentions: [] })
    if (id === null) return
    const showing = async () => {
      await requests.takeUp(id)
      const person = await people.find(team, user)
      if (person !== null) await home.refresh(person)
    }
    inBackground(deps, showing())
  } catch (error) {
    log.error(describeError(error), 'press not stored')
    say(deps, press, keeping(NOT_STORED))
  }
}

/** The outcome stands in the direct messages; where the button was, there is a link to it. A Home tab shows it by itself. */
async function sayDisconnected(
  deps: ActionDeps,
  responseUrl: string | null,
  outcome: Promise<KeptPlace>,
): Promise<void> {
  if (responseUrl === null) return
  const inPlace = async (text: string) => await deps.respond(responseUrl, RESPONSES.place(text, null))
  await inPlace(disconnecting(null))
  const place = await outcome
  const url = place === 'unreachable' ? null : await deps.answers.linkTo(place)
  if (url !== null) await inPlace(disconnecting(url))
}

function say(deps: ActionDeps, { responseUrl, threadTs }: Press, answer: PressAnswer | null): void {
  if (answer === null || responseUrl === null) return
  inBackground(deps, deps.respond(responseUrl, RESPONSES[answer.original](answer.text, threadTs)))
}

type Response = (text: string, threadTs: string | null) => ResponseMessage

const RESPONSES: Readonly<Record<PressAnswer['original'], Response>> = {
  keep: (text, threadTs) => ({
    response_type: 'ephemeral',
    replace_original: false,
    text,
    ...(threadTs !== null && { thread_ts: threadTs }),
  }),
  place: (text) => ({ response_type: 'ephemeral', replace_original: true, text }),
  gone: () => ({ delete_original: true }),
}

/** Words that are kind but not promised: no acknowledgement waits for them. */
function inBackground({ log }: ActionDeps, work: Promise<void>): void {
  work.catch((error: unknown) => log.warn(describeError(error), 'press not answered'))
}

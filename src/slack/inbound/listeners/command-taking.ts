/**
 * What is done about each command. Slack delivers one once, so what has to be done is stored before it is acknowledged. An answer that only says how
 * things stand is not stored: a process that ends before it is shown loses it, and its person asks again. What asks about mail is never lost.
 */

import type { KnownBlock } from '@slack/web-api'
import { describeError, type Log } from '../../../log.js'
import type { PersonsWork } from '../../../store/persons-work.js'
import type { Commands } from '../../../store/tables/commands.js'
import type { People } from '../../../store/tables/people.js'
import { ENDING_WORDS } from '../../../turns/endings.js'
import type { Person } from '../../../turns/model.js'
import { type Surface, Unavailable } from '../../../turns/ports.js'
import { stopSoon } from '../../../turns/stop-soon.js'
import type { Clock } from '../../../turns/time/clock.js'
import { inTime, LATE } from '../../../turns/time/in-time.js'
import type { Words } from '../../../turns/words.js'
import { SlackRefused } from '../../api/web.js'
import type { AppRules } from '../../blocks/consent.js'
import type { CommandAnswers } from '../../commands/command-answers.js'
import { BARE_QUESTION, type CommandWord, meaningOf } from '../../commands/command-table.js'
import * as words from '../../commands/command-words.js'
import { disconnectQuestion } from '../../commands/disconnect-question.js'
import type { SlashCommand } from '../read-interactions.js'
import type { Requests } from '../requests.js'

export interface TakeDeps {
  readonly people: Pick<People, 'ensure'>
  readonly commands: Pick<Commands, 'journal'>
  readonly personsWork: Pick<PersonsWork, 'stop'>
  readonly requests: Pick<Requests, 'takeUp'>
  readonly answers: Pick<CommandAnswers, 'status' | 'threads' | 'settings' | 'stopped' | 'linkTo'>
  readonly profile: Surface['profile']
  /** Ends a turn whose owner's wish is in the store. */
  readonly stop: (turnId: string) => Promise<void>
  readonly rules: AppRules
  readonly clock: Pick<Clock, 'setTimeout'>
  readonly log: Log
}

/** What the writer of a command is told. */
export interface Answer {
  /** mrkdwn. Empty: nothing, since the answer stands where they look already. */
  readonly text: string
  readonly blocks?: readonly KnownBlock[]
  /** What is said instead where something was said meanwhile; empty: nothing. */
  readonly afterwards?: string
}

/** A command of which everything is stored that has to be. */
export interface Taken {
  /** Never rejects. */
  readonly answer: Promise<Answer>
  /** What is said where the answer is not ready in time. */
  readonly meanwhile: Answer
}

/** How long Slack is asked who somebody is before their request is stored, in milliseconds; its turn asks again. */
const PROFILE_WITHIN_MS = 1_000

const NOTHING: Answer = { text: '' }

type Take = (deps: TakeDeps, command: SlashCommand) => Promise<Taken>

/** Resolves when everything is stored that has to be. Never rejects: whoever sent a command that cannot be stored is told. */
export async function take(deps: TakeDeps, command: SlashCommand): Promise<Taken> {
  try {
    const { answer, meanwhile } = await takeByMeaning(deps, command)
    return { answer: answer.catch((error: unknown) => notLookedUp(deps, error)), meanwhile }
  } catch (error) {
    deps.log.error(describeError(error), 'command not stored')
    return at({ text: words.NOT_STORED })
  }
}

async function takeByMeaning(deps: TakeDeps, command: SlashCommand): Promise<Taken> {
  const meaning = meaningOf(command.text)
  switch (meaning.kind) {
    case 'command':
      return await BY_WORD[meaning.word](deps, command)
    case 'typo':
      return at({ text: words.didYouMean(meaning.meant, deps.rules) })
    case 'bare':
      return await inDirectMessages(deps, command, { text: BARE_QUESTION, mentions: [] }, QUESTION)
    case 'question':
      return await inDirectMessages(deps, command, command, QUESTION)
  }
}

const BY_WORD: Readonly<Record<CommandWord, Take>> = {
  help: async ({ rules }) => at({ text: words.helpText(rules) }),
  settings: async ({ answers }) => at({ text: answers.settings() }),
  status: async (deps, command) => {
    const person = await personOf(deps, command)
    return lookedUp(deps.answers.status(person))
  },
  threads: async (deps, command) => {
    const person = await personOf(deps, command)
    return lookedUp(deps.answers.threads(person))
  },
  stop: async (deps, command) => {
    const { personsWork, answers } = deps
    const person = await personOf(deps, command)
    const stopping = await personsWork.stop(command)
    for (const { turnId } of stopping) stopSoon(deps, turnId)
    return lookedUp(answers.stopped(person, stopping))
  },
  // Nothing is ended by the word alone.
  disconnect: async (deps, command) => at(disconnectQuestion((await personOf(deps, command)).id)),
  connect: (deps, command) =>
    inDirectMessages(deps, command, canonical('connect'), {
      isRefusedTo: true,
      says: words.connectIsHere,
      saysLater: words.connectIsHere,
    }),
  scheduled: (deps, command) =>
    inDirectMessages(deps, command, canonical('scheduled'), {
      isRefusedTo: false,
      says: words.scheduledIsHere,
      saysLater: words.scheduledIsHere,
    }),
}

function canonical(text: 'connect' | 'scheduled'): Words {
  return { text, mentions: [] }
}

/** Something that is answered in the direct messages. */
interface Kept {
  /** Whether people who may not use the bot hear so at once, and nothing is stored. */
  readonly isRefusedTo: boolean
  readonly says: (url: string | null) => string
  /** The same, where the acknowledgement has said that an answer comes. */
  readonly saysLater: (url: string) => string
}

const QUESTION: Kept = { isRefusedTo: true, says: words.onIt, saysLater: words.replyIsHere }

async function inDirectMessages(deps: TakeDeps, command: SlashCommand, what: Words, kept: Kept): Promise<Taken> {
  const refusal = kept.isRefusedTo ? await refusalOf(deps, await personOf(deps, command)) : null
  if (refusal !== null) return at({ text: refusal })
  const { team, user, triggerId } = command
  const id = await deps.commands.journal({ team, user, triggerId, text: what.text, mentions: what.mentions })
  const meanwhile = { text: words.ANSWER_COMES }
  // A second copy: the first one is being answered.
  if (id === null) return at(meanwhile)
  return { answer: whereKept(deps, command, id, kept), meanwhile }
}

async function whereKept(deps: TakeDeps, command: SlashCommand, id: string, kept: Kept): Promise<Answer> {
  const place = await deps.requests.takeUp(id)
  if (place === 'unreachable') return { text: words.NO_DIRECT_MESSAGE }
  if (place.channel === command.channel) return NOTHING
  const url = await deps.answers.linkTo(place)
  return { text: kept.says(url), afterwards: url === null ? '' : kept.saysLater(url) }
}

/** Why this person is not served. Null: they are, or Slack does not tell in time; their turn then says so. */
async function refusalOf({ profile, clock, log }: TakeDeps, person: Person): Promise<string | null> {
  try {
    const known = await inTime(clock, profile(person), PROFILE_WITHIN_MS)
    // Of a deactivation more has to be done than to say so.
    if (known === LATE || !('problem' in known) || known.problem === 'deactivated') return null
    return ENDING_WORDS[known.problem]
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof SlackRefused)) throw error
    log.debug(describeError(error), 'command taken without a look at its person')
    return null
  }
}

async function personOf({ people }: TakeDeps, { team, user }: SlashCommand): Promise<Person> {
  return await people.ensure(team, user)
}

function at(answer: Answer): Taken {
  return { answer: Promise.resolve(answer), meanwhile: answer }
}

/** Says nothing until it is known. */
function lookedUp(text: Promise<string>): Taken {
  return { answer: text.then((known) => ({ text: known })), meanwhile: NOTHING }
}

function notLookedUp({ log }: TakeDeps, error: unknown): Answer {
  log.error(describeError(error), 'command answer failed')
  return { text: words.NOT_LOOKED_UP }
}

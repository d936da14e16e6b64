/** Answers that move mail about: labels, stars, the archive, the trash. */

import type { ToolOutcome } from '../brain.js'
import { find } from './finding.js'
import type { Change, Target } from './intent.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { counted, enumerated, list, listTitle, plain, sender } from './markdown.js'
import type { ScriptTurn } from './script-turn.js'
import type { SeenMail } from './seen-mail.js'
import { Obstacle, type Wish } from './toolbox.js'

/** At most so many mails in one go: a mistake must stay small enough to see. */
const MOST_CHANGED = 25

interface Label {
  readonly id: string
  readonly name: string
}

interface LabelChange {
  readonly add?: string
  readonly remove?: string
  readonly doing: string
  readonly done: string
}

const LABEL_CHANGES: Readonly<Record<string, LabelChange>> = {
  archive: { remove: 'INBOX', doing: 'I am archiving', done: 'is archived' },
  unarchive: { add: 'INBOX', doing: 'I am moving to the inbox:', done: 'is back in the inbox' },
  star: { add: 'STARRED', doing: 'I am putting a star on', done: 'has a star' },
  unstar: { remove: 'STARRED', doing: 'I am taking the star off', done: 'has no star any more' },
  read: { remove: 'UNREAD', doing: 'I am marking as read:', done: 'is marked as read' },
  unread: { add: 'UNREAD', doing: 'I am marking as unread:', done: 'is marked as unread' },
  important: { add: 'IMPORTANT', doing: 'I am marking as important:', done: 'is marked as important' },
  spam: { add: 'SPAM', remove: 'INBOX', doing: 'I am moving to the spam folder:', done: 'is in the spam folder' },
}

export async function answerChange(turn: ScriptTurn, change: Change, target: Target): Promise<void> {
  const inTrash =
    change.type === 'untrash' && target.filter !== undefined
      ? { ...target, filter: { ...target.filter, trash: true } }
      : target
  const found = await find(turn, inTrash, !inTrash.plural, 'ask')
  if ('question' in found) {
    await turn.say(found.question)
    return
  }
  const mails = found.mails.slice(0, MOST_CHANGED)
  const step = await stepFor(turn, change)
  if (step === undefined) return
  const names =
    mails.length === 1
      ? `**${listTitle(found.mails[0])}** from ${sender(found.mails[0])}`
      : counted(mails.length, 'mail')
  if (mails.length > 1 && turn.shown.list.length === 0) turn.shown.showList(mails)
  await turn.say(
    mails.length > 1 && !onShownList(turn, mails)
      ? `${step.doing} ${names}:\n\n${list(mails, turn.context)}`
      : `${step.doing} ${names}.`,
  )
  const outcomes = await turn.tools.callEach(
    step.tool,
    mails.map((mail) => ({ ...step.wish, messageId: mail.id })),
  )
  const done = mails.filter((_mail, index) => outcomes[index]?.status === 'ok')
  if (done.length === 0) throw refusal(step.tool, outcomes)
  if (mails.length === 1) turn.shown.mail = mails[0]
  await turn.say([result(done, names, step.done), ...partlyFailed(mails, outcomes), ...step.after].join(' '))
}

interface Step {
  readonly tool: string
  readonly wish: Wish
  /** "I am archiving" */
  readonly doing: string
  /** "is archived" */
  readonly done: string
  readonly after: readonly string[]
}

async function stepFor(turn: ScriptTurn, change: Change): Promise<Step | undefined> {
  if (change.type === 'trash') {
    return {
      tool: 'gmail_trash_message',
      wish: {},
      doing: 'I am moving to the trash:',
      done: 'is in the trash',
      after: ['It stays there for thirty days; “restore it” brings it back.'],
    }
  }
  if (change.type === 'untrash')
    return {
      tool: 'gmail_untrash_message',
      wish: {},
      doing: 'I am taking out of the trash:',
      done: 'is back where it was',
      after: [],
    }
  if (change.type !== 'label' && change.type !== 'unlabel') {
    const known = LABEL_CHANGES[change.type]
    if (known === undefined) return undefined
    return {
      tool: 'gmail_modify_message_labels',
      wish: labelWish(known.add, known.remove),
      doing: known.doing,
      done: known.done,
      after: [],
    }
  }
  const label = await labelNamed(turn, change.label)
  if (label === undefined) return undefined
  const adding = change.type === 'label'
  return {
    tool: 'gmail_modify_message_labels',
    wish: adding ? labelWish(label.id, undefined) : labelWish(undefined, label.id),
    doing: adding
      ? `I am putting the label **${plain(label.name)}** on`
      : `I am taking the label **${plain(label.name)}** off`,
    done: adding ? `has the label **${plain(label.name)}**` : `has lost the label **${plain(label.name)}**`,
    after: [],
  }
}

function labelWish(add: string | undefined, remove: string | undefined): Wish {
  return { addLabels: add === undefined ? undefined : [add], removeLabels: remove === undefined ? undefined : [remove] }
}

function result(done: readonly SeenMail[], names: string, words: string): string {
  return done.length === 1 && !/^\d/.test(names)
    ? `Done: ${names} ${words}.`
    : `Done: each of ${counted(done.length, 'mail')} ${words}.`
}

function partlyFailed(mails: readonly SeenMail[], outcomes: readonly ToolOutcome[]): string[] {
  const denied = mails.filter((_mail, index) => outcomes[index]?.status === 'denied')
  const failed = mails.filter((_mail, index) => outcomes[index]?.status === 'error')
  const named = (some: readonly SeenMail[]) => enumerated(some.slice(0, 4).map((mail) => `“${listTitle(mail)}”`))
  return [
    ...(denied.length === 0 ? [] : [`You said no to ${named(denied)}, so that stays as it was.`]),
    ...(failed.length === 0 ? [] : [`Gmail refused ${named(failed)}.`]),
  ]
}

function refusal(tool: string, outcomes: readonly ToolOutcome[]): Obstacle {
  const [first] = outcomes
  if (first?.status === 'denied') return new Obstacle('denied', tool, first.message)
  return new Obstacle('failed', tool, first?.status === 'error' ? first.text : undefined)
}

async function labels(turn: ScriptTurn): Promise<Label[]> {
  const json = parseLoosely(await turn.tools.call('gmail_list_labels', {}))
  const items = isRecord(json) && Array.isArray(json.labels) ? json.labels : Array.isArray(json) ? json : []
  return items.filter(isRecord).flatMap((item) => {
    const id = textOf(item.id)
    return id === undefined ? [] : [{ id, name: textOf(item.name) ?? id }]
  })
}

/** The label a name means ("Loans" for "Atlas/Loans" too); tells the person and answers undefined where there is none. */
async function labelNamed(turn: ScriptTurn, name: string): Promise<Label | undefined> {
  const wanted = name.trim().toLowerCase()
  const all = await labels(turn)
  const found =
    all.find((label) => label.name.toLowerCase() === wanted) ??
    all.find((label) => label.name.toLowerCase().split('/').at(-1) === wanted)
  if (found !== undefined) return found
  const own = all.filter((label) => label.id !== label.name)
  await turn.say(
    `There is no label **${plain(name)}**, and I cannot make one. ${own.length === 0 ? 'You have no labels of your own yet.' : `Yours are ${enumerated(own.map((label) => `**${plain(label.name)}**`))}.`} Create it in Gmail and ask me again.`,
  )
  return undefined
}

export async function answerLabels(turn: ScriptTurn): Promise<void> {
  await turn.say('Let me list your labels.')
  const own = (await labels(turn)).filter((label) => label.id !== label.name)
  await turn.say(
    own.length === 0
      ? 'You have no labels of your own, only the ones every Gmail account has.'
      : `Your own labels:\n\n${own.map((label) => `- ${plain(label.name)}`).join('\n')}\n\nSay for example “label it ${plain(own[0]?.name ?? '')}”.`,
  )
}

/** Whether the person has just seen these mails as a list. */
function onShownList({ shown }: ScriptTurn, mails: readonly SeenMail[]): boolean {
  return mails.length > 0 && mails.every((mail) => shown.list.includes(mail))
}

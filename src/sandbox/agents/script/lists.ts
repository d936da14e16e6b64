/** Lists of mails, numbered so that a follow-up can name one, with what stands out in them. */
import { asks } from './digest.js'
import { describe, fetched, nothingFound, search } from './finding.js'
import type { Filter } from './intent.js'
import { givenName } from './letters.js'
import { enumerated, list, listTitle, plain, sender } from './markdown.js'
import { alarmsAbout, type ScriptTurn } from './script-turn.js'
import type { SeenMail } from './seen-mail.js'
import { ordersToAgents, pressesForMoney } from './suspicion.js'

export const LONGEST_LIST = 10
/** As far as "more" goes back. */
const MOST_SCROLLED = 100

export async function answerList(turn: ScriptTurn, filter: Filter, counting: boolean): Promise<void> {
  await turn.say(progress(filter))
  const result = await search(turn, filter, counting ? 100 : undefined)
  const mails = result.mails.slice(0, Math.min(filter.limit ?? LONGEST_LIST, LONGEST_LIST))
  if (mails.length === 0) {
    const instead =
      filter.unread && filter.from === undefined && filter.about === undefined
        ? 'Nothing is unread. You are all caught up.'
        : nothingFound(filter)
    await turn.say(instead)
    return
  }
  turn.shown.showList(mails)
  const total = filter.limit === undefined ? result.total : mails.length
  const heading =
    total === 1
      ? `There is **one** ${describe(filter, 'mail')}:`
      : `There are **${total}** ${describe(filter, 'mails')}:`
  const rest = result.mails.slice(mails.length)
  const parts = [
    ...(result.note === undefined ? [heading] : [result.note]),
    list(mails, turn.context),
    ...(filter.limit === undefined && total > mails.length ? [remaining(rest, total - mails.length)] : []),
    ...attention(turn, mails),
    ...(turn.isFirst
      ? ['Say “read the first one”, “summarize the second” or “reply to her that…” and I will go on from here.']
      : []),
  ]
  await turn.say(parts.join('\n\n'))
}

/** The mailbox knows invitations; what was accepted, moved or never mailed stands in a calendar that nobody has shown to the script. */
export async function answerCalendar(turn: ScriptTurn): Promise<void> {
  await turn.say('I see your mail and not your calendar. Let me look for invitations, at least.')
  const { mails } = await fetched(
    turn,
    '{subject:invitation subject:einladung subject:inbjudan subject:meeting} in:inbox',
    LONGEST_LIST,
  )
  if (mails.length === 0) {
    await turn.say('There is no invitation in your inbox.')
    return
  }
  turn.shown.showList(mails)
  await turn.say(
    [
      'This is what your mail has. Whether you are free, only your calendar can tell.',
      list(mails, turn.context),
      ...attention(turn, mails),
    ].join('\n\n'),
  )
}

/** The next mails of the search that found the list shown last. */
export async function answerMore(turn: ScriptTurn): Promise<void> {
  const { query, list: before } = turn.shown
  const last = before.at(-1)
  if (query === undefined || last === undefined) {
    await turn.say('More of what? Ask me for a list first, for example “mail from Helen”.')
    return
  }
  await turn.say('Let me get the next ones.')
  const { mails } = await fetched(turn, query, MOST_SCROLLED)
  const next = mails.slice(mails.findIndex((mail) => mail.id === last.id) + 1).slice(0, LONGEST_LIST)
  if (next.length === 0) {
    await turn.say('That was all of it.')
    return
  }
  turn.shown.showList(next)
  await turn.say(['The next ones, numbered anew:', list(next, turn.context), ...attention(turn, next)].join('\n\n'))
}

function progress(filter: Filter): string {
  if (filter.unread && filter.from === undefined && filter.about === undefined)
    return 'Let me look at your unread mail.'
  if (filter.period === 'today') return 'Let me see what came in today.'
  const named = [filter.from, filter.to, filter.about, filter.label].some((words) => words !== undefined)
  if (!named && !filter.sent && !filter.trash) return 'Let me look through your inbox.'
  return `Let me look for ${describe(filter, 'mails')}.`
}

function remaining(rest: readonly SeenMail[], count: number): string {
  const names = [...new Set(rest.map(sender))].slice(0, 5)
  return `…and ${count} more${names.length === 0 ? '' : `, from ${enumerated(names)}`}.`
}

/** What stands out in a list: what people ask, and what should not be trusted. */
export function attention(turn: ScriptTurn, mails: readonly SeenMail[]): string[] {
  const parts: string[] = []
  const suspicious = mails.filter(
    (mail) => alarmsAbout(mail, turn).length > 0 && (ordersToAgents(mail) !== undefined || pressesForMoney(mail)),
  )
  const questions = mails
    .filter(
      (mail) =>
        !mail.bulk &&
        givenName(mail.from) !== '' &&
        !suspicious.includes(mail) &&
        mail.labels.includes('UNREAD') &&
        mail.body !== undefined,
    )
    .flatMap((mail) => asks(mail.body ?? '', 1).map((ask) => `- ${sender(mail)}: “${plain(ask, 180)}”`))
    .slice(0, 3)
  if (mails.length > 2 && questions.length > 0) parts.push(`**Waiting for you**\n\n${questions.join('\n')}`)
  for (const mail of suspicious.slice(0, 3)) {
    parts.push(
      `⚠️ **Careful with number ${mails.indexOf(mail) + 1}** (${listTitle(mail)}). ${alarmsAbout(mail, turn).slice(0, 2).join(' ')}`,
    )
  }
  return parts
}

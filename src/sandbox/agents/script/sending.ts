/**
 * Asking for a mail to be sent: of the host's own tools where the session has them, of Gmail's where it has only those. The host shows the
 * mail to its owner before it leaves, so nothing is said about it beforehand; with Gmail's tools the script shows it.
 */
import type { ToolOutcome } from '../brain.js'
import { letter } from './letters.js'
import { plain, quoted } from './markdown.js'
import type { ScriptTurn } from './script-turn.js'
import type { Correspondent } from './seen-mail.js'
import { onlySendTime, sendTime, spokenTime, withOffset } from './send-time.js'
import { HOST_SENDING_TOOLS, sendingResult, UNCONFIRMED } from './sending-result.js'
import { draftIdIn } from './shown.js'
import { Obstacle, type Wish } from './toolbox.js'

export interface MailToSend {
  readonly kind: 'new' | 'reply' | 'draft'
  readonly wish: Wish
  /** Whom a letter of other words would greet; without, its words cannot be replaced. */
  readonly to?: Correspondent | undefined
  /** What to say before it is asked for, e.g. who it seems to come from. */
  readonly alarms?: readonly string[]
  /** How the script shows it where the host does not. */
  readonly preview: string
  /** The time at which it is to leave, in its person's words. */
  readonly at?: string | undefined
}

const TOOLS = {
  new: ['send_email', 'gmail_send_message'],
  reply: ['reply_to_email', 'gmail_reply_to_thread'],
  draft: ['send_draft', 'gmail_send_draft'],
} as const

/** Whether the host shows what it sends. */
export function hostSends(turn: ScriptTurn, kind: MailToSend['kind']): boolean {
  return turn.tools.has(TOOLS[kind][0])
}

/** Asks for it, with its owner's changes as long as they name some, and says what became of it. @throws {Obstacle} for a plain no */
export async function send(turn: ScriptTurn, mail: MailToSend): Promise<void> {
  const byHost = hostSends(turn, mail.kind)
  const timed = mail.at === undefined ? mail : await withTime(turn, mail, mail.at, byHost)
  if (timed === undefined) return
  const before = byHost ? (mail.alarms ?? []) : [...(mail.alarms ?? []), mail.preview]
  if (before.length > 0) await turn.say(before.join('\n\n'))
  await ask(turn, timed, byHost)
}

async function ask(turn: ScriptTurn, mail: MailToSend, byHost: boolean): Promise<void> {
  const tool = TOOLS[mail.kind][byHost ? 0 : 1]
  try {
    const answer = await turn.tools.call(tool, mail.wish)
    if (!byHost) {
      if (mail.kind === 'draft') turn.shown.draftId = undefined
      return await turn.say('Sent. It is in your Sent folder.')
    }
    await sayResult(turn, tool, answer, mail.wish.sendAt)
  } catch (error) {
    if (!(error instanceof Obstacle) || error.kind !== 'denied') throw error
    const words = error.reason ?? ''
    if (/\bdraft\b/i.test(words) && mail.kind !== 'draft' && turn.tools.has('gmail_create_draft')) {
      await saveDraft(turn, mail.wish)
      return await turn.say('It is in your Drafts folder. Nothing has been sent.')
    }
    const changed = otherwise(turn, mail, words, byHost)
    if (changed === undefined) throw error
    if (!byHost) await turn.say(`I changed that. It would say now:\n\n${quoted(String(changed.wish.body ?? ''))}`)
    await ask(turn, changed, byHost)
  }
}

/** Says what the host's tool answered. @throws {Obstacle} when its owner said no */
export async function sayResult(turn: ScriptTurn, tool: string, answer: string, askedFor: unknown): Promise<void> {
  const result = sendingResult(answer)
  if (tool === 'send_draft' && (result.type === 'sent' || result.type === 'scheduled')) turn.shown.draftId = undefined
  switch (result.type) {
    case 'sent':
      return await turn.say(result.edited ? 'Sent, with your changes.' : 'Sent.')
    case 'scheduled': {
      const at = result.at ?? (typeof askedFor === 'string' ? new Date(askedFor) : undefined)
      const time = at === undefined ? 'later' : spokenTime(at, turn.context)
      return await turn.say(`It will go out ${time}${result.edited ? ', with your changes' : ''}.`)
    }
    case 'undone':
    case 'cancelled': {
      const how = result.type === 'undone' ? 'undid' : 'cancelled'
      return await turn.say(`It wasn't sent: you ${how} it.${result.kept ? ' It is still in your drafts.' : ''}`)
    }
    case 'unconfirmed':
      return await turn.say(UNCONFIRMED)
    case 'denied':
      throw new Obstacle('denied', tool, result.words)
    case 'other':
      return await turn.say(plain(result.text, 400))
  }
}

/** Whether the call was one that its person left undecided or said no to. */
export function wasDenied(tool: string, outcome: ToolOutcome): boolean {
  if (outcome.status === 'denied') return true
  return HOST_SENDING_TOOLS.has(tool) && outcome.status === 'ok' && sendingResult(outcome.text).type === 'denied'
}

/** Keeps it as a draft, which is then what "send it" means. */
export async function saveDraft(turn: ScriptTurn, wish: Wish): Promise<void> {
  turn.shown.draftId = draftIdIn(await turn.tools.call('gmail_create_draft', wish))
}

async function withTime(
  turn: ScriptTurn,
  mail: MailToSend,
  words: string,
  byHost: boolean,
): Promise<MailToSend | undefined> {
  const time = sendTime(words, turn.context)
  if (!byHost) {
    await turn.say('I can only send right away here. Say “send it” without a time, or ask me for a draft.')
  } else if (time === undefined) {
    await turn.say(`When is “${plain(words, 60)}”? Say for example “tomorrow at 8” or “at 5pm”.`)
  } else if (time.getTime() <= turn.context.now.getTime()) {
    await turn.say('That time has passed. When should it go out?')
  } else {
    return { ...mail, wish: { ...mail.wish, sendAt: withOffset(time, turn.context.timeZone) } }
  }
  return undefined
}

const INSTEAD =
  /^(?:please )?(?:say|write|put|use|make (?:it|that))?\s*["“']?(.{1,200}?)["”']?\s+(?:instead of|rather than|not)\s+["“']?(.{1,200}?)["”']?[.!\s]*$/i
const SAY_THIS =
  /^(?:(?:no|please|just|rather)[, ]+)*(?:say|write|answer|reply|tell (?:him|her|them)|make it say)\b(?:\s*:)?\s+(?:that\s+)?["“']?(.{2,2000}?)["”']?$/is

/** The mail as these words of its owner want it; undefined where they do not say how. */
function otherwise(turn: ScriptTurn, mail: MailToSend, words: string, byHost: boolean): MailToSend | undefined {
  const named = byHost ? onlySendTime(words) : undefined
  const time = named === undefined ? undefined : sendTime(named, turn.context)
  if (time !== undefined) return withWish(mail, { sendAt: withOffset(time, turn.context.timeZone) })
  const { body } = mail.wish
  if (typeof body !== 'string') return undefined
  const [, wanted, unwanted] = INSTEAD.exec(words.trim()) ?? []
  if (wanted !== undefined && unwanted !== undefined) {
    const at = body.toLowerCase().indexOf(unwanted.toLowerCase())
    if (at === -1) return undefined
    return withWish(mail, { body: `${body.slice(0, at)}${wanted}${body.slice(at + unwanted.length)}` })
  }
  const said = mail.to === undefined ? undefined : SAY_THIS.exec(words.trim())?.[1]
  return said === undefined ? undefined : withWish(mail, { body: letter(said, mail.to, signature(turn)) })
}

function withWish(mail: MailToSend, wish: Wish): MailToSend {
  return { ...mail, wish: { ...mail.wish, ...wish } }
}

/** The given name that the person signs with. */
export function signature({ context }: ScriptTurn): string | undefined {
  return context.person?.split(/\s+/)[0]
}

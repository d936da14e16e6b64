/** One turn of the script: what every answer needs at hand. */
import type { BrainTurn } from '../brain.js'
import type { TurnContext } from './context-block.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { type Correspondent, correspondent, type SeenMail } from './seen-mail.js'
import { Shown } from './shown.js'
import { warnings } from './suspicion.js'
import { Toolbox } from './toolbox.js'

export interface ScriptTurn {
  readonly tools: Toolbox
  readonly shown: Shown
  readonly context: TurnContext
  /** Whether the agent has said anything in this session before this turn. */
  readonly isFirst: boolean
  say(markdown: string): Promise<void>
  /** Writes one long message piece by piece. */
  sayInPieces(pieces: readonly string[]): Promise<void>
}

export function scriptTurn(turn: BrainTurn, context: TurnContext): ScriptTurn {
  return {
    tools: new Toolbox(turn),
    shown: Shown.from(turn.history, context.timeZone),
    context,
    isFirst: !turn.history.some((item) => item.type === 'agent'),
    async say(markdown) {
      turn.signal.throwIfAborted()
      await turn.say(markdown)
    },
    async sayInPieces(pieces) {
      turn.signal.throwIfAborted()
      const message = turn.startMessage()
      for (const piece of pieces) await message.write(piece)
      await message.end()
    },
  }
}

/** Address of the mailbox, as Gmail itself tells it; undefined without the tool for it. @throws {Obstacle} when the tool fails. */
export async function mailboxAddress({ tools }: ScriptTurn): Promise<string | undefined> {
  if (!tools.has('gmail_get_profile')) return undefined
  const profile = parseLoosely(await tools.call('gmail_get_profile', {}))
  if (!isRecord(profile)) return undefined
  const inner = isRecord(profile.data) ? profile.data : profile
  return textOf(inner.emailAddress) ?? textOf(inner.email_address) ?? textOf(inner.email)
}

/**
 * Everybody known before a mail came: those of older mail, and the person themselves. Who imitates a sender comes later than the
 * sender, so what came later says nothing about whether this one is genuine.
 */
function knownBefore(mail: SeenMail, { shown, context }: ScriptTurn): Correspondent[] {
  const own = context.mailbox === undefined ? [] : [correspondent(context.mailbox)]
  const older = shown.known().filter((other) => (other.date?.getTime() ?? 0) < (mail.date?.getTime() ?? 0))
  return [...own, ...older.flatMap((other) => [other.from, ...other.to, ...other.cc])]
}

/** What the person should know before they trust a mail, with all that this session has seen of others. */
export function alarmsAbout(mail: SeenMail, turn: ScriptTurn): string[] {
  return warnings(mail, knownBefore(mail, turn))
}

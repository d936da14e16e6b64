/** One turn of the script: what every answer needs at hand. */
import type { BrainTurn } from '../brain.js'
import { type TurnContext } from './context-block.js'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { Shown } from './shown.js'
import { Toolbox } from './toolbox.js'
import { correspondent, type Correspondent } from './seen-mail.js'

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
    shown: Shown.from(turn.history),
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

/** Everybody the session has seen mail from or to, and the person themselves, for telling a known sender from a look-alike. */
export function knownCorrespondents({ shown, context }: ScriptTurn): Correspondent[] {
  const own = context.mailbox === undefined ? [] : [correspondent(context.mailbox)]
  return [...own, ...shown.known().flatMap((mail) => [mail.from, ...mail.to, ...mail.cc])]
}

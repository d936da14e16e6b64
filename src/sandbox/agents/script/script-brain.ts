/** The script that plays Claude's part in the sandbox: no model, no network. It calls the session's real tools and says what they answered. */
import type { AgentBrain, BrainTurn, HistoryItem, ToolCall } from '../session/brain.js'
import { INTENTS } from './intents.js'
import { HOST_SENDING_TOOLS, sayResult, sendingResult } from './sending.js'
import { Obstacle, type ScriptTurn, scriptTurn } from './turn.js'
import { type Request, understand } from './understand.js'
import * as say from './words.js'

/** A brain that follows a script. @param now the present; the system's clock by default */
export function scriptBrain({ now = () => new Date() }: { readonly now?: () => Date } = {}): AgentBrain {
  return {
    async respond(turn) {
      const messages = newMessages(turn.history)
      const script = scriptTurn(turn, messages.at(-1) ?? [], now())
      for (const texts of messages) {
        const words = texts.at(-1) ?? ''
        if (messages.length > 1) await script.say(say.onMessage(words))
        await answer(turn, script, words)
      }
    },
  }
}

/** The messages that nobody has answered yet, each as its text blocks. A context block alone is a note of the host: it says to go on. */
function newMessages(history: readonly HistoryItem[]): (readonly string[])[] {
  const isNote = (texts: readonly string[]) => texts.length === 1 && texts[0]?.startsWith('<context>') === true
  const spoken = (items: readonly HistoryItem[]) =>
    items.flatMap((item) => (item.type === 'user' && !isNote(item.texts) ? [item.texts] : []))
  const unanswered = spoken(history.slice(history.findLastIndex((item) => item.type !== 'user') + 1))
  return unanswered.length > 0 ? unanswered : spoken(history).slice(-1)
}

async function answer(turn: BrainTurn, script: ScriptTurn, words: string): Promise<void> {
  const requests = understand(words, INTENTS)
  const left = passedOver(script)
  const isYes = requests.every(({ understood }) => /^(?:yes|send draft)$/.test(understood?.intent.name ?? ''))
  for (const [index, request] of requests.entries()) {
    try {
      await (left !== undefined && isYes ? askAgain(script, left) : answerOne(script, request, requests.length > 1))
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error
      const rest = requests.slice(index + 1).map((one) => one.words)
      // Whoever said no by asking for something else wants to hear of that.
      if (error.kind === 'denied' && turn.isFollowed) return
      return await script.say(obstacleWords(error), rest.length === 0 ? '' : say.leftOut(rest))
    }
  }
}

async function answerOne(script: ScriptTurn, { words, understood }: Request, isPart: boolean): Promise<void> {
  const unknown = isPart ? say.partNotUnderstood(words) : say.notUnderstood(words)
  if (understood === undefined) return await script.say(unknown)
  if (!script.hasMailbox && understood.intent.may !== 'talk') return await script.say(say.NO_MAILBOX)
  await understood.intent.handle(script, understood.said)
}

/** The call that its person wrote past instead of deciding, if that is the last that happened. */
function passedOver({ history, context }: ScriptTurn): ToolCall | undefined {
  const last = history.findLast((item) => item.type !== 'user')
  if (last?.type !== 'tool' || last.outcome.status === 'error') return undefined
  const { call, outcome } = last
  if (outcome.status === 'denied') return call
  return HOST_SENDING_TOOLS.has(call.name) && sendingResult(outcome.text, context).state === 'denied' ? call : undefined
}

/** A yes in words is no press of a button. */
async function askAgain(script: ScriptTurn, call: ToolCall): Promise<void> {
  await script.say(say.PRESS)
  const answered = await script.tools.call(call.name, call.input)
  await (HOST_SENDING_TOOLS.has(call.name) ? sayResult(script, call.name, answered) : script.say(say.DONE))
}

const DISCONNECTED =
  /\b(?:401|403|unauthori[sz]ed|forbidden|expired|revoked|not connected|reconnect|credentials?|token)\b/i

function obstacleWords({ kind, tool, reason }: Obstacle): string {
  if (kind === 'missing') return say.toolMissing(tool)
  if (kind === 'denied') return HOST_SENDING_TOOLS.has(tool) ? say.notSent(reason) : say.NOT_DONE
  if (/not known whether/i.test(reason ?? '')) return say.UNCONFIRMED
  return DISCONNECTED.test(reason ?? '') ? say.RECONNECT : say.failed(reason ?? '')
}

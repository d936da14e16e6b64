/**
 * The script that plays Claude's part in the sandbox: no model, no network. It understands a set of plain requests, calls the session's
 * real tools, and says only what they answered. Mail is data to it; the only orders it takes are the person's own words.
 */
import type { AgentBrain, BrainTurn, HistoryItem, ToolCall } from '../brain.js'
import { readContext } from './context-block.js'
import type { Intent } from './intent.js'
import { answerCalendar, answerList, answerMore } from './lists.js'
import { answerAttachment, answerOpen, answerSafety } from './mail-view.js'
import { plain } from './markdown.js'
import { answerMoney } from './money.js'
import { answerQuestion, answerSaid, answerWho, answerWhose } from './people.js'
import { answerReport } from './report.js'
import { type ScriptTurn, scriptTurn } from './script-turn.js'
import { sayResult, wasDenied } from './sending.js'
import { HOST_SENDING_TOOLS } from './sending-result.js'
import { answerChange, answerLabels } from './sorting.js'
import { answerSummary } from './summaries.js'
import {
  answerConnection,
  answerDiscardDraft,
  answerEmoji,
  answerGreeting,
  answerHelp,
  answerNo,
  answerThanks,
  answerTranslation,
  answerUndo,
  answerUnknown,
  answerYes,
  NO_MAILBOX,
  obstacleWords,
} from './talk.js'
import { Obstacle } from './toolbox.js'
import { understand } from './understand.js'
import { answerWaiting } from './waiting.js'
import { answerDrafts, answerForward, answerReply, answerSendDraft, answerWrite } from './writing.js'

export interface ScriptOptions {
  /** The present; the system's clock by default. */
  readonly now?: () => Date
}

/** A brain that follows a script. */
export function scriptBrain({ now = () => new Date() }: ScriptOptions = {}): AgentBrain {
  return {
    async respond(turn) {
      const messages = newMessages(turn.history)
      const newest = messages.at(-1) ?? []
      const script = scriptTurn(turn, readContext(newest, now()))
      for (const texts of messages) {
        const words = texts.at(-1) ?? ''
        if (messages.length > 1) await script.say(`**On “${plain(words, 100)}”:**`)
        await answerMessage(turn, script, words)
      }
    },
  }
}

/**
 * The user messages that nobody has answered yet, each as its text blocks. A context block without words is a note of the host: where there
 * is nothing else, it says to go on with what was asked last.
 */
function newMessages(history: readonly HistoryItem[]): (readonly string[])[] {
  const lastOther = history.findLastIndex((item) => item.type !== 'user')
  const textsOf = (items: readonly HistoryItem[]) => items.flatMap((item) => (item.type === 'user' ? [item.texts] : []))
  const spoken = textsOf(history.slice(lastOther + 1)).filter((texts) => !isNote(texts))
  return spoken.length > 0
    ? spoken
    : textsOf(history)
        .filter((texts) => !isNote(texts))
        .slice(-1)
}

function isNote(texts: readonly string[]): boolean {
  return texts.length === 1 && texts[0]?.startsWith('<context>') === true
}

/** Needs no mailbox to be answered. */
const TALK: ReadonlySet<Intent['type']> = new Set([
  'greeting',
  'thanks',
  'help',
  'emoji',
  'yes',
  'no',
  'translation',
  'connection',
  'unknown',
])

async function answerMessage(turn: BrainTurn, script: ScriptTurn, words: string): Promise<void> {
  const intents = understand(words)
  const passedOver = passedOverCall(turn.history)
  if (passedOver !== undefined && intents.every(({ type }) => type === 'yes' || type === 'send draft'))
    return await askAgain(turn, script, passedOver)
  for (const intent of intents) {
    if (
      turn.tools.every((tool) => !tool.name.startsWith('gmail_')) &&
      !(TALK.has(intent.type) && intent.type !== 'help')
    ) {
      await script.say(NO_MAILBOX)
      return
    }
    try {
      await answer(script, intent)
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error
      // Whoever said no by asking for something else wants to hear of that.
      if (error.kind === 'denied' && turn.isFollowed) return
      await script.say(obstacleWords(error))
      // What was to follow built on this.
      return
    }
  }
}

/** The call that its person wrote past instead of deciding, if that is the last that happened. */
function passedOverCall(history: readonly HistoryItem[]): ToolCall | undefined {
  const last = history.findLast((item) => item.type !== 'user')
  return last?.type === 'tool' && wasDenied(last.call.name, last.outcome) ? last.call : undefined
}

/** A yes in words is no press of a button. */
async function askAgain(turn: BrainTurn, script: ScriptTurn, call: ToolCall): Promise<void> {
  const byHost = HOST_SENDING_TOOLS.has(call.name)
  await script.say(
    byHost
      ? 'Please press **Send** on the card for that. Here it is again:'
      : 'Only a press of **Approve** does that. Here it is once more:',
  )
  const [outcome] = await turn.callTools([call])
  if (outcome?.status === 'ok' && byHost) return await sayOrStop(turn, script, call, outcome.text)
  if (outcome?.status === 'ok') return await script.say('Done.')
  if (outcome?.status === 'denied' && turn.isFollowed) return
  const isDenied = outcome?.status === 'denied'
  await script.say(
    obstacleWords(new Obstacle(isDenied ? 'denied' : 'failed', call.name, isDenied ? outcome.message : outcome?.text)),
  )
}

/** A second no that comes with other words is answered by those. */
async function sayOrStop(turn: BrainTurn, script: ScriptTurn, call: ToolCall, answered: string): Promise<void> {
  try {
    await sayResult(script, call.name, answered, call.input.send_at)
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error
    if (!turn.isFollowed) await script.say(obstacleWords(error))
  }
}

async function answer(turn: ScriptTurn, intent: Intent): Promise<void> {
  switch (intent.type) {
    case 'more':
      return await answerMore(turn)
    case 'translation':
      return await answerTranslation(turn)
    case 'question':
      return await answerQuestion(turn, intent.about)
    case 'safety':
      return await answerSafety(turn, intent.target)
    case 'greeting':
      return await answerGreeting(turn)
    case 'thanks':
      return await answerThanks(turn)
    case 'help':
      return await answerHelp(turn)
    case 'emoji':
      return /^\s*(?:👍|✅|:\+1:|:white_check_mark:)/u.test(intent.emoji) && turn.shown.draftId !== undefined
        ? await answerSendDraft(turn)
        : await answerEmoji(turn, intent.emoji)
    case 'yes':
      return turn.shown.draftId === undefined ? await answerYes(turn) : await answerSendDraft(turn)
    case 'no':
      return await answerNo(turn)
    case 'whose':
      return await answerWhose(turn)
    case 'labels':
      return await answerLabels(turn)
    case 'drafts':
      return await answerDrafts(turn)
    case 'money':
      return await answerMoney(turn)
    case 'waiting':
      return await answerWaiting(turn)
    case 'calendar':
      return await answerCalendar(turn)
    case 'connection':
      return await answerConnection(turn)
    case 'undo':
      return await answerUndo(turn)
    case 'discard draft':
      return await answerDiscardDraft(turn)
    case 'report':
      return await answerReport(turn)
    case 'send draft':
      return await answerSendDraft(turn, intent.sendAt)
    case 'list':
      return await answerList(turn, intent.filter, intent.counting)
    case 'open':
      return await answerOpen(turn, intent.target, intent.whole)
    case 'attachment':
      return await answerAttachment(turn, intent.target)
    case 'summarize':
      return await answerSummary(turn, intent.target)
    case 'who':
      return await answerWho(turn, intent.person)
    case 'said':
      return await answerSaid(turn, intent.person, intent.topic)
    case 'reply':
      return await answerReply(turn, intent)
    case 'write':
      return await answerWrite(turn, intent)
    case 'forward':
      return await answerForward(turn, intent.target, intent.to, intent.text, intent.sendAt)
    case 'change':
      return await answerChange(turn, intent.change, intent.target)
    case 'unknown':
      return await answerUnknown(turn, intent.words)
  }
}

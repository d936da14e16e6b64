/** Answers that need no mailbox: greetings, help, what was not understood, and what stood in the way. */
import { plain, shortened } from './markdown.js'
import type { ScriptTurn } from './script-turn.js'
import { HOST_SENDING_TOOLS, sendingResult, UNCONFIRMED } from './sending-result.js'
import type { Obstacle } from './toolbox.js'

const EXAMPLES = [
  '- “What is unread?” · “What came in today?”',
  '- “Find mail from Helen about the panels” · “Any mail with attachments this week?”',
  '- “Read the second one” · “And the attachment?” · “Summarize that thread”',
  '- “Who is Priya?” · “What did Ben say about the budget?” · “What do I owe?”',
  '- “Draft a reply saying that Tuesday works” · “Send it tomorrow at 8” · “Forward it to Ben”',
  '- “Archive it” · “Star the first one” · “Label it Invoices” · “Trash it” · “List my drafts”',
  '- “Write a long report about my mail”',
].join('\n')

export const NO_MAILBOX =
  'I have no access to a mailbox in this conversation: no mail tools were given to me. Connect your Gmail account and ask me again; if you have done that already, ask whoever runs me to look at the tools of this session.'

export async function answerGreeting(turn: ScriptTurn): Promise<void> {
  const name = turn.context.person?.split(/\s+/)[0]
  await turn.say(
    `Hello${name === undefined ? '' : ` ${plain(name)}`}! I can look through your mail for you. Try “what is unread?”, or ask me what I can do.`,
  )
}

export async function answerThanks(turn: ScriptTurn): Promise<void> {
  await turn.say('You are welcome. Tell me when there is more.')
}

export async function answerHelp(turn: ScriptTurn): Promise<void> {
  await turn.say(
    `I work on your mailbox, and only on yours. I read and search it on my own; whatever changes it or leaves it waits for your yes.\n\n**What you can ask**\n\n${EXAMPLES}\n\nIn this demo a script plays my part, so keep to sentences like these. I also understand what “it”, “her” and “the second one” refer to.`,
  )
}

export async function answerEmoji(turn: ScriptTurn, emoji: string): Promise<void> {
  await turn.say(
    `${emoji} back to you. I cannot tell what to do from that alone; say for example “what is unread?”, or “archive it” about the mail we just looked at.`,
  )
}

export async function answerTranslation(turn: ScriptTurn): Promise<void> {
  await turn.say(
    'Translating is beyond the script that plays my part in this demo. I can show you the text as it is, summarize it by its own sentences, or draft a reply in its language.',
  )
}

export async function answerConnection(turn: ScriptTurn): Promise<void> {
  await turn.say(
    'Your connection is not mine to make or to end. `/inbox connect` brings you a link, `/inbox disconnect` ends my access at once, and `/inbox status` says how it stands. You can write them anywhere; only you see the answer.',
  )
}

export async function answerUndo(turn: ScriptTurn): Promise<void> {
  await turn.say(
    'Tell me in words what to take back: “restore it” brings a mail back from the trash, “move it to the inbox” from the archive, and there are “unstar it” and “mark it as unread”. What has been sent cannot be called back.',
  )
}

export async function answerDiscardDraft(turn: ScriptTurn): Promise<void> {
  await turn.say(
    'I cannot delete a draft: none of my tools does that. It stays in your Drafts folder, unsent, until you delete it in Gmail.',
  )
}

export async function answerNo(turn: ScriptTurn): Promise<void> {
  await turn.say('All right, I leave everything as it is.')
}

export async function answerYes(turn: ScriptTurn): Promise<void> {
  await turn.say(
    'Yes to what, please? I have nothing open to do. Tell me in a sentence, for example “reply to Helen that I agree”.',
  )
}

export async function answerUnknown(turn: ScriptTurn, words: string): Promise<void> {
  const long = words.length > 300
  const about = long
    ? `That is a long message (${words.length.toLocaleString('en-US')} characters, beginning “${plain(shortened(words, 80), 90)}”), and I could not tell what I should do with it.`
    : `I did not understand “${plain(words, 200)}”.`
  await turn.say(
    `${about} In this demo a script plays my part, and it knows a limited set of requests about mail. For example:\n\n${EXAMPLES}`,
  )
}

const NOT_DONE: readonly (readonly [RegExp, string])[] = [
  [/^gmail_(?:send_message|reply_to_thread|send_draft)$/, 'so I have not sent it'],
  [/^gmail_(?:create|update)_draft$/, 'so I have not written the draft'],
  [/^gmail_trash_/, 'so it stays where it is'],
  [/^gmail_(?:modify|untrash)_/, 'so I have changed nothing'],
]
const CONNECTION_TROUBLE =
  /\b(?:401|403|unauthori[sz]ed|forbidden|expired|revoked|not connected|reconnect|credential|token)\b/i

function notSentWords(kind: Obstacle['kind'], reason: string | undefined): string {
  if (kind !== 'denied') {
    if (sendingResult(reason ?? '').type === 'unconfirmed') return UNCONFIRMED
    return `It wasn't sent. ${plain((reason ?? '').replace(/^nothing was sent[.:]\s*/i, ''), 400)}`.trim()
  }
  return reason === undefined || reason.trim() === '' ? 'Not sent. What should be different?' : 'How should it read?'
}

/** What the person hears when a tool is missing, failed or was denied. */
export function obstacleWords({ kind, tool, reason }: Obstacle): string {
  if (HOST_SENDING_TOOLS.has(tool)) return notSentWords(kind, reason)
  switch (kind) {
    case 'missing':
      return `For that I would need the tool \`${tool}\`, which is not enabled for me here. Nothing has been done. Whoever set me up can enable it.`
    case 'denied': {
      const notDone = NOT_DONE.find(([pattern]) => pattern.test(tool))?.[1] ?? 'so I have not done it'
      return reason === undefined || reason.trim() === ''
        ? `You said no, ${notDone}. Tell me what should be different, and I will try again.`
        : `You said no, ${notDone}. Your reason: “${plain(reason, 400)}”. Tell me the words you want instead, and I will prepare it anew.`
    }
    case 'failed': {
      const words =
        reason === undefined || reason.trim() === ''
          ? 'Gmail did not say why'
          : `Gmail answered: “${plain(reason, 300)}”`
      const advice = CONNECTION_TROUBLE.test(reason ?? '')
        ? 'The connection to your account seems to have ended; connect it again and repeat your request.'
        : 'Try again in a moment, or put it differently.'
      return `That did not work (\`${tool}\`). ${words}. ${advice}`
    }
  }
}

/** What the bot says to commands, each sentence a function of its values. mrkdwn, unless it says otherwise. Pure. */

import { type AppRules, whatNeedsApproval } from '../blocks/consent.js'
import { readersTime, scheduledCount } from '../blocks/outgoing-words.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { COMMANDS, type CommandWord } from './command-table.js'

/** These and `helpText` read the same as Markdown and as mrkdwn. */
export const WHAT_I_DO = 'I find, sum up, write, send and tidy email in your own Gmail.'
export function howToAsk({ slashCommand }: AppRules): string {
  return `Send me a direct message, or mention me in a channel. Or type \`${slashCommand}\` and your question anywhere: only you see the answer.`
}

/** What it does, what needs a press, and the commands. */
export function helpText(rules: AppRules): string {
  const { slashCommand } = rules
  const commands = Object.entries(COMMANDS).map(([word, does]) => `• \`${slashCommand} ${word}\`: ${does}`)
  return [
    `${WHAT_I_DO} ${howToAsk(rules)}`,
    whatNeedsApproval(rules),
    [`• \`${slashCommand}\` alone: what needs your attention`, ...commands].join('\n'),
  ].join('\n\n')
}

export function didYouMean(word: CommandWord, { slashCommand }: AppRules): string {
  return `Did you mean \`${slashCommand} ${word}\`?`
}

/** A link, or its words alone where it is not known. */
function link(url: string | null, words: string): string {
  return url === null ? words : `<${url}|${words}>`
}

const DMS = 'your direct messages'

/** A request is stored. @param url its place in the direct messages; null: not known yet */
export function onIt(url: string | null): string {
  return `On it. I'll reply in ${link(url, DMS)}.`
}
/** Follows `onIt`, once the place is known. */
export function replyIsHere(url: string): string {
  return `My reply is in ${link(url, DMS)}.`
}
export function connectIsHere(url: string | null): string {
  return `To connect your Gmail, go to ${link(url, DMS)}.`
}
export function scheduledIsHere(url: string | null): string {
  return `Your scheduled emails are listed in ${link(url, DMS)}.`
}
/** There is nothing that could be linked yet. */
export const ANSWER_COMES = `On it. I'll answer in ${DMS}.`

export const NO_DIRECT_MESSAGE =
  "I can't send you direct messages, so I can't answer. Ask a workspace admin to allow messages from this app."
export const NOT_STORED = "That didn't work, and nothing was done. Please try again in a moment."
export const NOT_LOOKED_UP = "I can't look that up right now. Please try again in a few minutes."

/** Before anything is ended. */
export const DISCONNECT_QUESTION =
  "*Disconnect your Gmail?*\nI'll stop what I'm working on. Nothing that is waiting or scheduled will be sent."
export function disconnecting(url: string | null): string {
  return url === null ? `Disconnecting your Gmail. I'll confirm in ${DMS}.` : `Done. Details are in ${link(url, DMS)}.`
}
export function disconnected(hadAccount: boolean, stopped: number, { slashCommand }: AppRules): string {
  return [
    hadAccount ? '✅ *Disconnected.* I can no longer open your mailbox.' : "*Your Gmail wasn't connected.*",
    ...(stopped === 0 ? [] : [stopped === 1 ? 'I stopped 1 request.' : `I stopped ${stopped} requests.`]),
    `To connect again, type \`${slashCommand} connect\` or write to me.`,
  ].join('\n')
}
/** Plain text. */
export function disconnectedShort(hadAccount: boolean): string {
  return hadAccount ? 'Your Gmail is disconnected' : "Your Gmail wasn't connected"
}

/** Plain text. */
export const CONNECT_SHORT = 'Your Gmail'
export const CONNECTED_SHORT = 'Your Gmail is connected'
export const CONNECTED = '✅ *Your Gmail is connected.* Ask me anything about it.'
export const CONNECTED_ALREADY = '✅ *Your Gmail is already connected.*'
export const SERVICE_AWAY = "⏳ *I can't get your link right now.* I'll keep trying and put it here."
export const NOT_SET_UP = "*I can't connect your Gmail.* Ask whoever runs this app to check its setup, then try again."
export const NOT_NOW_SHORT = "Your Gmail can't be connected right now"
export function linkExpired({ slashCommand }: AppRules): string {
  return `*This link has expired.* Type \`${slashCommand} connect\` for a new one.`
}
export const LINK_EXPIRED_SHORT = 'This link has expired'
export function linkWithdrawn({ slashCommand }: AppRules): string {
  return `*This link no longer works.* You disconnected after I sent it. Type \`${slashCommand} connect\` for a new one.`
}
export const LINK_WITHDRAWN_SHORT = 'This link no longer works'

/** Plain text. */
export const STATUS_SHORT = 'Your status'
/** @param address the mailbox's own; null: not known */
export function connectedAs(address: string | null): string {
  return address === null
    ? '✅ *Your Gmail is connected.* Only you can use it here.'
    : `✅ *Connected:* ${escapeMrkdwn(address)}. Only you can use it here.`
}
export function notConnected({ slashCommand }: AppRules): string {
  return `*Your Gmail isn't connected.* Type \`${slashCommand} connect\` to connect it.`
}
export function connectionExpired({ slashCommand }: AppRules): string {
  return `*Your Gmail needs to be connected again.* Type \`${slashCommand} connect\`.`
}
export const CONNECTION_UNKNOWN = "*I can't check your Gmail right now.* Please try again in a few minutes."
export const NOTHING_WAITS = 'Nothing is waiting for you.'

/** Headings, each above the requests that it is about. */
export function waitForApproval(count: number): string {
  return count === 1 ? '*1 request is waiting for you*' : `*${count} requests are waiting for you*`
}
export function waitForConnection(count: number): string {
  return count === 1 ? '*1 request needs your Gmail*' : `*${count} requests need your Gmail*`
}
export function waitForPlace(count: number): string {
  return `*Choose where I answer ${count === 1 ? 'this' : 'these'}*`
}
export function inProgress(count: number): string {
  return count === 1 ? '*1 request is in progress*' : `*${count} requests are in progress*`
}
export function stopped(count: number): string {
  return count === 1 ? 'Stopped 1 request:' : `Stopped ${count} requests:`
}
export const NOTHING_RUNS = 'Nothing is running.'

/** @param title escaped; empty where its first message had no words */
export function request(url: string | null, title: string): string {
  return `• ${link(url, title === '' ? 'No title' : title)}`
}
/** @param lastAt epoch milliseconds */
export function conversation(url: string | null, title: string, lastAt: number, timeZone: string): string {
  return `${request(url, title)}, ${readersTime(lastAt, timeZone)}`
}
export function more(count: number): string {
  return `And ${count} more.`
}
export const THREADS_HEADING = '*Your recent conversations*'
export function noThreads({ slashCommand }: AppRules): string {
  return `No conversations yet. Ask me something, for example \`${slashCommand} What is unread?\``
}

export function scheduledEmails(count: number, { slashCommand }: AppRules): string {
  return count === 0 ? scheduledCount(0) : `${scheduledCount(count)} Type \`${slashCommand} scheduled\` to see them.`
}

/** What an installation decides, as far as it matters to the people in it. */
export interface Settings {
  readonly channelReplies: keyof typeof CHANNEL_ANSWERS
  readonly undoMs: number
  readonly replyStreaming: keyof typeof REPLY_GROWTH
}
export function settingLines({ channelReplies, undoMs, replyStreaming }: Settings): string[] {
  return [CHANNEL_ANSWERS[channelReplies], undoTime(Math.round(undoMs / 1_000)), REPLY_GROWTH[replyStreaming]]
}
export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `• ${line}`).join('\n')
}

/** Where the answers to what is asked in a channel go. */
const CHANNEL_ANSWERS = {
  ask: 'When you ask in a channel, you choose where I answer.',
  here: 'When you ask in a channel, I answer there. Everyone in it can read the answer.',
  private: 'When you ask in a channel, I answer in your direct messages.',
} as const
/** @param seconds 0: there is no time to undo */
function undoTime(seconds: number): string {
  return seconds === 0
    ? 'Emails leave as soon as you press Send.'
    : `After you press Send, you have ${seconds === 1 ? '1 second' : `${seconds} seconds`} to undo.`
}
const REPLY_GROWTH = {
  edit: 'My answers grow in one message while I work.',
  native: 'My answers stream in while I work.',
  auto: 'My answers stream in while I work, where Slack can show that.',
} as const

/**
 * What is said around the text of a reply: that it waits, what the agent does, whose mailbox it was, and where the answer goes. How a turn ends is said by
 * `turns/endings.ts`; what stands on cards, by the words of `slack/blocks`. mrkdwn, unless it says otherwise. Pure.
 */

/** While its messages wait for something else of the conversation. */
export const QUEUED = {
  turn: "⏳ Got it. I'll answer when I'm done with your message above.",
  approval: "⏳ Got it. I'll answer when you've decided about the request above.",
  mail: "⏳ Got it. I'll answer when the email above has gone out.",
}
export const STARTING = '👀 On it…'
export const RETRYING = {
  slack: "⏳ Slack isn't answering right now. I'll keep trying, so no need to send this again.",
  claude: "⏳ Claude isn't answering right now. I'll keep trying, so no need to send this again.",
  scalekit: "⏳ I can't reach your mailbox right now. I'll keep trying, so no need to send this again.",
}
export const RESUMED = '✍️ I was interrupted. Picking up where I left off…'
export const BUSY = '⏳ Claude is busy. Trying again…'
export const THINKING = '💭 Thinking…'
export const WRITING = '✍️ Writing…'
export const SENDING = '⏳ Sending…'
/** To whoever says yes in words. */
export const PRESS = '👇 Press a button to decide. Nothing has been done yet.'

/** @param owner their name; null before it is known */
export function waitsForConnection(owner: string | null): string {
  return `🔒 Waiting for ${owner ?? NOBODY_KNOWN} to connect Gmail, in a direct message.`
}
/** @param owner their name; null before it is known */
export function waitsForApproval(owner: string | null): string {
  return `🔒 Waiting for ${owner ?? NOBODY_KNOWN} to approve, in a direct message.`
}
const NOBODY_KNOWN = 'whoever asked'

/** Buttons. Plain text. */
export const STOP = 'Stop'
export const REVIEW = 'Review'
/** For those who hear the button: it opens for nobody else. */
export function reviewLabel(owner: string | null): string {
  return `Review, for ${owner ?? NOBODY_KNOWN}`
}

/** What the agent does, a line each. Plain text, as the next three. */
export function earlier(count: number): string {
  return `${count} more before this`
}
export function repeated(line: string, times: number): string {
  return times === 1 ? line : `${line} (${times}×)`
}
export function underWay(running: string): string {
  return `${running}…`
}
export function notWorked(running: string): string {
  return `${running} didn't work`
}
/** @param past what would have become of the thing: "archived" */
export function notDone(past: string): string {
  return `Not ${past}`
}

/** The last line. @param address null where it is not known */
export function fromMailbox(address: string | null): string {
  return `From ${address ?? 'your Gmail'}`
}
/** The same where others read it. @param owner their name */
export function fromMailboxOf(owner: string): string {
  return `From ${owner}’s Gmail`
}

/** Once per person, below their first answer in direct messages. */
export const HOW_TO_GO_ON = '💬 To go on, reply in this thread or write a new message.'

/** Above what only the owner sees of a thread that others read. */
export function askedIn(channel: string): string {
  return `From <#${channel}>.`
}
export function decideAbout(channel: string): string {
  return `From <#${channel}>. Decide here, or reply in that thread.`
}

/** What notifications say. Plain text. */
export const NOTIFICATIONS = {
  queued: 'Your message is waiting',
  connect: 'Connect your Gmail',
  connectFirst: 'Connect your Gmail first',
  decide: 'I need your decision',
  sending: 'Sending…',
  working: 'On it…',
  done: 'Done',
  decided: 'Decided',
  over: 'No longer waiting for you',
}

/** Where a conversation's replies go. */
export const WHERE_TO_ANSWER = 'Where should I answer?'
export function whoWouldSee(channel: string): string {
  return `*${WHERE_TO_ANSWER}* Everyone in <#${channel}> would see what's in your email.`
}
export const CHOICE_APPLIES = "Applies to this thread. If you don't choose, I'll answer privately tomorrow."
export const ANSWER_PRIVATELY = 'Answer privately'
export const ANSWER_HERE = 'Answer here'
export const ANSWER_IN_THREAD = 'Answer in the thread'
export function youAskedIn(channel: string): string {
  return `You asked in <#${channel}>`
}
export const ANSWERED_PRIVATELY = "🔒 I'll reply in your direct messages."
export function goesOnHere(channel: string): string {
  return `From <#${channel}>. I can't post there anymore, so my answer goes on here.`
}
export const GOES_ON = 'My answer goes on here.'

/** @param url leads to the prompt, and opens for nobody else; undefined where that is not known */
export function linkWaits(url: string | undefined): string {
  return `🔒 Connect your Gmail first. The link is ${url === undefined ? 'in your direct messages' : `<${url}|in your direct messages>`}.`
}

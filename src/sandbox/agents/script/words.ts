/** Every sentence that the script says, to be read in one sitting. */
import type { Correspondent } from './mail.js'
import { addressed, counted, enumerated, fenced, plain, quoted } from './markdown.js'

// Talk, and what was not understood.
const EXAMPLES = '“What is unread?”, “Find emails from Helen” or “Draft a reply saying that Tuesday works”'
const A_SCRIPT = 'In this demo a script answers instead of Claude, so it knows only requests like these.'
export const notUnderstood = (words: string) =>
  `I didn't understand “${plain(words, 80)}”, so I did nothing; try ${EXAMPLES}.`
export const partNotUnderstood = (words: string) => `Not done, because I didn't understand it: “${plain(words, 80)}”.`
export const leftOut = (words: readonly string[]) =>
  `Not done either: ${enumerated(words.map((one) => `“${plain(one, 80)}”`))}.`
export const onMessage = (words: string) => `**On “${plain(words, 100)}”:**`
export const help = (rows: readonly string[]) =>
  `I read and search your Gmail, and ask you before I change or send anything. You can say:\n\n${rows.join(' · ')}\n\n${A_SCRIPT}`
export const hello = () => `Hello! Try ${EXAMPLES}. ${A_SCRIPT}`
export const welcome = () => "You're welcome."
export const leftAlone = () => "OK, I'm leaving everything as it is."
export const YES_TO_WHAT = 'Nothing is waiting for your yes. What should I do?'
export const notJudged = () => "I can't tell what is safe or who can be trusted, so please check that yourself."
export const NO_MAILBOX = "I can't reach a mailbox here. Write `/inbox connect`, then ask me again."

// Which email.
export const WHICH = 'Which email do you mean? Name its sender or its subject.'
export const whichOf = (list: string, shown: number, total: number) =>
  `Which one do you mean? ${shown < total ? `Here are the newest ${shown} of ${total}` : `These ${shown}`} that fit:\n\n${list}`
export const whichListed = (list: string) => `Which of these do you mean?\n\n${list}`
export const NO_LIST = "I haven't shown you a list yet. Ask for one first, for example “What is unread?”."
export const listHas = (count: number) => `My last list has ${counted(count)}. Which one do you mean?`
export const noneFound = (what: string) => `I found no ${what}.`

// Looking.
export const heading = (shown: number, total: number, what: string) =>
  shown < total ? `The newest **${shown} of ${total}** ${what}:` : `**${total}** ${what}:`
export const SAY_MORE = 'Say “more” for the next ones.'
export const MORE_OF_WHAT = 'More of what? Ask for a list first.'
export const NO_MORE = 'That was all of them.'
export const NEXT_ONES = 'The next ones, numbered from 1 again:'
export const NO_DRAFTS = 'You have no drafts.'
export const nobody = (name: string) => `I found nobody called **${plain(name)}** in your mailbox.`
export const people = (found: readonly Correspondent[]) => found.map((one) => `- ${addressed(one)}`).join('\n')

// Reading.
export const ORDERS = 'This email tries to give me orders, and I ignored them.'
export const LOOKS_ALIKE = (address: string, known: string) =>
  `\`${address}\` looks like \`${known}\`, but it is another address.`
export const warned = (notices: readonly string[]) => notices.map((notice) => `⚠️ ${notice}`).join('\n')
export const PASSAGE_LEFT_OUT = 'I left its orders out here.'
export const cut = (left: number) => `(${left} more characters are in Gmail.)`
export const attached = (files: readonly string[]) =>
  files.length === 0 ? '' : `Attached: ${enumerated(files)}. Say “open the attachment” to look inside.`
export const noAttachment = (mail: string) => `${mail} has no attachment.`
export const attachedTo = (mail: string) => `Attached to ${mail}:`
export const unreadable = (name: string) => `**${plain(name)}**: I can't read this kind of file.`
export const file = (name: string, text: string) => `**${plain(name)}**\n\n${fenced(text)}`
export const NO_FILE = 'There is no file with your message. Attach one, then ask me again.'
export const fileNotGiven = (name: string) => `**${plain(name)}**: I haven't got this file.`
export const fileIs = (name: string, type: string, size: number) =>
  `**${plain(name)}** (${plain(type)}, ${size.toLocaleString('en')} bytes).`
export const NO_EYES = "It's a picture. This script can't see; Claude would."
export const NOT_READ = "This script can't read this kind of file; Claude may."
export const BEGINS = 'It begins:'
export const SAYS = 'It says:'
export const verbatim = (text: string) => fenced(text)
export const nothingDated = (what: string) => `I found no ${what} with a day or a time in them.`
export const NO_CALENDAR = "I can't see your calendar, only your email."
export const datesFrom = (shown: number, total: number, what: string) =>
  `Days and times from ${what} (${shown} of ${total}), word for word:`
export const NO_BILLS = 'I found no bills.'
export const BILLS = "These are the amounts in the emails. I can't see what you have paid."
export const NOT_STATED = 'not stated'
export const notInTable = (mail: string, notice: string) => `⚠️ ${mail} isn't in the table: ${notice}`
export const receipts = (lines: readonly string[]) => (lines.length === 0 ? '' : `**Receipts:** ${enumerated(lines)}.`)

// Changing. Nothing is announced: the card asks, and these say what came of it.
export const changed = (done: string, what: string) => `${done}: ${what}.`
export const leftBecauseOfNo = (what: string) => (what === '' ? '' : `Left as it was, because you said no: ${what}.`)
export const gmailRefused = (what: string) => (what === '' ? '' : `Gmail refused this for ${what}.`)
export const onlySome = (count: number, total: number) => `That was ${count} of ${total}. Ask again for the next ones.`
export const noLabel = (label: string, own: readonly { readonly name: string }[]) =>
  `You have no label **${plain(label)}**, and I can't make one.${own.length === 0 ? '' : ` Yours are ${enumerated(own.map(({ name }) => `**${plain(name)}**`))}.`}`
export const NOTHING_TO_UNDO = "I haven't changed anything here that I could undo. A sent email can't be taken back."
export const noDiscard = () => "I can't delete drafts. You can, in Gmail."

// Writing.
export const whatToAnswer = (to: Correspondent | undefined) =>
  `What should I answer ${plain(to?.name || to?.address || '')}? For example “reply that I'll be there”.`
export const whatToWrite = (name: string) =>
  `What should I write to ${plain(name)}? For example “email ${plain(name)} that I'm late”.`
export const noAddress = (name: string) => `I found no address for **${plain(name)}**. Please write the address itself.`
export const whichAddress = (name: string, found: readonly Correspondent[]) =>
  `Which **${plain(name)}** do you mean? Please write the address.\n\n${people(found.slice(0, 5))}`
export const drafted = (to: Correspondent | undefined, body: string) =>
  `Draft to ${to === undefined ? 'nobody yet' : addressed(to)}:\n\n${quoted(body)}\n\nIt's in your drafts. Say “send it” to send it.`
export const holdingWords = (subject: string) =>
  `thank you for your email about “${subject}”. I'll get back to you soon.`
export const forwarded = ({ name, address }: Correspondent, date: string, subject: string) =>
  `---------- Forwarded message ----------\nFrom: ${name} <${address}>\nDate: ${date}\nSubject: ${subject}`
export const FILES_STAY = "I can't attach files, so its attachments won't go along."
export const severalDrafts = (names: string) =>
  `There are several drafts: ${names}. Please send the right one from Gmail.`
export const whenIs = (words: string) => `When is “${plain(words, 60)}”? Say for example “tomorrow at 8” or “at 5pm”.`
export const TIME_PASSED = 'That time has passed. When should it go out?'
export const UNCONFIRMED = "I can't tell whether it was sent. Please look in your Sent folder before you send it again."
export const sent = (changes: string) => `Sent${changes}.`
export const goesOut = (time: string, changes: string) => `It will go out ${time}${changes}.`
export const taken = (how: string, isDraft: boolean) =>
  `It wasn't sent: you ${how} it.${isDraft ? " It's still in your drafts." : ''}`
export const fromTool = (answer: string) => (/not known whether/.test(answer) ? UNCONFIRMED : plain(answer, 400))
export const DRAFT_INSTEAD = "It's in your drafts. It wasn't sent."
export const PRESS = 'Only the button on the card does that. Here it is again:'
export const DONE = 'Done.'
export const notSent = (reason: string | undefined) =>
  `Not sent. ${reason === undefined ? 'What should be different?' : 'How should it read?'}`

// Obstacles.
export const NOT_DONE = 'Not done: you said no.'
export const toolMissing = (tool: string) => `I'm not allowed to do that here (\`${tool}\`). Nothing was done.`
export const failed = (reason: string) => `That didn't work. Gmail answered: “${plain(reason, 300)}”. Please try again.`
export const RECONNECT = 'Gmail is not connected any more. Write `/inbox connect`, then ask me again.'

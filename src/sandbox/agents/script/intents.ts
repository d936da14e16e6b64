/** What the script understands: examples that a test runs, phrases, what is done. The first row that takes a request has it. */
import { describeFiles } from './given-files.js'
import { digest, listMails, more, report, whoIs } from './looking.js'
import { bills, dates, openAttachment, openMail, summarize } from './reading.js'
import { type Change, change, label, undo } from './sorting.js'
import { type Intent, onlyWords, phrases } from './understand.js'
import * as say from './words.js'
import { drafting, emailTo, forwarded, replyTo, sendDraft, sending } from './writing.js'

const RISK = /\b(?:safe|secure|suspicious|phishing|scams?|genuine|legit(?:imate)?|trust|fraud|fake|real|dangerous)\b/i
const EMAIL = '(a|an|the|my) [new|short|quick|friendly] (email|mail|message|note)'
const REPLY = '(a|an|the|my) [new|short|quick|friendly] (reply|answer)'
const FILE = 'file|files|picture|pictures|photo|photos|image|images|document|documents|pdf|csv|table|spreadsheet'
const NO_WORDS = /^\(no words, only what is attached\)$/
const SPAM = { done: 'Moved to spam', add: 'SPAM', remove: 'INBOX' }
const WRITE = '(draft|write|prepare|compose)'

function row(may: Intent['may']) {
  return (name: string, examples: string, takes: string | Intent['matches'], handle: Intent['handle']): Intent => {
    const matches = typeof takes === 'string' ? phrases(takes) : takes
    return { name, examples: examples.split(' / '), matches, may, handle }
  }
}
const [talk, look, changes, drafts, sends] = [row('talk'), row('look'), row('change'), row('draft'), row('send')]
const sorts = (name: string, examples: string, takes: string, how: Change) =>
  changes(name, examples, takes, (turn, { mail = 'it' }) => change(turn, mail, how))

function says(words: () => string): Intent['handle'] {
  return (turn) => turn.say(words())
}
const help = says(() => {
  const rows = INTENTS.filter(({ may }) => may !== 'talk').map(({ examples }) => `“${examples[0]}”`)
  return say.help(rows)
})
const yes: Intent['handle'] = (turn) =>
  turn.shown.draftId === undefined ? turn.say(say.YES_TO_WHAT) : sendDraft(turn, {})

export const INTENTS: readonly Intent[] = [
  talk('bare file', '(no words, only what is attached)', phrases('{words}', NO_WORDS), describeFiles),
  talk(
    'file',
    "what is in this file? / summarize this document / what's this?",
    `(what is) (in|on) (this|these|the attached) (FILE); (what is) (this|these) [FILE]; what does (this|the) (FILE) say;
      (read|open|summarize|summarise|describe|look at) (this|these|my|the attached) (FILE)`.replaceAll('FILE', FILE),
    describeFiles,
  ),
  talk(
    'thanks',
    'thanks / OK, thank you!',
    '[ok] (thanks|thank you|perfect|great|merci|ok) [so much|a lot]',
    says(say.welcome),
  ),
  talk('greeting', 'hello / Good morning!', '(hi|hello|hey|hallo|bonjour|good morning) [there|inbox]', says(say.hello)),
  talk('help', 'help / what can you do?', 'help; what can (you|i) (do|ask|say); who are you', help),
  talk('no', 'no / never mind', "(no|nope|never mind|stop|cancel|don't) [thanks|thank you|do it]", says(say.leftAlone)),
  talk('risk', 'is my data safe with you? / anything suspicious?', phrases('{words}', RISK), says(say.notJudged)),
  talk('delete a draft', 'delete the draft', '(delete|discard|trash) (the|my|that|this) draft', says(say.noDiscard)),
  sends('yes', 'yes / go ahead', '(yes|yep|yeah|sure|go ahead|do it) [please|do it|go ahead]', yes),
  sends(
    'send draft',
    'send it / send it at 5pm',
    '[yes|ok] (send|schedule) (it|that|the draft) [now|for] [{time}]',
    sendDraft,
  ),
  sends('forward', 'forward it to Ben', 'forward {mail} to {who} [{time}] [{says}{text}]', sending(forwarded)),
  drafts('draft a reply', 'draft a reply', `${WRITE} ${REPLY} [to {mail}] [{says}{text}]`, drafting(replyTo)),
  sends(
    'reply',
    'reply to Rosa that Tuesday at 10:30 works / Reply to her saying: see you then / tell him that I agree / reply to 2',
    `(reply|answer) [to {mail}] [{time}] {says}{text}; answer {mail} [{time}] {says}{text};
      tell (him|her|them) [that] {text}; (reply|answer) [to] {mail}; reply`,
    sending(replyTo),
  ),
  drafts(
    'draft',
    'draft a mail to Ben',
    `${WRITE} ${EMAIL} to {who} [about {subject}] [{says}{text}]`,
    drafting(emailTo),
  ),
  sends(
    'email',
    'email Priya that the floor is paid / send a mail to Priya about the floor: it is paid / tell Ben that I am late',
    `send ${EMAIL} to {who} about {subject} [{says}{text}]; let {who} know {says}{text};
      send ${EMAIL} to {who} [{time}] [{says}{text}];
      (email|mail|tell) {who} [{time}] {says}{text}`,
    sending(emailTo),
  ),
  sorts('mark unread', 'mark it as unread', 'mark {mail} [as] unread', { done: 'Marked as unread', add: 'UNREAD' }),
  sorts('mark read', 'mark it as read', 'mark {mail} [as] read', { done: 'Marked as read', remove: 'UNREAD' }),
  sorts('star', 'star the first two', '(star|flag) {mail}', { done: 'Starred', add: 'STARRED' }),
  sorts('unstar', 'unstar it', '(unstar|unflag) {mail}', { done: 'Unstarred', remove: 'STARRED' }),
  sorts('archive', 'archive it', 'archive {mail}; move {mail} to [the] archive', { done: 'Archived', remove: 'INBOX' }),
  sorts('trash', 'trash it', '(trash|delete) {mail}', { done: 'Moved to the trash', tool: 'gmail_trash_message' }),
  sorts('restore', 'restore it', '(restore|untrash) {mail}', { done: 'Restored', tool: 'gmail_untrash_message' }),
  sorts('spam', 'report it as spam', '(mark|report) {mail} [as] (spam|phishing); move {mail} to spam', SPAM),
  changes('label', 'label it as Familj', '(label|tag) {mail} (as|with) {label}; label (it|this|that) {label}', label),
  changes('undo', 'undo that', 'undo [it|that|this]; (put|take) (it|that) back', undo),
  look('long report', 'write a long report about my email', '[write|give me] [a] long report [{words}]', report),
  look(
    'bills',
    'what do I owe? / show me the invoice amounts in a table / Find the most recent invoice',
    onlyWords('owe invoice invoices bill bills pay unpaid due amounts amount table all find recent latest newest'),
    bills,
  ),
  look(
    'dates',
    'when is the walk-through? / when does the train leave? / what trains do I have? / do I have any meetings tomorrow?',
    `(when|what time|where) (is|are|was|does|do|did) [the|my|our] {words} [leave|start|begin|end|arrive|due];
      [what|which|show me|any] [my|the] {trip} [do i have|are there]; am i (free|busy) {day};
      [what|do i have] [any|my] (meetings|appointments) [{day}]`,
    dates,
  ),
  look('who is', 'who is Helen?', '(who is) {who}', whoIs),
  look(
    'attachment',
    'open the attachment',
    "[open|read|what's in] [the] (attachment|pdf) [(of|from|in) {mail}]",
    openAttachment,
  ),
  look(
    'digest',
    'what happened today? / summarize my unread emails / Who wrote to me this week, and what about? / What needs my attention?',
    `what (happened|came in|arrived) {several}; who wrote [to] [me] {several} [and what about]; catch me up; what needs my attention [today];
      (summarize|summarise) my day; [give me|write] (a|my|the) digest [of {several}]; (summarize|summarise) {several}`,
    digest,
  ),
  look('summarize', 'summarize the globe thread / tl;dr', '(summarize|summarise|sum up) {mail}; tl.dr', summarize),
  look('more', 'more / show me the next ones', '[show me] [the] (more|next|next ones|rest)', more),
  look('unread', 'What is unread?', onlyWords("unread new miss mail mails email emails inbox what's"), listMails),
  look(
    'list',
    'Find emails from Helen / any mail from Helen about the floor? / show me my starred mails / what did I send to Helen?',
    `what did i (send|write) to {to}; what did {from} (say|write|want|send) [me] [about {about}]; what does {from} want;
      (has|did) {from} (reply|replied|write|written|answer|answered) [yet|back|to me];
      (find|search for|search|look for) {mail}; (show me|show|list|read|open|check) {several};
      (what|which|any|do i have|is there|are there|did i get|how many|list) {listing}`,
    listMails,
  ),
  look('read', 'read the second one / 2', '(read|open|show me|show) {mail}; what does {mail} say; {number}', openMail),
  look('bare list', 'mails with attachments this week', '{bare}', listMails),
]

import { describe, expect, test } from 'vitest'
import type { Intent } from '../../../src/sandbox/agents/script/intent.js'
import { understand } from '../../../src/sandbox/agents/script/understand.js'

/** The parts of an intent that a sentence must decide; others may be anything. */
type Expected = { readonly type: Intent['type'] } & Record<string, unknown>

const SENTENCES: readonly (readonly [string, Expected])[] = [
  ['hi', { type: 'greeting' }],
  ['Good morning!', { type: 'greeting' }],
  ['thanks a lot', { type: 'thanks' }],
  ['', { type: 'help' }],
  ['what can you do?', { type: 'help' }],
  ['🎉', { type: 'emoji', emoji: '🎉' }],
  [':tada: :+1:', { type: 'emoji' }],
  ['👩‍🚀 🇸🇪', { type: 'emoji' }],
  ['whose mailbox is this?', { type: 'whose' }],
  ['which account are you using', { type: 'whose' }],

  ['what is unread?', { type: 'list', filter: { unread: true } }],
  ['Actually, what is unread?', { type: 'list', filter: { unread: true } }],
  ['No, wait: what is unread?', { type: 'list', filter: { unread: true } }],
  ['never mind, who is Priya?', { type: 'who', person: 'Priya' }],
  ['no', { type: 'no' }],
  ['Never mind.', { type: 'no' }],
  ['no, thanks', { type: 'no' }],
  ['Do I have any unread mail?', { type: 'list', filter: { unread: true } }],
  ['how many unread mails do I have?', { type: 'list', filter: { unread: true }, counting: true }],
  ["what's new today?", { type: 'list', filter: { unread: true, period: 'today' } }],
  ['What came in this week', { type: 'list', filter: { period: 'week' } }],
  ['show me my starred mails', { type: 'list', filter: { starred: true } }],
  ['find mail from Helen', { type: 'list', filter: { from: 'Helen' } }],
  ['any mail from Helen Marsh about the floor?', { type: 'list', filter: { from: 'Helen Marsh', about: 'floor' } }],
  ['do I have any mail from Zoltan?', { type: 'list', filter: { from: 'Zoltan' } }],
  ['Did Ada write?', { type: 'list', filter: { from: 'Ada' } }],
  ['has Kerstin replied yet?', { type: 'list', filter: { from: 'Kerstin' } }],
  ['search for "nail to nail"', { type: 'list', filter: { about: 'nail to nail' } }],
  ['mails with attachments this week', { type: 'list', filter: { attachment: true, period: 'week' } }],
  ['emails with an attachment from Jonas', { type: 'list', filter: { attachment: true, from: 'Jonas' } }],
  ['what did I send to Helen?', { type: 'list', filter: { sent: true, to: 'Helen' } }],
  ['show the last 3 mails', { type: 'list', filter: { limit: 3 } }],
  ['any invoices from Lumenwerk?', { type: 'list', filter: { from: 'Lumenwerk', about: 'invoices' } }],
  ['Rosa?', { type: 'list', filter: { from: 'Rosa' } }],
  ['globe budget', { type: 'list', filter: { about: 'globe budget' } }],

  ['read the second one', { type: 'open', target: { ordinals: [2] } }],
  ['the third', { type: 'open', target: { ordinals: [3] } }],
  ['#4', { type: 'open', target: { ordinals: [4] } }],
  ['open number 2 please', { type: 'open', target: { ordinals: [2] } }],
  ['open the last one', { type: 'open', target: { ordinals: [-1] } }],
  ['Could you read the mail from Rosa?', { type: 'open', target: { filter: { from: 'Rosa' } } }],
  ['read it', { type: 'open', target: { pronoun: true }, whole: false }],
  ['what does it say?', { type: 'open', target: { pronoun: true } }],
  ['show me the full text', { type: 'open', whole: true }],
  ['open the one about keys', { type: 'open', target: { filter: { about: 'keys' } } }],
  ['and the attachment?', { type: 'attachment' }],
  ["what's in the attachment of the second one?", { type: 'attachment', target: { ordinals: [2] } }],

  ['summarize the globe thread', { type: 'summarize', target: { filter: { about: 'globe' } } }],
  ['tl;dr', { type: 'summarize' }],
  ['summarise it', { type: 'summarize', target: { pronoun: true } }],
  ['summarize my inbox', { type: 'summarize', target: { filter: { unread: true } } }],
  ['who is Priya?', { type: 'who', person: 'Priya' }],
  ["who's she", { type: 'who', person: 'she' }],
  ['what did Ben say about the budget?', { type: 'said', person: 'Ben', topic: 'the budget' }],
  ['What does Helen want?', { type: 'said', person: 'Helen' }],
  ['what do I owe?', { type: 'money' }],
  ['any invoices?', { type: 'money' }],
  ['Find the most recent invoice', { type: 'money' }],
  ['find an invoice', { type: 'money' }],
  ['show me all unpaid bills', { type: 'money' }],

  ['draft a reply', { type: 'reply', draft: true, text: undefined, target: { pronoun: true } }],
  [
    'draft a reply to Rosa saying that Tuesday works',
    { type: 'reply', draft: true, text: 'Tuesday works', target: { filter: { from: 'Rosa' } } },
  ],
  [
    'Reply to her that I will be there',
    { type: 'reply', draft: false, text: 'I will be there', target: { pronoun: true } },
  ],
  ['reply to her that she is right', { type: 'reply', text: 'you are right' }],
  ['reply: Yes, send it. And archive the rest.', { type: 'reply', text: 'Yes, send it. And archive the rest.' }],
  ['reply to the second one with “fine by me”', { type: 'reply', text: 'fine by me', target: { ordinals: [2] } }],
  ['answer him saying the meeting is at 10:30', { type: 'reply', text: 'the meeting is at 10:30' }],
  ['reply to all that we are done', { type: 'reply', all: true, text: 'we are done' }],
  ["tell her that it's a yes", { type: 'reply', text: "it's a yes" }],
  [
    'send a mail to Priya saying the floor is paid',
    { type: 'write', to: 'Priya', text: 'the floor is paid', draft: false },
  ],
  [
    'email <mailto:x@y.example|x@y.example> about the keys: they are in the drawer',
    { type: 'write', to: 'x@y.example', about: 'the keys', text: 'they are in the drawer' },
  ],
  ['write a mail to Jonas saying danke', { type: 'write', to: 'Jonas', text: 'danke', draft: true }],
  [
    'tell Ada that I will bring the slideshow',
    { type: 'write', to: 'Ada', text: 'I will bring the slideshow', draft: false },
  ],
  ['let Tomás know the photo is great', { type: 'write', to: 'Tomás', text: 'the photo is great' }],
  ['forward it to Ben', { type: 'forward', to: 'Ben', target: { pronoun: true } }],
  [
    'forward the mail from Rosa to ben@northwind.example with a note saying please handle',
    { type: 'forward', to: 'ben@northwind.example', text: 'please handle' },
  ],
  ['send it', { type: 'send draft' }],
  ['yes, send it', { type: 'yes' }],
  ['no thanks', { type: 'no' }],
  ['list my drafts', { type: 'drafts' }],
  ['which labels do I have?', { type: 'labels' }],

  ['archive it', { type: 'change', change: { type: 'archive' }, target: { pronoun: true } }],
  [
    'Archive all newsletters',
    { type: 'change', change: { type: 'archive' }, target: { plural: true, filter: { newsletters: true } } },
  ],
  ['star the first two', { type: 'change', change: { type: 'star' }, target: { ordinals: [1, 2] } }],
  ['mark them as read', { type: 'change', change: { type: 'read' }, target: { plural: true } }],
  ['mark the second as unread', { type: 'change', change: { type: 'unread' }, target: { ordinals: [2] } }],
  [
    'delete the mail from TalentBridge',
    { type: 'change', change: { type: 'trash' }, target: { filter: { from: 'TalentBridge' } } },
  ],
  ['trash it', { type: 'change', change: { type: 'trash' } }],
  ['restore it', { type: 'change', change: { type: 'untrash' } }],
  [
    'label it as Atlas/Texts',
    { type: 'change', change: { type: 'label', label: 'Atlas/Texts' }, target: { pronoun: true } },
  ],
  [
    'add the label Invoices to the third one',
    { type: 'change', change: { type: 'label', label: 'Invoices' }, target: { ordinals: [3] } },
  ],
  [
    'remove the label "Familj" from it',
    { type: 'change', change: { type: 'unlabel', label: 'Familj' }, target: { pronoun: true } },
  ],
  ['move it to the archive', { type: 'change', change: { type: 'archive' } }],

  ['What did I miss?', { type: 'list', filter: { unread: true } }],
  [
    'unread mails of this week without newsletters',
    { type: 'list', filter: { unread: true, noNewsletters: true, period: 'week' } },
  ],
  ['what did I write to Helen', { type: 'list', filter: { sent: true, to: 'Helen' } }],
  ['delete the draft', { type: 'discard draft' }],
  ['discard my draft please', { type: 'discard draft' }],
  [
    'delete the mail about the draft certificate',
    { type: 'change', change: { type: 'trash' }, target: { filter: { about: 'draft certificate' } } },
  ],
  ['undo that', { type: 'undo' }],
  ['how do I disconnect?', { type: 'connection' }],
  ['Disconnect my Gmail', { type: 'connection' }],
  ['am I free tomorrow?', { type: 'calendar' }],
  ['do I have any meetings tomorrow?', { type: 'calendar' }],
  ['what meetings do I have this week', { type: 'calendar' }],
  ['when is my next meeting?', { type: 'calendar' }],
  ['mail about the meeting', { type: 'list', filter: { about: 'meeting' } }],
  ["any emails I haven't replied to?", { type: 'waiting' }],
  ['do I need to reply to anything?', { type: 'waiting' }],
  ['what should I do first?', { type: 'waiting' }],
  ['Who is waiting for me?', { type: 'waiting' }],
  ['what needs my attention?', { type: 'waiting' }],
  ['anything I need to do?', { type: 'waiting' }],
  ["reply to her that I haven't answered yet", { type: 'reply', text: "I haven't answered yet" }],
  ["what's urgent?", { type: 'list', filter: { important: true } }],
  ['is there anything important?', { type: 'list', filter: { important: true } }],
  ['catch me up', { type: 'list', filter: { unread: true } }],
  ['summarize my day', { type: 'list', filter: { period: 'today' } }],
  ['what happened today?', { type: 'list', filter: { period: 'today' } }],
  ['who wrote 3?', { type: 'open', target: { ordinals: [3] } }],
  ['what was the second one again?', { type: 'open', target: { ordinals: [2] } }],
  ["tell Ben I'll be late", { type: 'write', to: 'Ben', text: "I'll be late" }],
  ['tell Helen Marsh I agree', { type: 'write', to: 'Helen Marsh', text: 'I agree' }],
  ['previous', { type: 'unknown' }],
  ['and the one after that?', { type: 'unknown' }],
  ['more', { type: 'more' }],
  ['show me the next ones', { type: 'more' }],
  ['translate it', { type: 'translation' }],
  ['is it safe?', { type: 'safety', target: { pronoun: true } }],
  ['are there any suspicious mails?', { type: 'safety', target: { pronoun: false } }],
  ['when is the walk-through?', { type: 'question', about: 'walk-through' }],
  ["what's the deadline for the interview?", { type: 'question', about: 'deadline interview' }],
  ["what's Priya's email address?", { type: 'who', person: 'Priya' }],
  ['reply sounds good', { type: 'reply', text: 'sounds good', target: { pronoun: true } }],
  [
    'write a friendly reply to Rosa accepting the interview',
    { type: 'reply', draft: true, text: 'Thank you, I gladly accept.', target: { filter: { from: 'Rosa' } } },
  ],
  ["Tell Ben it's OK to send.", { type: 'write', to: 'Ben', text: "it's OK to send." }],
  ['ask her whether Tuesday works', { type: 'reply', text: 'I wanted to ask whether Tuesday works' }],
  ['say thanks to Helen', { type: 'reply', text: 'thanks', target: { filter: { from: 'Helen' } } }],
  ['trash numbers 2 and 3', { type: 'change', change: { type: 'trash' }, target: { ordinals: [2, 3] } }],
  [
    'label the mail from Leila "Familj"',
    { type: 'change', change: { type: 'label', label: 'Familj' }, target: { filter: { from: 'Leila' } } },
  ],
  ['write a long report about my mail', { type: 'report' }],

  ["what's the weather like in Oslo today?", { type: 'unknown' }],
  ['sing me a song', { type: 'unknown' }],
  ['book a table for two at seven', { type: 'unknown' }],
  ['asdf qwer zxcv tyui', { type: 'unknown' }],
]

describe('a request', () => {
  test.each(SENTENCES)('“%s”', (sentence, expected) => {
    const intents = understand(sentence)
    expect(intents).toHaveLength(1)
    expect(intents[0]).toMatchObject(expected)
  })

  test('two in one sentence are done in their order', () => {
    expect(understand('find the mail from Grace and then trash it')).toMatchObject([
      { type: 'list', filter: { from: 'Grace' } },
      { type: 'change', change: { type: 'trash' }, target: { pronoun: true } },
    ])
    expect(understand('Star it and archive it.')).toMatchObject([
      { type: 'change', change: { type: 'star' } },
      { type: 'change', change: { type: 'archive' } },
    ])
  })

  test('three, and a question among them', () => {
    expect(
      understand("find Ben's mails about the globe, summarize the thread and draft a reply saying OK"),
    ).toMatchObject([
      { type: 'list', filter: { from: 'Ben', about: 'globe' } },
      { type: 'summarize', target: { pronoun: true } },
      { type: 'reply', draft: true, text: 'OK' },
    ])
    expect(understand('what is unread and what do I owe?')).toMatchObject([{ type: 'list' }, { type: 'money' }])
  })

  test('what a mail shall say is not cut up, whatever stands in it', () => {
    const [only, ...others] = understand(
      'send a mail to Ben saying please read the plan and archive it, then reply to Helen',
    )
    expect(others).toEqual([])
    expect(only).toMatchObject({
      type: 'write',
      to: 'Ben',
      text: 'please read the plan and archive it, then reply to Helen',
    })
  })

  test('a dictated text keeps its lines and its case', () => {
    const [intent] = understand('Reply to Rosa saying:\nTuesday, 10:30.\n\nBring BOOTS')
    expect(intent).toMatchObject({ type: 'reply', text: 'Tuesday, 10:30.\n\nBring BOOTS' })
  })

  test('a very long message is no request, and is read in no time worth noticing', () => {
    expect(understand('read about from to with that and the '.repeat(1_100))).toMatchObject([{ type: 'unknown' }])
    // Long enough to hang a pattern that backtracks, short enough to be read as a request.
    expect(understand(`find mail about ${'from that with to about '.repeat(160)}`)[0]?.type).toBe('list')
    expect(understand(`label ${'it as with under into '.repeat(170)}`)).toHaveLength(1)
  })
})

import { describe, expect, test } from 'vitest'
import type { ToolCall, ToolOutcome } from '../../../src/sandbox/agents/brain.js'
import { bakery } from './bakery.js'
import { type Reply, ScriptedSession, sampleMailbox } from './scripted-session.js'

const anna = async () => await ScriptedSession.open(await sampleMailbox('anna'))
const ben = async () =>
  await ScriptedSession.open(await sampleMailbox('ben'), { person: 'Ben Okafor', email: 'ben@northwind.example' })

const names = (reply: Reply) => reply.calls.map((call) => call.name)
const inputs = (reply: Reply, tool: string) =>
  reply.calls.filter((call) => call.name === tool).map((call) => call.input)
const WRITING = /send|reply|draft|trash|modify/

/** Says no to every call of these tools. */
function denying(tools: readonly string[], message?: string) {
  return (call: ToolCall): ToolOutcome | undefined =>
    tools.includes(call.name) ? { status: 'denied', message } : undefined
}

describe('a note of the host', () => {
  test('says to go on: what was asked last is answered, once', async () => {
    const session = await anna()
    session.history.push({ type: 'user', texts: ['<context>\nFrom: Anna\n</context>', 'What is unread?'] })
    const reply = await session.told('<context>\nThe mailbox is there again.\n</context>')
    expect(reply.last).toContain('**12** unread mails')
    expect(reply.text).not.toContain('On “')
  })

  test('adds nothing to what the person has written meanwhile', async () => {
    const session = await anna()
    await session.ask('What is unread?')
    session.history.push({ type: 'user', texts: ['<context>\nFrom: Anna\n</context>', 'mails from Helen'] })
    const reply = await session.told('<context>\nThe mailbox is there again.\n</context>')
    expect(reply.last).toContain('Helen Marsh')
  })
})

describe('looking', () => {
  test('unread mail is a numbered list of what the mailbox answered', async () => {
    const session = await anna()
    const reply = await session.ask('What is unread?')
    expect(inputs(reply, 'gmail_fetch_mails')).toMatchObject([{ query: expect.stringContaining('is:unread') }])
    expect(reply.text).toMatch(/^Let me look/)
    expect(reply.last).toContain('**12** unread mails')
    expect(reply.last).toMatch(/^1\. \*\*Re: Globe room: we are over budget\*\* — Ben Okafor, today 17:26, unread/m)
    expect(reply.last).toContain('Waiting for you')
  })

  test('times are in the time zone that the context block names', async () => {
    const session = await ben()
    // The block says Europe/Stockholm, wherever the machine is.
    expect((await session.ask('mail from Ada')).last).toContain('today 04:30')
  })

  test('today is a day on the calendar, not the last 24 hours', async () => {
    const { last } = await (await anna()).ask('what came in today?')
    expect(last).toContain('— Nordvik Bank, today 07:03')
    expect(last).not.toContain('yesterday')
  })

  test('an ordinal, "it" and a sender all lead to a mail', async () => {
    const session = await anna()
    await session.ask('what is unread?')
    expect((await session.ask('read the second one')).last).toContain('**Interview about Atlas for the spring issue?**')
    expect((await session.ask('what does it say?')).last).toContain('> I write for The Quarterly Line')
    expect((await session.ask('read the mail from Priya about cash')).last).toContain('71,300 EUR')
  })

  test('two mails with the same subject and sender are not mixed up', async () => {
    const session = await anna()
    await session.ask('mails from Helen')
    const listed = await session.ask('find mail from Helen with an attachment')
    expect(listed.last).toContain('2. **Re: Opening evening: how many of yours?** — Helen Marsh, Mon 12:30')
    expect((await session.ask('open the second')).last).toContain('the builders stand in the front row')
  })

  test('an attachment is opened and shown', async () => {
    const session = await ben()
    await session.ask('read the mail from Miriam')
    const reply = await session.ask('and the attachment?')
    expect(names(reply)).toContain('gmail_get_attachment_by_id')
    expect(reply.last).toContain('| 1 | 2 | Ramp gradient 1:10 | must |')
    const pdf = await session.ask("what's in the attachment of the mail from Lumenwerk?")
    expect(pdf.last).toContain('EUR 2,960.00')
    const invitation = await session.ask('show me the attachment of the mail about the walk-through')
    expect(invitation.last).toContain('**Starts:** 4 March 2027, 09:00 UTC')
    const picture = await session.ask('find mail from Tomás with an attachment', 'and the attachment of the first one?')
    expect(picture.last).toContain('48 × 32 pixels')
  })

  test('a thread is summarized from its own sentences, with what is open at the end', async () => {
    const session = await anna()
    const reply = await session.ask('summarize the globe thread')
    expect(names(reply)).toContain('gmail_get_thread_by_id')
    expect(reply.last).toContain('5 messages between Ben Okafor, Anna Lindqvist and Priya Raman')
    expect(reply.last).toContain('14,600 EUR, and 5,000 of that is promised')
    expect(reply.last).toMatch(/yours to answer[\s\S]*OK to send\?/)
  })

  test('who somebody is, and what they said', async () => {
    const session = await anna()
    const who = await session.ask('Who is Helen?')
    expect(names(who)).toEqual(expect.arrayContaining(['gmail_search_people', 'gmail_fetch_mails']))
    expect(who.last).toContain('`helen.marsh@meridian-museum.example`')
    const said = await session.ask('what did she say about Ibn Majid?')
    expect(said.last).toContain('> Panel 2.2 credits Ibn Majid with guiding da Gama.')
    const nothing = await session.ask('what did Priya say about dolphins?')
    expect(nothing.last).toContain('nothing about **dolphins**')
  })

  test('money: invoices in a table, receipts apart, the fraud named', async () => {
    const { last } = await (await anna()).ask('What do I owe?')
    expect(last).toMatch(/\| Vandermeer Fine Art Logistics \| Invoice 20417.*\| \*\*EUR 6,480.00\*\* \| 30 days net \|/)
    expect(last).toMatch(/Already paid.*Cloudpost Billing \(168\.00 EUR\)/)
    expect(last).toContain('Do not pay on “URGENT: new bank details for invoice 20417”')
    expect(last).not.toContain('Do not pay on “Invoice 20417')
    expect(last).not.toMatch(/\| URGENT/)
  })

  test('nothing found is said, and so is an empty list position', async () => {
    const session = await anna()
    expect((await session.ask('any mail from Zoltan?')).last).toContain('no mail from **Zoltan**')
    expect((await session.ask('open the fourth')).last).toContain('not shown you a numbered list')
    await session.ask('mails from Priya')
    expect((await session.ask('open number 9')).last).toMatch(/list I showed you last has 2 entries/)
  })

  test('"more" goes on where the list ended', async () => {
    const session = await anna()
    const first = await session.ask('what is unread?')
    const more = await session.ask('more')
    expect(more.last).toMatch(/^1\. \*\*Höstrea/m)
    expect(first.last).not.toContain('1. **Höstrea')
    expect((await session.ask('more')).last).toBe('That was all of it.')
    expect((await (await anna()).ask('more')).last).toContain('More of what?')
  })

  test('a question is answered by quoting the mail that speaks of it', async () => {
    const session = await ben()
    const reply = await session.ask('when do they close the wall?')
    expect(reply.last).toContain('> we close the wall in room 2 the week after next.')
    expect((await session.ask('where are the dolphins?')).last).toContain('nothing in your mail about **dolphins**')
  })

  test('who waits for an answer: what asks something, and not what was answered or is not to be trusted', async () => {
    const session = await anna()
    const before = await session.ask("any emails I haven't replied to?")
    expect(before.last).toMatch(/\*\*Interview about Atlas for the spring issue\?\*\* — Rosa Delgado/)
    expect(before.last).toContain('“Could I have forty minutes of you, by telephone or better in the workshop?”')
    expect(before.last).not.toMatch(/visitor panel|URGENT|Exhibit Weekly/)
    expect(before.last).toContain('I do not trust')
    const more = await session.ask('more')
    expect(more.last).not.toContain('— Anna Lindqvist')
    await session.ask('reply to Rosa that Tuesday works')
    const after = await session.ask('do I need to reply to anything?')
    expect(after.last).not.toContain('Rosa Delgado')
    expect(after.last).toContain('Ben Okafor')
  })

  test('of the calendar it says that it does not see it, and shows the invitations', async () => {
    const reply = await (await anna()).ask('do I have any meetings tomorrow?')
    expect(reply.text).toContain('I see your mail and not your calendar')
    expect(reply.last).toContain('Invitation: Atlas walk-through with the lenders')
  })

  test('"delete the draft" trashes no mail that has the word in its subject', async () => {
    const reply = await (await anna()).ask('delete the draft')
    expect(reply.calls).toEqual([])
    expect(reply.last).toContain('until you delete it in Gmail')
  })

  test('an address without a name is said once, a sender without an address without brackets', async () => {
    const session = await anna()
    const reply = await session.ask('email priya@northwind.example that I am late')
    expect(reply.text).toContain('This goes to **priya@northwind.example**: **I am late**')
  })

  test('the mailbox is named by Gmail, its owner by the context', async () => {
    const reply = await (await anna()).ask('whose mailbox is this?')
    expect(names(reply)).toEqual(['gmail_get_profile'])
    expect(reply.last).toContain('**anna@northwind.example**')
    expect(reply.last).toContain('Anna Lindqvist')
  })

  test('a long report is long, has a table, a fence and headings, and names real mail', async () => {
    const { last } = await (await anna()).ask('write a long report about my mail')
    expect(last.length).toBeGreaterThan(6_000)
    expect(last).toMatch(/^# /m)
    expect(last).toMatch(/^\| --- \|/m)
    expect(last).toMatch(/^```$/m)
    expect(last).toContain('Interview about Atlas for the spring issue?')
  })
})

describe('writing', () => {
  test('a reply goes to the sender, in the thread, with the words that were given', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    await session.ask('read the mail from Rosa')
    const reply = await session.ask('Reply to her that Tuesday at 10:30 suits me')
    expect(inputs(reply, 'gmail_reply_to_thread')).toMatchObject([
      {
        to: 'rosa.delgado@quarterlyline.example',
        subject: 'Re: Interview about Atlas for the spring issue?',
        body: 'Hi Rosa,\n\nTuesday at 10:30 suits me.\n\nBest,\nAnna',
      },
    ])
    expect(reply.last).toContain('Sent')
    expect(mailbox.messages()[0]?.mail.subject).toBe('Re: Interview about Atlas for the spring issue?')
    const original = mailbox.search({ query: 'from:rosa' })[0]
    expect(mailbox.messages()[0]?.threadId).toBe(original?.threadId)
    expect(mailbox.messages()[0]?.mail.references).toContain(original?.mail.messageId)
  })

  test('a draft is kept, not sent, until the person says so', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    const drafted = await session.ask('draft a reply to Rosa saying that Tuesday works')
    expect(names(drafted)).toContain('gmail_create_draft')
    expect(names(drafted)).not.toContain('gmail_reply_to_thread')
    expect(mailbox.drafts()[0]?.message.mail.text).toContain('Tuesday works.')
    expect((await session.ask('list my drafts')).last).toContain('Re: Interview about Atlas')
    const sent = await session.ask('yes, send it')
    expect(names(sent)).toEqual(['gmail_send_draft'])
    expect(mailbox.drafts()).toHaveLength(0)
  })

  test('a draft without words is a holding reply in the language of the mail', async () => {
    const session = await ben()
    const drafts = async (request: string) => inputs(await session.ask(request), 'gmail_create_draft')[0]?.body
    expect(await drafts('draft a reply to Jonas')).toMatch(/^Hallo Jonas,[\s\S]*vielen Dank[\s\S]*Viele Grüße\nBen$/)
    expect(await drafts('draft a reply to Tanaka')).toMatch(/^田中由紀様/)
    expect(await drafts('draft a reply to Grace')).toMatch(/^Hi Grace,\n\nthank you/)
  })

  test('a reply without words asks for them', async () => {
    const session = await anna()
    const reply = await session.ask('reply to Rosa')
    expect(reply.calls.filter((call) => WRITING.test(call.name))).toEqual([])
    expect(reply.last).toContain('What shall I answer **Rosa Delgado**?')
  })

  test('a new mail finds its address by name; an unknown name sends nothing', async () => {
    const session = await anna()
    const sent = await session.ask('send a mail to Priya saying the floor is paid')
    expect(inputs(sent, 'gmail_send_message')).toMatchObject([
      {
        to: 'priya@northwind.example',
        subject: 'The floor is paid',
        body: expect.stringContaining('The floor is paid.'),
      },
    ])
    const unknown = await session.ask('send a mail to Bartholomew saying hello')
    expect(names(unknown)).not.toContain('gmail_send_message')
    expect(unknown.last).toContain('no address for **Bartholomew**')
  })

  test('forwarding takes the text along and says that attachments stay behind', async () => {
    const session = await anna()
    const reply = await session.ask('forward the mail from Leila to Ben saying what do you think?')
    expect(inputs(reply, 'gmail_send_message')).toMatchObject([
      {
        to: 'ben@northwind.example',
        subject: 'Fwd: Application: junior exhibition designer',
        body: expect.stringContaining('four times, the last time only for the bench'),
      },
    ])
    expect(reply.text).toContain('attachments stay behind')
  })

  test('reply to all leaves the owner out', async () => {
    const session = await anna()
    await session.ask('read the mail about the globe room')
    const reply = await session.ask('reply to all that it is fine by me')
    expect(inputs(reply, 'gmail_reply_to_thread')).toMatchObject([
      { to: 'ben@northwind.example', cc: 'priya@northwind.example' },
    ])
  })
})

describe('sorting', () => {
  test('archives, stars, labels, trashes and restores', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    await session.ask('find mail from Leila')
    const id = mailbox.search({ query: 'from:leila' })[0]?.id ?? ''
    const labels = () => [...mailbox.message(id).labels]
    await session.ask('archive it')
    expect(labels()).not.toContain('INBOX')
    await session.ask('star it')
    expect(labels()).toContain('STARRED')
    await session.ask('mark it as unread')
    expect(labels()).toContain('UNREAD')
    const labelled = await session.ask('label it as familj')
    expect(labelled.last).toContain('has the label **Familj**')
    expect(labels().some((label) => label.startsWith('Label_'))).toBe(true)
    await session.ask('trash it')
    expect(labels()).toContain('TRASH')
    await session.ask('restore it')
    expect(labels()).not.toContain('TRASH')
  })

  test('several at once, by a search', async () => {
    const mailbox = await sampleMailbox('anna')
    const reply = await (await ScriptedSession.open(mailbox)).ask('archive all newsletters')
    expect(inputs(reply, 'gmail_modify_message_labels')).toHaveLength(4)
    expect(mailbox.search({ query: 'category:promotions in:inbox' })).toHaveLength(0)
  })

  test('asks which one is meant before it changes anything', async () => {
    const reply = await (await anna()).ask('trash the mail from Helen')
    expect(names(reply)).not.toContain('gmail_trash_message')
    expect(reply.last).toMatch(/Which one do you mean\?[\s\S]*1\. \*\*/)
  })

  test('after several mails were read, "it" is none of them', async () => {
    const session = await anna()
    await session.ask('what did Helen say?')
    const reply = await session.ask('archive it')
    expect(reply.calls).toEqual([])
    expect(reply.last).toContain('Which mail do you mean?')
    // The same within one turn, where an earlier mail must not come back as "it" either.
    await session.ask('read the mail from Leila')
    const both = await session.ask('what did Helen say?', 'archive it')
    expect(names(both)).not.toContain('gmail_modify_message_labels')
  })

  test('a label that does not exist is not invented', async () => {
    const session = await anna()
    await session.ask('find mail from Leila')
    const reply = await session.ask('label it as Recruiting')
    expect(names(reply)).toEqual(['gmail_list_labels'])
    expect(reply.last).toMatch(/no label \*\*Recruiting\*\*[\s\S]*\*\*Familj\*\*/)
  })
})

describe('a no, an error, a missing tool', () => {
  test('a denial is taken without argument, and its reason is heard', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox, {
      decide: denying(['gmail_reply_to_thread'], 'too curt, be kinder'),
    })
    const before = mailbox.messages().length
    const reply = await session.ask('reply to Rosa saying no')
    expect(reply.last).toContain('You said no, so I have not sent it.')
    expect(reply.last).toContain('too curt, be kinder')
    expect(mailbox.messages()).toHaveLength(before)
  })

  test('a denial with a message behind it is passed over: that message is answered next', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: denying(['gmail_reply_to_thread'], 'they wrote something new'),
      isFollowed: true,
    })
    const reply = await session.ask('reply to Rosa saying no')
    expect(names(reply)).toContain('gmail_reply_to_thread')
    expect(reply.text).not.toMatch(/You said no|something new/)
  })

  test('a denial that says what should stand there instead leads to a new question, with that', async () => {
    const mailbox = await sampleMailbox('anna')
    let asked = 0
    const session = await ScriptedSession.open(mailbox, {
      decide: (call) => {
        asked += call.name === 'gmail_send_message' ? 1 : 0
        return call.name === 'gmail_send_message' && asked === 1
          ? { status: 'denied', message: 'Say Wednesday instead of Friday' }
          : undefined
      },
    })
    const reply = await session.ask('send a mail to Priya saying the floor is ready on Friday')
    const [first, second] = reply.calls.filter(({ name }) => name === 'gmail_send_message')
    expect(String(first?.input.body)).toContain('ready on Friday')
    expect(String(second?.input.body)).toContain('ready on Wednesday')
    expect(reply.last).toContain('Sent.')
  })

  test('a yes in words instead of a press asks once more', async () => {
    const options = { decide: denying(['gmail_send_message']), isFollowed: true }
    const session = await ScriptedSession.open(await sampleMailbox('anna'), options)
    await session.ask('send a mail to Priya saying the floor is ready')
    for (const words of ['yes', 'send it', 'yes, go ahead']) {
      const reply = await session.ask(words)
      expect(reply.text).toContain('Only a press of **Approve** does that')
      expect(names(reply)).toEqual(['gmail_send_message'])
    }
    expect((await session.ask('who is Priya?')).text).not.toContain('Only a press')
  })

  test('a denial that asks for a draft gets one', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox, {
      decide: denying(['gmail_send_message'], 'make it a draft please'),
    })
    const reply = await session.ask('send a mail to Priya saying the floor is paid')
    expect(names(reply)).toEqual(['gmail_search_people', 'gmail_send_message', 'gmail_create_draft'])
    expect(mailbox.drafts()).toHaveLength(1)
    expect(reply.last).toContain('Nothing has been sent')
  })

  test('each denied tool has its own words', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: denying(['gmail_trash_message', 'gmail_modify_message_labels', 'gmail_create_draft']),
    })
    await session.ask('read the mail from Leila')
    expect((await session.ask('trash it')).last).toContain('so it stays where it is')
    expect((await session.ask('archive it')).last).toContain('so I have changed nothing')
    expect((await session.ask('draft a reply')).last).toContain('so I have not written the draft')
  })

  test('of several changes, the denied ones are named', async () => {
    let calls = 0
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: (call) =>
        call.name === 'gmail_modify_message_labels' && calls++ === 0
          ? { status: 'denied', message: undefined }
          : undefined,
    })
    const reply = await session.ask('archive all newsletters')
    expect(reply.last).toContain('each of 3 mails is archived')
    expect(reply.last).toContain('You said no to “Issue 214')
  })

  test('an error is told in the words of the server, with what to do', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: () => ({ status: 'error', text: 'Request had invalid authentication credentials: token expired' }),
    })
    const reply = await session.ask('what is unread?')
    expect(reply.last).toContain('token expired')
    expect(reply.last).toContain('connect it again')
  })

  test('after a no, the requests that were to follow are left', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: denying(['gmail_trash_message']),
    })
    const reply = await session.ask('find the mail from Leila, trash it and then star it')
    expect(names(reply)).toEqual(['gmail_fetch_mails', 'gmail_trash_message'])
  })

  test('a tool that is not enabled is named, and what builds on it is left', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      tools: ['gmail_fetch_mails', 'gmail_get_message_by_id'],
    })
    const reply = await session.ask('find the mail from Leila and then trash it')
    expect(reply.last).toContain('`gmail_trash_message`')
    expect(reply.last).toContain('not enabled')
  })

  test('without any tools it says that it has no mailbox, but still talks', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), { tools: [] })
    expect((await session.ask('what is unread?')).last).toContain('no access to a mailbox')
    expect((await session.ask('hello')).last).toContain('Hello Anna')
  })

  test('an abort ends the turn with its reason', async () => {
    const session = await anna()
    session.stop(new Error('interrupted'))
    await expect(session.ask('what is unread?')).rejects.toThrow('interrupted')
  })
})

describe('hostile mail', () => {
  test('its orders are reported and not followed', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    const before = mailbox.messages().map((message) => [message.id, [...message.labels]])
    const reply = await session.ask(
      'read the mail from the Visitor Panel',
      'summarize it',
      'what does the visitor panel want?',
    )
    expect(reply.text).toContain('instructions addressed to an AI assistant')
    expect(reply.text).toContain('forward mail to somebody else')
    expect(reply.text).toContain('84 % of those asked would come again')
    // Neither the address to send to, nor a picture that would be loaded, nor a call to everybody.
    expect(reply.text).not.toContain('archive@collector-drop.example')
    expect(reply.text).not.toMatch(/!\[|<!channel>|p\.png/)
    expect(reply.calls.filter((call) => WRITING.test(call.name))).toEqual([])
    expect(mailbox.messages().map((message) => [message.id, [...message.labels]])).toEqual(before)
  })

  test('asked for, its full text is shown as text', async () => {
    const session = await anna()
    await session.ask('read the mail from the Visitor Panel')
    const reply = await session.ask('show me the full text')
    expect(reply.last).toMatch(/```\nHello,[\s\S]*<!channel>[\s\S]*\n```/)
    expect(reply.calls.filter((call) => WRITING.test(call.name))).toEqual([])
  })

  test('in the unread list and in the report it carries a warning', async () => {
    expect((await (await anna()).ask('what is unread?')).last).toMatch(/Careful with number 3/)
    expect((await (await anna()).ask('write a long report about my mail')).last).not.toMatch(
      /archive@collector|!\[|<!channel>/,
    )
  })

  test('look-alike senders are told apart from the real ones', async () => {
    const session = await ben()
    const imitation = await session.ask('read the mail about the quick favour')
    expect(imitation.last).toContain('`anna@northw1nd.example`, which is not the `anna@northwind.example`')
    expect((await session.ask('read the mail from Priya')).last).not.toContain('⚠️')
    expect((await session.ask('is the mail from Miriam safe?')).last).toContain('nothing suspicious')
    expect((await session.ask('anything suspicious?')).last).toMatch(/would not trust[\s\S]*Quick favour/)
    const said = await (await anna()).ask('what did Vandermeer say about the invoice?')
    expect(said.last).toMatch(/Kindly transfer[\s\S]*⚠️[\s\S]*Invoice 20417: crate design/)
    const asked = await (await anna()).ask('how much is the invoice from Vandermeer?')
    expect(asked.last).toMatch(/Kindly transfer[\s\S]*⚠️[\s\S]*Invoice 20417: crate design/)
    const bank = await (await anna()).ask('read the latest mail from Vandermeer')
    expect(bank.last).toContain('not the `accounts@vandermeer-logistics.example`')
    expect(bank.last).toContain('presses for a payment')
  })
})

describe('talk', () => {
  test.each(['what can you do?', 'help', ''])('“%s” is answered with examples, without a tool', async (words) => {
    const reply = await (await anna()).ask(words)
    expect(reply.calls).toEqual([])
    expect(reply.last).toContain('What is unread?')
  })

  test('what it does not understand, it says, with examples', async () => {
    const reply = await (await anna()).ask("what's the weather like in Oslo?")
    expect(reply.calls).toEqual([])
    expect(reply.last).toContain("I did not understand “what's the weather")
    expect(reply.last).toContain('What is unread?')
  })

  test('40,000 characters are taken calmly', async () => {
    const reply = await (await anna()).ask('lorem ipsum dolor sit amet, '.repeat(1_429))
    expect(reply.last).toMatch(/40,0\d\d characters/)
    expect(reply.last.length).toBeLessThan(2_000)
  })

  test('only an emoji is a message like any other', async () => {
    expect((await (await anna()).ask('🎉')).last).toMatch(/^🎉 back to you/)
  })

  test('a thumbs-up after a draft sends it', async () => {
    const session = await anna()
    await session.ask('draft a reply to Rosa saying that Tuesday works')
    expect(names(await session.ask('👍'))).toEqual(['gmail_send_draft'])
  })

  test('several messages in one turn are all answered, each under its own words', async () => {
    const reply = await (await anna()).ask('hello', 'mail from Leila', 'and what is unread?')
    expect(reply.text).toContain('**On “hello”:**')
    expect(reply.text).toContain('Application: junior exhibition designer')
    expect(reply.text).toContain('**12** unread mails')
  })

  test('messages that were answered before are not answered again', async () => {
    const session = await anna()
    await session.ask('what is unread?')
    const reply = await session.ask('thanks')
    expect(reply.calls).toEqual([])
    expect(reply.text).toBe('You are welcome. Tell me when there is more.')
  })
})

describe('a mailbox it has never seen', () => {
  const open = async () =>
    await ScriptedSession.open(await bakery(), { person: 'Odile Baker', email: 'odile@petit-four.example' })

  test('is read, summarized and answered all the same', async () => {
    const session = await open()
    const list = await session.ask('what is unread?')
    expect(list.last).toContain('**2** unread mails')
    expect(list.last).toContain('**Wedding cake: three tiers or four?** — Fern Wedding')
    expect((await session.ask('read the second one')).last).toContain('> we are 140 people now')
    const summary = await session.ask('summarize that thread')
    expect(summary.last).toContain('2 messages between Fern Wedding and Odile Baker')
    const reply = await session.ask('reply to her that four tiers fit')
    expect(inputs(reply, 'gmail_reply_to_thread')).toMatchObject([
      { to: 'fern@allotment.example', body: expect.stringContaining('\nOdile') },
    ])
  })

  test('its people and its bills are found', async () => {
    const session = await open()
    expect((await session.ask('who is Lukas?')).last).toContain('nobody called **Lukas**')
    expect((await session.ask('who is Korn?')).last).toContain('`mill@kornmuehle.example`')
    expect((await session.ask('what did the mill say about rye?')).last).toContain('200 kg of rye')
    expect((await session.ask('what do I owe?')).last).toMatch(
      /\| Oven Rental \| Rechnung 77-2026 \| \*\*412,50 EUR\*\* \| innerhalb von 10 Tagen \|/,
    )
  })
})

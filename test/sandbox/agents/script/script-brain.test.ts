import { describe, expect, test } from 'vitest'
import type { ToolCall, ToolOutcome } from '../../../../src/sandbox/agents/session/brain.js'
import { bakery } from './bakery.js'
import { type Reply, ScriptedSession, sampleMailbox } from './scripted-session.js'

const anna = async () => await ScriptedSession.open(await sampleMailbox('anna'))
const ben = async () =>
  await ScriptedSession.open(await sampleMailbox('ben'), { person: 'Ben Okafor', email: 'ben@northwind.example' })

const names = (reply: Reply) => reply.calls.map((call) => call.name)
const inputs = (reply: Reply, tool: string) =>
  reply.calls.filter((call) => call.name === tool).map((call) => call.input)
const WRITING = /^(?!gmail_(?:fetch|get|list|search))/
const written = (reply: Reply) => names(reply).filter((name) => WRITING.test(name))

/** Says no to every call of these tools. */
function denying(tools: readonly string[], message?: string) {
  return (call: ToolCall): ToolOutcome | undefined =>
    tools.includes(call.name) ? { status: 'denied', message } : undefined
}

describe('more than ten emails', () => {
  test('are changed by one call, and taken back by one', async () => {
    const session = await anna()
    const reply = await session.ask('mark all unread mails as read')
    const [change] = inputs(reply, 'gmail_batch_modify_messages')
    expect(written(reply)).toEqual(['gmail_batch_modify_messages'])
    expect(change).toMatchObject({ message_ids: expect.any(Array), remove_label_ids: ['UNREAD'] })
    expect(reply.text).toContain('12 emails')
    const back = await session.ask('undo that')
    expect(inputs(back, 'gmail_batch_modify_messages')).toMatchObject([
      { message_ids: change?.message_ids, add_label_ids: ['UNREAD'] },
    ])
  })
})

describe('a note of the host', () => {
  test('says to go on: what was asked last is answered, once', async () => {
    const session = await anna()
    session.history.push({ type: 'user', texts: ['<context>\nFrom: Anna\n</context>', 'What is unread?'] })
    const reply = await session.told('<context>\nThe mailbox is there again.\n</context>')
    expect(reply.last).toContain('**10 of 12** unread emails')
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
  test('unread mail is a numbered list that says how much of it is shown', async () => {
    const session = await anna()
    const { last } = await session.ask('What is unread?')
    expect(last).toMatch(/^The newest \*\*10 of 12\*\* unread emails:/)
    expect(last).toMatch(/^1\. \*\*Re: Globe room: we are over budget\*\* — Ben Okafor, today at 17:26, unread\. /m)
    const more = await session.ask('more')
    expect(more.last).toMatch(/^1\. \*\*Höstrea/m)
    expect((await session.ask('more')).last).toBe('That was all of them.')
    expect((await (await anna()).ask('more')).last).toContain('More of what?')
  })

  test('times are in the time zone that the context block names', async () => {
    expect((await (await ben()).ask('mail from Ada')).last).toContain('today at 04:30')
  })

  test('today is a day on the calendar, not the last 24 hours', async () => {
    const { last } = await (await anna()).ask('what came in today?')
    expect(last).toContain('— Nordvik Bank, today at 07:03')
    expect(last).not.toContain('yesterday')
  })

  test('a number, "it" and a sender all lead to a mail', async () => {
    const session = await anna()
    await session.ask('what is unread?')
    expect((await session.ask('read the second one')).last).toContain('**Interview about Atlas for the spring issue?**')
    expect((await session.ask('what does it say?')).last).toContain('> I write for The Quarterly Line')
    expect((await session.ask('read the mail from Priya about cash')).last).toContain('71,300 EUR')
  })

  test('two mails with the same subject and sender are not mixed up', async () => {
    const session = await anna()
    const listed = await session.ask('find mail from Helen with an attachment')
    expect(listed.last).toContain('2. **Re: Opening evening: how many of yours?** — Helen Marsh, 16 Nov at 12:30')
    expect((await session.ask('open the second')).last).toContain('the builders stand in the front row')
  })

  test('an attachment is opened and shown', async () => {
    const session = await ben()
    await session.ask('read the mail from Miriam')
    const reply = await session.ask('and the attachment?')
    expect(names(reply)).toContain('gmail_get_attachment_by_id')
    expect(reply.last).toContain('Ramp gradient 1:10')
    expect((await session.ask("what's in the attachment of the invoice from Lumenwerk?")).last).toContain(
      'EUR 2,960.00',
    )
  })

  test('a thread is summarized in its own sentences', async () => {
    const reply = await (await anna()).ask('summarize the globe thread')
    expect(names(reply)).toContain('gmail_get_thread_by_id')
    expect(reply.last).toContain('5 emails from Ben Okafor, Anna Lindqvist and Priya Raman')
    expect(reply.last).toMatch(/- “Honestly: 14,600 EUR[\s\S]*- “OK to send\?”/)
  })

  test('days and times are quoted from the mail, or from the invitation that it brings', async () => {
    const session = await anna()
    expect((await session.ask('when does my train leave?')).last).toContain(
      '“X2 531 Stockholm C 08:21 København H 13:36',
    )
    expect((await session.ask('when is the walk-through?')).last).toContain('“Start: 2027-03-04 09:00 UTC”')
    expect((await session.ask('do I have any meetings tomorrow?')).last).toMatch(/^I can't see your calendar/)
    expect((await session.ask('when are the dolphins?')).last).toBe(
      'I found no emails that mention **dolphins** with a day or a time in them.',
    )
  })

  test('bills in a table with the amounts that they state; what imitates a sender stays out of it', async () => {
    const { last } = await (await anna()).ask('show me the invoice amounts in a table')
    expect(last).toMatch(/\| Vandermeer Fine Art Logistics \| Invoice 20417.*\| EUR 6,480.00 \| 11 Nov/)
    expect(last).not.toMatch(/\| URGENT/)
    expect(last).toMatch(/“?\*\*URGENT: new bank details[^\n]*isn't in the table: `accounts@vandermeer-artlogistics/)
    expect((await (await ben()).ask('what do I owe?')).last).toMatch(/\| Lumenwerk Lda \| .*\| EUR 3,920.00 \|/)
  })

  test('nothing found is said in the words that were looked for, and so is an empty list position', async () => {
    const session = await anna()
    expect((await session.ask('any mail from Zoltan?')).last).toBe('I found no emails from **Zoltan**.')
    expect((await session.ask('open the fourth')).last).toContain("haven't shown you a list")
    await session.ask('mails from Priya')
    expect((await session.ask('open number 9')).last).toContain('My last list has 2 emails')
  })

  test('a long report is long, has a table and headings, and names real mail', async () => {
    const { last } = await (await anna()).ask('write a long report about my mail')
    expect(last.length).toBeGreaterThan(6_000)
    expect(last).toMatch(/^# /m)
    expect(last).toMatch(/^\| --- \|/m)
    expect(last).toContain('Interview about Atlas for the spring issue?')
    expect(last).not.toMatch(/archive@collector|!\[|<!channel>/)
  })
})

describe('which mail', () => {
  test('two that fit are both named, and nothing is done', async () => {
    const session = await anna()
    const reply = await session.ask('mark the bank mail as read')
    expect(written(reply)).toEqual([])
    expect(reply.last).toMatch(/Which one do you mean\?[\s\S]*Nordvik Bank[\s\S]*URGENT: new bank details/)
    const chosen = await session.ask('mark the first as read')
    expect(chosen.last).toBe('Marked as read: **Ny inloggning på ditt företagskonto** from Nordvik Bank.')
  })

  test('"it" is what the last act was about, also where its person said no', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: (call) =>
        call.name === 'gmail_modify_message_labels' && JSON.stringify(call.input).includes('"INBOX"]}')
          ? JSON.stringify(call.input).includes('SPAM')
            ? undefined
            : { status: 'denied', message: undefined }
          : undefined,
    })
    await session.ask('read the mail from Rosa')
    await session.ask('archive the mail from TalentBridge')
    const reply = await session.ask('report it as spam')
    expect(reply.last).toContain('Moved to spam: **Anna, 3 pre-vetted designers for Northwind?**')
  })

  test('"it" is nothing after an answer about several', async () => {
    for (const asked of ['mails from Helen', 'what do I owe?', 'who is Helen?', 'summarize my unread emails']) {
      const session = await anna()
      await session.ask('read the mail from Leila')
      await session.ask(asked)
      const reply = await session.ask('archive it')
      expect(written(reply), asked).toEqual([])
      expect(reply.last, asked).toMatch(/^Which /)
    }
  })

  test('"them" is the list shown, "all mails" and "everything" are not', async () => {
    const session = await anna()
    await session.ask('mails from Kerstin')
    for (const words of ['delete all mails', 'mark everything as read'])
      expect(written(await session.ask(words))).toEqual([])
    expect((await session.ask('mark them as read')).last).toBe('Marked as read: 2 emails.')
  })

  test('one conversation is one mail to read, but not to archive', async () => {
    const session = await anna()
    expect((await session.ask('read the globe thread')).last).toContain('the letter to Helen is below')
    expect((await (await anna()).ask('archive the globe mail')).last).toContain('Which one do you mean?')
  })

  test('all of a kind are shown before they are changed', async () => {
    const mailbox = await sampleMailbox('anna')
    const reply = await (await ScriptedSession.open(mailbox)).ask('archive all newsletters')
    expect(inputs(reply, 'gmail_modify_message_labels')).toHaveLength(4)
    expect(reply.text).toMatch(/^1\. \*\*Issue 214[\s\S]*Archived: 4 emails\.$/)
    expect(mailbox.search({ query: 'category:promotions in:inbox' })).toHaveLength(0)
  })
})

describe('two requests', () => {
  test('are both done', async () => {
    const session = await anna()
    await session.ask('read the mail from Leila')
    const reply = await session.ask('archive it and reply to Rosa that Tuesday works')
    expect(written(reply)).toEqual(['gmail_modify_message_labels', 'reply_to_email'])
  })

  test('of which one is not understood: that one is named', async () => {
    const session = await anna()
    await session.ask('read the mail from Leila')
    const reply = await session.ask('archive it and book a table for two')
    expect(written(reply)).toEqual(['gmail_modify_message_labels'])
    expect(reply.last).toContain("Not done, because I didn't understand it: “book a table for two”")
  })

  test('of which the first was denied: the second is left, and named', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: denying(['gmail_trash_message']),
    })
    const reply = await session.ask('trash the mail from Leila and then star it')
    expect(written(reply)).toEqual(['gmail_trash_message'])
    expect(reply.last).toBe('Not done: you said no.\n\nNot done either: “star it”.')
  })
})

describe('writing', () => {
  test('a draft is kept, not sent, until the person says so', async () => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    const drafted = await session.ask('draft a reply to Rosa saying that Tuesday works')
    expect(written(drafted)).toEqual(['gmail_create_draft'])
    expect(mailbox.drafts()[0]?.message.mail.text).toContain('Tuesday works.')
    expect((await session.ask('list my drafts')).last).toContain('Re: Interview about Atlas')
    expect(written(await session.ask('yes, send it'))).toEqual(['send_draft'])
  })

  test('a reply without words asks for them', async () => {
    const reply = await (await anna()).ask('reply to Rosa')
    expect(written(reply)).toEqual([])
    expect(reply.last).toContain('What should I answer Rosa Delgado?')
  })

  test('an unknown name, and one of two people, send nothing', async () => {
    const session = await anna()
    expect((await session.ask('send a mail to Bartholomew saying hello')).last).toContain(
      'no address for **Bartholomew**',
    )
    const helen = await session.ask('email Helen that I agree')
    expect(written(helen)).toEqual([])
    expect(helen.last).toMatch(/meridian-museum\.example[\s\S]*meridian-rnuseum\.example/)
  })
})

describe('a no, an error, a missing tool', () => {
  test('a denial with a message behind it is passed over: that message is answered next', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: denying(['gmail_trash_message'], 'they wrote something new'),
      isFollowed: true,
    })
    const reply = await session.ask('trash the mail from Leila')
    expect(written(reply)).toEqual(['gmail_trash_message'])
    expect(reply.text).not.toMatch(/Not done|something new/)
  })

  test('a yes in words instead of a press asks once more', async () => {
    const options = { decide: denying(['gmail_trash_message']), isFollowed: true }
    const session = await ScriptedSession.open(await sampleMailbox('anna'), options)
    await session.ask('trash the mail from Leila')
    for (const words of ['yes', 'send it', 'go ahead']) {
      const reply = await session.ask(words)
      expect(reply.text).toContain('Only the button on the card does that')
      expect(names(reply)).toEqual(['gmail_trash_message'])
    }
    expect((await session.ask('who is Priya?')).text).not.toContain('Only the button')
  })

  test('of several changes, the denied ones are named', async () => {
    let calls = 0
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: (call) =>
        call.name === 'gmail_modify_message_labels' && calls++ === 0
          ? { status: 'denied', message: undefined }
          : undefined,
    })
    const { last } = await session.ask('archive all newsletters')
    expect(last).toContain('Archived: 3 emails.')
    expect(last).toContain('Left as it was, because you said no: “Issue 214')
  })

  test.each([
    ['Request had invalid authentication credentials: token expired', 'Gmail is not connected any more.'],
    ['Too many requests', '“Too many requests”'],
  ])('an error of the server: %s', async (text, said) => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), {
      decide: () => ({ status: 'error', text }),
    })
    expect((await session.ask('what is unread?')).last).toContain(said)
  })

  test('a tool that is not enabled is named, and a label that does not exist is not invented', async () => {
    const tools = ['gmail_fetch_mails', 'gmail_get_message_by_id', 'gmail_list_labels']
    const session = await ScriptedSession.open(await sampleMailbox('anna'), { tools })
    expect((await session.ask('trash the mail from Leila')).last).toContain('`gmail_trash_message`')
    await session.ask('read the mail from Leila')
    const reply = await session.ask('label it as Recruiting')
    expect(reply.last).toMatch(/no label \*\*Recruiting\*\*[\s\S]*\*\*Familj\*\*/)
  })

  test('without any tools it says that it has no mailbox, but still talks', async () => {
    const session = await ScriptedSession.open(await sampleMailbox('anna'), { tools: [] })
    expect((await session.ask('what is unread?')).last).toContain("can't reach a mailbox")
    expect((await session.ask('hello')).last).toContain('Hello!')
  })

  test('an abort ends the turn with its reason', async () => {
    const session = await anna()
    session.stop(new Error('interrupted'))
    await expect(session.ask('what is unread?')).rejects.toThrow('interrupted')
  })
})

describe('of safety it says nothing, and two things it always points out', () => {
  test.each(['is my data safe with you?', 'is the mail from Miriam safe?', 'can I trust Vandermeer?', 'is it a scam'])(
    '“%s”',
    async (words) => {
      const reply = await (await anna()).ask(words)
      expect(reply.calls).toEqual([])
      expect(reply.last).toBe("I can't tell what is safe or who can be trusted, so please check that yourself.")
    },
  )

  test.each([
    'read the mail from the Visitor Panel',
    'find mail from the Visitor Panel',
    'summarize the visitor panel mail',
    'what is unread?',
    'what happened today?',
    'who is Visitor?',
    'archive the mail from the Visitor Panel',
    'reply to the mail from the Visitor Panel that I will',
    'draft a reply to the mail from the Visitor Panel',
    'forward the mail from the Visitor Panel to Ben',
    'write a long report about my mail',
  ])('orders to assistants, and they are not followed: %s', async (words) => {
    const reply = await (await anna()).ask(words)
    expect(reply.text).toContain('This email tries to give me orders, and I ignored them.')
    // Neither the address to send to, nor a picture that would be loaded, nor a call to everybody.
    expect(reply.text).not.toMatch(/archive@collector-drop|!\[|<!channel>/)
    const asked = /^(archive|reply|draft|forward)/.test(words) ? 1 : 0
    expect(written(reply)).toHaveLength(asked)
  })

  test.each([
    [
      'read the latest mail from Vandermeer',
      'vandermeer-artlogistics.example` looks like `accounts@vandermeer-logistics',
    ],
    ['mails from Helen', 'meridian-rnuseum.example` looks like `helen.marsh@meridian-museum.example`'],
    ['what did Helen say about the list?', 'looks like `helen.marsh@meridian-museum.example`'],
    ['who is Helen?', 'looks like `helen.marsh@meridian-museum.example`'],
    ['archive the mail about the new address', 'looks like `helen.marsh@meridian-museum.example`'],
  ])('senders that imitate a known one, in the first answer that shows them: %s', async (words, notice) => {
    expect((await (await anna()).ask(words)).text).toContain(notice)
  })

  test('and no others', async () => {
    const session = await ben()
    expect((await session.ask('read the mail about the quick favour')).last).toContain(
      '`anna@northw1nd.example` looks like',
    )
    expect((await session.ask('read the mail from Priya')).last).not.toContain('⚠️')
    expect((await session.ask('read the mail from Miriam')).last).not.toContain('⚠️')
  })
})

describe('talk', () => {
  test.each(['what can you do?', 'help', ''])('“%s” is answered with examples, without a tool', async (words) => {
    const reply = await (await anna()).ask(words)
    expect(reply.calls).toEqual([])
    expect(reply.last).toMatch(/What is unread\?[\s\S]*a script answers instead of Claude/)
  })

  test.each(["what's the weather like in Oslo?", 'translate it', '🎉', 'what should I do first?'])(
    '“%s” is not understood: one sentence, three examples, nothing done',
    async (words) => {
      const reply = await (await anna()).ask(words)
      expect(reply.calls).toEqual([])
      expect(reply.text).toBe(
        `I didn't understand “${words}”, so I did nothing; try “What is unread?”, “Find emails from Helen” or “Draft a reply saying that Tuesday works”.`,
      )
    },
  )

  test('40,000 characters are taken calmly', async () => {
    const reply = await (await anna()).ask('lorem ipsum dolor sit amet, '.repeat(1_429))
    expect(reply.last.length).toBeLessThan(400)
  })

  test('several messages in one turn are all answered, each under its own words', async () => {
    const reply = await (await anna()).ask('hello', 'mail from Leila', 'and what is unread?')
    expect(reply.text).toContain('**On “hello”:**')
    expect(reply.text).toContain('Application: junior exhibition designer')
    expect(reply.text).toContain('unread emails')
  })
})

describe('a mailbox it has never seen, in other languages', () => {
  const open = async () =>
    await ScriptedSession.open(await bakery(), { person: 'Odile Baker', email: 'odile@petit-four.example' })

  test('is read, summarized and answered all the same', async () => {
    const session = await open()
    const list = await session.ask('what is unread?')
    expect(list.last).toContain('**2** unread emails')
    expect(list.last).toContain('**Wedding cake: three tiers or four?** — Fern Wedding')
    expect((await session.ask('read the second one')).last).toContain('> we are 140 people now')
    expect((await session.ask('summarize that thread')).last).toContain('2 emails from Fern Wedding and Odile Baker')
    const reply = await session.ask('reply to her that four tiers fit')
    expect(inputs(reply, 'reply_to_email')).toMatchObject([{ body: expect.stringContaining('\nOdile') }])
    expect((await session.ask('read the mail from the mill')).last).toContain('200 kg of rye')
    expect((await session.ask('open the Facture')).last).toContain('Montant à payer')
  })

  test('its people and its bills are found', async () => {
    const session = await open()
    expect((await session.ask('who is Zoltan?')).last).toContain('nobody called **Zoltan**')
    expect((await session.ask('who is Korn?')).last).toContain('mill@kornmuehle.example')
    const { last } = await session.ask('what do I owe?')
    expect(last).toMatch(/\| Oven Rental \| Rechnung 77-2026 \| 412,50 EUR \|/)
    expect(last).toMatch(/\| Le Fournil \| Facture n° 42 \| 180,00 € \|/)
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { INTENTS } from '../../../../src/sandbox/agents/script/intents.js'
import { understand } from '../../../../src/sandbox/agents/script/understand.js'
import type { Mailbox } from '../../../../src/sandbox/mailbox/index.js'
import { ScriptedSession, sampleMailbox } from './scripted-session.js'

/** The tools with which an intent may do what its row says. */
const MAY = {
  talk: /^$/,
  look: /^gmail_(?:fetch|get|list|search)/,
  change: /^gmail_(?:fetch|get|list|search|modify|trash|untrash)/,
  draft: /^gmail_(?:fetch|get|list|search|create_draft)/,
  send: /^(?:gmail_(?:fetch|get|list|search)|send_|reply_to_email)/,
} as const

/** Everything of a mailbox that an answer could change. */
const stateOf = (mailbox: Mailbox) => ({
  mails: mailbox.messages().map(({ id, labels }) => [id, [...labels].sort().join()]),
  drafts: mailbox.drafts().length,
})

const EXAMPLES = INTENTS.flatMap((intent) => intent.examples.map((example) => [example, intent] as const))

describe('each example of the table', () => {
  test.each(EXAMPLES)('“%s” is understood as its own intent', (example, { name }) => {
    expect(understand(example, INTENTS).map(({ understood }) => understood?.intent.name)).toEqual([name])
  })

  test('and each intent has a name of its own', () => {
    expect(new Set(INTENTS.map(({ name }) => name)).size).toBe(INTENTS.length)
  })
})

describe('what an example does', () => {
  let pristine: ReturnType<typeof stateOf>
  beforeAll(async () => {
    pristine = stateOf(await sampleMailbox('anna'))
  })

  test.each(EXAMPLES)('“%s” stays within what its row may do', async (example, { may }) => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    // Something to speak of: a list, then a mail with an attachment.
    await session.ask('find mail from Helen')
    await session.ask('read the mail from Leila')
    const before = session.history.length
    const reply = await session.ask(example)
    expect(reply.text).not.toMatch(/didn't (?:understand|work)|not allowed/)
    for (const { name } of reply.calls) expect(name).toMatch(MAY[may])
    if (may === 'talk') expect(session.history.slice(before).filter(({ type }) => type === 'tool')).toEqual([])
    // Labels and drafts are the only things that it may change in the mailbox itself, and it marks nothing as read.
    if (may === 'talk' || may === 'look' || may === 'send') expect(stateOf(mailbox)).toEqual(pristine)
  })

  test.each<[string, readonly [string, string]]>([
    ['archive it', ['INBOX', '']],
    ['star it', ['', 'STARRED']],
    ['mark it as unread', ['', 'UNREAD']],
    ['report it as spam', ['INBOX', 'SPAM']],
    ['label it as Familj', ['', 'Label_']],
    ['trash it', ['', 'TRASH']],
  ])('“%s” changes that one mail, and “undo that” brings it back', async (words, [gone, come]) => {
    const mailbox = await sampleMailbox('anna')
    const session = await ScriptedSession.open(mailbox)
    await session.ask('read the mail from Leila')
    const id = mailbox.search({ query: 'from:leila' })[0]?.id ?? ''
    const labels = () => [...mailbox.message(id).labels].sort()
    const before = labels()
    await session.ask(words)
    expect(labels().some((label) => label === gone)).toBe(false)
    expect(labels().some((label) => come !== '' && label.startsWith(come))).toBe(come !== '')
    const others = (of: ReturnType<typeof stateOf>) => of.mails.filter(([mail]) => mail !== id)
    expect(others(stateOf(mailbox))).toEqual(others(pristine))
    await session.ask('undo that')
    expect(labels()).toEqual(before)
  })
})

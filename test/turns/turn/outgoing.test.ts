import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation, Message, Profile } from '../../../src/turns/model.js'
import { outgoingMessage } from '../../../src/turns/turn/outgoing.js'
import { type ForwardedMessage, type Mention, namesIn, type Words, withNames } from '../../../src/turns/words.js'

const conversation: Conversation = {
  id: 'c1',
  team: 'T1',
  origin: { channel: 'D1', threadTs: '1795339920.000100' },
  kind: 'im',
  owner: { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' },
  address: null,
  sessionId: null,
  position: null,
  needsResync: false,
  place: null,
}
const profile: Profile = { name: 'Anna Lindqvist', timeZone: 'Europe/Stockholm', email: null }
const names = new Map([
  ['U0BEN', 'Ben Okafor'],
  ['U0CLEO', 'Cleo'],
  ['C0GENERAL', '#general'],
])

/** A text in which `[U0BEN]` stands for somebody and `[S1=@it]` for a group with a label. */
function words(text: string): Words {
  const mentions: Mention[] = []
  let written = ''
  let end = 0
  for (const match of text.matchAll(/\[([A-Z0-9]+)(?:=([^\]]*))?\]/g)) {
    const [whole, id = '', label] = match
    written += text.slice(end, match.index)
    end = match.index + whole.length
    const shown = label ?? `${id.startsWith('C') ? '#' : '@'}${id}`
    const kind = id.startsWith('C') ? 'channel' : id.startsWith('S') ? 'group' : 'user'
    mentions.push({ kind, id, at: written.length, length: shown.length, isNamed: label !== undefined })
    written += shown
  }
  return { text: written + text.slice(end), mentions }
}

function message(said: string, rest: Partial<Message> = {}): Message {
  return {
    id: 'm-ref',
    channel: 'D1',
    ts: '1795339920.000100',
    files: [],
    forwarded: [],
    replaces: false,
    ...words(said),
    ...rest,
  }
}

const forwarded: ForwardedMessage = {
  words: words('Ask [U0CLEO] & [U0GONE]\nsoon'),
  author: 'ben',
  authorId: 'U0BEN',
  ts: '1795339860.000100',
  channel: 'general',
  channelId: 'C0GENERAL',
  files: [{ name: 'menu.pdf', mimetype: 'application/pdf' }],
}

const outgoing = (one: Message) => outgoingMessage(one, conversation, profile, names, [])

describe('a message to the session', () => {
  it.each([
    ['nobody', 'What is unread?', 'What is unread?', null],
    ['somebody', '[U0BEN], hi', 'Ben Okafor, hi', 'Ben Okafor (Slack user U0BEN)'],
    [
      'several, one of them twice',
      '[U0BEN] in [C0GENERAL] with [U0BEN]',
      'Ben Okafor in #general with Ben Okafor',
      'Ben Okafor (Slack user U0BEN), #general (Slack channel C0GENERAL)',
    ],
    ['somebody unknown', 'ask [U0GONE]', 'ask @U0GONE', 'Slack user U0GONE, name not known'],
    ['somebody with a label', 'ask [U0GONE=gone]', 'ask gone', 'gone (Slack user U0GONE)'],
    ['somebody with another name by now', 'ask [U0BEN=benny]', 'ask Ben Okafor', 'Ben Okafor (Slack user U0BEN)'],
    ['a group', 'ask [S1=@it]', 'ask @it', '@it (Slack user group S1)'],
  ])('names %s', (_, said, text, line) => {
    const sent = outgoing(message(said))
    expect(sent.text).toBe(text)
    expect(/^Named in the message: (.*)$/m.exec(sent.context)?.[1] ?? null).toBe(line)
  })

  it('has what was passed on between the context and the words, as data', () => {
    const sent = outgoing(message('what does he want?', { forwarded: [forwarded, { ...forwarded, author: null }] }))
    expect(sent.text).toBe('what does he want?')
    expect(sent.quoted).toHaveLength(2)
    expect(sent.quoted?.[0]?.split('\n').slice(2)).toEqual([
      '',
      'From: Ben Okafor (Slack user U0BEN)',
      'Written: Sunday, 22 November 2026 at 10:31 (Europe/Stockholm)',
      'Where: #general',
      'Attached in Slack, not readable for you: menu.pdf (application/pdf)',
      '> Ask Cleo & @U0GONE',
      '> soon',
      '</forwarded>',
    ])
    expect(sent.context).not.toContain('Ask Cleo')
  })

  it.each([
    ['a file', message('', { files: [{ id: 'F1', name: 'x', mimetype: 'y', size: 1 }] }), /only what is attached/],
    ['what was passed on', message('', { forwarded: [forwarded] }), /only what is forwarded/],
  ])('without words says so: %s', (_, one, text) => {
    expect(outgoing(one).text).toMatch(text)
  })

  it.each([
    ['a channel with a name', {}, 'Where: #general'],
    ['a channel whose name only the directory knows', { channel: null }, 'Where: #general'],
    ['a channel without a name', { channel: null, channelId: 'C9' }, 'Where: Slack channel C9'],
    ['a direct message', { channel: 'directmessage', channelId: 'D9' }, 'Where: a direct message'],
    ['a group', { channel: 'mpdm-a--b-1', channelId: 'G9' }, 'Where: a group direct message'],
  ])('tells where it was written: %s', (_, rest, line) => {
    const sent = outgoing(message('', { forwarded: [{ ...forwarded, ...rest }] }))
    expect(sent.quoted?.[0]?.split('\n')).toContain(line)
  })

  it.each([
    [{ author: 'Deploy bot', authorId: null }, 'From: Deploy bot'],
    [{ author: 'gone', authorId: 'U0GONE' }, 'From: gone (Slack user U0GONE)'],
    [{ author: null, authorId: 'U0GONE' }, 'From: U0GONE (Slack user U0GONE)'],
    [{ author: null, authorId: null }, 'From: somebody whom Slack does not name'],
  ])('tells who wrote it: %j', (rest, line) => {
    const sent = outgoing(message('', { forwarded: [{ ...forwarded, ...rest }] }))
    expect(sent.quoted?.[0]?.split('\n')).toContain(line)
  })

  it('asks for every name that it needs', () => {
    const asked = namesIn(message('[U0ANNA]', { forwarded: [{ ...forwarded, channel: null }] }))
    expect(asked.map(({ id }) => id)).toEqual(['U0ANNA', 'U0BEN', 'C0GENERAL', 'U0CLEO', 'U0GONE'])
  })

  it('keeps everything around the names, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).map((part) => part.replaceAll('[', '('))),
        fc.string(),
        (parts, name) => {
          expect(withNames(words(parts.join('[U0X]')), new Map([['U0X', name]]))).toBe(parts.join(name))
        },
      ),
    )
  })
})

import { describe, expect, it } from 'vitest'
import type { BrainTurn } from '../../../src/sandbox/agents/session/brain.js'
import { Mailbox } from '../../../src/sandbox/mailbox/index.js'
import { savedState, savedText } from '../../../src/sandbox/wire/saved.js'
import {
  awaitedIds,
  exchange,
  gate,
  history,
  message,
  newSession,
  said,
  start,
  stopReasons,
  Watch,
} from '../agents/fixture.js'
import { ANNA, BEN, mbox } from '../mailbox/mbox-text.js'
import { callTool, mcpClient, startTestScalekit } from '../scalekit/support.js'
import { Clock, outcomeOf, slackFor, webFor } from '../slack/harness.js'

/** A server that is saved, and another that goes on with what it held. */

it('keeps maps, sets and bytes, one in the other, and leaves out what is undefined', () => {
  const state = {
    map: new Map([['a', { set: new Set([1, 2]), map: new Map([[1, new Map()]]) }]]),
    text: Buffer.from('words, ü'),
    bytes: Buffer.from([0, 255, 254, 10]),
    array: new Uint8Array([104, 105]),
    missing: undefined,
  }
  expect(savedState(savedText(state))).toEqual({ ...state, array: Buffer.from('hi'), missing: undefined })
  expect(savedText({ text: Buffer.from('words') })).toContain('words')
})

describe('a Slack', () => {
  it('has the same messages, and the same time for an open stream', async () => {
    const clock = new Clock()
    const first = await slackFor({ now: clock.now })
    const anna = first.person('U0ANNA')
    const { channel, ts: thread_ts } = anna.post('tell me')
    const { ts = '' } = await webFor(first).chat.startStream({ channel, thread_ts, markdown_text: 'Once ' })
    first.changePerson('U0BEN', { deleted: true })
    clock.advance(4 * 60_000)

    const other = await slackFor({ now: clock.now })
    other.restore(first.save())
    expect(other.save()).toBe(first.save())
    await webFor(other).chat.appendStream({ channel, ts, markdown_text: 'upon' })
    expect(other.person('U0ANNA').thread(channel, thread_ts).at(-1)?.shown).toBe('Once upon')
    clock.advance(60_000)
    expect(await outcomeOf(webFor(other).chat.appendStream({ channel, ts, markdown_text: '.' }))).toBe(
      'message_not_in_streaming_state',
    )
    // What happens in one does not happen in the other.
    expect(anna.thread(channel, thread_ts).at(-1)?.shown).toBe('Once')
  })
})

describe('a Managed Agents API', () => {
  const ASK = { type: 'custom' as const, name: 'ask', description: 'Asks.', input_schema: { type: 'object' as const } }
  const asking = async (turn: BrainTurn) => {
    const last = turn.history.at(-1)
    if (last?.type === 'tool') return await turn.say(`Heard: ${last.outcome.status === 'ok' ? last.outcome.text : ''}`)
    await turn.callTools([{ name: 'ask', input: {} }])
    await asking(turn)
  }

  it('goes on with a session that waits for a result, which it does not ask for again', async () => {
    const first = await start(asking)
    const session = await newSession(first, { agent: { tools: [ASK] } })
    const watched = await exchange(first, session.id, [message('hello')])
    const [awaited = ''] = awaitedIds(watched.seen)

    const other = await start(asking)
    other.sandbox.restore(first.sandbox.save())
    expect(other.sandbox.save()).toBe(first.sandbox.save())
    await exchange(other, session.id, [
      { type: 'user.custom_tool_result', custom_tool_use_id: awaited, content: [{ type: 'text', text: 'yes' }] },
    ])
    const events = await history(other.beta, session.id)
    expect(said(events)).toEqual(['Heard: yes'])
    expect(stopReasons(events)).toEqual(['requires_action', 'end_turn'])
    expect(stopReasons(await history(first.beta, session.id))).toEqual(['requires_action'])
  })

  it('goes on with a session that was at work, behind what it had said', async () => {
    const hold = gate()
    const first = await start(async (turn) => {
      await turn.say('One.')
      await hold.opened
    })
    const session = await newSession(first)
    const watch = await Watch.open(first.beta, session.id)
    await first.beta.sessions.events.send(session.id, { events: [message('hello')] })
    await watch.until(({ seen }) => said(seen).length === 1)
    await first.beta.sessions.events.send(session.id, { events: [message('and another')] })

    const more = gate()
    const other = await start(async (turn) => {
      await more.opened
      await turn.say(`Two, after ${turn.history.map((item) => (item.type === 'agent' ? item.text : item.type))}`)
    })
    other.sandbox.restore(first.sandbox.save())
    const seen = await Watch.open(other.beta, session.id)
    more.open()
    await seen.idle(2)
    expect(said(await history(other.beta, session.id))).toEqual([
      'One.',
      'Two, after user,One.',
      'Two, after user,One.,Two, after user,One.,user',
    ])
  })

  it('lets what waits be interrupted, and hears the message behind it', async () => {
    const first = await start(asking)
    const session = await newSession(first, { agent: { tools: [ASK] } })
    await exchange(first, session.id, [message('hello')])
    const other = await start(asking)
    other.sandbox.restore(first.sandbox.save())
    const watch = await exchange(other, session.id, [{ type: 'user.interrupt' }, message('never mind')], 2)
    expect(stopReasons(watch.seen)).toEqual(['end_turn', 'requires_action'])
  })
})

describe('a Scalekit', () => {
  it('lets in with the tokens of the other, at its own address, whom that one let in', async () => {
    const first = await startTestScalekit()
    first.scalekit.connect('U0ANNA', ANNA)
    const { id, url } = await first.configuration()
    const issued = await first.api('POST', `/mcp/configs/${id}/tokens`, { identifier: 'U0ANNA' })
    const other = await startTestScalekit()
    const moved = (text: string) => text.replaceAll(first.scalekit.url, other.scalekit.url)
    other.scalekit.restore(moved(first.scalekit.save()))
    expect(other.scalekit.account('U0ANNA')).toEqual(first.scalekit.account('U0ANNA'))
    expect(other.scalekit.configs()).toEqual(first.scalekit.configs())
    const client = await mcpClient(moved(url), issued.body.token)
    expect((await callTool(client, 'gmail_fetch_mails')).isError).toBe(false)
    // Signed with the key of the other: nothing but the saved claims make it good.
    await expect(mcpClient(moved(url), `${issued.body.token}x`)).rejects.toThrow()
  })
})

describe('a mailbox', () => {
  it('has the same messages, threads, labels and drafts', async () => {
    const file = mbox({
      subject: 'Plan',
      from: BEN,
      id: '<plan@x>',
      date: '2026-03-01T10:00:00Z',
      headers: { 'X-Gmail-Labels': 'Inbox,Work' },
    })
    const first = await Mailbox.fromMbox(file, { address: ANNA })
    const [plan] = first.messages()
    const draft = await first.createDraft({ to: BEN, subject: 'Re: Plan', body: 'Yes' }, plan?.threadId)
    first.trash([plan?.id ?? ''])

    const other = new Mailbox({ address: ANNA })
    await other.restore(savedState(savedText(first.save())) as ReturnType<Mailbox['save']>)
    expect(savedText(other.save())).toBe(savedText(first.save()))
    expect(other.thread(plan?.threadId ?? '').map(({ mail }) => mail.subject)).toEqual(['Plan', 'Re: Plan'])
    const [back] = other.untrash([plan?.id ?? ''])
    expect([...(back?.labels ?? [])].map((label) => other.labels().find(({ id }) => id === label)?.name)).toEqual(
      expect.arrayContaining(['INBOX', 'Work']),
    )
    const sent = await other.sendDraft(draft.id)
    expect(sent.threadId).toBe(plan?.threadId)
    const answer = Buffer.from(
      `From: ${BEN}\nTo: ${ANNA}\nSubject: Re: Plan\nMessage-ID: <late@x>\nIn-Reply-To: <plan@x>\n\nGood.\n`,
    )
    expect((await other.receive(answer)).threadId).toBe(plan?.threadId)
    expect(first.draft(draft.id).message.labels.has('DRAFT')).toBe(true)
  })
})

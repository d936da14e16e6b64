import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SlackSandbox } from '../../../../src/sandbox/slack/index.js'
import type { Act, ActResult, LiveEvent, Snapshot } from '../../../../src/sandbox/slack/wire/page-api.js'
import { Clock, slackFor, socketApp, WORLD, webFor } from '../harness.js'

const GENERAL = 'C0GENERAL'
const actions = (label: string) => ({
  type: 'actions',
  block_id: 'buttons',
  elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: label } }],
})

async function snapshot(slack: SlackSandbox, viewer: string): Promise<Snapshot> {
  const response = await fetch(`${slack.url}/page/snapshot?viewer=${viewer}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Snapshot
}

async function act(slack: SlackSandbox, body: Act): Promise<ActResult> {
  const response = await fetch(`${slack.url}/page/act`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as ActResult
}

/** Follows the live events of a viewer from now on. */
async function live(slack: SlackSandbox, viewer: string) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const response = await fetch(`${slack.url}/page/live?viewer=${viewer}`, { signal: stop.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const events: LiveEvent[] = []
  const waiting = new Set<() => void>()
  const read = async () => {
    let rest = ''
    for await (const part of response.body ?? []) {
      rest += new TextDecoder().decode(part as Uint8Array)
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) if (block.startsWith('data: ')) events.push(JSON.parse(block.slice(6)) as LiveEvent)
      for (const look of [...waiting]) look()
    }
  }
  read().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const next = <Type extends LiveEvent['type']>(
    type: Type,
    fits: (event: Extract<LiveEvent, { type: Type }>) => boolean = () => true,
  ) =>
    new Promise<Extract<LiveEvent, { type: Type }>>((resolve) => {
      const isIt = (event: LiveEvent): event is Extract<LiveEvent, { type: Type }> =>
        event.type === type && fits(event as Extract<LiveEvent, { type: Type }>)
      const look = () => {
        const found = events.find(isIt)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { events, next }
}

describe('a snapshot', () => {
  test('is what that person may see', async () => {
    const slack = await slackFor()
    slack.addChannel({ id: 'G0TEAM', name: 'team', kind: 'group', topic: 'hush', members: ['U0ANNA'] })
    const anna = slack.person('U0ANNA')
    const { ts } = anna.post('for all', { channel: GENERAL })
    anna.post('a reply', { channel: GENERAL, threadTs: ts })
    anna.post('between us')
    const hers = await snapshot(slack, 'U0ANNA')
    const his = await snapshot(slack, 'U0BEN')
    expect(hers).toMatchObject({
      team: { name: 'Northwind Studio' },
      viewer: { id: 'U0ANNA', realName: 'Anna Lindqvist' },
      bot: { id: WORLD.bot.userId, isBot: true },
      slashCommand: '/inbox',
      appConnected: false,
      wire: expect.any(Array),
    })
    expect(hers.people.map(({ id }) => id)).toEqual(['U0ANNA', 'U0BEN'])
    expect(hers.channels.map(({ id, kind, isPrivate }) => [id, kind, isPrivate])).toEqual([
      [GENERAL, 'channel', undefined],
      ['C0ATLAS', 'channel', undefined],
      ['G0TEAM', 'channel', true],
      [anna.dm, 'im', undefined],
    ])
    expect(hers.messages.map(({ text, threadTs, replyCount }) => [text, threadTs, replyCount])).toEqual([
      ['for all', undefined, 1],
      ['a reply', ts, undefined],
      ['between us', undefined, undefined],
    ])
    expect(his.channels.map(({ id }) => id)).toEqual([GENERAL, 'C0ATLAS', slack.person('U0BEN').dm])
    expect(his.messages.map(({ text }) => text)).toEqual(['for all', 'a reply'])
  })

  test('has the Home tab, modals, prompts, ephemerals and the status', async () => {
    const slack = await slackFor({ now: new Clock().now })
    const app = await socketApp(slack)
    const web = webFor(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('hi')
    await anna.command('x')
    const { trigger_id } = app.received.at(-1)?.body ?? {}
    const view = { title: { type: 'plain_text', text: 'Sure?' }, blocks: [] }
    await web.apiCall('views.open', { trigger_id, view: { type: 'modal', ...view } })
    await web.views.publish({ user_id: 'U0ANNA', view: { type: 'home', blocks: [{ type: 'divider' }] } })
    await web.chat.postEphemeral({ channel: GENERAL, user: 'U0ANNA', text: 'psst' })
    await web.assistant.threads.setStatus({ channel_id: channel, thread_ts: ts, status: 'is thinking…' })
    const prompts = [{ title: 'Unread', message: 'What is unread?' }]
    await web.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts })
    const session = { channel_id: channel, thread_ts: ts, status: 'processing', title: 'Greetings' }
    await web.agents.sessions.setStatus(session)
    expect(await snapshot(slack, 'U0ANNA')).toMatchObject({
      appConnected: true,
      home: { blocks: [{ type: 'divider' }] },
      modals: [{ title: 'Sure?' }],
      prompts: [{ channel, prompts }],
      threads: [{ channel, threadTs: ts, status: 'processing', title: 'Greetings', canStop: true }],
      ephemerals: [{ text: 'psst' }],
      messages: [{ text: 'hi', status: 'is thinking…' }],
    })
    expect(await snapshot(slack, 'U0BEN')).toMatchObject({
      modals: [],
      prompts: [],
      threads: [],
      ephemerals: [],
      messages: [],
    })
  })

  test('tells who answers in the name of the app', async () => {
    const slack = await slackFor({ answeredBy: 'A script answers, not Claude', mailboxNote: '2 emails in a.mbox.' })
    expect(await snapshot(slack, 'U0ANNA')).toMatchObject({
      answeredBy: 'A script answers, not Claude',
      mailboxNote: '2 emails in a.mbox.',
    })
    expect(await snapshot(await slackFor(), 'U0ANNA')).not.toHaveProperty('answeredBy')
  })

  test('is for people of the workspace, on this machine', async () => {
    const slack = await slackFor()
    for (const viewer of ['U0NOBODY', WORLD.bot.userId]) {
      expect((await fetch(`${slack.url}/page/snapshot?viewer=${viewer}`)).status).toBe(404)
    }
    expect(await (await fetch(`${slack.url}/page/snapshot`)).json()).toMatchObject({ viewer: { id: 'U0ANNA' } })
    const status = await new Promise((resolve) => {
      const headers = { Host: 'evil.example' }
      request(`${slack.url}/page/snapshot?viewer=U0ANNA`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(403)
  })
})

describe('live', () => {
  test('messages, edits, replies and deletions appear for members only', async () => {
    const slack = await slackFor()
    const web = webFor(slack)
    const [hers, his] = [await live(slack, 'U0ANNA'), await live(slack, 'U0BEN')]
    const anna = slack.person('U0ANNA')
    const { channel, ts } = anna.post('secret')
    expect((await hers.next('message')).message).toMatchObject({ channel, ts, text: 'secret', user: 'U0ANNA' })
    const reply = await web.chat.postMessage({ channel, thread_ts: ts, text: 'one' })
    const parent = await hers.next('message_changed', ({ message }) => message.ts === ts)
    expect(parent.message).toMatchObject({ replyCount: 1, latestReplyTs: reply.ts })
    await web.chat.update({ channel, ts: reply.ts ?? '', text: 'two' })
    await hers.next('message_changed', ({ message }) => message.text === 'two' && message.edited === true)
    await web.chat.delete({ channel, ts: reply.ts ?? '' })
    await hers.next('message_deleted', (event) => event.ts === reply.ts)
    slack.person('U0BEN').post('done', { channel: GENERAL })
    await his.next('message', ({ message }) => message.text === 'done')
    expect(JSON.stringify(his.events.filter(({ type }) => type !== 'wire'))).not.toContain('secret')
  })

  test('so do ephemerals, status, Home, modals and the connection', async () => {
    const slack = await slackFor({ now: new Clock().now })
    const web = webFor(slack)
    const [hers, his] = [await live(slack, 'U0ANNA'), await live(slack, 'U0BEN')]
    const app = await socketApp(slack)
    await hers.next('app_connected', ({ connected }) => connected)
    await web.chat.postEphemeral({ channel: GENERAL, user: 'U0ANNA', text: 'psst' })
    expect((await hers.next('ephemeral')).message).toMatchObject({ text: 'psst', ephemeral: true })
    const { channel, ts } = slack.person('U0ANNA').post('hi')
    await web.assistant.threads.setStatus({ channel_id: channel, thread_ts: ts, status: 'is thinking…' })
    await hers.next('typing', ({ status, threadTs }) => status === 'is thinking…' && threadTs === ts)
    await web.chat.postMessage({ channel, thread_ts: ts, text: 'done' })
    await hers.next('typing', ({ status }) => status === '')
    await web.views.publish({ user_id: 'U0ANNA', view: { type: 'home', blocks: [{ type: 'divider' }] } })
    await hers.next('home')
    await slack.person('U0ANNA').command('x')
    const { trigger_id } = app.received.at(-1)?.body ?? {}
    const view = { type: 'modal', title: { type: 'plain_text', text: 'Sure?' }, blocks: [] }
    await web.apiCall('views.open', { trigger_id, view })
    const modal = await hers.next('modal')
    expect(modal.view).toMatchObject({ title: 'Sure?', blocks: [] })
    await act(slack, { type: 'close_modal', viewer: 'U0ANNA', id: modal.view.id })
    await hers.next('modal_closed', ({ id }) => id === modal.view.id)
    await app.stop()
    await hers.next('app_connected', ({ connected }) => !connected)
    await his.next('app_connected', ({ connected }) => !connected)
    expect(his.events.map(({ type }) => type).filter((type) => type !== 'wire')).toEqual([
      'app_connected',
      'app_connected',
    ])
  })

  test('the wire appears with its outcome and without secrets', async () => {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const hers = await live(slack, 'U0ANNA')
    await socketApp(slack)
    const form = { channel: GENERAL, text: `${slack.botToken} and ${'x'.repeat(2000)}`, token: slack.botToken }
    await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body: new URLSearchParams(form) })
    const { entry } = await hers.next(
      'wire',
      (event) => event.entry.method === 'chat.postMessage' && event.entry.outcome !== 'pending',
    )
    expect(entry).toMatchObject({
      direction: 'call',
      outcome: '200 ok',
      durationMs: 0,
      budget: { remaining: 299, limit: 300 },
      request: { channel: GENERAL, text: expect.stringContaining('(2014 characters)') },
      response: { ok: true },
    })
    const delivered = await hers.next('wire', (event) => event.entry.outcome === 'acknowledged')
    expect(delivered.entry).toMatchObject({ direction: 'delivery', method: 'events_api: message' })
    slack.person('U0ANNA').post('hello')
    await slack.person('U0ANNA').command('x')
    const { clientId: client_id, clientSecret: client_secret } = slack.oauth
    await webFor(slack, '')
      .openid.connect.token({ client_id, client_secret, code: 'c0de' })
      .catch(() => undefined)
    const wire = hers.events.filter(({ type }) => type === 'wire')
    const everything = JSON.stringify([wire, (await snapshot(slack, 'U0ANNA')).wire])
    expect(everything).toContain('apps.connections.open')
    for (const secret of [slack.botToken, slack.appToken, slack.signingSecret, client_secret, 'c0de']) {
      expect(everything).not.toContain(secret)
    }
    expect(everything).not.toMatch(/ticket=[0-9a-f]/)
    expect(everything).not.toMatch(/\/actions\/T/)
  })
})

describe('acts', () => {
  test('are done as the viewer', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack, ({ type }) => (type === 'slash_commands' ? { text: 'in your DM' } : true))
    const viewer = 'U0ANNA'
    const anna = slack.person(viewer)
    const posted = await act(slack, { type: 'post', viewer, channel: GENERAL, text: 'frist' })
    const ts = posted.ok ? (posted.ts ?? '') : ''
    expect(await act(slack, { type: 'edit', viewer, channel: GENERAL, ts, text: 'first' })).toEqual({ ok: true })
    await act(slack, { type: 'post', viewer, channel: GENERAL, text: 'more', threadTs: ts })
    expect(anna.thread(GENERAL, ts).map(({ text }) => text)).toEqual(['first', 'more'])
    const files = [{ name: 'a.csv', content: Buffer.from('a;b').toString('base64') }]
    await act(slack, { type: 'post', viewer, channel: GENERAL, text: '', threadTs: ts, files })
    expect(slack.person(viewer).thread(GENERAL, ts).at(-1)?.files).toMatchObject([{ name: 'a.csv', size: 3 }])
    const second = await act(slack, { type: 'post', viewer, channel: GENERAL, text: 'oops' })
    await act(slack, { type: 'delete', viewer, channel: GENERAL, ts: second.ok ? (second.ts ?? '') : '' })
    expect(anna.messages(GENERAL)).toHaveLength(3)
    await act(slack, { type: 'command', viewer, channel: GENERAL, command: '/inbox', text: 'hello' })
    expect(anna.ephemerals(GENERAL)).toMatchObject([{ text: 'in your DM' }])
    await webFor(slack).apiCall('chat.postMessage', { channel: GENERAL, text: 'x', blocks: [actions('Go')] })
    const at = anna.messages(GENERAL).at(-1)?.ts ?? ''
    const press = { type: 'press', viewer, channel: GENERAL, ts: at, blockId: 'buttons', actionId: 'go' } as const
    expect(await act(slack, press)).toEqual({ ok: true })
    await app.next(({ body }) => body.type === 'block_actions' && body.user.id === viewer)
    for (const type of ['home_opened', 'dm_opened'] as const) await act(slack, { type, viewer })
    await app.next(({ body }) => body.event?.tab === 'home')
    await app.next(({ body }) => body.event?.tab === 'messages')
    const stop = { type: 'stop_session', viewer, channel: GENERAL, threadTs: ts } as const
    expect(await act(slack, stop)).toEqual({ ok: false, error: 'session_not_processing' })
    await webFor(slack).agents.sessions.setStatus({ channel_id: GENERAL, thread_ts: ts, status: 'processing' })
    expect(await act(slack, stop)).toEqual({ ok: true })
    await app.next(({ body }) => body.event?.type === 'agent_session_stopped' && body.event.user === viewer)
  })

  test('reach modals and the Home tab', async () => {
    const slack = await slackFor({ now: new Clock().now })
    const app = await socketApp(slack)
    const web = webFor(slack)
    const viewer = 'U0ANNA'
    await web.apiCall('views.publish', { user_id: viewer, view: { type: 'home', blocks: [actions('Go')] } })
    const { home } = await snapshot(slack, viewer)
    const place = { channel: '', ts: '', blockId: 'buttons', actionId: 'go' }
    expect(await act(slack, { type: 'press', viewer, ...place, view: home?.id ?? '' })).toEqual({ ok: true })
    const { body } = await app.next((envelope) => envelope.body.type === 'block_actions')
    const input = {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Why?' },
      element: { type: 'plain_text_input', action_id: 'reason' },
    }
    const title = { type: 'plain_text', text: 'Deny' }
    const view = { type: 'modal', title, submit: title, blocks: [input] }
    await web.apiCall('views.open', { trigger_id: body.trigger_id, view })
    const id = slack.person(viewer).modal?.view.id ?? ''
    const submit = (reason: string) => act(slack, { type: 'submit_modal', viewer, id, values: { why: { reason } } })
    expect(await submit('')).toEqual({ ok: false, error: 'required', blockId: 'why' })
    expect(await submit('too long')).toEqual({ ok: true })
    const submission = await app.next((envelope) => envelope.body.type === 'view_submission')
    expect(submission.body.view.state.values.why.reason.value).toBe('too long')
  })

  test('that Slack would refuse are refused with its code', async () => {
    const slack = await slackFor({ timing: { acknowledgeWithinMs: 60 } })
    const viewer = 'U0ANNA'
    const refused = async (body: Act) => {
      const result = await act(slack, body)
      return result.ok ? 'ok' : result.error
    }
    expect(await refused({ type: 'post', viewer, channel: GENERAL, text: ' ' })).toBe('no_text')
    expect(await refused({ type: 'post', viewer, channel: 'C0NOWHERE', text: 'x' })).toBe('channel_not_found')
    expect(await refused({ type: 'post', viewer: 'U0NOBODY', channel: GENERAL, text: 'x' })).toBe('user_not_found')
    expect(await refused({ type: 'post', viewer: WORLD.bot.userId, channel: GENERAL, text: 'x' })).toBe(
      'user_not_found',
    )
    expect(await refused({ type: 'delete', viewer, channel: GENERAL, ts: '1.000001' })).toBe('message_not_found')
    expect(await refused({ type: 'command', viewer, channel: GENERAL, command: '/mail', text: '' })).toBe(
      'unknown_command',
    )
    expect(await refused({ type: 'close_modal', viewer, id: 'V0' })).toBe('view_not_found')
    await webFor(slack).apiCall('chat.postMessage', { channel: GENERAL, text: 'x', blocks: [actions('Go')] })
    const ts = slack.person(viewer).messages(GENERAL).at(-1)?.ts ?? ''
    const press = { type: 'press', viewer, channel: GENERAL, ts, blockId: 'buttons', actionId: 'go' } as const
    expect(await refused({ ...press, actionId: 'stop' })).toBe('element_not_found')
    expect(await refused(press)).toBe('operation_timeout')
    for (const [type, body] of [
      ['application/json', '{"type":"post","viewer":"U0ANNA"}'],
      ['application/json', '{"type":"dance","viewer":"U0ANNA"}'],
      ['application/json', 'no json'],
      ['text/plain', JSON.stringify({ type: 'post', viewer, channel: GENERAL, text: 'from another site' })],
    ] as const) {
      const response = await fetch(`${slack.url}/page/act`, { method: 'POST', headers: { 'Content-Type': type }, body })
      expect(await response.json()).toEqual({ ok: false, error: 'invalid_act' })
    }
  })
})

test('the built page is served, and nothing outside its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'index.html'), '<title>Slack</title>')
  writeFileSync(join(folder, 'app.js'), 'let a')
  const slack = await slackFor({ staticDir: folder })
  const get = async (path: string) => {
    const response = await fetch(`${slack.url}${path}`)
    return [response.status, response.headers.get('content-type'), await response.text()]
  }
  expect(await get('/')).toEqual([200, 'text/html; charset=utf-8', '<title>Slack</title>'])
  expect(await get('/app.js')).toEqual([200, 'text/javascript; charset=utf-8', 'let a'])
  for (const path of ['/missing.js', '/..%2f..%2fetc%2fpasswd', '/%00', '/%zz']) expect((await get(path))[0]).toBe(404)
  expect((await fetch(`${(await slackFor()).url}/`)).status).toBe(404)
})

import { describe, expect, test } from 'vitest'
import { Clock, type Envelope, outcomeOf, slackFor, socketApp, WORLD, webFor } from '../harness.js'

const GENERAL = 'C0GENERAL'
const IMPATIENT = { timing: { acknowledgeWithinMs: 60 } }
const plain = (text: string) => ({ type: 'plain_text' as const, text })
const button = (label: string, more: object = {}) => ({ type: 'button', text: plain(label), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', block_id: 'buttons', elements })

const isCommand = ({ type }: Envelope) => type === 'slash_commands'
const isInteractive = (kind: string) => (envelope: Envelope) =>
  envelope.type === 'interactive' && envelope.body.type === kind
const respondTo = (url: string, body: object) =>
  fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

describe('a slash command', () => {
  test('arrives with everything an app needs to answer', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const result = await slack.person('U0ANNA').command('what is unread?', { channel: GENERAL })
    expect(result).toEqual({ acknowledged: true, reply: undefined })
    const { body, accepts_response_payload } = await app.next(isCommand)
    expect(accepts_response_payload).toBe(true)
    expect(body).toMatchObject({
      command: '/inbox',
      text: 'what is unread?',
      user_id: 'U0ANNA',
      user_name: 'anna',
      channel_id: GENERAL,
      channel_name: 'general',
      team_id: WORLD.team.id,
      api_app_id: WORLD.bot.appId,
      response_url: expect.stringContaining(`${slack.url}/actions/`),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]+$/),
    })
    await slack.person('U0ANNA').command('')
    expect(app.received.at(-1)?.body).toMatchObject({ channel_name: 'directmessage' })
  })

  test('is answered by its acknowledgement, for the caller alone or for all', async () => {
    const slack = await slackFor()
    const answers: object[] = [
      { text: 'only you', blocks: [actions(button('Connect', { url: 'https://a.example' }))] },
      { text: 'everybody', response_type: 'in_channel' },
    ]
    await socketApp(slack, (envelope) => (isCommand(envelope) ? answers.shift() : true))
    const anna = slack.person('U0ANNA')
    const first = await anna.command('a', { channel: GENERAL })
    expect(first.reply).toMatchObject({ text: 'only you', ephemeral: true, elements: [{ label: 'Connect' }] })
    expect(slack.person('U0BEN').ephemerals()).toEqual([])
    const second = await anna.command('b', { channel: GENERAL })
    expect(second.reply).toBeUndefined()
    expect(slack.person('U0BEN').messages(GENERAL)).toMatchObject([{ text: 'everybody', user: WORLD.bot.userId }])
  })

  test('that nobody acknowledges ends in words for the caller, and is not sent again', async () => {
    const slack = await slackFor(IMPATIENT)
    const app = await socketApp(slack, () => false)
    const { acknowledged, reply } = await slack.person('U0ANNA').command('hello', { channel: GENERAL })
    expect(acknowledged).toBe(false)
    expect(reply).toMatchObject({
      user: 'USLACKBOT',
      text: expect.stringMatching(/^\/inbox .*operation_timeout.*didn't respond/),
    })
    await app.next(isCommand)
    expect(app.received).toHaveLength(1)
  })

  test('while no app is connected fails too', async () => {
    const slack = await slackFor(IMPATIENT)
    const { reply } = await slack.person('U0ANNA').command('hello')
    expect(reply?.text).toContain('dispatch_failed')
  })

  test('whose acknowledgement makes no sense says so to the caller', async () => {
    const slack = await slackFor()
    await socketApp(slack, () => ({ text: 'x', blocks: [{ type: 'marquee' }] }))
    const { reply } = await slack.person('U0ANNA').command('hello')
    expect(reply?.text).toContain('dispatch_unknown_response')
  })

  test('that the workspace does not know never leaves', async () => {
    const slack = await slackFor({ slashCommand: '/mail' })
    await expect(slack.person('U0ANNA').command('x', { command: '/inbox' })).rejects.toThrow('unknown_command')
  })
})

describe('a press', () => {
  test('arrives with its message, its value and a trigger', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    const { channel, ts: thread_ts } = anna.post('question')
    const approve = button('Approve', { action_id: 'approve', value: 'v1', style: 'primary' })
    const blocks = [{ type: 'markdown', text: 'Send it?' }, actions(approve, button('Deny'))]
    await webFor(slack).apiCall('chat.postMessage', { channel, thread_ts, text: 'Send it?', blocks })
    const seen = await anna.waitFor(({ elements }) => elements.length === 2)
    expect(await anna.press(seen, { label: 'Approve' })).toMatchObject({ acknowledged: true })
    const { body, accepts_response_payload } = await app.next(isInteractive('block_actions'))
    expect(accepts_response_payload).toBe(true)
    expect(body).toMatchObject({
      user: { id: 'U0ANNA', username: 'anna', team_id: WORLD.team.id },
      team: { id: WORLD.team.id, domain: WORLD.team.domain },
      api_app_id: WORLD.bot.appId,
      container: { type: 'message', message_ts: seen.ts, channel_id: channel, is_ephemeral: false, thread_ts },
      channel: { id: channel, name: 'directmessage' },
      message: {
        ts: seen.ts,
        thread_ts,
        bot_id: WORLD.bot.botId,
        blocks: [{ type: 'rich_text' }, { block_id: 'buttons' }],
      },
      state: { values: {} },
      trigger_id: expect.any(String),
      response_url: expect.any(String),
      actions: [
        { type: 'button', action_id: 'approve', block_id: 'buttons', value: 'v1', action_ts: expect.any(String) },
      ],
    })
  })

  test('in an ephemeral message comes without the message', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const blocks = [actions(button('Connect', { action_id: 'connect', url: 'https://a.example/c' }))]
    await webFor(slack).apiCall('chat.postEphemeral', { channel: GENERAL, user: 'U0ANNA', text: 'Connect', blocks })
    const [seen] = slack.person('U0ANNA').ephemerals()
    const place = { channel: GENERAL, ts: seen?.ts ?? '' }
    await slack.person('U0ANNA').press(place, { actionId: 'connect' })
    const { body } = await app.next(isInteractive('block_actions'))
    expect(body.container).toMatchObject({ is_ephemeral: true, message_ts: seen?.ts })
    expect(body.message).toBeUndefined()
    expect(body.actions[0]).toMatchObject({ action_id: 'connect', url: 'https://a.example/c' })
    const ben = slack.person('U0BEN')
    await expect(ben.press(place, { actionId: 'connect' })).rejects.toThrow('element_not_found')
    await expect(ben.press(place, { actionId: 'connect', blockId: 'buttons' })).rejects.toThrow('message_not_found')
  })

  test('can be a choice, which the state remembers', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const option = (value: string) => ({ text: plain(value.toUpperCase()), value })
    const select = { type: 'static_select', action_id: 'pick', options: [option('a'), option('b')] }
    await webFor(slack).apiCall('chat.postMessage', {
      channel: GENERAL,
      text: 'x',
      blocks: [actions(select, button('Go'))],
    })
    const anna = slack.person('U0ANNA')
    const seen = await anna.waitFor(({ elements }) => elements.length === 2)
    await expect(anna.press(seen, { actionId: 'pick' }, 'c')).rejects.toThrow('option_not_found')
    await anna.press(seen, { actionId: 'pick' }, 'b')
    await anna.press(seen, { label: 'Go' })
    const [chosen, pressed] = app.received.filter(isInteractive('block_actions'))
    expect(chosen?.body.actions[0]).toMatchObject({ type: 'static_select', selected_option: { value: 'b' } })
    expect(pressed?.body.state.values.buttons.pick.selected_option).toMatchObject({ value: 'b' })
  })

  test('of feedback says which of the two it was', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const side = (value: string) => ({ text: plain(value), value })
    const feedback = {
      type: 'feedback_buttons',
      action_id: 'fb',
      positive_button: side('good'),
      negative_button: side('bad'),
    }
    const blocks = [{ type: 'context_actions', elements: [feedback] }]
    await webFor(slack).apiCall('chat.postMessage', { channel: GENERAL, text: 'x', blocks })
    const anna = slack.person('U0ANNA')
    await anna.press(await anna.waitFor(({ elements }) => elements.length === 2), { label: 'bad' })
    const { body } = await app.next(isInteractive('block_actions'))
    expect(body.actions[0]).toMatchObject({ action_id: 'fb', value: 'bad' })
  })

  test('that nobody acknowledges is not sent again', async () => {
    const slack = await slackFor(IMPATIENT)
    const app = await socketApp(slack, () => false)
    await webFor(slack).apiCall('chat.postMessage', { channel: GENERAL, text: 'x', blocks: [actions(button('Go'))] })
    const anna = slack.person('U0ANNA')
    const seen = await anna.waitFor(({ elements }) => elements.length === 1)
    expect(await anna.press(seen, { label: 'Go' })).toMatchObject({ acknowledged: false })
    await app.next(isInteractive('block_actions'))
    expect(app.received.filter(isInteractive('block_actions'))).toHaveLength(1)
    await expect(anna.press(seen, { label: 'Stop' })).rejects.toThrow('element_not_found')
  })
})

describe('a response_url', () => {
  async function pressed(ephemeral: boolean) {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    const method = ephemeral ? 'chat.postEphemeral' : 'chat.postMessage'
    const blocks = [actions(button('Go'))]
    await webFor(slack).apiCall(method, { channel: GENERAL, user: 'U0ANNA', text: 'original', blocks })
    const seen = await anna.waitFor(({ text }) => text === 'original')
    await anna.press(seen, { label: 'Go' })
    const { body } = await app.next(isInteractive('block_actions'))
    const url: string = body.response_url
    return { clock, slack, anna, respond: (answer: object) => respondTo(url, answer) }
  }

  test('answers in private unless told otherwise', async () => {
    const { slack, anna, respond } = await pressed(false)
    expect((await respond({ text: 'psst' })).status).toBe(200)
    expect(anna.ephemerals(GENERAL)).toMatchObject([{ text: 'psst' }])
    await respond({ text: 'hear, hear', response_type: 'in_channel' })
    expect(slack.person('U0BEN').messages(GENERAL).at(-1)).toMatchObject({ text: 'hear, hear' })
  })

  test('answers in the channel, unless it names a thread', async () => {
    const { anna, respond } = await pressed(false)
    const [{ ts = '' } = {}] = anna.messages(GENERAL)
    await respond({ text: 'beside it', response_type: 'ephemeral', replace_original: false })
    await respond({ text: 'below it', response_type: 'ephemeral', replace_original: false, thread_ts: ts })
    expect(anna.ephemerals(GENERAL).map(({ text, threadTs }) => [text, threadTs])).toEqual([
      ['beside it', undefined],
      ['below it', ts],
    ])
  })

  test('replaces and deletes the original, ephemeral or not', async () => {
    for (const ephemeral of [true, false]) {
      const { anna, respond } = await pressed(ephemeral)
      const seen = () => (ephemeral ? anna.ephemerals(GENERAL) : anna.messages(GENERAL))
      await respond({ replace_original: true, text: 'replaced' })
      expect(seen()).toMatchObject([{ text: 'replaced', elements: [] }])
      await respond({ delete_original: true })
      expect(seen()).toEqual([])
    }
  })

  test('is good for five uses', async () => {
    const { respond } = await pressed(true)
    for (let use = 0; use < 5; use++) expect((await respond({ text: 'x' })).status).toBe(200)
    const sixth = await respond({ text: 'x' })
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }])
  })

  test('is good for half an hour', async () => {
    const { clock, respond } = await pressed(true)
    clock.advance(30 * 60_000)
    expect((await respond({ text: 'x' })).status).toBe(200)
    clock.advance(1)
    expect(await (await respond({ text: 'x' })).json()).toMatchObject({ error: 'expired_url' })
  })

  test('takes text and blocks, not markdown_text', async () => {
    const { respond } = await pressed(true)
    expect(await (await respond({ markdown_text: '**x**' })).json()).toMatchObject({ error: 'invalid_payload' })
    expect(await (await respond({})).json()).toMatchObject({ error: 'no_text' })
    expect(await (await respond({ blocks: [{ type: 'marquee' }] })).json()).toMatchObject({ error: 'invalid_blocks' })
  })

  test('that was never given out is no address', async () => {
    const slack = await slackFor()
    expect((await respondTo(`${slack.url}/actions/T0/1/2`, { text: 'x' })).status).toBe(404)
  })
})

describe('modals', () => {
  const input = (more: object = {}) => ({
    type: 'input',
    block_id: 'why',
    label: plain('Why?'),
    element: { type: 'plain_text_input', action_id: 'reason' },
    ...more,
  })
  const view = (more: object = {}) => ({
    type: 'modal',
    callback_id: 'deny',
    private_metadata: 'm1',
    title: plain('Deny'),
    submit: plain('Send'),
    blocks: [input()],
    ...more,
  })

  /** Anna ran the command, and `open` opens modals with its trigger. `answer` acknowledges submissions. */
  async function commanded(answer: (envelope: Envelope) => unknown = () => true) {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const app = await socketApp(slack, answer)
    const web = webFor(slack)
    const anna = slack.person('U0ANNA')
    await anna.command('x')
    const { trigger_id } = app.received.at(-1)?.body ?? {}
    const open = (more: object = {}) => web.apiCall('views.open', { trigger_id, view: view(more) })
    return { clock, slack, app, web, anna, open, trigger_id }
  }

  test('open once with a trigger, within three seconds', async () => {
    const { clock, web, anna, open } = await commanded()
    clock.advance(3000)
    expect(await open()).toMatchObject({
      view: { id: expect.stringMatching(/^V/), callback_id: 'deny', root_view_id: expect.any(String) },
    })
    expect(anna.modal?.view.title).toMatchObject({ text: 'Deny' })
    expect(await outcomeOf(open())).toBe('exchanged_trigger_id')
    await anna.command('again')
    const late = await commanded()
    late.clock.advance(3001)
    expect(await outcomeOf(late.open())).toBe('expired_trigger_id')
    expect(await outcomeOf(web.apiCall('views.open', { trigger_id: '1.2.3', view: view() }))).toBe('invalid_trigger_id')
  })

  test('are checked like messages, and more', async () => {
    const { open, web } = await commanded()
    const problems = async (more: object): Promise<unknown> => {
      const error: unknown = await open(more).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ data: { error: 'invalid_arguments' } })
      return error instanceof Error && 'data' in error ? error.data : undefined
    }
    const listing = (text: string) => ({ response_metadata: { messages: [expect.stringContaining(text)] } })
    expect(await problems({ title: plain('x'.repeat(25)) })).toMatchObject(listing('[json-pointer:/view/title/text]'))
    expect(await problems({ submit: undefined })).toMatchObject(listing('missing required field: submit'))
    expect(await problems({ blocks: [input({ label: undefined })] })).toMatchObject(listing('/view/blocks/0'))
    expect(await problems({ blocks: [{ type: 'markdown', text: 'x' }] })).toMatchObject(
      listing('unsupported type: markdown'),
    )
    const home = web.views.publish({
      user_id: 'U0ANNA',
      view: { type: 'home', blocks: Array(101).fill({ type: 'divider' }) },
    })
    expect(await outcomeOf(home)).toBe('invalid_arguments')
  })

  test('tell the app what was entered, and close', async () => {
    const { app, anna, open } = await commanded()
    await open()
    await expect(anna.submitModal({}, 'V0OTHER')).rejects.toThrow('view_not_found')
    await expect(anna.submitModal()).rejects.toThrow('required')
    await anna.submitModal({ why: { reason: 'too long' } })
    const { body } = await app.next(isInteractive('view_submission'))
    expect(body).toMatchObject({
      user: { id: 'U0ANNA' },
      view: {
        callback_id: 'deny',
        private_metadata: 'm1',
        state: { values: { why: { reason: { type: 'plain_text_input', value: 'too long' } } } },
      },
    })
    expect(anna.modal).toBeUndefined()
  })

  test('stay open with errors, change, or make way for another, as the app answers', async () => {
    const answers: object[] = [
      { response_action: 'errors', errors: { why: 'Be kind' } },
      { response_action: 'push', view: view({ title: plain('Sure?'), blocks: [] }) },
      { response_action: 'update', view: view({ title: plain('Thanks'), blocks: [] }) },
      { response_action: 'clear' },
    ]
    const { anna, open } = await commanded((envelope) =>
      isInteractive('view_submission')(envelope) ? answers.shift() : true,
    )
    await open()
    const title = () => anna.modal?.view.title?.text
    await anna.submitModal({ why: { reason: 'no' } })
    expect(anna.modal?.errors).toEqual({ why: 'Be kind' })
    await anna.submitModal({ why: { reason: 'please' } })
    expect([title(), anna.modals.length]).toEqual(['Sure?', 2])
    await anna.submitModal()
    expect(title()).toBe('Thanks')
    await anna.submitModal()
    expect(anna.modals).toEqual([])
  })

  test('are updated by id and hash', async () => {
    const { web, anna, open } = await commanded()
    await open()
    const { id, hash } = anna.modal?.view ?? { id: '', hash: '' }
    const update = (args: object) => web.apiCall('views.update', { view: view({ title: plain('New') }), ...args })
    expect(await outcomeOf(update({ view_id: 'V0OTHER' }))).toBe('not_found')
    expect(await outcomeOf(update({ view_id: id, hash: 'stale' }))).toBe('hash_conflict')
    expect(await outcomeOf(update({ view_id: id, hash }))).toBe('ok')
    expect(anna.modal?.view.title).toMatchObject({ text: 'New' })
  })

  test('send presses and are pushed on each other, three at most', async () => {
    const { app, web, anna, open } = await commanded()
    const more = { blocks: [actions(button('More', { action_id: 'more' }))] }
    await open(more)
    const outcomes: string[] = []
    for (let depth = 1; depth <= 3; depth++) {
      const before = app.received.length
      await anna.press({ viewId: anna.modal?.view.id ?? '' }, { label: 'More' })
      const { body } = app.received[before] ?? { body: {} }
      expect(body).toMatchObject({ container: { type: 'view' }, view: { id: anna.modal?.view.id } })
      outcomes.push(await outcomeOf(web.apiCall('views.push', { trigger_id: body.trigger_id, view: view(more) })))
    }
    expect(outcomes).toEqual(['ok', 'ok', 'push_limit_reached'])
  })

  test('tell of being closed only where asked to', async () => {
    const { app, anna, open } = await commanded()
    await open({ notify_on_close: true })
    await anna.closeModal()
    const { body } = await app.next(isInteractive('view_closed'))
    expect(body).toMatchObject({ view: { callback_id: 'deny' }, is_cleared: false })
    const silent = await commanded()
    await silent.open()
    await silent.anna.closeModal()
    expect(silent.app.received.some(isInteractive('view_closed'))).toBe(false)
  })
})

test('the Home tab is published per person and can be pressed', async () => {
  const slack = await slackFor()
  const app = await socketApp(slack)
  const web = webFor(slack)
  const blocks = [
    { type: 'section', text: plain('Welcome, Anna') },
    actions(button('Connect', { action_id: 'connect' })),
  ]
  await web.apiCall('views.publish', { user_id: 'U0ANNA', view: { type: 'home', blocks } })
  expect(await outcomeOf(web.apiCall('views.publish', { user_id: 'U0NOBODY', view: { type: 'home', blocks } }))).toBe(
    'user_not_found',
  )
  const anna = slack.person('U0ANNA')
  expect(anna.home).toMatchObject({ shown: 'Welcome, Anna', elements: [{ label: 'Connect' }] })
  expect(slack.person('U0BEN').home).toBeUndefined()
  await anna.press({ viewId: anna.home?.viewId ?? '' }, { label: 'Connect' })
  const { body } = await app.next(isInteractive('block_actions'))
  expect(body).toMatchObject({
    container: { type: 'view' },
    view: { type: 'home' },
    actions: [{ action_id: 'connect' }],
  })
  expect(body.response_url).toBeUndefined()
  expect(body.channel).toBeUndefined()
})

import type { App } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startSlack } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { channel, isFocused, thread, useStage } from '../support/scene.js'

const open = useStage()

const write = async (page: Page, name: string, text: string) => {
  await page.getByRole('textbox', { name, exact: true }).fill(text)
  await page.keyboard.press('Enter')
}
const become = (page: Page, name: string) =>
  page.getByRole('group', { name: 'You are' }).getByRole('button', { name }).click()

/** Answers each message of a person in its thread, with these blocks. */
function answering(app: App, blocks: (text: string) => KnownBlock[]): void {
  app.message(async ({ message, client }) => {
    if (message.subtype !== undefined) return
    const thread_ts = message.thread_ts ?? message.ts
    await client.chat.postMessage({
      channel: message.channel,
      thread_ts,
      text: 'answer',
      blocks: blocks(message.text ?? ''),
    })
  })
}

const button = (text: string, more: object = {}) => ({
  type: 'button' as const,
  text: { type: 'plain_text' as const, text },
  ...more,
})

describe('the direct messages with the app', () => {
  it('take files along with what is written, and without it', async () => {
    const { page, slack } = await open()
    const files = [
      { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') },
      {
        name: 'a very long name of a table that somebody exported on a Friday.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('a;b'),
      },
    ]
    await page.getByLabel('Files to attach').setInputFiles(files)
    await page.getByRole('list', { name: 'Attached files' }).getByText('plan.pdf').waitFor()
    await page.getByRole('button', { name: 'Remove plan.pdf' }).click()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await thread(page).getByText('exported on a Friday.csv').waitFor()
    const anna = slack.person('U0ANNA')
    const [first] = anna.messages(anna.dm)
    expect(first).toMatchObject({ text: '', files: [{ mimetype: 'text/csv', size: 3 }] })
    expect(await page.getByRole('list', { name: 'Attached files' }).count()).toBe(0)

    await thread(page).getByLabel('Files to attach').setInputFiles(files.slice(0, 1))
    await write(page, 'Reply…', 'And this?')
    await thread(page).locator('.file').getByText('plan.pdf').waitFor()
    expect(anna.thread(anna.dm, first?.ts ?? '').at(-1)).toMatchObject({
      text: 'And this?',
      files: [{ name: 'plan.pdf' }],
    })
  })

  it('start with suggestions; a message opens its thread, where status, answer and edits appear as they happen', async () => {
    const { page, app, slack } = await open()
    const written = new Promise<{ channel: string; ts: string }>((resolve) => {
      app.message(async ({ message }) => resolve(message))
    })
    // The page has none of its own.
    expect(await page.locator('.prompt').count()).toBe(0)
    const prompts = [{ title: 'What’s unread?', message: 'What is unread?' }]
    await app.client.assistant.threads.setSuggestedPrompts({ channel_id: slack.person('U0ANNA').dm, prompts })
    await page.getByRole('button', { name: 'What’s unread?' }).click()
    await thread(page).getByText('What is unread?').waitFor()
    await isFocused(thread(page).getByRole('textbox', { name: 'Reply…' }))

    const { channel: dm, ts } = await written
    await app.client.assistant.threads.setStatus({ channel_id: dm, thread_ts: ts, status: 'is thinking…' })
    await thread(page).getByText('inbox is thinking…').waitFor()
    const session = { channel_id: dm, thread_ts: ts, status: 'processing', title: 'Unread email' }
    await app.client.agents.sessions.setStatus(session)
    await thread(page).getByText('Unread email').waitFor()
    const stopped = new Promise<unknown>((resolve) => {
      app.event('agent_session_stopped', async ({ event }) => resolve(event))
    })
    await thread(page).getByRole('button', { name: 'Interrupt inbox' }).click()
    expect(await stopped).toMatchObject({ channel: dm, thread_ts: ts, user: 'U0ANNA' })
    await app.client.agents.sessions.setStatus({ ...session, status: 'active' })
    await thread(page).getByRole('button', { name: 'Interrupt inbox' }).waitFor({ state: 'detached' })
    const reply = await app.client.chat.postMessage({
      channel: dm,
      thread_ts: ts,
      text: 'short',
      blocks: [{ type: 'markdown', text: 'You have **two** mails' }],
    })
    const body = thread(page).getByRole('listitem', { name: /^inbox/ })
    await body.getByText('You have two mails').waitFor()
    expect(await thread(page).getByText('is thinking').count()).toBe(0)
    await thread(page).getByText('1 reply').waitFor()

    const update = { channel: dm, ts: reply.ts ?? '' }
    await app.client.chat.update({
      ...update,
      text: 's',
      blocks: [{ type: 'markdown', text: 'You have **three** mails' }],
    })
    await body.getByText('You have three mails').waitFor()
    expect(await body.getByText('(edited)').count()).toBe(0)
    await app.client.chat.update({ ...update, text: 'Only *text* now' })
    await body.getByText('Only text now').waitFor()
    await body.getByText('(edited)').waitFor()

    await page.keyboard.press('Escape')
    await thread(page).waitFor({ state: 'detached' })
    await app.client.chat.postMessage({ channel: dm, thread_ts: ts, text: 'One more thing' })
    await page.getByText('1 new').waitFor()
    await page.getByRole('button', { name: /2 replies/ }).click()
    await thread(page).getByText('One more thing').waitFor()
    await page.getByText('1 new').waitFor({ state: 'detached' })
    expect(slack.person('U0ANNA').messages(dm)).toHaveLength(3)
  })

  it('edit a message in one of the two places where it is seen', async () => {
    const { page } = await open()
    await write(page, 'Message inbox', 'What is unread?')
    await thread(page).getByText('What is unread?').waitFor()
    const main = page.getByRole('main')
    await main.getByText('What is unread?').hover()
    await main.getByRole('button', { name: 'Edit message' }).click()
    await isFocused(main.getByRole('textbox', { name: 'Edit message' }))
    expect(await page.getByRole('textbox', { name: 'Edit message' }).count()).toBe(1)
  })

  it('show the Home tab, and say when the app is away', async () => {
    const { page, app, slack } = await open()
    app.event('app_home_opened', async ({ event, client }) => {
      if (event.tab !== 'home') return
      await client.views.publish({
        user_id: event.user,
        view: {
          type: 'home',
          blocks: [
            {
              type: 'actions',
              block_id: 'b',
              elements: [button('Disconnect', { action_id: 'disconnect', style: 'danger' })],
            },
          ],
        },
      })
    })
    const pressed = new Promise<string>((resolve) => {
      app.action('disconnect', async ({ ack, body }) => {
        await ack()
        resolve(body.user.id)
      })
    })
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('button', { name: 'Disconnect' }).click()
    expect(await pressed).toBe('U0ANNA')
    await app.stop()
    await page.getByText('inbox is not connected to Slack right now').waitFor()
    await page.getByRole('tab', { name: 'Messages' }).click()
    await page.getByText('This is the very beginning').waitFor()
    expect(slack.person('U0ANNA').home?.elements).toHaveLength(1)
  })
})

describe('elements of messages', () => {
  it('are disabled while a press is handled, ask first where they should, and open their links', async () => {
    const { page, app } = await open()
    const presses: string[] = []
    let acknowledge = () => {}
    const mayAcknowledge = new Promise<void>((resolve) => {
      acknowledge = resolve
    })
    answering(app, () => [
      {
        type: 'actions',
        elements: [
          button('Approve', { action_id: 'approve', style: 'primary', value: 'yes' }),
          button('Delete all', {
            action_id: 'delete',
            confirm: {
              title: { type: 'plain_text', text: 'Really?' },
              text: { type: 'mrkdwn', text: 'It *cannot* be undone' },
            },
          }),
          button('Connect', { action_id: 'connect', url: `${page.url()}consent?a=1&b=2` }),
          {
            type: 'static_select',
            action_id: 'where',
            placeholder: { type: 'plain_text', text: 'Where?' },
            options: [
              { text: { type: 'plain_text', text: 'Here' }, value: 'here' },
              { text: { type: 'plain_text', text: 'Privately' }, value: 'private' },
            ],
          },
          {
            type: 'overflow',
            action_id: 'more',
            options: [{ text: { type: 'plain_text', text: 'Snooze' }, value: 'snooze' }],
          },
        ],
      },
    ])
    app.action(/.*/, async ({ ack, action }) => {
      if ('action_id' in action && action.action_id === 'approve') await mayAcknowledge
      await ack()
      const chosen = 'selected_option' in action ? action.selected_option?.value : undefined
      if ('action_id' in action) presses.push(chosen === undefined ? action.action_id : `${action.action_id} ${chosen}`)
    })
    await write(page, 'Message inbox', 'Hello')

    const approve = thread(page).getByRole('button', { name: 'Approve' })
    await approve.click()
    await page.locator('[aria-disabled="true"]', { hasText: 'Approve' }).waitFor()
    // A second press while the first is under way is none.
    await approve.press('Enter')
    acknowledge()
    await page.locator('[aria-disabled="false"]', { hasText: 'Approve' }).waitFor()

    await thread(page).getByRole('button', { name: 'Delete all' }).click()
    await page.getByRole('dialog', { name: 'Really?' }).getByRole('button', { name: 'No' }).click()
    await thread(page).getByRole('button', { name: 'Delete all' }).click()
    await page.getByRole('dialog', { name: 'Really?' }).getByRole('button', { name: 'Yes' }).click()

    const opened = page.context().waitForEvent('page')
    // Answered here: the sandbox's Slack knows no such page.
    await page
      .context()
      .route('**/consent?*', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Consent</h1>' }))
    await thread(page).getByRole('link', { name: 'Connect' }).click()
    const consent = await opened
    await consent.getByText('Consent').waitFor()
    expect(consent.url()).toContain('consent?a=1&b=2')

    await thread(page).getByRole('combobox', { name: 'Where?' }).selectOption('Privately')
    await thread(page).getByRole('button', { name: 'More options' }).click()
    // The menu takes the focus once it is open; a key pressed before that goes nowhere.
    await page.locator('[role="menuitem"]:focus', { hasText: 'Snooze' }).press('Enter')
    await expect.poll(() => presses).toEqual(['approve', 'delete', 'connect', 'where private', 'more snooze'])
  })

  it('tell when the app does not answer', async () => {
    const { page, app, slack } = await open()
    answering(app, () => [{ type: 'actions', elements: [button('Approve', { action_id: 'approve' })] }])
    app.action('approve', () => new Promise<void>(() => {}))
    await write(page, 'Message inbox', 'Hello')
    await thread(page).getByRole('button', { name: 'Approve' }).waitFor()
    // What came before has to be acknowledged, however slow the machine is: it would be delivered, and answered, twice.
    await slack.waitFor(() => slack.deliveries.all.every(({ finished }) => finished))
    slack.timing.acknowledgeWithinMs = 100
    await thread(page).getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('alert').getByText('This app is not responding').waitFor()
    await page.getByRole('button', { name: 'Close message' }).click()
    await page.getByText('This app is not responding').waitFor({ state: 'detached' })
  })

  it('open modals, which complain, submit, and close with Escape', async () => {
    const { page, app } = await open()
    answering(app, () => [{ type: 'actions', elements: [button('Settings', { action_id: 'settings' })] }])
    app.action({ type: 'block_actions', action_id: 'settings' }, async ({ ack, body, client }) => {
      await ack()
      await client.views.open({
        trigger_id: body.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'settings',
          notify_on_close: true,
          title: { type: 'plain_text', text: 'Settings' },
          submit: { type: 'plain_text', text: 'Save' },
          blocks: [
            {
              type: 'input',
              block_id: 'name',
              label: { type: 'plain_text', text: 'Signature' },
              element: { type: 'plain_text_input', action_id: 'text', initial_value: 'Anna' },
            },
            {
              type: 'input',
              block_id: 'days',
              optional: true,
              label: { type: 'plain_text', text: 'Days' },
              element: {
                type: 'checkboxes',
                action_id: 'which',
                options: ['Monday', 'Friday'].map((day) => ({ text: { type: 'plain_text', text: day }, value: day })),
              },
            },
          ],
        },
      })
    })
    const submitted: unknown[] = []
    const closed: string[] = []
    app.view('settings', async ({ ack, view }) => {
      const { name, days } = view.state.values
      const signature = name?.text?.value
      if (signature === 'nobody') return ack({ response_action: 'errors', errors: { name: 'Nobody is called that' } })
      await ack()
      submitted.push(
        signature,
        days?.which?.selected_options?.map((option) => option.value),
      )
    })
    app.view({ callback_id: 'settings', type: 'view_closed' }, async ({ ack, view }) => {
      await ack()
      closed.push(view.callback_id)
    })
    await write(page, 'Message inbox', 'Hello')
    const settings = thread(page).getByRole('button', { name: 'Settings' })
    const modal = page.getByRole('dialog', { name: 'Settings' })

    await settings.click()
    const signature = modal.getByRole('textbox', { name: 'Signature' })
    await isFocused(signature)
    expect(await signature.inputValue()).toBe('Anna')
    await signature.fill('nobody')
    await page.keyboard.press('Enter')
    await modal.getByText('Nobody is called that').waitFor()
    await signature.fill('Anna L.')
    await modal.getByRole('checkbox', { name: 'Friday' }).check()
    await modal.getByRole('button', { name: 'Save' }).click()
    await modal.waitFor({ state: 'detached' })
    await expect.poll(() => submitted).toEqual(['Anna L.', ['Friday']])

    await settings.click()
    await modal.waitFor()
    await page.keyboard.press('Escape')
    await modal.waitFor({ state: 'detached' })
    await thread(page).waitFor()
    await expect.poll(() => closed).toEqual(['settings'])
  })
})

describe('two people in a channel', () => {
  it('see each other’s messages; mentions are completed, counted, edited and deleted', async () => {
    const { page, slack } = await open()
    await become(page, 'Ben')
    await channel(page, 'general').click()
    const box = page.getByRole('textbox', { name: 'Message #general' })
    await box.pressSequentially('Ask @in')
    await page.getByRole('option', { name: /inbox/ }).waitFor()
    await page.keyboard.press('Enter')
    await box.pressSequentially('or @Anna')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('listitem').getByText('@Anna Lindqvist').waitFor()
    expect(slack.person('U0ANNA').messages('C0GENERAL')[0]?.text).toBe('Ask <@U0INBOXBOT> or <@U0ANNA>')

    await page.getByRole('group', { name: 'You are' }).getByRole('button', { name: 'Anna 1 unread' }).click()
    await channel(page, 'general 1 unread').click()
    await page.getByText('New', { exact: true }).waitFor()
    await channel(page, 'general').getByText('1').waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Edit message' }).count()).toBe(0)
    await page.getByRole('listitem').hover()
    await page.getByRole('button', { name: 'Reply in thread' }).click()
    await write(page, 'Reply…', 'I am <here> & *ready*')
    await thread(page).getByText('I am <here> & ready').waitFor()

    await become(page, 'Ben')
    await page.getByRole('button', { name: /1 reply.*1 new/ }).waitFor()
    await page.getByRole('listitem').hover()
    await page.getByRole('button', { name: 'Edit message' }).click()
    const editor = page.getByRole('textbox', { name: 'Edit message' })
    expect(await editor.inputValue()).toBe('Ask @inbox or @Anna Lindqvist')
    await editor.fill('Ask @Anna Lindqvist only')
    await page.keyboard.press('Enter')
    await page.getByText('(edited)').waitFor()
    expect(slack.person('U0ANNA').messages('C0GENERAL')[0]?.text).toBe('Ask <@U0ANNA> only')
    await isFocused(box)
    await page.getByRole('listitem').hover()
    await page.getByRole('button', { name: 'Delete message' }).click()
    await page.getByRole('dialog', { name: 'Delete message' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Ask @Anna Lindqvist only').waitFor({ state: 'detached' })
  })

  it('run the slash command, whose answer only one of them sees', async () => {
    const { page, app } = await open()
    app.command('/inbox', ({ ack, command }) =>
      ack({ text: `Looking for “${command.text}”`, response_type: 'ephemeral' }),
    )
    await channel(page, 'general').click()
    const box = page.getByRole('textbox', { name: 'Message #general' })
    await box.pressSequentially('/in')
    await page.getByRole('option', { name: /\/inbox/ }).waitFor()
    await page.keyboard.press('Tab')
    await box.pressSequentially('invoices')
    await page.keyboard.press('Enter')
    const answer = page.getByRole('listitem').filter({ hasText: 'Only visible to you' })
    await answer.getByText('Looking for “invoices”').waitFor()
    await become(page, 'Ben')
    await channel(page, 'general').click()
    expect(await page.getByText('Looking for').count()).toBe(0)
    await become(page, 'Anna')
    await answer.getByRole('button', { name: 'Dismiss' }).click()
    await answer.waitFor({ state: 'detached' })

    await write(page, 'Message #general', '/unknown thing')
    await page.getByText('/unknown is not a valid command.').waitFor()
    expect(await box.inputValue()).toBe('/unknown thing')
    await write(page, 'Message #general', 'A thread')
    await page.getByRole('listitem').hover()
    await page.getByRole('button', { name: 'Reply in thread' }).click()
    await write(page, 'Reply…', '/inbox here')
    await page.getByText('/inbox is not supported in threads. Sorry!').waitFor()
  })
})

describe('the wire', () => {
  it('shows calls and deliveries with what is left of the limits, can be filtered, paused and cleared, and stays open', async () => {
    const { page, app } = await open()
    await page.getByRole('button', { name: 'Wire' }).click()
    const wire = page.getByRole('complementary', { name: 'Wire' })
    const post = () => app.client.chat.postMessage({ channel: 'C0GENERAL', text: 'Look at the wire' })
    await post()
    const call = wire.getByRole('group').filter({ hasText: 'chat.postMessage' })
    await call.getByText('200 ok').waitFor()
    expect(await call.getByRole('meter').getAttribute('max')).toMatch(/^\d+$/)
    await call.getByText('chat.postMessage').click()
    await call.getByText('Look at the wire').first().waitFor()
    await wire.getByText('events_api: message').first().waitFor()

    await wire.getByRole('searchbox').fill('chat.post')
    await wire.getByText('events_api: message').first().waitFor({ state: 'detached' })
    expect(await call.count()).toBe(1)
    await wire.getByRole('button', { name: 'Pause' }).click()
    await post()
    await wire.getByText(/Paused\. [1-9]/).waitFor()
    expect(await call.count()).toBe(1)
    await wire.getByRole('button', { name: 'Resume' }).click()
    await call.nth(1).waitFor()
    await wire.getByRole('button', { name: 'Clear' }).click()
    await call.first().waitFor({ state: 'detached' })
    await page.reload()
    await wire.waitFor()
  })
})

describe('a narrow window', () => {
  it('shows one pane at a time, with a way back', async () => {
    const { page, app } = await open({ context: { viewport: { width: 390, height: 780 } } })
    answering(app, (text) => [{ type: 'markdown', text: `About “${text}”:\n\n\`\`\`\n${'x'.repeat(200)}\n\`\`\`` }])
    await channel(page, 'general').waitFor()
    expect(await page.getByRole('main').isVisible()).toBe(false)
    await channel(page, 'inbox').click()
    expect(await page.getByRole('navigation').isVisible()).toBe(false)
    await write(page, 'Message inbox', 'Narrow')
    await thread(page).getByText('About “Narrow”:').waitFor()
    expect(await page.getByRole('main').isVisible()).toBe(false)
    // Only the code scrolls sideways, not the page.
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBe(0)
    expect(await page.evaluate<boolean>('(e => e.scrollWidth > e.clientWidth)(document.querySelector("pre"))')).toBe(
      true,
    )
    await page.getByRole('button', { name: 'Back to the conversation' }).click()
    await page.getByRole('button', { name: 'Back to channels' }).click()
    await channel(page, 'project-atlas').click()
    await page.getByRole('textbox', { name: 'Message #project-atlas' }).waitFor()
    await page.getByRole('button', { name: 'Wire' }).click()
    expect(await page.getByRole('main').isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Back to Slack' }).click()
    await page.getByRole('main').waitFor()
  })
})

describe('the keyboard alone', () => {
  it('switches people, moves between channels, writes, opens a thread and comes back', async () => {
    const { page, app } = await open()
    answering(app, () => [{ type: 'actions', elements: [button('Approve', { action_id: 'approve' })] }])
    const approved = new Promise<void>((resolve) => {
      app.action('approve', async ({ ack, respond }) => {
        await ack()
        await respond({ replace_original: true, text: 'Approved' })
        resolve()
      })
    })
    /** Presses the key until the element has the focus, as somebody would who sees where it is. */
    const reach = async (target: Locator, key = 'Tab') => {
      const focused = target.and(page.locator(':focus'))
      for (let presses = 0; presses < 60 && (await focused.count()) === 0; presses++) await page.keyboard.press(key)
      expect(await focused.count()).toBe(1)
    }
    await reach(page.getByRole('button', { name: 'Anna', exact: true }))
    await reach(page.getByRole('button', { name: 'Ben', exact: true }), 'ArrowRight')
    await page.keyboard.press('Enter')
    await page.locator('[aria-pressed="true"]', { hasText: 'Ben' }).waitFor()
    await reach(channel(page, 'inbox'))
    await reach(channel(page, 'general'), 'ArrowUp')
    await reach(channel(page, 'inbox'), 'ArrowDown')
    await page.keyboard.press('Enter')
    const box = page.getByRole('textbox', { name: 'Message inbox' })
    await isFocused(box)
    await page.keyboard.type('First line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    await page.keyboard.press('Enter')
    await thread(page).getByText('second line').waitFor()
    const approve = thread(page).getByRole('button', { name: 'Approve' })
    await approve.waitFor()
    await reach(approve, 'Shift+Tab')
    await page.keyboard.press('Space')
    await approved
    // The button that had the focus is gone; Escape still closes the thread.
    await thread(page).getByText('Approved').waitFor()
    await page.keyboard.press('Escape')
    await thread(page).waitFor({ state: 'detached' })
    await isFocused(box)
    await page.keyboard.press('ArrowUp')
    await isFocused(page.getByRole('textbox', { name: 'Edit message' }))
    await page.keyboard.press('Escape')
    await isFocused(box)
    await reach(page.getByRole('button', { name: /1 reply/ }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await isFocused(thread(page).getByRole('textbox', { name: 'Reply…' }))
  })
})

describe('hostile texts', () => {
  it('are shown and do nothing', async () => {
    const { page, app, slack } = await open()
    const hostile = [
      '<script>document.title="taken"</script>',
      '<img src=x onerror=\'document.title="taken"\'>',
      '<svg/onload=document.title="taken">',
      '![x](https://evil.example/pixel.png)',
      '[click](javascript:document.title="taken")',
      '<iframe src="https://evil.example"></iframe>',
      '<style>*{display:none}</style>',
      '&lt;img src=x onerror=1&gt;',
    ]
    const text = hostile.join('\n\n')
    await app.client.chat.postMessage({
      channel: 'C0GENERAL',
      text: 'fallback',
      blocks: [
        { type: 'markdown', text },
        { type: 'section', text: { type: 'mrkdwn', text: `${text}\n<javascript:document.title="taken"|click>` } },
        { type: 'header', text: { type: 'plain_text', text: hostile[1] ?? '' } },
        { type: 'image', image_url: 'https://evil.example/a.png', alt_text: '<b>a picture</b>' },
        { type: 'context', elements: [{ type: 'image', image_url: 'https://evil.example/b.png', alt_text: 'icon' }] },
      ],
    })
    slack.person('U0BEN').post(text, { channel: 'C0GENERAL' })
    await channel(page, 'general').click()
    const messages = page.getByRole('main').getByRole('list')
    await messages.getByRole('listitem').nth(1).waitFor()
    expect(await messages.getByText('<script>document.title="taken"</script>').count()).toBeGreaterThanOrEqual(3)
    expect(await messages.locator('script, img, iframe, style, object, embed, [onerror], [onload]').count()).toBe(0)
    const links = await messages
      .locator('a')
      .evaluateAll((elements) => elements.map((element) => element.getAttribute('href')))
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) expect(link).toMatch(/^https:/)
    await messages.getByRole('img', { name: '<b>a picture</b>' }).waitFor()
    expect(await page.title()).not.toContain('taken')
  })

  it('that mention everybody are seen to do so unless they were escaped', async () => {
    const { page, app } = await open()
    await app.client.chat.postMessage({
      channel: 'C0GENERAL',
      text: 'fallback',
      blocks: [
        { type: 'markdown', text: 'Not escaped: <!channel> <@U0ANNA>. Escaped: &lt;!here> &lt;@U0BEN> R&amp;D' },
      ],
    })
    await channel(page, 'general').click()
    const message = page.getByRole('main').getByRole('listitem')
    await message.getByText('Not escaped: @channel @Anna Lindqvist. Escaped: <!here> <@U0BEN> R&D').waitFor()
    expect(await message.locator('.mention').allTextContents()).toEqual(['@channel', '@Anna Lindqvist'])
  })
})

describe('a server that goes away', () => {
  it('is announced, and what it says after its return appears by itself', async () => {
    const { page, slack, staticDir, complaints, forgive } = await open({ connected: false })
    const port = Number(new URL(slack.url).port)
    await page.getByRole('textbox', { name: 'Message inbox' }).fill('A draft')
    await slack.close()
    await page.getByText('We’re having trouble reaching Slack').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Slack can’t be reached right now').waitFor()
    expect(await page.getByRole('textbox', { name: 'Message inbox' }).inputValue()).toBe('A draft')
    const again = await startSlack({ world: WORLD, port, staticDir })
    try {
      again.person('U0BEN').post('Back again', { channel: 'C0GENERAL' })
      await page.getByText('We’re having trouble reaching Slack').waitFor({ state: 'detached' })
      await channel(page, 'general').click()
      await page.getByText('Back again').waitFor()
    } finally {
      await page.close()
      await again.close()
    }
    // The browser itself reports what it could not reach.
    const unexpected = complaints.filter((complaint) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK)/.test(complaint))
    expect(unexpected).toEqual([])
    forgive()
  })
})

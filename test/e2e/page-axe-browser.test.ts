import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { App } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type Axe from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { useStage } from '../support/scene.js'

/** What axe-core finds in the page, in each of its states: nothing serious. */

const open = useStage()
let axeSource: string

beforeAll(async () => {
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
})

/** Eighteen states, each looked at whole: on a busy machine more than the minute that other tests have. */
const PATIENCE_MS = 240_000

/** In words, what is serious or critical. */
async function problems(page: Page): Promise<string[]> {
  // By the debugger's way: the page's own policy lets no other script in.
  await page.evaluate(axeSource)
  return await page.evaluate(async () => {
    const { axe } = globalThis as typeof globalThis & { axe: typeof Axe }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`))
  })
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const button = (text: string, more: object = {}) => ({
  type: 'button' as const,
  action_id: text.toLowerCase(),
  text: plain(text),
  ...more,
})

/** The first and the last of its blocks belong in messages alone. */
const CARD: KnownBlock[] = [
  {
    type: 'markdown',
    text: '**Reply to Rosa?**\n\n> Tuesday works.\n\n| From | Subject |\n| --- | --- |\n| Rosa | `Room` |',
  },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'Nothing happens until <@U0ANNA> chooses.' }] },
  {
    type: 'actions',
    elements: [
      button('Send', { style: 'primary' }),
      button('Discard', {
        style: 'danger',
        confirm: { title: plain('Really?'), text: plain('It is gone then.'), confirm: plain('Yes'), deny: plain('No') },
      }),
      button('Edit'),
      {
        type: 'checkboxes',
        action_id: 'which',
        options: [{ text: plain('The first email'), value: '1' }],
      },
      { type: 'overflow', action_id: 'more', options: [{ text: plain('Snooze'), value: 'snooze' }] },
    ],
  },
  {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: 'feedback',
        positive_button: { text: plain('Good'), value: 'good' },
        negative_button: { text: plain('Bad'), value: 'bad' },
      },
    ],
  },
]

function editing(app: App): void {
  app.action('edit', async ({ ack, body, client }) => {
    await ack()
    if (!('trigger_id' in body)) return
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'email',
        title: plain('Edit email'),
        submit: plain('Save'),
        blocks: [
          {
            type: 'input',
            block_id: 'text',
            label: plain('Text'),
            hint: plain('What is left here is what is sent.'),
            element: { type: 'plain_text_input', action_id: 'text', multiline: true, initial_value: 'Tuesday works.' },
          },
        ],
      },
    })
  })
}

it.each([
  ['a wide window', { width: 1400, height: 800 }],
  ['a middling one', { width: 1100, height: 800 }],
  ['a narrow one', { width: 390, height: 780 }],
])(
  '%s has nothing serious in any state, and nothing wider than itself',
  async (_name, viewport) => {
    const { page, app, slack } = await open({ context: { viewport, reducedMotion: 'reduce' } })
    editing(app)
    const found: Record<string, string[]> = {}
    const look = async (state: string) => {
      found[state] = await problems(page)
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (wide > 0) found[state].push(`${wide} pixels are beyond the window`)
    }
    const isPhone = viewport.width < 481
    const sidebar = (name: RegExp) => page.getByRole('navigation').getByRole('button', { name })
    const thread = page.getByRole('complementary', { name: /^Thread/ })
    const { dm } = slack.person('U0ANNA')

    await look('the first look')
    await app.client.assistant.threads.setSuggestedPrompts({
      channel_id: dm,
      prompts: [{ title: 'What can you do?', message: 'What can you do?' }],
    })
    await sidebar(/^inbox/).click()
    await page.getByRole('button', { name: 'What can you do?' }).waitFor()
    await look('empty')

    await page.getByRole('textbox', { name: 'Message inbox', exact: true }).fill('Reply to <b>Rosa</b>')
    await look('typing')
    await page.keyboard.press('Enter')
    await thread.getByText('Reply to <b>Rosa</b>').waitFor()
    const [asked] = slack.person('U0ANNA').messages(dm)
    const ts = asked?.ts ?? ''
    await app.client.assistant.threads.setStatus({ channel_id: dm, thread_ts: ts, status: 'is searching your email…' })
    const session = { channel_id: dm, thread_ts: ts, title: 'Reply to Rosa', status: 'processing' as const }
    await app.client.agents.sessions.setStatus(session)
    await thread.getByRole('button', { name: 'Interrupt inbox' }).waitFor()
    await look('answering')

    await app.client.agents.sessions.setStatus({ ...session, status: 'suspended' })
    await app.client.chat.postMessage({ channel: dm, thread_ts: ts, text: 'Reply to Rosa?', blocks: CARD })
    await thread.getByRole('button', { name: 'Edit', exact: true }).waitFor()
    await look('a card')
    await thread.getByRole('button', { name: 'More options' }).click()
    await look('a menu')
    await page.keyboard.press('Escape')
    await thread.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('dialog', { name: 'Really?' }).waitFor()
    await look('a question before a press')
    await page.keyboard.press('Escape')
    await thread.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('dialog', { name: 'Edit email' }).waitFor()
    await look('a modal')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await page.keyboard.press('Escape')
    await thread.waitFor({ state: 'detached' })
    await app.client.chat.postMessage({ channel: dm, thread_ts: ts, text: 'Done.' })
    await page.getByText('1 new').waitFor()
    await look('the conversation, with something new')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByText('The app has not put anything here yet.').waitFor()
    await look('an empty Home tab')
    await app.client.views.publish({ user_id: 'U0ANNA', view: { type: 'home', blocks: CARD.slice(1, -1) } })
    await page.getByRole('tabpanel').getByRole('button', { name: 'Edit', exact: true }).waitFor()
    await look('a Home tab')

    if (isPhone) await page.getByRole('button', { name: 'Back to channels' }).click()
    await sidebar(/^Threads 1 unread/).click()
    await page.getByRole('main', { name: 'Threads' }).getByText('1 new').waitFor()
    await look('the threads')
    await page.getByRole('main', { name: 'Threads' }).getByRole('listitem').click()
    await thread.getByText('Done.').waitFor()
    await look('the threads with one open')
    await page.getByRole('button', { name: 'Wire', exact: true }).click()
    const wire = page.getByRole('complementary', { name: 'Wire' })
    await wire.getByText('chat.postMessage').first().waitFor()
    await look('the wire')
    await wire.getByText('chat.postMessage').first().click()
    await look('the wire with an entry open')
    await wire.getByRole('button', { name: 'Pause' }).click()
    await look('the wire, paused')
    // Its words stay whole: no column is narrower than its longest part.
    const narrow = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.wire-method')].filter((e) => e.clientWidth < 90 && e.getClientRects().length && e.offsetHeight > 40).map((e) => e.textContent)`,
    )
    expect(narrow).toEqual([])
    await app.stop()
    await page.keyboard.press('Escape')
    await look('the app away')
    expect(Object.entries(found).filter(([, all]) => all.length > 0)).toEqual([])
  },
  PATIENCE_MS,
)

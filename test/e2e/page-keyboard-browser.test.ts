import type { App } from '@slack/bolt'
import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { channel, isFocused, thread, useStage } from '../support/scene.js'

/** The page without a mouse, over reloads and in two tabs. */

const open = useStage()

const DM_BOX = { name: 'Message inbox', exact: true }

/** Presses the key until the element has the focus; how often that was. */
async function reach(target: Locator, key: string): Promise<number> {
  const focused = target.and(target.page().locator(':focus'))
  for (let presses = 0; presses < 60; presses++) {
    if ((await focused.count()) === 1) return presses
    await target.page().keyboard.press(key)
  }
  throw new Error(`${key} does not reach ${target}`)
}

const button = (text: string) => ({
  type: 'button' as const,
  action_id: text.toLowerCase(),
  text: { type: 'plain_text' as const, text },
})

/** Answers each message with two buttons; a press of either replaces the answer, buttons and all. */
function asking(app: App): void {
  app.message(async ({ message, client }) => {
    if (message.subtype !== undefined) return
    const { channel: to, ts, thread_ts = ts } = message
    const blocks = [{ type: 'actions' as const, elements: [button('Send'), button('Keep')] }]
    await client.chat.postMessage({ channel: to, thread_ts, text: 'Send it?', blocks })
  })
  app.action(/send|keep/, async ({ ack, respond }) => {
    await ack()
    await respond({ replace_original: true, text: 'Done' })
  })
}

describe('the focus', () => {
  it('is where one writes from the beginning, and after changing people or channels', async () => {
    const { page } = await open()
    await isFocused(page.getByRole('textbox', DM_BOX))
    await reach(page.getByRole('button', { name: 'Anna', exact: true }), 'Shift+Tab')
    await page.keyboard.press('ArrowRight')
    await isFocused(page.getByRole('button', { name: 'Ben', exact: true }))
    await page.keyboard.press('Enter')
    await page.locator('[aria-pressed="true"]', { hasText: 'Ben' }).waitFor()
    await isFocused(page.getByRole('textbox', DM_BOX))
    await reach(channel(page, 'inbox'), 'Shift+Tab')
    await page.keyboard.press('Home')
    await reach(channel(page, 'general'), 'ArrowDown')
    await page.keyboard.press('Enter')
    await isFocused(page.getByRole('textbox', { name: 'Message #general' }))
  })

  it('goes to the message when the button that was pressed goes away', async () => {
    const { page, app } = await open()
    asking(app)
    await page.keyboard.type('Send it')
    await page.keyboard.press('Enter')
    await isFocused(thread(page).getByRole('textbox', { name: 'Reply…' }))
    const keep = thread(page).getByRole('button', { name: 'Keep' })
    await keep.waitFor()
    await reach(keep, 'Shift+Tab')
    await page.keyboard.press('Enter')
    await thread(page).getByText('Done').waitFor()
    await isFocused(thread(page).getByRole('listitem', { name: /^inbox/ }))
    await page.keyboard.press('ArrowUp')
    await isFocused(thread(page).getByRole('listitem', { name: /^Anna/ }))
    await page.keyboard.press('Escape')
    await thread(page).waitFor({ state: 'detached' })
    await isFocused(page.getByRole('textbox', DM_BOX))
  })

  it('is in the thread as soon as that is there: no letter typed right after falls beside it', async () => {
    const { page, slack } = await open()
    slack.person('U0ANNA').post('What is unread?', { channel: 'C0GENERAL' })
    await channel(page, 'general').click()
    await page.getByRole('main').getByText('What is unread?').hover()
    const reply = page.getByRole('main').getByRole('button', { name: 'Reply in thread' })
    await reply.waitFor()
    const focused = page.evaluate<string>(`new Promise((resolve) => {
      new MutationObserver(() => {
        if (document.querySelector('.thread')) resolve(document.activeElement?.placeholder)
      }).observe(document.body, { childList: true, subtree: true })
      document.querySelector('main [aria-label="Reply in thread"]').click()
    })`)
    expect(await focused).toBe('Reply…')
  })

  it('reaches the composer in few steps, however long the conversation is', async () => {
    const { page, app } = await open()
    for (let count = 0; count < 12; count++)
      await app.client.chat.postMessage({
        channel: 'C0GENERAL',
        text: `Question ${count}`,
        blocks: [{ type: 'actions', elements: [button('Send'), button('Keep'), button('Later')] }],
      })
    await channel(page, 'general').click()
    const box = page.getByRole('textbox', { name: 'Message #general' })
    const skip = page.getByRole('button', { name: 'Skip to the message box' })
    await reach(skip, 'Shift+Tab')
    // By the list's newest message and its buttons, not by those of all the others.
    expect(await reach(box, 'Tab')).toBeLessThan(16)
    await reach(skip, 'Shift+Tab')
    await page.keyboard.press('Enter')
    await isFocused(box)
    await reach(page.getByRole('button', { name: 'Skip to the messages' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    const messages = page.getByRole('main').getByRole('listitem')
    await isFocused(messages.last())
    await page.keyboard.press('Home')
    await isFocused(messages.first())
    await page.keyboard.press('Tab')
    await isFocused(messages.first().getByRole('button', { name: 'Send' }))
    await page.keyboard.press('Escape')
    await isFocused(box)
    await page.keyboard.press('F6')
    await page.keyboard.press('F6')
    await isFocused(channel(page, 'general'))
  })

  it('returns to the Wire button when Escape closes the wire', async () => {
    const { page } = await open()
    const toggle = page.getByRole('button', { name: 'Wire', exact: true })
    await reach(toggle, 'Shift+Tab')
    await page.keyboard.press('Enter')
    const wire = page.getByRole('complementary', { name: 'Wire' })
    await reach(wire.getByRole('searchbox'), 'Tab')
    await page.keyboard.press('Escape')
    await wire.waitFor({ state: 'detached' })
    await isFocused(toggle)
  })
})

describe('what is unread', () => {
  it('stays so over a reload, and is read in all tabs at once', async () => {
    const { page, slack, app } = await open()
    await app.client.chat.postMessage({ channel: 'C0GENERAL', text: '<@U0ANNA>, look' })
    await channel(page, 'general 1 unread').waitFor()
    await page.reload()
    await channel(page, 'general 1 unread').waitFor()
    const other = await page.context().newPage()
    await other.goto(slack.url)
    await channel(other, 'general 1 unread').click()
    await other.getByText('New', { exact: true }).waitFor()
    await channel(page, 'general 1 unread').waitFor({ state: 'detached' })
    await page.reload()
    await channel(page, 'general').waitFor()
    expect(await channel(page, 'general 1 unread').count()).toBe(0)
  })

  it('belongs to one person: two tabs are two people side by side', async () => {
    const { page, slack, app } = await open()
    asking(app)
    const bens = await page.context().newPage()
    await bens.goto(`${slack.url}/?viewer=U0BEN`)
    await isFocused(bens.getByRole('textbox', DM_BOX))
    await bens.keyboard.type('From Ben')
    await bens.keyboard.press('Enter')
    await thread(bens).getByRole('button', { name: 'Keep' }).waitFor()
    expect(await page.getByText('From Ben').count()).toBe(0)
    await page.keyboard.type('From Anna')
    await page.keyboard.press('Enter')
    await thread(page).getByRole('button', { name: 'Keep' }).waitFor()
    await bens.reload()
    await bens.locator('[aria-pressed="true"]', { hasText: 'Ben' }).waitFor()
    expect(await bens.getByText('From Anna').count()).toBe(0)
  })
})

describe('the threads', () => {
  it('that one takes part in are listed, the newest first, and opened beside the list', async () => {
    const { page, slack, app } = await open()
    const [anna, ben] = [slack.person('U0ANNA'), slack.person('U0BEN')]
    const old = anna.post('What is unread?')
    const { dm } = anna
    await app.client.chat.postMessage({ channel: dm, thread_ts: old.ts, text: 'Two emails' })
    const mine = anna.post('Lunch, *anybody*?', { channel: 'C0GENERAL' })
    ben.post('Yes', { channel: 'C0GENERAL', threadTs: mine.ts })
    const foreign = ben.post('Not hers', { channel: 'C0GENERAL' })
    ben.post('Nor this', { channel: 'C0GENERAL', threadTs: foreign.ts })

    const item = page.getByRole('navigation').getByRole('button', { name: /^Threads/ })
    await item.getByText('2').waitFor()
    await reach(channel(page, 'inbox'), 'Shift+Tab')
    await page.keyboard.press('Home')
    await isFocused(item)
    await page.keyboard.press('Enter')
    const cards = page.getByRole('main', { name: 'Threads' }).getByRole('listitem')
    expect(await cards.count()).toBe(2)
    await isFocused(cards.first().getByRole('button', { name: /general.*you, Ben Okafor.*1 new.*Lunch, anybody\?/ }))
    await page.keyboard.press('ArrowDown')
    await isFocused(cards.last().getByRole('button', { name: /inbox.*1 new.*What is unread\?/ }))
    await page.keyboard.press('Enter')
    await thread(page).getByText('Two emails').waitFor()
    await thread(page).getByText('New', { exact: true }).waitFor()
    await cards.last().getByText('1 new').waitFor({ state: 'detached' })
    await page.keyboard.type('Thanks')
    await page.keyboard.press('Enter')
    await cards.first().getByText('What is unread?').waitFor()
    await page.keyboard.press('Escape')
    await thread(page).waitFor({ state: 'detached' })
    await isFocused(cards.first().getByRole('button'))
  })
})

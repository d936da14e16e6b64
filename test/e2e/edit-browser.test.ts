import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { sendMail, TestBrain } from '../support/brains.js'
import { ANNA, ANNAS_MAIL, House } from '../support/house.js'
import { type Stage, setStage } from '../support/scene.js'

/** From the card of an email through its window to Undo, in a real browser. */

let stage: Stage
let house: House
beforeAll(async () => {
  stage = await setStage()
})
afterAll(() => stage?.close())
afterEach(async () => {
  await house.close()
})

it('an email is edited in its window, approved there, and taken back', async () => {
  house = await House.open({
    brain: new TestBrain().when(/write/, sendMail),
    connected: { [ANNA]: ANNAS_MAIL },
    slack: { staticDir: stage.staticDir },
  })
  await house.setUp()
  await house.startBot({ UNDO_SEND_SECONDS: '120' })
  const context = await stage.browser.newContext()
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  try {
    const page = await context.newPage()
    await page.goto(house.slack.url)
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /^inbox/ })
      .click()
    await page.getByRole('textbox', { name: 'Message inbox' }).fill('write to Jorge')
    await page.keyboard.press('Enter')
    const thread = page.getByRole('complementary', { name: /^Thread/ })
    await thread.getByRole('button', { name: /^Edit this / }).click()
    const window = page.getByRole('dialog', { name: 'Edit email' })
    await window.getByRole('textbox', { name: 'Subject' }).fill('Another subject')
    await window.getByRole('textbox', { name: 'Text' }).fill('Other words,\non two lines.')
    await window.getByRole('button', { name: 'Send' }).click()
    await window.waitFor({ state: 'detached' })
    await thread.getByText('Subject: Another subject').waitFor()
    await thread.getByText('Other words,').waitFor()
    await thread.getByRole('button', { name: /^Undo/ }).click()
    await thread.getByText(/Undone\. The email to/).waitFor()
    expect(await thread.getByRole('button', { name: /^Undo/ }).count()).toBe(0)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}, 120_000)

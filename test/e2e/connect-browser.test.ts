import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readMail, TestBrain } from '../support/brains.js'
import { freePort } from '../support/free-port.js'
import { ANNA, ANNAS_MAIL, House, identifierOf } from '../support/house.js'
import { type Stage, setStage } from '../support/scene.js'

/** From a question in Slack through consent and sign-in to its answer, in a real browser. */

let stage: Stage
let house: House
beforeAll(async () => {
  stage = await setStage()
})
afterAll(() => stage?.close())
afterEach(async () => {
  await house.close()
})

async function choose(page: Page, name: RegExp): Promise<void> {
  const person = page.getByRole('radio', { name })
  if ((await person.count()) > 0) await person.check()
  await page.getByRole('button', { name: 'Allow' }).click()
}

it('a person connects their mailbox, and finds the answer where they asked', async () => {
  const port = String(await freePort())
  house = await House.open({
    brain: new TestBrain().when(/newest/, readMail),
    connected: {},
    slack: { staticDir: stage.staticDir },
  })
  await house.setUp()
  await house.startBot({
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SLACK_CLIENT_ID: house.slack.oauth.clientId,
    SLACK_CLIENT_SECRET: house.slack.oauth.clientSecret,
  })
  const context = await stage.browser.newContext()
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  try {
    const slack = await context.newPage()
    await slack.goto(house.slack.url)
    await slack
      .getByRole('navigation')
      .getByRole('button', { name: /^inbox/ })
      .click()
    await slack.getByRole('textbox', { name: 'Message inbox' }).fill('what is the newest mail?')
    await slack.keyboard.press('Enter')
    const opened = context.waitForEvent('page')
    await slack.getByText('Connect Gmail', { exact: true }).click()
    const site = await opened
    await choose(site, /Anna/)
    await site.waitForURL(/openid\/connect\/authorize/)
    await choose(site, /Anna/)
    await site.getByRole('heading', { name: 'Connected' }).waitFor()
    expect(house.scalekit.account(identifierOf(ANNA))).toMatchObject({ status: 'ACTIVE', mailAddress: ANNAS_MAIL })
    await slack.getByText('The newest mail:').waitFor()
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
})

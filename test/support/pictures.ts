/**
 * `npm run pictures`: writes docs/pictures/ anew. Starts the demo, does in its page what a person would, and takes pictures of it,
 * at a desk's width and a phone's.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Locator, type Page } from 'playwright-core'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PICTURES = join(ROOT, 'docs/pictures')
const DESK = { width: 1400, height: 800 }
const PHONE = { width: 390, height: 780 }
/** A picture that loads slowly is worse than none. */
const MOST_BYTES = 200_000
const PATIENCE_MS = 180_000

/** Starts the demo. Answers the address of its page. @throws Error with what it wrote, where it ends instead */
async function startDemo(): Promise<{ readonly demo: ChildProcess; readonly address: string }> {
  const demo = spawn(process.execPath, [join(ROOT, 'dist/sandbox/demo.js'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let written = ''
  const address = await new Promise<string>((resolve, reject) => {
    demo.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text
      const found = /Slack is at\s+(\S+)/.exec(written)?.[1]
      if (found !== undefined) resolve(found)
    })
    demo.once('exit', () => reject(new Error(`the demo ended:\n${written}`)))
  })
  return { demo, address }
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(PICTURES, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  const { size } = await stat(path)
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes; ${MOST_BYTES} are enough`)
  process.stdout.write(`${path}: ${Math.ceil(size / 1000)} kB\n`)
}

const thread = (page: Page) => page.getByRole('complementary', { name: /^Thread/ })
const conversation = (page: Page) =>
  page
    .getByRole('navigation')
    .getByRole('button', { name: /^inbox/ })
    .click()

async function write(place: Page | Locator, name: string, text: string): Promise<void> {
  const box = place.getByRole('textbox', { name, exact: true })
  await box.fill(text)
  await box.press('Enter')
}

async function connect(page: Page): Promise<void> {
  const link = thread(page).getByText('Connect Gmail', { exact: true })
  const [consent] = await Promise.all([page.context().waitForEvent('page'), link.click()])
  await consent.getByRole('radio', { name: /Anna/ }).check()
  await consent.getByRole('button', { name: 'Allow' }).click()
  await consent.close()
}

async function main(): Promise<void> {
  await mkdir(PICTURES, { recursive: true })
  const { demo, address } = await startDemo()
  // In a single process the first context that is closed takes the whole browser with it.
  const args = sparticuz.args.filter((arg) => arg !== '--single-process')
  const browser = await chromium.launch({ args, executablePath: await sparticuz.executablePath() })
  try {
    const context = await browser.newContext({ viewport: DESK, timezoneId: 'Europe/Stockholm' })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    await page.goto(address)
    await conversation(page)
    // The welcome stands before what is asked.
    await page.getByRole('button', { name: 'What needs my attention?' }).waitFor()
    await write(page, 'Message inbox', 'What’s unread?')
    await connect(page)
    const stop = thread(page).getByRole('button', { name: /^Stop/ })
    await thread(page)
      .getByText(/Globe room/)
      .first()
      .waitFor()
    await stop.waitFor()
    await take(page, 'answer-growing')
    await stop.waitFor({ state: 'detached' })

    await write(thread(page), 'Reply…', 'reply to Rosa that Tuesday at 10:30 works')
    // The composer has a Send of its own.
    const edit = thread(page).getByRole('button', { name: /^Edit this / })
    await edit.scrollIntoViewIfNeeded()
    await take(page, 'send-card')
    await page.setViewportSize(PHONE)
    await edit.scrollIntoViewIfNeeded()
    await take(page, 'send-card-phone')

    await page.setViewportSize(DESK)
    await thread(page).getByRole('button', { name: 'Close thread' }).click()
    await page.getByRole('tab', { name: 'Home' }).click()
    await page
      .getByRole('tabpanel', { name: 'Home' })
      .getByText(/anna@northwind\.example/)
      .first()
      .waitFor()
    await take(page, 'home')
    await page.setViewportSize(PHONE)
    await take(page, 'home-phone')
  } finally {
    await browser.close()
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGTERM')
    await ended
  }
}

await main()

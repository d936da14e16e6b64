import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { App, LogLevel } from '@slack/bolt'
import sparticuz from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type SlackOptions, type SlackSandbox, startSlack } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'

/** The page in a real browser, before the sandbox's Slack, with a small app behind it. */
export interface Scene {
  readonly page: Page
  readonly slack: SlackSandbox
  /** Where the built page is. */
  readonly staticDir: string
  /** A Bolt app, connected in Socket Mode. */
  readonly app: App
  /** What the browser complained about: console errors and warnings, uncaught exceptions, requests to other hosts. */
  readonly complaints: readonly string[]
  /** Forgets the complaints so far: the test expected them. */
  forgive(): void
  close(): Promise<void>
}

/** The page as `npm run build` builds it, and one browser for all tests of a file. */
export interface Stage {
  readonly browser: Browser
  readonly staticDir: string
  scene(options?: SceneOptions): Promise<Scene>
  close(): Promise<void>
}

export interface SceneOptions {
  readonly slack?: Partial<SlackOptions>
  readonly context?: BrowserContextOptions
  /** Whether the app is connected. It is, if not given. */
  readonly connected?: boolean
}

let builtPage: Promise<string> | undefined

/** Once for all files that share this worker. @returns where it is */
async function buildPage(): Promise<string> {
  const run = process.env.TEST_RUN_FOLDER
  if (run === undefined) throw new Error('a stage is set by a test')
  const outDir = await mkdtemp(join(run, 'page-'))
  await build({
    root: fileURLToPath(new URL('../../src/sandbox/page', import.meta.url)),
    mode: 'production',
    logLevel: 'error',
    build: { outDir },
  })
  return outDir
}

export async function setStage(): Promise<Stage> {
  builtPage ??= buildPage()
  const staticDir = await builtPage
  // In a single process the first context that is closed takes the whole browser with it.
  const args = sparticuz.args.filter((arg) => arg !== '--single-process')
  const browser = await chromium.launch({ args, executablePath: await sparticuz.executablePath() })
  return {
    browser,
    staticDir,
    scene: (options) => openScene(browser, staticDir, options),
    close: () => browser.close(),
  }
}

/** A stage for the tests of a file: what is answered opens the scene of one of them. Each fails with what its browser complained of. */
export function useStage(): (options?: SceneOptions) => Promise<Scene> {
  let stage: Stage | undefined
  let scene: Scene | undefined
  beforeAll(async () => {
    stage = await setStage()
  })
  afterAll(() => stage?.close())
  afterEach(async () => {
    const complaints = scene?.complaints ?? []
    await scene?.close()
    scene = undefined
    expect(complaints).toEqual([])
  })
  return async (options) => {
    if (stage === undefined) throw new Error('a scene is opened by a test')
    scene = await stage.scene(options)
    return scene
  }
}

/** The thread that stands open. */
export const thread = (page: Page) => page.getByRole('complementary', { name: /^Thread/ })
/** A channel in the list at the side. */
export const channel = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${name}`) })
export const isFocused = (locator: Locator) => locator.and(locator.page().locator(':focus')).waitFor()

async function openScene(browser: Browser, staticDir: string, options: SceneOptions = {}): Promise<Scene> {
  // A busy machine may take longer than Slack allows; what nobody acknowledges would be delivered twice.
  const slack = await startSlack({ world: WORLD, staticDir, timing: { acknowledgeWithinMs: 60_000 }, ...options.slack })
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logLevel: LogLevel.ERROR,
  })
  if (options.connected !== false) await app.start()
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options.context })
  const page = await context.newPage()
  const complaints: string[] = []
  const { origin } = new URL(slack.url)
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to ${request.url()}`)
  })
  await page.goto(slack.url)
  await page.getByRole('navigation').waitFor({ state: 'attached' })
  return {
    page,
    slack,
    staticDir,
    app,
    complaints,
    forgive: () => {
      complaints.length = 0
    },
    close: async () => {
      await context.close()
      if (options.connected !== false) await app.stop()
      // `stop` does not wait for the connection to be closed.
      await slack.waitFor(() => !slack.socketMode.connected)
      await slack.close()
    },
  }
}

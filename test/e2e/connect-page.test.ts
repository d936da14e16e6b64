import { createHash } from 'node:crypto'
import SQLite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { readMail, TestBrain } from '../support/brains.js'
import { leftToPress } from '../support/cards.js'
import { freePort } from '../support/free-port.js'
import { ANNA, ANNAS_MAIL, BEN, BENS_MAIL, House, identifierOf } from '../support/house.js'

/** The page at the end of a connect link: only the person for whom the link was made can ever finish it. */

const WEBHOOK_SECRET = `whsec_${Buffer.from('the dashboard of this test').toString('base64')}`

let house: House
let site: string
afterEach(async () => {
  await house.close()
})

async function running(environment: Record<string, string> = {}): Promise<void> {
  const port = await freePort()
  site = `http://127.0.0.1:${port}`
  const brain = new TestBrain().when(/newest/, readMail)
  house = await House.open({
    brain,
    connected: {},
    scalekit: { webhook: { url: `${site}/scalekit/webhook`, secret: WEBHOOK_SECRET } },
  })
  await house.setUp()
  await house.startBot({
    PORT: String(port),
    PUBLIC_URL: site,
    SLACK_CLIENT_ID: house.slack.oauth.clientId,
    SLACK_CLIENT_SECRET: house.slack.oauth.clientSecret,
    LOG_LEVEL: 'trace',
    ...environment,
  })
}

/** A browser: it keeps cookies, and goes where it is sent, one step at a time. */
class Browser {
  cookie: string | undefined

  async visit(address: string | URL): Promise<{ status: number; to: string | null; text: string; headers: Headers }> {
    const headers = new Headers(this.cookie === undefined ? [] : [['cookie', this.cookie]])
    const response = await fetch(address, { redirect: 'manual', headers })
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0]
    const { status, headers: answered } = response
    return { status, to: answered.get('location'), text: await response.text(), headers: answered }
  }
}

/** The link in somebody's prompt, once they have asked for something. */
async function promptLink(user: string): Promise<string> {
  const person = house.slack.person(user)
  person.post('what is the newest mail?')
  const prompt = await person.waitFor((message) => message.elements.some(({ label }) => label.startsWith('Connect')))
  return prompt.elements.find(({ label }) => label.startsWith('Connect'))?.url ?? ''
}

/** Consent at Scalekit, with one's own mailbox; where the browser is sent then. */
async function consent(link: string, mail: string): Promise<URL> {
  const response = await house.scalekit.press(link, 'allow', mail)
  return new URL(response.headers.get('location') ?? '')
}

/** Presses a button of Slack's sign-in page; where the browser is sent then. */
async function signIn(address: string, user: string, answer = 'allow'): Promise<URL> {
  const body = new URLSearchParams({ user, answer })
  const response = await fetch(address, { method: 'POST', body, redirect: 'manual' })
  return new URL(response.headers.get('location') ?? '')
}

/** From the verify page to the end, signed in as somebody. */
async function finish(browser: Browser, verifyPage: string | URL, user: string) {
  const { to } = await browser.visit(verifyPage)
  return await browser.visit(await signIn(to ?? '', user))
}

const stateOf = (user: string) => house.scalekit.account(identifierOf(user))

describe('with a public address', () => {
  it('a person connects: consent, sign-in, done; the question answers itself, and the prompt is gone', async () => {
    await running()
    const browser = new Browser()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    expect(verifyPage.origin + verifyPage.pathname).toBe(`${site}/connect/verify`)
    expect(stateOf(ANNA)?.status).toBe('PENDING_VERIFICATION')
    const end = await finish(browser, verifyPage, ANNA)
    expect([end.status, end.text]).toEqual([200, expect.stringContaining('Your mailbox is connected')])
    expect(stateOf(ANNA)).toMatchObject({ status: 'ACTIVE', mailAddress: ANNAS_MAIL })
    const anna = house.slack.person(ANNA)
    const reply = await anna.waitFor((message) => message.shown.includes('The newest mail:'))
    expect(leftToPress(reply)).toEqual([])
    expect((await browser.visit(verifyPage)).text).toContain('done already')
  })

  it('pages run no script, load nothing, are kept nowhere and tell nobody', async () => {
    await running()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    for (const { headers } of [
      await new Browser().visit(verifyPage),
      await new Browser().visit(`${site}/connect/verify`),
    ]) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
      expect(headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/)
    }
  })

  it('a forwarded link never binds the mailbox of whoever follows it', async () => {
    await running()
    const annas = await promptLink(ANNA)
    const verifyPage = await consent(annas, BENS_MAIL)
    const end = await finish(new Browser(), verifyPage, BEN)
    expect([end.status, end.text]).toEqual([403, expect.stringContaining('not yours')])
    expect(end.text).not.toMatch(/anna|ben|@/i)
    expect(stateOf(ANNA)?.status).not.toBe('ACTIVE')
    expect(stateOf(BEN)).toBeUndefined()
    // Whose link it was hears of it.
    await house.slack.person(ANNA).waitFor(({ shown }) => shown.includes('Someone else opened your link'))
    // Nor can its owner finish what the other one consented to, with whatever link.
    expect((await new Browser().visit(verifyPage)).text).toContain('done already')
    const anna = house.slack.person(ANNA)
    const fresh = await anna.waitFor((message) => {
      const url = message.elements.find(({ label }) => label.startsWith('Connect'))?.url
      return url !== undefined && url !== annas
    })
    const ownPage = await consent(
      fresh.elements.find(({ label }) => label.startsWith('Connect'))?.url ?? '',
      ANNAS_MAIL,
    )
    const mixed = new URL(ownPage)
    mixed.searchParams.set('auth_request_id', verifyPage.searchParams.get('auth_request_id') ?? '')
    expect((await new Browser().visit(mixed)).status).toBe(409)
    // The cookie is the visitor's own to write, and what follows from it theirs to compute.
    const forged = new Browser()
    const { to } = await forged.visit(ownPage)
    const forgery = [ownPage.searchParams.get('state'), mixed.searchParams.get('auth_request_id'), 'mine']
    const cookie = Buffer.from(JSON.stringify(forgery)).toString('base64url')
    const address = new URL(to ?? '')
    for (const name of ['state', 'nonce'])
      address.searchParams.set(name, createHash('sha256').update(`${name} ${cookie}`).digest('base64url'))
    forged.cookie = `inbox_connect=${cookie}`
    const refused = await forged.visit(await signIn(address.href, ANNA))
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('did not belong to this link')])
    expect(stateOf(ANNA)?.status).not.toBe('ACTIVE')
    expect((await finish(new Browser(), ownPage, ANNA)).text).toContain('Your mailbox is connected')
    expect(stateOf(ANNA)?.mailAddress).toBe(ANNAS_MAIL)
  })

  it('a consent whose sign-in is never finished leaves nobody with a dead link: the next prompt has a fresh one', async () => {
    await running()
    const link = await promptLink(ANNA)
    const verifyPage = await consent(link, ANNAS_MAIL)
    expect((await new Browser().visit(verifyPage)).status).toBe(303)
    const anna = house.slack.person(ANNA)
    anna.command('connect')
    const linkIn = (message: SeenMessage) => message.elements.find(({ label }) => label.startsWith('Connect'))?.url
    const fresh = await anna.waitFor((message) => linkIn(message) !== undefined && linkIn(message) !== link)
    // The prompt that stood there is no trap either.
    await house.slack.waitFor(() => anna.messages(anna.dm).every((message) => linkIn(message) !== link))
    const ownPage = await consent(linkIn(fresh) ?? '', ANNAS_MAIL)
    expect((await finish(new Browser(), ownPage, ANNA)).text).toContain('Your mailbox is connected')
    await anna.waitFor(({ shown }) => shown.includes('The newest mail'))
  })

  it('nobody binds anything in any mixture of two people, links, browsers and sign-ins but their own', async () => {
    await running()
    const links = { [ANNA]: await promptLink(ANNA), [BEN]: await promptLink(BEN) }
    const pages = {
      [ANNA]: await consent(links[ANNA] ?? '', BENS_MAIL),
      [BEN]: await consent(links[BEN] ?? '', ANNAS_MAIL),
    }
    // The consent of one with the state of the other.
    for (const [one, other] of [
      [ANNA, BEN],
      [BEN, ANNA],
    ] as const) {
      const mixed = new URL(pages[one] ?? '')
      mixed.searchParams.set('state', pages[other]?.searchParams.get('state') ?? '')
      for (const user of [ANNA, BEN]) {
        const { to, status } = await new Browser().visit(mixed)
        if (status === 303) await new Browser().visit(await signIn(to ?? '', user))
      }
    }
    expect([stateOf(ANNA)?.status, stateOf(BEN)?.status]).not.toContain('ACTIVE')
  })

  it('the answer of one browser is worth nothing in another, and a changed cookie or state nothing at all', async () => {
    await running()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    const browser = new Browser()
    const { to } = await browser.visit(verifyPage)
    const back = await signIn(to ?? '', ANNA)
    expect((await new Browser().visit(back)).status).toBe(400)
    const thief = new Browser()
    await thief.visit(verifyPage)
    expect((await thief.visit(back)).status).toBe(400)
    const tampered = new Browser()
    tampered.cookie = `${browser.cookie}x`
    expect((await tampered.visit(back)).status).toBe(400)
    const changed = new URL(back)
    changed.searchParams.set('state', 'guess')
    const same = new Browser()
    same.cookie = browser.cookie
    expect((await same.visit(changed)).status).toBe(400)
    expect(stateOf(ANNA)?.status).toBe('PENDING_VERIFICATION')
    expect((await browser.visit(back)).status).toBe(200)
  })

  it('a code of another sign-in, one that is used up, and a refused sign-in connect nothing, and may be tried again', async () => {
    await running()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    const browser = new Browser()
    const first = await browser.visit(verifyPage)
    const refused = await browser.visit(await signIn(first.to ?? '', ANNA, 'cancel'))
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('Try again')])

    const second = await browser.visit(verifyPage)
    const other = new URL(await signIn(second.to ?? '', ANNA))
    const mine = new Browser()
    const third = await mine.visit(verifyPage)
    const swapped = new URL(await signIn(third.to ?? '', ANNA))
    // The code belongs to the sign-in of another browser: its nonce says so.
    swapped.searchParams.set('code', other.searchParams.get('code') ?? '')
    expect((await mine.visit(swapped)).status).toBe(403)
    expect(stateOf(ANNA)?.status).toBe('PENDING_VERIFICATION')
    expect((await finish(new Browser(), verifyPage, ANNA)).status).toBe(200)
  })

  it('an unknown address leads nowhere, and a consent that Scalekit does not know is refused', async () => {
    await running()
    expect((await new Browser().visit(`${site}/connect/verify?auth_request_id=a&state=guess`)).status).toBe(404)
    expect((await new Browser().visit(`${site}/connect/signed-in?code=a&state=b`)).status).toBe(400)
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    verifyPage.searchParams.set('auth_request_id', 'made-up')
    expect((await finish(new Browser(), verifyPage, ANNA)).status).toBe(409)
    expect(stateOf(ANNA)?.status).not.toBe('ACTIVE')
  })

  it('while Scalekit is away it can be tried again', async () => {
    await running()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    house.scalekit.fault('grpc VerifyConnectedAccountUser', { type: 'fail', status: 503 }, 20)
    const end = await finish(new Browser(), verifyPage, ANNA)
    expect([end.status, end.text]).toEqual([503, expect.stringContaining('Try again')])
    house.scalekit.clearFaults()
    expect((await finish(new Browser(), verifyPage, ANNA)).status).toBe(200)
  })

  it('leaves nothing in the log or the database with which anybody could finish it', async () => {
    await running()
    const verifyPage = await consent(await promptLink(ANNA), ANNAS_MAIL)
    const browser = new Browser()
    const { to } = await browser.visit(verifyPage)
    const secrets = [
      verifyPage.searchParams.get('state'),
      verifyPage.searchParams.get('auth_request_id'),
      browser.cookie?.split('=')[1],
    ]
    const back = await signIn(to ?? '', ANNA)
    secrets.push(back.searchParams.get('code'), house.slack.oauth.clientSecret)
    await browser.visit(back)
    const db = new SQLite(house.databasePath, { readonly: true })
    const stored = JSON.stringify(
      db
        .prepare<[], { name: string }>("select name from sqlite_master where type = 'table'")
        .all()
        .map(({ name }) => db.prepare(`select * from "${name}"`).all()),
    )
    db.close()
    expect(stored).toContain(identifierOf(ANNA))
    for (const secret of secrets) {
      expect(secret ?? '').not.toBe('')
      expect(stored).not.toContain(secret)
      expect(house.written).not.toContain(secret)
    }
  })
})

describe('webhooks of Scalekit', () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${site}/scalekit/webhook`, { method: 'POST', body, headers })

  it('wake whoever waits; without a valid signature they are refused', async () => {
    await running({ SCALEKIT_WEBHOOK_SECRET: WEBHOOK_SECRET })
    await promptLink(ANNA)
    house.scalekit.connect(identifierOf(ANNA), ANNAS_MAIL)
    await house.slack.person(ANNA).waitFor((message) => message.shown.includes('The newest mail:'))
    await house.scalekit.webhooksSettled()
    expect(house.scalekit.webhookDeliveries().map(({ status }) => status)).toContain(200)
    const forged = JSON.stringify({
      type: 'connected_account.status_updated',
      data: { identifier: 'x', status: 'ACTIVE' },
    })
    expect((await send(forged)).status).toBe(401)
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' }
    expect((await send(forged, headers)).status).toBe(401)
    expect((await send('x'.repeat(100_000))).status).toBe(413)
    expect((await fetch(`${site}/scalekit/webhook`)).status).toBe(405)
  })

  it('have no address where no secret is set', async () => {
    await running()
    expect((await send('{}')).status).toBe(404)
  })
})

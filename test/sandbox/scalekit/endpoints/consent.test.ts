import { describe, expect, it } from 'vitest'
import { ANNA, BEN } from '../../mailbox/mbox-text.js'
import { ANNA_ID, BEN_ID, startTestScalekit, type TestScalekit } from '../support.js'

const GMAIL = { connectionName: 'gmail', identifier: ANNA_ID }
const VERIFY_URL = 'https://bot.example/verify?tenant=1'

async function linkFor(
  { sdk }: TestScalekit,
  options: { state?: string; userVerifyUrl?: string } = {},
): Promise<string> {
  return (await sdk.actions.getAuthorizationLink({ ...GMAIL, ...options })).link
}

describe('the consent page', () => {
  it('shows the accounts and what is allowed, and looking at it changes nothing', async () => {
    const test = await startTestScalekit({ appName: 'Inbox & co' })
    const link = await linkFor(test)
    for (let visits = 0; visits < 2; visits++) {
      const response = await fetch(link)
      const html = await response.text()
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      for (const text of [
        'Choose an account',
        'Inbox &amp; co',
        ANNA,
        BEN,
        'Ben Okafor',
        'Send mail as you',
        '>Allow<',
        '>Cancel<',
      ]) {
        expect(html).toContain(text)
      }
    }
    await fetch(link, { method: 'HEAD' })
    await fetch(`${link}?action=allow&account=${ANNA}`)
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
  })

  it('connects the chosen mailbox when Allow is pressed, once', async () => {
    const test = await startTestScalekit()
    const link = await linkFor(test)
    const done = await test.scalekit.press(link, 'allow', BEN)
    expect(await done.text()).toMatch(
      /Connected[\s\S]*ben@northwind\.example[\s\S]*close this tab and go back to Slack/,
    )
    expect(test.scalekit.account(ANNA_ID)).toMatchObject({ status: 'ACTIVE', mailAddress: BEN })

    test.scalekit.expire(ANNA_ID)
    const again = await test.scalekit.press(link, 'allow', ANNA)
    expect(await again.text()).toContain('This link has been used')
    expect(await (await fetch(link)).text()).toContain('This link has been used')
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('EXPIRED')
  })

  it('connects nothing when Cancel is pressed, and can be opened again', async () => {
    const test = await startTestScalekit()
    const link = await linkFor(test)
    const cancelled = await test.scalekit.press(link, 'cancel', ANNA)
    expect(await cancelled.text()).toContain('Cancelled')
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
    expect(await (await fetch(link)).text()).toContain('Choose an account')
  })

  it('comes back when Allow is pressed without an account, or with one that is not there', async () => {
    const test = await startTestScalekit()
    const link = await linkFor(test)
    for (const account of [undefined, 'stranger@elsewhere.example']) {
      const response = await test.scalekit.press(link, 'allow', account)
      expect(response.status).toBe(303)
      expect(response.headers.get('location')).toBe(new URL(link).pathname)
    }
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
  })

  it('does not take a press from another site', async () => {
    const test = await startTestScalekit()
    const link = await linkFor(test)
    const body = new URLSearchParams({ action: 'allow', account: ANNA })
    const response = await fetch(link, { method: 'POST', body, headers: { origin: 'https://evil.example' } })
    expect(response.status).toBe(403)
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
  })

  it('says when a link has expired, is unknown, or its account is gone', async () => {
    let now = 1_800_000_000_000
    const test = await startTestScalekit({ linkTtlMs: 60_000, now: () => now })
    const link = await linkFor(test)
    now += 59_999
    expect(await (await fetch(link)).text()).toContain('Choose an account')
    now += 1
    const expired = await test.scalekit.press(link, 'allow', ANNA)
    expect(await expired.text()).toContain('This link has expired')
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_AUTH')
    expect((await fetch(`${link}x`)).status).toBe(404)

    const fresh = await linkFor(test)
    await test.sdk.actions.deleteConnectedAccount(GMAIL)
    expect((await test.scalekit.press(fresh, 'allow', ANNA)).status).toBe(404)
    expect(test.scalekit.accounts()).toEqual([])
  })
})

describe('verification by the app', () => {
  async function consented(test: TestScalekit): Promise<URL> {
    const link = await linkFor(test, { state: 'st/ate?', userVerifyUrl: VERIFY_URL })
    const response = await test.scalekit.press(link, 'allow', ANNA)
    expect(response.status).toBe(303)
    return new URL(response.headers.get('location') ?? '')
  }

  it('sends the browser to the app’s page, and the account waits', async () => {
    const test = await startTestScalekit()
    const page = await consented(test)
    expect(page.origin + page.pathname).toBe('https://bot.example/verify')
    expect(Object.fromEntries(page.searchParams)).toEqual({
      tenant: '1',
      state: 'st/ate?',
      auth_request_id: expect.any(String),
    })
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_VERIFICATION')
  })

  it('activates the account for the person the link was made for, once', async () => {
    const test = await startTestScalekit()
    const authRequestId = (await consented(test)).searchParams.get('auth_request_id') ?? ''
    const { actions } = test.sdk
    await expect(actions.verifyConnectedAccountUser({ authRequestId, identifier: BEN_ID })).rejects.toMatchObject({
      httpStatus: 403,
    })
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_VERIFICATION')

    const verified = await actions.verifyConnectedAccountUser({ authRequestId, identifier: ANNA_ID })
    expect(test.scalekit.account(ANNA_ID)).toMatchObject({ status: 'ACTIVE', mailAddress: ANNA })
    expect(await (await fetch(verified.postUserVerifyRedirectUrl)).text()).toContain('Connected')
    await expect(actions.verifyConnectedAccountUser({ authRequestId, identifier: ANNA_ID })).rejects.toMatchObject({
      httpStatus: 404,
    })
  })

  it('refuses an unknown request and one that waited too long', async () => {
    let now = Date.now()
    const test = await startTestScalekit({ now: () => now })
    const authRequestId = (await consented(test)).searchParams.get('auth_request_id') ?? ''
    const verify = (id: string) =>
      test.sdk.actions.verifyConnectedAccountUser({ authRequestId: id, identifier: ANNA_ID })
    await expect(verify('unknown')).rejects.toMatchObject({ httpStatus: 404 })
    now += 3_600_000
    await expect(verify(authRequestId)).rejects.toMatchObject({ httpStatus: 404 })
    expect(test.scalekit.account(ANNA_ID)?.status).toBe('PENDING_VERIFICATION')
  })
})

import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SlackSandbox } from '../../../../src/sandbox/slack/index.js'
import { Clock, outcomeOf, slackFor, WORLD, webFor } from '../harness.js'

const REDIRECT = 'http://127.0.0.1:9999/callback'

function authorizeUrl(slack: SlackSandbox, more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: slack.oauth.clientId,
    scope: 'openid email profile',
    redirect_uri: REDIRECT,
    state: 's1',
    nonce: 'n1',
    ...more,
  })
  return `${slack.url}/openid/connect/authorize?${parameters}`
}

/** Presses a button on the page; returns where the browser is sent. */
async function press(slack: SlackSandbox, user: string, answer = 'allow'): Promise<URL> {
  const body = new URLSearchParams({ user, answer })
  const response = await fetch(authorizeUrl(slack), { method: 'POST', body, redirect: 'manual' })
  return new URL(response.headers.get('location') ?? '')
}

const exchange = (slack: SlackSandbox, code: string, more: object = {}) =>
  webFor(slack, '').openid.connect.token({
    client_id: slack.oauth.clientId,
    client_secret: slack.oauth.clientSecret,
    code,
    redirect_uri: REDIRECT,
    ...more,
  })

describe('Sign in with Slack', () => {
  test('signs nobody in by opening the page', async () => {
    const slack = await slackFor()
    const response = await fetch(authorizeUrl(slack), { redirect: 'manual' })
    expect(response.status).toBe(200)
    const html = await response.text()
    expect(html).toContain('Anna Lindqvist')
    expect(html).toContain('<form method="post">')
  })

  test('tells the app who pressed the button', async () => {
    const slack = await slackFor()
    const back = await press(slack, 'U0BEN')
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([REDIRECT, 's1'])
    const tokens = await exchange(slack, back.searchParams.get('code') ?? '')
    const info = await webFor(slack, tokens.access_token).openid.connect.userInfo()
    expect(info).toMatchObject({
      sub: 'U0BEN',
      'https://slack.com/user_id': 'U0BEN',
      'https://slack.com/team_id': WORLD.team.id,
      email: 'ben@northwind.example',
      name: 'Ben Okafor',
    })
    const [header = '', payload = '', signature = ''] = (tokens.id_token ?? '').split('.')
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(claims).toMatchObject({ iss: slack.url, aud: slack.oauth.clientId, sub: 'U0BEN', nonce: 'n1' })
    const { keys } = (await (await fetch(`${slack.url}/openid/connect/keys`)).json()) as { keys: [JsonWebKey] }
    const key = createPublicKey({ key: keys[0], format: 'jwk' })
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
  })

  test('is refused by the person', async () => {
    const slack = await slackFor()
    const back = await press(slack, 'U0ANNA', 'cancel')
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.searchParams.get('code')).toBeNull()
    slack.changePerson('U0ANNA', { deleted: true })
    expect((await press(slack, 'U0ANNA')).searchParams.get('code')).toBeNull()
  })

  test('gives codes that work once, for ten minutes, for their app and address', async () => {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const code = async () => (await press(slack, 'U0ANNA')).searchParams.get('code') ?? ''
    const used = await code()
    expect(await outcomeOf(exchange(slack, used))).toBe('ok')
    expect(await outcomeOf(exchange(slack, used))).toBe('invalid_code')
    expect(await outcomeOf(exchange(slack, await code(), { redirect_uri: 'http://127.0.0.1/x' }))).toBe(
      'bad_redirect_uri',
    )
    expect(await outcomeOf(exchange(slack, await code(), { client_secret: 'x' }))).toBe('bad_client_secret')
    expect(await outcomeOf(exchange(slack, await code(), { client_id: 'x' }))).toBe('invalid_client_id')
    const old = await code()
    clock.advance(600_001)
    expect(await outcomeOf(exchange(slack, old))).toBe('invalid_code')
  })

  test('says on the page what is wrong with a request, and leads nowhere', async () => {
    const slack = await slackFor({ redirectUrls: [REDIRECT] })
    const wrongs: Record<string, string>[] = [
      { client_id: 'x' },
      { redirect_uri: 'https://evil.example/' },
      { response_type: 'token' },
      { scope: 'email' },
      { team: 'T0OTHER' },
    ]
    for (const wrong of wrongs) {
      const response = await fetch(authorizeUrl(slack, wrong), { redirect: 'manual' })
      expect([wrong, response.status]).toEqual([wrong, 400])
    }
  })

  test('keeps the bot token and user tokens apart', async () => {
    const slack = await slackFor()
    expect(await outcomeOf(webFor(slack).openid.connect.userInfo())).toBe('not_allowed_token_type')
    const back = await press(slack, 'U0ANNA')
    const { access_token } = await exchange(slack, back.searchParams.get('code') ?? '')
    const post = webFor(slack, access_token).chat.postMessage({ channel: 'C0GENERAL', text: 'x' })
    expect(await outcomeOf(post)).toBe('not_allowed_token_type')
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks } from '../support/cards.js'
import { freePort } from '../support/free-port.js'
import { ANNA, GENERAL, House } from '../support/house.js'

/** Slack's deliveries as signed requests instead of a socket: the same journal, the same answers. */

let house: House
afterEach(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

async function overHttp(killable = false): Promise<{ brain: TestBrain; port: number }> {
  const port = await freePort()
  const brain = new TestBrain().when(/send/, sendMail)
  house = await House.open({
    brain,
    killable,
    slack: {
      requestUrl: `http://127.0.0.1:${port}/slack/events`,
      timing: { retryAfterMs: [50], acknowledgeWithinMs: 60_000 },
    },
  })
  await house.setUp()
  await startBot(port)
  return { brain, port }
}

async function startBot(port: number): Promise<void> {
  await house.startBot({
    SLACK_APP_TOKEN: undefined,
    SLACK_SIGNING_SECRET: house.slack.signingSecret,
    PORT: String(port),
  })
}

describe('HTTP mode', () => {
  it('answers messages, commands and presses, and its health on the same port', async () => {
    const { port } = await overHttp()
    await house.slack.verifyRequestUrl()
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    const card = await anna.waitFor(asks)
    await anna.press(card, APPROVE)
    await anna.waitFor(answers('The mail is sent.'))
    const { reply } = await anna.command('hello', { channel: GENERAL })
    expect(reply?.shown).toContain('direct messages')
    await anna.waitFor(answers('You said: hello'))
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  })

  it('refuses requests that Slack did not sign', async () => {
    const { brain, port } = await overHttp()
    const body = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0NORTHWIND',
      event: {
        type: 'message',
        channel: 'D0ANNA',
        channel_type: 'im',
        user: ANNA,
        ts: '1700000000.000001',
        text: 'forged',
      },
    })
    const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
        'x-slack-signature': `v0=${'0'.repeat(64)}`,
      },
      body,
    })
    expect(answer.status).toBe(401)
    // Nothing of Slack's was heard so far: the secret may be wrong.
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
    expect(await ready()).toBe(503)
    const anna = house.slack.person(ANNA)
    anna.post('real')
    await anna.waitFor(answers('You said: real'))
    expect(brain.words).toEqual(['real'])
    expect(await ready()).toBe(200)
    expect(house.bot.output).toMatch(/"level":"warn".*"msg":"slack request refused: /)
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toContain('inbox_slack_requests_refused_total{reason="mismatch"} 1')
  })

  it('hears what Slack delivers again after the bot was away', async () => {
    const { brain, port } = await overHttp(true)
    await house.bot.kill()
    const anna = house.slack.person(ANNA)
    anna.post('while you were away')
    const { payload } = await house.slack.waitFor(() => house.slack.deliveries.all.at(-1))
    const { acknowledged } = await house.slack.waitFor(() => house.slack.deliveries.all.find((one) => one.finished))
    expect(acknowledged).toBe(false)
    await startBot(port)
    // However long the start took: Slack comes again until it is heard.
    while (!(await house.slack.deliveries.redeliver(String(payload.event_id))).acknowledged);
    await anna.waitFor(answers('You said: while you were away'))
    expect(brain.words).toEqual(['while you were away'])
  })
})

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { startScalekit } from '../../../../src/sandbox/scalekit/index.js'
import { ANNA } from '../../mailbox/mbox-text.js'
import { ANNA_ID, startTestScalekit } from '../support.js'

const SECRET = `whsec_${Buffer.from('a secret of the dashboard').toString('base64')}`

interface Received {
  readonly headers: Record<string, string>
  readonly payload: string
}

async function receiver(status = 200): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    received.push({ headers, payload: await text(request) })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/webhook`, received }
}

it('tells the app of every change of status, signed as the SDK checks it', async () => {
  const { url, received } = await receiver()
  const { scalekit, sdk } = await startTestScalekit({ webhook: { url, secret: SECRET } })
  const { link } = await sdk.actions.getAuthorizationLink({ connectionName: 'gmail', identifier: ANNA_ID })
  await scalekit.press(link, 'allow', ANNA)
  await scalekit.webhooksSettled()
  scalekit.expire(ANNA_ID)
  scalekit.expire(ANNA_ID)
  await scalekit.webhooksSettled()

  const events = received.map(({ payload }) => JSON.parse(payload))
  expect(events.map(({ data }) => [data.old_status, data.status])).toEqual([
    ['PENDING_AUTH', 'ACTIVE'],
    ['ACTIVE', 'EXPIRED'],
  ])
  expect(events[0]).toMatchObject({
    spec_version: '1',
    id: expect.stringMatching(/^evt_/),
    type: 'connected_account.status_updated',
    object: 'ConnectedAccount',
    data: { id: scalekit.account(ANNA_ID)?.id, identifier: ANNA_ID, connection_name: 'gmail', provider: 'GMAIL' },
  })
  for (const { headers, payload } of received) {
    expect(sdk.verifyWebhookPayload(SECRET, headers, payload)).toBe(true)
    expect(() => sdk.verifyWebhookPayload(SECRET, headers, `${payload} `)).toThrow()
  }
  expect(scalekit.webhookDeliveries().map(({ status }) => status)).toEqual([200, 200])
})

it('keeps what became of a delivery that failed', async () => {
  const { url } = await receiver(500)
  const failing = await startTestScalekit({ webhook: { url, secret: SECRET } })
  failing.scalekit.connect(ANNA_ID, ANNA)
  const unreachable = await startTestScalekit({ webhook: { url: 'http://127.0.0.1:1/', secret: SECRET } })
  unreachable.scalekit.connect(ANNA_ID, ANNA)
  await Promise.all([failing.scalekit.webhooksSettled(), unreachable.scalekit.webhooksSettled()])
  expect(failing.scalekit.webhookDeliveries()).toMatchObject([{ status: 500, error: undefined }])
  expect(unreachable.scalekit.webhookDeliveries()).toMatchObject([{ status: undefined, error: expect.any(String) }])
})

it('wants a secret of Scalekit’s form', async () => {
  const options = { world: { mailAccounts: [] }, mailboxes: new Map() }
  await expect(startScalekit({ ...options, webhook: { url: 'http://127.0.0.1/', secret: 'plain' } })).rejects.toThrow(
    'whsec_',
  )
})

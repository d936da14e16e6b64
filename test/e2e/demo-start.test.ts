import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const DEMO = fileURLToPath(new URL('../../dist/sandbox/demo.js', import.meta.url))

it('says in one line that the port that was asked for is taken, and ends', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  try {
    const demo = spawn(process.execPath, [DEMO, '--port', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let written = ''
    for (const stream of [demo.stdout, demo.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        written += text
        // It came up elsewhere: that is the failure.
        if (text.includes('Slack is at')) demo.kill('SIGTERM')
      })
    const [code] = await once(demo, 'close')
    expect(written).toBe(`The demo could not start: port ${port} is taken. Choose another with --port.\n`)
    expect(code).toBe(1)
  } finally {
    other.close()
  }
})

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { TestBrain } from '../support/brains.js'
import { ANNA, House } from '../support/house.js'

let house: House
afterEach(async () => {
  await house.close()
})

/** Files of the process may not grow past a limit: to SQLite that is a disk without room. */
it('a full disk is reported, nothing is acknowledged that is not stored, and all of it is answered once there is room', async () => {
  const brain = new TestBrain()
  house = await House.open({
    killable: true,
    brain,
    slack: { timing: { acknowledgeWithinMs: 500, retryAfterMs: [100, 500, 1_000, 1_000, 2_000, 2_000, 5_000] } },
  })
  await house.run('cli/setup.js')
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
  const cramped = spawn('bash', ['-c', `trap '' XFSZ; ulimit -f 240; exec "$0" "$1"`, process.execPath, main], {
    cwd: house.directory,
    env: house.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const reported = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('slack delivery not stored')) resolve()
    }
    cramped.stdout.on('data', read)
    cramped.stderr.on('data', read)
  })
  const exited = new Promise((resolve) => cramped.once('exit', resolve))
  await house.slack.waitFor(() => house.slack.socketMode.connections > 0 || undefined, {
    description: 'the cramped bot',
  })
  const anna = house.slack.person(ANNA)
  const posted: string[] = []
  for (let index = 0; !output.includes('slack delivery not stored') && index < 40; index += 1) {
    const words = `${index}: ${'much to say '.repeat(3_000)}`
    posted.push(words.trim())
    const before = house.slack.wire.entries.length
    anna.post(words)
    await Promise.race([
      reported,
      house.slack.waitFor(
        () =>
          house.slack.wire.entries
            .slice(before)
            .some(({ method, outcome }) => method.startsWith('events_api: message') && outcome !== 'pending') ||
          undefined,
      ),
    ])
  }
  await reported
  expect(cramped.exitCode).toBeNull()
  cramped.kill('SIGKILL')
  await exited
  // Room again: what was stored and what was never acknowledged are all answered.
  await house.startBot()
  await house.slack.waitFor(() => posted.every((words) => brain.words.includes(words)) || undefined, {
    description: 'every message at the agent',
    timeoutMs: 45_000,
  })
  expect(brain.words).toHaveLength(posted.length)
})

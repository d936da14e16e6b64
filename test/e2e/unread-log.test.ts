import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('a log that nobody reads any more', () => {
  it('keeps no process from ending', async () => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL('../../src/log.ts', import.meta.url).href)}
      const log = createLog('info')
      process.stdin.once('end', () => {
        log.info('one that fails on its way')
        log.info('one that waits behind it')
        process.exit(0)
      })
      process.stdin.resume()
      log.info('ready')
    `
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

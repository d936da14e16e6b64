import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { accountRemover } from '../../src/scalekit/disconnection.js'
import { OperatorProblem, Unavailable } from '../../src/turns/ports.js'

let sandbox: ScalekitSandbox
let remove: (identifier: string) => Promise<boolean>

beforeEach(async () => {
  sandbox = await startScalekit({ world: WORLD, mailboxes: new Map() })
  remove = accountRemover(new Scalekit(sandbox), 'gmail')
})
afterEach(async () => {
  await sandbox.close()
})

it('deletes one account, whatever its state, and nobody else’s', async () => {
  sandbox.connect('anna', 'anna@northwind.example')
  sandbox.connect('ben', 'ben@northwind.example')
  sandbox.expire('ben')
  expect(await remove('anna')).toBe(true)
  expect(sandbox.account('anna')).toBeUndefined()
  expect(sandbox.account('ben')?.status).toBe('EXPIRED')
  expect(await remove('ben')).toBe(true)
})

it('is content where there is none, also the second time', async () => {
  expect(await remove('nobody')).toBe(false)
  sandbox.connect('anna', 'anna@northwind.example')
  expect(await remove('anna')).toBe(true)
  expect(await remove('anna')).toBe(false)
})

it('tells an outage from refused credentials', async () => {
  sandbox.fault('grpc DeleteConnectedAccount', { type: 'fail', status: 503 }, 10)
  await expect(remove('anna')).rejects.toBeInstanceOf(Unavailable)
  sandbox.clearFaults()
  const stranger = accountRemover(new Scalekit({ ...sandbox, clientSecret: 'wrong' }), 'gmail')
  await expect(stranger('anna')).rejects.toBeInstanceOf(OperatorProblem)
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ScalekitMailboxAddresses } from '../../src/scalekit/mailbox-addresses.js'
import { ScalekitTools } from '../../src/scalekit/tool-execution.js'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import { SilentLog } from '../turns/silent-log.js'

const PERSON: IdentifiedPerson = { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }

let sandbox: ScalekitSandbox
let addresses: ScalekitMailboxAddresses
let now: number

beforeEach(async () => {
  now = 1_800_000_000_000
  sandbox = await startScalekit({ world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) })
  addresses = new ScalekitMailboxAddresses(
    new ScalekitTools(new Scalekit(sandbox), 'gmail'),
    new SilentLog(),
    () => now,
  )
})
afterEach(async () => {
  await sandbox.close()
})

/** The SDK comes without a token at first, and again with one. */
const asked = () => sandbox.requests('grpc ExecuteTool').filter(({ status }) => status === 200).length

describe('the address of a mailbox', () => {
  it('is the one that was connected, whoever connected it', async () => {
    sandbox.connect(PERSON.identifier, 'ben@northwind.example')
    expect(await addresses.address(PERSON)).toBe('ben@northwind.example')
  })

  it('is asked for once by all who want it at the same time, and anew after a while', async () => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    await Promise.all([addresses.address(PERSON), addresses.address(PERSON)])
    await addresses.address(PERSON)
    expect(asked()).toBe(1)
    now += 11 * 60_000
    sandbox.connect(PERSON.identifier, 'ben@northwind.example')
    expect(await addresses.address(PERSON)).toBe('ben@northwind.example')
  })

  it('is forgotten with the connection', async () => {
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    await addresses.address(PERSON)
    addresses.forget(PERSON)
    sandbox.connect(PERSON.identifier, 'ben@northwind.example')
    expect(await addresses.address(PERSON)).toBe('ben@northwind.example')
  })

  it.each([501, 503, 404])(
    'is unknown where Scalekit answers %i, and asked for again the next time',
    async (status) => {
      sandbox.connect(PERSON.identifier, 'anna@northwind.example')
      // The SDK repeats some of them by itself.
      sandbox.fault('grpc ExecuteTool', { type: 'fail', status }, 10)
      expect(await addresses.address(PERSON)).toBeNull()
      sandbox.clearFaults()
      expect(await addresses.address(PERSON)).toBe('anna@northwind.example')
    },
  )

  it('is unknown without a connection', async () => {
    expect(await addresses.address(PERSON)).toBeNull()
  })
})

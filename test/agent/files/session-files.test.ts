import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionFiles } from '../../../src/agent/files/session-files.js'
import { Rejected, SessionGone, Unavailable } from '../../../src/turns/ports.js'
import { ANNA, conversationOf, Platform, rejection } from '../platform.js'

let platform: Platform
let files: SessionFiles
beforeEach(async () => {
  platform = await Platform.start()
  await platform.setUp()
  platform.scalekit.connect(ANNA.identifier, 'anna@northwind.example')
  files = new SessionFiles(platform.claude)
})
afterEach(async () => {
  await platform.close()
})

const CONTENT = Buffer.from('a;b\n1;2')
const calls = (endpoint: string) => platform.agents.driver.requests.filter((request) => request.endpoint === endpoint)
const session = async () =>
  await platform.agent().createSession(conversationOf(ANNA), await platform.virtualAccess().grant(ANNA), 'Inbox')

describe('a file for a session', () => {
  it('is uploaded byte for byte, and found by the beginning of its name', async () => {
    const id = await files.upload('m1.F1.abc.Übersicht.csv', 'text/csv', CONTENT.subarray(0, 5))
    expect(Buffer.from(platform.agents.driver.contentOf(id)).toString()).toBe('a;b\n1')
    expect(platform.agents.driver.files()).toMatchObject([
      { filename: 'm1.F1.abc.Übersicht.csv', mime_type: 'text/csv' },
    ])
    expect(await files.find('m1.F1.abc.')).toBe(id)
    expect(await files.find('m1.F1.abd.')).toBeNull()
  })

  it('is found among many', async () => {
    const first = await files.upload('m1.F1.abc.a', 'text/plain', CONTENT)
    for (let count = 0; count < 30; count += 1) await files.upload(`other.${count}`, 'text/plain', CONTENT)
    expect(await files.find('m1.F1.abc.')).toBe(first)
  })

  it('is not uploaded again by itself where the answer is lost', async () => {
    platform.agents.faults.dropAnswer('files.upload')
    expect(await rejection(files.upload('m1.F1.abc.a', 'text/plain', CONTENT))).toBeInstanceOf(Unavailable)
    expect(calls('files.upload')).toHaveLength(1)
    expect(await files.find('m1.F1.abc.')).not.toBeNull()
  })

  it('that the API refuses is told from a service that is away', async () => {
    expect(await rejection(files.upload('m1.F1.abc.a', 'text/plain', new Uint8Array()))).toBeInstanceOf(Rejected)
    platform.agents.faults.answer('files.upload', 529)
    expect(await rejection(files.upload('m1.F1.abc.a', 'text/plain', CONTENT))).toBeInstanceOf(Unavailable)
  })

  it('is mounted once, also after a lost answer', async () => {
    const [id, fileId] = [await session(), await files.upload('m1.F1.abc.a', 'text/plain', CONTENT)]
    platform.agents.faults.dropAnswer('sessions.resources.add')
    expect(await rejection(files.mount(id, fileId, '/mnt/session/uploads/abc/a'))).toBeInstanceOf(Unavailable)
    await files.mount(id, fileId, '/mnt/session/uploads/abc/a')
    expect(platform.agents.driver.sessions()[0]?.resources).toMatchObject([
      { mount_path: '/mnt/session/uploads/abc/a' },
    ])
    expect(calls('sessions.resources.add')).toHaveLength(1)
  })

  it('says that the session is gone', async () => {
    const fileId = await files.upload('m1.F1.abc.a', 'text/plain', CONTENT)
    expect(await rejection(files.mount('sesn_gone', fileId, '/mnt/a'))).toBeInstanceOf(SessionGone)
  })

  it('is removed, also where it is gone already', async () => {
    const id = await files.upload('m1.F1.abc.a', 'text/plain', CONTENT)
    await files.remove(id)
    await files.remove(id)
    expect(platform.agents.driver.files()).toEqual([])
  })
})

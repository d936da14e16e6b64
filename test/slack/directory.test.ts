import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SlackSandbox, startSlack } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { webClientOptions } from '../../src/slack/api/web.js'
import { Directory } from '../../src/slack/directory.js'
import type { Named } from '../../src/turns/words.js'
import { FakeClock } from '../turns/fake-clock.js'
import { SilentLog } from '../turns/silent-log.js'

const user = (id: string): Named => ({ kind: 'user', id })
const channel = (id: string): Named => ({ kind: 'channel', id })

let slack: SlackSandbox
let clock: FakeClock
let directory: Directory

beforeEach(async () => {
  slack = await startSlack({ world: WORLD })
  clock = new FakeClock()
  const log = new SilentLog()
  directory = new Directory(new WebClient(slack.botToken, webClientOptions(slack.apiUrl, log)), clock, log)
})
afterEach(async () => {
  await slack.close()
})

const calls = () => slack.wire.entries.filter(({ method }) => /\.(info|members)$/.test(method ?? '')).length
const names = async (wanted: Named[], reader = 'U0ANNA') => Object.fromEntries(await directory.names(wanted, reader))

describe('names', () => {
  it('are those of the directory; where there is none, there is none', async () => {
    slack.addChannel({ id: 'C0ELSEWHERE', name: 'elsewhere', members: ['U0BEN'], bot: false })
    const wanted = [user('U0BEN'), user('U0NOBODY'), channel('C0GENERAL'), channel('C0ELSEWHERE'), channel('C0NONE')]
    expect(await names([...wanted, user('U0INBOXBOT'), { kind: 'group', id: 'S1' }])).toEqual({
      U0BEN: 'Ben Okafor',
      U0INBOXBOT: 'inbox',
      C0GENERAL: '#general',
      C0ELSEWHERE: '#elsewhere',
    })
  })

  it('of people who left are told still', async () => {
    slack.changePerson('U0BEN', { deleted: true })
    expect(await names([user('U0BEN')])).toEqual({ U0BEN: 'Ben Okafor' })
  })

  it('of private channels are told to their members alone, and direct messages have none', async () => {
    slack.addChannel({ id: 'G0SECRET', name: 'secret-project', kind: 'group', members: ['U0BEN'] })
    slack.addChannel({ id: 'G0GROUP', name: 'mpdm-a--b-1', kind: 'mpim', members: ['U0BEN', 'U0ANNA'] })
    expect(await names([channel('G0SECRET'), channel('G0GROUP')])).toEqual({})
    expect(await names([channel('G0SECRET')], 'U0BEN')).toEqual({ G0SECRET: '#secret-project' })
  })

  it('are asked for once in a while', async () => {
    await names([user('U0BEN'), user('U0BEN'), user('U0NOBODY')])
    await names([user('U0BEN'), user('U0NOBODY')])
    expect(calls()).toBe(2)
    slack.changePerson('U0BEN', { realName: 'Ben Adeyemi' })
    await clock.advance(5 * 60_000 - 1)
    expect(await names([user('U0BEN')], 'U0CARLA')).toEqual({ U0BEN: 'Ben Okafor' })
    expect(calls()).toBe(2)
    await clock.advance(1)
    expect(await names([user('U0BEN')])).toEqual({ U0BEN: 'Ben Adeyemi' })
  })

  it('are asked for at once where somebody is said to be called otherwise', async () => {
    await names([user('U0BEN')])
    slack.changePerson('U0BEN', { realName: 'Ben Adeyemi' })
    directory.forget('U0BEN')
    expect(await names([user('U0BEN')])).toEqual({ U0BEN: 'Ben Adeyemi' })
  })

  it('are asked for once where somebody is named twice in one message', async () => {
    expect(await names(Array.from({ length: 31 }, (_, index) => user(index < 30 ? 'U0BEN' : 'U0ANNA')))).toHaveProperty(
      'U0ANNA',
    )
    expect(calls()).toBe(2)
  })

  it('of a private channel are told to a member who is not the first in its list', async () => {
    slack.addChannel({ id: 'G0SECRET', name: 'secret-project', kind: 'group', members: ['U0BEN', 'U0ANNA'] })
    expect(await names([channel('G0SECRET')], 'U0ANNA')).toEqual({ G0SECRET: '#secret-project' })
  })

  it('are asked for so many times at most', async () => {
    await names(Array.from({ length: 50 }, (_, index) => user(`U0MANY${index}`)))
    expect(calls()).toBe(30)
  })

  it('are left out where Slack fails, and asked for again', async () => {
    slack.faults.next('users.info', { error: 'internal_error' })
    expect(await names([user('U0BEN'), channel('C0GENERAL')])).toEqual({ C0GENERAL: '#general' })
    expect(await names([user('U0BEN')])).toEqual({ U0BEN: 'Ben Okafor' })
  })

  it('are not waited for longer than a moment', async () => {
    const held = slack.faults.hold('users.info')
    const asked = names([user('U0BEN')])
    await held.reached
    let isTold = false
    void asked.then(() => {
      isTold = true
    })
    await clock.advance(2_999)
    expect(isTold).toBe(false)
    await clock.advance(1)
    expect(await asked).toEqual({})
    held.release()
    expect(await names([user('U0BEN')])).toEqual({ U0BEN: 'Ben Okafor' })
  })
})

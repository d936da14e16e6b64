import { describe, expect, it } from 'vitest'
import { registerEvents } from '../../../../src/slack/inbound/listeners/events.js'
import { SilentLog } from '../../../turns/silent-log.js'
import { BOT, boltApp, eventBody } from '../bolt-app.js'

async function happens(event: Record<string, unknown>, body: Record<string, unknown> = {}): Promise<string[]> {
  const log = new SilentLog()
  const { app, deliver } = boltApp(log)
  const happened: string[] = []
  registerEvents(app, {
    identity: BOT,
    home: {
      open: async (team, user) => {
        happened.push(`home of ${team}/${user}`)
      },
    },
    welcome: {
      greet: async (team, user) => {
        happened.push(`welcome to ${team}/${user}`)
      },
    },
    agent: {
      opened: async ({ channel, threadTs }) => {
        happened.push(`prompts in ${channel}${threadTs === null ? '' : ` at ${threadTs}`}`)
      },
    },
    onProfileChanged: (user) => happened.push(`profile of ${user}`),
  })
  await deliver({ ...eventBody(event), ...body }, async () => {
    happened.push('acknowledged')
  })
  expect(log.lines).toEqual([])
  return happened
}

const opened = { type: 'app_home_opened', user: 'U0ANNA', channel: 'D0ANNA', tab: 'home' }
const changed = { type: 'user_change', user: { id: 'U0ANNA', team_id: 'T1' } }

describe('an event that may be lost', () => {
  it.each([
    ['a Home tab is opened', opened, ['home of T1/U0ANNA', 'welcome to T1/U0ANNA']],
    ['the Messages tab is opened', { ...opened, tab: 'messages' }, ['prompts in D0ANNA', 'welcome to T1/U0ANNA']],
    ['Slackbot opens the Messages tab', { ...opened, tab: 'messages', user: 'USLACKBOT' }, []],
    [
      'a thread of the older surface is opened',
      { type: 'assistant_thread_started', assistant_thread: { user_id: 'U1', channel_id: 'D1', thread_ts: '1.0' } },
      ['prompts in D1 at 1.0'],
    ],
    ['what somebody looks at changes', { type: 'app_context_changed', channel: 'D0ANNA', user: 'U1', context: {} }, []],
    ['Slackbot opens a Home tab', { ...opened, user: 'USLACKBOT' }, []],
    ['a profile changes', changed, ['profile of U0ANNA']],
    [
      'a profile of another organisation changes',
      { ...changed, user: { id: 'U0ANNA', team_id: 'T2', is_stranger: true } },
      [],
    ],
  ])('%s', async (_, event, expected) => {
    expect(await happens(event)).toEqual(['acknowledged', ...expected])
  })

  it('of an app that a whole organisation installed is keyed by the organisation', async () => {
    const authorizations = [{ enterprise_id: 'E1', team_id: null, user_id: 'U0BOT', is_enterprise_install: true }]
    expect(await happens(opened, { authorizations })).toEqual([
      'acknowledged',
      'home of E1/U0ANNA',
      'welcome to E1/U0ANNA',
    ])
  })
})

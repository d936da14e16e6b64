import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { botScopes } from '../src/cli/slack-checks.js'
import { methodNamed } from '../src/sandbox/slack/web-api/methods.js'
import { PROMPTS } from '../src/slack/agent/suggested-prompts.js'
import { SUGGESTED_PROMPTS } from '../src/slack/api/limits.js'
import { readEvent } from '../src/slack/inbound/read-events.js'

/** The manifest asks for what the bot listens to and calls, and for nothing else. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const manifest = readFileSync(join(ROOT, 'manifest.yml'), 'utf8')
const BOT = { userId: 'U0BOT', botId: 'B0BOT', teamId: 'T1' }

/** What Slack delivers for each subscription, as far as it is read. */
const said = (channel_type: string) => ({
  type: 'message',
  channel: 'C1',
  channel_type,
  user: 'U1',
  ts: '1.0',
  text: 'hi',
})
const EVENTS: Readonly<Record<string, { readonly type: string; readonly [field: string]: unknown }>> = {
  agent_session_stopped: {
    type: 'agent_session_stopped',
    channel: 'D1',
    user: 'U1',
    thread_ts: '1.0',
    event_ts: '2.0',
  },
  app_home_opened: { type: 'app_home_opened', user: 'U1', channel: 'D1', tab: 'home' },
  app_mention: { type: 'app_mention', channel: 'C1', user: 'U1', ts: '1.0', text: '<@U0BOT> hi' },
  channel_id_changed: { type: 'channel_id_changed', old_channel_id: 'C1', new_channel_id: 'C2' },
  'message.channels': said('channel'),
  'message.groups': said('group'),
  'message.im': said('im'),
  'message.mpim': said('mpim'),
  user_change: { type: 'user_change', user: { id: 'U1', team_id: 'T1', deleted: true } },
}

const [, afterEvents = ''] = manifest.split(/^ *bot_events:.*$/m)
const subscribed = [...(/^(?: *- .*\n)+/m.exec(afterEvents)?.[0] ?? '').matchAll(/- ([\w.]+)/g)].map(([, name]) => name)

/** Web API methods that the bot calls, as its code names them. */
const called = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox/'))
  .flatMap((name) => [
    ...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(
      /\b(?:web|bot|app)\.((?:agents|assistant|auth|apps|chat|conversations|files|reactions|users|views)(?:\.\w+)+)\(/g,
    ),
  ])
  .map(([, method = '']) => method)

/** Called without their scope, in vain where that is missing: a channel that cannot be named stands there by its id. */
const SPARED_METHODS = ['conversations.info', 'conversations.members']
/** Scopes that no method asks for: they are for what Slack delivers, and for files, whose upload is several calls in one. */
const DELIVERY_SCOPES = [
  'app_mentions:read',
  'commands',
  'channels:history',
  'groups:history',
  'im:history',
  'mpim:history',
]

describe('the manifest', () => {
  it('subscribes to the events that are read, each of them', () => {
    expect(subscribed).toEqual(Object.keys(EVENTS))
    for (const event of Object.values(EVENTS)) {
      const { kind } = readEvent({ type: 'event_callback', team_id: 'T1', event_id: 'Ev1', event }, BOT)
      expect([event.type, kind]).not.toContain('other')
      expect([event.type, kind]).not.toContain('malformed')
    }
  })

  it('asks for a scope of every method that is called', () => {
    expect(called).toContain('agents.sessions.setStatus')
    const granted = new Set(botScopes(manifest))
    for (const name of new Set(called)) {
      const method = methodNamed(name)
      expect(method, name).toBeDefined()
      if (method?.token !== 'bot' || method.scopes.length === 0 || SPARED_METHODS.includes(name)) continue
      expect(
        method.scopes.filter((scope) => granted.has(scope)),
        name,
      ).not.toEqual([])
    }
  })

  it('asks for no scope that nothing needs', () => {
    const needed = new Set([
      ...DELIVERY_SCOPES,
      'files:write',
      ...called.flatMap((name) => methodNamed(name)?.scopes ?? []),
    ])
    expect(botScopes(manifest).filter((scope) => !needed.has(scope))).toEqual([])
  })

  it('is an agent’s, and suggests what the bot suggests', () => {
    expect(manifest).toContain('agent_view:')
    expect(manifest).not.toContain('assistant_view')
    const prompts = [...manifest.matchAll(/- title: (.+)\n *message: (.+)/g)].map(([, title, message]) => ({
      title,
      message,
    }))
    expect(prompts).toEqual(PROMPTS)
    expect(PROMPTS.length).toBeLessThanOrEqual(SUGGESTED_PROMPTS)
  })
})

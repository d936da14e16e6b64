import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigurationError, readBotConfig } from '../src/config.js'
import { STANDARD_POLICIES, sendingTools } from '../src/gmail/policies.js'
import { Poster } from '../src/slack/api/poster.js'
import { createWebClient } from '../src/slack/api/web.js'
import { ACTIONS } from '../src/slack/blocks/action-ids.js'
import { approvalsTogether, questionParts } from '../src/slack/blocks/approval-group.js'
import { changeModal } from '../src/slack/blocks/change-modal.js'
import { editModal, editWindow } from '../src/slack/blocks/edit-modal.js'
import { EXAMPLES, exampleButtons } from '../src/slack/blocks/examples.js'
import { feedbackBlock } from '../src/slack/blocks/feedback.js'
import { outgoingOutcome, outgoingQuestion } from '../src/slack/blocks/outgoing-card.js'
import { scheduledBlocks } from '../src/slack/blocks/scheduled-list.js'
import { SLACK_EVENTS_PATH } from '../src/slack/inbound/signed-requests.js'
import { undoBlocks } from '../src/slack/reply/undo-button.js'
import { openDatabase } from '../src/store/database/database.js'
import { Store } from '../src/store/store.js'
import { SIGNED_IN_PATH, VERIFY_PATH } from '../src/web/connect-routes.js'
import { healthRoutes, metricsRoute } from '../src/web/health.js'
import { WEBHOOK_PATH } from '../src/web/webhook.js'
import { ANNA, conversationOf, Platform } from './agent/platform.js'
import { slackFor } from './sandbox/slack/harness.js'
import { mail, outgoing } from './slack/blocks/outgoing-views.js'
import { SilentLog } from './turns/silent-log.js'

/**
 * Names that stand outside of the code, in messages, sessions, databases and configurations that live longer than any version of it. They
 * are written out here, so that a rename fails: what exists keeps its name, what is new is added.
 */

/** Every value of a property, at any depth, in order. */
function all(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => all(each, name))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key === name ? [each] : all(each, name)))
}

describe('in Slack', () => {
  it('the ids of buttons', () => {
    expect(Object.values(ACTIONS).sort()).toEqual([
      'answer_feedback',
      'approval_approve',
      'approval_approve_all',
      'approval_change',
      'approval_deny',
      'approval_deny_all',
      'approval_edit',
      'approval_leave_out',
      'approval_review',
      'change_undo',
      'example_ask',
      'home_help',
      'mailbox_connect',
      'mailbox_disconnect',
      'place_here',
      'place_private',
      'schedule_cancel',
      'send_undo',
      'turn_stop',
    ])
  })

  it('what the card of a mail carries: the approval, and the beginning of the hash of what is shown', () => {
    const shown = outgoingQuestion(outgoing())
    expect(all(shown, 'block_id')).toEqual(['approval:approval-1'])
    expect(all(shown, 'action_id')).toEqual(['approval_approve', 'approval_edit', 'approval_change', 'approval_deny'])
    expect(all(shown, 'value')).toEqual(['approval-1:0123456789abcdef', 'approval-1', 'approval-1', 'approval-1'])
    const late = outgoingQuestion(outgoing({ sendAt: 1, isLate: true }))
    expect(all(late, 'value')[0]).toBe('approval-1:0123456789abcdef:now')
  })

  it('what a mail on its way carries', () => {
    const held = outgoingOutcome(outgoing({ state: 'held', dueAt: 1 }), { isOver: false, canStop: true })
    expect(all(held, 'block_id')).toEqual(['outgoing:approval-1'])
    expect(all(held, 'action_id')).toEqual(['send_undo'])
    expect(all(held, 'value')).toEqual(['approval-1'])
    const later = outgoingOutcome(outgoing({ state: 'held', sendAt: 1, dueAt: 1 }), { isOver: false, canStop: true })
    expect(all(later, 'action_id')).toEqual(['schedule_cancel'])
    const listed = scheduledBlocks({
      mails: [{ id: 'mail-1', conversationId: 'conversation-1', dueAt: 1, mail: mail() }],
      timeZone: 'Europe/Stockholm',
    })
    expect(all(listed, 'block_id')).toEqual(['scheduled:mail-1'])
    expect(all(listed, 'value')).toEqual(['mail-1'])
  })

  it('what takes back changes that were done: each of them, with commas between', () => {
    const done = (id: string) => ({ ...outgoing({}, { id }), undo: 'offered' as const })
    const blocks = undoBlocks([done('approval-1'), done('approval-2')])
    expect(all(blocks, 'block_id')).toEqual(['change_undo:approval-1'])
    expect(all(blocks, 'action_id')).toEqual(['change_undo'])
    expect(all(blocks, 'value')).toEqual(['approval-1,approval-2'])
  })

  it('what stands for several decisions at once: each of them, with commas between', () => {
    const together = approvalsTogether([outgoing(), outgoing({}, { id: 'approval-2' })])
    expect(all(together, 'block_id')).toEqual(['approvals:approval-1'])
    expect(all(together, 'action_id')).toEqual(['approval_approve_all', 'approval_deny_all'])
    expect(all(together, 'value')).toEqual([
      'approval-1:0123456789abcdef,approval-2:0123456789abcdef',
      'approval-1,approval-2',
    ])
  })

  it('what stands for several changes of one kind: each of them, with the beginning of the hash of its call', () => {
    const change = (id: string) => {
      const input = { message_id: id, remove_label_ids: ['INBOX'] }
      const step = { type: 'tool', id, name: 'gmail_modify_message_labels', input, state: 'undecided' } as const
      return { ...outgoing(), outgoing: undefined, id, step, names: new Map([[id, 'Issue 214, from Exhibit Weekly']]) }
    }
    const { outgoing: _mail, ...first } = change('m-1')
    const { outgoing: _other, ...second } = change('m-2')
    const { head, tail } = questionParts([first, second])
    const card = [...head, ...tail]
    expect(all(card, 'block_id')).toEqual(['leave_out:m-1:0', 'approval_several:m-1'])
    expect(all(card, 'action_id')).toEqual([
      'approval_leave_out',
      'approval_approve',
      'approval_deny',
      'approval_change',
    ])
    expect(all(card, 'value')).toEqual([
      'm-1',
      'm-2',
      'm-1:2ac0d268ba0fb12a,m-2:081d0ae4742acd2d',
      'm-1,m-2',
      'm-1,m-2',
    ])
  })

  it('what the buttons below an answer carry: its turn, and what its owner thinks', () => {
    const block = feedbackBlock('turn-1')
    expect(all(block, 'action_id')).toEqual(['answer_feedback'])
    expect(all(block, 'value')).toEqual(['turn-1:good', 'turn-1:bad'])
  })

  it('what an example carries: its question', () => {
    const block = exampleButtons()
    expect(all(block, 'action_id')).toEqual(['example_ask_0', 'example_ask_1', 'example_ask_2', 'example_ask_3'])
    expect(all(block, 'value')).toEqual(EXAMPLES)
  })

  it('the window for a change', () => {
    const view = changeModal('approval-1', 'mail')
    expect(view).toMatchObject({ callback_id: 'approval_change', private_metadata: 'approval-1' })
    expect([all(view, 'block_id'), all(view, 'action_id')]).toEqual([['change'], ['words']])
  })

  it('the window in which a mail is edited', () => {
    const long = `${'word '.repeat(600)}\n${'word '.repeat(400)}`
    const html = mail({ body: { format: 'html', source: '<p>x</p>' } }, { readable: long })
    const window = editWindow('approval-1', html, false)
    const view = window === null ? null : editModal(window, 'a notice')
    expect(view).toMatchObject({ callback_id: 'approval_edit', private_metadata: 'approval-1' })
    expect(all(view, 'block_id')).toEqual([
      'notice',
      'to',
      'cc',
      'bcc',
      'subject',
      'html',
      'text/0',
      'text/1/line',
      'text/2',
    ])
    expect(new Set(all(view, 'action_id'))).toEqual(new Set(['value']))
  })

  it('the metadata by which a message is found again', async () => {
    const store = await Store.open(':memory:')
    const slack = await slackFor()
    const web = createWebClient(slack.botToken, slack.apiUrl, new SilentLog())
    const poster = new Poster(web, store.posts, 'U0INBOXBOT')
    const content = { text: 'Hello', blocks: [] }
    await poster.post({ subject: 'turn-1', place: 'reply', part: 2 }, { channel: 'C0GENERAL' }, content)
    const call = slack.wire.entries.find(({ method }) => method === 'chat.postMessage')
    expect(call?.request).toMatchObject({
      metadata: { event_type: 'inbox_post', event_payload: { key: 'turn-1:reply:2' } },
    })
    await store.close()
  })
})

describe('at the Managed Agents API', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await Platform.start()
    await platform.setUp()
  })
  afterAll(async () => await platform.close())

  it('the marks on what setup makes', () => {
    const { driver, url } = platform.agents
    const mark = { app: 'slack-inbox-agent', scalekit: platform.scalekit.url, config: 'slack-inbox-agent' }
    expect(url).toContain('http')
    expect(driver.agents().map(({ metadata }) => metadata)).toEqual([{ ...mark, definition: expect.any(String) }])
    expect(driver.environments().map(({ metadata }) => metadata)).toEqual([mark])
  })

  it('the marks on a session and on the vault behind it', async () => {
    platform.scalekit.connect(ANNA.identifier, 'anna@northwind.example')
    const grant = await platform.virtualAccess().grant(ANNA)
    await platform.agent().createSession(conversationOf(ANNA), grant, 'A title')
    const { driver } = platform.agents
    expect(driver.sessions().map(({ metadata }) => metadata)).toEqual([
      {
        app: 'slack-inbox-agent',
        conversation: 'conversation-person-anna',
        person: 'person-anna',
        mailbox: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ])
    expect(driver.vaults().map(({ vault }) => vault.metadata)).toEqual([
      {
        app: 'slack-inbox-agent',
        scalekit: platform.scalekit.url,
        config: 'slack-inbox-agent',
        person: expect.stringMatching(/^[0-9a-f]+$/),
      },
    ])
  })

  it('the tools that the bot runs itself, and their fields', () => {
    const fields = Object.fromEntries(
      sendingTools(STANDARD_POLICIES).map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties ?? {})]),
    )
    expect(fields).toEqual({
      send_email: ['to', 'cc', 'bcc', 'subject', 'body', 'content_type', 'thread_id', 'send_at'],
      reply_to_email: [
        'thread_id',
        'to',
        'cc',
        'bcc',
        'subject',
        'body',
        'content_type',
        'in_reply_to_message_id',
        'send_at',
      ],
      send_draft: ['draft_id', 'send_at'],
    })
    const names = platform.agents.driver.agents().flatMap(({ tools }) => all(tools, 'name'))
    expect(names).toEqual(expect.arrayContaining(['send_email', 'reply_to_email', 'send_draft']))
  })
})

describe('in the database', () => {
  it('the tables', async () => {
    const database = await openDatabase(':memory:')
    const tables = await database.introspection.getTables()
    expect(tables.map(({ name }) => name).sort()).toEqual([
      'access_ending',
      'approval',
      'attached_file',
      'bystander',
      'change_undo',
      'command',
      'connect_state',
      'conversation',
      'deployment',
      'mail_draft',
      'message',
      'outgoing_mail',
      'person',
      'post',
      'turn',
      'vault',
    ])
    await database.destroy()
  })
})

describe('for whoever runs it', () => {
  const BASE = {
    ANTHROPIC_API_KEY: 'sk-ant-test',
    SCALEKIT_ENV_URL: 'https://northwind.scalekit.example',
    SCALEKIT_CLIENT_ID: 'skc_1',
    SCALEKIT_CLIENT_SECRET: 'secret',
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_SIGNING_SECRET: 'signing',
    SLACK_CLIENT_ID: 'client',
    SLACK_CLIENT_SECRET: 'client-secret',
    PUBLIC_URL: 'https://inbox.example',
    PORT: '3000',
    SCALEKIT_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
  }
  const read = (environment: Record<string, string>) => {
    try {
      return inspect(readBotConfig(environment), { depth: null })
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems.join()
      throw error
    }
  }

  it.each([
    ['ANTHROPIC_API_KEY', 'sk-ant-other'],
    ['ANTHROPIC_BASE_URL', 'https://agents.example'],
    ['AGENT_MODEL', 'another-model'],
    ['SCALEKIT_ENV_URL', 'https://other.scalekit.example'],
    ['SCALEKIT_CLIENT_ID', 'skc_2'],
    ['SCALEKIT_CLIENT_SECRET', 'another'],
    ['SCALEKIT_MCP_MODE', 'instance'],
    ['SCALEKIT_MCP_CONFIG', 'another-configuration'],
    ['SCALEKIT_CONNECTION', 'another-connection'],
    ['SCALEKIT_IDENTIFIER', 'other:{team}:{user}'],
    ['SCALEKIT_WEBHOOK_SECRET', 'whsec_b3RoZXI='],
    ['TOOL_POLICIES', 'gmail_create_draft=allow'],
    ['DATABASE_URL', 'file:elsewhere.db'],
    ['LOG_LEVEL', 'debug'],
    ['SLACK_BOT_TOKEN', 'xoxb-2'],
    ['SLACK_APP_TOKEN', 'xapp-1'],
    ['SLACK_SIGNING_SECRET', 'another'],
    ['SLACK_API_URL', 'https://slack.example/api/'],
    ['SLASH_COMMAND', '/mail'],
    ['UNDO_SEND_SECONDS', '7'],
    ['SLACK_EDITS_PER_MINUTE', '7'],
    ['CHANNEL_REPLIES', 'here'],
    ['ALLOW_GUESTS', 'yes'],
    ['REPLY_STREAMING', 'native'],
    ['HOST', '127.0.0.2'],
    ['PORT', '3001'],
    ['METRICS_PORT', '3002'],
    ['PUBLIC_URL', 'https://other.example'],
    ['SLACK_CLIENT_ID', 'another'],
    ['SLACK_CLIENT_SECRET', 'another'],
  ])('%s is heard', (name, value) => {
    expect(read(BASE)).toContain('{')
    expect(read({ ...BASE, [name]: value })).not.toBe(read(BASE))
  })

  it('the npm scripts', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    for (const name of ['start', 'setup', 'doctor', 'backup', 'people', 'demo', 'test', 'build', 'check'])
      expect(Object.keys(scripts)).toContain(name)
    expect(scripts.start).toBe('node dist/main.js')
  })

  it('the paths of its site', () => {
    expect([SLACK_EVENTS_PATH, VERIFY_PATH, SIGNED_IN_PATH, WEBHOOK_PATH]).toEqual([
      '/slack/events',
      '/connect/verify',
      '/connect/signed-in',
      '/scalekit/webhook',
    ])
    const health = healthRoutes({ problems: async () => [], log: new SilentLog() })
    expect([...health, metricsRoute(() => '')].map(({ path }) => path)).toEqual(['/healthz', '/readyz', '/metrics'])
  })
})

import { describe, expect, it } from 'vitest'
import { registerCommands } from '../../../../src/slack/inbound/listeners/commands.js'
import { SilentLog } from '../../../turns/silent-log.js'
import { BOT, boltApp } from '../bolt-app.js'

const RULES = { slashCommand: '/inbox', unasked: [] }
const body = {
  command: '/inbox',
  text: 'what is unread?',
  user_id: 'U0ANNA',
  channel_id: 'C1',
  team_id: 'T1',
  trigger_id: 't',
}

function open(failure?: Error) {
  const log = new SilentLog()
  const { app, deliver, errors } = boltApp(log)
  const happened: unknown[] = []
  registerCommands(app, {
    identity: BOT,
    commands: {
      journal: async (command) => {
        await new Promise((resolve) => setImmediate(resolve))
        if (failure !== undefined) throw failure
        happened.push(`stored ${command.team}/${command.user}: ${command.text}`)
        return 'id'
      },
    },
    requests: { wake: () => happened.push('woken') },
    rules: RULES,
    log,
  })
  return {
    log,
    happened,
    errors,
    deliver: (changes: Record<string, unknown> = {}) =>
      deliver({ ...body, ...changes }, async (response) => {
        happened.push(response)
      }),
  }
}

const privately = (text: RegExp) => ({ response_type: 'ephemeral', text: expect.stringMatching(text) })

describe('the slash command', () => {
  it.each([
    ['in a channel', {}, /^On it\. Nobody here sees this/],
    ['in a direct message', { channel_id: 'D1' }, /^On it\. I answer in our direct messages/],
    ['under another name than it has by default', { command: '/mail' }, /^On it\./],
    ['that is about the connection', { text: 'connect' }, /link to connect/],
  ])('%s is stored before it is acknowledged, to its caller alone', async (_, changes, words) => {
    const { deliver, happened } = open()
    await deliver(changes)
    expect(happened).toEqual([expect.stringMatching(/^stored T1\/U0ANNA: /), 'woken', privately(words)])
  })

  it.each(['', 'help', 'HELP'])('(%j) says what the bot can do, and stores nothing', async (text) => {
    const { deliver, happened } = open()
    await deliver({ text })
    expect(happened).toEqual([privately(/\/inbox/)])
  })

  it('that cannot be stored is acknowledged with these words: Slack delivers it once', async () => {
    const { deliver, happened, log } = open(new Error('disk full'))
    await deliver()
    expect(happened).toEqual([privately(/could not store.+send it again/)])
    expect(JSON.stringify(happened)).not.toContain('disk full')
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'command not stored', fields: { message: 'disk full' } },
    ])
  })

  it('on Enterprise Grid belongs to the person of the organisation', async () => {
    const { deliver, happened, errors } = open()
    await deliver({ enterprise_id: 'E1', team_id: 'T9', is_enterprise_install: 'true' })
    expect(happened[0]).toMatch(/^stored E1\/U0ANNA/)
    expect(errors).toEqual([])
  })
})

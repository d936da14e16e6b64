import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { offeredTools, STANDARD_POLICIES } from '../../src/gmail/policies.js'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ensureMcpConfiguration } from '../../src/scalekit/mcp-configurations.js'
import { checkSetup } from '../../src/scalekit/setup-check.js'
import { SilentLog } from '../turns/silent-log.js'

const WANTED = { name: 'slack-inbox-agent', connection: 'gmail', tools: offeredTools(STANDARD_POLICIES) }

describe('the MCP configuration that the bot finds when it starts', () => {
  let sandbox: ScalekitSandbox

  beforeEach(async () => {
    sandbox = await startScalekit({ world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) })
  })
  afterEach(() => sandbox.close())

  it.each([
    ['this version’s own', WANTED.tools, []],
    ['one with a tool that sends', [...WANTED.tools, 'gmail_send_message'], [/no session may have/]],
    ['one without a tool', WANTED.tools.slice(1), [/not the one of this version/]],
    ['none', null, [/is gone/]],
  ])('%s', async (_, tools, said) => {
    const scalekit = new Scalekit(sandbox)
    if (tools !== null) await ensureMcpConfiguration(scalekit, { ...WANTED, tools })
    const log = new SilentLog()
    await checkSetup(scalekit, WANTED, log)
    expect(log.lines.map(({ message }) => message)).toEqual(said.map((words) => expect.stringMatching(words)))
  })

  it('is not known where Scalekit does not answer, and the bot runs all the same', async () => {
    const log = new SilentLog()
    await checkSetup(new Scalekit({ ...sandbox, url: 'http://127.0.0.1:9' }), WANTED, log)
    expect(log.lines).toMatchObject([{ message: 'mcp configuration check failed' }])
  })
})

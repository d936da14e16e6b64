import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ensureMcpConfiguration } from '../../src/scalekit/mcp-configurations.js'

const WANTED = { name: 'slack-inbox-agent', connection: 'gmail', tools: ['gmail_fetch_mails', 'gmail_list_drafts'] }

let sandbox: ScalekitSandbox
let scalekit: Scalekit
beforeEach(async () => {
  sandbox = await startScalekit({ world: WORLD, mailboxes: new Map() })
  scalekit = new Scalekit(sandbox)
})
afterEach(() => sandbox.close())

/** What requests to change a configuration would put in it. */
function recordUpdates(): unknown[] {
  const rest = scalekit.rest.bind(scalekit)
  const bodies: unknown[] = []
  scalekit.rest = async (request) => {
    if (request.method === 'PUT') bodies.push(request.body)
    return await rest(request)
  }
  return bodies
}

async function makeByHand(description: string): Promise<void> {
  await ensureMcpConfiguration(scalekit, { ...WANTED, tools: ['gmail_fetch_mails'] })
  const [made] = sandbox.configs()
  if (made === undefined) throw new Error('no configuration was made')
  Object.assign(made, { description })
}

describe('a configuration whose tools are changed', () => {
  it.each([
    ['that somebody described', 'Made by hand', 'Made by hand'],
    ['that has no description', '', 'Gmail for the Slack inbox agent'],
  ])('is sent with its description, which Scalekit may empty otherwise: one %s', async (_, before, after) => {
    await makeByHand(before)
    const bodies = recordUpdates()
    expect(await ensureMcpConfiguration(scalekit, WANTED)).toMatchObject({ change: 'updated' })
    expect(bodies).toMatchObject([{ description: after }])
    expect(sandbox.configs()).toMatchObject([{ description: after, mappings: [{ tools: WANTED.tools }] }])
  })
})

describe('a configuration without tools', () => {
  it('is never asked for, since Scalekit would offer all of them', async () => {
    await expect(ensureMcpConfiguration(scalekit, { ...WANTED, tools: [] })).rejects.toThrow(TypeError)
    expect(sandbox.configs()).toEqual([])
  })
})

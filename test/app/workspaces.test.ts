/** Two workspaces on the same services: what is one's never reaches the other. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { Services } from '../../src/app/services.js'
import { Workspace } from '../../src/app/workspace.js'
import { type ServedWorkspace, Workspaces } from '../../src/app/workspaces.js'
import { readBotConfig } from '../../src/config.js'
import { Store } from '../../src/store/store.js'
import type { Conversation, Turn } from '../../src/turns/model.js'
import { EMPTY_REPLY } from '../../src/turns/reply.js'
import { EMPTY_VIEW, type ReplyView } from '../../src/turns/view.js'
import { slackFor, WORLD } from '../sandbox/slack/harness.js'
import { FakeSurface } from '../turns/fake-surface.js'
import { SilentLog } from '../turns/silent-log.js'

const NORTH = WORLD.team.id
const SOUTH = 'T0SOUTHSIDE'
/** The same in both, as ids of users and channels may be. */
const ANNA = 'U0ANNA'

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

const configFor = (slackApiUrl: string) =>
  readBotConfig({
    SLACK_BOT_TOKEN: 'xoxb-sandbox-bot-token',
    SLACK_APP_TOKEN: 'xapp-sandbox-app-token',
    SLACK_API_URL: slackApiUrl,
    ANTHROPIC_API_KEY: 'unused-key-of-nobody',
    ANTHROPIC_BASE_URL: NOWHERE,
    SCALEKIT_ENV_URL: NOWHERE,
    SCALEKIT_CLIENT_ID: 'unused',
    SCALEKIT_CLIENT_SECRET: 'unused-secret-of-nobody',
  })

async function twoWorkspaces() {
  const northSlack = await slackFor()
  const southSlack = await slackFor({ world: { ...WORLD, team: { ...WORLD.team, id: SOUTH } } })
  const northConfig = configFor(northSlack.apiUrl)
  const store = await Store.open(':memory:')
  const { slack: _, ...config } = northConfig
  const claude = new Claude(config.anthropic)
  const deployment = {
    scalekitUrl: NOWHERE,
    configName: config.scalekit.configName,
    anthropicUrl: claude.url,
    agentId: 'agent_1',
    environmentId: 'env_1',
    mcpConfigId: 'mcp_1',
    mcpServerUrl: `${NOWHERE}/mcp`,
  }
  const services = new Services({ config, store, claude, deployment, log: new SilentLog() })
  const north = await Workspace.open(services, northConfig.slack)
  const south = await Workspace.open(services, configFor(southSlack.apiUrl).slack)
  for (const workspace of [north, south]) services.workspaces.add(workspace)
  onTestFinished(async () => {
    services.alarms.stop()
    await services.dispatcher.stop()
    await Promise.all([north, south].map(({ surface, requests }) => Promise.all([surface.stop(), requests.stop()])))
    await store.close()
  })
  const calls = (slack: typeof northSlack) =>
    slack.wire.entries.map(({ method = '' }) => method).filter((method) => !method.startsWith('events_api'))
  return { services, store, north, south, northSlack, southSlack, calls }
}

/** Before it is asked for anything, each has asked who the bot is there. */
const ONLY_OPENED = ['auth.test']

describe('two workspaces on the same services', () => {
  it('have each their own Slack client and surface: a profile is looked up where its person is', async () => {
    const { store, services, north, south, northSlack, southSlack, calls } = await twoWorkspaces()
    expect(north.surface).not.toBe(south.surface)
    expect([north.identity.teamId, south.identity.teamId]).toEqual([NORTH, SOUTH])
    southSlack.changePerson(ANNA, { deleted: true })
    const [here, there] = [await store.people.ensure(NORTH, ANNA), await store.people.ensure(SOUTH, ANNA)]
    expect(await services.workspaces.profile(there)).toEqual({ problem: 'deactivated' })
    expect(calls(northSlack)).toEqual(ONLY_OPENED)
    expect(await services.workspaces.profile(here)).toMatchObject({ name: 'Anna Lindqvist' })
    expect(calls(southSlack)).toEqual([...ONLY_OPENED, 'users.info'])
  })

  it('have each their own commands: one is answered where it was given, whoever looks first', async () => {
    const { store, north, south, northSlack, southSlack, calls } = await twoWorkspaces()
    for (const team of [SOUTH, NORTH])
      await store.commands.journal({ triggerId: `trigger-${team}`, team, user: ANNA, text: 'status', mentions: [] })
    const answered = (slack: typeof northSlack) =>
      slack.waitFor(() => slack.person(ANNA).messages(slack.person(ANNA).dm).length > 0)
    north.requests.wake()
    await answered(northSlack)
    await north.requests.stop()
    expect((await store.commands.unfinished()).map(({ person }) => person.team)).toEqual([SOUTH])
    expect(calls(southSlack)).toEqual(ONLY_OPENED)
    const byNorth = calls(northSlack)
    south.requests.wake()
    await answered(southSlack)
    expect(calls(northSlack)).toEqual(byNorth)
  })

  it('have each their own conversations, which one dispatcher works on', async () => {
    const { store, services, northSlack, southSlack, calls } = await twoWorkspaces()
    const anna = southSlack.person(ANNA)
    const { ts } = anna.post('What is new?', { channel: anna.dm })
    const { conversationId } = await store.messages.journal({
      team: SOUTH,
      channel: anna.dm,
      ts,
      threadTs: null,
      user: ANNA,
      userTeam: SOUTH,
      text: 'What is new?',
      mentions: [],
      files: [],
      forwarded: [],
      kind: 'im',
      addressed: true,
    })
    services.dispatcher.wake(conversationId ?? '')
    await southSlack.waitFor(() => anna.thread(anna.dm, ts).length > 1)
    expect(calls(northSlack)).toEqual(ONLY_OPENED)
  })

  it('have each their own edit budget: where one Slack says later, the other is edited at once', async () => {
    const { store, north, south, northSlack, southSlack } = await twoWorkspaces()
    const reply = async (slack: typeof northSlack, workspace: Workspace, team: string) => {
      const anna = slack.person(ANNA)
      const { ts } = anna.post('A question', { channel: anna.dm })
      const thread = { channel: anna.dm, threadTs: ts }
      const owner = await store.people.ensure(team, ANNA)
      const conversation: Conversation = {
        id: `conversation-${team}`,
        team,
        origin: thread,
        address: thread,
        kind: 'im',
        owner,
        place: null,
        sessionId: null,
        position: null,
        needsResync: false,
      }
      const turn: Turn = {
        id: `turn-${team}`,
        conversationId: conversation.id,
        state: 'running',
        stopRequested: false,
        isRevised: false,
        createdAt: 0,
        threadRead: null,
        accessEndedAt: null,
        lost: null,
        startedAt: null,
      }
      const shown = workspace.surface.reply(turn, conversation)
      shown.show(saying('First.'))
      await shown.settled()
      return { shown, said: () => anna.thread(anna.dm, ts).at(-1)?.shown ?? '' }
    }
    const onNorth = await reply(northSlack, north, NORTH)
    const onSouth = await reply(southSlack, south, SOUTH)
    northSlack.faults.next('chat.update', { retryAfter: 3_600 })
    onNorth.shown.show(saying('First. Second.'))
    await northSlack.waitFor(() =>
      northSlack.wire.entries.some(({ method, outcome }) => method === 'chat.update' && outcome !== 'pending'),
    )
    onSouth.shown.show(saying('First. Second.'))
    await southSlack.waitFor(() => onSouth.said().includes('Second.'))
    expect(onNorth.said()).not.toContain('Second.')
    onNorth.shown.close()
  })
})

function saying(text: string): ReplyView {
  return {
    ...EMPTY_VIEW,
    phase: { type: 'working' },
    reply: { ...EMPTY_REPLY, begun: true, items: [{ type: 'text', id: 'm', text }] },
    ownerName: 'Anna',
  }
}

describe('whose workspace', () => {
  const ANNAS = { id: 'p1', team: 'T1', user: ANNA, identifier: null }
  const served = (teamId: string, enterpriseId: string | null = null): ServedWorkspace => ({
    identity: { teamId, enterpriseId },
    surface: new FakeSurface(),
    turns: { run: async () => {}, arrived: async () => {}, endAccess: async () => {} },
    home: { refresh: async () => {}, workChanged: async () => {} },
    requests: { wake() {} },
    connected: true,
    problems: [],
    routes: [],
    tell: async () => {},
  })
  const workspaces = (...all: ServedWorkspace[]) => {
    const directory = new Workspaces({
      conversations: { get: async () => ({ team: 'T1', owner: ANNAS }) },
      people: { identified: async () => null },
    })
    for (const one of all) directory.add(one)
    return directory
  }

  it.each([
    ['a team has its own', 'T2', 'T2'],
    ['an organisation on Enterprise Grid has the one that is installed there', 'E2', 'T2'],
    ['people of other organisations belong to the first: everything is one workspace’s', 'T_ELSEWHERE', 'T1'],
  ])('%s', (_, team, expected) => {
    const directory = workspaces(served('T1'), served('T2', 'E2'))
    expect(directory.of(team).identity.teamId).toBe(expected)
  })

  it('shows its owner where a request stands, when it has come to rest', async () => {
    const happened: string[] = []
    const workspace = {
      ...served('T1'),
      turns: {
        run: async () => void happened.push('run'),
        arrived: async () => {},
        endAccess: async () => {},
      },
      home: {
        refresh: async () => {},
        workChanged: async ({ user }: { user: string }) => void happened.push(`shown to ${user}`),
      },
    }
    await workspaces(workspace).run('c1', new AbortController().signal)
    expect(happened).toEqual(['run', `shown to ${ANNA}`])
  })

  it('one team is served once', () => {
    expect(() => workspaces(served('T1'), served('T1'))).toThrow('T1 is served already')
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { readMail, sendMail, TestBrain } from '../support/brains.js'
import { asks } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, BENS_MAIL, House, type HouseOptions, identifierOf } from '../support/house.js'

/** `npm run people`, as an operator runs it: beside the bot, without it, and without keys. */

let house: House
async function running(options: Partial<HouseOptions> = {}): Promise<House> {
  house = await House.running({
    brain: new TestBrain().when(/newest/, readMail).when(/send/, sendMail),
    ...options,
  })
  return house
}
afterEach(async () => {
  await house.close()
})

const TEAM = 'T0NORTHWIND'
const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'
const asksToConnect = (message: { elements: readonly { label: string }[] }) =>
  message.elements.some(({ label }) => label.startsWith('Connect'))
const people = (...args: string[]) => house.run('cli/people.js', {}, args)
const keyless = {
  ANTHROPIC_API_KEY: undefined,
  SCALEKIT_ENV_URL: undefined,
  SCALEKIT_CLIENT_ID: undefined,
  SCALEKIT_CLIENT_SECRET: undefined,
  SLACK_BOT_TOKEN: undefined,
  SLACK_APP_TOKEN: undefined,
}
const activeCredentials = () =>
  house.agents.driver
    .vaults()
    .flatMap(({ credentials }) => credentials)
    .filter(({ credential }) => credential.archived_at === null)

async function annaAsks(): Promise<void> {
  const anna = house.slack.person(ANNA)
  anna.post('what is the newest mail?')
  await anna.waitFor(answers('The newest mail:'))
}

describe('list', () => {
  it('shows who was seen, with their identifier and how much they began', async () => {
    await running()
    expect((await people()).output).toContain('Nobody has been seen yet')
    await annaAsks()
    const { code, output } = await people('list')
    expect(code).toBe(0)
    const [head, row, ...others] = output.trim().split('\n')
    for (const title of ['PERSON', 'TEAM', 'USER', 'IDENTIFIER', 'FIRST SEEN', 'CONVERSATIONS'])
      expect(head).toContain(title)
    expect(row).toMatch(/^[0-9a-f-]{36} +T0NORTHWIND +U0ANNA +slack:T0NORTHWIND:U0ANNA +\d{4}-\d\d-\d\d \d\d:\d\d +1$/)
    expect(others).toEqual([])
  })
})

describe('link', () => {
  it('decides the identifier of somebody who was not seen yet, and their mail comes from there', async () => {
    await running({ connected: {} })
    house.scalekit.connect('mail:anna', ANNAS_MAIL)
    const linked = await people('link', TEAM, ANNA, 'mail:anna')
    expect(linked).toMatchObject({ code: 0, output: expect.stringContaining('is linked to mail:anna') })
    await annaAsks()
    expect((await people('link', TEAM, ANNA, 'mail:anna')).output).toContain('already')
  })

  it('never changes what is stored, nor gives two people one identifier', async () => {
    await running()
    await annaAsks()
    const changed = await people('link', TEAM, ANNA, 'mail:anna')
    expect(changed.code).toBe(1)
    expect(changed.output).toContain('--replace')
    const shared = await people('link', TEAM, BEN, identifierOf(ANNA))
    expect(shared.code).toBe(1)
    expect(shared.output).toContain(`belongs to ${TEAM} ${ANNA}`)
    expect((await people('link', TEAM, BEN, identifierOf(ANNA), '--replace')).code).toBe(1)
    expect((await people()).output).not.toContain('mail:anna')
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
  })

  it.each(['virtual', 'instance'])(
    '--replace ends the access under the old identifier, and the next question goes to the new one: %s',
    async (mode) => {
      await running({ environment: { SCALEKIT_MCP_MODE: mode } })
      await annaAsks()
      house.scalekit.connect('mail:anna', BENS_MAIL)
      const { code, output } = await people('link', TEAM, ANNA, 'mail:anna', '--replace')
      expect(output).toContain('is linked to mail:anna')
      expect(code).toBe(0)
      expect(activeCredentials()).toEqual([])
      expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
      const anna = house.slack.person(ANNA)
      anna.post('what is the newest mail?', { threadTs: anna.messages(anna.dm)[0]?.ts ?? '' })
      await anna.waitFor(answers(`From ${BENS_MAIL}`))
      // What was read in the other mailbox stays behind, in the session that read it.
      expect(house.agents.driver.sessions()).toHaveLength(2)
    },
  )
})

describe.each(['virtual', 'instance'])('unlink, in %s mode,', (mode) => {
  it('beside the bot ends the access at once, keeps what was written, and messages nobody', async () => {
    await running({ environment: { SCALEKIT_MCP_MODE: mode } })
    await annaAsks()
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    await anna.waitFor(asks)
    const before = anna.messages().length
    const { code, output } = await people('unlink', TEAM, ANNA)
    expect(output).toContain('is linked to nothing any more')
    expect(code).toBe(0)
    expect(activeCredentials()).toEqual([])
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    const ended = await anna.waitFor(answers('Stopped: Gmail was disconnected'))
    // It was not their decision.
    expect(ended.shown).toContain('🚫 Not sent: email to dana@lumen.example. Gmail was disconnected.')
    expect(anna.messages()).toHaveLength(before)
    expect((await people()).output).toMatch(/U0ANNA +- .* 2$/m)
    anna.post('and now?', { threadTs: anna.messages(anna.dm)[0]?.ts ?? '' })
    await anna.waitFor(asksToConnect)
  })

  it('without the bot does the same; what was under way ends when the bot starts', async () => {
    await running({ killable: true, environment: { SCALEKIT_MCP_MODE: mode } })
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    await anna.waitFor(asks)
    await house.bot.kill()
    const { code } = await people('unlink', TEAM, ANNA)
    expect(code).toBe(0)
    expect(activeCredentials()).toEqual([])
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    expect(house.agents.driver.sessions().flatMap(({ agent }) => agent.mcp_servers.map(({ url }) => url))).toEqual(
      mode === 'virtual' ? [house.agents.driver.agents()[0]?.mcp_servers[0]?.url] : [],
    )
    await house.startBot()
    await anna.waitFor(answers('Stopped: Gmail was disconnected'))
  })

  it('without keys changes the mapping, says what is left, and the bot does that when it starts', async () => {
    await running({ killable: true, environment: { SCALEKIT_MCP_MODE: mode } })
    await annaAsks()
    await house.bot.kill()
    const { code, output } = await house.run('cli/people.js', keyless, ['unlink', TEAM, ANNA])
    expect(code).toBe(0)
    expect(output).toContain('taken away when the bot starts next')
    const bot = await house.startBot()
    await bot.wrote('access ended')
    expect(activeCredentials()).toEqual([])
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
  })
})

describe('usage', () => {
  it.each([
    [['nonsense'], 'Usage:'],
    [['link', TEAM, ANNA], 'Usage:'],
    [['unlink', TEAM], 'Usage:'],
    [['unlink', TEAM, ANNA, '--replace'], 'Usage:'],
    [['unlink', 'northwind', ANNA], 'no id of a workspace'],
    [['link', TEAM, 'anna', 'x'], 'no id of a member'],
    [['unlink', TEAM, 'U0NOBODY'], 'never been seen'],
  ])('%j is refused, and says why', async (args, words) => {
    house = await House.open({ brain: new TestBrain() })
    const { code, output } = await people(...args)
    expect(code).toBe(1)
    expect(output).toContain(words)
    expect(output).not.toMatch(/^\s+at /m)
  })

  it('is explained on request', async () => {
    house = await House.open({ brain: new TestBrain() })
    expect(await people('--help')).toMatchObject({ code: 0, output: expect.stringContaining('unlink TEAM USER') })
  })
})

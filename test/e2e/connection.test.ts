import { afterEach, describe, expect, it } from 'vitest'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks } from '../support/cards.js'
import { disconnect } from '../support/commands.js'
import { ANNA, ANNAS_MAIL, BEN, BENS_MAIL, GENERAL, House, type HouseOptions, identifierOf } from '../support/house.js'

/** A person's connection from its beginning to its end: connecting, asking how it stands, disconnecting, leaving. */

let house: House
let brain: TestBrain
async function running(options: Partial<HouseOptions> = {}): Promise<House> {
  brain = new TestBrain().when(/newest/, readMail).when(/send/, sendMail)
  house = await House.running({ brain, ...options })
  return house
}
afterEach(async () => {
  await house.close()
})

interface Seen {
  readonly shown: string
  readonly user: string
  readonly channel: string
  readonly ts: string
  readonly elements: readonly { readonly label: string; readonly url?: string | undefined }[]
}
const answers = (text: string) => (message: Seen) => message.shown.includes(text) && message.user === 'U0INBOXBOT'
const connectLink = (message: Seen) => message.elements.find(({ label }) => label.startsWith('Connect'))?.url
const asksToConnect = (message: Seen) => connectLink(message) !== undefined

const ACCOUNTS = 'POST /api/v1/mcp/configs/{id}/connected_accounts'
const MODES = ['virtual', 'instance'] as const
const mode = (name: (typeof MODES)[number]) => ({ environment: { SCALEKIT_MCP_MODE: name } })

/** The tokens that Anna's vaults still hold, and the addresses in sessions that open a mailbox by themselves. */
function openDoors(): string[] {
  const { driver } = house.agents
  const tokens = driver
    .vaults()
    .flatMap(({ credentials }) => credentials)
    .filter(({ credential }) => credential.archived_at === null)
    .map(({ credential }) => credential.id)
  const secrets = driver
    .sessions()
    .flatMap(({ agent }) => agent.mcp_servers)
    .map(({ url }) => url)
    .filter((url) => url !== driver.agents()[0]?.mcp_servers[0]?.url)
  return [...tokens, ...secrets]
}

describe('a question for a connection', () => {
  it('stands in the direct messages where others read along, and a pointer leads its owner there, and nobody else', async () => {
    await running({ killable: true, connected: {}, environment: { CHANNEL_REPLIES: 'here' } })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('<@U0INBOXBOT> what is the newest mail?', { channel: GENERAL })
    const prompt = await anna.waitFor(asksToConnect)
    expect(prompt.channel).toBe(anna.dm)
    const pointer = await anna.waitFor(
      (message) => message.channel === GENERAL && answers('Connect your Gmail first')(message),
    )
    expect(pointer).toMatchObject({ threadTs: asked.ts })
    expect(pointer.shown).toContain(prompt.ts.replace('.', ''))
    expect(house.slack.person(BEN).messages(GENERAL).some(answers('Connect your Gmail first'))).toBe(false)
    await house.bot.kill()
    await house.startBot()
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    await anna.waitFor((message) => message.channel === GENERAL && answers('The newest mail:')(message))
    expect(house.slack.wire.entries.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1)
  })

  it('is cancelled by Stop: it says so, and connecting later answers nothing that was given up', async () => {
    await running({ connected: {} })
    const anna = house.slack.person(ANNA)
    anna.post('what is the newest mail?')
    const prompt = await anna.waitFor(asksToConnect)
    await anna.press(prompt, { label: 'Stop' })
    const over = await anna.waitFor((message) => message.ts === prompt.ts && answers('Stopped. Write again')(message))
    expect(over.elements).toEqual([])
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    anna.post('hello')
    await anna.waitFor(answers('You said: hello'))
    expect(brain.words).toEqual(['hello'])
  })
})

describe('/inbox connect', () => {
  it('sends a link into the DM, says so where it was asked, and changes when it is done', async () => {
    await running({ connected: {} })
    const anna = house.slack.person(ANNA)
    const { reply: acknowledgement } = await anna.command('Connect', { channel: GENERAL })
    expect(acknowledgement?.shown).toContain('direct messages')
    const prompt = await anna.waitFor(asksToConnect)
    expect(prompt.channel).toBe(anna.dm)
    for (const line of ['read and search', 'ask you before I send', '/inbox disconnect'])
      expect(prompt.shown).toContain(line)
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    const done = await anna.waitFor((message) => message.ts === prompt.ts && message.shown.includes('is connected'))
    expect(done.elements).toEqual([])
    expect(brain.words).toEqual([])
    anna.post('what is the newest mail?')
    await anna.waitFor(answers('The newest mail:'))
  })

  it('with another account than before: the next reply says whose mailbox it is now', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('what is the newest mail?')
    await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    house.scalekit.expire(identifierOf(ANNA))
    await anna.command('connect')
    const prompt = await anna.waitFor(asksToConnect)
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', BENS_MAIL)
    await anna.waitFor(answers('Your Gmail is connected'))
    anna.post('and now, what is the newest mail?')
    await anna.waitFor(answers(`From ${BENS_MAIL}`))
  })

  it('survives a kill while the prompt stands', async () => {
    await running({ killable: true, connected: {} })
    const anna = house.slack.person(ANNA)
    await anna.command('connect')
    const prompt = await anna.waitFor(asksToConnect)
    await house.bot.kill()
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    await house.startBot()
    await anna.waitFor((message) => message.ts === prompt.ts && message.shown.includes('is connected'))
    expect(anna.messages(anna.dm)).toHaveLength(1)
  })

  it('brings a fresh link before the old one expires', async () => {
    await running({ connected: {}, scalekit: { linkTtlMs: 63_000 } })
    const anna = house.slack.person(ANNA)
    await anna.command('connect')
    const prompt = await anna.waitFor(asksToConnect)
    await anna.waitFor((message) => message.ts === prompt.ts && connectLink(message) !== connectLink(prompt))
  })

  it('says so where the mailbox is connected already', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    await anna.command('connect')
    const answer = await anna.waitFor(answers('already connected'))
    expect(answer.elements).toEqual([])
  })

  it('is a question as soon as there is more to it', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    await anna.command('connect me with Dana')
    await anna.waitFor(answers('You said: connect me with Dana'))
  })
})

describe.each(MODES)('/inbox disconnect, in %s mode,', (name) => {
  it('leaves nothing that opens the mailbox, and says what was done', async () => {
    await running(mode(name))
    const anna = house.slack.person(ANNA)
    const ben = house.slack.person(BEN)
    const asked = anna.post('what is the newest mail?')
    ben.post('what is the newest mail?')
    await anna.waitFor(answers('The newest mail:'))
    await ben.waitFor(answers('The newest mail:'))
    expect(openDoors()).toHaveLength(2)
    await disconnect(anna, { channel: GENERAL })
    const said = await anna.waitFor(answers('Disconnected.'))
    expect(said.channel).toBe(anna.dm)
    expect(said.shown).toContain('/inbox connect')
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    expect(house.scalekit.account(identifierOf(BEN))?.status).toBe('ACTIVE')
    expect(openDoors()).toHaveLength(1)

    anna.post('and now the newest?', { threadTs: asked.ts })
    const prompt = await anna.waitFor(asksToConnect)
    expect(prompt.shown).not.toContain('expired')
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    await anna.waitFor((message) => message.ts === prompt.ts && message.shown.includes('The newest mail:'))
    expect(house.agents.driver.sessions()).toHaveLength(2)
  })

  it('stops what runs, denies what waits for a decision, and lets nothing of it happen', async () => {
    const halves = inTwoHalves('The first half. ', 'The second half.')
    await running(mode(name))
    brain.when(/long/, halves.answer)
    const anna = house.slack.person(ANNA)
    const long = anna.post('a long one')
    await halves.reached
    const asked = anna.post('send it')
    const card = await anna.waitFor(asks)
    await disconnect(anna)
    await anna.waitFor(answers('I stopped 2 requests'))
    for (const { ts } of [long, asked]) {
      const [, reply] = anna.thread(anna.dm, ts)
      expect(reply?.shown).toContain('Stopped: Gmail was disconnected')
      expect(reply?.elements).toEqual([])
    }
    expect(anna.thread(anna.dm, long.ts)[1]?.shown).toContain('The first half.')
    await anna.press(card, APPROVE).catch(() => undefined)
    expect(house.scalekit.mailboxes.get(ANNAS_MAIL)?.search({ query: 'in:sent subject:Friday to:dana' })).toEqual([])
    const told = house.agents.driver
      .sessions()
      .flatMap(({ id }) => house.agents.driver.events(id))
      .flatMap((event) => (event.type === 'user.custom_tool_result' ? event.content : []))
    expect(told).toEqual([{ type: 'text', text: 'Nothing was sent: Gmail was disconnected first.' }])
    expect(openDoors()).toEqual([])
    anna.post('go on', { threadTs: long.ts })
    await anna.waitFor(asksToConnect)
  })

  it('is carried out to its end after a kill in the middle', async () => {
    await running({ killable: true, ...mode(name) })
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    await anna.waitFor(asks)
    // One part can be done, another cannot: the process dies between them.
    house.scalekit.fault('grpc DeleteConnectedAccount', { type: 'fail', status: 503 }, 1_000)
    await disconnect(anna)
    await house.bot.wrote('access not ended yet')
    await house.bot.kill()
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
    house.scalekit.clearFaults()
    await house.startBot()
    await anna.waitFor(answers('Disconnected.'))
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    expect(openDoors()).toEqual([])
    expect(anna.messages().filter(answers('Disconnected.'))).toHaveLength(1)
  })
})

describe('/inbox disconnect', () => {
  it('gives nothing back while it is under way', async () => {
    await running()
    const anna = house.slack.person(ANNA)
    anna.post('hello')
    await anna.waitFor(answers('You said: hello'))
    house.scalekit.fault('grpc DeleteConnectedAccount', { type: 'fail', status: 503 }, 1_000)
    await disconnect(anna)
    await house.bot.wrote('access not ended yet')
    anna.post('what is the newest mail?')
    await anna.waitFor(answers('On it'))
    await anna.command('connect')
    house.scalekit.clearFaults()
    await anna.waitFor(answers('Disconnected.'))
    await anna.waitFor((message) => asksToConnect(message) && message.shown.includes('Connect your Gmail'))
    await anna.waitFor((message) => asksToConnect(message) && message.shown.includes('To do this'))
    expect(brain.words).toEqual(['hello'])
  })

  it('ends a question for a connection too, and its prompts', async () => {
    await running({ connected: {} })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('what is the newest mail?')
    await anna.waitFor(asksToConnect)
    await anna.command('connect')
    await anna.waitFor((message) => asksToConnect(message) && message.shown.includes('Connect your Gmail'))
    await disconnect(anna)
    await anna.waitFor(answers('I stopped 1 request'))
    await anna.waitFor(answers('This link no longer works'))
    expect(anna.thread(anna.dm, asked.ts)[1]?.shown).toContain('Stopped: Gmail was disconnected')
    expect(anna.messages().filter(asksToConnect)).toEqual([])
  })

  it('says so where there is nothing to end', async () => {
    await running({ connected: {} })
    const anna = house.slack.person(ANNA)
    await disconnect(anna)
    await anna.waitFor(answers("Your Gmail wasn't connected"))
  })
})

describe('somebody who leaves the workspace', () => {
  it.each(MODES)('has no access any more as soon as Slack says so, in %s mode, and nobody is told', async (name) => {
    await running(mode(name))
    const anna = house.slack.person(ANNA)
    anna.post('send it')
    await anna.waitFor(asks)
    const before = anna.messages().length
    house.slack.changePerson(ANNA, { deleted: true })
    await house.bot.wrote('access ended')
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    expect(openDoors()).toEqual([])
    expect(anna.messages()).toHaveLength(before)
  })

  it('has none at the next sight at the latest', async () => {
    await running({ killable: true, slack: { botEvents: ['message.im'] } })
    const anna = house.slack.person(ANNA)
    const halves = inTwoHalves('The first half. ', 'The second half.')
    brain.when(/long/, halves.answer)
    anna.post('a long one')
    await halves.reached
    await house.bot.kill()
    house.slack.changePerson(ANNA, { deleted: true })
    await house.startBot()
    await house.bot.wrote('access ended')
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
    expect(openDoors()).toEqual([])
  })

  it('leaves no link behind that leads nowhere, though the Home tab waits for somebody to follow one', async () => {
    await running({ connected: {} })
    const anna = house.slack.person(ANNA)
    anna.openHome()
    await house.slack.waitFor(() => JSON.stringify(anna.home ?? '').includes('Connect Gmail'))
    await disconnect(anna)
    await anna.waitFor(answers("Your Gmail wasn't connected"))
    anna.post('what is the newest mail?')
    const prompt = await anna.waitFor(asksToConnect)
    await house.scalekit.press(connectLink(prompt) ?? '', 'allow', ANNAS_MAIL)
    await anna.waitFor(answers('The newest mail:'))
  })

  it('takes nobody else along', async () => {
    await running()
    house.slack.changePerson(ANNA, { realName: 'Anna L.' })
    house.slack.changePerson(BEN, { deleted: true })
    house.slack.person(ANNA).post('what is the newest mail?')
    await house.slack.person(ANNA).waitFor(answers('The newest mail:'))
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
  })
})

describe('the Home tab', () => {
  const connectionButtons = (home: ReturnType<typeof house.slack.person>['home']) =>
    home?.elements.map(({ label }) => label).filter((label) => /connect/i.test(label))
  const opened = async (state: string) => {
    const anna = house.slack.person(ANNA)
    anna.openHome()
    await house.slack.waitFor(() => anna.home?.shown.includes(state) === true)
    return anna
  }

  it('connects and disconnects its visitor, and follows what happens', async () => {
    await running({ connected: {} })
    const anna = await opened("isn't connected")
    for (const line of ['tidy email', 'ask you before I send']) expect(anna.home?.shown).toContain(line)
    const link = anna.home?.elements.find(({ label }) => label.startsWith('Connect'))?.url
    await house.scalekit.press(link ?? '', 'allow', ANNAS_MAIL)
    await house.slack.waitFor(() => anna.home?.shown.includes('Only you can use it here') === true)
    const { home } = anna
    expect(connectionButtons(home)).toEqual(['Disconnect Gmail'])
    await anna.press({ viewId: home?.viewId ?? '' }, { label: 'Disconnect' })
    await anna.waitFor(answers('Disconnected.'))
    await house.slack.waitFor(() => anna.home?.shown.includes("isn't connected") === true)
    expect(house.scalekit.account(identifierOf(ANNA))?.status).not.toBe('ACTIVE')
  })

  it('shows where Scalekit does not answer', async () => {
    await running()
    house.scalekit.fault(ACCOUNTS, { type: 'fail', status: 503 }, 50)
    const anna = await opened("can't tell right now")
    expect(anna.home?.elements).toEqual([])
  })

  it('asks an example, and shows its thread and what waits there', async () => {
    await running()
    const anna = await opened('Only you can use it here')
    await anna.press({ viewId: anna.home?.viewId ?? '' }, { label: 'Find my latest invoice' })
    await anna.waitFor(answers('You said: Find my latest invoice'))
    await house.slack.waitFor(
      () =>
        anna.home?.shown.includes('|Find my latest invoice>') === true &&
        anna.home.shown.includes('Nothing is waiting for you.'),
    )
  })

  it('unfolds its help', async () => {
    await running()
    const anna = await opened('Only you can use it here')
    expect(anna.home?.shown).not.toContain('/inbox threads')
    await anna.press({ viewId: anna.home?.viewId ?? '' }, { label: 'Show help' })
    await house.slack.waitFor(() => anna.home?.shown.includes('/inbox threads') === true)
    await anna.press({ viewId: anna.home?.viewId ?? '' }, { label: 'Hide help' })
    await house.slack.waitFor(() => anna.home?.shown.includes('/inbox threads') === false)
  })

  it('brings a welcome with its first opening, and no other', async () => {
    await running({ killable: true })
    const anna = await opened('Only you can use it here')
    await anna.waitFor(answers('Hi!* I find, sum up, write, send and tidy email'))
    await house.bot.kill()
    await house.startBot()
    await opened('Only you can use it here')
    anna.post('hello')
    await anna.waitFor(answers('You said: hello'))
    expect(anna.messages(anna.dm).filter(({ shown }) => shown.includes('Hi!*'))).toHaveLength(1)
  })

  it('has nothing to connect for a guest', async () => {
    await running()
    house.slack.changePerson(ANNA, { restricted: true })
    const anna = await opened('tidy email')
    expect(anna.home?.elements).toEqual([])
    expect(house.scalekit.requests(ACCOUNTS)).toEqual([])
  })

  it('lets nobody disconnect somebody else', async () => {
    await running({ connected: { [ANNA]: ANNAS_MAIL, [BEN]: BENS_MAIL } })
    house.slack.person(BEN).post('hello')
    await house.slack.person(BEN).waitFor(answers('You said: hello'))
    const anna = await opened('Only you can use it here')
    const button = anna.home?.elements[0]
    await house.slack.deliveries.once('interactive', {
      type: 'block_actions',
      user: { id: BEN, team_id: 'T0NORTHWIND' },
      team: { id: 'T0NORTHWIND' },
      trigger_id: 'forged',
      actions: [{ action_id: button?.actionId ?? '', value: button?.value ?? '' }],
    })
    await house.bot.wrote('press ignored: only the owner of a connection can end it')
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
    expect(house.scalekit.account(identifierOf(BEN))?.status).toBe('ACTIVE')
  })
})

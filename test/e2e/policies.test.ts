import { afterEach, describe, expect, it } from 'vitest'
import { TestBrain } from '../support/brains.js'
import { asks, FEEDBACK, has } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, House, type HouseOptions, identifierOf } from '../support/house.js'

/** What the operator decides by configuration: who is served, and what the agent may do unasked. */

let house: House
const brain = () =>
  new TestBrain()
    .when(/^draft/, async (turn) => {
      const input = { to: 'dana@lumen.example', subject: 'Offer', body: 'The price is 800.' }
      const [created] = await turn.callTools([{ name: 'gmail_create_draft', input }])
      await turn.say(`Draft: ${created?.status}`)
    })
    .when(/^tools/, async (turn) => await turn.say(`I have ${turn.tools.map(({ name }) => name).join(' ')}.`))

async function running(options: Partial<HouseOptions> = {}): Promise<House> {
  house = await House.running({ brain: brain(), ...options })
  return house
}
afterEach(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

describe('TOOL_POLICIES', () => {
  const environment = { TOOL_POLICIES: 'gmail_create_draft=allow,gmail_trash_thread=off' }

  it.each(['virtual', 'instance'])('is what a session may do, in %s mode', async (mode) => {
    await running({ environment: { ...environment, SCALEKIT_MCP_MODE: mode } })
    const anna = house.slack.person(ANNA)
    anna.post('draft it')
    await anna.waitFor(answers('Draft: ok'))
    anna.post('tools?')
    // All of them: an answer that is over asks whether it was good.
    const { shown } = await anna.waitFor((message) => answers('I have gmail_')(message) && has(message, FEEDBACK))
    expect(shown).toContain('gmail_trash_message')
    expect(shown).not.toContain('gmail_trash_thread')
    expect(house.scalekit.configs()[0]?.mappings[0]?.tools).not.toContain('gmail_trash_thread')
  })

  it('reaches a conversation that began before, and asks again when it is taken back', async () => {
    await running({ killable: true })
    const anna = house.slack.person(ANNA)
    const asked = anna.post('tools?')
    await anna.waitFor(answers('gmail_trash_thread'))
    await house.bot.kill()
    await house.run('cli/setup.js', environment)
    await house.startBot(environment)
    anna.post('draft it', { threadTs: asked.ts })
    await anna.waitFor(answers('Draft: ok'))
    await house.bot.kill()
    await house.startBot()
    anna.post('draft another', { threadTs: asked.ts })
    await anna.waitFor(asks)
  })

  it('is compared by doctor with what Scalekit and the agent have, tool by tool', async () => {
    await running({ environment })
    const good = await house.run('cli/doctor.js')
    expect(good.output).toContain('TOOL_POLICIES (gmail_create_draft=allow,gmail_trash_thread=off)')
    expect(good.code).toBe(0)
    const bad = await house.run('cli/doctor.js', { TOOL_POLICIES: undefined })
    expect(bad.code).not.toBe(0)
    expect(bad.output).toMatch(/✗ Scalekit: .*without gmail_trash_thread\n.*npm run setup/)
    expect(bad.output).toMatch(/✗ Claude: .*gmail_create_draft is always_allow instead of always_ask/)
  })
})

describe('ALLOW_GUESTS=yes', () => {
  it.each([
    ['a multi-channel guest', { restricted: true }],
    ['a single-channel guest', { restricted: true, ultraRestricted: true }],
  ])('lets %s in, with their own mailbox', async (_, changes) => {
    await running({ environment: { ALLOW_GUESTS: 'yes' } })
    house.slack.addPerson({ id: 'U0GUEST2', name: 'guest2' })
    house.slack.changePerson('U0GUEST2', changes)
    house.scalekit.connect(identifierOf('U0GUEST2'), ANNAS_MAIL)
    const guest = house.slack.person('U0GUEST2')
    guest.post('hello')
    await guest.waitFor(answers('You said: hello'))
  })

  it.each([
    [
      'a guest from another organisation',
      { restricted: true, stranger: true, teamId: 'T0ELSEWHERE' },
      'in your own workspace',
    ],
    ['a bot', { isBot: true }, null],
  ])('still refuses %s', async (_, changes, words) => {
    await running({ environment: { ALLOW_GUESTS: 'yes' } })
    house.slack.addPerson({ id: 'U0OTHER', name: 'other' })
    const other = house.slack.person('U0OTHER')
    if (words === null) other.post('hello')
    house.slack.changePerson('U0OTHER', changes)
    if (words !== null) other.post('hello')
    await house.slack.person('U0OTHER').waitFor(answers(words ?? 'I only work for members'))
    expect(house.agents.driver.sessions()).toHaveLength(0)
  })
})

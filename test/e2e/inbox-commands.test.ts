import { afterEach, describe, expect, it } from 'vitest'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import type { Person } from '../../src/sandbox/slack/people/person.js'
import { inTwoHalves, readMail, sendMail, TestBrain } from '../support/brains.js'
import { asks } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, GENERAL, House, type HouseOptions, identifierOf } from '../support/house.js'

/** What is typed behind `/inbox`: answered where it was typed, for its writer's eyes. What must be found again stands in the direct messages. */

const ACCOUNTS = 'POST /api/v1/mcp/configs/{id}/connected_accounts'

let house: House
let brain: TestBrain
let anna: Person
async function running(options: Partial<HouseOptions> = {}): Promise<void> {
  brain = new TestBrain().when(/newest/, readMail).when(/send/, sendMail)
  house = await House.running({ brain, ...options })
  anna = house.slack.person(ANNA)
}
afterEach(async () => {
  await house.close()
})

const ofBot = (text: string) => (message: SeenMessage) =>
  message.user === 'U0INBOXBOT' && message.ephemeral !== true && message.shown.includes(text)
/** By the acknowledgement or, on a slow machine, by the `response_url`. */
const toldIn = async (channel: string, text: string) =>
  await anna.waitFor(
    (message) => message.ephemeral === true && message.channel === channel && message.shown.includes(text),
  )
/** What Slack's link to a message contains. */
const linkTo = ({ channel, ts }: { readonly channel: string; readonly ts: string }) =>
  `${channel}/p${ts.replace('.', '')}`
const connectUrl = (message: SeenMessage) => message.elements.find(({ label }) => label.startsWith('Connect'))?.url
const inDm = () => anna.messages(anna.dm)

describe('help, settings and a slip of the fingers', () => {
  it('are answered where they were typed, and reach neither the agent nor the direct messages', async () => {
    await running({ environment: { CHANNEL_REPLIES: 'private', UNDO_SEND_SECONDS: '7', REPLY_STREAMING: 'edit' } })
    for (const [typed, text] of [
      ['Help!', '`/inbox disconnect`: disconnect your Gmail'],
      ['SETTINGS', 'you have 7 seconds to undo'],
      ['settings', 'I answer in your direct messages'],
      ['hlep', 'Did you mean `/inbox help`?'],
      ['stauts', 'Did you mean `/inbox status`?'],
      ['conect', 'Did you mean `/inbox connect`?'],
    ] as const) {
      await anna.command(typed, { channel: GENERAL })
      await toldIn(GENERAL, text)
    }
    expect(house.slack.person(BEN).messages(GENERAL)).toEqual([])
    expect(house.slack.person(BEN).ephemerals()).toEqual([])
    expect(inDm()).toEqual([])
    expect(brain.words).toEqual([])
  })

  it('name the command as the installation does', async () => {
    await running({ slack: { slashCommand: '/mail' }, environment: { SLASH_COMMAND: '/mail' } })
    await anna.command('help')
    const help = await toldIn(anna.dm, '`/mail status`')
    expect(help.shown).not.toContain('/inbox')
    await anna.command('hlep')
    await toldIn(anna.dm, 'Did you mean `/mail help`?')
  })
})

describe('/inbox and nothing behind it', () => {
  it('asks what needs attention, as if it had been written', async () => {
    await running()
    await anna.command('', { channel: GENERAL })
    const reply = await anna.waitFor(ofBot('You said: What needs my attention?'))
    expect(reply.channel).toBe(anna.dm)
    await toldIn(GENERAL, linkTo({ channel: anna.dm, ts: reply.threadTs ?? '' }))
    expect(brain.words).toEqual(['What needs my attention?'])
  })
})

describe('/inbox status', () => {
  it('says whose mailbox it is and what waits, with links, where it was typed and to nobody else', async () => {
    await running()
    anna.post('send it')
    const card = await anna.waitFor(asks)
    // The card stands a moment before the turn waits for its answer.
    await expect
      .poll(
        async () => {
          await anna.command('STATUS', { channel: GENERAL })
          return anna.ephemerals(GENERAL).some(({ shown }) => shown.includes('1 request is waiting for you'))
        },
        { interval: 500 },
      )
      .toBe(true)
    const status = await toldIn(GENERAL, '1 request is waiting for you')
    expect(status.shown).toContain(ANNAS_MAIL)
    expect(status.shown).toContain('send it')
    expect(status.shown).toContain(linkTo(card))
    expect(inDm().some(ofBot('is waiting for you'))).toBe(false)
    expect(house.slack.person(BEN).messages(GENERAL)).toEqual([])
  })

  it('says what waits for a connection, and where it cannot know', async () => {
    await running({ connected: {} })
    anna.post('what is the newest mail?')
    const prompt = await anna.waitFor((message) => connectUrl(message) !== undefined)
    await expect
      .poll(
        async () => {
          await anna.command('status')
          return anna.ephemerals().some(({ shown }) => shown.includes('1 request needs your Gmail'))
        },
        { interval: 500 },
      )
      .toBe(true)
    const status = await toldIn(anna.dm, '1 request needs your Gmail')
    expect(status.shown).toContain("isn't connected")
    expect(status.shown).toContain(linkTo(prompt))
    house.scalekit.fault(ACCOUNTS, { type: 'fail', status: 503 }, 50)
    await anna.command('status')
    await toldIn(anna.dm, "can't check your Gmail")
  })

  it('comes by the response_url where a service takes longer than Slack waits', async () => {
    await running()
    // From here on the person is known, and Scalekit is asked.
    anna.post('hello')
    await anna.waitFor(ofBot('You said: hello'))
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    house.scalekit.fault(ACCOUNTS, { type: 'hold', until })
    const { acknowledged, reply } = await anna.command('status', { channel: GENERAL })
    expect(acknowledged).toBe(true)
    expect(reply).toBeUndefined()
    release()
    await toldIn(GENERAL, ANNAS_MAIL)
  })
})

describe('/inbox threads', () => {
  it('lists the conversations by their first words, newest first, with links', async () => {
    await running()
    await anna.command('threads', { channel: GENERAL })
    await toldIn(GENERAL, 'No conversations yet')
    const first = anna.post('hello *there*')
    await anna.waitFor(ofBot('You said: hello'))
    const second = anna.post('good morning')
    await anna.waitFor(ofBot('You said: good morning'))
    house.slack.person(BEN).post('mine')
    await house.slack.person(BEN).waitFor(ofBot('You said: mine'))
    await anna.command('threads', { channel: GENERAL })
    const { shown } = await toldIn(GENERAL, 'Your recent conversations')
    const lines = shown.split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('good morning')
    expect(lines[1]).toContain(linkTo(second))
    expect(lines[2]).toContain('hello ∗there∗')
    expect(lines[2]).toContain(linkTo(first))
  })
})

describe('/inbox stop', () => {
  it('stops what is at work, says which, and leaves what waits for a decision', async () => {
    const halves = inTwoHalves('The first half. ', 'The second half.')
    await running()
    brain.when(/long/, halves.answer)
    anna.post('send it')
    const card = await anna.waitFor(asks)
    const long = anna.post('a long one')
    await halves.reached
    await anna.command('Stop!', { channel: GENERAL })
    const told = await toldIn(GENERAL, 'Stopped 1 request')
    expect(told.shown).toContain('a long one')
    await anna.waitFor((message) => message.threadTs === long.ts && ofBot('Stopped')(message))
    expect(anna.thread(anna.dm, long.ts)[1]?.elements).toEqual([])
    expect(
      inDm()
        .filter(asks)
        .map(({ ts }) => ts),
    ).toEqual([card.ts])
    // It shows that it has stopped a moment before it is over.
    await expect
      .poll(
        async () => {
          await anna.command('stop', { channel: GENERAL })
          return anna.ephemerals(GENERAL).some(({ shown }) => shown.includes('Nothing is running.'))
        },
        { interval: 500 },
      )
      .toBe(true)
  })
})

describe('/inbox connect', () => {
  it('sends the link into the direct messages, and leads there from where it was typed', async () => {
    await running({ connected: {} })
    await anna.command('Connect', { channel: GENERAL })
    const prompt = await anna.waitFor((message) => connectUrl(message) !== undefined)
    expect(prompt.channel).toBe(anna.dm)
    const told = await toldIn(GENERAL, linkTo(prompt))
    expect(told.shown).not.toContain(connectUrl(prompt))
  })
})

describe('/inbox disconnect', () => {
  it('asks first, for its writer alone, and ends nothing by the word', async () => {
    await running()
    await anna.command('disconnect', { channel: GENERAL })
    const question = await toldIn(GENERAL, 'Disconnect your Gmail?')
    anna.post('what is the newest mail?')
    await anna.waitFor(ofBot('The newest mail:'))
    expect(house.scalekit.account(identifierOf(ANNA))?.status).toBe('ACTIVE')
    await anna.press(question, { label: 'Disconnect' })
    const outcome = await anna.waitFor(ofBot('Disconnected.'))
    expect(outcome.channel).toBe(anna.dm)
    const told = await toldIn(GENERAL, linkTo(outcome))
    expect(told).toMatchObject({ ts: question.ts, elements: [] })
    expect(house.scalekit.account(identifierOf(ANNA))).toBeUndefined()
  })
})

describe('a guest', () => {
  it('is refused where they typed', async () => {
    await running()
    house.slack.changePerson(ANNA, { restricted: true })
    await anna.command('what is the newest mail?', { channel: GENERAL })
    await toldIn(GENERAL, 'full members')
    expect(inDm()).toEqual([])
  })
})

describe('a question behind the command', () => {
  it('is answered although the process ends right after it said so', async () => {
    await running({ killable: true })
    const hold = house.slack.faults.hold('chat.postMessage')
    const typed = anna.command('what is the newest mail?', { channel: GENERAL })
    await hold.reached
    expect((await typed).reply?.shown).toMatch(/^On it/)
    await house.bot.kill()
    hold.release()
    await house.startBot()
    const reply = await anna.waitFor(ofBot('The newest mail:'))
    expect(reply.channel).toBe(anna.dm)
    expect(inDm().filter(ofBot('what is the newest mail?'))).toHaveLength(1)
  })
})

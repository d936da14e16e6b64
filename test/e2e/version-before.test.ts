import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { APPROVE, asks, CANCEL_SCHEDULED, DENY, has, leftToPress, UNDO } from '../support/cards.js'
import { openFixture } from '../support/fixture.js'
import { ANNA, ANNAS_MAIL, BEN, BENS_MAIL, type House, identifierOf } from '../support/house.js'
import { BODY, HALF, INVOICE, MAILS, OTHER_HALF, UnfinishedBrain, WHOLE } from '../support/unfinished-work.js'

/** What the version before was in the middle of is finished by this one, in the messages and sessions that are there. */

const FOLDER = fileURLToPath(new URL('../fixtures/version-before', import.meta.url))
const BOT = 'U0INBOXBOT'
/** Longer than the time in which a mail could be called back, which was 120 seconds when it was approved. */
const AFTER_MS = 125_000

let house: House
let brain: UnfinishedBrain
let goOn = () => {}
/** What stood there. */
let before: readonly SeenMessage[] = []

/** @param afterMs how long nobody was at work */
async function goesOn(afterMs: number): Promise<void> {
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  brain = new UnfinishedBrain(gate)
  house = await openFixture(FOLDER, { brain, afterMs, environment: { REPLY_STREAMING: 'native' } })
  before = [...anna().messages(), ...ben().messages()]
  await house.startBot()
}

const anna = () => house.slack.person(ANNA)
const ben = () => house.slack.person(BEN)
const timeoutMs = 50_000

/** The question of these words, and the bot's reply as the version before left it. */
function left(words: string): { readonly asked: SeenMessage; readonly reply: SeenMessage } {
  const asked = before.find(({ text, user }) => text === words && user !== BOT)
  const reply = before.find(({ threadTs, user }) => threadTs === asked?.ts && user === BOT)
  if (asked === undefined || reply === undefined) throw new Error(`the fixture has no reply to "${words}"`)
  return { asked, reply }
}

/** Resolves when the bot's message is as told. */
async function becomes({ channel, ts }: SeenMessage, ...told: readonly string[]): Promise<SeenMessage> {
  const owner = channel === anna().dm ? anna() : ben()
  const fits = (message: SeenMessage) =>
    message.channel === channel && message.ts === ts && told.every((text) => message.shown.includes(text))
  return await owner.waitFor(fits, { timeoutMs })
}

const own = ({ asked }: ReturnType<typeof left>) =>
  anna()
    .thread(asked.channel, asked.ts)
    .filter(({ user }) => user === BOT)

function mails(query: string) {
  const mailbox = house.scalekit.mailboxes.get(ANNAS_MAIL)
  return (mailbox?.search({ query }) ?? []).map(({ mail: { to, cc, bcc, subject, text } }) => ({
    to: to.map(({ address }) => address),
    others: [...cc, ...bcc],
    subject,
    text,
  }))
}
const mail = (subject: string) => ({ to: ['dana@lumen.example'], others: [], subject, text: BODY })

/** Resolves when the bot of now reads along in the session of this reply. */
async function isFollowed({ asked }: ReturnType<typeof left>): Promise<void> {
  const session = sessionOf(asked.ts)
  await house.slack.waitFor(() => house.agents.driver.streams(session) > 0, { timeoutMs })
}

const HALF_WRITTEN = ['tell me, edited', 'tell me, as a stream']

describe('what the version before left behind', () => {
  beforeAll(async () => await goesOn(AFTER_MS))
  afterAll(async () => await house.close())

  it('half-written replies, edited ones and native streams, are completed in their place', async () => {
    for (const words of HALF_WRITTEN) {
      const { reply } = left(words)
      for (const part of [WHOLE, HALF.trim()]) expect(reply.shown).toContain(part)
      expect(reply.shown).not.toContain(OTHER_HALF)
      await isFollowed(left(words))
    }
    goOn()
    for (const words of HALF_WRITTEN) {
      const { asked, reply } = left(words)
      await house.slack.waitFor(() => ended(asked.ts), { timeoutMs })
      const [done, ...others] = own(left(words))
      expect(others).toEqual([])
      expect(done?.ts).toBe(reply.ts)
      expect(leftToPress(done)).toEqual([])
      for (const part of [WHOLE, HALF + OTHER_HALF]) expect(done?.shown.split(part)).toHaveLength(2)
    }
  })

  it('an email that was approved and held leaves once', async () => {
    const { reply } = left('propose held')
    expect(has(reply, UNDO)).toBe(true)
    await becomes(reply, 'Heard: Sent')
    expect(mails(`in:sent subject:"${MAILS.held}"`)).toEqual([mail(MAILS.held)])
  })

  it('a change is made once when its card is pressed', async () => {
    const { asked, reply } = left('archive the invoice')
    expect(asks(reply)).toBe(true)
    expect(mails(`in:inbox subject:"${INVOICE}"`)).toHaveLength(1)
    await anna().press(reply, APPROVE)
    await becomes(reply, 'Heard: it is done')
    expect(mails(`in:inbox subject:"${INVOICE}"`)).toEqual([])
    const events = house.agents.driver.events(sessionOf(asked.ts))
    expect(events.filter(({ type }) => type === 'user.tool_confirmation')).toHaveLength(1)
    expect(own(left('archive the invoice'))).toHaveLength(1)
  })

  it('an email is sent exactly as its card shows it, once', async () => {
    const { reply } = left('propose open')
    for (const shown of ['dana@lumen.example', MAILS.open, 'Friday suits me.']) expect(reply.shown).toContain(shown)
    await anna().press(reply, APPROVE)
    await becomes(reply, 'Heard: Sent, exactly as proposed.')
    expect(mails(`in:sent subject:"${MAILS.open}"`)).toEqual([mail(MAILS.open)])
  })

  it('an email whose window was open is sent as it is edited there', async () => {
    const { reply } = left('propose edited')
    await anna().submitModal({ subject: { value: 'Saturday' } })
    await becomes(reply, 'Heard: Sent. The person changed it first.')
    expect(mails('in:sent subject:Saturday')).toEqual([mail('Saturday')])
    expect(mails(`in:sent subject:"${MAILS.edited}"`)).toEqual([])
  })

  it('an email for later is listed, and can be cancelled', async () => {
    await anna().command('scheduled')
    const list = await anna().waitFor((message) => has(message, CANCEL_SCHEDULED), { timeoutMs })
    expect(list.shown).toContain(MAILS.scheduled)
    await anna().press(list, CANCEL_SCHEDULED)
    await anna().waitFor(({ shown }) => shown.includes('No emails are scheduled'), { timeoutMs })
    expect(mails(`in:sent subject:"${MAILS.scheduled}"`)).toEqual([])
  })

  it('a message that was written instead of a decision is answered, and nothing is sent', async () => {
    const { asked, reply } = left('propose superseded')
    await becomes(reply, 'because you wrote again')
    await house.slack.waitFor(
      () => own({ asked, reply }).some(({ shown }) => shown.includes('You said: rather tell Ben')),
      {
        timeoutMs,
      },
    )
    expect(own({ asked, reply })).toHaveLength(2)
    expect(brain.words.filter((words) => words === 'rather tell Ben')).toHaveLength(1)
    expect(mails(`in:sent subject:"${MAILS.superseded}"`)).toEqual([])
  })

  it('a request that waited for a connection is answered once there is one', async () => {
    const { reply } = left('what is new?')
    const link = reply.elements.find(({ actionId }) => actionId === 'mailbox_connect')?.url
    await house.scalekit.press(link ?? '', 'allow', BENS_MAIL)
    await becomes(reply, 'You said: what is new?')
    expect(
      ben()
        .messages()
        .filter(({ user }) => user === BOT),
    ).toHaveLength(1)
  })

  it('a Home tab that stood there disconnects', async () => {
    const { home } = anna()
    expect(home?.shown).toContain('Your Gmail is connected')
    await anna().press({ viewId: home?.viewId ?? '' }, { actionId: 'mailbox_disconnect' })
    await anna().waitFor(({ shown }) => shown.includes('Disconnected.'), { timeoutMs })
    expect(house.scalekit.account(identifierOf(ANNA))?.status).not.toBe('ACTIVE')
  })

  it('nothing is left of it', async () => {
    const open = `select (select count(*) from turn where state <> 'ended') + (select count(*) from outgoing_mail where state in ('asking', 'held', 'sending'))
      + (select count(*) from message where state = 'queued')`
    await expect.poll(() => ask(open), { timeout: timeoutMs }).toEqual([0])
    expect(
      mails('in:sent')
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual([MAILS.open, MAILS.held, 'Saturday'].sort())
  })
})

describe('the buttons that the version before left behind', () => {
  beforeAll(async () => await goesOn(0))
  afterAll(async () => await house.close())

  it('Undo keeps an approved email from leaving', async () => {
    const { reply } = left('propose held')
    await anna().press(reply, UNDO)
    await becomes(reply, 'undid it')
    expect(mails(`in:sent subject:"${MAILS.held}"`)).toEqual([])
  })

  it.each(HALF_WRITTEN)('Stop leaves what was written: %s', async (words) => {
    const { reply } = left(words)
    await anna().press(reply, { actionId: 'turn_stop' })
    const stopped = await becomes(reply, 'Stopped. Write again', WHOLE)
    expect(stopped.shown).not.toContain(OTHER_HALF)
  })

  it('Don’t send tells the agent so', async () => {
    const { reply } = left('propose open')
    await anna().press(reply, DENY)
    await becomes(reply, 'Heard: The person said no')
    expect(mails(`in:sent subject:"${MAILS.open}"`)).toEqual([])
  })
})

function ask(query: string, ...values: readonly string[]): unknown[] {
  const database = new Sqlite(house.databasePath, { readonly: true })
  try {
    return database
      .prepare(query)
      .pluck()
      .all(...values)
  } finally {
    database.close()
  }
}
const sessionOf = (threadTs: string) =>
  String(ask('select session_id from conversation where thread_ts = ?', threadTs)[0])
const ended = (threadTs: string) =>
  ask(
    `select count(*) from turn where state <> 'ended' and conversation_id = (select id from conversation where thread_ts = ?)`,
    threadTs,
  )[0] === 0

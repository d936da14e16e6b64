import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ToolCall } from '../../src/sandbox/agents/session/brain.js'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { TestBrain } from '../support/brains.js'
import { APPROVE, asks, CANCEL_SCHEDULED, DENY, EDIT, has, UNDO } from '../support/cards.js'
import { disconnect } from '../support/commands.js'
import { ANNA, ANNAS_MAIL, House } from '../support/house.js'

/** Mails from the agent's proposal to the Sent mail, over the wire: what is shown is what leaves, once, or nothing leaves. */

let house: House
let count = 0
const calls = new Map<string, ToolCall>()
const REST = 'POST /api/v1/execute_tool'
const ATTACHED = [{ filename: 'plan.pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF-1.7') }]

async function open(environment: Record<string, string> = {}): Promise<void> {
  const brain = new TestBrain().when(/^propose/, async (turn, words) => {
    const call = calls.get(words)
    const [heard] = await turn.callTools(call === undefined ? [] : [call])
    await turn.say(`${words}, heard: ${heard?.status === 'denied' ? 'denied' : heard?.text}`)
  })
  house = await House.running({ brain, environment, killable: true })
}

const anna = () => house.slack.person(ANNA)
function mailbox() {
  const found = house.scalekit.mailboxes.get(ANNAS_MAIL)
  if (found === undefined) throw new Error('there is no mailbox')
  return found
}
const sent = (subject: string) => mailbox().search({ query: `in:sent subject:${subject}` })
const requests = (tool: string) => house.scalekit.requests(REST).filter((request) => request.tool === tool).length
const mail = (subject: string, more: Record<string, unknown> = {}): ToolCall => ({
  name: 'send_email',
  input: { to: 'Dana <dana@lumen.example>', cc: 'ben@northwind.example', subject, body: 'Friday suits me.', ...more },
})

/** Anna asks, and the agent proposes. */
async function proposed(call: ToolCall) {
  count += 1
  const words = `propose ${count}`
  calls.set(words, call)
  const asked = anna().post(words)
  const mine = (fits: (message: SeenMessage) => boolean) =>
    anna().waitFor((message) => message.threadTs === asked.ts && fits(message), { timeoutMs: 100_000 })
  const card = await mine(asks)
  const heard = (text: string) => mine(({ shown }) => shown.includes(`${words}, heard: ${text}`))
  return { card, heard, mine }
}

/** Holds the next run of a tool until it is released. */
function hold(endpoint: 'grpc ExecuteTool' | typeof REST, tool: string) {
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  const reached = new Promise<void>((resolve) => {
    house.scalekit.fault(endpoint, { type: 'hold', until, arrived: resolve }, 1, tool)
  })
  return { reached, release }
}

describe('a mail that the agent proposes', () => {
  beforeAll(async () => await open())
  afterAll(async () => await house.close())

  it('is shown whole, and leaves once, exactly as shown, when its owner presses Send', async () => {
    const { card, heard } = await proposed(mail('Exact', { bcc: 'priya@northwind.example' }))
    for (const shown of ['dana@lumen.example', 'ben@northwind.example', 'Bcc', 'Exact', 'Friday suits me.'])
      expect(card.shown).toContain(shown)
    expect(sent('Exact')).toEqual([])
    await anna().press(card, APPROVE)
    await heard('Sent, exactly as proposed.')
    expect(sent('Exact').map(({ mail: { to, cc, bcc, subject, text } }) => ({ to, cc, bcc, subject, text }))).toEqual([
      {
        to: [{ name: 'Dana', address: 'dana@lumen.example' }],
        cc: [{ name: '', address: 'ben@northwind.example' }],
        bcc: [{ name: '', address: 'priya@northwind.example' }],
        subject: 'Exact',
        text: expect.stringMatching(/^Friday suits me\.\s*$/),
      },
    ])
  })

  it("does not leave when its owner says Don't send", async () => {
    const { card, heard } = await proposed(mail('Refused'))
    await anna().press(card, DENY)
    await heard('The person said no: nothing was sent.')
    expect(sent('Refused')).toEqual([])
  })

  it('leaves as its owner edited it, and the agent hears that word by word', async () => {
    const { card, heard } = await proposed(mail('Unedited'))
    await anna().press(card, EDIT)
    await house.slack.waitFor(() => anna().modal !== undefined)
    const value = (text: string) => ({ value: text })
    await anna().submitModal({ subject: value('Edited'), cc: value(''), 'text/0': value('Saturday\n\n  suits me.') })
    const reply = await heard('Sent. The person changed it first.')
    expect(reply.shown).toContain('Saturday')
    const [left, ...others] = sent('Edited')
    expect(others).toEqual([])
    expect(left?.mail).toMatchObject({ cc: [], text: expect.stringMatching(/^Saturday\n\n {2}suits me\.\s*$/) })
    expect(sent('Unedited')).toEqual([])
    expect(mailbox().search({ query: 'in:drafts subject:Edited' })).toEqual([])
  })

  it('that answers a message goes where that asks answers to go, and the card says so', async () => {
    const raw = `From: Dana <dana@lumen.example>\r\nReply-To: desk@elsewhere.example\r\nTo: ${ANNAS_MAIL}\r\nSubject: Question\r\nMessage-ID: <question@lumen.example>\r\nDate: ${new Date().toUTCString()}\r\n\r\nWhen?\r\n`
    const { threadId } = await mailbox().receive(Buffer.from(raw))
    const { card, heard } = await proposed({ name: 'reply_to_email', input: { thread_id: threadId, body: 'Now.' } })
    expect(card.shown).toContain('desk@elsewhere.example')
    expect(card.shown).toContain('⚠️ Check')
    await anna().press(card, APPROVE)
    await heard('Sent, exactly as proposed.')
    const [left] = sent('Question')
    expect(left).toMatchObject({ threadId, mail: { to: [{ name: '', address: 'desk@elsewhere.example' }] } })
  })

  it('in HTML is shown as text with its links, and says that it is HTML', async () => {
    const body = '<p>See <a href="https://example.com/plan">the plan</a></p>'
    const { card, heard } = await proposed(mail('Formatted', { body, content_type: 'text/html' }))
    for (const shown of ['See', 'example.com/plan', 'HTML']) expect(card.shown).toContain(shown)
    expect(card.shown).not.toContain('<p>')
    await anna().press(card, APPROVE)
    await heard('Sent, exactly as proposed.')
    expect(sent('Formatted')[0]?.mail.raw.toString()).toContain('text/html')
  })

  it('as a draft with an attachment is asked about again where it was changed; a press of the older card does nothing', async () => {
    const letter = { to: 'dana@lumen.example', subject: 'Attached', body: 'See the plan.', attachments: ATTACHED }
    const draft = await mailbox().createDraft(letter)
    const { card, heard, mine } = await proposed({ name: 'send_draft', input: { draft_id: draft.id } })
    expect(card.shown).toContain('plan.pdf')
    await mailbox().updateDraft(draft.id, { ...letter, body: 'See the other plan.' })
    await anna().press(card, APPROVE)
    const again = await mine((message) => asks(message) && message.shown.includes('changed in the meantime'))
    expect(again.shown).toContain('See the other plan.')
    const stale = card.elements.find(({ actionId }) => actionId === APPROVE.actionId)
    await house.slack.deliveries.once('interactive', {
      type: 'block_actions',
      user: { id: ANNA, team_id: 'T0NORTHWIND' },
      team: { id: 'T0NORTHWIND' },
      trigger_id: 'stale',
      actions: [
        { type: 'button', action_id: APPROVE.actionId, block_id: stale?.blockId ?? '', value: stale?.value ?? '' },
      ],
    })
    expect(sent('Attached')).toEqual([])
    await anna().press(again, APPROVE)
    await heard('Sent, exactly as proposed.')
    expect(sent('Attached').map(({ mail: { text } }) => text.trim())).toEqual(['See the other plan.'])
    expect(requests('gmail_send_draft')).toBe(1)
  })

  it('as a draft that changes between the press and the sending is not sent but shown again', async () => {
    const letter = { to: 'dana@lumen.example', subject: 'Raced', body: 'The first words.' }
    const draft = await mailbox().createDraft(letter)
    const { card, mine, heard } = await proposed({ name: 'send_draft', input: { draft_id: draft.id } })
    const reading = hold('grpc ExecuteTool', 'gmail_get_draft')
    await anna().press(card, APPROVE)
    await reading.reached
    await mailbox().updateDraft(draft.id, { ...letter, to: 'eve@elsewhere.example', body: 'Other words.' })
    reading.release()
    const again = await mine((message) => asks(message) && message.shown.includes('changed in the meantime'))
    expect(again.shown).toContain('eve@elsewhere.example')
    expect(sent('Raced')).toEqual([])
    await anna().press(again, APPROVE)
    await heard('Sent, exactly as proposed.')
    expect(sent('Raced').map(({ mail: { text } }) => text.trim())).toEqual(['Other words.'])
  })

  it('whose answer was lost is found in the Sent mail, also after a kill before that was noted', async () => {
    const { card, heard } = await proposed(mail('Unanswered'))
    house.scalekit.fault(REST, { type: 'drop-answer' }, 1, 'gmail_send_message')
    const looking = hold('grpc ExecuteTool', 'gmail_fetch_mails')
    const before = requests('gmail_send_message')
    await anna().press(card, APPROVE)
    await looking.reached
    await house.bot.kill()
    looking.release()
    await house.startBot()
    await heard('Sent, exactly as proposed.')
    expect(sent('Unanswered')).toHaveLength(1)
    expect(requests('gmail_send_message')).toBe(before + 1)
  })

  it('that was leaving when the bot was killed is sent once', async () => {
    const { card, heard } = await proposed(mail('Killed'))
    const leaving = hold(REST, 'gmail_send_message')
    await anna().press(card, APPROVE)
    await leaving.reached
    await house.bot.kill()
    leaving.release()
    await vi.waitFor(() => expect(sent('Killed')).toHaveLength(1), { timeout: 30_000 })
    await house.startBot()
    await heard('Sent, exactly as proposed.')
    expect(sent('Killed')).toHaveLength(1)
  })

  it('of which nobody knows whether it left is told as that, and never sent again', { timeout: 200_000 }, async () => {
    const { card, heard, mine } = await proposed(mail('Unknown'))
    house.scalekit.fault(REST, { type: 'fail', status: 503 }, 1, 'gmail_send_message')
    const before = requests('gmail_send_message')
    await anna().press(card, APPROVE)
    await heard('It is not known whether this was sent')
    await mine(({ shown }) => shown.includes("I can't tell whether the email to"))
    expect(requests('gmail_send_message')).toBe(before + 1)
    expect(sent('Unknown')).toEqual([])
  })

  it('for later leaves at its time, once, although the bot was down then', { timeout: 200_000 }, async () => {
    const at = Date.now() + 30_000
    const { card, heard } = await proposed(mail('Later', { send_at: new Date(at).toISOString() }))
    await anna().press(card, APPROVE)
    await heard('Approved, and scheduled for')
    await house.bot.kill()
    const before = new Set(
      anna()
        .messages()
        .map(({ ts }) => ts),
    )
    expect(sent('Later')).toEqual([])
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(at), { timeout: 60_000, interval: 500 })
    await house.startBot()
    const told = ({ ts, shown }: SeenMessage) => !before.has(ts) && /Email to Dana.* sent at/.test(shown)
    await anna().waitFor(told, { timeoutMs: 100_000 })
    expect(sent('Later')).toHaveLength(1)
  })

  it('for later is listed, and can be cancelled there', async () => {
    const { card, heard } = await proposed(
      mail('Tomorrow', { send_at: new Date(Date.now() + 86_400_000).toISOString() }),
    )
    await anna().press(card, APPROVE)
    await heard('Approved, and scheduled for')
    await anna().command('scheduled')
    const list = await anna().waitFor((message) => has(message, CANCEL_SCHEDULED))
    expect(list.shown).toContain('Tomorrow')
    await anna().press(list, CANCEL_SCHEDULED)
    await anna().waitFor(({ shown }) => shown.includes('No emails are scheduled'))
    expect(sent('Tomorrow')).toEqual([])
  })

  it('cannot be sent with what a session holds: its mailbox has no tool that sends', async () => {
    const { token } = house.scalekit.issuedTokens().at(-1) ?? { token: '' }
    const url = house.agents.driver.sessions().at(-1)?.agent.mcp_servers[0]?.url ?? ''
    const client = new Client({ name: 'thief', version: '1' })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    )
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('gmail_fetch_mails')
    expect(names.filter((name) => /send|reply/.test(name))).toEqual([])
    const input = { to: 'eve@elsewhere.example', subject: 'Stolen', body: 'x' }
    const answer = await client.callTool({ name: 'gmail_send_message', arguments: input }).catch(() => 'refused')
    expect(answer === 'refused' || (typeof answer === 'object' && answer.isError === true)).toBe(true)
    await client.close()
    expect(sent('Stolen')).toEqual([])
    expect(house.scalekit.configs().flatMap(({ mappings }) => mappings.flatMap(({ tools }) => tools))).not.toContain(
      'gmail_send_message',
    )
  })
})

describe('within the time in which it can be undone', () => {
  beforeAll(async () => await open({ UNDO_SEND_SECONDS: '120' }))
  afterAll(async () => await house.close())

  it('Undo keeps a mail back, also after a restart, and the agent hears that', async () => {
    const { card, heard, mine } = await proposed(mail('Undone'))
    await anna().press(card, APPROVE)
    await mine((message) => has(message, UNDO))
    await house.bot.kill()
    await house.startBot()
    await anna().press(await mine((message) => has(message, UNDO)), UNDO)
    await heard('The person approved this and then undid it: nothing was sent.')
    await mine(({ shown }) => shown.includes('Undone.'))
    expect(requests('gmail_send_message')).toBe(0)
  })

  it('an end of the access keeps it back', async () => {
    const { card, mine } = await proposed(mail('Disconnected'))
    await anna().press(card, APPROVE)
    await mine((message) => has(message, UNDO))
    await disconnect(anna())
    await mine(({ shown }) => shown.includes('Gmail was disconnected'))
    expect(requests('gmail_send_message')).toBe(0)
    expect(sent('Disconnected')).toEqual([])
  })
})

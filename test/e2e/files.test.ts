import { afterEach, describe, expect, it } from 'vitest'
import type { AttachedFile } from '../../src/sandbox/slack/people/person.js'
import { TestBrain } from '../support/brains.js'
import { ANNA, GENERAL, House, type HouseOptions } from '../support/house.js'

/** Files from Slack's wire to the session: attached to a message at one end, at the Files API and in the `user.message` at the other. */

let house: House
afterEach(async () => {
  await house.close()
})

async function running(options: Partial<HouseOptions> = {}) {
  const brain = new TestBrain()
  house = await House.running({ brain, environment: { CHANNEL_REPLIES: 'here' }, ...options })
  return { brain, slack: house.slack, anna: house.slack.person(ANNA) }
}

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const PICTURE: AttachedFile = { name: 'photo.png', content: PIXEL }
const PLAN: AttachedFile = { name: 'plan.pdf', content: '%PDF-1.7\n\xff\0binary' }
const NOTES: AttachedFile = { name: 'my notes.csv', content: 'a;b\n1;2\n' }
const CLIP: AttachedFile = { name: 'clip.mp4', content: 'moving' }

const uploads = () => house.agents.driver.files().toReversed()
const calls = (endpoint: string) => house.agents.driver.requests.filter((request) => request.endpoint === endpoint)
const contentOf = (id = '') => Buffer.from(house.agents.driver.contentOf(id))

/** Content of the first message that a session was sent. */
function sent() {
  const [session] = house.agents.driver.sessions()
  const message = house.agents.driver.events(session?.id ?? '').find(({ type }) => type === 'user.message')
  return message?.type === 'user.message' ? message.content : []
}

describe('files', () => {
  it('reach the agent: pictures and PDFs in the message, the rest where its tools read, all byte for byte', async () => {
    const { anna } = await running()
    anna.post('what is this?', { files: [PICTURE, PLAN, NOTES] })
    await anna.waitFor(answers('You said: what is this?'))
    const [picture, plan, notes] = uploads()
    expect([contentOf(picture?.id), contentOf(plan?.id), contentOf(notes?.id)]).toEqual(
      [PICTURE, PLAN, NOTES].map(({ content }) => Buffer.from(content)),
    )
    const [session] = house.agents.driver.sessions()
    expect(session?.resources).toMatchObject([
      { type: 'file', file_id: notes?.id, mount_path: expect.stringMatching(/\/my_notes\.csv$/) },
    ])
    const [mounted] = session?.resources ?? []
    const content = sent()
    expect(content.map(({ type }) => type)).toEqual(['text', 'text', 'image', 'document', 'text'])
    expect(content[1]).toMatchObject({ text: expect.stringMatching(/^<attached>\n.*data, not an instruction/) })
    expect(content[1]).toMatchObject({
      text: expect.stringContaining(`${mounted && 'mount_path' in mounted ? mounted.mount_path : '?'}`),
    })
    expect(content[2]).toMatchObject({ source: { type: 'file', file_id: picture?.id } })
    expect(content[3]).toMatchObject({ source: { type: 'file', file_id: plan?.id }, title: 'plan.pdf' })
    expect(content[4]).toEqual({ type: 'text', text: 'what is this?' })
  })

  it.each(['mention first', 'message first'] as const)('come with a mention: %s', async (mentionOrder) => {
    const { anna } = await running({ slack: { mentionOrder } })
    anna.post('<@U0INBOXBOT> what is this?', { channel: GENERAL, files: [NOTES] })
    await anna.waitFor(answers('You said: what is this?'))
    expect(uploads().map(({ filename }) => filename.split('.').at(-2))).toEqual(['my_notes'])
    expect(JSON.stringify(sent())).toContain('my notes.csv')
  })

  it('of another organisation are asked of Slack', async () => {
    const { anna } = await running()
    anna.post('and this?', { files: [{ ...NOTES, checkInfo: true }] })
    await anna.waitFor(answers('You said: and this?'))
    expect(contentOf(uploads()[0]?.id).toString()).toBe(NOTES.content)
  })

  it('that are no use are told by name before the agent hears anything, and the rest is answered', async () => {
    const { anna } = await running()
    const hold = house.agents.faults.hold('sessions.events.send')
    anna.post('what are these?', { files: [CLIP, { name: 'no`*_.png', content: 'no picture' }, NOTES] })
    await anna.waitFor(answers("I can't open `clip.mp4`."))
    await hold.reached
    const [told] = await Promise.all([anna.waitFor(answers("I can't open `no *_.png`."))])
    expect(told.shown).not.toContain('You said')
    hold.release()
    const reply = await anna.waitFor(answers('You said: what are these?'))
    expect(reply.ts).toBe(told.ts)
    expect(reply.shown).toContain("I can't open `clip.mp4`.")
    expect(uploads()).toHaveLength(1)
  })

  it('wait for nobody where the app may not read them', async () => {
    const { anna, slack } = await running()
    slack.faults.next('files.info', { error: 'missing_scope' })
    anna.post('what is this?', { files: [NOTES] })
    const reply = await anna.waitFor(answers('You said: what is this?'))
    expect(reply.shown).toContain("I'm not allowed to open `my notes.csv`.")
    expect(reply.shown).toContain('files:read')
    expect(house.written).not.toContain(NOTES.content)
  })

  it('that were deleted meanwhile are told by name', async () => {
    const { anna, slack } = await running()
    const hold = slack.faults.hold('files.info')
    const asked = anna.post('what is this?', { files: [NOTES] })
    await hold.reached
    const [posted] = anna.thread(asked.channel, asked.ts)
    anna.deleteFile(posted?.files?.[0]?.id ?? '')
    hold.release()
    const reply = await anna.waitFor(answers('You said: what is this?'))
    expect(reply.shown).toContain('`my notes.csv` was deleted before I could open it.')
  })
})

describe('after a kill', () => {
  it.each(['files.upload', 'sessions.resources.add', 'sessions.events.send'] as const)(
    'before %s, files are uploaded and mounted once, and the answer comes',
    async (endpoint) => {
      const { anna } = await running({ killable: true })
      const hold = house.agents.faults.hold(endpoint, 503)
      anna.post('what is this?', { files: [NOTES, PICTURE] })
      await hold.reached
      await house.bot.kill()
      hold.release()
      await house.startBot()
      await anna.waitFor(answers('You said: what is this?'))
      expect(uploads().map(({ mime_type }) => mime_type)).toEqual(['text/csv', 'image/png'])
      expect(house.agents.driver.sessions()[0]?.resources).toHaveLength(1)
      expect(anna.messages().filter(answers('You said'))).toHaveLength(1)
    },
  )

  it('with the answer to the upload lost, the file is found by its name', async () => {
    const { anna } = await running({ killable: true })
    house.agents.faults.dropAnswer('files.upload')
    anna.post('what is this?', { files: [NOTES] })
    await expect.poll(() => uploads().length, { timeout: 30_000 }).toBe(1)
    await house.bot.kill()
    await house.startBot()
    await anna.waitFor(answers('You said: what is this?'))
    expect(calls('files.upload')).toHaveLength(1)
    expect(uploads()).toHaveLength(1)
  })

  it('files of a session that is gone are deleted at the API, and a new session has its own', async () => {
    const { anna } = await running({ killable: true })
    const asked = anna.post('what is this?', { files: [NOTES] })
    await anna.waitFor(answers('You said: what is this?'))
    const [first] = uploads()
    house.agents.faults.failNextTurn({ end: 'terminated' })
    const hold = house.agents.faults.hold('files.delete', 503)
    anna.post('and now?', { threadTs: asked.ts })
    await hold.reached
    await house.bot.kill()
    hold.release()
    expect(uploads()).toEqual([first])
    await house.startBot()
    await expect.poll(uploads, { timeout: 30_000 }).toEqual([])
    anna.post('and this?', { threadTs: asked.ts, files: [PICTURE] })
    await anna.waitFor(answers('You said: and this?'))
    expect(uploads().map(({ mime_type }) => mime_type)).toEqual(['image/png'])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OperatorProblem, Rejected, Unavailable } from '../../../src/turns/ports.js'
import { PDF } from '../fake-files.js'
import { House } from '../house.js'

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const file = (id: string, name: string, mimetype: string) => ({ id, name, mimetype, size: 1 })
const NOTES = file('F1', 'notes.csv', 'text/csv')
const OFFER = file('F2', 'offer.pdf', 'application/pdf')
const CLIP = file('F3', 'clip.mp4', 'video/mp4')

const GONE = new Unavailable('claude', 'no answer')

async function ask(files: readonly ReturnType<typeof file>[], text = 'What is this?') {
  house.files.slack.set('F1', { content: 'a;b\n1;2' })
  const { conversation } = await house.say(text, { files })
  return conversation
}

async function done(conversation: string) {
  const working = house.work(conversation)
  // Pauses before another attempt.
  for (let round = 0; round < 20; round += 1) await house.pass(10_000)
  await working
  return house.replyOf(await house.turnOf(conversation)).last
}

describe('files of a message', () => {
  it('reach the session before the person’s words', async () => {
    const reply = await done(await ask([NOTES, OFFER]))
    const [sent] = house.agent.session.received
    expect([...house.files.uploads.values()].map(({ content }) => Buffer.from(content).toString())).toEqual([
      'a;b\n1;2',
      PDF,
    ])
    expect(house.files.mounts).toEqual([
      expect.stringMatching(/^session_1 \/mnt\/session\/uploads\/\w{8}\/notes\.csv$/),
    ])
    const [path = ''] = house.files.mounts
    expect(sent?.quoted?.at(-1)).toContain(path.split(' ')[1])
    expect(sent?.attached).toEqual([{ kind: 'document', fileId: 'file_2', name: 'offer.pdf' }])
    expect(sent?.text).toBe('What is this?')
    expect(reply.notice).toBeNull()
  })

  it('carry what they belong to in the name of the upload', async () => {
    await done(await ask([NOTES]))
    const [upload] = house.files.uploads.values()
    const { reference = '' } = house.agent.session.received[0] ?? {}
    expect(upload?.name).toMatch(new RegExp(`^${reference}\\.F1\\.\\w{8}\\.notes\\.csv$`))
  })

  it('that cannot be read are told by name before anything is sent, and the rest is answered', async () => {
    const conversation = await ask([CLIP, NOTES])
    let heard = -1
    const turn = await house.store.turns.queue(conversation)
    const reply = house.surface.reply(turn, {
      ...(await house.store.conversations.get(conversation)),
      address: { channel: 'D', threadTs: '1' },
    })
    reply.beforeSettled = async () => {
      if (reply.last.phase.type === 'starting') heard = house.agent.sessions.at(-1)?.received.length ?? 0
    }
    const last = await done(conversation)
    expect(heard).toBe(0)
    expect(last.notice).toContain("I can't open `clip.mp4`.")
    expect(house.agent.session.received[0]?.quoted?.at(-1)).toContain('clip.mp4 (video/mp4, 17 bytes): not readable')
    expect(house.files.uploads.size).toBe(1)
    expect(house.endings).toEqual(['answered'])
  })

  it('that are too large are not even fetched', async () => {
    house.files.slack.set('F2', { size: 33 * 1024 * 1024 })
    expect((await done(await ask([OFFER]))).notice).toContain('`offer.pdf` is too large for me (33 MB)')
    expect(house.files.calls).toEqual(['findFile'])
  })

  it('are those that Slack describes now, not when they were sent', async () => {
    house.files.slack.set('F9', { name: 'shared.txt', mimetype: 'text/plain', content: 'from elsewhere' })
    await done(await ask([file('F9', 'file', 'application/octet-stream')]))
    expect(house.agent.session.received[0]?.quoted?.at(-1)).toContain('- shared.txt (text/plain, 14 bytes): read it')
  })

  it.each([
    ['deleted', '`offer.pdf` was deleted before I could open it.'],
    ['no_scope', "I'm not allowed to open `offer.pdf`."],
    ['elsewhere', "`offer.pdf` isn't stored in Slack"],
  ] as const)('that are %s are told', async (problem, words) => {
    house.files.slack.set('F2', { problem })
    expect((await done(await ask([OFFER]))).notice).toContain(words)
    expect(house.endings).toEqual(['answered'])
  })

  it('are ten at most', async () => {
    const many = Array.from({ length: 12 }, (_, index) => file(`F${index + 10}`, `n${index}.pdf`, 'application/pdf'))
    expect((await done(await ask(many))).notice).toBe(
      'I read up to 10 files in a message, so I left out `n10.pdf` and `n11.pdf`.',
    )
    expect(house.files.uploads.size).toBe(10)
  })

  it.each([new Rejected('invalid', 'no'), new OperatorProblem('credentials', 'the storage is full')])(
    'that the API refuses are told: %s',
    async (refusal) => {
      house.files.failures.upload = [{ before: refusal }]
      expect((await done(await ask([NOTES, OFFER]))).notice).toBe(
        "I couldn't open `notes.csv`. Try another format, such as PDF.",
      )
      expect(house.agent.session.received[0]?.attached).toHaveLength(1)
    },
  )

  it('that Slack does not hand out keep the rest waiting for a while only', async () => {
    const away = { before: new Unavailable('slack', 'HTTP 503') }
    house.files.failures.download = [away, away, away, away]
    expect((await done(await ask([NOTES, OFFER]))).notice).toBe(
      "Slack didn't let me open `notes.csv`. Try sending it again.",
    )
    expect(house.endings).toEqual(['answered'])
  })

  it.each(['findFile', 'download', 'upload', 'mount'] as const)(
    'are uploaded and mounted once, though the answer to %s is lost',
    async (call) => {
      house.files.failures[call] = [{ after: GONE }]
      const reply = await done(await ask([NOTES, OFFER]))
      expect(reply.notice).toBeNull()
      expect([...house.files.uploads.values()].map(({ name }) => name.split('.').at(-1))).toEqual(['csv', 'pdf'])
      expect(house.files.mounts).toHaveLength(1)
      expect(house.agent.session.received).toHaveLength(1)
    },
  )

  it('go to no session where their person stops first', async () => {
    const conversation = await ask([OFFER])
    const turn = await house.store.turns.queue(conversation)
    house.files.failures.download = [{ after: GONE }]
    const working = house.work(conversation)
    await house.settle()
    await house.turns.stop(turn.id)
    await house.pass(10_000)
    await working
    expect(house.endings).toEqual(['stopped'])
    expect(house.files.uploads.size).toBe(0)
  })
})

describe('uploaded files nobody needs', () => {
  it('are removed when their session is given up, and the next session gets its own', async () => {
    const conversation = await ask([OFFER])
    await done(conversation)
    house.leftoverFiles.start()
    await house.settle()
    expect(house.files.removed).toEqual([])
    house.agent.session.gone = 'deleted'
    await house.say('And now?', { threadTs: (await house.store.conversations.get(conversation)).origin.threadTs })
    await house.work(conversation)
    await house.settle()
    expect(house.files.removed).toEqual(['file_1'])
    expect(house.agent.sessions).toHaveLength(2)
    expect(await house.store.files.leftovers()).toEqual([])
  })

  it('are removed by the next process where this one ends first, also those whose answer was lost', async () => {
    const conversation = await ask([OFFER])
    house.files.failures.upload = [{ after: GONE }]
    const working = house.work(conversation)
    await house.settle()
    await house.store.conversations.forgetSession(conversation)
    expect(house.files.uploads.size).toBe(1)
    house.leftoverFiles.start()
    await house.settle()
    // A request that was cut off may arrive late.
    expect(house.files.removed).toEqual([])
    await house.pass(180_000)
    expect(house.files.removed).toEqual(['file_1'])
    await house.pass(60_000)
    await working
  })

  it('are removed as soon as the API answers again', async () => {
    const conversation = await ask([OFFER])
    await done(conversation)
    await house.store.conversations.forgetSession(conversation)
    house.files.failures.remove = [{ before: GONE }]
    house.leftoverFiles.start()
    await house.settle()
    expect(house.files.removed).toEqual([])
    await house.pass(2_000)
    expect(house.files.removed).toEqual(['file_1'])
    expect(house.files.uploads.size).toBe(0)
  })
})

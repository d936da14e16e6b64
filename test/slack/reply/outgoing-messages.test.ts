import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { OutgoingMessages } from '../../../src/slack/reply/outgoing-messages.js'
import { Store } from '../../../src/store/store.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { SYSTEM_CLOCK } from '../../../src/turns/time/clock.js'
import { slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'
import { AT, mail, outgoing } from '../blocks/outgoing-views.js'

const ASKING = outgoing({ state: 'asking', changed: true })
const HELD = outgoing({ state: 'held', sendAt: AT, dueAt: AT })
const SENT = outgoing({ state: 'sent', sendAt: AT, endedAt: AT })
const LONG = outgoing({ mail: mail({ body: { format: 'text', source: 'It is cold here. '.repeat(1_500) } }) })

let store: Store
beforeEach(async () => {
  store = await Store.open(':memory:')
})
afterEach(async () => {
  await store.close()
})

async function open() {
  const slack = await slackFor()
  const log = new SilentLog()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const anna = slack.person('U0ANNA')
  const target = { channel: anna.openDm() }
  /** A process that tells of mails. */
  const start = () => {
    const poster = new Poster(web, store.posts, WORLD.bot.userId)
    const budget = new EditBudget({ perMinute: 45, clock: SYSTEM_CLOCK })
    return new OutgoingMessages({ web, poster, posts: store.posts, budget, log })
  }
  const messages = () => anna.messages(target.channel).filter((message) => message.user === WORLD.bot.userId)
  const shown = () => messages().map((message) => message.shown)
  /** A message of the bot's goes, as whoever may delete it makes it go. */
  const remove = async (ts: string) => {
    await web.chat.delete({ channel: target.channel, ts })
  }
  return { slack, log, target, start, messages, shown, remove }
}

describe('the message about a mail whose turn is over', () => {
  it('is posted once, and changes in its place as the mail goes on', async () => {
    const { target, start, messages, shown } = await open()
    const mails = start()
    await mails.show(target, HELD)
    const [first] = messages()
    expect(shown()).toEqual([expect.stringMatching(/scheduled for/)])
    await mails.show(target, SENT)
    expect(messages().map(({ ts }) => ts)).toEqual([first?.ts])
    expect(shown()).toEqual([expect.not.stringMatching(/scheduled for/)])
  })

  it('whose answer was lost is found by the next process, and says what is so by then', async () => {
    const { slack, target, start, shown } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await expect(start().show(target, HELD)).rejects.toThrow(Unavailable)
    expect(shown()).toEqual([expect.stringMatching(/scheduled for/)])
    await start().show(target, SENT)
    expect(shown()).toEqual([expect.not.stringMatching(/scheduled for/)])
  })

  it('that its reader deleted is posted anew where it asks for a decision', async () => {
    const { target, start, messages, remove } = await open()
    const mails = start()
    await mails.show(target, HELD)
    await remove(messages()[0]?.ts ?? '')
    await mails.show(target, ASKING)
    expect(messages()).toHaveLength(1)
    await mails.show(target, SENT)
    expect(messages()).toHaveLength(1)
  })

  it('that its reader deleted stays away where it asks for nothing', async () => {
    const { target, start, messages, remove } = await open()
    const mails = start()
    await mails.show(target, HELD)
    await remove(messages()[0]?.ts ?? '')
    await mails.show(target, SENT)
    expect(messages()).toEqual([])
  })

  it('is several where its card is long, of which one is left when it is short again', async () => {
    const { target, start, messages } = await open()
    const mails = start()
    await mails.show(target, LONG)
    const long = messages()
    expect(long.length).toBeGreaterThan(1)
    await mails.show(target, SENT)
    expect(messages().map(({ ts }) => ts)).toEqual([long[0]?.ts])
    await mails.show(target, LONG)
    expect(messages()).toHaveLength(long.length)
  })

  it('whose second part its reader deleted is no failure when it is short again', async () => {
    const { target, start, messages, remove } = await open()
    const mails = start()
    await mails.show(target, LONG)
    await remove(messages()[1]?.ts ?? '')
    await mails.show(target, SENT)
    expect(messages()).toHaveLength(1)
  })

  it('shows the newest state where two come at once', async () => {
    const { slack, target, start, shown } = await open()
    const mails = start()
    const hold = slack.faults.hold('chat.postMessage')
    const first = mails.show(target, HELD)
    await hold.reached
    const second = mails.show(target, SENT)
    hold.release()
    await Promise.all([first, second])
    expect(shown()).toEqual([expect.not.stringMatching(/scheduled for/)])
  })

  it('that Slack refuses is told whoever runs the bot, and the mail goes on', async () => {
    const { log, start } = await open()
    await start().show({ channel: 'C0NOWHERE' }, HELD)
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error' }))
  })

  it('whose change Slack refuses stays where it is, and no second one is posted', async () => {
    const { slack, target, start, messages, shown } = await open()
    const mails = start()
    await mails.show(target, HELD)
    const [first] = messages()
    slack.faults.next('chat.update', { error: 'invalid_blocks' })
    await mails.show(target, ASKING)
    expect(messages().map(({ ts }) => ts)).toEqual([first?.ts])
    await mails.show(target, SENT)
    expect(messages().map(({ ts }) => ts)).toEqual([first?.ts])
    expect(shown()).toEqual([expect.not.stringMatching(/scheduled for/)])
  })

  it('that Slack cannot take now is asked for again by whoever told it', async () => {
    const { slack, target, start } = await open()
    const mails = start()
    await mails.show(target, HELD)
    slack.faults.next('chat.update', { dropRequest: true })
    await expect(mails.show(target, SENT)).rejects.toThrow(Unavailable)
  })
})

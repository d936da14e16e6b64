import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConnectionWaiter,
  ConnectionWatch,
  pollInterval,
} from '../../../src/turns/connections/connection-watch.js'
import type { IdentifiedPerson } from '../../../src/turns/model.js'
import { type ConnectionState, type Connections, type ConnectLink, Unavailable } from '../../../src/turns/ports.js'
import { FakeClock, settle } from '../fake-clock.js'
import { SilentLog } from '../silent-log.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND

const person = (id: string): IdentifiedPerson => ({ id, team: 'T1', user: `U_${id}`, identifier: `slack:T1:${id}` })
const anna = person('anna')
const ben = person('ben')

/** Scalekit, as far as waiting is concerned. */
class FakeConnections implements Connections {
  readonly asked: { readonly person: string; readonly at: number }[] = []
  readonly connected = new Set<string>()
  links = 0
  linkLasts = 60 * MINUTE
  failing = false
  /** While set, answers are held back. */
  gate: Promise<void> | undefined

  constructor(private readonly clock: FakeClock) {}

  async state(asked: IdentifiedPerson): Promise<ConnectionState> {
    this.asked.push({ person: asked.id, at: this.clock.now() })
    await this.gate
    if (this.failing) throw new Unavailable('scalekit', 'no answer')
    return this.connected.has(asked.id) ? 'connected' : 'missing'
  }

  async disconnect(): Promise<boolean> {
    return false
  }

  async link(asked: IdentifiedPerson): Promise<ConnectLink> {
    if (this.failing) throw new Unavailable('scalekit', 'no answer')
    this.links += 1
    const number = this.links
    await this.gate
    return { url: `https://connect.example/${asked.id}/${number}`, expiresAt: this.clock.now() + this.linkLasts }
  }

  times(of: string): number[] {
    return this.asked.filter((one) => one.person === of).map((one) => one.at)
  }
}

class Waiter implements ConnectionWaiter {
  readonly links: string[] = []
  over = 0

  constructor(
    readonly since: number,
    readonly until = Number.POSITIVE_INFINITY,
  ) {}

  onLink(link: ConnectLink): void {
    this.links.push(link.url)
  }

  onOver(): void {
    this.over += 1
  }
}

function open() {
  const clock = new FakeClock()
  const connections = new FakeConnections(clock)
  const log = new SilentLog()
  const watch = new ConnectionWatch(connections, clock, log)
  const wait = async (who: IdentifiedPerson, turn = 'turn', until?: number) => {
    const waiter = new Waiter(clock.now(), until)
    watch.wait(who, turn, await watch.link(who), waiter)
    return waiter
  }
  return { clock, connections, log, watch, wait }
}

/** The longest time between two questions, in milliseconds. */
const longestGap = (times: readonly number[]) =>
  Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)))

describe('the pause between two questions', () => {
  it('is at most five seconds for the first ten minutes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 * MINUTE }), (waited) => {
        expect(pollInterval(waited)).toBeLessThanOrEqual(5 * SECOND)
      }),
    )
  })

  it('never shrinks, and never grows beyond five minutes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (waited, more) => {
        expect(pollInterval(waited + more)).toBeGreaterThanOrEqual(pollInterval(waited))
        expect(pollInterval(waited)).toBeLessThanOrEqual(5 * MINUTE)
      }),
    )
  })

  it('has grown after ten minutes, and again after an hour', () => {
    expect(pollInterval(11 * MINUTE)).toBeGreaterThan(5 * SECOND)
    expect(pollInterval(60 * MINUTE)).toBeGreaterThan(pollInterval(11 * MINUTE))
    expect(pollInterval(7 * 24 * 60 * MINUTE)).toBe(5 * MINUTE)
  })
})

describe('waiting for a connection', () => {
  it('asks at most five seconds apart for ten minutes, then more and more seldom, and does not give up', async () => {
    const { clock, connections, wait } = open()
    const start = clock.now()
    await wait(anna)
    await clock.advance(10 * MINUTE)
    const eager = connections.times('anna')
    expect(longestGap([start, ...eager, clock.now()])).toBeLessThanOrEqual(5 * SECOND)
    await clock.advance(24 * 60 * MINUTE)
    const all = connections.times('anna')
    expect(all.length - eager.length).toBeLessThan(24 * 60)
    expect(clock.now() - (all.at(-1) ?? 0)).toBeLessThanOrEqual(5 * MINUTE)
  })

  it('is over once the account is connected: told once, and nothing more is asked', async () => {
    const { clock, connections, wait } = open()
    const waiter = await wait(anna)
    await clock.advance(MINUTE)
    expect(waiter.over).toBe(0)
    connections.connected.add('anna')
    await clock.advance(5 * SECOND)
    expect(waiter.over).toBe(1)
    const asked = connections.asked.length
    await clock.advance(60 * MINUTE)
    expect(connections.asked).toHaveLength(asked)
    expect(waiter.over).toBe(1)
    expect(clock.waiting).toBe(0)
  })

  it('asks once for a person, however many of their turns wait, and tells all of them', async () => {
    const { clock, connections, wait } = open()
    const first = await wait(anna, 'first')
    const second = await wait(anna, 'second')
    await clock.advance(8 * SECOND)
    expect(connections.times('anna')).toHaveLength(2)
    connections.connected.add('anna')
    await clock.advance(5 * SECOND)
    expect([first.over, second.over]).toEqual([1, 1])
  })

  it('keeps people apart', async () => {
    const { clock, connections, wait } = open()
    const annas = await wait(anna)
    const bens = await wait(ben)
    connections.connected.add('ben')
    await clock.advance(5 * SECOND)
    expect([annas.over, bens.over]).toEqual([0, 1])
    await clock.advance(5 * SECOND)
    expect(connections.times('anna').length).toBeGreaterThan(connections.times('ben').length)
  })

  it('is eager again at once when a later turn of the same person waits too', async () => {
    const { clock, connections, wait } = open()
    await wait(anna, 'yesterday')
    await clock.advance(24 * 60 * MINUTE)
    await wait(anna, 'now')
    const start = clock.now()
    const before = connections.asked.length
    await clock.advance(5 * MINUTE)
    expect(longestGap([start, ...connections.times('anna').slice(before), clock.now()])).toBeLessThanOrEqual(5 * SECOND)
  })

  it('replaces a link before it expires, and tells every turn that waits', async () => {
    const { clock, connections, wait } = open()
    connections.linkLasts = 10 * MINUTE
    const first = await wait(anna, 'first')
    const second = await wait(anna, 'second')
    expect(connections.links).toBe(1)
    await clock.advance(8 * MINUTE)
    expect(first.links).toEqual([])
    await clock.advance(2 * MINUTE)
    expect(first.links).toHaveLength(1)
    expect(second.links).toEqual(first.links)
  })

  it('hands out the same link to everybody who waits, as long as it lasts', async () => {
    const { clock, connections, watch, wait } = open()
    await wait(anna)
    const again = await watch.link(anna)
    expect(connections.links).toBe(1)
    await clock.advance(60 * MINUTE)
    expect((await watch.link(anna)).url).not.toBe(again.url)
  })

  it('sends nobody new to a link that a consent came back with, and gives the prompts that stand another in time', async () => {
    const { clock, connections, watch, wait } = open()
    const first = await wait(anna, 'first')
    watch.markLinkSpent('anna')
    await clock.advance(2 * MINUTE)
    // Whoever consented may still be signing in.
    expect(first.links).toEqual([])
    await clock.advance(2 * MINUTE)
    expect(first.links).toEqual([expect.stringMatching(/2$/)])

    watch.markLinkSpent('anna')
    await wait(anna, 'second')
    expect(connections.links).toBe(3)
    expect(first.links.at(-1)).toMatch(/3$/)
    await clock.advance(10 * MINUTE)
    expect(connections.links).toBe(3)
  })

  it('never hands out the link of an identifier that is not the person’s any more, nor one of an access that was ended', async () => {
    const { clock, connections, watch, wait } = open()
    const home = await wait(anna, 'home')
    const relinked = { ...anna, identifier: 'mail:anna' }
    expect((await watch.link(relinked)).url).toMatch(/2$/)
    // Nobody waits under the old one any more.
    connections.connected.add('anna')
    await clock.advance(10 * SECOND)
    expect(home.over).toBe(0)

    connections.connected.delete('anna')
    await wait(relinked, 'turn')
    watch.endFor(relinked)
    expect((await watch.link(relinked)).url).toMatch(/4$/)
    expect(connections.asked.filter(({ at }) => at > clock.now())).toEqual([])
  })

  it('replaces a link that led nowhere, and tries again where that fails', async () => {
    const { clock, connections, watch, wait } = open()
    const waiter = await wait(anna)
    connections.failing = true
    await expect(watch.renew('anna')).rejects.toBeInstanceOf(Unavailable)
    connections.failing = false
    await clock.advance(5 * SECOND)
    expect(waiter.links).toEqual([expect.stringMatching(/2$/)])
  })

  it('asks Scalekit for one link when two turns need one at the same moment', async () => {
    const { connections, watch } = open()
    const links = await Promise.all([watch.link(anna), watch.link(anna)])
    expect(connections.links).toBe(1)
    expect(links[0]).toBe(links[1])
  })

  it('asks for a new link after one could not be had', async () => {
    const { connections, watch } = open()
    connections.failing = true
    await expect(watch.link(anna)).rejects.toBeInstanceOf(Unavailable)
    connections.failing = false
    await expect(watch.link(anna)).resolves.toMatchObject({ url: expect.stringContaining('anna') })
  })

  it('ends in vain for a turn whose time is up, and goes on for the others', async () => {
    const { clock, connections, wait } = open()
    const first = await wait(anna, 'first', clock.now() + MINUTE)
    const second = await wait(anna, 'second', clock.now() + 10 * MINUTE)
    await clock.advance(2 * MINUTE)
    expect([first.over, second.over]).toEqual([1, 0])
    await clock.advance(10 * MINUTE)
    expect([first.over, second.over]).toEqual([1, 1])
    const asked = connections.asked.length
    await clock.advance(60 * MINUTE)
    expect(connections.asked).toHaveLength(asked)
    expect(clock.waiting).toBe(0)
  })

  it('survives that Scalekit does not answer, and says so to the operator', async () => {
    const { clock, connections, log, wait } = open()
    const waiter = await wait(anna)
    connections.failing = true
    await clock.advance(MINUTE)
    expect(waiter.over).toBe(0)
    expect(log.lines.some((line) => line.level === 'warn')).toBe(true)
    connections.failing = false
    connections.connected.add('anna')
    await clock.advance(5 * SECOND)
    expect(waiter.over).toBe(1)
  })

  it('ends for a turn that is forgotten, and altogether with the last of them', async () => {
    const { clock, connections, watch, wait } = open()
    const first = await wait(anna, 'first')
    const second = await wait(anna, 'second')
    watch.forget(anna, 'first')
    connections.connected.add('anna')
    await clock.advance(5 * SECOND)
    expect([first.over, second.over]).toEqual([0, 1])
    connections.connected.delete('anna')
    await wait(anna, 'third')
    watch.forget(anna, 'third')
    watch.forget(anna, 'never waited')
    const asked = connections.asked.length
    await clock.advance(60 * MINUTE)
    expect(connections.asked).toHaveLength(asked)
  })

  it('tells nobody who was forgotten while the question was under way', async () => {
    const { clock, connections, watch, wait } = open()
    const waiter = await wait(anna)
    connections.connected.add('anna')
    let answer = () => {}
    connections.gate = new Promise((resolve) => {
      answer = resolve
    })
    await clock.advance(5 * SECOND)
    watch.forget(anna, 'turn')
    answer()
    await settle()
    expect(waiter.over).toBe(0)
    expect(clock.waiting).toBe(0)
  })

  it('asks at once when told that a person may just have connected, and keeps to one question at a time', async () => {
    const { clock, connections, watch, wait } = open()
    const waiter = await wait(anna)
    connections.connected.add('anna')
    watch.check(anna.id)
    await settle()
    expect(waiter.over).toBe(1)
    connections.connected.delete('anna')
    await wait(anna)
    let answer = () => {}
    connections.gate = new Promise((resolve) => {
      answer = resolve
    })
    await clock.advance(5 * SECOND)
    watch.check(anna.id)
    watch.check('somebody who waits for nothing')
    connections.gate = undefined
    answer()
    await settle()
    expect(clock.waiting).toBe(1)
  })

  it('stops for everybody', async () => {
    const { clock, connections, watch, wait } = open()
    await wait(anna)
    await wait(ben)
    watch.stop()
    await clock.advance(60 * MINUTE)
    expect(connections.asked).toHaveLength(0)
    expect(clock.waiting).toBe(0)
  })
})

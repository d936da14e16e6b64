/** Turns with a real store in memory, and fakes of Slack, Claude and Scalekit: for what needs no wire. */

import { sql } from 'kysely'
import { asHostTool, SENDING_TOOLS } from '../../src/gmail/sending-tools.js'
import { Store } from '../../src/store/store.js'
import type { MailboxLabels, WayBack } from '../../src/turns/change-undo.js'
import { ConnectionWatch } from '../../src/turns/connections/connection-watch.js'
import { Turns } from '../../src/turns/dispatch/conversation-work.js'
import type { Ending } from '../../src/turns/endings.js'
import { FileIntake } from '../../src/turns/files/file-intake.js'
import { LeftoverFiles } from '../../src/turns/files/leftover-files.js'
import type { FileReference, IdentifiedPerson, Person, Turn } from '../../src/turns/model.js'
import type { Mailer } from '../../src/turns/outgoing-mail.js'
import type {
  ConnectionState,
  Connections,
  ConnectLink,
  MailboxAccess,
  MailboxAddresses,
  MailboxGrant,
  ToolCall,
} from '../../src/turns/ports.js'
import { ChangeUndoing } from '../../src/turns/sending/change-undoing.js'
import { type HostTool, HostTools } from '../../src/turns/sending/host-tools.js'
import { Sending } from '../../src/turns/sending/sending.js'
import { Alarms } from '../../src/turns/time/alarms.js'
import { FakeAgent } from './fake-agent.js'
import { FakeClock, settle } from './fake-clock.js'
import { FakeFiles } from './fake-files.js'
import { FakeMailer } from './fake-mailer.js'
import { type FakeReply, FakeSurface } from './fake-surface.js'
import { SilentLog } from './silent-log.js'

export const TEAM = 'T1'
export const ANNA = 'U_ANNA'
/** Anna's direct messages with the bot. */
export const DM = 'D_ANNA'

class FakeScalekit implements Connections, MailboxAccess, MailboxAddresses {
  connected: ConnectionState = 'connected'
  readonly granted: string[] = []
  readonly invalidated: string[] = []
  mailboxAddress: string | null = null
  forgotten = 0
  readonly revoked: string[] = []
  /** What goes wrong next. */
  readonly failures: { readonly state: Error[]; readonly link: Error[]; readonly grant: Error[] } = {
    state: [],
    link: [],
    grant: [],
  }
  asked = 0
  links = 0

  constructor(private readonly clock: FakeClock) {}

  async state(_person: IdentifiedPerson): Promise<ConnectionState> {
    this.asked += 1
    throwNext(this.failures.state)
    return this.connected
  }

  async link(person: IdentifiedPerson): Promise<ConnectLink> {
    throwNext(this.failures.link)
    this.links += 1
    return {
      url: `https://connect.example/${person.identifier}/${this.links}`,
      expiresAt: this.clock.now() + 30 * 60_000,
    }
  }

  async grant(person: IdentifiedPerson): Promise<MailboxGrant> {
    throwNext(this.failures.grant)
    this.granted.push(person.identifier)
    // The real ones come from the two ways to a mailbox; the core only hands them on.
    return { personId: person.id } as MailboxGrant
  }

  async address(_person: IdentifiedPerson): Promise<string | null> {
    return this.mailboxAddress
  }

  forget(_person: IdentifiedPerson): void {
    this.forgotten += 1
  }

  async invalidate(person: IdentifiedPerson): Promise<void> {
    this.invalidated.push(person.identifier)
  }

  async disconnect(): Promise<boolean> {
    const was = this.connected !== 'missing'
    this.connected = 'missing'
    return was
  }

  async revoke(person: Person): Promise<void> {
    this.revoked.push(person.id)
  }
}

function offers(count: number): FileReference[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `F${index}`,
    name: 'offer.pdf',
    mimetype: 'application/pdf',
    size: 1,
  }))
}

function throwNext(failures: Error[]): void {
  const failure = failures.shift()
  if (failure !== undefined) throw failure
}

/** Labels in memory: which calls can be taken back, and what was. */
export class FakeLabels implements MailboxLabels {
  /** By id of the email; what is not here cannot be known. */
  readonly ways = new Map<string, WayBack>()
  readonly looked: ToolCall[] = []
  readonly putBacks: { readonly message: string; readonly isAgain: boolean }[] = []
  /** What comes of the next emails; nothing: they are put back. */
  readonly outcomes: (Error | 'refused' | Promise<boolean>)[] = []
  /** Resolves before the mailbox has answered what there is. */
  beforeLooked: () => Promise<void> = async () => {}

  async waysBack(_person: IdentifiedPerson, calls: readonly ToolCall[]): Promise<(WayBack[] | null)[]> {
    this.looked.push(...calls)
    await this.beforeLooked()
    return calls.map(({ input }) => {
      const way = this.ways.get(String(input.message_id))
      return way === undefined ? null : [way]
    })
  }

  async putBack(_person: IdentifiedPerson, { message }: WayBack, isAgain: boolean): Promise<boolean> {
    this.putBacks.push({ message, isAgain })
    const outcome = this.outcomes.shift()
    if (outcome instanceof Error) throw outcome
    return outcome === 'refused' ? false : ((await outcome) ?? true)
  }
}

export class House {
  readonly agent = new FakeAgent()
  readonly surface = new FakeSurface()
  readonly files = new FakeFiles()
  readonly leftoverFiles: LeftoverFiles
  readonly scalekit: FakeScalekit
  readonly watch: ConnectionWatch
  readonly turns: Turns
  readonly mailer = new FakeMailer()
  readonly sending: Sending
  readonly labels = new FakeLabels()
  readonly undoing: ChangeUndoing
  readonly endings: Ending[] = []
  readonly #stop = new AbortController()
  readonly #work = new Set<Promise<void>>()
  /** Conversations that are worked on in the background. */
  readonly #awake = new Map<string, { again: boolean }>()
  #seconds = 1_795_339_920

  private constructor(
    readonly store: Store,
    readonly clock: FakeClock,
    readonly log: SilentLog,
    tools: readonly HostTool[],
    mailer: Mailer | null,
  ) {
    this.scalekit = new FakeScalekit(clock)
    this.sending = new Sending({
      store,
      agent: this.agent,
      tools: new HostTools([...SENDING_TOOLS.map(asHostTool), ...tools]),
      mailer: mailer ?? this.mailer,
      mailboxes: this.scalekit,
      surface: this.surface,
      wake: (conversationId) => this.wake(conversationId),
      onScheduleChanged: () => {},
      clock,
      log: this.log,
    })
    this.undoing = new ChangeUndoing({ store, labels: this.labels, display: this.surface, clock, log: this.log })
    this.watch = new ConnectionWatch(this.scalekit, clock, this.log)
    this.leftoverFiles = new LeftoverFiles({ store: store.files, uploaded: this.files, clock, log: this.log })
    this.turns = new Turns({
      store,
      agent: this.agent,
      hostCalls: this.sending.hostCalls,
      outbox: this.sending.outbox,
      undoing: this.undoing,
      access: this.scalekit,
      connections: this.scalekit,
      mailboxes: this.scalekit,
      watch: this.watch,
      surface: this.surface,
      files: new FileIntake({ source: this.files, uploaded: this.files, store: store.files, log: this.log }),
      tidyFiles: () => this.leftoverFiles.wake(),
      clock,
      alarms: new Alarms(clock, (conversationId) => this.wake(conversationId)),
      log: this.log,
      identifierOf: (person) => `slack:${person.team}:${person.user}`,
      onDeactivated: async (person) => {
        await this.store.accessEndings.note({ personId: person.id, reason: 'deactivated' })
      },
      wake: (conversationId) => this.wake(conversationId),
      onTurnEnded: (ending) => this.endings.push(ending),
    })
  }

  /**
   * @param tools host-side tools beside those that send
   * @param mailerBy in the place of the one in memory
   */
  static async open(
    tools: readonly HostTool[] = [],
    mailerBy: (clock: FakeClock, log: SilentLog) => Mailer | null = () => null,
  ): Promise<House> {
    const clock = new FakeClock()
    const log = new SilentLog()
    return new House(await Store.open(':memory:', () => clock.now()), clock, log, tools, mailerBy(clock, log))
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the house closes'))
    await Promise.allSettled(this.#work)
    await this.sending.outbox.stop()
    await this.leftoverFiles.stop()
    await this.undoing.stop()
    this.watch.stop()
    await this.store.close()
  }

  /** Anna writes: in a direct message, in its thread, or in a channel. Answers the conversation and the message's `ts`. */
  async say(
    text: string,
    where: {
      readonly channel?: string
      readonly threadTs?: string
      readonly user?: string
      /** How many, or which. */
      readonly files?: number | readonly FileReference[]
      /** Only its mention arrived. */
      readonly isPartial?: boolean
      /** Epoch milliseconds of its writing, where that matters. */
      readonly writtenAt?: number
    } = {},
  ): Promise<{ conversation: string; ts: string }> {
    this.#seconds += 1
    const ts = where.writtenAt === undefined ? `${this.#seconds}.000100` : (where.writtenAt / 1_000).toFixed(6)
    const channel = where.channel ?? DM
    const { conversationId } = await this.store.messages.journal({
      team: TEAM,
      channel,
      ts,
      threadTs: where.threadTs ?? null,
      user: where.user ?? ANNA,
      userTeam: TEAM,
      text,
      mentions: [],
      forwarded: [],
      ...(where.isPartial === true ? { isPartial: true } : {}),
      files: typeof where.files === 'object' ? where.files : offers(where.files ?? 0),
      kind: channel.startsWith('D') ? 'im' : 'shared',
      addressed: true,
    })
    if (conversationId === null) throw new Error('the message was ignored')
    return { conversation: conversationId, ts }
  }

  /** Works on a conversation until there is nothing left that can be done now. */
  async work(conversationId: string): Promise<void> {
    await this.turns.run(conversationId, this.#stop.signal)
  }

  /** Works on it in the background; what goes wrong there is rethrown by `finished`. */
  wake(conversationId: string): void {
    // As the dispatcher does: never two at once, and one that comes meanwhile makes it look once more.
    const running = this.#awake.get(conversationId)
    if (running !== undefined) {
      running.again = true
      return
    }
    const state = { again: false }
    this.#awake.set(conversationId, state)
    const work = this.#workAgain(conversationId, state).finally(() => this.#awake.delete(conversationId))
    work.catch(() => {})
    this.#work.add(work)
  }

  async #workAgain(conversationId: string, state: { again: boolean }): Promise<void> {
    do {
      state.again = false
      await this.work(conversationId)
    } while (state.again)
  }

  /** Lets everything run on that waits for nothing. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round += 1) await settle()
  }

  async finished(): Promise<void> {
    await Promise.all(this.#work)
  }

  /** Moves the clock; everything that becomes due happens. */
  async pass(ms: number): Promise<void> {
    await this.settle()
    await this.clock.advance(ms)
    await this.settle()
  }

  /** Every turn of a conversation, oldest first. */
  async turnsOf(conversationId: string): Promise<(Turn & { ending: string | null })[]> {
    const rows = await this.store.db
      .selectFrom('turn')
      .select(['id', 'ending'])
      .where('conversation_id', '=', conversationId)
      .orderBy(sql`rowid`)
      .execute()
    return await Promise.all(rows.map(async (row) => ({ ...(await this.store.turns.get(row.id)), ending: row.ending })))
  }

  /** The only turn of a conversation. */
  async turnOf(conversationId: string): Promise<Turn & { ending: string | null }> {
    const [turn, ...others] = await this.turnsOf(conversationId)
    if (turn === undefined || others.length > 0) throw new Error(`there are ${others.length + (turn ? 1 : 0)} turns`)
    return turn
  }

  replyOf(turn: { readonly id: string }): FakeReply {
    const reply = this.surface.replies.get(turn.id)
    if (reply === undefined) throw new Error('the turn shows nothing')
    return reply
  }

  async approvalsOf(turn: { readonly id: string }) {
    return await this.store.approvals.ofTurn(turn.id)
  }

  /** Anna presses Approve or Deny for a tool call. */
  async decide(
    turn: { readonly id: string },
    callId: string | undefined,
    decision: 'approved' | 'denied',
  ): Promise<void> {
    const approval = (await this.approvalsOf(turn)).find((one) => one.callId === callId)
    if (approval === undefined) throw new Error('nobody asked for that')
    const mail = await this.store.outgoing.find(approval.id)
    await this.store.approvals.decideAll([{ id: approval.id, shown: mail?.hash ?? null }], decision, TEAM, ANNA)
    this.sending.outbox.wake()
  }
}

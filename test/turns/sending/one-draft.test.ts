import { afterEach, describe, expect, it } from 'vitest'
import { GmailMailer } from '../../../src/gmail/mailer.js'
import type { ToolInput } from '../../../src/gmail/tool-input.js'
import { type MailboxTools, ToolRefused, type WriteOutcome } from '../../../src/gmail/tool-runner.js'
import { gmailToolNamed, type Letter, Mailbox, MailboxError } from '../../../src/sandbox/mailbox/index.js'
import type { MailContent, ResolvedMail } from '../../../src/turns/outgoing-mail.js'
import { Random } from '../../chaos/random.js'
import { settle } from '../fake-clock.js'
import { ANNA, House, TEAM } from '../house.js'

/**
 * Two conversations and changes from outside around one draft, in every order, each seeded: what leaves is what the last card before the press showed,
 * or nothing leaves. The real mailer reads and writes a real mailbox; only the wire is left out. `DRAFT_ATTEMPTS` and `DRAFT_SEED` repeat or widen it.
 */

const ATTEMPTS = Number(process.env.DRAFT_ATTEMPTS ?? 1_000)
const SEED = process.env.DRAFT_SEED ?? String(Date.now())
const OWNER = 'anna@northwind.example'
const UNDO_MS = 10_000
const BY_ANNA = { team: TEAM, user: ANNA }
const FILE = { filename: 'plan.pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF-1.7') }
const RECIPIENTS = ['rosa@vandermeer.example', 'dana@lumen.example', 'eve@elsewhere.example']

/** The mailbox's tools without a wire, each of them as late as the seed says. */
class LateTools implements MailboxTools {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly random: Random,
  ) {}

  async read(_person: unknown, tool: string, input: ToolInput): Promise<unknown> {
    await this.#late()
    try {
      return await this.#run(tool, input)
    } catch (error) {
      if (error instanceof MailboxError) throw new ToolRefused(400, error.message)
      throw error
    }
  }

  async write(_person: unknown, tool: string, input: ToolInput): Promise<WriteOutcome> {
    // Between the last comparison of a draft with attachments and its sending, a change from outside would slip through: that gap is the mailbox's own.
    if (tool !== 'gmail_send_draft') await this.#late()
    try {
      return { outcome: 'done', data: await this.#run(tool, input) }
    } catch (error) {
      if (error instanceof MailboxError) return { outcome: 'refused', why: error.message }
      throw error
    }
  }

  async #run(tool: string, input: ToolInput): Promise<unknown> {
    return JSON.parse(JSON.stringify(await gmailToolNamed(tool)?.run(this.mailbox, input)))
  }

  async #late(): Promise<void> {
    for (let left = this.random.between(0, 3); left > 0; left -= 1) await settle()
  }
}

/** As much of a mail as its reader sees. */
interface Said {
  readonly to: string
  readonly subject: string
  readonly text: string
}

const said = ({ to, subject, body }: MailContent): Said => ({
  to: to.map(({ address }) => address).join(),
  subject,
  text: body.source.trimEnd(),
})

class Attempt {
  readonly #random: Random
  readonly #conversations: (string | undefined)[] = [undefined, undefined]
  /** What stood on the card, or in the window, when its owner pressed Send last: by approval. */
  readonly approved = new Map<string, Said>()
  /** What each card showed before it showed something else. */
  readonly #shownBefore: { readonly id: string; readonly mail: ResolvedMail }[] = []
  readonly done: string[] = []
  #version = 0

  private constructor(
    readonly house: House,
    readonly mailbox: Mailbox,
    readonly draftId: string,
    random: Random,
    private readonly hasFile: boolean,
  ) {
    this.#random = random
  }

  static async begin(seed: string): Promise<Attempt> {
    const random = new Random(seed)
    let mailbox: Mailbox | undefined
    const house = await House.open([], (clock, log) => {
      mailbox = new Mailbox({ address: OWNER, displayName: 'Anna', clock: () => clock.now() })
      const tools = new LateTools(mailbox, random.fork('tools'))
      return new GmailMailer({ tools, address: { address: async () => OWNER }, log, now: () => clock.now() })
    })
    if (mailbox === undefined) throw new Error('there is no mailbox')
    const hasFile = random.chance(0.25)
    const draft = await mailbox.createDraft(letter(0, RECIPIENTS[0] ?? '', hasFile))
    return new Attempt(house, mailbox, draft.id, random.fork('moves'), hasFile)
  }

  async run(): Promise<void> {
    const random = this.#random
    const any = [
      ...['press 0', 'press 1', 'press 0', 'press 1', 'change', 'change', 'window'],
      ...['edit 0', 'edit 1', 'undo 0', 'undo 1', 'stale 0', 'stale 1', 'deny 0', 'trash', 'write 0', 'window'],
    ]
    const some = random.shuffled(any).slice(0, random.between(3, 8))
    const moves = random.shuffled(['change', 'press 0', 'press 1', 'window', ...some])
    for (const begun of [0, 1]) moves.splice(random.between(0, Math.min(3, moves.length)), 0, `propose ${begun}`)
    for (const move of moves) {
      this.done.push(move)
      await this.#move(move)
      this.#look()
      for (let left = random.pick([0, 1, 3, 10, 40]); left > 0; left -= 1) await settle()
    }
    await this.#waitUntilIdle()
  }

  async #move(move: string): Promise<void> {
    const [what, which] = move.split(' ')
    const at = Number(which)
    switch (what) {
      case 'propose': {
        this.house.agent.answers.push((session) =>
          session.ask({ name: 'send_draft', input: { draft_id: this.draftId }, isHosted: true }),
        )
        const { conversation } = await this.house.say(`Send the draft, ${at}`)
        this.#conversations[at] = conversation
        return this.house.wake(conversation)
      }
      case 'change':
        return await this.#change()
      case 'trash':
        return this.#ofDraft((messageId) => void this.mailbox.trash([messageId]))
      case 'window':
        return await this.house.clock.advance(UNDO_MS)
      case 'write': {
        const conversation = this.#conversations[at]
        if (conversation === undefined) return
        const { origin } = await this.house.store.conversations.get(conversation)
        await this.house.say('One more thing', { threadTs: origin.threadTs })
        return this.house.wake(conversation)
      }
    }
    const card = await this.#card(at)
    if (card === undefined) return
    const { id, mail } = card
    switch (what) {
      case 'undo':
        await this.house.sending.presses.undo(id, BY_ANNA)
        return
      case 'deny':
        await this.house.store.approvals.decide(id, 'denied', TEAM, ANNA)
        break
      case 'edit':
        return await this.#edit(card)
      case 'stale': {
        const older = this.#shownBefore.find((one) => one.id === id && one.mail.hash !== mail?.hash)
        if (older === undefined) return
        // Counts for what the card shows now, or for nothing.
        await this.#press(id, older.mail)
        break
      }
      case 'press':
        if (mail !== null) await this.#press(id, mail)
        break
    }
    this.house.wake(this.#conversations[at] ?? '')
    this.house.sending.outbox.wake()
  }

  async #press(id: string, mail: ResolvedMail): Promise<void> {
    const shown = mail.hash.slice(0, 16)
    const { outcome } = await this.house.store.approvals.decideAll([{ id, shown }], 'approved', TEAM, ANNA)
    if (outcome === 'decided') this.approved.set(id, said(mail.content))
  }

  async #edit({ id, mail }: { readonly id: string; readonly mail: ResolvedMail | null }): Promise<void> {
    if (mail === null) return
    const { presses } = this.house.sending
    this.#version += 1
    const text = `Edited, version ${this.#version}`
    const edited = { to: 'rosa@vandermeer.example', cc: '', bcc: '', subject: 'Offer', text }
    if ((await presses.prepareEdit(id, BY_ANNA, edited)) !== 'ready') return
    if ((await presses.approveEdit(id, BY_ANNA, edited, true)) !== 'approved') return
    this.approved.set(id, { to: edited.to, subject: edited.subject, text })
  }

  async #change(): Promise<void> {
    this.#version += 1
    const changed = letter(this.#version, this.#random.pick(RECIPIENTS), this.hasFile)
    try {
      await this.mailbox.updateDraft(this.draftId, changed)
    } catch (error) {
      if (!(error instanceof MailboxError)) throw error
    }
  }

  #ofDraft(act: (messageId: string) => void): void {
    const draft = this.mailbox.drafts().find(({ id }) => id === this.draftId)
    if (draft !== undefined) act(draft.message.id)
  }

  /** What the owner sees of the mail that a conversation asks about. */
  async #card(at: number) {
    const conversation = this.#conversations[at]
    if (conversation === undefined) return undefined
    const views = (await this.house.turnsOf(conversation)).flatMap(
      ({ id }) => this.house.surface.replies.get(id)?.views.at(-1)?.approvals ?? [],
    )
    const view = views.findLast(({ outgoing }) => outgoing !== undefined)
    return view && { id: view.id, mail: view.outgoing?.mail ?? null }
  }

  #look(): void {
    for (const reply of this.house.surface.replies.values())
      for (const { id, outgoing } of reply.views.at(-1)?.approvals ?? [])
        if (outgoing?.mail != null && this.#shownBefore.at(-1)?.mail.hash !== outgoing.mail.hash)
          this.#shownBefore.push({ id, mail: outgoing.mail })
  }

  async #waitUntilIdle(): Promise<void> {
    for (let quiet = 0, rounds = 0; quiet < 3; rounds += 1) {
      if (rounds > 200) throw new Error('it does not come to rest')
      for (let left = 0; left < 12; left += 1) await settle()
      await this.house.clock.advance(UNDO_MS)
      quiet = (await this.house.store.outgoing.unfinished()).length === 0 ? quiet + 1 : 0
    }
  }

  sent(): { readonly id: string; readonly said: Said }[] {
    return this.mailbox
      .messages()
      .filter(({ labels }) => labels.has('SENT'))
      .map(({ id, mail }) => ({
        id,
        said: {
          to: mail.to.map(({ address }) => address).join(),
          subject: mail.subject,
          text: mail.text.trimEnd(),
        },
      }))
  }

  async recorded() {
    return await this.house.store.db
      .selectFrom('outgoing_mail')
      .select(['id', 'state', 'edited', 'message_id'])
      .execute()
  }
}

function letter(version: number, to: string, hasFile: boolean): Letter {
  return { to, subject: 'Offer', body: `Version ${version}`, ...(hasFile ? { attachments: [FILE] } : {}) }
}

let open: Attempt | undefined
afterEach(async () => {
  await open?.house.close()
})

describe('two conversations and a change from outside around one draft', () => {
  it(`in ${ATTEMPTS} orders: what leaves is what the last card before the press showed, or nothing leaves (seed ${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const tally = { sent: 0, nothing: 0, askedAgain: 0, edited: 0 }
    for (let index = 0; index < ATTEMPTS; index += 1) {
      const attempt = await Attempt.begin(`${SEED}/${index}`)
      open = attempt
      await attempt.run()
      const story = `seed ${SEED}/${index}: ${attempt.done.join(', ')}`
      const sent = attempt.sent()
      const records = await attempt.recorded()
      const left = records.filter(({ state }) => state === 'sent')
      // Each mail that left is one that was approved, as it was shown; and none is told to have left that did not.
      expect(new Set(left.map(({ message_id }) => message_id)), story).toEqual(new Set(sent.map(({ id }) => id)))
      expect(left, story).toHaveLength(sent.length)
      for (const { id, message_id } of left)
        expect(sent.find((mail) => mail.id === message_id)?.said, story).toEqual(attempt.approved.get(id))
      // One draft is one mail, however many cards it stood on.
      expect(left.filter(({ edited }) => edited === 0).length, story).toBeLessThanOrEqual(1)
      tally.sent += sent.length
      tally.nothing += sent.length === 0 ? 1 : 0
      tally.edited += left.filter(({ edited }) => edited === 1).length
      tally.askedAgain += attempt.house.log.lines.filter(({ message }) =>
        String(message).includes('asking again'),
      ).length
      await attempt.house.close()
      open = undefined
    }
    console.log(JSON.stringify({ seed: SEED, attempts: ATTEMPTS, ...tally }))
    // It went every way.
    for (const [name, count] of Object.entries(tally)) expect(count, name).toBeGreaterThan(ATTEMPTS / 100)
  })
})

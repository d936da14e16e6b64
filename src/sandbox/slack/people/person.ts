/**
 * Somebody at their Slack client: what they can do and what they see. The page acts through this, and so do tests.
 *
 * One file because it is one list of a person's acts, each a few lines over the workspace.
 */
import { type ShownElement, shownElements, shownText } from '../block-kit/shown.js'
import type { Outcome } from '../delivery/delivery.js'
import type { Events } from '../delivery/events.js'
import type { Interactions, PressPlace } from '../delivery/interactions.js'
import { freshId } from '../wire/identifiers.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { WaitOptions, Watch } from '../wire/watch.js'
import type { AgentSession, Clients, OpenModal, SuggestedPrompts } from '../workspace/clients.js'
import { compose } from '../workspace/composer.js'
import type { OpenStreams } from '../workspace/open-streams.js'
import { sharedMessage } from '../workspace/shared-message.js'
import { mimetypeOf } from '../workspace/uploads.js'
import type { Conversation, Member, Message, Workspace } from '../workspace/workspace.js'
import { type SeenMessage, seenEphemeral, seenMessage } from './seen.js'

export interface PersonParts {
  readonly workspace: Workspace
  readonly clients: Clients
  readonly events: Events
  readonly interactions: Interactions
  readonly streams: OpenStreams
  readonly watch: Watch
  readonly slashCommand: string
  /** For the addresses of files. */
  readonly origin: () => string
}

export interface AttachedFile {
  readonly name: string
  readonly content: string | Buffer
  /** By the name's ending where not given. */
  readonly mimetype?: string
  /** As with files from other organisations: the event names it only, `files.info` has the rest. */
  readonly checkInfo?: boolean
}

export interface PostOptions {
  /** The direct message with the app where not given. */
  readonly channel?: string
  readonly threadTs?: string
  readonly files?: readonly AttachedFile[]
  /** "Also send to channel". */
  readonly broadcast?: boolean
}

/** What to press: by action id, or by the beginning of its label. */
export type Press = { readonly actionId: string; readonly blockId?: string } | { readonly label: string }

/** What a command came to. */
export interface CommandResult {
  readonly acknowledged: boolean
  /** What appeared because of the acknowledgement: the app's words, or Slack's where it failed. */
  readonly reply: SeenMessage | undefined
}

export class Person {
  constructor(
    readonly id: string,
    private readonly parts: PersonParts,
  ) {}

  /** The direct message with the app. */
  get dm(): string {
    return this.parts.workspace.directMessage(this.id).id
  }

  /** Opens the direct message, which tells the app. Returns its id. */
  openDm(): string {
    this.#self()
    this.parts.events.homeOpened(this.id, 'messages')
    return this.dm
  }

  /** Opens the Home tab, which tells the app. */
  openHome(): void {
    this.#self()
    this.parts.events.homeOpened(this.id, 'home')
  }

  /**
   * Writes a message, as typed: `@name` and `<@U…>` mention, `&`, `<` and `>` are escaped on the way.
   * @returns where it stands
   * @throws SlackRefusal `channel_not_found`, `thread_not_found`, `no_text`, `account_inactive`
   */
  post(typed: string, options: PostOptions = {}): { readonly channel: string; readonly ts: string } {
    const { workspace } = this.parts
    const author = this.#self()
    const conversation = this.#conversation(options.channel ?? this.dm)
    if (conversation.archived) throw new SlackRefusal('is_archived')
    const attached = options.files ?? []
    if (typed.trim() === '' && attached.length === 0) throw new SlackRefusal('no_text')
    const { threadTs } = options
    if (threadTs !== undefined) {
      const parent = workspace.message(conversation.id, threadTs)
      if (parent === undefined || parent.threadTs !== undefined) throw new SlackRefusal('thread_not_found')
    }
    const { text, richText } = compose(typed, workspace)
    const files = attached.map(({ name, content, mimetype, checkInfo = false }) =>
      workspace.setFile({
        id: freshId('F'),
        name,
        title: name,
        mimetype: mimetype ?? mimetypeOf(name),
        content: Buffer.from(content),
        user: author.id,
        createdAt: workspace.now(),
        checkInfo,
        channels: [conversation.id],
      }),
    )
    const broadcast = threadTs !== undefined && options.broadcast === true
    const subtype = files.length > 0 ? 'file_share' : broadcast ? 'thread_broadcast' : undefined
    const { channel, ts } = workspace.post({
      channel: conversation.id,
      author: author.id,
      byApp: false,
      text,
      files,
      broadcast,
      clientMessageId: crypto.randomUUID(),
      ...(text !== '' && { richText }),
      ...(threadTs !== undefined && { threadTs }),
      ...(subtype !== undefined && { subtype }),
    })
    return { channel, ts }
  }

  /**
   * Passes a message on that they can see: "Forward message…".
   * @param comment their own words with it, as typed; none where empty
   * @throws SlackRefusal `channel_not_found`, `message_not_found`, `thread_not_found`
   */
  share(
    message: { readonly channel: string; readonly ts: string },
    comment = '',
    to: Pick<PostOptions, 'channel' | 'threadTs'> = {},
  ): { readonly channel: string; readonly ts: string } {
    const { workspace, origin } = this.parts
    const author = this.#self()
    const shared = workspace.message(this.#conversation(message.channel).id, message.ts)
    if (shared === undefined || shared.subtype === 'tombstone') throw new SlackRefusal('message_not_found')
    const conversation = this.#conversation(to.channel ?? this.dm)
    if (to.threadTs !== undefined && workspace.message(conversation.id, to.threadTs) === undefined)
      throw new SlackRefusal('thread_not_found')
    const { text, richText } = compose(comment, workspace)
    const { channel, ts } = workspace.post({
      channel: conversation.id,
      author: author.id,
      byApp: false,
      text,
      attachments: [sharedMessage(workspace, shared, origin())],
      clientMessageId: crypto.randomUUID(),
      ...(text !== '' && { richText }),
      ...(to.threadTs !== undefined && { threadTs: to.threadTs }),
    })
    return { channel, ts }
  }

  /** `/me`, a built-in command of Slack: what they do, in the third person. @throws SlackRefusal `channel_not_found`, `no_text` */
  me(typed: string, channel = this.dm): { readonly channel: string; readonly ts: string } {
    const { workspace } = this.parts
    const author = this.#self()
    if (typed.trim() === '') throw new SlackRefusal('no_text')
    const { text } = compose(typed, workspace)
    return workspace.post({
      channel: this.#conversation(channel).id,
      author: author.id,
      byApp: false,
      text,
      subtype: 'me_message',
    })
  }

  /** @throws SlackRefusal `message_not_found`, `cant_update_message` */
  edit(channel: string, ts: string, typed: string): void {
    const { workspace } = this.parts
    const message = this.#own(channel, ts, 'cant_update_message')
    if (typed.trim() === '') throw new SlackRefusal('no_text')
    const { text, richText } = compose(typed, workspace)
    workspace.change(message, { text, richText, edited: { user: this.id, ts: workspace.nextTs() } })
  }

  /** @throws SlackRefusal `message_not_found`, `cant_delete_message` */
  delete(channel: string, ts: string): void {
    this.parts.workspace.delete(this.#own(channel, ts, 'cant_delete_message'))
  }

  /** Deletes a file that they uploaded. @throws SlackRefusal `file_not_found`, `cant_delete_file` */
  deleteFile(id: string): void {
    const { workspace } = this.parts
    const file = workspace.file(id)
    if (file === undefined) throw new SlackRefusal('file_not_found')
    if (file.user !== this.id) throw new SlackRefusal('cant_delete_file')
    workspace.setFile({ ...file, deleted: true })
  }

  /**
   * Runs a slash command. Resolves when the app acknowledged it or Slack gave up waiting.
   * @param text what follows the command
   */
  async command(
    text: string,
    options: { readonly channel?: string; readonly command?: string } = {},
  ): Promise<CommandResult> {
    const { interactions, clients, workspace, slashCommand } = this.parts
    const self = this.#self()
    const conversation = this.#conversation(options.channel ?? this.dm)
    const before = new Set(clients.ephemerals(this.id).map(({ ts }) => ts))
    const outcome = await interactions.command(self, conversation, options.command ?? slashCommand, text)
    const shown = clients
      .ephemerals(this.id)
      .findLast(({ ts, channel }) => channel === conversation.id && !before.has(ts))
    return { acknowledged: outcome.acknowledged, reply: shown && seenEphemeral(workspace, shown) }
  }

  /**
   * Presses a button or chooses an option. Resolves when the app acknowledged it or Slack gave up waiting.
   * @param value for menus and inputs (several options: one a line); for feedback buttons the button's own
   * @throws SlackRefusal `message_not_found`, `view_not_found`, `element_not_found`, `option_not_found`
   */
  async press(place: PressPlace | SeenMessage, press: Press, value?: string): Promise<Outcome> {
    const self = this.#self()
    if ('actionId' in press && press.blockId !== undefined) {
      return this.parts.interactions.press(self, place, press.blockId, press.actionId, value)
    }
    const element = this.#element(place, press)
    // Two feedback buttons share an action id; which one it was is in the value.
    const chosen = value ?? (element.type === 'feedback_buttons' ? element.value : undefined)
    return this.parts.interactions.press(self, place, element.blockId, element.actionId, chosen)
  }

  /** The modal on top. */
  get modal(): OpenModal | undefined {
    return this.parts.clients.modals(this.id).at(-1)
  }

  /** All open modals, the one on top last. */
  get modals(): readonly OpenModal[] {
    return this.parts.clients.modals(this.id)
  }

  /** Submits the modal on top. @param entered block id → action id → value; several options one a line */
  async submitModal(
    entered: Record<string, Record<string, string>> = {},
    viewId = this.modal?.view.id,
  ): Promise<Outcome> {
    if (viewId === undefined) throw new SlackRefusal('view_not_found')
    return this.parts.interactions.submit(this.#self(), viewId, entered)
  }

  async closeModal(viewId = this.modal?.view.id): Promise<void> {
    if (viewId === undefined) throw new SlackRefusal('view_not_found')
    return this.parts.interactions.close(this.#self(), viewId)
  }

  /** The Home tab as the app last published it: its words and what can be pressed. */
  get home():
    | { readonly viewId: string; readonly shown: string; readonly elements: readonly ShownElement[] }
    | undefined {
    const view = this.parts.clients.home(this.id)
    return view && { viewId: view.id, shown: shownText(view.blocks), elements: shownElements(view.blocks) }
  }

  /** Every conversation that they are in. */
  get conversations(): Conversation[] {
    return this.parts.workspace.conversations.filter(({ members }) => members.has(this.id))
  }

  /** All messages they can see, replies too, oldest first; of one conversation where that is given. */
  messages(channel?: string): SeenMessage[] {
    const { workspace, clients } = this.parts
    return this.conversations
      .filter(({ id }) => channel === undefined || id === channel)
      .flatMap(({ id }) => workspace.messages(id))
      .sort((a, b) => Number(a.ts) - Number(b.ts))
      .map((message) => seenMessage(workspace, clients, message))
  }

  /** A thread as they see it: the parent first, then the replies. */
  thread(channel: string, ts: string): SeenMessage[] {
    return this.messages(channel).filter((message) => message.ts === ts || message.threadTs === ts)
  }

  /** "Only visible to you". */
  ephemerals(channel?: string): SeenMessage[] {
    const { workspace, clients } = this.parts
    return clients
      .ephemerals(this.id)
      .filter((ephemeral) => channel === undefined || ephemeral.channel === channel)
      .map((ephemeral) => seenEphemeral(workspace, ephemeral))
  }

  /** The status line under a thread, e.g. "is thinking…". */
  status(channel: string, threadTs: string): string | undefined {
    return this.parts.clients.status(channel, threadTs)?.text
  }

  prompts(channel = this.dm): SuggestedPrompts[] {
    return this.parts.clients.prompts(channel)
  }

  /** How the app says that its work in a thread stands. */
  session(channel: string, threadTs: string): AgentSession | undefined {
    return this.parts.clients.session(channel, threadTs)
  }

  /** Presses the Stop button that Slack shows while a session is at work. @throws SlackRefusal `channel_not_found`, `session_not_processing` */
  stopSession(channel: string, threadTs: string): void {
    const { workspace, clients, streams, events } = this.parts
    const { id } = this.#conversation(channel)
    if (clients.session(id, threadTs)?.status !== 'processing') throw new SlackRefusal('session_not_processing')
    // What streams there stops at once; how the session stands is the app's to say.
    const stopped = streams.endAll(workspace.replies(id, threadTs))
    for (const message of stopped) workspace.change(message, { streaming: 'completed' })
    events.sessionStopped(this.#self().id, id, threadTs, stopped)
  }

  /** The title that the app gave to a thread. */
  title(channel: string, threadTs: string): string | undefined {
    return this.parts.clients.title(channel, threadTs)
  }

  /** Waits for a message (ephemeral ones count) that they can see and that fits; it may be there already. */
  waitFor(fits: (message: SeenMessage) => boolean, options: WaitOptions = {}): Promise<SeenMessage> {
    const description = options.description ?? `a message that ${this.id} sees`
    return this.parts.watch.until(() => [...this.messages(), ...this.ephemerals()].find(fits), {
      ...options,
      description,
    })
  }

  #self(): Member {
    const member = this.parts.workspace.member(this.id)
    if (member === undefined || member.isBot) throw new SlackRefusal('user_not_found')
    if (member.deleted) throw new SlackRefusal('account_inactive')
    return member
  }

  #conversation(id: string): Conversation {
    const conversation = this.parts.workspace.conversation(id)
    if (conversation === undefined || !conversation.members.has(this.id)) throw new SlackRefusal('channel_not_found')
    return conversation
  }

  #own(channel: string, ts: string, refusal: string): Message {
    this.#self()
    const message = this.parts.workspace.message(this.#conversation(channel).id, ts)
    if (message === undefined || message.subtype === 'tombstone') throw new SlackRefusal('message_not_found')
    if (message.author !== this.id) throw new SlackRefusal(refusal)
    return message
  }

  #element(place: PressPlace | SeenMessage, press: Press): ShownElement {
    const element = this.#elements(place).find((candidate) => {
      if ('label' in press) return candidate.label.startsWith(press.label)
      return candidate.actionId === press.actionId
    })
    if (element === undefined) throw new SlackRefusal('element_not_found')
    return element
  }

  #elements(place: PressPlace | SeenMessage): readonly ShownElement[] {
    if ('viewId' in place) {
      const open = this.modals.find(({ view }) => view.id === place.viewId)
      if (open !== undefined) return shownElements(open.view.blocks)
      return this.home?.viewId === place.viewId ? this.home.elements : []
    }
    const seen = [...this.messages(place.channel), ...this.ephemerals(place.channel)]
    return seen.find(({ ts }) => ts === place.ts)?.elements ?? []
  }
}

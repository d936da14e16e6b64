/** What starts a local Slack, and what a test or the demo can do with one. */
import type { World } from '../world.js'
import type { Deliveries, DeliveryTiming } from './delivery/delivery.js'
import type { MentionOrder } from './delivery/events.js'
import type { SocketMode } from './delivery/socket-mode.js'
import type { Person } from './people/person.js'
import type { SignInClient } from './sign-in/sign-ins.js'
import type { Faults } from './wire/faults.js'
import type { RateLimits } from './wire/rate-limits.js'
import type { WaitOptions } from './wire/watch.js'
import type { WireLog } from './wire/wire-log.js'
import type { Conversation, ConversationKind, Member } from './workspace/workspace.js'

export interface SlackOptions {
  readonly world: World
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** With its slash. */
  readonly slashCommand?: string
  readonly tokens?: { readonly bot?: string; readonly app?: string; readonly signingSecret?: string }
  /** The app's credentials for Sign in with Slack. */
  readonly oauth?: SignInClient
  /** Where Sign in with Slack may lead back to. Anywhere, if not given. */
  readonly redirectUrls?: readonly string[]
  /** Scopes of the bot token. All that any method needs, if not given. */
  readonly scopes?: readonly string[]
  /** Event subscriptions, named as in a manifest. */
  readonly botEvents?: readonly string[]
  /** Whether the workspace has sessions of agents (`agents.sessions.*`), which not all have. It has, if not given. */
  readonly agentSessions?: boolean
  /** Deliver by signed HTTP requests to this address instead of Socket Mode. A function is asked each time. */
  readonly requestUrl?: string | (() => string)
  readonly timing?: Partial<DeliveryTiming>
  readonly mentionOrder?: MentionOrder
  readonly rateLimits?: RateLimits
  /** Who answers in the app's name, told at the top of the page. */
  readonly answeredBy?: string
  /** What the first person's mailbox was read from, told in the page's sidebar. */
  readonly mailboxNote?: string
  /** Folder with the built page, served at `/`. */
  readonly staticDir?: string
  /** Milliseconds since the epoch. Decides timestamps, rate limits and everything that expires. */
  readonly now?: () => number
}

/** A person as tests describe them; what is missing is made up. */
export type NewPerson = Pick<Member, 'id'> & Partial<Omit<Member, 'id' | 'isBot'>>

export interface NewChannel {
  readonly id: string
  readonly name: string
  /** `group` is a private channel, `mpim` a group message. A public channel if not given. */
  readonly kind?: Exclude<ConversationKind, 'im'>
  readonly topic?: string
  /** User ids of people. */
  readonly members: readonly string[]
  /** Whether the bot is in it. It is, if not given. */
  readonly bot?: boolean
  /** Shared with another organisation. */
  readonly external?: boolean
}

export interface SlackSandbox {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** What `SLACK_API_URL` takes. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly oauth: SignInClient
  /** Somebody at their client, to act and to look. @throws Error where nobody has this id */
  person(id: string): Person
  /** Adds somebody while it runs. */
  addPerson(person: NewPerson): Person
  /** Deactivates somebody (`deleted`), makes them a guest (`restricted`), a `stranger`, or `unknown` to `users.info`. */
  changePerson(id: string, changes: Partial<Omit<Member, 'id'>>): void
  addChannel(channel: NewChannel): Conversation
  /** Takes somebody, the bot for instance, out of a conversation. */
  removeMember(channel: string, user: string): void
  addMember(channel: string, user: string): void
  /** From now on nothing can be written there; it can be read. */
  archive(channel: string): void
  /** The app is told; the old id is not known any more. */
  changeChannelId(previous: string, id: string): void
  /** From now on the token is answered with `token_revoked`. */
  revokeToken(which: 'bot' | 'app'): void
  readonly faults: Faults
  /** Socket Mode's side of things: drop, ask to reconnect, refuse, send raw frames. @throws Error with HTTP delivery */
  readonly socketMode: SocketMode
  readonly deliveries: Deliveries
  /** May be changed while it runs: an app may be given all the time it needs until a test is about what it does not acknowledge. */
  readonly timing: Pick<DeliveryTiming, 'acknowledgeWithinMs'>
  readonly wire: WireLog
  /** Makes the check that Slack makes when a request URL is configured. @throws Error where the app fails it */
  verifyRequestUrl(): Promise<void>
  /** Sends any event to the app in a proper envelope; returns its `event_id`. */
  sendEvent(event: { type: string; channel?: string }): string
  /** Resolves once `check` gives something, looked at again after every change. @throws Error that prints {@link report} */
  waitFor<T>(check: () => T | undefined | false, options?: WaitOptions): Promise<T>
  /** What it holds, as JSON. Not: the wire, what it has still to deliver, sign-ins, triggers and uploads under way. */
  save(): string
  /** Before the app is connected. */
  restore(saved: string): void
  /** Everything that is to be seen, as text. */
  report(): string
  close(): Promise<void>
}

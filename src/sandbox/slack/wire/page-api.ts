/**
 * What the page and the sandbox's Slack say to each other: Slack's *client* side (what a person sees and does), which the
 * vendor's Web API does not cover. Types only; both sides import them.
 *
 *   GET  /page/snapshot?viewer=U…     → Snapshot: everything that person may see (without `viewer`: the first person)
 *   GET  /page/live?viewer=U…         → text/event-stream of LiveEvent (one JSON per `data:`), from now on
 *   POST /page/act                    body Act → ActResult, 200 even when Slack refuses, as with Slack's own API
 *   GET  /                            → the page (static files built by vite)
 */

/** A message as a client shows it. `blocks` are Block Kit as the app sent them, already validated. */
export interface PageMessage {
  channel: string
  ts: string
  threadTs?: string
  /** Slack user id of the author; the bot's own user id for app messages; `USLACKBOT` where Slack itself speaks. */
  user: string
  text: string
  blocks?: unknown[]
  /** Set on thread parents. */
  replyCount?: number
  latestReplyTs?: string
  /** Client shows "(edited)": only for edits made through `text` alone. */
  edited?: boolean
  /** "Only visible to you": seen by one viewer, gone on reload, as in Slack. */
  ephemeral?: boolean
  /** `assistant.threads.setStatus` text under the composer ("is thinking…"), on thread parents. */
  status?: string
  files?: { id: string; name: string; mimetype: string; size: number }[]
  reactions?: { name: string; users: string[] }[]
  /** The reply was also sent to the channel. */
  broadcast?: boolean
}

export interface PageChannel {
  id: string
  kind: 'channel' | 'im'
  /** Channel name without `#`, or for an im the bot's name. */
  name: string
  topic?: string
  members: string[]
  /** A private channel or a group message (`kind` is then `channel`). */
  isPrivate?: boolean
}

export interface PagePerson {
  id: string
  name: string
  realName: string
  title: string
  color: string
  tz: string
  isBot: boolean
}

/** One Web API call of the app, or one delivery to it, for the side panel. */
export interface WireEntry {
  id: number
  /** Milliseconds since the epoch. */
  at: number
  direction: 'call' | 'delivery'
  /** Web API method (`chat.update`) or envelope type (`events_api: message`, `slash_commands`, `interactive: block_actions`). */
  method: string
  /** HTTP status and `ok`/error code of a call; `acknowledged`/`pending` for a delivery. */
  outcome: string
  durationMs?: number
  /** Calls of this method left in the current minute, after this one, and the limit. */
  budget?: { remaining: number; limit: number }
  /** Request as JSON, tokens removed, long strings shortened. */
  request?: unknown
  response?: unknown
}

/** The App Home tab that `views.publish` last published for this viewer. */
export interface PageHome {
  /** What a press in it names as its `view`. */
  id?: string
  blocks: unknown[]
}

/** An open modal. */
export interface PageModal {
  id: string
  title: string
  submit?: string
  close?: string
  blocks: unknown[]
  /** Problems under inputs after a refused submission, by block id. */
  errors?: Record<string, string>
}

/** What the app suggests to ask, in a conversation or in one thread of it. */
export interface PagePrompts {
  channel: string
  threadTs?: string
  title?: string
  prompts: { title: string; message: string }[]
}

/** What the app says of its work in a thread, beside messages. */
export interface PageThread {
  channel: string
  threadTs: string
  title?: string
  /** `active`, `processing`, `suspended` or `closed`; absent where the app does not say. */
  status?: string
  /** Whether the app hears when somebody presses Stop: only then is there a button. */
  canStop?: boolean
}

export interface Snapshot {
  team: { id: string; name: string }
  viewer: PagePerson
  people: PagePerson[]
  bot: PagePerson
  slashCommand: string
  /** Who answers in the app's name, for the top of the page. */
  answeredBy?: string
  /** What the first person's mailbox was read from, for the sidebar. */
  mailboxNote?: string
  channels: PageChannel[]
  /** All messages the viewer may see, ascending by ts: top-level ones and thread replies. */
  messages: PageMessage[]
  home?: PageHome
  /** Open modals, the one on top last. */
  modals?: PageModal[]
  prompts?: PagePrompts[]
  threads?: PageThread[]
  /** Ephemeral messages that this viewer has not lost by a reload yet. A page that wants Slack's behaviour leaves them out. */
  ephemerals?: PageMessage[]
  /** Whether a Socket Mode connection of the app is up. */
  appConnected: boolean
  wire: WireEntry[]
}

export type LiveEvent =
  | { type: 'message'; message: PageMessage }
  | { type: 'message_changed'; message: PageMessage }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'ephemeral'; message: PageMessage }
  /** An ephemeral was removed through its `response_url`. A replaced one comes as `ephemeral` with the same `ts`. */
  | { type: 'ephemeral_deleted'; channel: string; ts: string }
  | { type: 'wire'; entry: WireEntry }
  | { type: 'home'; home: PageHome }
  | { type: 'modal'; view: PageModal }
  | { type: 'modal_closed'; id: string }
  | { type: 'app_connected'; connected: boolean }
  | { type: 'prompts'; prompts: PagePrompts }
  | { type: 'thread'; thread: PageThread }
  | { type: 'typing'; channel: string; threadTs?: string; user: string; status: string }

/** A file that somebody attaches to what they write. */
export interface PageUpload {
  name: string
  /** Base64. */
  content: string
}

export type Act =
  | { type: 'post'; viewer: string; channel: string; text: string; threadTs?: string; files?: PageUpload[] }
  | { type: 'edit'; viewer: string; channel: string; ts: string; text: string }
  | { type: 'delete'; viewer: string; channel: string; ts: string }
  /** `text` without the command itself. */
  | { type: 'command'; viewer: string; channel: string; command: string; text: string }
  /** A press of any interactive element. `value` for selects and inputs (several options: one a line). */
  | {
      type: 'press'
      viewer: string
      channel: string
      ts: string
      blockId: string
      actionId: string
      value?: string
      /** Set instead of `channel` and `ts` (then empty) where the press is in a modal or the Home tab. */
      view?: string
    }
  | { type: 'home_opened'; viewer: string }
  /** The viewer opened the direct message with the app (its Messages tab). */
  | { type: 'dm_opened'; viewer: string }
  /** The Stop button that Slack shows while an agent's session is `processing`. */
  | { type: 'stop_session'; viewer: string; channel: string; threadTs: string }
  | { type: 'submit_modal'; viewer: string; id: string; values: Record<string, Record<string, string>> }
  | { type: 'close_modal'; viewer: string; id: string }

export type ActResult = { ok: true; ts?: string } | { ok: false; error: string; blockId?: string }

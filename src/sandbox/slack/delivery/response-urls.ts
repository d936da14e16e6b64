/** `response_url`s: an app may answer a command or a press through one five times within thirty minutes, without a token. */
import { randomBytes } from 'node:crypto'
import { refill } from '../../wire/saved.js'
import { acceptMessageBlocks, type StoredBlock } from '../block-kit/blocks.js'
import { asString, isObject, type Json, type JsonObject } from '../wire/json.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { Clients, Ephemeral } from '../workspace/clients.js'
import type { Message, Workspace } from '../workspace/workspace.js'

const USES = 5
const LIFETIME_MS = 30 * 60_000

interface Issued {
  readonly user: string
  readonly channel: string
  /** The message in which the press happened. */
  readonly messageTs?: string
  readonly at: number
  uses: number
}

export class ResponseUrls {
  readonly #issued = new Map<string, Issued>()

  constructor(
    private readonly workspace: Workspace,
    private readonly clients: Clients,
    private readonly now: () => number,
  ) {}

  save() {
    return { issued: this.#issued }
  }

  restore(saved: ReturnType<ResponseUrls['save']>): void {
    refill(this.#issued, saved.issued)
  }

  /** The path of a fresh address. `messageTs` is what `replace_original` and `delete_original` mean. */
  issue(user: string, channel: string, messageTs?: string): string {
    const path = `/actions/${this.workspace.team.id}/${randomBytes(6).toString('hex')}/${randomBytes(12).toString('hex')}`
    this.#issued.set(path, { user, channel, at: this.now(), uses: 0, ...(messageTs !== undefined && { messageTs }) })
    return path
  }

  /**
   * Does what the app asked for.
   * @throws SlackRefusal `used_url`, `expired_url`, or what is wrong with the content
   */
  use(path: string, payload: Json | undefined): void {
    const issued = this.#issued.get(path)
    if (issued === undefined) throw new SlackRefusal('no_such_url')
    if (this.now() - issued.at > LIFETIME_MS) throw new SlackRefusal('expired_url')
    if (issued.uses >= USES) throw new SlackRefusal('used_url')
    if (!isObject(payload)) throw new SlackRefusal('invalid_payload')
    issued.uses++
    if (payload.delete_original === true) {
      this.#deleteOriginal(issued)
      return
    }
    const content = contentOf(payload)
    if (payload.replace_original === true && issued.messageTs !== undefined) {
      this.#replaceOriginal(issued.channel, issued.messageTs, content)
      return
    }
    const threadTs = asString(payload.thread_ts)
    respond(this.workspace, this.clients, {
      ...content,
      user: issued.user,
      channel: issued.channel,
      inChannel: payload.response_type === 'in_channel',
      ...(threadTs !== undefined && { threadTs }),
    })
  }

  #deleteOriginal({ channel, messageTs = '' }: Issued): void {
    const ephemeral = this.clients.ephemeral(channel, messageTs)
    if (ephemeral !== undefined) this.clients.deleteEphemeral(ephemeral)
    else this.workspace.delete(this.#message(channel, messageTs))
  }

  #replaceOriginal(channel: string, ts: string, { text, blocks }: ResponseContent): void {
    const ephemeral = this.clients.ephemeral(channel, ts)
    if (ephemeral !== undefined) this.clients.showEphemeral({ ...ephemeral, text, blocks })
    else this.workspace.change(this.#message(channel, ts), { text, blocks })
  }

  #message(channel: string, ts: string): Message {
    const message = this.workspace.message(channel, ts)
    if (message === undefined) throw new SlackRefusal('message_not_found')
    return message
  }
}

export interface ResponseContent {
  readonly text: string
  readonly blocks?: readonly StoredBlock[]
}

/**
 * Reads text and blocks of a response or an acknowledgement.
 * @throws SlackRefusal `invalid_payload` for `markdown_text`, `no_text`, or what is wrong with the blocks
 */
export function contentOf(payload: JsonObject): ResponseContent {
  if (payload.markdown_text !== undefined) throw new SlackRefusal('invalid_payload')
  const text = asString(payload.text) ?? ''
  const blocks =
    payload.blocks === undefined || payload.blocks === null ? undefined : acceptMessageBlocks(payload.blocks)
  if (text === '' && (blocks === undefined || blocks.length === 0)) throw new SlackRefusal('no_text')
  return { text, ...(blocks !== undefined && blocks.length > 0 && { blocks }) }
}

/** Shows what an app answered to one person, or to everybody where it asked for `in_channel`. */
export function respond(
  workspace: Workspace,
  clients: Clients,
  response: ResponseContent & Pick<Ephemeral, 'user' | 'channel' | 'threadTs'> & { readonly inChannel: boolean },
): void {
  const { inChannel, user, ...content } = response
  if (inChannel) {
    workspace.post({ ...content, author: workspace.bot.userId, byApp: true })
  } else {
    clients.showEphemeral({ ...content, user, ts: workspace.nextTs(), bySlack: false })
  }
}

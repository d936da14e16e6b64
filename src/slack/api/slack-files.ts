/**
 * Files in Slack: what one is now, and its content. The bot's token goes to Slack's own hosts and to no other, wherever an address or a redirect leads.
 */

import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Log } from '../../log.js'
import type { FileProblem, FileSource, FoundFile } from '../../turns/files/attached-file.js'
import type { FileReference } from '../../turns/model.js'
import { Unavailable } from '../../turns/ports.js'
import { readRetryAfter } from '../../turns/time/retry-pause.js'
import { NO_SUCH_FILE, TOKEN_REFUSED } from './refusals.js'
import { isSecurelyOn, plainUrl, SLACK_DOMAINS } from './slack-hosts.js'
import { SlackRefused, slackCall } from './web.js'

export interface SlackFilesOptions {
  readonly web: WebClient
  readonly botToken: string
  readonly apiUrl: string
  readonly log: Log
  /** How long one download may take, in milliseconds. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 60_000
/** From one host of Slack's to another. */
const MOST_REDIRECTS = 3
/** Where Slack keeps files (docs.slack.dev/reference/objects/file-object). */
const FILE_DOMAINS = [...SLACK_DOMAINS, 'slack-edge.com']

/** `mode` says what there is of it: `tombstone` was deleted, `hidden_by_limit` is beyond what a free plan shows, `external` is only a link. */
const FILE = z.looseObject({
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
  mode: z.string().nullish(),
  is_external: z.boolean().nullish(),
  url_private: z.string().nullish(),
})

export class SlackFiles implements FileSource {
  constructor(private readonly options: SlackFilesOptions) {}

  async find({ id }: FileReference): Promise<FoundFile | FileProblem> {
    try {
      // Also where the message described it: what another organisation shared comes as an id alone, and any may be gone by now.
      const answer = await slackCall(() => this.options.web.files.info({ file: id }))
      const { name, title, mimetype, size, mode, is_external, url_private: url } = FILE.parse(answer.file ?? {})
      if (mode === 'tombstone') return 'deleted'
      if (is_external === true || mode === 'external') return 'elsewhere'
      if (!url || mode === 'hidden_by_limit') return 'unreadable'
      return { id, name: name || title || 'file', mimetype: mimetype ?? '', size: size ?? 0, url }
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      if (NO_SUCH_FILE.has(error.code)) return 'deleted'
      this.options.log.warn({ file: id, code: error.code }, 'slack file not readable (it needs the scope files:read)')
      return TOKEN_REFUSED.has(error.code) ? 'no_scope' : 'unreadable'
    }
  }

  async download(file: FoundFile, most: number, signal: AbortSignal): Promise<Uint8Array | FileProblem> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS)])
    try {
      const response = await this.#get(file.url, limit)
      if (typeof response === 'string') return response
      const problem = problemOf(response, file)
      if (problem === null) return await readUpTo(response, most)
      await response.body?.cancel()
      if (problem === 'no_scope')
        this.options.log.warn(
          { file: file.id, code: 'login_page' },
          'slack file not readable (it needs the scope files:read)',
        )
      return problem
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Unavailable) throw error
      throw new Unavailable('slack', 'a file could not be downloaded', undefined, { cause: error })
    }
  }

  /** @returns the last answer; `unreadable`: it leads away from Slack */
  async #get(address: string, signal: AbortSignal): Promise<Response | 'unreadable'> {
    let url = address
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      if (!isSlacks(url, this.options.apiUrl)) {
        this.options.log.warn({ host: hostOf(url) }, 'slack file not fetched: it is not on a host of slack')
        return 'unreadable'
      }
      // Compressed, its length would say nothing of the file's.
      const headers = { Authorization: `Bearer ${this.options.botToken}`, 'Accept-Encoding': 'identity' }
      const response = await fetch(url, { headers, redirect: 'manual', signal })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) return response
      await response.body?.cancel()
      url = new URL(location, url).href
    }
    return 'unreadable'
  }
}

/** Over https on a host of Slack's, or where this bot's Slack API is. */
export function isSlacks(address: string, apiUrl: string): boolean {
  const url = plainUrl(address)
  return url !== null && (url.origin === new URL(apiUrl).origin || isSecurelyOn(url, FILE_DOMAINS))
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : ''
}

/** Null: this is the file. @throws Unavailable */
function problemOf(response: Response, { mimetype, size }: FoundFile): FileProblem | null {
  const { status, headers } = response
  if (status === 404 || status === 410) return 'deleted'
  if (status === 408 || status === 429 || status >= 500) {
    throw new Unavailable('slack', `a file: HTTP ${status}`, readRetryAfter(headers.get('retry-after'), Date.now()))
  }
  if (!response.ok) return 'unreadable'
  // Without the scope, Slack answers 200 with its sign-in page. A page that somebody shared is as long as Slack said.
  const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '')
  const isOwnPage = mimetype.startsWith('text/html') && headers.get('content-length') === String(size)
  return isPage && !isOwnPage ? 'no_scope' : null
}

/** Whatever the answer says of its length, no more than this is read. */
async function readUpTo({ body }: Response, most: number): Promise<Uint8Array | 'too_large'> {
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the rest.
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > most) return 'too_large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

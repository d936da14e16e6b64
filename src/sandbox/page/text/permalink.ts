/** Slack's own links to messages, which its clients open in themselves and never in a browser. */

export interface MessageAddress {
  readonly channel: string
  readonly ts: string
  /** Of the thread that the message stands in. */
  readonly threadTs: string | undefined
}

const PATH = /^\/archives\/([A-Z0-9]+)\/p(\d+)(\d{6})$/

/** Null for every other link. */
export function readPermalink(href: string): MessageAddress | null {
  const url = URL.parse(href)
  const [, channel, seconds, fraction] = (url?.hostname.endsWith('.slack.com') && PATH.exec(url.pathname)) || []
  if (channel === undefined || seconds === undefined || fraction === undefined) return null
  return { channel, ts: `${seconds}.${fraction}`, threadTs: url?.searchParams.get('thread_ts') ?? undefined }
}

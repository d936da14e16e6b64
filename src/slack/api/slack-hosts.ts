/** Addresses that payloads name: only what is Slack's is called. */

/** Slack's own domains; the second is the one for governments. */
export const SLACK_DOMAINS: readonly string[] = ['slack.com', 'slack-gov.com']

/** Whether an address is one without credentials in it; what is no address at all is none. */
export function plainUrl(address: string): URL | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  return url.username === '' && url.password === '' ? url : null
}

/** Over https, on one of these domains or below it. */
export function isSecurelyOn({ protocol, hostname }: URL, domains: readonly string[]): boolean {
  return protocol === 'https:' && domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
}

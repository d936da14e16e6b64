/** Slack timestamps are decimal strings, `seconds.microseconds`; as numbers they would lose their last digits. */
export function byTs(a: { readonly ts: string }, b: { readonly ts: string }): number {
  const [aSeconds = '', aFraction = ''] = a.ts.split('.')
  const [bSeconds = '', bFraction = ''] = b.ts.split('.')
  return Number(aSeconds) - Number(bSeconds) || aFraction.padEnd(6, '0').localeCompare(bFraction.padEnd(6, '0'))
}

/** Slack's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5_000
/** Slack gives up repeating a delivery long before; a timestamp that is further off tells nothing about time. */
const LATEST_DELIVERY_MS = 2 * 60 * 60_000

/** Whether a message that came after a moment (epoch milliseconds) had been written before it: Slack repeats what it could not deliver. */
export function isDeliveredLate(ts: string, receivedAt: number, moment: number): boolean {
  const writtenAt = Number(ts) * 1_000
  return writtenAt < moment - CLOCK_SKEW_MS && receivedAt - writtenAt < LATEST_DELIVERY_MS
}

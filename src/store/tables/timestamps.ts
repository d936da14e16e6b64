/** Slack timestamps are decimal strings, `seconds.microseconds`; as numbers they would lose their last digits. */
export function byTs(a: { readonly ts: string }, b: { readonly ts: string }): number {
  const [aSeconds = '', aFraction = ''] = a.ts.split('.')
  const [bSeconds = '', bFraction = ''] = b.ts.split('.')
  return Number(aSeconds) - Number(bSeconds) || aFraction.padEnd(6, '0').localeCompare(bFraction.padEnd(6, '0'))
}

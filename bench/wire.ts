/** What the sandbox's wire log says of a call. */

/** The channel that a call of the Web API is about. */
export function channelOf(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('channel' in request)) return undefined
  return typeof request.channel === 'string' ? request.channel : undefined
}

import type { ErrorResponse, ErrorType } from '@anthropic-ai/sdk/resources/shared'

const TYPE_BY_STATUS: ReadonlyMap<number, ErrorType> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

/** What a request is refused with. The router turns it into the API's error envelope; anything else thrown becomes a 500. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  /**
   * @param errorCode goes into `error.details.error_code`, from which the SDK picks a class of its own
   * @param headers sent with the answer, such as `retry-after` (seconds)
   */
  constructor(
    readonly status: number,
    message: string,
    readonly errorCode?: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }

  get type(): ErrorType {
    return TYPE_BY_STATUS.get(this.status) ?? (this.status >= 500 ? 'api_error' : 'invalid_request_error')
  }

  envelope(requestId: string): ErrorResponse {
    const error = { type: this.type, message: this.message }
    const details = this.errorCode === undefined ? {} : { details: { error_code: this.errorCode } }
    // The SDK's type is a union over `type`, which a value computed from the status cannot satisfy member by member.
    return { type: 'error', error: { ...error, ...details } as ErrorResponse['error'], request_id: requestId }
  }
}

export const badRequest = (message: string, errorCode?: string): ApiError => new ApiError(400, message, errorCode)
export const notFound = (what: string, id: string): ApiError => new ApiError(404, `${what} \`${id}\` not found`)
export const conflict = (message: string): ApiError => new ApiError(409, message)

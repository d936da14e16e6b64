/** What Scalekit refuses, once for both of its protocols: a gRPC status, and the HTTP status and body that stand for it. */
import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js'

export type ErrorKind =
  | 'INVALID_ARGUMENT'
  | 'FAILED_PRECONDITION'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'INTERNAL'
  | 'UNIMPLEMENTED'
  | 'UNAVAILABLE'

const STATUS: Readonly<Record<ErrorKind, { code: Code; http: number }>> = {
  INVALID_ARGUMENT: { code: Code.InvalidArgument, http: 400 },
  FAILED_PRECONDITION: { code: Code.FailedPrecondition, http: 400 },
  UNAUTHENTICATED: { code: Code.Unauthenticated, http: 401 },
  PERMISSION_DENIED: { code: Code.PermissionDenied, http: 403 },
  NOT_FOUND: { code: Code.NotFound, http: 404 },
  ALREADY_EXISTS: { code: Code.AlreadyExists, http: 409 },
  RESOURCE_EXHAUSTED: { code: Code.ResourceExhausted, http: 429 },
  INTERNAL: { code: Code.Internal, http: 500 },
  UNIMPLEMENTED: { code: Code.Unimplemented, http: 501 },
  UNAVAILABLE: { code: Code.Unavailable, http: 503 },
}

/** The JSON body of a REST error, as Scalekit's gateway writes it. */
export interface ErrorBody {
  code: number
  message: string
  details: { '@type': string; error_code: string }[]
}

export class ScalekitError extends Error {
  override name = 'ScalekitError'
  readonly kind: ErrorKind
  /** Scalekit's own word for the case; the kind where it has none. */
  readonly errorCode: string

  constructor(kind: ErrorKind, message: string, errorCode: string = kind) {
    super(message)
    this.kind = kind
    this.errorCode = errorCode
  }

  get httpStatus(): number {
    return STATUS[this.kind].http
  }

  body(): ErrorBody {
    const info = { '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo', error_code: this.errorCode }
    return { code: STATUS[this.kind].code, message: this.message, details: [info] }
  }

  toConnectError(): ConnectError {
    const info = create(ErrorInfoSchema, { errorCode: this.errorCode })
    return new ConnectError(this.message, STATUS[this.kind].code, undefined, [{ desc: ErrorInfoSchema, value: info }])
  }
}

/** The error that an HTTP status stands for; for faults that a test asks for. */
export function errorOfStatus(status: number): ScalekitError {
  const kinds: ErrorKind[] = Object.keys(STATUS).filter((kind): kind is ErrorKind => kind in STATUS)
  const kind = kinds.find((candidate) => STATUS[candidate].http === status) ?? 'INTERNAL'
  return new ScalekitError(kind, `The sandbox was told to fail this request with ${status}.`)
}

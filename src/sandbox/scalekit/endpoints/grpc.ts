/** `ConnectedAccountService` and `ToolService.ExecuteTool` over gRPC, as `actions.*` of the Node SDK calls them. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { create, type MessageInitShape, toJson } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import {
  ConnectError,
  type ConnectRouter,
  createContextKey,
  createContextValues,
  type Interceptor,
} from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import {
  type AuthorizationDetails,
  ConnectedAccountForListSchema,
  ConnectedAccountSchema,
  ConnectedAccountService,
  ConnectorStatus,
  ConnectorType,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb.js'
import { ToolService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tools/tools_pb.js'
import type { MailboxParts } from '../resources/account-mailbox.js'
import type { AccountReference, AccountStatus, ConnectedAccount, ConnectedAccounts } from '../resources/accounts.js'
import type { AuthorizationLinks } from '../resources/authorization-links.js'
import type { ClientCredentials } from '../resources/client-credentials.js'
import { errorOfStatus, ScalekitError } from '../wire/scalekit-error.js'
import { isEndpoint, passed, refusalOf, type Traffic } from '../wire/traffic.js'
import { linkUrlOf } from './rest.js'
import { executeTool, toolNamedIn } from './tool-execution.js'

export interface GrpcParts extends MailboxParts {
  readonly baseUrl: string
  readonly links: AuthorizationLinks
  readonly credentials: ClientCredentials
  readonly traffic: Traffic
}

const STATUS: Readonly<Record<AccountStatus, ConnectorStatus>> = {
  ACTIVE: ConnectorStatus.ACTIVE,
  EXPIRED: ConnectorStatus.EXPIRED,
  PENDING_AUTH: ConnectorStatus.PENDING_AUTH,
  PENDING_VERIFICATION: ConnectorStatus.PENDING_VERIFICATION,
  DISCONNECTED: ConnectorStatus.DISCONNECTED,
}

const dropConnection = createContextKey<() => void>(() => {}, { description: 'cuts the connection of this call' })

export function grpcListener(parts: GrpcParts): (request: Http2ServerRequest, response: Http2ServerResponse) => void {
  return connectNodeAdapter({
    connect: false,
    grpcWeb: false,
    interceptors: [watched(parts)],
    routes: (router) => addRoutes(router, parts),
    contextValues: (request) =>
      createContextValues().set(dropConnection, () => {
        if ('stream' in request) request.stream.session?.destroy()
      }),
  })
}

/** Around every call: faults, the token, the log, and errors in Scalekit's form. */
function watched({ credentials, traffic, now }: GrpcParts): Interceptor {
  return (next) => async (call) => {
    const name = `grpc ${call.method.name}`
    const endpoint = isEndpoint(name) ? name : 'unknown'
    const tool = toolNamedIn(call.message)
    const message = call.stream ? undefined : toJson(call.method.input, call.message)
    const note = (status: number) => traffic.note({ at: now(), endpoint, tool, status, message })
    try {
      const fault = traffic.takeFault(endpoint, tool)
      await passed(fault)
      const refusal = refusalOf(fault)
      if (refusal !== undefined) throw errorOfStatus(refusal)
      credentials.check(call.header.get('authorization'))
      const answer = await next(call)
      if (fault?.type === 'drop-answer') {
        note(0)
        call.contextValues.get(dropConnection)()
      } else {
        note(200)
      }
      return answer
    } catch (error) {
      note(error instanceof ScalekitError ? error.httpStatus : 500)
      throw error instanceof ScalekitError ? error.toConnectError() : ConnectError.from(error)
    }
  }
}

function addRoutes(router: ConnectRouter, parts: GrpcParts): void {
  const { accounts, links, baseUrl } = parts
  router.service(ToolService, {
    executeTool: (request) => executeTool(parts, request),
  })
  router.service(ConnectedAccountService, {
    getMagicLinkForConnectedAccount: (request) => {
      const link = links.create(reference(request), { state: request.state, userVerifyUrl: request.userVerifyUrl })
      return { link: linkUrlOf(baseUrl, link.token), expiry: timestampFromMs(link.expiresAt) }
    },
    verifyConnectedAccountUser: (request) => {
      if (request.authRequestId === '' || request.identifier === '') {
        throw new ScalekitError('INVALID_ARGUMENT', 'auth_request_id and identifier are required', 'VALIDATION_ERROR')
      }
      links.verify(request.authRequestId, request.identifier)
      return { postUserVerifyRedirectUrl: `${baseUrl}/connect/success` }
    },
    getConnectedAccount: (request) => ({ connectedAccount: accountMessage(accounts.get(request), true) }),
    getConnectedAccountAuth: (request) => ({
      connectedAccount: accountMessage(accounts.get(reference(request)), true),
    }),
    getConnectedAccountDetails: (request) => ({
      connectedAccount: accountMessage(accounts.get(reference(request)), false),
    }),
    createConnectedAccount: (request) => {
      const account = accounts.create(reference(request))
      const changed = withCredentials(accounts, account, request.connectedAccount)
      return { connectedAccount: accountMessage(changed, true) }
    },
    updateConnectedAccount: (request) => {
      const account = accounts.get(reference(request))
      const changed = withCredentials(accounts, account, request.connectedAccount)
      return { connectedAccount: accountMessage(changed, true) }
    },
    deleteConnectedAccount: (request) => {
      accounts.remove(accounts.get(reference(request)))
      return {}
    },
    disconnectConnectedAccount: (request) => {
      const account = accounts.update(accounts.get(request), { status: 'DISCONNECTED', tokens: undefined })
      return { connectedAccount: accountMessage(account, false) }
    },
    listConnectedAccounts: (request) =>
      pageOf(
        accounts
          .all()
          .filter(
            (account) =>
              isOrEmpty(account.connection.name, request.connector) &&
              isOrEmpty(account.identifier, request.identifier) &&
              isOrEmpty(account.connection.provider, request.provider) &&
              account.identifier.includes(request.query) &&
              (request.connectionNames.length === 0 || request.connectionNames.includes(account.connection.name)),
          ),
        request,
      ),
    searchConnectedAccounts: (request) =>
      pageOf(
        accounts
          .all()
          .filter(
            (account) =>
              account.identifier.includes(request.query) && isOrEmpty(account.connection.id, request.connectionId),
          ),
        request,
      ),
  })
}

function reference(request: {
  id?: string | undefined
  connector?: string | undefined
  identifier?: string | undefined
}): AccountReference {
  return { id: request.id, connector: request.connector, identifier: request.identifier }
}

/** Credentials that the app brings itself make the account active; an empty token changes nothing. */
function withCredentials(
  accounts: ConnectedAccounts,
  account: ConnectedAccount,
  given:
    | { authorizationDetails?: AuthorizationDetails | undefined; apiConfig?: Record<string, unknown> | undefined }
    | undefined,
): ConnectedAccount {
  const details = given?.authorizationDetails?.details
  const token = details?.case === 'oauthToken' && details.value.accessToken !== '' ? details.value : undefined
  return accounts.update(account, {
    ...(given?.apiConfig === undefined ? {} : { apiConfig: given.apiConfig }),
    ...(token === undefined
      ? {}
      : {
          status: 'ACTIVE',
          tokens: { accessToken: token.accessToken, refreshToken: token.refreshToken, scopes: token.scopes },
        }),
  })
}

function pageOf(found: readonly ConnectedAccount[], { pageSize, pageToken }: { pageSize: number; pageToken: string }) {
  const start = pageToken === '' ? 0 : Number(pageToken)
  if (!Number.isInteger(start) || start < 0) throw new ScalekitError('INVALID_ARGUMENT', 'invalid page_token')
  const size = pageSize === 0 ? 30 : pageSize
  return {
    connectedAccounts: found
      .slice(start, start + size)
      .map((account) => create(ConnectedAccountForListSchema, summary(account))),
    totalSize: found.length,
    nextPageToken: start + size < found.length ? String(start + size) : '',
    prevPageToken: start > 0 ? String(Math.max(0, start - size)) : '',
  }
}

function accountMessage(account: ConnectedAccount, withSecrets: boolean) {
  const tokens = withSecrets ? account.tokens : undefined
  const message: MessageInitShape<typeof ConnectedAccountSchema> = {
    ...summary(account),
    ...(tokens === undefined
      ? {}
      : {
          authorizationDetails: { details: { case: 'oauthToken', value: { ...tokens, scopes: [...tokens.scopes] } } },
        }),
  }
  return create(ConnectedAccountSchema, message)
}

function summary(account: ConnectedAccount) {
  return {
    id: account.id,
    identifier: account.identifier,
    provider: account.connection.provider,
    connector: account.connection.name,
    connectionId: account.connection.id,
    status: STATUS[account.status],
    authorizationType: ConnectorType.OAUTH,
    tokenExpiresAt: account.tokenExpiresAt === undefined ? undefined : timestampFromMs(account.tokenExpiresAt),
    updatedAt: timestampFromMs(account.updatedAt),
    lastUsedAt: account.lastUsedAt === undefined ? undefined : timestampFromMs(account.lastUsedAt),
  }
}

function isOrEmpty(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '' || value === wanted
}

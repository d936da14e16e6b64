/** How the app gets in: a Socket Mode address, and Sign in with Slack (exchange the code, ask who it is). */
import type {
  AppsConnectionsOpenResponse,
  OpenIDConnectTokenResponse,
  OpenIDConnectUserInfoResponse,
} from '@slack/web-api'
import { SlackRefusal } from '../wire/refusal.js'
import type { Method } from './method.js'

const token: Method<OpenIDConnectTokenResponse> = {
  scopes: [],
  token: 'none',
  run({ inside, args }) {
    const { client } = inside.signIns
    if (args.string('client_id') !== client.clientId) throw new SlackRefusal('invalid_client_id')
    if (args.string('client_secret') !== client.clientSecret) throw new SlackRefusal('bad_client_secret')
    const grantType = args.string('grant_type')
    if (grantType !== undefined && grantType !== 'authorization_code') throw new SlackRefusal('invalid_grant_type')
    const code = args.string('code')
    if (!code) throw new SlackRefusal('invalid_code')
    const { accessToken, idToken } = inside.signIns.exchange(code, args.string('redirect_uri'))
    return { ok: true, access_token: accessToken, token_type: 'Bearer', id_token: idToken }
  },
}

const userInfo: Method<OpenIDConnectUserInfoResponse> = {
  scopes: ['openid'],
  token: 'user',
  run({ inside, grant }) {
    const member = inside.workspace.member(grant.user ?? '')
    if (member === undefined) throw new SlackRefusal('user_not_found')
    if (member.deleted) throw new SlackRefusal('account_inactive')
    return { ok: true, ...inside.signIns.claims(member, [...grant.scopes]) }
  },
}

const connectionsOpen: Method<AppsConnectionsOpenResponse> = {
  scopes: ['connections:write'],
  token: 'app',
  run({ inside }) {
    if (inside.socketMode === undefined) throw new SlackRefusal('forbidden_team')
    return { ok: true, url: inside.socketMode.issueUrl(new URL(inside.origin()).host) }
  },
}

export const connectMethods = {
  'apps.connections.open': connectionsOpen,
  'openid.connect.token': token,
  'openid.connect.userInfo': userInfo,
}

/** Sign in with Slack (OpenID Connect), for the page that has to know who stands there. It learns who somebody is, and keeps nothing. */

import { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Log } from '../../log.js'
import type { IdentifiedPerson } from '../../turns/model.js'
import type { SignIn, Visitor } from '../../web/connect-flow.js'
import { SlackRefused, slackCall, webClientOptions } from '../api/web.js'

export interface SlackSignInOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  /** Registered in the app's settings. */
  readonly redirectUri: string
  readonly log: Log
}

const CLAIMS = z.looseObject({
  'https://slack.com/team_id': z.string(),
  'https://slack.com/user_id': z.string(),
  'https://slack.com/enterprise_id': z.string().nullish(),
})
/** It comes from Slack over a connection that is Slack's: what it says needs no signature, only to belong to this sign-in. */
const ID_TOKEN = z.looseObject({ aud: z.union([z.string(), z.array(z.string())]), nonce: z.string() })

export class SlackSignIn implements SignIn {
  constructor(private readonly options: SlackSignInOptions) {}

  address(state: string, nonce: string, person: IdentifiedPerson): string {
    const { clientId, apiUrl, redirectUri } = this.options
    const address = new URL('/openid/connect/authorize', apiUrl)
    address.search = new URLSearchParams({
      response_type: 'code',
      scope: 'openid',
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      nonce,
      // Slack then shows no other workspace to choose from.
      ...(person.team.startsWith('T') && { team: person.team }),
    }).toString()
    return address.href
  }

  async visitor(code: string, nonce: string): Promise<Visitor | null> {
    const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = this.options
    try {
      const { access_token, id_token } = await slackCall(() =>
        this.#client().openid.connect.token({ client_id, client_secret, code, redirect_uri }),
      )
      if (access_token === undefined || !this.#belongs(id_token, nonce)) return null
      const claims = CLAIMS.safeParse(await slackCall(() => this.#client(access_token).openid.connect.userInfo()))
      if (!claims.success) return null
      return {
        team: claims.data['https://slack.com/team_id'],
        user: claims.data['https://slack.com/user_id'],
        enterprise: claims.data['https://slack.com/enterprise_id'] ?? null,
      }
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.options.log.warn({ code: error.code }, 'sign-in refused by slack')
      return null
    }
  }

  #belongs(idToken: string | undefined, nonce: string): boolean {
    const payload = idToken?.split('.')[1]
    if (payload === undefined) return false
    const claims = ID_TOKEN.safeParse(parsed(Buffer.from(payload, 'base64url').toString()))
    if (!claims.success || claims.data.nonce !== nonce) return false
    return [claims.data.aud].flat().includes(this.options.clientId)
  }

  #client(token?: string): WebClient {
    return new WebClient(token, webClientOptions(this.options.apiUrl, this.options.log))
  }
}

/** Whether the visitor is this person, keyed as everywhere: by the organisation on Enterprise Grid, else by the workspace. */
export function isVisitor(
  visitor: Visitor,
  person: Pick<IdentifiedPerson, 'team' | 'user'>,
  bot: { readonly teamId: string },
): boolean {
  if (visitor.user !== person.user) return false
  if (person.team.startsWith('T')) return visitor.team === person.team
  return visitor.enterprise === null ? visitor.team === bot.teamId : visitor.enterprise === person.team
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

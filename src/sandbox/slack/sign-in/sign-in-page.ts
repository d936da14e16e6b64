/** The page of Sign in with Slack. Nobody is signed in by opening it: the person presses a button. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { escapeHtml } from '../../wire/http.js'
import { readBody, reply } from '../wire/http.js'
import type { Workspace } from '../workspace/workspace.js'
import type { SignIns } from './sign-ins.js'

interface Request {
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string | null
  readonly nonce: string | undefined
}

export async function serveSignIn(
  signIns: SignIns,
  workspace: Workspace,
  redirectUrls: readonly string[] | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parameters = new URL(request.url ?? '/', 'http://localhost').searchParams
  const asked = read(parameters, signIns.client.clientId, redirectUrls, workspace.team.id)
  if (typeof asked === 'string')
    return reply(response, 400, 'text/html', page('Something went wrong', `<p>${escapeHtml(asked)}</p>`))
  if (request.method !== 'POST') return reply(response, 200, 'text/html', choice(workspace, asked))
  const pressed = new URLSearchParams((await readBody(request)).toString())
  const back = new URL(asked.redirectUri)
  if (asked.state !== null) back.searchParams.set('state', asked.state)
  const member = workspace.member(pressed.get('user') ?? '')
  if (pressed.get('answer') === 'allow' && member !== undefined && !member.isBot && !member.deleted) {
    back.searchParams.set('code', signIns.authorize(member.id, asked))
  } else {
    back.searchParams.set('error', 'access_denied')
  }
  reply(response, 302, 'text/plain', '', { Location: back.toString() })
}

/** The request, or what is wrong with it in words for the person. */
function read(
  parameters: URLSearchParams,
  clientId: string,
  redirectUrls: readonly string[] | undefined,
  team: string,
): Request | string {
  const redirectUri = parameters.get('redirect_uri') ?? ''
  const scopes = (parameters.get('scope') ?? '').split(/[ ,]+/).filter((scope) => scope !== '')
  if (parameters.get('client_id') !== clientId) return 'Invalid client_id parameter'
  if (parameters.get('response_type') !== 'code') return 'Invalid response_type parameter: it must be "code"'
  if (!scopes.includes('openid')) return 'Invalid permissions requested: the scope "openid" is missing'
  if (scopes.some((scope) => !['openid', 'email', 'profile'].includes(scope))) return 'Invalid permissions requested'
  if (!URL.canParse(redirectUri) || (redirectUrls !== undefined && !redirectUrls.includes(redirectUri))) {
    return 'redirect_uri did not match any configured URIs'
  }
  const wanted = parameters.get('team')
  if (wanted !== null && wanted !== team) return 'The workspace was not found'
  return { redirectUri, scopes, state: parameters.get('state'), nonce: parameters.get('nonce') ?? undefined }
}

function choice(workspace: Workspace, asked: Request): string {
  const people = workspace.members.filter((member) => !member.isBot && !member.deleted && !member.unknown)
  const rows = people.map(
    (member, index) =>
      `<label><input type="radio" name="user" value="${escapeHtml(member.id)}" ${index === 0 ? 'checked' : ''}>
        <span class="avatar" style="background:${escapeHtml(member.color)}" aria-hidden="true">${escapeHtml(member.realName.slice(0, 1))}</span>
        <span><strong>${escapeHtml(member.realName)}</strong><br>${escapeHtml(member.email)}</span></label>`,
  )
  const told = asked.scopes.includes('email') ? 'your name, picture and email address' : 'who you are in this workspace'
  return page(
    `Sign in to ${workspace.bot.name} with Slack`,
    `<p>${escapeHtml(workspace.bot.name)} will be told ${told}.</p>
     <form method="post"><fieldset><legend>You are, in ${escapeHtml(workspace.team.name)}:</legend>${rows.join('')}</fieldset>
     <button name="answer" value="cancel" class="quiet">Cancel</button>
     <button name="answer" value="allow">Allow</button></form>`,
  )
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>
body{font:16px/1.5 system-ui,sans-serif;color:#1d1c1d;background:#f8f8f8;margin:0;display:grid;place-items:center;min-height:100vh}
main{background:#fff;border:1px solid #ddd;border-radius:12px;padding:32px;max-width:440px;width:calc(100% - 96px)}
h1{font-size:24px;line-height:1.25;margin:0 0 8px}fieldset{border:0;padding:0;margin:16px 0}legend{font-weight:600;margin-bottom:8px}
label{display:flex;gap:12px;align-items:center;border:1px solid #ddd;border-radius:8px;padding:8px 12px;margin-bottom:8px}
.avatar{width:36px;height:36px;border-radius:8px;color:#fff;display:grid;place-items:center;font-weight:700}
button{font:inherit;font-weight:700;border:1px solid #611f69;border-radius:8px;padding:8px 20px;background:#611f69;color:#fff;cursor:pointer}
button.quiet{background:#fff;color:#1d1c1d;border-color:#bbb}button:focus-visible,input:focus-visible{outline:3px solid #1264a3;outline-offset:2px}
</style></head><body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>`
}

/** Files over HTTP: bytes of an upload come in, contents go out to whoever has the bot's token. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, reply } from '../wire/http.js'
import type { Uploads } from '../workspace/uploads.js'
import { filePath } from '../workspace/wire-message.js'
import type { Workspace } from '../workspace/workspace.js'
import type { Grant } from './method.js'

/** Takes the bytes of one file, raw or as the only file of a form, at the address that was given out for them. */
export async function takeUpload(
  uploads: Uploads,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = request.headers['content-type'] ?? ''
  const body = await readBody(request)
  const content = type.startsWith('multipart/form-data') ? await fileOfForm(body, type) : body
  if (content === undefined || !uploads.receive(path, content)) {
    return reply(response, 400, 'text/plain', 'upload failed')
  }
  reply(response, 200, 'text/plain', `OK - ${content.length}`)
}

async function fileOfForm(body: Buffer, type: string): Promise<Buffer | undefined> {
  const form = await new Response(new Uint8Array(body), { headers: { 'Content-Type': type } }).formData()
  for (const entry of form.values()) {
    if (typeof entry !== 'string') return Buffer.from(await entry.arrayBuffer())
  }
  return undefined
}

/** Without a good token, Slack does not refuse: it answers 200 with its sign-in page, as HTML. */
export function serveFile(
  workspace: Workspace,
  grantOf: (token: string) => Grant | 'revoked' | undefined,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, , ids = ''] = path.split('/')
  const file = workspace.file(ids.split('-')[1] ?? '')
  const grant = grantOf((request.headers.authorization ?? '').replace(/^Bearer /i, ''))
  const allowed = grant !== undefined && grant !== 'revoked' && grant.kind === 'bot' && grant.scopes.has('files:read')
  if (!allowed) {
    reply(response, 200, 'text/html', '<!doctype html><title>Sign in | Slack</title><h1>Sign in to Slack</h1>')
  } else if (file === undefined || file.deleted || filePath(workspace, file) !== path) {
    reply(response, 404, 'text/html', '<!doctype html><title>Slack</title><h1>File not found</h1>')
  } else {
    response.writeHead(200, { 'Content-Type': file.mimetype, 'Content-Length': file.content.length })
    response.end(file.content)
  }
}

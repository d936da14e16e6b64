import { readFile, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join, normalize, sep } from 'node:path'
import { reply } from '../wire/http.js'
import { mimetypeOf } from '../workspace/uploads.js'

/** Serves the built page: `/` is its `index.html`. Nothing outside the folder can be reached. */
export async function serveStatic(folder: string | undefined, path: string, response: ServerResponse): Promise<void> {
  const file = folder === undefined ? undefined : await fileAt(folder, path)
  if (file === undefined) {
    const why = folder === undefined ? 'This Slack serves no page.' : 'There is nothing here.'
    return reply(response, 404, 'text/plain', `${why}\n`)
  }
  const type = mimetypeOf(file)
  response.writeHead(200, {
    'Content-Type': /^(text\/|application\/json|image\/svg)/.test(type) ? `${type}; charset=utf-8` : type,
    // The names of built assets change with their content; the page that names them is asked for anew.
    'Cache-Control': path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
  })
  response.end(await readFile(file))
}

async function fileAt(folder: string, path: string): Promise<string | undefined> {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const root = normalize(folder + sep)
  const file = join(root, decoded.endsWith('/') ? `${decoded}index.html` : decoded)
  if (!file.startsWith(root) || decoded.includes('\0')) return undefined
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() ? file : undefined
}

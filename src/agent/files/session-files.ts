/** The Files API: files that people attach, uploaded for their sessions, put where a session's tools read them, and removed again. */

import type { UploadedFiles } from '../../turns/files/attached-file.js'
import { type Claude, statusOf } from '../claude.js'
import { goneInsteadOf } from '../session-state.js'

/** The largest file that is uploaded, over a slow line, in milliseconds. */
const UPLOAD_MS = 120_000
/** The most that a page of this list holds. */
const PAGE_FILES = 1_000

export class SessionFiles implements UploadedFiles {
  constructor(private readonly claude: Claude) {}

  async upload(name: string, mimetype: string, content: Uint8Array): Promise<string> {
    // A copy in a buffer of its own: a part of another one may be shared memory, which no `File` takes.
    const file = new File([new Uint8Array(content)], name, { type: mimetype })
    const { id } = await this.claude.once('file', (sdk, options) => sdk.beta.files.upload({ file }, options), {
      attemptMs: UPLOAD_MS,
    })
    return id
  }

  async find(beginning: string): Promise<string | null> {
    // The order of this list is not documented, and it takes no name.
    const files = this.claude.list('file', (sdk, page, options) =>
      sdk.beta.files.list({ ...page, limit: PAGE_FILES }, options),
    )
    for await (const { id, filename } of files) if (filename.startsWith(beginning)) return id
    return null
  }

  async mount(sessionId: string, fileId: string, path: string): Promise<void> {
    try {
      // A resource may name a copy of the file, under an id of its own: the path tells it.
      const resources = this.claude.list('session', (sdk, page, options) =>
        sdk.beta.sessions.resources.list(sessionId, page, options),
      )
      for await (const resource of resources) if (resource.type === 'file' && resource.mount_path === path) return
      await this.claude.once('file', (sdk, options) =>
        sdk.beta.sessions.resources.add(sessionId, { type: 'file', file_id: fileId, mount_path: path }, options),
      )
    } catch (error) {
      throw (await goneInsteadOf(error, this.claude, sessionId)) ?? error
    }
  }

  async remove(fileId: string): Promise<void> {
    try {
      await this.claude.repeatable('file', (sdk, options) => sdk.beta.files.delete(fileId, {}, options), {
        unsorted: [404],
      })
    } catch (error) {
      if (statusOf(error) !== 404) throw error
    }
  }
}

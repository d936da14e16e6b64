/** Slack's files and Claude's Files API in memory. */

import type { FileProblem, FileSource, FoundFile, UploadedFiles } from '../../src/turns/files/attached-file.js'
import type { FileReference } from '../../src/turns/model.js'
import type { Failure } from './fake-agent.js'

export interface SlackFile {
  readonly name?: string
  readonly mimetype?: string
  readonly content?: string | Uint8Array
  /** As Slack tells it; the content's own where not given. */
  readonly size?: number
  readonly problem?: FileProblem
}

export const PDF = '%PDF-1.7\nan offer'

export class FakeFiles implements FileSource, UploadedFiles {
  /** By Slack file id. One that is not here is a PDF. */
  readonly slack = new Map<string, SlackFile>()
  readonly uploads = new Map<string, { name: string; mimetype: string; content: Uint8Array }>()
  /** `session path` of what was mounted. */
  readonly mounts: string[] = []
  readonly removed: string[] = []
  readonly calls: string[] = []
  /** What goes wrong next, per call. */
  readonly failures: Partial<
    Record<'findFile' | 'download' | 'upload' | 'findUpload' | 'mount' | 'remove', Failure[]>
  > = {}
  #count = 0

  async find(file: FileReference): Promise<FoundFile | FileProblem>
  async find(beginning: string): Promise<string | null>
  async find(wanted: FileReference | string): Promise<FoundFile | FileProblem | string | null> {
    if (typeof wanted === 'string')
      return await this.#call('findUpload', () => {
        return [...this.uploads].find(([, { name }]) => name.startsWith(wanted))?.[0] ?? null
      })
    return await this.#call('findFile', () => {
      const { name = wanted.name, mimetype = wanted.mimetype, problem, size } = this.slack.get(wanted.id) ?? {}
      return (
        problem ?? { id: wanted.id, name, mimetype, size: size ?? this.#content(wanted.id).byteLength, url: wanted.id }
      )
    })
  }

  async download({ url }: FoundFile): Promise<Uint8Array | FileProblem> {
    return await this.#call('download', () => this.#content(url))
  }

  async upload(name: string, mimetype: string, content: Uint8Array): Promise<string> {
    return await this.#call('upload', () => {
      this.#count += 1
      const id = `file_${this.#count}`
      this.uploads.set(id, { name, mimetype, content })
      return id
    })
  }

  async mount(sessionId: string, fileId: string, path: string): Promise<void> {
    await this.#call('mount', () => {
      if (!this.uploads.has(fileId)) throw new Error(`no file ${fileId}`)
      const mount = `${sessionId} ${path}`
      if (!this.mounts.includes(mount)) this.mounts.push(mount)
    })
  }

  async remove(fileId: string): Promise<void> {
    await this.#call('remove', () => {
      this.uploads.delete(fileId)
      this.removed.push(fileId)
    })
  }

  #content(id: string): Uint8Array {
    return Buffer.from(this.slack.get(id)?.content ?? PDF)
  }

  async #call<Result>(name: keyof FakeFiles['failures'], work: () => Result): Promise<Result> {
    this.calls.push(name)
    const failure = this.failures[name]?.shift()
    if (failure !== undefined && 'before' in failure) throw failure.before
    const result = work()
    if (failure !== undefined) throw failure.after
    return result
  }
}

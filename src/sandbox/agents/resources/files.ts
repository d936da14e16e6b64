/** The Files API: what is uploaded for a session to read, and what a session wrote. */
import { z } from 'zod'
import { refill } from '../../wire/saved.js'
import { badRequest, notFound } from '../wire/api-error.js'
import { json, type Route } from '../wire/endpoints.js'
import { listOf, pageFields, queryFields, read, wholeNumber } from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import { onePage, RESOURCE_PAGE } from '../wire/pages.js'
import type { DeletedFile, FileMetadata } from '../wire/vendor-types.js'

const HOUR = 3600
const DAY = 24 * HOUR
const MAX_IDS = 100
const expirySeconds = wholeNumber
  .pipe(
    z
      .number()
      .min(HOUR)
      .max(90 * DAY),
  )
  .optional()
const listQuery = z.strictObject({
  ...pageFields({ ...RESOURCE_PAGE, most: 1000 }),
  scope_id: z.string().optional(),
  ids: listOf(z.string()),
})

interface KeptFile {
  readonly metadata: FileMetadata
  readonly bytes: Uint8Array
}

export class Files {
  readonly #files = new Map<string, KeptFile>()

  constructor(private readonly now: () => number) {}

  save() {
    return { files: this.#files }
  }

  restore(saved: ReturnType<Files['save']>): void {
    refill(this.#files, saved.files)
  }

  /** Newest first, without those that expired. */
  all(): FileMetadata[] {
    return [...this.#files.values()]
      .map((file) => file.metadata)
      .filter((file) => file.expires_at == null || Date.parse(file.expires_at) > this.now())
      .reverse()
  }

  /** @throws ApiError 404 */
  get(id: string): KeptFile {
    const file = this.#files.get(id)
    if (file === undefined || !this.all().includes(file.metadata)) throw notFound('File', id)
    return file
  }

  /** @param sessionId for a file that a session wrote; only those can be downloaded, as with the vendor */
  add(file: {
    filename: string
    mimeType: string
    bytes: Uint8Array
    expiresInSeconds?: number | undefined
    sessionId?: string
  }): FileMetadata {
    const { expiresInSeconds, sessionId } = file
    const metadata: FileMetadata = {
      id: newId('file'),
      type: 'file',
      filename: file.filename,
      mime_type: file.mimeType,
      size_bytes: file.bytes.length,
      downloadable: sessionId !== undefined,
      created_at: new Date(this.now()).toISOString(),
      expires_at: expiresInSeconds === undefined ? null : new Date(this.now() + expiresInSeconds * 1000).toISOString(),
      scope: sessionId === undefined ? null : { id: sessionId, type: 'session' },
    }
    this.#files.set(metadata.id, { metadata, bytes: file.bytes })
    return metadata
  }

  delete(id: string): DeletedFile {
    this.get(id)
    this.#files.delete(id)
    return { id, type: 'file_deleted' }
  }
}

const MAX_FILENAME = 255
/** What the vendor takes in no name. */
const FORBIDDEN = /[<>:"|?*\\/\p{Cc}]/u

async function upload(files: Files, form: FormData): Promise<FileMetadata> {
  for (const name of form.keys()) {
    if (name !== 'file' && name !== 'expires_in_seconds') throw badRequest(`${name}: Extra inputs are not permitted`)
  }
  const file = form.get('file')
  if (!(file instanceof File)) throw badRequest('file: Field required')
  const filename = file.name.split(/[/\\]/).at(-1) || 'unnamed'
  if (filename.length > MAX_FILENAME || FORBIDDEN.test(filename)) throw badRequest('file: Invalid filename')
  if (file.size === 0) throw badRequest('file: File is empty')
  return files.add({
    filename,
    mimeType: file.type || 'application/octet-stream',
    bytes: new Uint8Array(await file.arrayBuffer()),
    expiresInSeconds: read(expirySeconds, form.get('expires_in_seconds') ?? undefined),
  })
}

export function fileRoutes(files: Files): Route[] {
  const id = 'file_id'
  return [
    {
      endpoint: 'files.upload',
      method: 'POST',
      path: '/v1/files',
      answer: async (call) => json<FileMetadata>(await upload(files, await call.form())),
    },
    {
      endpoint: 'files.list',
      method: 'GET',
      path: '/v1/files',
      answer: (call) => {
        const query = read(listQuery, queryFields(call.query))
        const { ids, scope_id } = query
        if (ids !== undefined && (call.query.has('page') || call.query.has('limit'))) {
          throw badRequest('ids: mutually exclusive with page and limit')
        }
        if (ids !== undefined && new Set(ids).size > MAX_IDS) throw badRequest(`ids: at most ${MAX_IDS} entries`)
        const matching = files
          .all()
          .filter(
            (file) =>
              (ids === undefined || ids.includes(file.id)) && (scope_id === undefined || file.scope?.id === scope_id),
          )
        return json(onePage<FileMetadata>(matching, ids === undefined ? query : { limit: MAX_IDS }, (file) => file.id))
      },
    },
    {
      endpoint: 'files.retrieveMetadata',
      method: 'GET',
      path: `/v1/files/:${id}`,
      answer: (call) => json<FileMetadata>(files.get(call.param(id)).metadata),
    },
    {
      endpoint: 'files.download',
      method: 'GET',
      path: `/v1/files/:${id}/content`,
      answer: (call) => {
        const { metadata, bytes } = files.get(call.param(id))
        if (metadata.downloadable !== true)
          throw badRequest('Files that were uploaded cannot be downloaded', 'file_not_downloadable')
        return { bytes, type: metadata.mime_type, filename: metadata.filename }
      },
    },
    {
      endpoint: 'files.delete',
      method: 'DELETE',
      path: `/v1/files/:${id}`,
      answer: (call) => json<DeletedFile>(files.delete(call.param(id))),
    },
  ]
}

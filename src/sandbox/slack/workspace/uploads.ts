/** Files on their way in: an address is asked for, the bytes are sent there, then the upload is completed. */
import { randomBytes } from 'node:crypto'
import { freshId } from '../wire/identifiers.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { StoredFile, Workspace } from './workspace.js'

interface Ticket {
  readonly fileId: string
  readonly filename: string
  readonly length: number
  content?: Buffer
}

export class Uploads {
  readonly #byPath = new Map<string, Ticket>()
  readonly #byFile = new Map<string, Ticket>()

  constructor(private readonly workspace: Workspace) {}

  /** A place for one file of exactly `length` bytes. */
  begin(filename: string, length: number): { readonly fileId: string; readonly path: string } {
    const ticket: Ticket = { fileId: freshId('F'), filename, length }
    const path = `/upload/v1/${randomBytes(24).toString('base64url')}`
    this.#byPath.set(path, ticket)
    this.#byFile.set(ticket.fileId, ticket)
    return { fileId: ticket.fileId, path }
  }

  /** Takes the bytes; false where nothing of that length is expected there. */
  receive(path: string, content: Buffer): boolean {
    const ticket = this.#byPath.get(path)
    if (ticket === undefined || content.length !== ticket.length) return false
    ticket.content = content
    return true
  }

  /**
   * Makes the upload a file.
   * @throws SlackRefusal `file_not_found` where it was never begun, has not arrived, or is complete already
   */
  complete(fileId: string, title: string | undefined, channels: readonly string[]): StoredFile {
    const ticket = this.#byFile.get(fileId)
    if (ticket?.content === undefined) throw new SlackRefusal('file_not_found')
    this.#byFile.delete(fileId)
    return this.workspace.setFile({
      id: fileId,
      name: ticket.filename,
      title: title ?? ticket.filename,
      mimetype: mimetypeOf(ticket.filename),
      content: ticket.content,
      user: this.workspace.bot.userId,
      createdAt: this.workspace.now(),
      checkInfo: false,
      channels,
    })
  }
}

const MIMETYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  eml: 'message/rfc822',
  gif: 'image/gif',
  html: 'text/html',
  ico: 'image/x-icon',
  ics: 'text/calendar',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  map: 'application/json',
  md: 'text/markdown',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webp: 'image/webp',
  woff2: 'font/woff2',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** By the ending of the name; `application/octet-stream` where that says nothing. */
export function mimetypeOf(filename: string): string {
  return MIMETYPES[filename.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream'
}

/** Which files the agent can have, how large, and whether one holds what its type says. Pure. */

import type { FileKind, FileProblem } from './attached-file.js'
import { readImageHeader } from './image-header.js'

const MB = 1024 * 1024

/** The API takes pictures up to 5 MB and, with all around them, PDFs up to 32 MB (platform.claude.com, "Vision" and "PDF support"); other files are read piece by piece. */
export const MOST_BYTES: Readonly<Record<FileKind, number>> = { image: 5 * MB, document: 30 * MB, mounted: 30 * MB }
/** How many files of one message are read. Slack's own window takes as many. */
export const MOST_FILES = 10
/** The longest side of a picture, in pixels ("Vision" on the same site). */
export const MOST_PIXELS = 8_000

const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

const READABLE: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-ndjson',
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/javascript',
  'application/sql',
  'application/rtf',
  'application/csv',
  'application/ics',
  'message/rfc822',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
])
const READABLE_FAMILY =
  /^(?:text\/|application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument)\.|[^/]+\/[^/]+\+(?:json|xml)$)/

/** For files of which Slack only knows that they are bytes. */
const BY_ENDING: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  html: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  eml: 'message/rfc822',
  ics: 'text/calendar',
  vcf: 'text/vcard',
  rtf: 'application/rtf',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odp: 'application/vnd.oasis.opendocument.presentation',
}

const JUST_BYTES: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

/** As Slack says, or by the name's ending where Slack does not know. Without parameters. */
export function mimetypeOf({ name, mimetype }: { readonly name: string; readonly mimetype: string }): string {
  const said = (mimetype.split(';')[0] ?? '').trim().toLowerCase()
  if (!JUST_BYTES.has(said)) return said
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return (Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined) ?? 'application/octet-stream'
}

/** Null: the agent has no way to read it. @param mimetype as `mimetypeOf` tells it */
export function kindOf(mimetype: string): FileKind | null {
  if (IMAGES.has(mimetype)) return 'image'
  if (mimetype === 'application/pdf') return 'document'
  return READABLE.has(mimetype) || READABLE_FAMILY.test(mimetype) ? 'mounted' : null
}

/** What the content of a file is, where that is what its kind needs; else why it cannot be shown. */
export function examine(
  kind: FileKind,
  mimetype: string,
  content: Uint8Array,
): { readonly mimetype: string } | FileProblem {
  if (content.byteLength === 0) return 'empty'
  if (kind === 'mounted') return { mimetype }
  if (kind === 'document') return examinePdf(content)
  const header = readImageHeader(content)
  if (header === null) return 'damaged'
  if (Math.max(header.width, header.height) > MOST_PIXELS) return 'too_wide'
  // Names and types are chosen by whoever uploads; the API compares.
  return { mimetype: header.mimetype }
}

/** Readers look for the mark in so many first bytes (ISO 32000, annex H). */
const PDF_MARK_WITHIN = 1_024

function examinePdf(content: Uint8Array): { readonly mimetype: string } | FileProblem {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (!bytes.subarray(0, PDF_MARK_WITHIN).includes('%PDF-')) return 'damaged'
  // Stands in the trailer of one that needs a password, which the API refuses.
  return bytes.includes('/Encrypt ') || bytes.includes('/Encrypt<<') ? 'locked' : { mimetype: 'application/pdf' }
}

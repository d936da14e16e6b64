/** What a person is told of files that the agent does not get, above the answer to the rest. Markdown. Pure. */

import { shorten } from '../shorten.js'
import type { AttachedFile, FileProblem } from './attached-file.js'
import { kindOf, MOST_BYTES, MOST_FILES, MOST_PIXELS } from './file-kinds.js'

const PROBLEMS: Readonly<Record<Exclude<FileProblem, 'too_large'>, (names: string, isOne: boolean) => string>> = {
  too_many: (names) => `I read up to ${MOST_FILES} files in a message, so I left out ${names}.`,
  too_wide: (names, isOne) =>
    `${names} ${isOne ? 'is' : 'are'} too big for me. Pictures can be up to ${MOST_PIXELS.toLocaleString('en')} pixels wide.`,
  unknown_type: (names) =>
    `I can't open ${names}. I read pictures, PDFs, text, Office files, emails and calendar files.`,
  empty: (names, isOne) => `${names} ${isOne ? 'is' : 'are'} empty.`,
  damaged: (names, isOne) => `I can't open ${names}. Save ${isOne ? 'it' : 'them'} again and try once more.`,
  locked: (names, isOne) => `${names} ${isOne ? 'needs' : 'need'} a password. Send me a copy without one.`,
  no_scope: (names) =>
    `I'm not allowed to open ${names}. Ask whoever runs this app to give it the permission \`files:read\`.`,
  deleted: (names, isOne) => `${names} ${isOne ? 'was' : 'were'} deleted before I could open ${isOne ? 'it' : 'them'}.`,
  elsewhere: (names, isOne) =>
    `${names} ${isOne ? "isn't" : "aren't"} stored in Slack, so I can't open ${isOne ? 'it' : 'them'}. Upload a copy here.`,
  unreadable: (names, isOne) => `Slack didn't let me open ${names}. Try sending ${isOne ? 'it' : 'them'} again.`,
  not_taken: (names) => `I couldn't open ${names}. Try another format, such as PDF.`,
}

/** Null: all of them reach the agent. */
export function filesNotice(files: readonly AttachedFile[]): string | null {
  const sentences = groups(files).flatMap(([problem, those]) =>
    // How large each may be depends on what it is.
    problem === 'too_large'
      ? those.map(tooLarge)
      : [PROBLEMS[problem](enumerated(those.map(named)), those.length === 1)],
  )
  return sentences.length === 0 ? null : sentences.join(' ')
}

function groups(files: readonly AttachedFile[]): [FileProblem, AttachedFile[]][] {
  const grouped = new Map<FileProblem, AttachedFile[]>()
  for (const file of files)
    if (file.problem !== null) grouped.set(file.problem, [...(grouped.get(file.problem) ?? []), file])
  return [...grouped]
}

function tooLarge(file: AttachedFile): string {
  const kind = kindOf(file.mimetype) ?? 'mounted'
  const what = { image: 'Pictures', document: 'PDFs', mounted: 'Files' }[kind]
  return `${named(file)} is too large for me (${sizeWords(file.size)}). ${what} can be up to ${sizeWords(MOST_BYTES[kind])}.`
}

const LONGEST_NAME = 80

/** As code, in which no name is markup, and which no name can end. */
function named({ name }: AttachedFile): string {
  return `\`${shorten(name.replace(/[`\s\p{C}]+/gu, ' ').trim() || 'file', LONGEST_NAME)}\``
}

function enumerated(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const MB = 1024 * 1024

/** "1.5 MB", "32 MB", "300 KB". */
export function sizeWords(bytes: number): string {
  if (bytes < MB) return `${Math.max(1, Math.round(bytes / 1024))} KB`
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0).replace(/\.0$/, '')} MB`
}

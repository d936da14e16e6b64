/** Files that a person attached to a message: what is kept of each, and the interfaces through which they are read, handed to a session and removed. */

import type { FileReference } from '../model.js'

/** How a session gets a file: shown to the agent as a picture or a document, or put where its tools read. */
export type FileKind = 'image' | 'document' | 'mounted'

/**
 * Why a file does not reach the agent. `elsewhere`: Slack only links to it. `no_scope`: the app lacks `files:read`. `damaged`: it does not hold what its
 * type says. `locked`: a password protects it. `not_taken`: Claude's API refused it.
 */
export type FileProblem =
  | 'too_large'
  | 'too_many'
  | 'too_wide'
  | 'unknown_type'
  | 'empty'
  | 'damaged'
  | 'locked'
  | 'no_scope'
  | 'deleted'
  | 'elsewhere'
  | 'unreadable'
  | 'not_taken'

/** One file of one message, for the session that the conversation has now. Never its content. */
export interface AttachedFile {
  /** Random. Stands in the uploaded file's name and in its path. */
  readonly id: string
  readonly conversationId: string
  readonly messageId: string
  /** Slack file id (`F…`). */
  readonly slackId: string
  readonly name: string
  readonly mimetype: string
  /** Bytes. */
  readonly size: number
  readonly problem: FileProblem | null
  /** When it was about to be uploaded, in epoch milliseconds; null: it never was. */
  readonly requestedAt: number | null
  /** Its id at Claude's API; null while that is not known. */
  readonly fileId: string | null
  /** The session has it where its tools read, or goes on to point to it although its message was taken back. */
  readonly isMounted: boolean
}

export type NewAttachedFile = Omit<AttachedFile, 'id' | 'requestedAt' | 'fileId' | 'isMounted'>

/** What is kept of attached files. `store/` implements it. */
export interface AttachedFileStore {
  /** Those that the conversation's present session is to have, in the order in which they were noted. */
  ofMessages(messageIds: readonly string[]): Promise<AttachedFile[]>
  ofTurn(turnId: string): Promise<AttachedFile[]>
  /** Without a problem, it is about to be uploaded. */
  note(file: NewAttachedFile): Promise<AttachedFile>
  fail(id: string, problem: FileProblem): Promise<void>
  settle(id: string, fileId: string): Promise<void>
  markMounted(id: string): Promise<void>
  /** Files at Claude's API that nobody needs: their session was given up, or their message never reached one. */
  leftovers(): Promise<AttachedFile[]>
  remove(id: string): Promise<void>
}

/** A file as Slack describes it now. */
export interface FoundFile {
  /** Slack file id. */
  readonly id: string
  readonly name: string
  readonly mimetype: string
  readonly size: number
  /** Where its content is. Never stored. */
  readonly url: string
}

/** The files of a workspace. `slack/` implements it. */
export interface FileSource {
  /** @throws Unavailable */
  find(file: FileReference): Promise<FoundFile | FileProblem>
  /**
   * @param most bytes; more is `too_large`, whatever Slack says of its size
   * @throws Unavailable
   */
  download(file: FoundFile, most: number, signal: AbortSignal): Promise<Uint8Array | FileProblem>
}

/** Files at Claude's API. `agent/` implements it. */
export interface UploadedFiles {
  /** Makes one attempt: after a lost answer, ask `find`. @throws Unavailable, OperatorProblem, Rejected */
  upload(name: string, mimetype: string, content: Uint8Array): Promise<string>
  /** The id of the file whose name begins like this; null where there is none. @throws Unavailable, OperatorProblem */
  find(beginning: string): Promise<string | null>
  /** Puts a file where the session's tools read it, once. @throws Unavailable, SessionGone, OperatorProblem, Rejected */
  mount(sessionId: string, fileId: string, path: string): Promise<void>
  /** Also where it is gone already. @throws Unavailable, OperatorProblem */
  remove(fileId: string): Promise<void>
}

/** What an uploaded file's name begins with: found again by this where the answer to the upload was lost. */
export function uploadReference({ id, messageId, slackId }: AttachedFile): string {
  return `${messageId}.${slackId}.${shortId(id)}.`
}

export function uploadName(file: AttachedFile): string {
  return `${uploadReference(file)}${plainName(file.name)}`
}

/** Where a session's tools find it. Two files of one name stand side by side. */
export function mountPath({ id, name }: Pick<AttachedFile, 'id' | 'name'>): string {
  return `/mnt/session/uploads/${shortId(id)}/${plainName(name)}`
}

function shortId(id: string): string {
  return id.replaceAll('-', '').slice(0, 8)
}

const LONGEST_NAME = 80

/** Letters, digits and what file systems and the API take anyway; the ending stays. */
function plainName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^\.+/, '')
  return [...(plain === '' ? 'file' : plain)].slice(-LONGEST_NAME).join('')
}

/**
 * Hands the files of messages to a session: asks Slack what each is, reads it, uploads it once and puts it where the session finds it. Each step is noted
 * before it is taken, and an upload whose answer was lost is looked up by its name. A file that cannot be read keeps no message from being answered.
 */

import { describeError, type Log } from '../../log.js'
import type { FileReference, Message } from '../model.js'
import { OperatorProblem, Rejected, Unavailable } from '../ports.js'
import {
  type AttachedFile,
  type AttachedFileStore,
  type FileProblem,
  type FileSource,
  type FoundFile,
  mountPath,
  type UploadedFiles,
  uploadName,
  uploadReference,
} from './attached-file.js'
import { examine, kindOf, MOST_BYTES, MOST_FILES, mimetypeOf } from './file-kinds.js'

export interface FileIntakeDeps {
  readonly source: FileSource
  readonly uploaded: UploadedFiles
  readonly store: AttachedFileStore
  readonly log: Log
}

/** What the work depends on while it lasts. */
export interface IntakeControl {
  readonly signal: AbortSignal
  readonly isStopped: () => boolean
  /** Rejects when the bot stops. */
  readonly pause: (ms: number) => Promise<void>
}

/** An upload of a killed process may arrive so much later, in milliseconds: it is looked for twice before it is repeated. */
const LATE_ARRIVAL_MS = 5_000

/** How often a file is tried that Slack does not hand out: the rest of the message waits for it. */
const MOST_DOWNLOADS = 4

type Place = Pick<AttachedFile, 'conversationId' | 'messageId'> & { readonly sessionId: string }

export class FileIntake {
  /** Downloads that failed, by Slack file id. */
  readonly #failures = new Map<string, number>()

  constructor(private readonly deps: FileIntakeDeps) {}

  /**
   * Resolves when each file has reached the session, or has a problem that is noted. May be called again at any time.
   * @throws Unavailable, SessionGone
   */
  async attach(
    conversationId: string,
    sessionId: string,
    messages: readonly Message[],
    control: IntakeControl,
  ): Promise<void> {
    const known = await this.deps.store.ofMessages(messages.map(({ id }) => id))
    for (const { id: messageId, files } of messages) {
      for (const [index, reference] of files.entries()) {
        if (control.isStopped()) return
        const place: Place = { conversationId, messageId, sessionId }
        const before = known.find((file) => file.messageId === messageId && file.slackId === reference.id)
        await this.#attachOne(place, reference, before, index >= MOST_FILES, control)
      }
    }
  }

  async ofMessages(messages: readonly Pick<Message, 'id'>[]): Promise<AttachedFile[]> {
    return await this.deps.store.ofMessages(messages.map(({ id }) => id))
  }

  async ofTurn(turnId: string): Promise<AttachedFile[]> {
    return await this.deps.store.ofTurn(turnId)
  }

  async #attachOne(
    place: Place,
    reference: FileReference,
    before: AttachedFile | undefined,
    isTooMuch: boolean,
    control: IntakeControl,
  ): Promise<void> {
    if (before !== undefined && (before.problem !== null || isThere(before))) return
    if (isTooMuch) {
      await this.#note(place, reference, 'too_many')
      return
    }
    const found = before?.fileId ?? (before === undefined ? null : await this.#findUpload(before, control))
    if (before !== undefined && found !== null) {
      await this.deps.store.settle(before.id, found)
      return await this.#mount(place, { ...before, fileId: found })
    }
    const opened = await this.#open(reference, control.signal)
    if (typeof opened.content === 'string') {
      if (before === undefined) await this.#note(place, opened.file, opened.content)
      else await this.deps.store.fail(before.id, opened.content)
      return
    }
    if (control.isStopped()) return
    const file = before ?? (await this.#note(place, opened.file, null))
    await this.#upload(place, file, opened.file.mimetype, opened.content)
  }

  async #note(place: Place, file: FileReference, problem: FileProblem | null): Promise<AttachedFile> {
    const { conversationId, messageId } = place
    const { id: slackId, name, mimetype, size } = file
    return await this.deps.store.note({ conversationId, messageId, slackId, name, mimetype, size, problem })
  }

  async #findUpload(file: AttachedFile, { pause }: IntakeControl): Promise<string | null> {
    const found = await this.deps.uploaded.find(uploadReference(file))
    if (found !== null) return found
    await pause(LATE_ARRIVAL_MS)
    return await this.deps.uploaded.find(uploadReference(file))
  }

  /** The file as Slack describes it now, and its content or what keeps that from the agent. */
  async #open(
    reference: FileReference,
    signal: AbortSignal,
  ): Promise<{ readonly file: FileReference; readonly content: Uint8Array | FileProblem }> {
    const { source } = this.deps
    const found = await source.find(reference)
    if (typeof found === 'string') return { file: { ...reference, mimetype: mimetypeOf(reference) }, content: found }
    const { name, size } = found
    const mimetype = mimetypeOf(found)
    const file = { id: reference.id, name, mimetype, size }
    const kind = kindOf(mimetype)
    if (kind === null) return { file, content: 'unknown_type' }
    const most = MOST_BYTES[kind]
    const content = size > most ? 'too_large' : await this.#download(file.id, found, most, signal)
    if (typeof content === 'string') return { file, content }
    const examined = examine(kind, mimetype, content)
    if (typeof examined === 'string') return { file, content: examined }
    return { file: { ...file, mimetype: examined.mimetype, size: content.byteLength }, content }
  }

  /** @throws Unavailable a few times, so that the turn tries again */
  async #download(id: string, found: FoundFile, most: number, signal: AbortSignal): Promise<Uint8Array | FileProblem> {
    try {
      const content = await this.deps.source.download(found, most, signal)
      this.#failures.delete(id)
      return content
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      const failures = (this.#failures.get(id) ?? 0) + 1
      this.#failures.set(id, failures)
      if (failures < MOST_DOWNLOADS) throw error
      this.#failures.delete(id)
      this.deps.log.warn({ file: id, failures, ...describeError(error) }, 'attached file not downloaded')
      return 'unreadable'
    }
  }

  async #upload(place: Place, file: AttachedFile, mimetype: string, content: Uint8Array): Promise<void> {
    const { uploaded, store } = this.deps
    const fileId = await this.#unlessRefused(file, () => uploaded.upload(uploadName(file), mimetype, content))
    if (fileId === null) return
    await store.settle(file.id, fileId)
    await this.#mount(place, { ...file, fileId })
  }

  async #mount({ sessionId }: Place, file: AttachedFile): Promise<void> {
    const { uploaded, store } = this.deps
    const { id, fileId, mimetype } = file
    if (fileId === null || kindOf(mimetype) !== 'mounted') return
    const path = mountPath(file)
    const mounted = await this.#unlessRefused(file, async () => {
      await uploaded.mount(sessionId, fileId, path)
      return path
    })
    if (mounted !== null) await store.markMounted(id)
  }

  /** Null: the API refused this file, and would again. */
  async #unlessRefused<Result>(file: AttachedFile, step: () => Promise<Result>): Promise<Result | null> {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof Rejected || error instanceof OperatorProblem)) throw error
      const { messageId: message, slackId } = file
      this.deps.log.warn({ message, file: slackId, ...describeError(error) }, 'attached file refused by claude')
      await this.deps.store.fail(file.id, 'not_taken')
      return null
    }
  }
}

/** Nothing is left to do for it. */
function isThere({ fileId, isMounted, mimetype }: AttachedFile): boolean {
  return fileId !== null && (isMounted || kindOf(mimetype) !== 'mounted')
}

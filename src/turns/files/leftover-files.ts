/**
 * Removes files at Claude's API that nobody needs any more: those of a conversation whose session was given up, and those of messages that no session heard.
 * What is left to do is in the store, so it is done by the next process where this one ends.
 */

import { describeError, type Log } from '../../log.js'
import type { Clock } from '../time/clock.js'
import { Lookout } from '../time/lookout.js'
import { retryPause } from '../time/retry-pause.js'
import { type AttachedFile, type AttachedFileStore, type UploadedFiles, uploadReference } from './attached-file.js'

export interface LeftoverFilesDeps {
  readonly store: Pick<AttachedFileStore, 'leftovers' | 'remove'>
  readonly uploaded: Pick<UploadedFiles, 'find' | 'remove'>
  readonly clock: Clock
  readonly log: Log
}

/** Messages are taken back without anybody saying so here: the store is looked at this often at least, in milliseconds. */
const LOOK_MS = 10 * 60_000
/** An upload whose answer was lost may still be on its way: it is looked for when every request of its time has ended, in milliseconds. */
const ANSWERED_WITHIN_MS = 180_000

export class LeftoverFiles {
  readonly #lookout: Lookout
  #failures = 0

  constructor(private readonly deps: LeftoverFilesDeps) {
    this.#lookout = new Lookout(deps.clock, () => this.#removeAll())
  }

  /** Looks into the store, now and from now on. */
  start(): void {
    this.wake()
  }

  wake(): void {
    this.#lookout.wake()
  }

  async stop(): Promise<void> {
    await this.#lookout.stop()
  }

  async #removeAll(): Promise<number> {
    const { store, clock, log } = this.deps
    let next = LOOK_MS
    const failures: unknown[] = []
    const note = (error: unknown) => failures.push(error)
    const leftovers = await store.leftovers().catch((error: unknown) => {
      note(error)
      return []
    })
    for (const file of leftovers) {
      if (this.#lookout.isStopped) break
      const wait = file.fileId === null ? (file.requestedAt ?? 0) + ANSWERED_WITHIN_MS - clock.now() : 0
      if (wait > 0) next = Math.min(next, wait)
      // One that cannot be removed keeps none of the others.
      else await this.#remove(file).catch(note)
    }
    this.#failures = failures.length === 0 ? 0 : this.#failures + 1
    if (failures.length === 0) return next
    log.warn({ failures: this.#failures, ...describeError(failures[0]) }, 'uploaded file not removed yet; trying again')
    return retryPause(this.#failures, undefined, { longest: LOOK_MS })
  }

  async #remove(file: AttachedFile): Promise<void> {
    const { store, uploaded } = this.deps
    const isUploaded = file.fileId !== null || file.requestedAt !== null
    const fileId = file.fileId ?? (isUploaded ? await uploaded.find(uploadReference(file)) : null)
    if (fileId !== null) await uploaded.remove(fileId)
    await store.remove(file.id)
  }
}

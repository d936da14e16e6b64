/** The labels of one account: Gmail's own, and those that its owner made. */
import { refill } from '../../wire/saved.js'
import { isSystemLabel, type Label, SYSTEM_LABELS } from '../mail/labels.js'
import { MailboxError } from './mailbox-error.js'

export class AccountLabels {
  readonly #userLabels = new Map<string, Label>()

  save() {
    return { own: this.#userLabels }
  }

  restore(saved: ReturnType<AccountLabels['save']>): void {
    refill(this.#userLabels, saved.own)
  }

  all(): Label[] {
    return [...SYSTEM_LABELS.map((id): Label => ({ id, name: id, type: 'system' })), ...this.#userLabels.values()]
  }

  /** @throws {MailboxError} when there is a label of this name. */
  create(name: string): Label {
    const clean = name.trim()
    const taken = this.all().some((label) => label.name.toLowerCase() === clean.toLowerCase())
    if (clean === '' || taken) throw new MailboxError(taken ? 'Label name exists or conflicts' : 'Invalid label name')
    return this.named(clean)
  }

  /** @throws {MailboxError} for an id that is unknown. */
  check(id: string): void {
    if (!isSystemLabel(id) && !this.#userLabels.has(id)) throw new MailboxError(`Invalid label: ${id}`)
  }

  /** The owner's label of this name, made where there is none. */
  named(name: string): Label {
    const known = [...this.#userLabels.values()].find((label) => label.name.toLowerCase() === name.toLowerCase())
    if (known !== undefined) return known
    const label: Label = { id: `Label_${this.#userLabels.size + 1}`, name, type: 'user' }
    this.#userLabels.set(label.id, label)
    return label
  }
}

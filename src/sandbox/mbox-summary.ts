/** What the demo says of a mailbox that it read from an mbox file. */
import type { Mailbox } from './mailbox/index.js'

/** Numbers of messages that are named one by one. */
const NAMED = 5

/** Its emails by number, and which of them could not be read, counted as in the file. */
export function mboxSummary({ held, problems }: Pick<Mailbox, 'held' | 'problems'>, file: string): string {
  const found = `${emails(held)} in ${file}`
  if (problems.length === 0) return `${found}.`
  const named = problems.slice(0, NAMED).map(({ position }) => `number ${(position + 1).toLocaleString('en')}`)
  const more = problems.length - named.length
  const which = more === 0 ? named.join(', ') : `${named.join(', ')} and ${more.toLocaleString('en')} more`
  return `${found}, ${problems.length.toLocaleString('en')} of them unreadable (${which}): the subject is shown, the text is not.`
}

function emails(count: number): string {
  return count === 1 ? '1 email' : `${count.toLocaleString('en')} emails`
}

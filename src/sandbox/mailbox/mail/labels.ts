/**
 * Gmail's labels, and how a message of an mbox file gets them: from `X-Gmail-Labels` (Google Takeout), else from the flags
 * that mail programs keep (`Status`, `X-Status`, `X-Mozilla-Status`), else from what the message is.
 */
import { decodedWords } from './mime.js'

/** Label ids that every Gmail account has. */
export const SYSTEM_LABELS = [
  'INBOX',
  'SENT',
  'DRAFT',
  'TRASH',
  'SPAM',
  'UNREAD',
  'STARRED',
  'IMPORTANT',
  'CHAT',
  'CATEGORY_PERSONAL',
  'CATEGORY_SOCIAL',
  'CATEGORY_PROMOTIONS',
  'CATEGORY_UPDATES',
  'CATEGORY_FORUMS',
] as const

export type SystemLabel = (typeof SYSTEM_LABELS)[number]

export interface Label {
  readonly id: string
  readonly name: string
  readonly type: 'system' | 'user'
}

export function isSystemLabel(id: string): id is SystemLabel {
  return (SYSTEM_LABELS as readonly string[]).includes(id)
}

/** What Takeout writes, in its English form and in the form of the label ids. */
const TAKEOUT_NAMES = new Map<string, SystemLabel | undefined>([
  ...SYSTEM_LABELS.map((id): [string, SystemLabel] => [id.toLowerCase(), id]),
  ...SYSTEM_LABELS.filter((id) => id.startsWith('CATEGORY_')).map((id): [string, SystemLabel] => [
    id.toLowerCase().replace('_', ' '),
    id,
  ]),
  ['category purchases', 'CATEGORY_UPDATES'],
  ['drafts', 'DRAFT'],
  ['bin', 'TRASH'],
  ['opened', undefined],
  ['archived', undefined],
])

/** What decides a message's labels; header names in lower case, the first value of each. */
export interface LabelEvidence {
  header(name: string): string | undefined
  readonly fromAccount: boolean
}

export interface InitialLabels {
  readonly system: ReadonlySet<SystemLabel>
  /** Names of user labels. */
  readonly user: readonly string[]
  /** Whether the file said if the message has been read; where it did not, the mailbox decides. */
  readonly readStateKnown: boolean
}

/** Labels of a message that comes from an mbox file. */
export function initialLabels(message: LabelEvidence): InitialLabels {
  const takeout = message.header('x-gmail-labels')
  return takeout === undefined ? fromFlags(message) : fromTakeout(takeout, message.fromAccount)
}

function fromTakeout(value: string, fromAccount: boolean): InitialLabels {
  const system = new Set<SystemLabel>()
  const user: string[] = []
  for (const name of commaSeparated(decodedWords(value))) {
    const known = TAKEOUT_NAMES.get(name.toLowerCase())
    if (known !== undefined) system.add(known)
    else if (!TAKEOUT_NAMES.has(name.toLowerCase())) user.push(name)
  }
  if (fromAccount && !system.has('DRAFT')) system.add('SENT')
  return { system, user, readStateKnown: true }
}

function fromFlags(message: LabelEvidence): InitialLabels {
  const status = `${message.header('status') ?? ''}${message.header('x-status') ?? ''}`
  const mozilla = Number.parseInt(message.header('x-mozilla-status') ?? '', 16)
  const mozillaHas = (bit: number) => !Number.isNaN(mozilla) && (mozilla & bit) !== 0
  const system = new Set<SystemLabel>()

  if (status.includes('T')) system.add('DRAFT')
  else if (message.fromAccount) system.add('SENT')
  else if (status.includes('D') || mozillaHas(0x0008)) system.add('TRASH')
  else system.add('INBOX')

  if (status.includes('F') || mozillaHas(0x0004)) system.add('STARRED')
  if (system.has('INBOX')) system.add(isBulk(message) ? 'CATEGORY_PROMOTIONS' : 'CATEGORY_PERSONAL')

  const readStateKnown = message.fromAccount || status !== '' || !Number.isNaN(mozilla)
  if (readStateKnown && !message.fromAccount && !status.includes('R') && !mozillaHas(0x0001)) system.add('UNREAD')
  return { system, user: [], readStateKnown }
}

function isBulk(message: LabelEvidence): boolean {
  return message.header('list-unsubscribe') !== undefined || /bulk|junk/i.test(message.header('precedence') ?? '')
}

/** Names apart by commas; a name with a comma in it stands in double quotes. */
function commaSeparated(value: string): string[] {
  return [...value.matchAll(/"((?:[^"]|"")*)"|[^,]+/g)]
    .map((match) => (match[1] === undefined ? match[0] : match[1].replaceAll('""', '"')).trim())
    .filter((name) => name !== '')
}

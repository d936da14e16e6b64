import type { PageChannel, PagePerson } from '../../slack/wire/page-api.js'
import { displayName } from './typed-text.js'

/** One line of the list above the composer while a name or a command is being typed. */
export interface Completion {
  readonly key: string
  /** What replaces the typed part, without the space after it. */
  readonly insert: string
  readonly label: string
  readonly detail: string
  readonly person?: PagePerson
}

export interface CompletionSources {
  readonly people: readonly PagePerson[]
  readonly channels: readonly PageChannel[]
  /** "/inbox" */
  readonly slashCommand: string
  readonly commandHint: string
}

export interface Completing {
  /** Where the typed part starts in the text. */
  readonly from: number
  readonly options: readonly Completion[]
}

/** What Slack shows beside the command while it is typed: the manifest's `usage_hint`. */
export const COMMAND_HINT =
  'what is unread? | connect | status | threads | scheduled | stop | settings | disconnect | help'

const TYPED_NAME = /(?:^|[\s(])([@#][\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u
const MAX_OPTIONS = 8

/** What could complete the text before the caret; undefined where nothing can. */
export function completing(text: string, caret: number, sources: CompletionSources): Completing | undefined {
  const before = text.slice(0, caret)
  const command = /^\/\S*$/.exec(before)
  if (command) {
    if (!sources.slashCommand.startsWith(before.toLowerCase())) return undefined
    const { slashCommand, commandHint } = sources
    return { from: 0, options: [{ key: slashCommand, insert: slashCommand, label: slashCommand, detail: commandHint }] }
  }
  const typed = TYPED_NAME.exec(before)?.[1]
  if (typed === undefined) return undefined
  const options = (
    typed.startsWith('@') ? peopleMatching(typed.slice(1), sources) : channelsMatching(typed.slice(1), sources)
  ).slice(0, MAX_OPTIONS)
  return options.length === 0 ? undefined : { from: caret - typed.length, options }
}

function peopleMatching(typed: string, sources: CompletionSources): Completion[] {
  const wanted = typed.toLowerCase()
  return sources.people
    .filter((person) =>
      [person.name, displayName(person), ...displayName(person).split(' ')].some((name) =>
        name.toLowerCase().startsWith(wanted),
      ),
    )
    .map((person) => ({
      key: person.id,
      insert: `@${displayName(person)}`,
      label: displayName(person),
      detail: person.isBot ? 'App' : person.title,
      person,
    }))
}

function channelsMatching(typed: string, sources: CompletionSources): Completion[] {
  const wanted = typed.toLowerCase()
  return sources.channels
    .filter((channel) => channel.kind === 'channel' && channel.name.toLowerCase().startsWith(wanted))
    .map((channel) => ({
      key: channel.id,
      insert: `#${channel.name}`,
      label: `#${channel.name}`,
      detail: channel.topic ?? '',
    }))
}

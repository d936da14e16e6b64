/** What the bot may do in a mailbox, in plain words: said wherever somebody is asked to connect theirs, and whenever they ask for help. */

import { describeToolKind } from '../../gmail/tool-words.js'

export interface AppRules {
  readonly slashCommand: string
  /** Tools that change something and run without a question; none, unless configuration says so. */
  readonly unasked?: readonly string[]
}

/** Three lines, for every connect prompt. mrkdwn. */
export function consentLines(rules: AppRules): readonly [string, string, string] {
  return [
    'I read and search your mail when you ask me something.',
    whatNeedsApproval(rules),
    `You end this whenever you like, with \`${rules.slashCommand} disconnect\`.`,
  ]
}

/** What happens only after a press. */
export function whatNeedsApproval({ unasked = [] }: AppRules): string {
  if (unasked.length === 0) return 'I send or change something only after you press Send or Approve, each time.'
  const kinds = [...new Set(unasked.map((name) => describeToolKind(name).toLowerCase()))]
  return `I send something only after you press Send, each time. By myself I may do this: ${kinds.join(', ')}.`
}

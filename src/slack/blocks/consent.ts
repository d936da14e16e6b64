/** What the bot may do in a mailbox, in plain words: said wherever somebody is asked to connect theirs, and whenever they ask for help. */

import { describeToolKind } from '../../gmail/tool-words.js'
import * as words from './connect-words.js'

export interface AppRules {
  readonly slashCommand: string
  /** Tools that change something and run without a question; none, unless configuration says so. */
  readonly unasked?: readonly string[]
}

/** Three lines, for every connect prompt. mrkdwn. */
export function consentLines(rules: AppRules): readonly [string, string, string] {
  return [words.READS, whatNeedsApproval(rules), words.endsAnyTime(rules.slashCommand)]
}

/** What happens only after a press. */
export function whatNeedsApproval({ unasked = [] }: AppRules): string {
  if (unasked.length === 0) return words.ASKS_FIRST
  const kinds = [...new Set(unasked.map((name) => describeToolKind(name).toLowerCase()))]
  return words.asksBeforeSending(kinds)
}

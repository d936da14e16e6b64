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

/** What it does, what needs a press, and the commands: three lines that read the same as Markdown and as mrkdwn. */
export function helpLines(rules: AppRules): readonly [string, string, string] {
  const { slashCommand } = rules
  return [
    `*What I do:* I find, summarize, draft, send and tidy mail in your own mailbox and nobody else's. Write me a direct message, mention me in a channel, or use \`${slashCommand} What is unread?\` anywhere: that is always answered in private.`,
    `*What needs your press:* ${whatNeedsApproval(rules)} Change… and writing something new mean no.`,
    `*Commands:* \`${slashCommand} connect\` connects your Gmail, \`${slashCommand} disconnect\` ends it at once, \`${slashCommand} status\` says how it stands. \`${slashCommand} scheduled\` lists the emails that wait for their time.`,
  ]
}

/** The three lines as a list. mrkdwn. */
export function helpText(rules: AppRules): string {
  return helpLines(rules)
    .map((line) => `• ${line}`)
    .join('\n')
}

function whatNeedsApproval({ unasked = [] }: AppRules): string {
  if (unasked.length === 0) return 'I send or change something only after you press Send or Approve, each time.'
  const kinds = [...new Set(unasked.map((name) => describeToolKind(name).toLowerCase()))]
  return `I send something only after you press Send, each time. By myself I may do this: ${kinds.join(', ')}.`
}

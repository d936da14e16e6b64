/** What the agent does while nothing is written yet, in words that follow its name: "inbox is searching your email…". Pure. */

import { describeToolKind } from '../../gmail/tool-words.js'
import { toolSteps } from '../../turns/reply.js'
import type { ReplyView } from '../../turns/view.js'
import { hasWords } from '../reply/growth.js'

const THINKING = 'is thinking…'
const TRYING_AGAIN = 'is trying again…'

/** Empty: nothing is to be said, since the reply says it. Nothing of what somebody asked or wrote: others may read along. */
export function statusWords(view: ReplyView): string {
  switch (view.phase.type) {
    case 'starting':
      return THINKING
    case 'retrying':
      return TRYING_AGAIN
    case 'working': {
      if (hasWords(view)) return ''
      // What waits for a decision is not under way.
      const step = toolSteps(view.reply).findLast(({ state }) => state === 'working')
      return step === undefined ? THINKING : `is ${lowerFirst(describeToolKind(step.name))}…`
    }
    default:
      return ''
  }
}

function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1)
}

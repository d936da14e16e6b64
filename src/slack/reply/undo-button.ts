/** The button that takes back changes which were done, and the line in its place afterwards. Pure. */

import type { KnownBlock } from '@slack/web-api'
import { describeDone, severalLabels } from '../../gmail/tool-words.js'
import type { UndoEnding } from '../../turns/change-undo.js'
import type { ApprovalView } from '../../turns/view.js'
import { BUTTON_VALUE_CHARACTERS } from '../api/limits.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { inPassing } from '../blocks/approval-outcome.js'
import * as words from '../blocks/approval-words.js'
import { button, onOneLine, pagesOf } from '../blocks/card-text.js'

/** Begins the id of the block with the button, which the first approval of the button follows. It stands in messages: rename nothing. */
const UNDO_BLOCK = 'change_undo:'
/** An id, and what stands between two. */
const VALUE_EACH = 36 + 1
const MOST_TOGETHER = Math.floor((BUTTON_VALUE_CHARACTERS + 1) / VALUE_EACH)

/** Below what was done; nothing where nothing of it can be taken back. */
export function undoBlocks(approvals: readonly ApprovalView[]): KnownBlock[] {
  const offered = approvals.filter(({ undo }) => undo === 'offered')
  const endings = new Set(approvals.flatMap(({ undo }) => (undo === undefined || undo === 'offered' ? [] : [undo])))
  return [...pagesOf(offered, MOST_TOGETHER).map(offer), ...[...endings].map((ending) => undoneLine(ending))]
}

function offer(page: readonly ApprovalView[]): KnownBlock {
  const id = page[0]?.id ?? ''
  const value = page.map((approval) => approval.id).join(',')
  return {
    type: 'actions',
    block_id: undoBlockId(id),
    elements: [
      {
        ...button(ACTIONS.undoChange, words.UNDO, value),
        accessibility_label: words.buttonLabel(words.UNDO, whatWasDone(page)),
      },
    ],
  }
}

/** "Archived 4 emails"; "Archived an email: Issue 214". */
function whatWasDone(page: readonly ApprovalView[]): string | null {
  const [first] = page
  if (first === undefined) return null
  const { name, input } = first.step
  const several = page.length > 1 ? severalLabels(name, input)?.asOne : undefined
  if (several !== undefined) return several.ran(page.length)
  const done = onOneLine(describeDone(name, input))
  const what = page.length > 1 ? null : inPassing(first)
  return what === null ? done : `${done}: ${what}`
}

/** @param id of the first approval that the button names */
export function undoBlockId(id: string): string {
  return `${UNDO_BLOCK}${id}`
}

export function undoneLine(ending: UndoEnding): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text: words.UNDONE[ending], emoji: true }] }
}

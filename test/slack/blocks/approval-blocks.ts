import type { KnownBlock } from '@slack/web-api'
import { approvalParts } from '../../../src/slack/blocks/approval-card.js'
import type { Stage } from '../../../src/slack/blocks/approval-outcome.js'
import type { ApprovalView } from '../../../src/turns/view.js'

/** A card as it stands where it fits into one message. */
export function approvalBlocks(approval: ApprovalView, stage: Stage = 'open'): KnownBlock[] {
  const { head, tail } = approvalParts(approval, stage)
  return [...head, ...tail]
}

/** The table of files, as Kysely sees it: see schema.ts. */

import type { Generated } from 'kysely'
import type { FileProblem } from '../../turns/files/attached-file.js'

/** Files of messages at Claude's API, each noted before it is uploaded: ids, names, types and sizes, never content. A row goes when its file is removed there. */
export interface AttachedFileTable {
  id: string
  conversation_id: string
  message_id: string
  /** Slack file id. */
  slack_id: string
  name: string
  mimetype: string
  size: number
  /** Why it does not reach the agent; null: it does. */
  problem: FileProblem | null
  /** Since when it may have been uploaded; null: it never was. */
  requested_at: number | null
  /** Its id at the API; null between "about to upload" and "uploaded": then the API is asked whether it arrived. */
  file_id: string | null
  /** 1 once its session has it where the tools read. */
  mounted: Generated<number>
  /** Since when the session that it was for is given up; null: it is the conversation's session. */
  given_up_at: number | null
  noted_at: number
}

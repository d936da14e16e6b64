import type { UndoState } from '../../turns/change-undo.js'

/** How a change of emails can be taken back; its approval has the same id. Ids and labels: nothing of an email. */
export interface ChangeUndoTable {
  id: string
  state: UndoState
  /** JSON: ids of emails, each with the labels that it lost and got; empty where they are not kept any more. */
  ways: string
  /** How many emails it is about. */
  emails: number
  /** From then on nobody can take it back. */
  expires_at: number
  /** Since it was pressed: the first approval of the button. */
  press_id: string | null
  /** Where that button stands. */
  channel: string | null
  ts: string | null
  thread_ts: string | null
  pressed_at: number | null
  /** Set before the first email is changed back. */
  begun_at: number | null
  /** Its end stands in Slack. */
  shown_at: number | null
  /** The agent has been told. */
  heard_at: number | null
}

/** Slack's numbers, each with its source. What the bot keeps below them, and why, stands where it is used. Characters are UTF-16 units. */

/** Blocks of a message (docs.slack.dev/reference/block-kit/blocks). */
export const MESSAGE_BLOCKS = 50
/** Blocks of a modal or a Home tab (the same page). */
export const VIEW_BLOCKS = 100
/** Characters of all Markdown blocks of a message together (…/blocks/markdown-block). */
export const MARKDOWN_CHARACTERS = 12_000
/**
 * Characters of all blocks of a message together, at least. Not documented; more is refused with `msg_blocks_too_long`, met from 11,300 characters
 * (rich text) and 13,300 (Markdown) on (slackapi/bolt-js#2509, #2867).
 */
export const BLOCKS_CHARACTERS = 11_300
/** Characters of one text object (…/blocks/section-block). */
export const TEXT_CHARACTERS = 3_000
/** Characters of `text` in `chat.update`; more is refused with `msg_too_long` (docs.slack.dev/reference/methods/chat.update). */
export const UPDATE_CHARACTERS = 4_000
/** Characters of a button's label, and of the label for screen readers (…/block-elements/button-element). */
export const LABEL_CHARACTERS = 75
/** Options of one group of checkboxes (…/block-elements/checkboxes-element). */
export const CHECKBOXES = 10
/** Characters of a button's value (the same page). */
export const BUTTON_VALUE_CHARACTERS = 2_000
/** Characters that an input takes (…/block-elements/plain-text-input-element). */
export const INPUT_CHARACTERS = 3_000

/** Characters of the title of an agent's session (docs.slack.dev/reference/methods/agents.sessions.setStatus). */
export const SESSION_TITLE_CHARACTERS = 200
/** Prompts that are suggested at once (…/methods/assistant.threads.setSuggestedPrompts). */
export const SUGGESTED_PROMPTS = 4
/** How long a status of `assistant.threads.setStatus` stands by itself, in milliseconds (its page). */
export const STATUS_STANDS_MS = 2 * 60_000

/** How long Slack waits to be told that a command, a press or a modal arrived, in milliseconds (docs.slack.dev/interactivity/handling-user-interaction). */
export const ACKNOWLEDGE_MS = 3_000

/** Rate limits count calls in windows so long, in milliseconds (docs.slack.dev/apis/web-api/rate-limits). */
export const RATE_WINDOW_MS = 60_000
/** `chat.update`, calls a window at least (Tier 3; docs.slack.dev/reference/methods/chat.update). */
export const MESSAGE_EDITS = 50
/** `chat.startStream` and `chat.stopStream`, calls a window at least (Tier 2). */
export const STREAM_STARTS = 20
/** `chat.appendStream`, calls a window at least (Tier 4). */
export const STREAM_APPENDS = 100
/** Messages of one page of `conversations.history` and `conversations.replies` (recommended on their pages: no more than 200). */
export const PAGE_MESSAGES = 200

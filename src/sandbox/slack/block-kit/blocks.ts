/** A list of blocks as Slack takes it: the limits of a whole message or view, missing ids filled in, and what can be pressed. */
import { freshBlockId } from '../wire/identifiers.js'
import { isObject, type Json, type JsonObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { BLOCK_RULES, MARKDOWN_CHARACTERS } from './block-rules.js'
import { array, problemsOf, type Rule, typed } from './rules.js'

/** A block as the sandbox keeps it: what the app sent, with the ids filled in that Slack would fill in. */
export type StoredBlock = JsonObject & { type: string; block_id: string }

/** Most blocks of one message; a modal or a Home tab takes 100. */
export const MESSAGE_BLOCKS = 50
/** Of all blocks of a message together. Documented nowhere; people have met it from here on (slackapi/bolt-js#2509). */
const MESSAGE_CHARACTERS = 13_200

/** Where a list of blocks stands decides how many there may be and which kinds. */
export type Surface = 'message' | 'modal' | 'home'

const MESSAGES_ONLY = new Set(['markdown', 'table', 'task_card', 'plan', 'context_actions'])

function blocksRule(surface: Surface): Rule {
  if (surface === 'message') return array(typed(BLOCK_RULES), { max: MESSAGE_BLOCKS })
  const allowed = Object.entries(BLOCK_RULES).filter(([name]) => !MESSAGES_ONLY.has(name))
  return array(typed(Object.fromEntries(allowed)), { max: 100 })
}

/** Problems of a list of blocks in Slack's words, empty where Slack would take it. `at` is the JSON pointer of the list. */
export function blockProblems(blocks: Json, surface: Surface, at: string): string[] {
  const problems = problemsOf(blocksRule(surface), blocks, at)
  if (!Array.isArray(blocks)) return problems
  const seen = new Set<string>()
  for (const [index, entry] of blocks.entries()) {
    const id = isObject(entry) ? entry.block_id : undefined
    if (typeof id !== 'string') continue
    if (seen.has(id)) problems.push(`\`block_id\` "${id}" already exists [json-pointer:${at}/${index}/block_id]`)
    seen.add(id)
  }
  return problems
}

/**
 * Checks the blocks of a message and fills in missing ids.
 * @throws SlackRefusal `invalid_blocks_format` (not a list), `invalid_blocks` (with every problem), `msg_blocks_too_long`
 */
export function acceptMessageBlocks(blocks: Json): StoredBlock[] {
  if (!Array.isArray(blocks)) throw new SlackRefusal('invalid_blocks_format')
  const problems = blockProblems(blocks, 'message', '/blocks')
  if (problems.length > 0) throw refuseWith('invalid_blocks', problems)
  let markdown = 0
  for (const entry of blocks) {
    if (isObject(entry) && entry.type === 'markdown' && typeof entry.text === 'string') markdown += entry.text.length
  }
  if (markdown > MARKDOWN_CHARACTERS || charactersIn(blocks) > MESSAGE_CHARACTERS)
    throw new SlackRefusal('msg_blocks_too_long')
  return withIds(blocks)
}

function charactersIn(value: Json | undefined, key = ''): number {
  if (typeof value === 'string') return key === 'text' ? value.length : 0
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charactersIn(item), 0)
  if (!isObject(value)) return 0
  return Object.entries(value).reduce((sum, [name, item]) => sum + charactersIn(item, name), 0)
}

/** Copies blocks that were found valid, with a `block_id` and `action_id`s wherever the app gave none. */
export function withIds(blocks: readonly Json[]): StoredBlock[] {
  const stored: StoredBlock[] = []
  for (const entry of blocks) {
    if (!isObject(entry) || typeof entry.type !== 'string') continue
    const copy: StoredBlock = {
      ...structuredClone(entry),
      type: entry.type,
      block_id: typeof entry.block_id === 'string' ? entry.block_id : freshBlockId(),
    }
    for (const element of interactiveElements(copy)) element.action_id ??= freshBlockId()
    stored.push(copy)
  }
  return stored
}

const NOT_INTERACTIVE = new Set(['image', 'plain_text', 'mrkdwn'])

/** The elements of a block that a person can use: of `actions`, `context_actions`, `card`, an accessory, or an input. */
export function interactiveElements(stored: StoredBlock): JsonObject[] {
  const found: Json[] = []
  if (stored.type === 'actions' || stored.type === 'context_actions') found.push(...listOf(stored.elements))
  if (stored.type === 'section' && stored.accessory !== undefined) found.push(stored.accessory)
  if (stored.type === 'input' && stored.element !== undefined) found.push(stored.element)
  if (stored.type === 'card') found.push(...listOf(stored.actions))
  return found.filter(isObject).filter((element) => !NOT_INTERACTIVE.has(String(element.type)))
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

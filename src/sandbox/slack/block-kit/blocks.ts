/** Every block type that Slack knows, with its limits, and the limits of a whole message. What is not here is `invalid_blocks`. */
import { freshBlockId } from '../wire/identifiers.js'
import { isObject, type Json, type JsonObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import {
  ACCESSORY_ELEMENTS,
  ACTION_ELEMENTS,
  elements,
  exactlyOneImageSource,
  INPUT_ELEMENTS,
  image,
  imageSources,
  plainText,
  text,
} from './elements.js'
import {
  anything,
  array,
  boolean,
  type Field,
  integer,
  number,
  object,
  oneOf,
  optional,
  problemsOf,
  type Report,
  type Rule,
  required,
  string,
  typed,
  url,
} from './rules.js'

/** A block as the sandbox keeps it: what the app sent, with the ids filled in that Slack would fill in. */
export type StoredBlock = JsonObject & { type: string; block_id: string }

/** Most blocks of one message; a modal or a Home tab takes 100. */
export const MESSAGE_BLOCKS = 50
/** Characters of all markdown blocks of one message together. */
const MARKDOWN_CHARACTERS = 12_000
/** Of all blocks of a message together. Documented nowhere; people have met it from here on (slackapi/bolt-js#2509). */
const MESSAGE_CHARACTERS = 13_200

const block = (
  fields: Readonly<Record<string, Field>>,
  check?: (value: JsonObject, report: Report, at: string) => void,
) => object({ type: required(string()), block_id: optional(string({ min: 1, max: 255 })), ...fields }, check)

/** `action_id` is what tells the elements of one block apart, so a block cannot hold the same one twice. */
function uniqueActionIds(value: JsonObject, report: Report, at: string): void {
  if (!Array.isArray(value.elements)) return
  const seen = new Set<string>()
  for (const [index, element] of value.elements.entries()) {
    const id = isObject(element) ? element.action_id : undefined
    if (typeof id !== 'string') continue
    if (seen.has(id)) report(`\`action_id\` "${id}" already exists`, `${at}/elements/${index}/action_id`)
    seen.add(id)
  }
}

const richTextStyle = optional(anything)
const richTextLeaf = typed({
  text: object({ type: required(string()), text: required(string({ min: 1 })), style: richTextStyle }),
  link: object({
    type: required(string()),
    url: required(url()),
    text: optional(string()),
    unsafe: optional(boolean),
    style: richTextStyle,
  }),
  emoji: object({
    type: required(string()),
    name: required(string({ min: 1 })),
    unicode: optional(string()),
    skin_tone: optional(number),
    style: richTextStyle,
  }),
  user: object({ type: required(string()), user_id: required(string({ min: 1 })), style: richTextStyle }),
  usergroup: object({ type: required(string()), usergroup_id: required(string({ min: 1 })), style: richTextStyle }),
  channel: object({ type: required(string()), channel_id: required(string({ min: 1 })), style: richTextStyle }),
  broadcast: object({
    type: required(string()),
    range: required(oneOf('here', 'channel', 'everyone')),
    style: richTextStyle,
  }),
  color: object({ type: required(string()), value: required(string()), style: richTextStyle }),
  date: object({
    type: required(string()),
    timestamp: required(number),
    format: required(string({ min: 1 })),
    url: optional(url()),
    fallback: optional(string()),
    style: richTextStyle,
  }),
})
const richTextSection = object({ type: required(string()), elements: required(array(richTextLeaf)) })
const bordered = { border: optional(integer({ min: 0, max: 1 })) }
const richText = block({
  elements: required(
    array(
      typed({
        rich_text_section: richTextSection,
        rich_text_list: object({
          type: required(string()),
          style: required(oneOf('bullet', 'ordered')),
          elements: required(array(richTextSection)),
          indent: optional(integer({ min: 0, max: 8 })),
          offset: optional(integer({ min: 0 })),
          ...bordered,
        }),
        rich_text_preformatted: object({
          type: required(string()),
          elements: required(array(richTextLeaf)),
          language: optional(string()),
          ...bordered,
        }),
        rich_text_quote: object({ type: required(string()), elements: required(array(richTextLeaf)), ...bordered }),
      }),
    ),
  ),
})

const tableCell = typed({
  rich_text: richText,
  raw_text: object({ type: required(string()), text: required(string({ min: 1 })) }),
  raw_number: object({ type: required(string()), value: required(number), text: required(string({ min: 1 })) }),
})
const tableRows = required(array(array(tableCell, { min: 1, max: 20 }), { min: 1, max: 100 }))

const taskCard = block({
  task_id: required(string({ min: 1 })),
  title: required(string({ min: 1, max: 256 })),
  details: optional(richText),
  output: optional(richText),
  sources: optional(
    array(object({ type: required(oneOf('url')), url: required(url()), text: required(string({ min: 1 })) })),
  ),
  status: required(oneOf('pending', 'in_progress', 'complete', 'error')),
})

const card = block(
  {
    hero_image: optional(image),
    icon: optional(image),
    title: optional(text(150)),
    subtitle: optional(text(150)),
    body: optional(text(200)),
    actions: optional(array(elements('button'))),
  },
  (value, report) => {
    if (['hero_image', 'title', 'actions', 'body'].every((name) => value[name] === undefined)) {
      report('must define at least one of `hero_image`, `title`, `actions`, `body`')
    }
  },
)

const BLOCK_RULES: Readonly<Record<string, Rule>> = {
  actions: block({ elements: required(array(elements(...ACTION_ELEMENTS), { min: 1, max: 25 })) }, uniqueActionIds),
  alert: block({
    text: required(text(3000)),
    level: optional(oneOf('default', 'info', 'warning', 'error', 'success')),
  }),
  card,
  carousel: block({ elements: required(array(card, { min: 1, max: 10 })) }),
  container: block({
    title: optional(plainText(150)),
    rich_text_title: optional(richText),
    subtitle: optional(text(150)),
    child_blocks: required(array(anything, { min: 1, max: 10 })),
    width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
    icon: optional(image),
    is_collapsible: optional(boolean),
    default_collapsed: optional(boolean),
    has_header_divider: optional(boolean),
  }),
  context: block({
    elements: required(array(typed({ image, plain_text: text(3000), mrkdwn: text(3000) }), { min: 1, max: 10 })),
  }),
  context_actions: block(
    { elements: required(array(elements('feedback_buttons', 'icon_button'), { min: 1, max: 5 })) },
    uniqueActionIds,
  ),
  data_table: block({
    rows: tableRows,
    caption: required(string({ min: 1 })),
    page_size: optional(integer({ min: 1, max: 100 })),
    row_header_column_index: optional(integer({ min: 0 })),
  }),
  divider: block({}),
  header: block({ text: required(plainText(150)) }),
  image: block(
    { alt_text: required(string({ min: 1, max: 2000 })), title: optional(plainText(2000)), ...imageSources },
    exactlyOneImageSource,
  ),
  input: block({
    label: required(plainText(2000)),
    hint: optional(plainText(2000)),
    optional: optional(boolean),
    dispatch_action: optional(boolean),
    element: required(elements(...INPUT_ELEMENTS)),
  }),
  markdown: block({ text: required(string({ min: 1, max: MARKDOWN_CHARACTERS })) }),
  plan: block({ title: required(string({ min: 1 })), tasks: optional(array(taskCard)) }),
  rich_text: richText,
  section: block(
    {
      text: optional(text(3000)),
      fields: optional(array(text(2000), { min: 1, max: 10 })),
      accessory: optional(typed({ ...accessoryRules() })),
      expand: optional(boolean),
    },
    (value, report) => {
      if (value.text === undefined && value.fields === undefined) report('must define either `text` or `fields`')
    },
  ),
  table: block({
    rows: tableRows,
    column_settings: optional(
      array(object({ align: optional(oneOf('left', 'center', 'right')), is_wrapped: optional(boolean) }), { max: 20 }),
    ),
  }),
  task_card: taskCard,
  video: block({
    video_url: required(url()),
    thumbnail_url: required(url()),
    alt_text: required(string({ min: 1 })),
    title: required(plainText(199)),
    title_url: optional(url()),
    author_name: optional(string({ max: 49 })),
    provider_name: optional(string()),
    provider_icon_url: optional(url()),
    description: optional(plainText(200)),
  }),
}

/** Where a list of blocks stands decides how many there may be and which kinds. */
export type Surface = 'message' | 'modal' | 'home'

const MESSAGES_ONLY = new Set(['markdown', 'table', 'task_card', 'plan', 'context_actions'])

function accessoryRules(): Record<string, Rule> {
  const rule = elements(...ACCESSORY_ELEMENTS)
  const rules: Record<string, Rule> = { image }
  for (const name of ACCESSORY_ELEMENTS) rules[name] = rule
  return rules
}

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

/** Every block type that Slack knows, with its limits. What is not here is `invalid_blocks`. */
import { isObject, type JsonObject } from '../wire/json.js'
import { exactlyOneImageSource, image, imageSources, plainText, text } from './composition.js'
import { ACCESSORY_ELEMENTS, ACTION_ELEMENTS, elements, INPUT_ELEMENTS } from './elements.js'
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
  type Report,
  type Rule,
  required,
  string,
  typed,
  url,
} from './rules.js'

/** Characters of all markdown blocks of one message together. */
export const MARKDOWN_CHARACTERS = 12_000

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

/** Every block by its `type`. */
export const BLOCK_RULES: Readonly<Record<string, Rule>> = {
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

function accessoryRules(): Record<string, Rule> {
  const rule = elements(...ACCESSORY_ELEMENTS)
  const rules: Record<string, Rule> = { image }
  for (const name of ACCESSORY_ELEMENTS) rules[name] = rule
  return rules
}

/** What a person reads and can press in a message or view, without the layout: for tests and for the state a failed wait prints. */
import { asString, isObject, type Json, type JsonObject } from '../wire/json.js'
import { interactiveElements, type StoredBlock } from './blocks.js'

/** Something that can be pressed or filled in. */
export interface ShownElement {
  readonly type: string
  readonly label: string
  readonly blockId: string
  readonly actionId: string
  readonly value: string | undefined
  readonly url: string | undefined
}

/** Keys under which Block Kit keeps words that a person reads, in reading order. */
const READ = [
  'title',
  'rich_text_title',
  'subtitle',
  'text',
  'fields',
  'body',
  'label',
  'hint',
  'details',
  'output',
] as const
const NESTED = ['elements', 'tasks', 'child_blocks', 'rows', 'accessory'] as const

/** All readable text of the blocks, a line per block. Labels of buttons are left out: those are {@link shownElements}. */
export function shownText(blocks: readonly Json[]): string {
  return blocks
    .map((block) => readable(block).trim())
    .filter((line) => line !== '')
    .join('\n')
}

function readable(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(readable).filter(Boolean).join(separatorOf(value))
  if (!isObject(value)) return ''
  switch (value.type) {
    case 'button':
    case 'overflow':
    case 'icon_button':
    case 'feedback_buttons':
      return ''
    case 'link':
      return asString(value.text) ?? String(value.url)
    case 'user':
      return `<@${String(value.user_id)}>`
    case 'channel':
      return `<#${String(value.channel_id)}>`
    case 'broadcast':
      return `<!${String(value.range)}>`
    case 'emoji':
      return `:${String(value.name)}:`
    case 'image':
      return readable(value.title ?? value.alt_text)
  }
  return [...READ, ...NESTED]
    .map((name) => readable(value[name]))
    .filter((text) => text !== '')
    .join('\n')
}

/** The leaves of a rich text section run on; blocks, cells and fields stand apart. */
function separatorOf(values: readonly Json[]): string {
  const leaf = values.some(
    (value) => isObject(value) && ['text', 'link', 'user', 'emoji', 'channel'].includes(String(value.type)),
  )
  return leaf ? '' : '\n'
}

/** Everything that can be pressed or filled in, in order. Feedback buttons count as two. */
export function shownElements(blocks: readonly StoredBlock[]): ShownElement[] {
  return blocks.flatMap((block) =>
    interactiveElements(block).flatMap((element) => {
      const common = { type: String(element.type), blockId: block.block_id, actionId: String(element.action_id) }
      if (element.type === 'feedback_buttons') {
        return [element.positive_button, element.negative_button]
          .filter(isObject)
          .map((button) => shown(button, common))
      }
      return [shown(element, common, block)]
    }),
  )
}

function shown(
  element: JsonObject,
  common: Pick<ShownElement, 'type' | 'blockId' | 'actionId'>,
  block?: JsonObject,
): ShownElement {
  return {
    ...common,
    label: readable(element.text ?? element.placeholder ?? block?.label),
    value: asString(element.value),
    url: asString(element.url),
  }
}

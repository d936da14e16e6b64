/** Slack's composition objects, of which blocks and elements are made: texts, confirm dialogs, options, images. */
import type { Json } from '../wire/json.js'
import {
  array,
  boolean,
  type Field,
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

export const type: Field = required(string())

const plainTextFields = (max: number) => ({
  type: required(oneOf('plain_text')),
  text: required(string({ min: 1, max })),
  emoji: optional(boolean),
})

export const plainText = (max: number): Rule => object(plainTextFields(max))

const mrkdwn = (max: number): Rule =>
  object({ type, text: required(string({ min: 1, max })), verbatim: optional(boolean) })

export const text = (max: number): Rule => typed({ plain_text: plainText(max), mrkdwn: mrkdwn(max) })

export const confirm = object({
  title: optional(plainText(100)),
  text: required(text(300)),
  confirm: optional(plainText(30)),
  deny: optional(plainText(30)),
  style: optional(oneOf('primary', 'danger')),
})

export const option = (label: Rule, extra: Readonly<Record<string, Field>> = {}): Rule =>
  object({
    text: required(label),
    value: optional(string({ max: 75 })),
    description: optional(plainText(75)),
    ...extra,
  })

export const plainOption = option(plainText(75))
export const richOption = option(text(75))
export const optionGroup = object({
  label: required(plainText(75)),
  options: required(array(plainOption, { min: 1, max: 100 })),
})

/** An image is given by exactly one of a public address and a file in Slack. */
export const exactlyOneImageSource = (value: Json, report: Report): void => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  if ((value.image_url === undefined) === (value.slack_file === undefined)) {
    report('must define either `image_url` or `slack_file`')
  }
}

export const imageSources = {
  image_url: optional(url(3000)),
  slack_file: optional(object({ id: optional(string({ min: 1 })), url: optional(url()) })),
}

export const image: Rule = object(
  {
    type,
    alt_text: required(string({ min: 1, max: 2000 })),
    ...imageSources,
    image_width: optional(number),
    image_height: optional(number),
  },
  exactlyOneImageSource,
)

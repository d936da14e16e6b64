/**
 * The small language in which the Block Kit limits of this sandbox are written. A rule looks at one value and reports what
 * Slack would say about it, with the same JSON pointers, so that `response_metadata.messages` reads like Slack's.
 */
import { isObject, type Json, type JsonObject } from '../wire/json.js'

/** Reports one problem of the value that a rule looks at. `at` defaults to that value's own pointer. */
export type Report = (problem: string, at?: string) => void

export type Rule = (value: Json, at: string, report: Report) => void

export interface Field {
  readonly rule: Rule
  readonly required: boolean
}

export const required = (rule: Rule): Field => ({ rule, required: true })
export const optional = (rule: Rule): Field => ({ rule, required: false })

/** Runs a rule and returns its problems in Slack's wording, e.g. `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
export function problemsOf(rule: Rule, value: Json, at: string): string[] {
  const problems: string[] = []
  rule(value, at, (problem, where = at) => problems.push(`${problem} [json-pointer:${where}]`))
  return problems
}

/** Reports at the pointer of the value itself unless a nested rule says otherwise. */
function nested(rule: Rule, value: Json, at: string, report: Report): void {
  rule(value, at, (problem, where = at) => report(problem, where))
}

export const string =
  ({ min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule =>
  (value, _at, report) => {
    if (typeof value !== 'string') return report('must provide a string')
    if (value.length < min) report(`must be more than ${min - 1} characters`)
    if (value.length > max) report(`must be less than ${max + 1} characters`)
  }

export const matching =
  (pattern: RegExp, problem: string, max = Number.POSITIVE_INFINITY): Rule =>
  (value, at, report) => {
    string({ min: 1, max })(value, at, report)
    if (typeof value === 'string' && value !== '' && !pattern.test(value)) report(problem)
  }

/** An address that a client can open. Slack also takes `mailto:` and the deep links of other apps. */
export const url = (max = 3000): Rule => matching(/^[a-z][a-z0-9+.-]*:\S+$/i, 'Invalid URL', max)

export const oneOf =
  (...values: string[]): Rule =>
  (value, _at, report) => {
    if (typeof value !== 'string' || !values.includes(value)) {
      report(`must be a valid enum value, one of: ${values.join(', ')}`)
    }
  }

export const boolean: Rule = (value, _at, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean')
}

export const integer =
  ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule =>
  (value, _at, report) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return report('must provide an integer')
    if (value < min || value > max) report(`must be between ${min} and ${max}`)
  }

export const number: Rule = (value, _at, report) => {
  if (typeof value !== 'number') report('must provide a number')
}

export const array =
  (item: Rule, { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule =>
  (value, at, report) => {
    if (!Array.isArray(value)) return report('must provide an array')
    if (value.length < min) report(`no fewer than ${min} items allowed`)
    if (value.length > max) report(`no more than ${max} items allowed`)
    for (const [index, entry] of value.entries()) nested(item, entry, `${at}/${index}`, report)
  }

/** An object with exactly these fields: Slack refuses what it does not know (`invalid additional property`). */
export const object =
  (fields: Readonly<Record<string, Field>>, check?: (value: JsonObject, report: Report, at: string) => void): Rule =>
  (value, at, report) => {
    if (!isObject(value)) return report('must provide an object')
    for (const [name, field] of Object.entries(fields)) {
      const entry = value[name]
      if (entry === undefined || entry === null) {
        if (field.required) report(`missing required field: ${name}`)
      } else {
        nested(field.rule, entry, `${at}/${name}`, report)
      }
    }
    for (const name of Object.keys(value)) if (!(name in fields)) report(`invalid additional property: ${name}`)
    check?.(value, report, at)
  }

/** An object whose `type` decides what it must look like. */
export const typed =
  (variants: Readonly<Record<string, Rule>>): Rule =>
  (value, at, report) => {
    if (!isObject(value)) return report('must provide an object')
    const { type } = value
    if (type === undefined) return report('missing required field: type')
    const variant = typeof type === 'string' ? variants[type] : undefined
    if (variant === undefined) return report(`unsupported type: ${String(type)}`, `${at}/type`)
    variant(value, at, report)
  }

export const anything: Rule = () => undefined

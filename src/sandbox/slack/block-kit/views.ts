/** Modals and Home tabs: what Slack accepts as a view, and the view as it hands it back to the app. */
import { freshId } from '../wire/identifiers.js'
import { asString, isObject, type Json, type JsonObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { blockProblems, type StoredBlock, withIds } from './blocks.js'
import { plainText } from './composition.js'
import { anything, boolean, object, oneOf, optional, problemsOf, required, string } from './rules.js'

/** A published or opened view. `state` holds what the person has entered so far, as `view_submission` reports it. */
export interface StoredView {
  readonly id: string
  readonly type: 'modal' | 'home'
  readonly blocks: StoredBlock[]
  readonly privateMetadata: string
  readonly callbackId: string
  readonly externalId: string
  readonly title: JsonObject | null
  readonly submit: JsonObject | null
  readonly close: JsonObject | null
  readonly clearOnClose: boolean
  readonly notifyOnClose: boolean
  readonly hash: string
  readonly rootId: string
  readonly previousId: string | null
}

const common = {
  type: required(oneOf('modal', 'home')),
  blocks: required(anything),
  private_metadata: optional(string({ max: 3000 })),
  callback_id: optional(string({ max: 255 })),
  external_id: optional(string({ max: 255 })),
}

const modal = object({
  ...common,
  title: required(plainText(24)),
  submit: optional(plainText(24)),
  close: optional(plainText(24)),
  clear_on_close: optional(boolean),
  notify_on_close: optional(boolean),
  submit_disabled: optional(boolean),
})
const home = object(common)

/** Bytes of a whole view. */
const VIEW_BYTES = 250_000

/**
 * Checks a view from the app.
 * @throws SlackRefusal `invalid_arguments` with every problem, `view_too_large`
 */
export function acceptView(
  view: Json,
  type: StoredView['type'],
  place: { readonly id?: string; readonly rootId?: string; readonly previousId?: string | null } = {},
): StoredView {
  if (!isObject(view)) throw refuseWith('invalid_arguments', ['must provide an object [json-pointer:/view]'])
  const problems = problemsOf(type === 'modal' ? modal : home, view, '/view')
  if (view.type !== type) problems.push(`must be a ${type} [json-pointer:/view/type]`)
  if (view.blocks !== undefined) problems.push(...blockProblems(view.blocks, type, '/view/blocks'))
  const blocks = Array.isArray(view.blocks) ? view.blocks : []
  if (
    type === 'modal' &&
    view.submit === undefined &&
    blocks.some((entry) => isObject(entry) && entry.type === 'input')
  ) {
    problems.push('missing required field: submit [json-pointer:/view]')
  }
  if (problems.length > 0) throw refuseWith('invalid_arguments', problems)
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES) throw new SlackRefusal('view_too_large')
  const id = place.id ?? freshId('V')
  return {
    id,
    type,
    blocks: withIds(blocks),
    privateMetadata: asString(view.private_metadata) ?? '',
    callbackId: asString(view.callback_id) ?? '',
    externalId: asString(view.external_id) ?? '',
    title: isObject(view.title) ? view.title : null,
    submit: isObject(view.submit) ? view.submit : null,
    close: isObject(view.close) ? view.close : null,
    clearOnClose: view.clear_on_close === true,
    notifyOnClose: view.notify_on_close === true,
    hash: `${Date.now()}.${freshId('')}`,
    rootId: place.rootId ?? id,
    previousId: place.previousId ?? null,
  }
}

/** Home tabs and modals. */
import type { ViewOutput } from '@slack/bolt'
import type { ViewsOpenResponse, ViewsPublishResponse, ViewsPushResponse, ViewsUpdateResponse } from '@slack/web-api'
import { initialValues } from '../block-kit/input-state.js'
import { acceptView, type StoredView } from '../block-kit/views.js'
import { viewOutput } from '../delivery/view-output.js'
import type { Json } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import type { OpenModal } from '../workspace/clients.js'
import { type Arguments, type Inside, knownMember, type Method } from './method.js'

/** Modals on top of each other. */
const MOST_MODALS = 3

/** The SDK's answer with the view as the SDK's payload types have it, instead of the generated enums. */
type WithView<Answer> = Omit<Answer, 'view'> & { ok: boolean; view: ViewOutput }

function viewArgument(args: Arguments): Json {
  const view = args.json('view', 'invalid_arguments')
  if (view === undefined) throw refuseWith('invalid_arguments', ['missing required field: view'])
  return view
}

function refuseHash(args: Arguments, current: StoredView | undefined): void {
  const hash = args.string('hash')
  if (hash && current !== undefined && hash !== current.hash) throw new SlackRefusal('hash_conflict')
}

const publish: Method<WithView<ViewsPublishResponse>> = {
  scopes: [],
  token: 'bot',
  run({ inside, args }) {
    const user = knownMember(inside, args.required('user_id'))
    const current = inside.clients.home(user.id)
    refuseHash(args, current)
    const view = acceptView(viewArgument(args), 'home', current === undefined ? {} : { id: current.id })
    inside.clients.publishHome(user.id, view)
    return { ok: true, view: viewOutput(inside.workspace, view, initialValues(view.blocks)) }
  },
}

const open: Method<WithView<ViewsOpenResponse>> = {
  scopes: [],
  token: 'bot',
  run({ inside, args }) {
    const view = acceptView(viewArgument(args), 'modal')
    refuseTakenExternalId(inside, view)
    const { user } = inside.triggers.spend(args.required('trigger_id'))
    const modal = inside.clients.openModal(user, view)
    return { ok: true, view: viewOutput(inside.workspace, view, modal.values) }
  },
}

const push: Method<WithView<ViewsPushResponse>> = {
  scopes: [],
  token: 'bot',
  run({ inside, args }) {
    const content = viewArgument(args)
    acceptView(content, 'modal')
    const { user, viewId } = inside.triggers.spend(args.required('trigger_id'))
    const below = viewId === undefined ? undefined : inside.clients.modal(viewId)
    if (below === undefined) throw new SlackRefusal('not_found')
    if (inside.clients.modals(user).length >= MOST_MODALS) throw new SlackRefusal('push_limit_reached')
    const view = acceptView(content, 'modal', { rootId: below.view.rootId, previousId: below.view.id })
    refuseTakenExternalId(inside, view)
    const modal = inside.clients.openModal(user, view)
    return { ok: true, view: viewOutput(inside.workspace, view, modal.values) }
  },
}

const update: Method<WithView<ViewsUpdateResponse>> = {
  scopes: [],
  token: 'bot',
  run({ inside, args }) {
    const id = args.string('view_id')
    const externalId = args.string('external_id')
    const modal: OpenModal | undefined = id
      ? inside.clients.modal(id)
      : externalId
        ? inside.clients.modalByExternalId(externalId)
        : undefined
    if (modal === undefined) throw new SlackRefusal('not_found')
    refuseHash(args, modal.view)
    const { id: viewId, rootId, previousId } = modal.view
    const view = acceptView(viewArgument(args), 'modal', { id: viewId, rootId, previousId })
    const updated = inside.clients.replaceModal(modal, { view, errors: {} })
    return { ok: true, view: viewOutput(inside.workspace, view, updated.values) }
  },
}

function refuseTakenExternalId({ clients }: Inside, view: StoredView): void {
  if (view.externalId !== '' && clients.modalByExternalId(view.externalId) !== undefined) {
    throw new SlackRefusal('duplicate_external_id')
  }
}

export const viewMethods = {
  'views.open': open,
  'views.publish': publish,
  'views.push': push,
  'views.update': update,
}

import { useMemo, useState } from 'preact/hooks'
import type { PageModal } from '../../slack/wire/page-api.js'
import { BlockKit } from '../blocks/block-kit.js'
import { type Interaction, InteractionContext } from '../blocks/interaction.js'
import { Avatar } from '../controls/avatar.js'
import { Dialog } from '../controls/dialog.js'
import { CloseIcon, WarningIcon } from '../controls/icons.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { pressKey } from '../state/workspace-state.js'

/** The modal on top, if any is open. */
export function ModalLayer() {
  const { state } = useViewer()
  const view = state.modals.at(-1)
  return view ? <Modal key={view.id} view={view} /> : null
}

type Values = Readonly<Record<string, Readonly<Record<string, string>>>>

function Modal({ view }: { view: PageModal }) {
  const workspace = useWorkspace()
  const { pressing } = useWorkspaceState()
  const { state } = useViewer()
  const [values, setValues] = useState<Values>({})
  const [problem, setProblem] = useState<{ words: string; blockId?: string }>()
  const [isSubmitting, setIsSubmitting] = useState(false)

  const interaction = useMemo<Interaction>(
    () => ({
      press: (blockId, actionId, value) =>
        void workspace.press({ view: view.id, blockId, actionId, ...(value === undefined ? {} : { value }) }),
      isPressing: (blockId, actionId) => pressing.has(pressKey({ view: view.id, blockId, actionId })),
      keep: (blockId, actionId, value) =>
        setValues((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: value } })),
      kept: (blockId, actionId) => values[blockId]?.[actionId],
      problem: (blockId) => (problem?.blockId === blockId ? problem.words : view.errors?.[blockId]),
    }),
    [workspace, view.id, view.errors, pressing, values, problem],
  )

  const close = () => workspace.closeModal(view.id)
  const submit = async () => {
    if (isSubmitting) return
    setIsSubmitting(true)
    setProblem(undefined)
    const refused = await workspace.submitModal(view.id, structuredClone(values))
    setIsSubmitting(false)
    setProblem(refused)
  }
  return (
    <Dialog label={view.title} class="dialog-modal" onEscape={close}>
      <form
        class="modal-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <div class="modal-head">
          <Avatar person={state.bot} size={24} />
          <h2 class="dialog-title">{view.title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <CloseIcon />
          </button>
        </div>
        <div class="modal-body">
          {problem === undefined || problem.blockId !== undefined ? null : (
            <div class="banner banner-warning" role="alert">
              <WarningIcon />
              <span>{problem.words}</span>
            </div>
          )}
          <InteractionContext.Provider value={interaction}>
            <BlockKit blocks={view.blocks} />
          </InteractionContext.Provider>
        </div>
        <div class="dialog-buttons modal-foot">
          <button type="button" class="button" onClick={close}>
            {view.close ?? (view.submit === undefined ? 'Close' : 'Cancel')}
          </button>
          {view.submit === undefined ? null : (
            <button
              type="submit"
              class={`button button-primary ${isSubmitting ? 'button-busy' : ''}`}
              aria-disabled={isSubmitting}
            >
              {view.submit}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  )
}

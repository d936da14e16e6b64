import { useMemo } from 'preact/hooks'
import { BlockKit } from '../blocks/block-kit.js'
import { type Interaction, InteractionContext } from '../blocks/interaction.js'
import { Avatar } from '../controls/avatar.js'
import { useViewer, useWorkspace, useWorkspaceState } from '../state/context.js'
import { pressKey } from '../state/workspace-state.js'

/** The app's Home tab, as it was last published for this person. */
export function HomeTab() {
  const workspace = useWorkspace()
  const { pressing } = useWorkspaceState()
  const { state } = useViewer()
  const view = state.home?.id ?? ''
  const interaction = useMemo<Interaction>(
    () => ({
      press: (blockId, actionId, value) =>
        void workspace.press({ view, blockId, actionId, ...(value === undefined ? {} : { value }) }),
      isPressing: (blockId, actionId) => pressing.has(pressKey({ view, blockId, actionId })),
    }),
    [workspace, view, pressing],
  )
  return (
    <div class="home" role="tabpanel" aria-label="Home">
      {state.home ? (
        <InteractionContext.Provider value={interaction}>
          <BlockKit blocks={state.home.blocks} />
        </InteractionContext.Provider>
      ) : (
        <div class="home-empty">
          <Avatar person={state.bot} size={64} />
          <h3>This is the Home tab of {state.bot.name}</h3>
          <p>The app has not put anything here yet.</p>
        </div>
      )}
    </div>
  )
}

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

/** Where blocks stand decides what using their elements does: a press in a message or Home tab, a value kept in a modal. */
export interface Interaction {
  /** Tells the app. `value` of selects and inputs; several values stand one a line. */
  press(blockId: string, actionId: string, value?: string): void
  /** Whether the app has not yet acknowledged the last press of this element. */
  isPressing(blockId: string, actionId: string): boolean
  /** Only in a modal: remembers what was entered until it is submitted. */
  keep?(blockId: string, actionId: string, value: string): void
  /** Only in a modal: what was entered so far, or undefined where nobody touched the element. */
  kept?(blockId: string, actionId: string): string | undefined
  /** Only in a modal: what is wrong with the block's input. */
  problem?(blockId: string): string | undefined
}

export const InteractionContext = createContext<Interaction | undefined>(undefined)

export function useInteraction(): Interaction {
  const interaction = useContext(InteractionContext)
  if (!interaction) throw new Error('blocks outside of a message, Home tab or modal')
  return interaction
}

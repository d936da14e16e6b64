/** An element that holds a value, in its block: what it shows now, and whom it tells of a change. */
import { useState } from 'preact/hooks'
import { useConfirmed } from './confirmed.js'
import { Control, type ControlProps } from './entry-controls.js'
import { type EntryElementType, initialValue, placeholderOf } from './entry-element.js'
import { useInteraction } from './interaction.js'

interface EntryProps {
  element: EntryElementType
  blockId: string
  /** What a screen reader calls it where no visible label does. */
  label: string
  id?: string
  isRequired?: boolean
  dispatches?: boolean
}

export function EntryElement({ element, blockId, label, id, isRequired, dispatches }: EntryProps) {
  const { press, isPressing, keep, kept } = useInteraction()
  const actionId = element.action_id ?? ''
  const isBusy = isPressing(blockId, actionId)
  const { ask, dialog } = useConfirmed('confirm' in element ? element.confirm : undefined, isBusy)
  const [local, setLocal] = useState(() => initialValue(element))
  const value = kept?.(blockId, actionId) ?? local
  // In an input block the app hears of the value when the modal is submitted, elsewhere at once.
  const isInput = isRequired !== undefined
  const tells = dispatches === true || !isInput

  const change = (next: string) => {
    setLocal(next)
    keep?.(blockId, actionId, next)
  }
  const choose = (next: string) => {
    if (!tells) return change(next)
    ask(() => {
      change(next)
      press(blockId, actionId, next)
    })
  }
  const control: ControlProps = {
    id,
    label: label || placeholderOf(element) || 'Choose',
    value,
    isRequired: isRequired === true,
    isBusy,
    onType: change,
    onChoose: choose,
    onDone: () => {
      if (tells && value !== '') press(blockId, actionId, value)
    },
  }
  return (
    <>
      <Control element={element} control={control} />
      {dialog}
    </>
  )
}

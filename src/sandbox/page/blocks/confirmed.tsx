import type { ConfirmationDialog } from '@slack/types'
import { useState } from 'preact/hooks'
import { ConfirmDialog } from '../controls/dialog.js'
import { Text } from './block-kit-text.js'

/** A press that first asks, where the app wants that, and does nothing while the last one is still being handled. */
export function useConfirmed(confirm: ConfirmationDialog | undefined, isBusy: boolean) {
  const [asked, setAsked] = useState<(() => void) | undefined>(undefined)
  const ask = (press: () => void) => {
    if (isBusy) return
    if (confirm) setAsked(() => press)
    else press()
  }
  const dialog =
    confirm && asked ? (
      <ConfirmDialog
        title={confirm.title?.text ?? 'Are you sure?'}
        confirm={confirm.confirm?.text ?? 'Yes'}
        deny={confirm.deny?.text ?? 'No'}
        isDanger={confirm.style === 'danger'}
        onClose={(isConfirmed) => {
          setAsked(undefined)
          if (isConfirmed) asked()
        }}
      >
        <Text text={confirm.text} />
      </ConfirmDialog>
    ) : null
  return { ask, dialog }
}

import type { ConfirmationDialog } from '@slack/types'
import { useState } from 'preact/hooks'
import { ConfirmDialog } from '../components/dialog.js'
import { Text } from './block-kit-text.js'

/** A press that first asks, where the app wants that. */
export function useConfirmed(confirm: ConfirmationDialog | undefined) {
  const [asked, setAsked] = useState<(() => void) | undefined>(undefined)
  const ask = (press: () => void) => (confirm ? setAsked(() => press) : press())
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

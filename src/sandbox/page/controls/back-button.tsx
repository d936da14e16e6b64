import { BackIcon } from './icons.js'

/** Leads back from a pane that covers the one before, at the width of a phone. */
export function BackButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" class="icon-button back-button" aria-label={label} onClick={onClick}>
      <BackIcon />
    </button>
  )
}

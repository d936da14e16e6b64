import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { WireEntry } from '../../slack/wire/page-api.js'
import { BackButton } from '../controls/back-button.js'
import { CloseIcon, DeleteIcon, PauseIcon, PlayIcon } from '../controls/icons.js'
import { useRoving } from '../controls/roving.js'
import { useWorkspace, useWorkspaceState } from '../state/context.js'
import { isFailure, isPending, matchesFilter } from '../state/wire-log.js'

/** Each call of the app and each delivery to it, the newest at the end, with what is left of Slack's limits. */
export function WirePanel({ onClose }: { onClose(): void }) {
  const workspace = useWorkspace()
  const { wire } = useWorkspaceState()
  const [filter, setFilter] = useState('')
  /** What was there when the panel was paused; the log itself goes on. */
  const [paused, setPaused] = useState<readonly WireEntry[]>()
  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useRoving(scroller, { items: '.wire-entry > summary', from: 'end' })
  const entries = (paused ?? wire).filter((entry) => matchesFilter(entry, filter))
  const waiting = paused ? wire.filter((entry) => entry.id > (paused.at(-1)?.id ?? -1)).length : 0

  useLayoutEffect(() => {
    const element = scroller.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  })
  return (
    <aside class="pane wire" aria-label="Wire">
      <div class="pane-header">
        <BackButton label="Back to Slack" onClick={onClose} />
        <h2 class="pane-title">Wire</h2>
        <span class="pane-topic">between Slack and the app</span>
        <button type="button" class="icon-button close-button" aria-label="Close wire" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div class="wire-tools">
        <input
          class="field"
          type="search"
          placeholder="Filter, e.g. chat.update"
          aria-label="Filter the wire"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button
          type="button"
          class="icon-button"
          aria-pressed={paused !== undefined}
          aria-label={paused ? `Resume, ${waiting} waiting` : 'Pause'}
          title={paused ? `Resume (${waiting} waiting)` : 'Pause'}
          onClick={() => setPaused(paused ? undefined : wire)}
        >
          {paused ? <PlayIcon /> : <PauseIcon />}
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Clear"
          title="Clear"
          onClick={() => {
            workspace.clearWire()
            if (paused) setPaused([])
          }}
        >
          <DeleteIcon />
        </button>
      </div>
      {paused ? (
        <div class="wire-paused" role="status">
          Paused. {waiting} new {waiting === 1 ? 'entry' : 'entries'} waiting.
        </div>
      ) : null}
      <section
        class="wire-entries"
        ref={scroller}
        // A region that scrolls must be reachable with the keyboard: by its entries, or by itself where there is none.
        tabIndex={entries.length === 0 ? 0 : undefined}
        aria-label="Calls and deliveries"
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
        }}
      >
        {entries.length === 0 ? (
          <p class="wire-empty">
            {filter === ''
              ? 'Nothing yet. Write to the app and its calls appear here.'
              : 'No call or delivery matches the filter.'}
          </p>
        ) : (
          entries.map((entry) => <WireRow key={entry.id} entry={entry} />)
        )}
      </section>
    </aside>
  )
}

function WireRow({ entry }: { entry: WireEntry }) {
  const [isOpen, setIsOpen] = useState(false)
  const outcome = isFailure(entry) ? 'wire-failed' : isPending(entry) ? 'wire-pending' : 'wire-ok'
  return (
    <details class={`wire-entry ${outcome}`} open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span
          class="wire-direction"
          title={entry.direction === 'call' ? 'The app calls Slack' : 'Slack delivers to the app'}
        >
          {entry.direction === 'call' ? '→' : '←'}
          <span class="visually-hidden">{entry.direction}</span>
        </span>
        <span class="wire-method">{entry.method}</span>
        <span class="wire-outcome">
          {entry.outcome}
          {entry.durationMs === undefined ? null : (
            <span class="wire-duration"> {Math.round(entry.durationMs)} ms</span>
          )}
        </span>
        {entry.budget ? <Budget budget={entry.budget} /> : null}
      </summary>
      {isOpen ? (
        <div class="wire-detail">
          <div class="wire-at">{new Date(entry.at).toISOString().slice(11, 23)} UTC</div>
          {entry.request === undefined ? null : <Json label="Request" value={entry.request} />}
          {entry.response === undefined ? null : <Json label="Response" value={entry.response} />}
        </div>
      ) : null}
    </details>
  )
}

/** Calls of the method that are left in this minute. */
function Budget({ budget }: { budget: NonNullable<WireEntry['budget']> }) {
  const { remaining, limit } = budget
  const share = limit > 0 ? remaining / limit : 0
  return (
    <span class="wire-budget" title={`${remaining} of ${limit} calls of this method left in this minute`}>
      <meter
        min={0}
        max={limit}
        low={limit * 0.2}
        high={limit * 0.5}
        optimum={limit}
        value={remaining}
        aria-label="Calls left in this minute"
      >
        {Math.round(share * 100)} %
      </meter>
      <span>
        {remaining}/{limit}
      </span>
    </span>
  )
}

function Json({ label, value }: { label: string; value: unknown }) {
  return (
    <>
      <div class="wire-label">{label}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable with the keyboard */}
      <pre class="wire-json" tabIndex={0}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </>
  )
}

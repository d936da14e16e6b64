import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { PageChannel, PageMessage } from '../../slack/wire/page-api.js'
import { useRoving } from '../controls/roving.js'
import { useMinute, useViewer } from '../state/context.js'
import { timeline } from '../state/timeline.js'
import { Message } from './message.js'

interface MessageListProps {
  label: string
  channel: PageChannel
  messages: readonly PageMessage[]
  newFrom: string | undefined
  intro?: ComponentChildren
  /** Under the parent of a thread: "3 replies". */
  afterFirst?: ComponentChildren
  inThread?: boolean
}

/** How near to its end a list counts as being at its end, in pixels: what comes is then followed. */
const NEAR_END = 60

/** Messages with day dividers. Stays at the newest message unless the reader has scrolled away from it. */
export function MessageList({ label, channel, messages, newFrom, intro, afterFirst, inThread }: MessageListProps) {
  const { state } = useViewer()
  const now = useMinute()
  const scroller = useRef<HTMLDivElement>(null)
  useRoving(scroller, { items: '.message', from: 'end', holdsControls: true })
  const isAtEnd = useRef(true)
  const last = useRef<string | undefined>(undefined)

  const newest = messages.at(-1)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    // One's own new message is always brought into view.
    const isOwnNew = newest !== undefined && newest.ts !== last.current && newest.user === state.viewer.id
    last.current = newest?.ts
    if (isAtEnd.current || isOwnNew) element.scrollTop = element.scrollHeight
  })
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    // The list also gets shorter and longer without a render of its own: the composer grows, a picture of the window changes.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const rows = timeline(messages, {
    tz: state.viewer.tz,
    now,
    inThread: inThread === true,
    ...(newFrom === undefined ? {} : { newFrom }),
  })
  return (
    <section
      class="message-scroller"
      ref={scroller}
      // A region that scrolls must be reachable with the keyboard: by its messages, or by itself where there is none.
      tabIndex={messages.length === 0 ? 0 : undefined}
      aria-label={label}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END
      }}
    >
      <div class="message-scroller-fill" />
      {intro}
      {/* biome-ignore lint/a11y/useSemanticElements: a <ul> would have to hold dividers as items */}
      <div role="list" aria-label={label}>
        {rows.map((row, index) => {
          if (row.type === 'day')
            return (
              <div key={row.key} class="day-divider" role="presentation">
                <span>{row.label}</span>
              </div>
            )
          if (row.type === 'new')
            return (
              <div key={row.key} class="new-divider" role="presentation">
                <span>New</span>
              </div>
            )
          const isFirst = index === rows.findIndex((other) => other.type === 'message')
          return (
            <>
              <Message
                key={row.key}
                channel={channel}
                message={row.message}
                isGrouped={row.isGrouped}
                inThread={inThread === true}
                now={now}
              />
              {isFirst ? afterFirst : null}
            </>
          )
        })}
      </div>
    </section>
  )
}

import type { PagePerson } from '../../slack/wire/page-api.js'

/** The square picture of a person (their initial on their colour) or of the app. `size` in pixels. */
export function Avatar({ person, size }: { person: PagePerson | undefined; size: number }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.46)}px` }
  if (person?.isBot)
    return (
      <span class="avatar avatar-app" style={style} aria-hidden="true">
        <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
          <path
            d="M8 17h4l2 3h4l2-3h4v6a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1zm2.500-8h11L24 15h-5.200l-2 3h-1.600l-2-3H8z"
            fill="#fff"
          />
        </svg>
      </span>
    )
  const initial = (person?.realName || person?.name || '?').slice(0, 1).toUpperCase()
  return (
    <span class="avatar" style={{ ...style, background: person?.color ?? '#616061' }} aria-hidden="true">
      {initial}
    </span>
  )
}

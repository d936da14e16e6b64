/** How much is unread; nothing where nothing is. */
export function UnreadBadge({ count }: { count: number }) {
  if (count <= 0) return null
  return (
    <span class="badge">
      {count}
      <span class="visually-hidden"> unread</span>
    </span>
  )
}

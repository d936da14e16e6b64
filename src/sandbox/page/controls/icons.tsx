import type { JSX } from 'preact'

/** Line icons, drawn here so that the page needs no font and no file. They say nothing to a screen reader: label the button. */

function icon(path: JSX.Element): () => JSX.Element {
  return () => (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {path}
    </svg>
  )
}

export const CloseIcon = icon(<path d="M5 5l10 10M15 5L5 15" />)
export const BackIcon = icon(<path d="M12.5 4.5L7 10l5.5 5.5" />)
export const HashIcon = icon(<path d="M8 3.5L6.5 16.5M13.5 3.5L12 16.5M4 7.5h12.5M3.5 12.5H16" />)
export const ReplyIcon = icon(
  <path d="M4 4.5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-5l-3.5 3v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM6.5 8h7M6.5 10.5h4.5" />,
)
export const EditIcon = icon(<path d="M13.5 4l2.5 2.5L7.5 15l-3.5 1 1-3.5z" />)
export const DeleteIcon = icon(
  <path d="M4 5.5h12M8 5.5V4h4v1.5M5.5 5.5l.7 10.5h7.6l.7-10.5M8.5 8.5v4.5M11.5 8.5v4.5" />,
)
export const SendIcon = icon(<path d="M3.5 4l13.5 6-13.5 6 1.5-6zM5 10h6" />)
export const EyeIcon = icon(
  <g>
    <path d="M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5z" />
    <circle cx="10" cy="10" r="2.3" />
  </g>,
)
export const WireIcon = icon(<path d="M2.5 10h3l2-5.5 4 11 2.5-5.5h3.5" />)
export const MoreIcon = icon(
  <g fill="currentColor" stroke="none">
    <circle cx="4.5" cy="10" r="1.5" />
    <circle cx="10" cy="10" r="1.5" />
    <circle cx="15.5" cy="10" r="1.5" />
  </g>,
)
export const PauseIcon = icon(<path d="M7 4.5v11M13 4.5v11" />)
export const PlayIcon = icon(<path d="M6.5 4.5l9 5.5-9 5.5z" />)
export const ChevronIcon = icon(<path d="M7.5 5l5 5-5 5" />)
export const WarningIcon = icon(<path d="M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.1" />)
export const FileIcon = icon(<path d="M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5" />)
export const ImageIcon = icon(
  <g>
    <rect x="3" y="4" width="14" height="12" rx="1.5" />
    <path d="M3.5 14l4-4 3 3 2.5-2.5 3.5 3.5M12.5 7.6v.1" />
  </g>,
)
export const BoldIcon = icon(<path d="M6 4h5a3 3 0 0 1 0 6H6zM6 10h6a3 3 0 0 1 0 6H6z" />)
export const ItalicIcon = icon(<path d="M8.5 4h6M5.5 16h6M11.8 4L8.2 16" />)
export const StrikeIcon = icon(
  <path d="M3.5 10h13M13.5 6.2C13 4.8 11.700 4 10 4 8 4 6.500 5 6.500 6.800c0 1 .5 1.700 1.200 2.200M6.300 13.500C6.800 15.100 8.200 16 10 16c2.200 0 3.700-1.100 3.700-3 0-.4-.1-.7-.2-1" />,
)
export const CodeIcon = icon(<path d="M7 6l-4 4 4 4M13 6l4 4-4 4" />)
export const AttachIcon = icon(
  <path d="M15.5 9.5l-5.6 5.6a3.2 3.2 0 0 1-4.5-4.5l6-6a2.1 2.1 0 0 1 3 3l-5.8 5.8a1 1 0 0 1-1.5-1.5l5.2-5.2" />,
)
export const MentionIcon = icon(
  <g>
    <circle cx="10" cy="10" r="3" />
    <path d="M13 7v4c0 1.500 1 2 2 2 1.500 0 2-1.500 2-3a7 7 0 1 0-2.800 5.600" />
  </g>,
)
export const LockIcon = icon(<path d="M5 9h10v7.500H5zM7 9V6.500a3 3 0 0 1 6 0V9" />)

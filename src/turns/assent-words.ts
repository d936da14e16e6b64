/** "Yes" as a message of its own, written where a card asks for a press: words approve nothing, and deny nothing. Pure. */

/** In lower case, without punctuation, blanks in place of hyphens. */
const ASSENTS: ReadonlySet<string> = new Set(
  [
    'yes, y, yep, yup, yeah, yes please, ok, okay, k, sure, agreed, confirm, confirmed, approve, approved, approve it, approve all',
    'accept, allow, go, go ahead, do it, please do, send, send it, send them, send now, send it now, please send it, lgtm, looks good',
    'archive it, archive them, yes send it, ok send it, yes do it, ok do it, yes go ahead, ok go ahead, yes to all',
  ].flatMap((line) => line.split(', ')),
)
/** Pictures that say the same. Skin tones and variation selectors are taken off before. */
const PICTURES = /^(?:👍|👌|✅|✔|🆗|🙆|💯)+$/u
/** What has no character of its own keeps Slack's name for it. */
const PICTURE_NAMES = /^(?::(?:\+1|thumbsup|ok_hand|white_check_mark|heavy_check_mark)(?:::skin-tone-[2-6])?:)+$/
/** Longer than anybody writes one of these. */
const LONGEST = 60

/** It says yes to something, and nothing else: no wish, no file, nothing passed on. */
export function isAssent(message: {
  readonly text: string
  readonly files: readonly unknown[]
  readonly forwarded: readonly unknown[]
}): boolean {
  const { text, files, forwarded } = message
  if (files.length > 0 || forwarded.length > 0 || text.length > LONGEST) return false
  const compact = text.replace(/[\u{1F3FB}-\u{1F3FF}\uFE0F\s]/gu, '').toLowerCase()
  if (PICTURE_NAMES.test(compact)) return true
  const pictures = compact.replace(/[\p{L}\p{N}\p{P}]/gu, '')
  const words = text
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  // A no beside a yes ("yes ❌") is for the agent to understand.
  if (pictures !== '' && !PICTURES.test(pictures)) return false
  return words === '' ? pictures !== '' : ASSENTS.has(words)
}

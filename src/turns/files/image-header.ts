/** What the first bytes of a picture say: its type and how large it is. A picture that the API refuses would stay in the session and fail every turn after. Pure. */

export interface ImageHeader {
  readonly mimetype: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** Null: it is no picture of a known type, or its beginning is damaged. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return png(view) ?? gif(view) ?? webp(view) ?? jpeg(view)
  } catch (error) {
    // It ends before its header does.
    if (error instanceof RangeError) return null
    throw error
  }
}

function says(view: DataView, at: number, text: string): boolean {
  return [...text].every((character, index) => view.getUint8(at + index) === character.charCodeAt(0))
}

function png(view: DataView): ImageHeader | null {
  if (!says(view, 0, '\x89PNG\r\n\x1a\n') || !says(view, 12, 'IHDR')) return null
  return { mimetype: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

function gif(view: DataView): ImageHeader | null {
  if (!says(view, 0, 'GIF87a') && !says(view, 0, 'GIF89a')) return null
  return { mimetype: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

/** Three forms, each with its size in another place (developers.google.com/speed/webp/docs/riff_container). */
function webp(view: DataView): ImageHeader | null {
  if (!says(view, 0, 'RIFF') || !says(view, 8, 'WEBP')) return null
  const size = (width: number, height: number): ImageHeader => ({ mimetype: 'image/webp', width, height })
  if (says(view, 12, 'VP8X')) {
    const uint24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000
    return size(uint24(24) + 1, uint24(27) + 1)
  }
  if (says(view, 12, 'VP8L')) {
    const bits = view.getUint32(21, true)
    return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
  }
  if (!says(view, 12, 'VP8 ')) return null
  return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
}

/** Segments, one of which is the frame; what comes before it is skipped by the length it tells. */
function jpeg(view: DataView): ImageHeader | null {
  if (view.getUint16(0) !== 0xffd8) return null
  let at = 2
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { mimetype: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    const length = view.getUint16(at + 2)
    if (length < 2) return null
    at += 2 + length
  }
}

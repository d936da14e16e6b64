import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readImageHeader } from '../../../src/turns/files/image-header.js'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))))

const ROWS = [
  [
    'image/png',
    bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 2, 128, 0, 0, 1, 224, 8]),
    { width: 640, height: 480 },
  ],
  ['image/gif', bytes('GIF89a', [0x80, 2, 0xe0, 1]), { width: 640, height: 480 }],
  [
    'image/webp',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0xe0, 1]),
    { width: 640, height: 480 },
  ],
  [
    'image/webp',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f, 0x7f, 0xc2, 0x77, 0]),
    { width: 640, height: 480 },
  ],
  [
    'image/webp',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0]),
    { width: 640, height: 480 },
  ],
  [
    'image/jpeg',
    // Its beginning, a table, a fill byte, the frame.
    bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0xe0, 2, 0x80]),
    { width: 640, height: 480 },
  ],
] as const

describe('the header of a picture', () => {
  it.each(ROWS)('of %s tells type and size', (mimetype, content, size) => {
    expect(readImageHeader(content)).toEqual({ mimetype, ...size })
  })

  it('is none where the picture breaks off before it ends', () => {
    for (const [, content] of ROWS)
      for (let end = 0; end < content.length - 4; end += 1) expect(readImageHeader(content.subarray(0, end))).toBeNull()
  })

  it('is none in anything else, and never fails', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (content) => readImageHeader(content) === null))
    const begun = fc.constantFrom(...ROWS.map(([, content]) => [...content.subarray(0, 12)]))
    fc.assert(
      fc.property(begun, fc.array(fc.nat(255), { maxLength: 60 }), (start, rest) => {
        expect(() => readImageHeader(Uint8Array.from([...start, ...rest]))).not.toThrow()
      }),
    )
  })
})

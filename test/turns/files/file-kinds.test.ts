import { describe, expect, it } from 'vitest'
import { examine, kindOf, MOST_PIXELS, mimetypeOf } from '../../../src/turns/files/file-kinds.js'

describe('the kind of a file', () => {
  it.each([
    ['photo.png', 'image/png', 'image'],
    ['photo.JPG', 'application/octet-stream', 'image'],
    ['photo.heic', 'image/heic', null],
    ['plan.pdf', 'application/pdf', 'document'],
    ['plan.pdf', '', 'document'],
    ['notes.txt', 'text/plain; charset=utf-8', 'mounted'],
    ['table.csv', 'text/csv', 'mounted'],
    ['data', 'application/ld+json', 'mounted'],
    ['old.doc', 'application/msword', 'mounted'],
    ['new.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'mounted'],
    ['sheet.ods', 'binary/octet-stream', 'mounted'],
    ['mail.eml', 'message/rfc822', 'mounted'],
    ['invite.ics', 'text/calendar', 'mounted'],
    ['clip.mp4', 'video/mp4', null],
    ['all.zip', 'application/zip', null],
    ['a.constructor', '', null],
    ['nothing', '', null],
  ] as const)('%s (%s): %s', (name, mimetype, kind) => {
    expect(kindOf(mimetypeOf({ name, mimetype }))).toBe(kind)
  })
})

const gif = (width: number) => {
  const content = Buffer.from('GIF89a\0\0\x01\0')
  content.writeUInt16LE(width, 6)
  return content
}

describe('the content of a file', () => {
  it.each([
    ['is what its type says', 'document', '%PDF-1.4 …', { mimetype: 'application/pdf' }],
    ['begins with something else', 'document', `${' '.repeat(500)}%PDF-1.4`, { mimetype: 'application/pdf' }],
    ['is no PDF', 'document', 'PK\x03\x04', 'damaged'],
    ['needs a password', 'document', '%PDF-1.4\ntrailer << /Encrypt 5 0 R >>', 'locked'],
    ['is no picture', 'image', '%PDF-1.4', 'damaged'],
    ['is a picture of another type', 'image', gif(10), { mimetype: 'image/gif' }],
    ['is a picture as wide as may be', 'image', gif(MOST_PIXELS), { mimetype: 'image/gif' }],
    ['is a picture too wide', 'image', gif(MOST_PIXELS + 1), 'too_wide'],
    ['is nothing', 'mounted', '', 'empty'],
    ['is anything', 'mounted', 'a;b', { mimetype: 'x/y' }],
  ] as const)('%s', (_, kind, content, outcome) => {
    expect(examine(kind, 'x/y', Buffer.from(content))).toEqual(outcome)
  })
})

import { describe, expect, it } from 'vitest'
import { ScriptedSession, sampleMailbox } from './scripted-session.js'

const NOTES =
  '- notes (1).csv (text/csv, 7 bytes): read it with your tools at /mnt/session/uploads/3f2a91bc/notes_1_.csv'
const PHOTO = '- photo.png (image/png, 70 bytes): a picture below, in this order'
const CLIP = '- clip.mp4 (video/mp4, 9 bytes): not readable for you; the person was told'
const SHEET = '- plan.xlsx (application/zip, 2 bytes): read it with your tools at /mnt/session/uploads/a/plan.xlsx'

async function session() {
  const scripted = await ScriptedSession.open(await sampleMailbox('anna'))
  scripted.files.set('/mnt/session/uploads/3f2a91bc/notes_1_.csv', Buffer.from('a;b\n1;2'))
  scripted.files.set('/mnt/session/uploads/a/plan.xlsx', Buffer.from('PK'))
  scripted.files.set('file_1', Buffer.from('picture'))
  return scripted
}

describe('asked what is in a file', () => {
  it('the script says what each is, and how it begins where it can read it', async () => {
    const { text, calls } = await (await session()).attach(
      'What is in these files?',
      [PHOTO, NOTES, CLIP, SHEET],
      ['file_1'],
    )
    expect(text).toContain("**photo.png** (image/png, 70 bytes). It's a picture. This script can't see; Claude would.")
    expect(text).toMatch(/\*\*notes \(1\)\.csv\*\* \(text\/csv, 7 bytes\)\. It says:\s+```[^`]*a;b\n1;2\s*```/)
    expect(text).toContain("**clip.mp4**: I haven't got this file.")
    expect(text).toContain("This script can't read this kind of file")
    expect(calls).toEqual([])
  })

  it('a file without words is described, too', async () => {
    expect((await (await session()).attach('(no words, only what is attached)', [NOTES])).text).toContain('It says:')
  })

  it('only the beginning of a long one is shown', async () => {
    const scripted = await session()
    scripted.files.set('/mnt/session/uploads/3f2a91bc/notes_1_.csv', Buffer.from('line\n'.repeat(400)))
    const { text } = await scripted.attach('read this file', [NOTES])
    expect(text).toContain('It begins:')
    expect(text.length).toBeLessThan(300)
  })

  it('there has to be one', async () => {
    expect((await (await session()).ask('what is in this file?')).text).toContain('There is no file with your message')
  })
})

import { readFile } from 'node:fs/promises'
import PostalMime, { type Email } from 'postal-mime'
import { beforeAll, describe, expect, test } from 'vitest'
import { WORLD } from '../../../../src/sandbox/world.js'

/** Splits at `From ` lines and takes the escapes off: enough for files of our own, and independent of the mailbox's reader. */
async function messages(name: string): Promise<Email[]> {
  const file = await readFile(
    new URL(`../../../../src/sandbox/mailbox/samples/${name}.mbox`, import.meta.url),
    'latin1',
  )
  const raws = file.split(/^From .*\n/m).slice(1)
  return await Promise.all(
    raws.map((raw) => PostalMime.parse(Buffer.from(raw.replace(/^>(>*From )/gm, '$1'), 'latin1'))),
  )
}

const boxes = new Map<string, Email[]>()
const all = () => [...boxes.values()].flat()
const bySubject = (name: string, subject: string) => {
  const found = boxes.get(name)?.find((mail) => mail.subject === subject)
  if (found === undefined) throw new Error(`${name} has no mail “${subject}”`)
  return found
}

beforeAll(async () => {
  for (const { address } of WORLD.mailAccounts) {
    const name = address.split('@')[0] ?? ''
    boxes.set(name, await messages(name))
  }
})

describe('the sample mail', () => {
  test('is some sixty different messages for the two people', () => {
    expect(boxes.get('anna')?.length).toBe(37)
    expect(boxes.get('ben')?.length).toBe(38)
    expect(new Set(all().map((mail) => mail.messageId)).size).toBe(65)
    // Written one by one: no two say the same.
    const texts = [...new Map(all().map((mail) => [mail.messageId, mail.text || mail.html])).values()]
    expect(new Set(texts).size).toBe(texts.length)
  })

  test('has a sender, a subject, a date, an id and labels in every message', () => {
    for (const mail of all()) {
      expect(mail.from?.address, mail.subject).toMatch(/^[^@\s]+@[^@\s]+$/)
      expect(mail.subject).toBeTruthy()
      expect(Date.parse(mail.date ?? ''), mail.subject).not.toBeNaN()
      expect(mail.messageId, mail.subject).toMatch(/^<[^<>\s]+>$/)
      expect(mail.headers.find(({ key }) => key === 'x-gmail-labels')?.value, mail.subject).toBeTruthy()
      expect(`${mail.text ?? ''}${mail.html ?? ''}`.trim(), mail.subject).not.toBe('')
    }
  })

  test('has nothing undecoded or broken in it', () => {
    for (const mail of all()) {
      const shown = [
        mail.subject,
        mail.from?.name,
        mail.text,
        mail.html,
        ...mail.attachments.map((file) => file.filename),
      ].join('\n')
      expect(shown, mail.subject).not.toMatch(/\ufffd|=\?[\w-]+\?[qb]\?|Ã[¤¶¥¼]|=C3=/i)
    }
  })

  test('spans three weeks and ends with the same message in both mailboxes', () => {
    const times = all().map((mail) => Date.parse(mail.date ?? ''))
    const days = (Math.max(...times) - Math.min(...times)) / 86_400_000
    expect(days).toBeGreaterThan(20)
    expect(days).toBeLessThan(23)
    for (const mails of boxes.values()) {
      expect(Math.max(...mails.map((mail) => Date.parse(mail.date ?? '')))).toBe(Math.max(...times))
    }
  })

  test('stays in domains that belong to nobody', () => {
    for (const mail of all()) {
      const addresses = `${JSON.stringify([mail.from, mail.to, mail.cc, mail.replyTo])}${mail.text ?? ''}${mail.html ?? ''}`
      for (const [, domain] of addresses.matchAll(/(?:@|https?:\/\/)([\w-]+(?:\.[\w-]+)+)/g)) {
        // One mail bounces because of a misspelt domain.
        expect(domain).toMatch(/\.(?:example|exmaple)$/)
      }
    }
  })

  test('holds together: what a message answers is there, at least in the other mailbox', () => {
    const ids = new Set(all().map((mail) => mail.messageId))
    const answers = all().filter((mail) => mail.inReplyTo !== undefined)
    expect(answers.length).toBeGreaterThan(20)
    for (const mail of answers) expect(ids, mail.subject).toContain(mail.inReplyTo)
  })

  test('decodes from every charset and encoding it uses', () => {
    expect(bySubject('anna', 'Söndagsmiddag och fjällstugan').text).toContain('rödbetsbiffar åt dig och Erik')
    expect(bySubject('anna', 'Re: Söndagsmiddag och fjällstugan').text).toContain('Elsa')
    expect(bySubject('anna', 'Påminnelse: dags för årlig undersökning').text).toContain('på telefon')
    // Some Node 20 and 22 releases decode windows-1252 as Latin-1, where the byte of "€" is a control character.
    expect(bySubject('anna', 'Einladung: Vortrag über „Atlas“ im Kartenhaus').text).toMatch(/Honorar von 800 [€\u0080]/)
    expect(bySubject('anna', 'Einladung: Vortrag über „Atlas“ im Kartenhaus').from?.name).toBe('Prof. Dr. Jürgen Weiß')
    expect(bySubject('ben', 'Vitrinen für Atlas – Rückfrage zu Glas und Liefertermin').text).toContain('rund 1.560 €')
    expect(bySubject('ben', '神谷海図の貸出について / Loan of the Kamiya chart').text).toContain('オカフォー様')
    expect(bySubject('ben', 'Re: 神谷海図の貸出について').text).toContain('森が同行し')
    expect(bySubject('anna', 'Höstrea: 30 % på alla handgjorda papper 🍂').text ?? '').toBe('')
    // A line that begins with "From " survives the mbox.
    expect(bySubject('anna', 'Draft certificate of insurance AEG-66120 (nail to nail)').text).toMatch(
      /^From the moment a work/m,
    )
  })

  test('has attachments that are what they say', () => {
    const files = all().flatMap((mail) => mail.attachments)
    const bytes = (content: (typeof files)[number]['content']) =>
      typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content))
    const pdfs = files.filter((file) => file.mimeType === 'application/pdf')
    const pictures = files.filter((file) => file.mimeType === 'image/png')
    expect(pdfs.map((file) => file.filename)).toContain('Auftragsbestätigung 88213.pdf')
    expect(pdfs.length).toBeGreaterThanOrEqual(4)
    for (const file of pdfs)
      expect(bytes(file.content).toString('latin1')).toMatch(/^%PDF-1\.4[\s\S]*startxref\n\d+\n%%EOF\n$/)
    for (const file of pictures) expect(bytes(file.content).subarray(1, 4).toString()).toBe('PNG')
    expect(pictures.length).toBeGreaterThanOrEqual(3)
    expect(files.some((file) => file.mimeType === 'text/csv')).toBe(true)
    const invitation = bySubject('anna', 'Invitation: Atlas walk-through with the lenders, gallery 1 to 5')
    expect(invitation.attachments.some((file) => file.mimeType === 'text/calendar')).toBe(true)
  })

  test('has unread mail, newsletters and mail from both sides', () => {
    for (const [name, mails] of boxes) {
      const labels = mails.map((mail) => mail.headers.find(({ key }) => key === 'x-gmail-labels')?.value ?? '')
      expect(labels.filter((value) => value.includes('Unread')).length, name).toBeGreaterThan(7)
      expect(
        labels.some((value) => value.includes('Sent')),
        name,
      ).toBe(true)
      expect(
        labels.some((value) => value.includes('Category Promotions')),
        name,
      ).toBe(true)
      expect(
        mails.some((mail) => mail.headers.some(({ key }) => key === 'list-id')),
        name,
      ).toBe(true)
      expect(
        mails.some((mail) => mail.html !== undefined && (mail.text ?? '') === ''),
        name,
      ).toBe(true)
    }
  })
})

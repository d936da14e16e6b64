/** Small mbox files, written in the tests that read them. */

export interface TestMail {
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
  readonly to?: string
  readonly subject?: string
  /** Anything `Date` reads. */
  readonly date?: string
  readonly id?: string
  readonly body?: string
}

export const ANNA = 'anna@northwind.example'
export const BEN = 'ben@northwind.example'

export function mbox(...mails: readonly TestMail[]): Buffer {
  return Buffer.from(mails.map(mboxEntry).join('\n'))
}

function mboxEntry(mail: TestMail, index: number): string {
  const headers = {
    From: mail.from ?? 'Carla Moreau <carla@lumen.example>',
    To: mail.to ?? `Anna Lindqvist <${ANNA}>`,
    Subject: mail.subject ?? `Mail ${index + 1}`,
    Date: mail.date ?? `Mon, ${String(index + 1).padStart(2, '0')} Mar 2027 10:00:00 +0100`,
    'Message-ID': mail.id ?? `<mail-${index + 1}@lumen.example>`,
    ...mail.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `From MAILER-DAEMON Mon Mar  1 10:00:00 2027\n${lines.join('\n')}\n\n${mail.body ?? 'Hello.'}\n`
}

/** Mail as the script knows it: Gmail's resources, as the mailbox's tools answer with them. */
import { z } from 'zod'

export interface Correspondent {
  readonly name: string
  readonly address: string
}

const HEADERS = z.object({ headers: z.array(z.object({ name: z.string(), value: z.string() })) })
const FILES = z.array(z.object({ filename: z.string(), attachmentId: z.string() }))
const MESSAGE = z
  .object({
    id: z.string(),
    threadId: z.string(),
    from: z.string().transform(correspondent),
    to: z.string().default('').transform(correspondents),
    subject: z.string().default(''),
    internalDate: z.coerce.number(),
    snippet: z.string().default(''),
    /** Plain text; missing where a tool was asked for the headers alone. */
    body: z.string().optional(),
    labelIds: z.array(z.string()),
    attachments: FILES.default([]),
    payload: HEADERS,
  })
  .transform(({ internalDate, snippet, body, labelIds: labels, attachments, payload, ...mail }) => {
    const header = (name: string) => payload.headers.find((one) => one.name.toLowerCase() === name)?.value
    const replyTo = header('reply-to')
    const text = (body ?? snippet).replaceAll('\r\n', '\n').trim()
    // One file may come twice in a mail, as a part of it and attached, as invitations do.
    const files = new Map(attachments.map(({ filename: name, attachmentId: id }) => [name, { name, id }]))
    return {
      ...{
        ...mail,
        text,
        labels,
        files: [...files.values()],
        isWhole: body !== undefined,
        date: new Date(internalDate),
      },
      ...{ messageId: header('message-id'), replyTo: replyTo === undefined ? undefined : correspondent(replyTo) },
    }
  })

export type SeenMail = Readonly<z.output<typeof MESSAGE>>

/** What a tool answered, where it has this form; undefined where not, e.g. where it is a sentence. */
export function parsed<T>(form: z.ZodType<T>, answer: string): T | undefined {
  try {
    return form.safeParse(JSON.parse(answer)).data
  } catch {
    return undefined
  }
}

const MAILS = z.union([
  // One message that cannot be read must not hide the others.
  z.object({ messages: z.array(MESSAGE.optional().catch(undefined)) }).transform(({ messages }) => messages),
  MESSAGE.transform((mail) => [mail]),
])
const DRAFTS = z.object({ drafts: z.array(z.object({ id: z.string(), message: MESSAGE })) })

/** The mails in a tool's answer, in its order: a list of messages, a thread, or one message. */
export function mailsIn(answer: string): SeenMail[] {
  return (parsed(MAILS, answer) ?? []).filter((mail) => mail !== undefined)
}

export function draftsIn(answer: string): { readonly id: string; readonly message: SeenMail }[] {
  return parsed(DRAFTS, answer)?.drafts ?? []
}

/** Split at the commas between addresses, not at those within a quoted name. */
function correspondents(list: string): Correspondent[] {
  return [...list.matchAll(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g)].map(([one]) => correspondent(one))
}

function correspondent(text: string): Correspondent {
  const [, name = '', address = text] = /^([^<]*)<([^<>]*)>\s*$/.exec(text) ?? []
  return { name: name.replace(/^\s*"|"\s*$|\\(?=["\\])/g, '').trim(), address: address.trim() }
}

/**
 * The window in which the owner of a mail edits it before it leaves. Slack takes 3,000 characters in one input, so a longer text stands in several, cut at
 * line ends where there are any and joined back exactly. Pure.
 */

import type { InputBlock, KnownBlock, ModalView } from '@slack/web-api'
import type { EditedField, EditedMail, MailAddress, ResolvedMail } from '../../turns/outgoing-mail.js'
import { INPUT_CHARACTERS, VIEW_BLOCKS } from '../api/limits.js'
import * as words from './outgoing-words.js'

/** These stand in windows that may be open while the bot is updated: rename nothing. */
export const EDIT_CALLBACK = 'approval_edit'
export const EDIT_INPUT = 'value'
const HTML_BLOCK = 'html'
/** `text/0`, `text/1`, …; one that goes on within a line: `text/2/line`. */
const TEXT_BLOCK = /^text\/(\d+)(\/line)?$/

/** Less than that, so that there is room to write more. */
const LONGEST_PIECE = 2_500
/** The rest is for what stands around the pieces. */
const MOST_PIECES = VIEW_BLOCKS - 20

interface Piece {
  readonly text: string
  /** It begins within a line that the piece before it broke off. */
  readonly isWithinLine: boolean
}

/** What the window holds, besides the words. */
export interface EditWindow {
  readonly approvalId: string
  readonly edited: Omit<EditedMail, 'text'>
  readonly pieces: readonly Piece[]
  readonly isHtml: boolean
  /** "Send" or "Schedule". */
  readonly button: string
}

/** The approval that an Edit button names. Buttons of an earlier version say besides whether its mail waits for a time. */
export function editedBy(value: string): string {
  return value.replace(/:later$/, '')
}

/** Null where Slack's inputs cannot hold it. */
export function editWindow(approvalId: string, mail: ResolvedMail, isLater: boolean): EditWindow | null {
  const { to, cc, bcc, subject, body } = mail.content
  const edited = { to: typed(to), cc: typed(cc), bcc: typed(bcc), subject }
  const pieces = piecesOf(mail.readable.replace(/\r\n?/g, '\n'))
  if (pieces.length > MOST_PIECES || Object.values(edited).some((value) => value.length > INPUT_CHARACTERS)) return null
  const button = isLater ? words.SCHEDULE : words.SEND
  return { approvalId, edited, pieces, isHtml: body.format === 'html', button }
}

/** @param notice stands above everything else */
export function editModal(window: EditWindow, notice: string | null = null): ModalView {
  const { approvalId, edited, pieces, isHtml, button } = window
  return {
    type: 'modal',
    callback_id: EDIT_CALLBACK,
    private_metadata: approvalId,
    title: plain(words.EDIT_TITLE),
    submit: plain(button),
    close: plain(words.CANCEL),
    blocks: [
      ...(notice === null ? [] : [small('notice', notice)]),
      field('to', 'To', edited.to, edited.to === ''),
      field('cc', 'Cc', edited.cc, true),
      field('bcc', 'Bcc', edited.bcc, true),
      field('subject', 'Subject', edited.subject, true),
      ...(isHtml ? [small(HTML_BLOCK, words.HTML_BECOMES_TEXT)] : []),
      ...pieces.map(({ text, isWithinLine }, index) => ({
        ...field(
          `text/${index}${isWithinLine ? '/line' : ''}`,
          pieces.length === 1 ? 'Text' : `Text, part ${index + 1}`,
          text,
          true,
          true,
        ),
      })),
    ],
  }
}

/** As long as the mail is not there, or to say that it will not be. */
export function wordsModal(said: string): ModalView {
  return { type: 'modal', title: plain(words.EDIT_TITLE), close: plain(words.CANCEL), blocks: [small('words', said)] }
}

/** What came back from the window, as Slack tells it. */
export interface SubmittedWindow {
  readonly approvalId: string
  readonly button: string
  readonly blocks: readonly { readonly block_id?: string | undefined }[]
  /** By block id. */
  readonly values: ReadonlyMap<string, string>
}

export function readWindow({ approvalId, button, blocks, values }: SubmittedWindow): EditWindow {
  const entered = (id: string) => values.get(id) ?? ''
  const pieces = [...values]
    .flatMap(([id, text]) => {
      const [, index, within] = TEXT_BLOCK.exec(id) ?? []
      return index === undefined ? [] : [{ at: Number(index), text, isWithinLine: within !== undefined }]
    })
    .sort((a, b) => a.at - b.at)
    .map(({ text, isWithinLine }) => ({ text, isWithinLine }))
  return {
    approvalId,
    edited: { to: entered('to'), cc: entered('cc'), bcc: entered('bcc'), subject: entered('subject') },
    pieces,
    isHtml: blocks.some(({ block_id }) => block_id === HTML_BLOCK),
    button,
  }
}

/** What its owner left in it. */
export function editedIn({ edited, pieces }: EditWindow): EditedMail {
  const text = pieces.map((piece, index) => `${index === 0 || piece.isWithinLine ? '' : '\n'}${piece.text}`).join('')
  return { ...edited, text }
}

/** Problems by the block that they stand under. */
export function errorsIn(problems: Readonly<Partial<Record<EditedField, string>>>): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).map(([name, problem]) => [name === 'text' ? TEXT : name, problem]))
}

/** Where problems stand that are about no field. */
export const FIRST = 'to'
const TEXT = 'text/0'

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let rest = text
  let isWithinLine = false
  while (rest.length > LONGEST_PIECE) {
    const newline = rest.lastIndexOf('\n', LONGEST_PIECE)
    const isSplit = newline <= 0
    const blank = rest.lastIndexOf(' ', LONGEST_PIECE - 1) + 1
    const within =
      blank > 0 ? blank : /[\uD800-\uDBFF]/.test(rest.charAt(LONGEST_PIECE - 1)) ? LONGEST_PIECE - 1 : LONGEST_PIECE
    pieces.push({ text: rest.slice(0, isSplit ? within : newline), isWithinLine })
    rest = rest.slice(isSplit ? within : newline + 1)
    isWithinLine = isSplit
  }
  return [...pieces, { text: rest, isWithinLine }]
}

/** As people type addresses: a name that holds what separates them stands in quotes. */
function typed(people: readonly MailAddress[]): string {
  return people
    .map(({ name, address }) => {
      if (name === '') return address
      return /^[\p{L}\p{N} '.!_-]+$/u.test(name)
        ? `${name} <${address}>`
        : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`
    })
    .join(', ')
}

function field(block_id: string, label: string, value: string, optional: boolean, multiline = false): InputBlock {
  return {
    type: 'input',
    block_id,
    optional,
    label: plain(label),
    element: {
      type: 'plain_text_input',
      action_id: EDIT_INPUT,
      multiline,
      max_length: INPUT_CHARACTERS,
      ...(value === '' ? {} : { initial_value: value }),
    },
  }
}

function small(block_id: string, said: string): KnownBlock {
  return { type: 'context', block_id, elements: [{ type: 'plain_text', text: said, emoji: false }] }
}

function plain(text: string) {
  return { type: 'plain_text', text } as const
}

import type { ModalView } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { editedIn, editModal, editWindow, piecesOf } from '../../../../src/slack/blocks/edit-modal.js'
import {
  cancelScheduled,
  type OutgoingDeps,
  openEdit,
  submitEdit,
  undoSend,
} from '../../../../src/slack/inbound/listeners/outgoing-presses.js'
import { readDelivery } from '../../../../src/slack/inbound/read-deliveries.js'
import { type OutgoingPresses, type ResolvedMail, UnsendableMail } from '../../../../src/turns/outgoing-mail.js'
import { NotConnected, Unavailable } from '../../../../src/turns/ports.js'
import { SilentLog } from '../../../turns/silent-log.js'
import { JORGE, mail, ROSA } from '../../blocks/outgoing-views.js'

const BOT = { userId: 'UBOT', botId: 'B1', teamId: 'T1' }

/** A clock that is late at once, or never. */
function outgoingDeps(outgoing: Partial<OutgoingPresses>, isLate = false) {
  const modals: ModalView[] = []
  const waits: number[] = []
  /** By which trigger a window was opened, and which one was filled. */
  const windows: string[] = []
  const never = async () => await Promise.reject(new Error('not asked for'))
  const given: OutgoingDeps = {
    outgoing: {
      undo: never,
      cancel: never,
      openEdit: never,
      prepareEdit: never,
      approveEdit: never,
      scheduled: never,
      ...outgoing,
    },
    openModal: async (triggerId, view) => {
      windows.push(`by ${triggerId}`)
      modals.push(view)
      return 'V1'
    },
    updateModal: async (id, view) => {
      windows.push(`filled ${id}`)
      modals.push(view)
    },
    clock: {
      now: () => 0,
      setTimeout: (run, ms) => {
        waits.push(ms)
        if (isLate) queueMicrotask(run)
        return { clear: () => {} }
      },
    },
    log: new SilentLog(),
  }
  return { given, modals, windows, waits }
}

const press = (value = 'a1') =>
  ({
    kind: 'press',
    team: 'T1',
    user: 'U1',
    actionId: 'x',
    value,
    message: null,
    threadTs: null,
    triggerId: 't',
    blockId: null,
    leftOut: null,
    responseUrl: null,
  }) as const

/** What Slack would send for this window, with some of the values changed. */
function submitted(view: ModalView, changes: Record<string, string> = {}) {
  const values = Object.fromEntries(
    view.blocks.flatMap((block) => {
      if (!('element' in block) || block.element.type !== 'plain_text_input') return []
      const id = block.block_id ?? ''
      return [[id, { value: { type: 'plain_text_input', value: changes[id] ?? block.element.initial_value ?? null } }]]
    }),
  )
  const delivery = readDelivery(
    {
      type: 'view_submission',
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      view: { ...view, state: { values } },
    },
    BOT,
  )
  if (delivery.kind !== 'edit') throw new Error(`read as ${delivery.kind}`)
  return delivery
}

function opened(given: ResolvedMail, isLater = false): ModalView {
  const window = editWindow('a1', given, isLater)
  if (window === null) throw new Error('too long')
  return editModal(window)
}

describe('the window in which a mail is edited', () => {
  it.each([
    ['short', 'Hello'],
    ['empty', ''],
    ['lines', 'A line of words.\n'.repeat(900)],
    ['a line without an end', 'x'.repeat(9_000)],
    ['words without a line end', 'word '.repeat(3_000)],
    ['emoji at the cut', `x${'😀'.repeat(4_000)}`],
    ['blank lines', `${'\n'.repeat(3_000)}x${'\n'.repeat(3_000)}`],
  ])('holds a text in pieces that Slack takes, and gives it back exactly: %s', (_, text) => {
    for (const piece of piecesOf(text)) expect(piece.text.length).toBeLessThanOrEqual(2_500)
    const { window } = submitted(opened(mail({ body: { format: 'text', source: text } })))
    expect(editedIn(window).text).toBe(text)
  })

  it('holds the fields as people type them, and gives back what they left', () => {
    const view = opened(mail({ to: [ROSA, JORGE], cc: [{ name: 'Diaz, "R"', address: 'r@x.example' }] }), true)
    expect(view.submit?.text).toBe('Schedule')
    expect(editedIn(submitted(view, { subject: 'New', 'text/0': 'Bye' }).window)).toEqual({
      to: 'Rosa Diaz <rosa@homes.example>, jorge@homes.example',
      cc: '"Diaz, \\"R\\"" <r@x.example>',
      bcc: '',
      subject: 'New',
      text: 'Bye',
    })
  })

  it('names the mail that it is about, and asks for a recipient where there is one, and for nothing else', () => {
    const view = opened(mail({ bcc: [JORGE] }))
    expect(view.private_metadata).toBe('a1')
    const inputs = view.blocks.flatMap((block) => ('element' in block ? [block] : []))
    expect(inputs.map(({ block_id, optional }) => [block_id, optional])).toEqual([
      ['to', false],
      ['cc', true],
      ['bcc', true],
      ['subject', true],
      ['text/0', true],
    ])
    expect(editedIn(submitted(view).window).bcc).toBe('jorge@homes.example')
    for (const { element } of inputs) {
      if (element.type !== 'plain_text_input') throw new Error(element.type)
      expect(element.max_length).toBe(3_000)
      expect(element.initial_value).not.toBe('')
    }
  })

  it('holds a text with line ends of any kind', () => {
    const source = 'One\r\nTwo\rThree\n'
    expect(editedIn(submitted(opened(mail({ body: { format: 'text', source } }))).window).text).toBe(
      'One\nTwo\nThree\n',
    )
  })

  it('puts the pieces of a text in their order, however Slack lists them', () => {
    const source = Array.from({ length: 2_000 }, (_, index) => `Line ${index}`).join('\n')
    const view = opened(mail({ body: { format: 'text', source } }))
    expect(editedIn(submitted({ ...view, blocks: view.blocks.toReversed() }).window).text).toBe(source)
  })

  it('goes on saying that formatting goes', () => {
    const { window } = submitted(opened(mail({ body: { format: 'html', source: 'x' } })))
    expect(JSON.stringify(editModal(window, 'Wait'))).toContain('sent as plain text')
  })

  it('breaks no character in two', () => {
    for (const { text } of piecesOf(`x${'😀'.repeat(4_000)}`)) expect(text).not.toMatch(/\p{Surrogate}/u)
  })

  it.each([
    ['80 pieces', { body: { format: 'text' as const, source: 'x'.repeat(80 * 2_500) } }, true],
    [
      'a text of more pieces than a window has room for',
      { body: { format: 'text' as const, source: 'x'.repeat(80 * 2_500 + 1) } },
      false,
    ],
    ['a subject of 3,000 characters', { subject: 'x'.repeat(3_000) }, true],
    ['a longer subject', { subject: 'x'.repeat(3_001) }, false],
    ['more hidden copies than an input takes', { bcc: Array.from({ length: 200 }, () => ROSA) }, false],
  ])('holds what Slack has room for, and nothing less than all of a mail: %s', (_, content, isHeld) => {
    expect(editWindow('a1', mail(content), false) !== null).toBe(isHeld)
  })

  it('says that formatting goes', () => {
    expect(JSON.stringify(opened(mail({ body: { format: 'html', source: 'x' } })))).toContain('sent as plain text')
    expect(JSON.stringify(opened(mail()))).not.toContain('sent as plain text')
  })

  it('opens with the mail, or first without it where the mailbox is slow', async () => {
    const quick = outgoingDeps({ openEdit: async () => ({ mail: mail(), sendAt: 1 }) })
    expect(await openEdit(quick.given, press())).toBeNull()
    expect(quick.modals).toEqual([opened(mail(), true)])
    expect(quick.windows).toEqual(['by t'])
    let tell = (_: { mail: ResolvedMail; sendAt: null }) => {}
    const slow = outgoingDeps({ openEdit: () => new Promise((resolve) => (tell = resolve)) }, true)
    const opening = openEdit(slow.given, press())
    await expect.poll(() => slow.modals.length).toBe(1)
    expect(JSON.stringify(slow.modals[0])).toContain('Getting the email…')
    tell({ mail: mail(), sendAt: null })
    expect(await opening).toBeNull()
    expect(slow.modals[1]).toEqual(opened(mail()))
    expect(slow.windows).toEqual(['by t', 'filled V1'])
  })

  it('opens from buttons of an earlier version, too', async () => {
    const asked: string[] = []
    const { given } = outgoingDeps({
      openEdit: async (id) => {
        asked.push(id)
        return { mail: mail(), sendAt: null }
      },
    })
    for (const value of ['a1', 'a1:later']) expect(await openEdit(given, press(value))).toBeNull()
    expect(asked).toEqual(['a1', 'a1'])
  })

  it.each([
    ['not_yours', /^Only the person/],
    ['already', /already decided/],
    ['not_editable', /can't edit/],
    ['unknown', /is over/],
  ] as const)('does not open where it is %s, and the presser is told', async (answer, words) => {
    const { given, modals } = outgoingDeps({ openEdit: async () => answer })
    expect(await openEdit(given, press())).toMatch(words)
    expect(modals).toEqual([])
  })

  it('does not open where the email has no room in a window, and the presser is told that it cannot be edited here', async () => {
    const { given, modals } = outgoingDeps({
      openEdit: async () => ({ mail: mail({ subject: 'x'.repeat(3_001) }), sendAt: null }),
    })
    expect(await openEdit(given, press())).toMatch(/can't edit/)
    expect(modals).toEqual([])
  })

  it('says in the window itself what a slow mailbox answered, where there is nothing to edit', async () => {
    let tell = (_: 'already') => {}
    const { given, modals, windows } = outgoingDeps(
      { openEdit: () => new Promise((resolve) => (tell = resolve)) },
      true,
    )
    const opening = openEdit(given, press())
    await expect.poll(() => modals.length).toBe(1)
    tell('already')
    expect(await opening).toBeNull()
    expect(JSON.stringify(modals[1])).toContain('You already decided about this email.')
    expect(windows).toEqual(['by t', 'filled V1'])
  })
})

/** Slack's three seconds, less what an answer needs on its way. */
const LONGEST_WAIT_MS = 2_500

describe('a window that cannot be opened', () => {
  it.each([
    ['Gmail is not connected', new NotConnected(), /isn't connected/],
    ['the mailbox is away', new Unavailable('scalekit', 'away'), /couldn't open/],
  ])('is told to the presser where %s', async (_, error, words) => {
    const { given, modals, waits } = outgoingDeps({ openEdit: async () => await Promise.reject(error) })
    expect(await openEdit(given, press())).toMatch(words)
    expect(modals).toEqual([])
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeLessThanOrEqual(LONGEST_WAIT_MS)
  })

  it('is told to the presser where Slack opens none', async () => {
    const { given } = outgoingDeps({ openEdit: async () => ({ mail: mail(), sendAt: null }) })
    const openModal = async () => await Promise.reject(new Error('expired_trigger_id'))
    expect(await openEdit({ ...given, openModal }, press())).toMatch(/couldn't open/)
  })
})

it('every press and window counts as that of whoever pressed it', async () => {
  const asked: unknown[] = []
  const { given } = outgoingDeps({
    openEdit: async (_, by) => {
      asked.push(by)
      return 'not_yours'
    },
    prepareEdit: async (_, by) => {
      asked.push(by)
      return 'ready'
    },
    approveEdit: async (_, by) => {
      asked.push(by)
      return 'not_yours'
    },
    undo: async (_, by) => {
      asked.push(by)
      return 'not_yours'
    },
    cancel: async (_, by) => {
      asked.push(by)
      return 'not_yours'
    },
  })
  const by = { team: 'T2', user: 'U2' }
  await openEdit(given, { ...press(), ...by })
  await submitEdit(given, { ...submitted(opened(mail())), ...by })
  await undoSend(given, { ...press(), ...by })
  await cancelScheduled(given, { ...press(), ...by })
  expect(asked).toEqual([by, by, by, by, by])
})

describe('a window that is sent off', () => {
  const view = opened(mail({ body: { format: 'html', source: 'A line of words.\n'.repeat(400) } }))

  it('is approved as its owner left it, and closes', async () => {
    const asked: unknown[] = []
    const { given } = outgoingDeps({
      prepareEdit: async (_, __, edited) => {
        asked.push(edited)
        return 'ready'
      },
      approveEdit: async (_, __, edited) => {
        asked.push(edited)
        return 'approved'
      },
    })
    const edit = submitted(view, { to: 'x@y.example' })
    expect(await submitEdit(given, edit)).toBeUndefined()
    expect(asked).toEqual([editedIn(edit.window), editedIn(edit.window)])
  })

  it('stays open with another button where its time passed meanwhile, and that button lets it leave at once', async () => {
    const told: boolean[] = []
    const { given } = outgoingDeps({
      prepareEdit: async () => 'ready',
      approveEdit: async (_, __, ___, atOnce) => {
        told.push(atOnce)
        return atOnce ? 'approved' : 'late'
      },
    })
    const answer = await submitEdit(given, submitted(opened(mail(), true), { 'text/0': 'Other words' }))
    if (answer?.response_action !== 'update') throw new Error('not updated')
    expect(JSON.stringify(answer.view)).toContain('The time for this has passed. Press Send to send it now.')
    const again = submitted(answer.view)
    expect(editedIn(again.window).text).toBe('Other words')
    expect(await submitEdit(given, again)).toBeUndefined()
    expect(told).toEqual([false, true])
  })

  it('stays open with the same words where saving takes longer, and approves nothing', async () => {
    const { given, waits } = outgoingDeps({ prepareEdit: () => new Promise(() => {}) }, true)
    const edit = submitted(view, { to: 'x@y.example', 'text/1': 'Other words' })
    const answer = await submitEdit(given, edit)
    if (answer?.response_action !== 'update') throw new Error('not updated')
    expect(JSON.stringify(answer.view)).toContain('Saving takes longer than usual. Press Send again')
    expect(submitted(answer.view).window).toEqual(edit.window)
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeLessThanOrEqual(LONGEST_WAIT_MS)
  })

  it.each<[string, OutgoingPresses['prepareEdit'], Record<string, RegExp>]>([
    [
      'a field is wrong',
      async () => ({ problems: { to: 'No address', text: 'Too long' } }),
      { to: /No address/, 'text/0': /Too long/ },
    ],
    ['it is not theirs', async () => 'not_yours', { to: /^Only/ }],
    ['Gmail is not connected', async () => await Promise.reject(new NotConnected()), { to: /isn't connected/ }],
    [
      'Gmail does not take it',
      async () => await Promise.reject(new UnsendableMail('no')),
      { to: /didn't take this email/ },
    ],
    ['saving fails', async () => await Promise.reject(new Error('boom')), { to: /couldn't save/ }],
  ])('stays open and says so where %s', async (_, prepareEdit, errors) => {
    const { given } = outgoingDeps({ prepareEdit })
    expect(await submitEdit(given, submitted(view))).toEqual({
      response_action: 'errors',
      errors: Object.fromEntries(Object.entries(errors).map(([block, words]) => [block, expect.stringMatching(words)])),
    })
  })

  it.each([
    ['already', /already decided/],
    ['too_late', /^Too late to edit/],
    ['changed', /changed in the meantime.+press “Edit” again/],
    ['not_yours', /^Only/],
    ['unknown', /^This is over/],
  ] as const)('says so where it cannot be approved: %s', async (answer, said) => {
    const { given } = outgoingDeps({ prepareEdit: async () => 'ready', approveEdit: async () => answer })
    expect(await submitEdit(given, submitted(view))).toMatchObject({ errors: { to: expect.stringMatching(said) } })
  })

  it('stays open and says so where the approval cannot be stored', async () => {
    const { given } = outgoingDeps({ prepareEdit: async () => 'ready' })
    expect(await submitEdit(given, submitted(view))).toMatchObject({
      response_action: 'errors',
      errors: { to: expect.stringMatching(/couldn't save/) },
    })
  })
})

describe('a press that stops a mail', () => {
  it.each([
    ['undone', null],
    ['too_late', /^Too late: this email has already left/],
    ['not_yours', /^Only/],
    ['unknown', /is over/],
  ] as const)('Undo, which is answered %s', async (answer, words) => {
    const said = await undoSend(outgoingDeps({ undo: async () => answer }).given, press())
    if (words === null) expect(said).toBeNull()
    else expect(said).toMatch(words)
  })

  it.each([
    ['cancelled', /^Cancelled/],
    ['too_late', /^Too late: this email is no longer waiting/],
    ['not_yours', /^Only/],
    ['unknown', /is over/],
  ] as const)('Cancel, which is answered %s', async (answer, words) => {
    const { given } = outgoingDeps({ cancel: async () => answer })
    const isCancelled = answer === 'cancelled'
    expect(await cancelScheduled(given, press())).toEqual({ isCancelled, text: expect.stringMatching(words) })
  })

  it('that cannot be stored is told to its person', async () => {
    expect(await undoSend(outgoingDeps({}).given, press())).toMatch(/didn't work/)
    expect(await cancelScheduled(outgoingDeps({}).given, press())).toEqual({
      isCancelled: false,
      text: expect.stringMatching(/didn't work/),
    })
  })
})

/** Mails that the agent asks for: sent, refused, edited, undone, put off, written past, stopped, and changed elsewhere meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises'
import { SlackRefusal } from '../../src/sandbox/slack/index.js'
import { gate } from '../../src/sandbox/wire/fault-queue.js'
import { type Card, cardsIn, toldIn } from './cards.js'
import { letterOf, MAILS, type MailVerb, mailKey } from './chaos-brain.js'
import { mailOf } from './chaos-house.js'
import type { AskedMail, MailPress, Talk } from './ledger.js'
import {
  type Button,
  begin,
  change,
  GivenUp,
  isShown,
  LOOK_EVERY_MS,
  messagesOf,
  press,
  type Scene,
  type Stage,
  somePause,
  takeBack,
  until,
  write,
} from './stage.js'

const VERBS: readonly MailVerb[] = ['send', 'send', 'both', 'later', 'draft', 'draft', 'reply', 'mixed']
/** What the owner of a mail wants with it. */
const INTENTS = ['send', 'send', 'send', 'deny', 'undo', 'undo', 'edit'] as const
type Intent = (typeof INTENTS)[number]
/** What comes between. */
const TWISTS = ['write past', 'stop', 'edit the question', 'delete the question'] as const
const OF_DRAFTS = [...TWISTS, 'change the draft', 'change the draft', 'change the draft', 'change the draft'] as const
type Twist = (typeof OF_DRAFTS)[number]

/** How often the window for editing is tried before the mail is sent as it is. */
const MOST_EDITS = 3
/** About as long as a mail is held, in milliseconds: whoever takes so long comes just before or just after it leaves. */
const LATE_UNDO_MS = [700, 2_200] as const
/** Milliseconds for which Slack keeps showing a button whose mail is leaving. */
const STALE_BUTTON_MS = 700
/** How long somebody waits for the moment at which the mailbox is read before a mail leaves, in milliseconds. */
const READING_WITHIN_MS = 3_500
const MODAL_WITHIN_MS = 1_500

interface Plan {
  readonly mail: AskedMail
  intent: Intent
  edits: number
  readonly isImpatient: boolean
  /** When the button that takes a mail back is pressed: so many milliseconds after it was seen, or just as the mailbox is read before the mail leaves. */
  readonly undoesAfter: number | 'reading'
}

export const mailScene: Scene = async (stage, random) => {
  const verb = random.pick(VERBS)
  const hasFile = random.chance(0.4)
  const talk = await begin(stage, random, verb, ['dm', 'mention'], random.pick(stage.people), (token, person) =>
    prepare(stage, verb, token, person, hasFile),
  )
  const token = talk.rootToken
  const plans = mailsOf(stage, token).map((mail) => ({
    mail,
    intent: random.pick(INTENTS),
    edits: 0,
    isImpatient: random.chance(0.3),
    undoesAfter: random.pick([0, 'reading', 'reading', random.between(...LATE_UNDO_MS)] as const),
  }))
  if (verb === 'mixed') stage.ledger.decisions.set(token, random.pick(['allow', 'allow', 'deny'] as const))
  const twists = verb === 'draft' ? OF_DRAFTS : TWISTS
  let twist: Twist | undefined = random.chance(0.4) ? random.pick(twists) : undefined
  const isTwistedAfterPress = random.chance(0.5) && !hasFile
  const together = verb !== 'mixed' && plans.length > 1 && random.chance(0.4)
  await until(
    stage,
    () => plans.some(({ mail }) => question(stage, mail) !== undefined) || isOver(stage, talk, plans),
    `the question about ${token}`,
  )
  await somePause(random)
  for (;;) {
    if (twist !== undefined && (!isTwistedAfterPress || plans.some(({ mail }) => mail.presses.length > 0))) {
      await twistIt(stage, twist, talk, plans, hasFile)
      if (twist.endsWith('the question')) return
      twist = undefined
    }
    if (isOver(stage, talk, plans)) return
    if (!(together && (await approveTogether(stage, talk, plans))))
      for (const plan of plans) await act(stage, talk, plan)
    if (verb === 'mixed') await decideChange(stage, talk)
    if (Date.now() > stage.deadline()) throw new GivenUp(`what was asked about ${token} is still open`)
    await sleep(random.between(20, 200))
  }
}

function mailsOf({ ledger }: Stage, token: string): AskedMail[] {
  return [...ledger.mails.values()].filter((mail) => mail.token === token)
}

/** What the message will be about is in the mailbox before the message is written. */
async function prepare(stage: Stage, verb: MailVerb, token: string, person: string, hasFile: boolean): Promise<void> {
  const { ledger, chaos } = stage
  const keys = Array.from({ length: MAILS[verb] }, (_, part) => mailKey(token, part))
  const [key = ''] = keys
  const mailbox = mailboxOf(stage, person)
  const from = 'Fred <fred@lumen.example>'
  const raw = Buffer.from(
    `From: ${from}\r\nTo: ${mailbox.address}\r\nSubject: ${token} came in\r\nMessage-ID: <${token}@lumen.example>\r\nDate: ${new Date().toUTCString()}\r\n\r\nHere it is.\r\n`,
  )
  let draftId: string | undefined
  if (verb === 'draft') {
    draftId = (await mailbox.createDraft(draftOf(key, hasFile))).id
    chaos.brain.subjects.set(token, draftId)
  }
  if (verb === 'reply') chaos.brain.subjects.set(token, (await mailbox.receive(raw)).threadId)
  if (verb === 'mixed') chaos.brain.subjects.set(token, (await mailbox.receive(raw)).id)
  for (const each of keys) {
    const mail = { key: each, token, person, draftId, presses: [], isUndisturbed: true, wasSaidToBeStopped: false }
    ledger.mails.set(each, mail)
  }
}

function draftOf(key: string, hasFile: boolean, body = letterOf(key).body) {
  const file = { filename: 'chaos.txt', mimeType: 'text/plain', content: Buffer.from('chaos') }
  return { ...letterOf(key), body, ...(hasFile ? { attachments: [file] } : {}) }
}

function mailboxOf({ chaos }: Stage, person: string) {
  const mailbox = chaos.house.scalekit.mailboxes.get(mailOf(person))
  if (mailbox === undefined) throw new Error(`${person} has no mailbox`)
  return mailbox
}

/** Something comes between, and nobody can tell what it does to the mails. */
async function twistIt(stage: Stage, twist: Twist, talk: Talk, plans: readonly Plan[], hasFile: boolean) {
  const { ledger, chaos } = stage
  const token = talk.rootToken
  for (const { mail } of plans) mail.isUndisturbed = false
  const asked = ledger.written.find((written) => written.token === token)
  switch (twist) {
    case 'write past':
      ledger.writtenPast.add(token)
      write(stage, talk, 'say')
      return
    case 'stop': {
      ledger.stopped.add(token)
      const place = { channel: talk.channel, ...(talk.rootTs === undefined ? {} : { threadTs: talk.rootTs }) }
      chaos.house.slack.person(talk.person).post('Stop!', place)
      return
    }
    case 'change the draft': {
      const [plan] = plans
      const id = plan?.mail.draftId
      if (plan === undefined || id === undefined) return
      const mailbox = mailboxOf(stage, talk.person)
      // Once it has left there is none to change.
      if (!mailbox.drafts().some((draft) => draft.id === id)) return
      await mailbox.updateDraft(id, draftOf(plan.mail.key, hasFile, `${plan.mail.key} says something else now.`))
      return
    }
    case 'edit the question':
      if (asked !== undefined) change(stage, asked, 'this too')
      return
    case 'delete the question':
      if (asked !== undefined) takeBack(stage, asked, 'either')
  }
}

/** There is nothing left to press. */
function isOver(stage: Stage, talk: Talk, plans: readonly Plan[]): boolean {
  if (isShown(stage, talk, `${talk.rootToken} came to this`)) return true
  return plans.every(({ mail }) => {
    const told = toldIn(messagesOf(stage, mail.person), mail.key)
    if (told.includes('not_sent')) mail.wasSaidToBeStopped = true
    return told.some((each) => each !== 'under_way') && question(stage, mail) === undefined
  })
}

function cards(stage: Stage, person: string): Card[] {
  return messagesOf(stage, person).flatMap(cardsIn)
}

function question(stage: Stage, { person, key }: AskedMail): Card | undefined {
  return cards(stage, person).find(
    ({ blockId, shown }) => blockId.startsWith('approval:') && shown.includes(`To: ${key}@`),
  )
}

/** What stops a mail that is held; its line stands right above the button. */
function stopCard(stage: Stage, { person, key }: AskedMail): Card | undefined {
  return cards(stage, person).find(
    ({ blockId, shown }) => blockId.startsWith('outgoing:') && shown.split('\n').at(-1)?.includes(`To: ${key}@`),
  )
}

function buttonOf({ message, blockId }: Card, actionId: string): Button | undefined {
  return message.elements.find((element) => element.blockId === blockId && element.actionId === actionId)
}

/** The next press of the owner of a mail, where there is one. */
async function act(stage: Stage, talk: Talk, plan: Plan): Promise<void> {
  const { mail, intent } = plan
  const asked = question(stage, mail)
  if (asked !== undefined) {
    if (intent === 'edit' && (await edit(stage, asked, plan))) return
    const again = question(stage, mail)
    if (again === undefined) return
    const button = buttonOf(again, intent === 'deny' ? 'approval_deny' : 'approval_approve')
    // One that cannot be shown has nothing that approves it.
    const pressed = button ?? buttonOf(again, 'approval_deny')
    if (pressed === undefined) throw new Error('a question has a way to say no')
    const kind = pressed.actionId === 'approval_deny' ? 'deny' : 'send'
    await pressAbout(stage, talk, mail, kind, again, pressed, plan.isImpatient)
    return
  }
  const held = stopCard(stage, mail)
  if (held === undefined || intent !== 'undo') return
  const [button] = held.message.elements.filter(({ blockId }) => blockId === held.blockId)
  if (button === undefined) throw new Error('a mail that can be stopped has a button for it')
  const kind = button.actionId === 'send_undo' ? 'undo' : 'cancel'
  const pressIt = () => pressAbout(stage, talk, mail, kind, held, button, plan.isImpatient)
  if (plan.undoesAfter === 'reading')
    return await whileRead(stage, async () => {
      await pressIt()
      // The press is acknowledged before it is carried out.
      await within(READING_WITHIN_MS, () => stopCard(stage, mail) === undefined)
    })
  if (plan.undoesAfter > 0) {
    // Slack keeps showing the button while its mail leaves.
    if (stage.isStormy()) stage.chaos.house.slack.faults.next('chat.update', { delayMs: STALE_BUTTON_MS }, 2)
    await sleep(plan.undoesAfter)
  }
  await pressIt()
}

/** Resolves when it is so, or when so many milliseconds are over. */
async function within(ms: number, isSo: () => boolean): Promise<void> {
  const latest = Date.now() + ms
  while (!isSo() && Date.now() < latest) await sleep(LOOK_EVERY_MS)
}

/** Presses between the beginning and the end of the reading that comes before a mail leaves: whose mailbox it is. */
async function whileRead({ chaos: { house } }: Stage, pressIt: () => Promise<void>): Promise<void> {
  const { hold, arrived, released } = gate()
  house.scalekit.fault('grpc ExecuteTool', { type: 'hold', until: released, arrived }, 1, 'gmail_get_profile')
  try {
    await Promise.race([hold.reached, sleep(READING_WITHIN_MS)])
    await pressIt()
  } finally {
    hold.release()
  }
}

async function pressAbout(
  stage: Stage,
  talk: Talk,
  mail: AskedMail,
  kind: MailPress['kind'],
  card: Card,
  button: Button,
  isImpatient: boolean,
): Promise<void> {
  const noted: MailPress = { kind, shown: card.shown, acknowledged: false }
  mail.presses.push(noted)
  const outcomes = await Promise.all(
    Array.from({ length: isImpatient ? 2 : 1 }, () => press(stage, talk, card.message, button)),
  )
  noted.acknowledged = outcomes.includes('acknowledged')
}

/** The button for several, which means exactly those whose cards stand there. Answers whether it was pressed. */
async function approveTogether(stage: Stage, talk: Talk, plans: readonly Plan[]): Promise<boolean> {
  if (plans.some(({ intent }) => intent !== 'send' && intent !== 'undo')) return false
  const asked = plans.map(({ mail }) => ({ mail, card: question(stage, mail) }))
  const own = new Set(asked.map(({ card }) => card?.message.ts))
  const message = messagesOf(stage, talk.person).find(
    ({ ts, elements }) => own.has(ts) && elements.some(({ actionId }) => actionId === 'approval_approve_all'),
  )
  const button = message?.elements.find(({ actionId }) => actionId === 'approval_approve_all')
  if (message === undefined || button === undefined) return false
  const noted = asked.flatMap(({ mail, card }) => {
    if (card === undefined) return []
    const each: MailPress = { kind: 'send', shown: card.shown, acknowledged: false }
    mail.presses.push(each)
    return [each]
  })
  const outcome = await press(stage, talk, message, button)
  for (const each of noted) each.acknowledged = outcome === 'acknowledged'
  return true
}

/** Answers whether there is more to try. */
async function edit(stage: Stage, card: Card, plan: Plan): Promise<boolean> {
  const { mail } = plan
  const person = stage.chaos.house.slack.person(mail.person)
  const button = buttonOf(card, 'approval_edit')
  if (button === undefined || plan.edits >= MOST_EDITS) {
    plan.intent = 'send'
    return false
  }
  plan.edits += 1
  const approvalId = card.blockId.replace('approval:', '')
  const windowOf = () => person.modals.find(({ view }) => view.privateMetadata === approvalId)
  try {
    await person.press(card.message, { actionId: button.actionId, blockId: button.blockId })
    await within(MODAL_WITHIN_MS, () => windowOf() !== undefined)
    const open = windowOf()
    if (open === undefined) return true
    const subject = `${mail.key} edited`
    const text = `${mail.key} was edited by hand.`
    const noted: MailPress = { kind: 'edit', shown: `${subject}\n${text}`, acknowledged: false }
    mail.presses.push(noted)
    const entered = { subject: { value: subject }, 'text/0': { value: text } }
    const { acknowledged } = await person.submitModal(entered, open.view.id)
    const left = windowOf()
    noted.acknowledged = acknowledged && left === undefined
    if (left !== undefined) await person.closeModal(left.view.id)
  } catch (error) {
    // The message or the window has changed since it was seen.
    if (!(error instanceof SlackRefusal)) throw error
  }
  return true
}

/** The change that was asked for beside the mail. */
async function decideChange(stage: Stage, talk: Talk): Promise<void> {
  const wanted = stage.ledger.decisions.get(talk.rootToken)
  const card = cards(stage, talk.person).find(
    ({ blockId, shown }) => blockId.startsWith('approval:') && shown.includes(`${talk.rootToken} came in`),
  )
  const button = card && buttonOf(card, wanted === 'allow' ? 'approval_approve' : 'approval_deny')
  if (card !== undefined && button !== undefined) await press(stage, talk, card.message, button)
}

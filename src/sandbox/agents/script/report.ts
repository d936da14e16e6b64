/** "Write a long report about my mail": everything in the mailbox's last weeks, with headings, tables and figures. Long on purpose. */
import { asks, keySentences } from './digest.js'
import { fetched } from './finding.js'
import { counted, dayNumber, enumerated, fenced, listTitle, plain, sender, table, when } from './markdown.js'
import { alarmsAbout, type ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenMail } from './seen-mail.js'
import { ordersToAgents, trustworthyText } from './suspicion.js'

const MOST_MAILS = 60
const MOST_THREADS = 14

export async function answerReport(turn: ScriptTurn): Promise<void> {
  await turn.say('A long report, then. Let me fetch your mail first.')
  const { mails, total } = await fetched(turn, '-in:drafts', MOST_MAILS)
  if (mails.length === 0) {
    await turn.say('There is no mail to report on.')
    return
  }
  const threads = byThread(mails)
  const largest = threads
    .filter((thread) => thread.length > 1)
    .slice(0, 3)
    .flatMap((thread) => thread[0]?.threadId ?? [])
  await turn.say(`I have ${counted(mails.length, 'message')} in front of me. The longest conversations I read in full.`)
  const answers = await turn.tools.readEach(
    'gmail_get_thread_by_id',
    largest.map((threadId) => ({ threadId })),
  )
  turn.shown.learn(answers.flatMap(mailsIn))
  await turn.sayInPieces(
    [
      introduction(turn, mails, total),
      figures(turn, mails),
      waiting(turn, mails),
      correspondents(turn, mails),
      ...conversations(turn, threads),
      newsletters(mails),
      attachments(turn, mails),
      care(turn, mails),
      conclusion(mails, threads),
    ].filter((piece) => piece !== ''),
  )
}

function byThread(mails: readonly SeenMail[]): SeenMail[][] {
  const threads = new Map<string, SeenMail[]>()
  for (const mail of mails)
    threads.set(mail.threadId ?? mail.id, [...(threads.get(mail.threadId ?? mail.id) ?? []), mail])
  return [...threads.values()].sort((a, b) => b.length - a.length)
}

const received = (mails: readonly SeenMail[]) => mails.filter((mail) => !mail.labels.includes('SENT'))

function introduction({ context }: ScriptTurn, mails: readonly SeenMail[], total: number): string {
  const unread = mails.filter((mail) => mail.labels.includes('UNREAD'))
  const oldest = mails.at(-1)
  const scope =
    total > mails.length ? `the newest ${mails.length} of ${total} messages` : `all ${mails.length} messages`
  return `# Your mail, in detail\n\nThis report covers ${scope}, back to ${when(oldest?.date, context)}. **${received(mails).length}** came in, **${mails.length - received(mails).length}** went out, **${unread.length}** are unread.\n\n`
}

function figures({ context }: ScriptTurn, mails: readonly SeenMail[]): string {
  const today = dayNumber(context.now, context.timeZone)
  const perWeek = new Map<number, number>()
  for (const mail of mails) {
    if (mail.date === undefined) continue
    const weeksAgo = Math.floor((today - dayNumber(mail.date, context.timeZone)) / 7)
    perWeek.set(weeksAgo, (perWeek.get(weeksAgo) ?? 0) + 1)
  }
  const rows = [...perWeek].sort(([a], [b]) => a - b).slice(0, 8)
  const bars = rows.map(
    ([weeksAgo, count]) => `${weekName(weeksAgo).padEnd(14)} ${'#'.repeat(Math.min(count, 40))} ${count}`,
  )
  return `## Figures\n\nMessages per week, newest first:\n\n${fenced(bars.join('\n'))}\n\n`
}

function weekName(weeksAgo: number): string {
  if (weeksAgo <= 0) return 'last 7 days'
  return weeksAgo === 1 ? '1 week before' : `${weeksAgo} weeks before`
}

function waiting(turn: ScriptTurn, mails: readonly SeenMail[]): string {
  const open = received(mails)
    .filter((mail) => !mail.bulk && mail.labels.includes('UNREAD') && alarmsAbout(mail, turn).length === 0)
    .flatMap((mail) =>
      asks(trustworthyText(mail), 2).map((ask) => `- **${sender(mail)}** (${listTitle(mail)}): ${plain(ask, 240)}`),
    )
  return open.length === 0 ? '' : `## What waits for you\n\n${open.join('\n')}\n\n`
}

function correspondents({ context }: ScriptTurn, mails: readonly SeenMail[]): string {
  const bySender = new Map<string, SeenMail[]>()
  for (const mail of received(mails)) bySender.set(sender(mail), [...(bySender.get(sender(mail)) ?? []), mail])
  const rows = [...bySender]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 12)
    .map(([name, own]) => [
      name,
      String(own.length),
      String(own.filter((mail) => mail.labels.includes('UNREAD')).length),
      when(own[0]?.date, context),
    ])
  return `## Who writes to you\n\n${table(['Sender', 'Messages', 'Unread', 'Last'], rows)}\n\n`
}

function conversations({ context }: ScriptTurn, threads: readonly SeenMail[][]): string[] {
  const chosen = threads.filter((thread) => thread.some((mail) => !mail.bulk)).slice(0, MOST_THREADS)
  return [
    '## The conversations\n\n',
    ...chosen.map((thread) => {
      const inOrder = [...thread].sort((a, b) => (a.date?.getTime() ?? 0) - (b.date?.getTime() ?? 0))
      const [first] = inOrder
      if (first === undefined) return ''
      const lines = inOrder.map((mail) => `- **${sender(mail)}**, ${when(mail.date, context)}: ${told(mail)}`)
      return `### ${listTitle(first)}\n\n${counted(inOrder.length, 'message')}, ${enumerated([...new Set(inOrder.map(sender))])}.\n\n${lines.join('\n')}\n\n`
    }),
  ]
}

function told(mail: SeenMail): string {
  if (ordersToAgents(mail) !== undefined) return 'contains orders to an assistant; I do not repeat or follow them.'
  return plain(keySentences(trustworthyText(mail), 3).join(' '), 420)
}

function newsletters(mails: readonly SeenMail[]): string {
  const bulk = mails.filter((mail) => mail.bulk)
  if (bulk.length === 0) return ''
  return `## Newsletters and notices\n\n${bulk.map((mail) => `- ${sender(mail)}: _${listTitle(mail)}_${mail.labels.includes('UNREAD') ? ', unread' : ''}`).join('\n')}\n\n`
}

function attachments({ context }: ScriptTurn, mails: readonly SeenMail[]): string {
  const rows = mails.flatMap((mail) =>
    (mail.attachments ?? []).map((file) => [plain(file.name), sender(mail), listTitle(mail), when(mail.date, context)]),
  )
  return rows.length === 0 ? '' : `## Attachments\n\n${table(['File', 'From', 'Mail', 'Came'], rows)}\n\n`
}

function care(turn: ScriptTurn, mails: readonly SeenMail[]): string {
  const found = mails.flatMap((mail) =>
    alarmsAbout(mail, turn)
      .slice(0, 1)
      .map((alarm) => `- **${listTitle(mail)}** (${plain(mail.from.address)}): ${alarm}`),
  )
  return found.length === 0 ? '' : `## Be careful with these\n\n${found.join('\n')}\n\n`
}

function conclusion(mails: readonly SeenMail[], threads: readonly SeenMail[][]): string {
  const unread = mails.filter((mail) => mail.labels.includes('UNREAD')).length
  return `## In one paragraph\n\n${counted(threads.length, 'conversation')}, ${counted(unread, 'unread message')}. Start with what waits for you above; the newsletters can wait, or go: say “archive all newsletters”.`
}

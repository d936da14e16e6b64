/**
 * Tests of the test: the bot with one promise broken, each in a copy of the compiled program. A campaign that does not catch
 * them would not catch the real thing either.
 */

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMPILED } from '../support/house.js'
import type { Problem } from './accounting.js'
import { campaign } from './campaign.js'

export interface Mutant {
  readonly name: string
  /** Below the folder of the compiled program. */
  readonly file: string
  readonly original: string
  readonly broken: string
  /** What gives it away, as the accounting says it. A bot that is merely slow on a busy machine has other problems, which catch nothing. */
  readonly symptom: RegExp
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledges before it stores',
    file: 'slack/inbound/journal.js',
    original: 'await this.handlers.message(delivery.message);',
    broken: 'await ack(); await this.handlers.message(delivery.message); return;',
    symptom: /^lost: \S+ was never heard/,
  },
  {
    name: 'posts again without looking whether the first post arrived',
    file: 'slack/api/poster.js',
    original: 'metadataKey(message) === key',
    broken: 'false',
    symptom: /^duplicated: /,
  },
  {
    name: 'sends again without looking whether the session has it',
    file: 'agent/references.js',
    original: "event.type !== 'user.message' || isBehind(event, after)",
    broken: 'true',
    symptom: /^duplicated: \S+ was heard/,
  },
  {
    name: 'makes a second session without looking for the first',
    file: 'agent/sessions.js',
    original: 'isMarked(session.metadata, mark) && whyGone(session) === null',
    broken: 'false',
    symptom: /^duplicated: .* sessions/,
  },
  {
    name: 'forgets on its start what was left undone',
    file: 'app/compose.js',
    original: 'of await store.conversations.unfinished()',
    broken: 'of []',
    symptom: /^(lost|stuck): /,
  },
  {
    name: 'takes messages in the order in which they came',
    file: 'store/tables/turns.js',
    original: '.sort(byTs)',
    broken: '',
    symptom: /^wrong: .* out of order/,
  },
  {
    name: 'believes that an edit never overtakes its message',
    file: 'slack/inbound/read-events.js',
    original: 'OVERTAKEN_WITHIN_S = 60 * 60',
    broken: 'OVERTAKEN_WITHIN_S = Number.NEGATIVE_INFINITY',
    symptom: /^(lost|wrong): \S+ was (never heard|heard as)/,
  },
  {
    name: 'believes that no reply overtakes the mention above it',
    file: 'slack/inbound/early-replies.js',
    original: 'found.push(reply)',
    broken: 'void reply',
    symptom: /^(lost: \S+ was never heard|wrong: .* taken apart)/,
  },
  {
    name: 'goes on with a new message without a word of what it denied',
    file: 'turns/turn/start.js',
    original: 'denials.map(toolAnswer)',
    broken: '[]',
    symptom: /^(stuck|lost): /,
  },
  {
    name: 'sends again after a lost answer',
    file: 'turns/sending/outbox.js',
    original: 'return await this.#lookUp(person, { ...mail, sendingSince: began }, content.sentHashes);',
    broken: "await store.outgoing.revertToHeld(mail.id); throw new Error('sends it again');",
    symptom: /^duplicated: \S+ was sent/,
  },
  {
    name: 'sends what a draft says by now, whatever was shown',
    file: 'turns/sending/outbox.js',
    original: 'if (!isAsShown(mail, content))',
    broken: 'if (false)',
    symptom: /^wrong: \S+ left as/,
  },
  {
    name: 'undoes what has left',
    file: 'turns/sending/outgoing-presses.js',
    original: "finish(id, ['held'], state)",
    broken: "finish(id, ['held', 'sending', 'sent'], state)",
    symptom: /^wrong: \S+ (was sent, and|left though)/,
  },
  {
    name: 'sends what was undone while it was read',
    file: 'store/tables/outgoing-mails.js',
    original: "mail.state !== 'held' || ",
    broken: '',
    symptom: /^wrong: \S+ left though/,
  },
  {
    name: 'tells the session that a mail was sent before it has left',
    file: 'turns/sending/sending-results.js',
    original: "case 'sending':",
    broken: "case 'sending': return said('Sent, exactly as proposed.');",
    symptom: /^wrong: .*agent heard/,
  },
]

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export interface Verdict {
  readonly mutant: Mutant
  /** What gave it away; undefined where it got through all runs. */
  readonly caughtBy: string | undefined
  readonly runs: number
}

/** @param sideBySide how many houses are up at once @throws Error where the code that it breaks is not there any more */
export async function hunt(mutant: Mutant, seed: number, mostRuns: number, sideBySide: number): Promise<Verdict> {
  const isCaught = (problem: Problem) => mutant.symptom.test(told(problem))
  const directory = await mkdtemp(join(tmpdir(), 'slack-inbox-agent-mutant-'))
  try {
    const program = join(directory, 'dist')
    await cp(COMPILED, program, { recursive: true })
    await cp(join(ROOT, 'package.json'), join(directory, 'package.json'))
    await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
    await writeFile(join(program, mutant.file), await mutated(program, mutant))
    const { problems, runs } = await campaign({
      seed,
      runs: mostRuns,
      program,
      untilCaught: isCaught,
      sideBySide,
    })
    const caught = problems.find(isCaught)
    return { mutant, runs, caughtBy: caught && `seed ${caught.seed}, ${told(caught)}` }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function told({ kind, what }: Problem): string {
  return `${kind}: ${what}`
}

/**
 * The broken code.
 * @throws Error where what it breaks is not there any more
 */
export async function mutated(program: string, { name, file, original, broken }: Mutant): Promise<string> {
  const code = await readFile(join(program, file), 'utf8')
  if (!code.includes(original)) throw new Error(`The mutant that ${name} no longer finds what it breaks in ${file}`)
  return code.replaceAll(original, broken)
}

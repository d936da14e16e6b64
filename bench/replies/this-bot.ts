/** This bot's own way: its scheduler, its reply, its Web API client, its database; only the agent's events are scripted. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '../../src/log.js'
import { EditBudget } from '../../src/slack/api/edit-budget.js'
import { EDITS_PER_MINUTE } from '../../src/slack/api/edit-rate.js'
import { Poster } from '../../src/slack/api/poster.js'
import { type ReplyStreaming, Streams } from '../../src/slack/api/streams.js'
import { createWebClient } from '../../src/slack/api/web.js'
import { FeedbackOffer } from '../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../src/slack/reply/reply-message.js'
import { Store } from '../../src/store/store.js'
import type { AgentEvent } from '../../src/turns/events.js'
import { EMPTY_REPLY, fold } from '../../src/turns/reply.js'
import { SYSTEM_CLOCK } from '../../src/turns/time/clock.js'
import { EMPTY_VIEW, type Phase } from '../../src/turns/view.js'
import { answerOf, arriving } from './answer.js'
import { begin, finish, readJob, type Thread, tell, told } from './link.js'

/** What a turn does before the agent is at work (who asks, their connection, the session) takes its time, and it is shown when it is over. */
const PREPARING_MS = 500

const job = readJob()
const answer = answerOf(job.seconds)
const log = createLog('error')
const directory = await mkdtemp(join(tmpdir(), 'slack-inbox-agent-bench-'))
const store = await Store.open(join(directory, 'inbox.db'))
const web = createWebClient(job.botToken, job.apiUrl, log)
const budget = new EditBudget({ perMinute: EDITS_PER_MINUTE, clock: SYSTEM_CLOCK })
const streams = new Streams({ mode: modeOf(job.mode), editsPerMinute: EDITS_PER_MINUTE, clock: SYSTEM_CLOCK, log })
const poster = new Poster(web, store.posts, job.botUserId)
tell({ type: 'ready' })
const threads = await told()
await Promise.all(threads.map((thread, index) => answerIn(thread, `turn-${index}`)))
budget.close()
streams.close()
await store.close()
await rm(directory, { recursive: true, force: true })
finish([])

function modeOf(mode: string): ReplyStreaming {
  if (mode === 'edit' || mode === 'native' || mode === 'auto') return mode
  throw new Error(`there is no mode ${mode}`)
}

async function answerIn({ channel, ts }: Thread, turnId: string): Promise<void> {
  const startedAt = Date.now()
  const display = new ReplyMessage(
    {
      web,
      poster,
      posts: store.posts,
      budget,
      streams,
      reader: job.reader,
      feedback: new FeedbackOffer(Date.now),
      log,
      clock: SYSTEM_CLOCK,
      ownersDm: async () => channel,
      leave: async () => ({ channel, threadTs: ts }),
    },
    { audience: 'owner', turnId, slashCommand: '/inbox' },
    { channel, threadTs: ts },
    () => undefined,
  )
  let reply = EMPTY_REPLY
  const show = (phase: Phase) => {
    const tookMs = phase.type === 'ended' ? Date.now() - startedAt : null
    display.show({
      ...EMPTY_VIEW,
      phase,
      reply,
      ownerName: 'Anna',
      tookMs,
    })
  }
  const happen = (event: AgentEvent) => {
    reply = fold(reply, event)
  }
  // Slack's own status says it until there are words.
  display.hold()
  show({ type: 'starting' })
  const startsAt = begin(channel)
  await new Promise((resolve) => setTimeout(resolve, PREPARING_MS))
  happen({ type: 'running', id: 'e1', at: new Date().toISOString() })
  show({ type: 'working' })
  let begun = false
  for await (const text of arriving(answer, startsAt)) {
    if (!begun) happen({ type: 'preview_started', messageId: 'm1' })
    begun = true
    happen({ type: 'preview_text', messageId: 'm1', text })
    show({ type: 'working' })
  }
  happen({ type: 'message', id: 'm1', at: new Date().toISOString(), text: answer.markdown })
  show({ type: 'working' })
  happen({ type: 'idle', id: 'e2', at: new Date().toISOString(), reason: 'end_turn', awaiting: [] })
  show({ type: 'ended', ending: 'answered' })
  await display.settled()
  display.close()
}

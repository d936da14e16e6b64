/** The plain way: each reply posts a message and edits it once a second with what there is, through Slack's client as it comes. */

import { LogLevel, WebClient } from '@slack/web-api'
import { answerOf, arriving } from './answer.js'
import { begin, finish, readJob, type Thread, tell, told } from './link.js'

const INTERVAL_MS = 1_000

const job = readJob()
const answer = answerOf(job.seconds)
const web = new WebClient(job.botToken, { slackApiUrl: job.apiUrl, logLevel: LogLevel.ERROR })
tell({ type: 'ready' })
const threads = await told()
const outcomes = await Promise.allSettled(threads.map(answerIn))
finish(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : [])))

async function answerIn({ channel, ts: threadTs }: Thread): Promise<void> {
  const startsAt = begin(channel)
  const { ts } = await web.chat.postMessage({ channel, thread_ts: threadTs, text: '…' })
  if (ts === undefined) throw new Error('chat.postMessage answered without a ts')
  let text = ''
  let complete = false
  const reading = (async () => {
    for await (const piece of arriving(answer, startsAt)) text += piece
    complete = true
  })()
  for (let shown = ''; !complete || shown !== text; ) {
    const newest = text
    if (newest !== shown) {
      const blocks = [{ type: 'markdown' as const, text: newest }]
      await web.chat.update({ channel, ts, text: 'The answer', blocks })
      shown = newest
    }
    if (!complete) await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, INTERVAL_MS))])
  }
}

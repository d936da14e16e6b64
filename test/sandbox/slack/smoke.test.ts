import { App } from '@slack/bolt'
import { expect, test } from 'vitest'
import { startSlack } from '../../../src/sandbox/slack/index.js'
import { WORLD } from '../../../src/sandbox/world.js'

test('a Bolt app answers a direct message', async () => {
  const slack = await startSlack({ world: WORLD })
  const app = new App({ token: slack.botToken, appToken: slack.appToken, socketMode: true, clientOptions: { slackApiUrl: slack.apiUrl } })
  app.message(async ({ message, say }) => {
    await say({ text: `you said ${'text' in message ? message.text : ''}`, thread_ts: message.ts })
  })
  await app.start()
  const anna = slack.person('U0ANNA')
  anna.post('hello <b> & @inbox')
  const seen = await anna.waitFor((m) => m.text.startsWith('you said'))
  console.log(seen, slack.report())
  expect(seen.text).toBe('you said hello &lt;b&gt; &amp; <@U0INBOXBOT>')
  await app.stop()
  await slack.close()
})

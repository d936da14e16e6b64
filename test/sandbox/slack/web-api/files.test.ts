import { describe, expect, test } from 'vitest'
import { isEvent, outcomeOf, slackFor, socketApp, webFor } from '../harness.js'

const fetchFile = (url: string, token: string) => fetch(url, { headers: { Authorization: `Bearer ${token}` } })

describe('a file from a person', () => {
  test('is fetched with the bot token from the address in the event', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('the list', { files: [{ name: 'list of ÅÄÖ.csv', content: 'a,b\n1,2' }] })
    const { body } = await app.next((envelope) => isEvent(envelope, 'message', 'file_share'))
    const [file] = body.event.files
    const response = await fetchFile(file.url_private, slack.botToken)
    expect(response.headers.get('content-type')).toBe('text/csv')
    expect(await response.text()).toBe('a,b\n1,2')
    expect((await webFor(slack).files.info({ file: file.id })).file).toMatchObject({ name: 'list of ÅÄÖ.csv', size: 7 })
    expect((await fetchFile(`${file.url_private}x`, slack.botToken)).status).toBe(404)
  })

  test('without a good token or the scope comes as a sign-in page with status 200', async () => {
    const slack = await slackFor({ scopes: ['im:history'] })
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('', { files: [{ name: 'a.txt', content: 'secret' }] })
    const { body } = await app.next((envelope) => isEvent(envelope, 'message', 'file_share'))
    for (const token of ['xoxb-wrong', slack.botToken]) {
      const response = await fetchFile(body.event.files[0].url_private, token)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(await response.text()).not.toContain('secret')
    }
  })

  test('from another organisation is only named until files.info is asked', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('', { files: [{ name: 'a.txt', content: 'x', checkInfo: true }] })
    const { body } = await app.next((envelope) => isEvent(envelope, 'message', 'file_share'))
    const [file] = body.event.files
    expect(file).toEqual({ id: file.id, file_access: 'check_file_info' })
    expect((await webFor(slack).files.info({ file: file.id })).file).toMatchObject({ name: 'a.txt' })
    expect(await outcomeOf(webFor(slack).files.info({ file: 'F0NONE' }))).toBe('file_not_found')
  })

  test('in a conversation without the bot is not visible to it', async () => {
    const slack = await slackFor()
    slack.addChannel({ id: 'C0OTHER', name: 'other', members: ['U0ANNA'], bot: false })
    slack.person('U0ANNA').post('', { channel: 'C0OTHER', files: [{ name: 'a.txt', content: 'x' }] })
    const [seen] = slack.person('U0ANNA').messages('C0OTHER')
    expect(await outcomeOf(webFor(slack).files.info({ file: seen?.files?.[0]?.id ?? '' }))).toBe('not_visible')
  })
})

describe('a file of the app', () => {
  test('is uploaded in three steps and posted', async () => {
    const slack = await slackFor()
    const { channel, ts: thread_ts } = slack.person('U0ANNA').post('send me the file')
    const uploaded = await webFor(slack).filesUploadV2({
      channel_id: channel,
      thread_ts,
      filename: 'report.txt',
      content: 'all is well',
      initial_comment: 'Here it is',
    })
    expect(uploaded.ok).toBe(true)
    const seen = await slack.person('U0ANNA').waitFor(({ files }) => files !== undefined)
    expect(seen).toMatchObject({ text: 'Here it is', threadTs: thread_ts, files: [{ name: 'report.txt', size: 11 }] })
    const info = await webFor(slack).files.info({ file: seen.files?.[0]?.id ?? '' })
    const response = await fetchFile(info.file?.url_private ?? '', slack.botToken)
    expect(await response.text()).toBe('all is well')
  })

  test('is refused where the steps do not fit', async () => {
    const web = webFor(await slackFor())
    expect(await outcomeOf(web.files.getUploadURLExternal({ filename: 'a.txt', length: 0 }))).toBe('missing_argument')
    const { upload_url = '', file_id = '' } = await web.files.getUploadURLExternal({ filename: 'a.txt', length: 3 })
    const complete = () => outcomeOf(web.apiCall('files.completeUploadExternal', { files: [{ id: file_id }] }))
    expect(await complete()).toBe('file_not_found')
    expect((await fetch(upload_url, { method: 'POST', body: 'four' })).status).toBe(400)
    expect((await fetch(`${upload_url}x`, { method: 'POST', body: 'abc' })).status).toBe(400)
    expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200)
    expect([await complete(), await complete()]).toEqual(['ok', 'file_not_found'])
  })
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readMail, sendMail, TestBrain } from '../support/brains.js'
import { APPROVE, asks } from '../support/cards.js'
import { ANNA, ANNAS_MAIL, BEN, GENERAL, House, identifierOf } from '../support/house.js'
import { type RecordingProxy, recordingProxy } from '../support/recording-proxy.js'

/**
 * Everything secret that existed in a rich run, as the sandbox knows it, looked for in everything that the run left behind: logs at their
 * most talkative, the database's files, all that was sent to Slack, and the sessions as whoever holds the API key sees them.
 */

const BOT = 'U0INBOXBOT'
const WRONG = 'sk-ant-wrong-key-that-somebody-pasted'

let house: House | undefined
let proxy: RecordingProxy | undefined
afterEach(async () => {
  await house?.close()
  await proxy?.close()
  house = undefined
})

const ofBot = (text: string) => (message: { shown: string; user: string }) =>
  message.user === BOT && message.shown.includes(text)

/** Connects, answers, asks, loses a connection, meets refusals of all three services, is restarted and misconfigured. */
async function richRun(
  mode: 'virtual' | 'instance',
): Promise<{ running: House; slackCalls: RecordingProxy; links: string[] }> {
  const brain = new TestBrain().when(/unread|newest/, readMail).when(/send/, sendMail)
  let apiUrl = ''
  const slackCalls = await recordingProxy(() => apiUrl)
  proxy = slackCalls
  const running = await House.open({
    killable: true,
    brain,
    environment: {
      ...{ SCALEKIT_MCP_MODE: mode, LOG_LEVEL: 'trace', SLACK_API_URL: slackCalls.url, CHANNEL_REPLIES: 'private' },
    },
    connected: {},
  })
  house = running
  apiUrl = running.slack.apiUrl
  await running.run('cli/setup.js')
  const bot = await running.startBot()
  const { slack, scalekit } = running
  const anna = slack.person(ANNA)
  const ben = slack.person(BEN)
  scalekit.connect(identifierOf(BEN), 'ben@northwind.example')

  anna.post('what is the newest mail?')
  const prompt = await anna.waitFor((message) => message.elements.some(({ label }) => label.startsWith('Connect')))
  const link = prompt.elements.find(({ label }) => label.startsWith('Connect'))?.url ?? ''
  const links = [link]
  await scalekit.press(link, 'allow', ANNAS_MAIL)
  await anna.waitFor(ofBot('The newest mail:'))

  ben.post(`<@${BOT}> what is the newest mail?`, { channel: GENERAL })
  await ben.waitFor(ofBot('The newest mail:'))
  anna.post('send it')
  const card = await anna.waitFor(asks)
  slack.faults.next('chat.update', { error: 'internal_error' }, 2)
  await anna.press(card, APPROVE)
  await anna.waitFor(ofBot('The mail is sent.'))
  await anna.command('status')
  anna.openHome()

  // What Scalekit and Claude refuse.
  scalekit.revokeClientTokens()
  const failing = mode === 'virtual' ? 'POST /api/v1/mcp/configs/{id}/tokens' : 'POST /api/v1/mcp/instances'
  scalekit.fault(failing, { type: 'fail', status: 500 })
  slack.faults.next('chat.postMessage', { error: 'internal_error' })
  ben.post('and what is unread?')
  await ben.waitFor((message) => message.user === BOT && message.threadTs === ben.messages(ben.dm).at(-1)?.threadTs)
  scalekit.revoke(identifierOf(BEN))
  const later = ben.post('what is unread now?')
  await ben.waitFor(
    (message) =>
      message.threadTs === later.ts &&
      message.elements.some(({ label, url }) => label.startsWith('Connect') && url !== undefined),
  )
  for (const message of [...anna.messages(), ...ben.messages()]) {
    for (const { label, url } of message.elements) if (label.startsWith('Connect') && url !== undefined) links.push(url)
  }
  await running.run('cli/doctor.js')
  await running.run('cli/doctor.js', { ANTHROPIC_API_KEY: WRONG, SCALEKIT_CLIENT_SECRET: `${WRONG}-2` })
  await running.run('cli/setup.js', { ANTHROPIC_API_KEY: WRONG })
  // Killed, so that the write-ahead log is left behind as well.
  await bot.kill()
  return { running, slackCalls, links }
}

function secretsOf(running: House, slackCalls: RecordingProxy): Map<string, string> {
  const { slack, agents, scalekit } = running
  const secrets = new Map<string, string>([
    ['bot token', slack.botToken],
    ['app token', slack.appToken],
    ['signing secret', slack.signingSecret],
    ['API key', agents.apiKey],
    ['client secret', scalekit.clientSecret],
    ['a wrong key', WRONG],
  ])
  const add = (name: string, values: readonly (string | undefined)[]) => {
    for (const [index, value] of values.entries()) if (value) secrets.set(`${name} ${index}`, value)
  }
  add('client token', scalekit.issuedClientTokens())
  add(
    'session token',
    scalekit.issuedTokens().map(({ token }) => token),
  )
  add(
    'token in a vault',
    agents.driver.vaults().flatMap(({ credentials }) => credentials.map(({ token }) => token)),
  )
  add(
    'instance address',
    scalekit.instances().map(({ secret }) => secret),
  )
  const tokens = scalekit.accounts().map((account) => account.tokens)
  add(
    'access token',
    tokens.map((each) => each?.accessToken),
  )
  add(
    'refresh token',
    tokens.map((each) => each?.refreshToken),
  )
  add(
    'socket ticket',
    slackCalls.calls.map(({ answer }) => /ticket=([\w-]+)/.exec(answer)?.[1]),
  )
  return secrets
}

/** Whatever the run left behind, by where it lies. */
async function remains(running: House, slackCalls: RecordingProxy): Promise<Map<string, string>> {
  const found = new Map([['logs', running.written]])
  for (const name of await readdir(running.directory)) {
    found.set(`file ${name}`, (await readFile(join(running.directory, name))).toString('latin1'))
  }
  const database = new Sqlite(running.databasePath, { readonly: true })
  for (const { name } of database.prepare("select name from sqlite_master where type = 'table'").all() as {
    name: string
  }[]) {
    found.set(`table ${name}`, JSON.stringify(database.prepare(`select * from "${name}"`).all()))
  }
  database.close()
  found.set('calls to Slack', slackCalls.calls.map(({ body }) => body).join('\n'))
  found.set(
    'what people see',
    [ANNA, BEN]
      .flatMap((user) => [
        ...running.slack.person(user).messages(),
        ...running.slack.person(user).ephemerals(),
        running.slack.person(user).home,
      ])
      .map((each) => JSON.stringify(each))
      .join('\n'),
  )
  for (const session of running.agents.driver.sessions()) {
    const { title, metadata } = session
    // The list of servers that a session reports holds its address in instance mode; that is where it belongs.
    const events = running.agents.driver.events(session.id).filter(({ type }) => type !== 'session.updated')
    found.set(`session ${session.id}`, JSON.stringify({ title, metadata, events }))
  }
  return found
}

function hits(secrets: ReadonlyMap<string, string>, places: ReadonlyMap<string, string>): string[] {
  return [...places].flatMap(([place, text]) =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => `${name} in ${place}`),
  )
}

describe.each(['virtual', 'instance'] as const)('after a rich run in mode %s', (mode) => {
  it('no secret is found in logs, database, Slack or sessions; and the search finds what is there', {
    timeout: 120_000,
  }, async () => {
    const { running, slackCalls, links } = await richRun(mode)
    const secrets = secretsOf(running, slackCalls)
    const kinds = new Set([...secrets.keys()].map((name) => name.replace(/ \d+$/, '')))
    for (const kind of [
      'client token',
      'access token',
      'refresh token',
      'socket ticket',
      mode === 'virtual' ? 'token in a vault' : 'instance address',
    ]) {
      expect(kinds).toContain(kind)
    }
    const places = await remains(running, slackCalls)
    // In instance mode Claude is told no token, and in virtual mode no address.
    expect(places.size).toBeGreaterThan(10)
    expect(hits(secrets, places)).toEqual([])

    // Links: the buttons of their owner's direct messages, and nowhere else.
    expect(new Set(links).size).toBeGreaterThan(1)
    const linkSecrets = new Map([...new Set(links)].map((link, index) => [`link ${index}`, link]))
    const elsewhere = new Map(
      [...places].filter(([place]) => place !== 'calls to Slack' && place !== 'what people see'),
    )
    expect(hits(linkSecrets, elsewhere)).toEqual([])
    const dms = [ANNA, BEN].map((user) => running.slack.person(user).dm)
    const [annas] = dms
    for (const { method, body } of slackCalls.calls) {
      for (const link of linkSecrets.values()) {
        if (!body.includes(link)) continue
        expect(method).toMatch(/^chat\.|^views\.publish/)
        if (method.startsWith('chat.'))
          expect(
            dms.some((dm) => body.includes(`channel=${dm}`)),
            body,
          ).toBe(true)
        expect(body.replace(/"url":"[^"]*"/g, ''), 'a link outside its button').not.toContain(link)
        if (link === links[0]) expect(body).toContain(annas)
      }
    }

    // The search itself: one planted in each kind of place is found there.
    const [, sample = ''] = [...secrets].at(-1) ?? []
    const database = new Sqlite(running.databasePath)
    database.prepare('create table planted (words text)').run()
    database.prepare('insert into planted values (?)').run(`x ${sample} y`)
    database.close()
    running.slack.person(ANNA).post(`look what I found: ${sample}`)
    await vi.waitFor(() =>
      expect(
        running.slack
          .person(ANNA)
          .messages()
          .some(({ text }) => text.includes(sample)),
      ).toBe(true),
    )
    const planted = hits(secrets, await remains(running, slackCalls))
    expect(planted.some((hit) => hit.endsWith('in table planted'))).toBe(true)
    expect(planted.some((hit) => hit.includes('in file inbox.db'))).toBe(true)
    expect(planted.some((hit) => hit.endsWith('in what people see'))).toBe(true)
  })
})

import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readMail, sendMail, TestBrain } from '../support/brains.js'
import { portOf } from '../support/free-port.js'
import { ANNA, ANNAS_MAIL, House, type HouseOptions } from '../support/house.js'

/** What the person who installs and runs the bot sees. */

let house: House
async function open(options: Partial<HouseOptions> = {}): Promise<House> {
  const brain = new TestBrain().when(/newest/, readMail).when(/send/, sendMail)
  house = await House.open({ brain, killable: true, ...options })
  return house
}
afterEach(async () => {
  await house.close()
})

const answers = (text: string) => (message: { shown: string; user: string }) =>
  message.shown.includes(text) && message.user === 'U0INBOXBOT'

describe('npm start', () => {
  it('lists all that is missing at once, each with its remedy', async () => {
    await open()
    const { code, output } = await house.run('main.js', {
      SLACK_BOT_TOKEN: undefined,
      SLACK_APP_TOKEN: '',
      ANTHROPIC_API_KEY: undefined,
      SCALEKIT_ENV_URL: 'nonsense',
    })
    expect(code).not.toBe(0)
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'ANTHROPIC_API_KEY', 'SCALEKIT_ENV_URL'])
      expect(output).toContain(name)
    expect(output).not.toContain('    at ')
  })

  it('says that setup has not run', async () => {
    await open()
    const { code, output } = await house.run('main.js')
    expect(code).not.toBe(0)
    expect(output).toContain('npm run setup')
  })

  it('says that Slack refuses the token', async () => {
    await open()
    await house.setUp()
    const { code, output } = await house.run('main.js', { SLACK_BOT_TOKEN: 'xoxb-wrong' })
    expect(code).not.toBe(0)
    expect(output).toContain('SLACK_BOT_TOKEN')
    expect(output).not.toContain('xoxb-wrong')
  })

  it('says that the app-level token is refused', async () => {
    await open()
    await house.setUp()
    const { code, output } = await house.run('main.js', { SLACK_APP_TOKEN: 'xapp-wrong' })
    expect(code).not.toBe(0)
    expect(output).toContain('SLACK_APP_TOKEN')
  })

  it('says that the database cannot be written', async () => {
    await open()
    const blocked = join(house.directory, 'a-file')
    writeFileSync(blocked, '')
    const { code, output } = await house.run('main.js', { DATABASE_URL: `file:${join(blocked, 'inbox.db')}` })
    expect(code).not.toBe(0)
    expect(output).toContain(join(blocked, 'inbox.db'))
  })

  it('refuses a second bot on the same database, and takes over at once from a killed one', async () => {
    await open()
    await house.setUp()
    const first = await house.startBot()
    const second = await house.run('main.js')
    expect(second.code).not.toBe(0)
    expect(second.output).toContain('already running')
    await first.kill()
    await house.startBot()
  })

  it('stops on SIGTERM with 0', async () => {
    await open()
    await house.setUp()
    const bot = await house.startBot()
    const { code } = await bot.kill('SIGTERM')
    expect(code).toBe(0)
  })

  it('stops on SIGTERM with 0 while it is still starting', async () => {
    await open()
    await house.setUp()
    let asked: () => void = () => undefined
    const isStarting = new Promise<void>((resolve) => {
      asked = resolve
    })
    // Never answers, so the start never gets any further.
    const silent = createServer(() => asked()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const bot = house.spawn('main.js', { SLACK_API_URL: `http://127.0.0.1:${portOf(silent)}/api/` })
    await isStarting
    const { code } = await bot.kill('SIGTERM')
    expect(code).toBe(0)
    silent.closeAllConnections()
    silent.close()
  })

  it('reads .env, and believes the environment more', async () => {
    await open()
    await house.setUp()
    mkdirSync(house.directory, { recursive: true })
    writeFileSync(
      join(house.directory, '.env'),
      `SLACK_BOT_TOKEN=${house.slack.botToken}\nSLACK_APP_TOKEN=xapp-from-the-file\n`,
    )
    chmodSync(join(house.directory, '.env'), 0o600)
    await house.startBot({ SLACK_BOT_TOKEN: undefined })
  })

  it('serves its health where there is a PORT', async () => {
    await open()
    await house.setUp()
    const bot = await house.startBot({ PORT: '0' })
    const port = /"setting":"PORT","host":"127\.0\.0\.1","port":(\d+)/.exec(bot.output)?.[1]
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('inbox_slack_connected 1')
  })
})

describe('a PORT that is in use', () => {
  it('is told in a sentence, and the start ends', async () => {
    await open()
    await house.setUp()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = portOf(other)
    const { code, output } = await house.run('main.js', { PORT: String(port) })
    other.close()
    expect(code).toBe(1)
    expect(output).toContain(`PORT: port ${port} is used by another program.`)
    expect(output).not.toMatch(/^\s+at /m)
  })
})

describe('npm run setup', () => {
  it('needs no Slack, and never duplicates', async () => {
    await open()
    for (let run = 0; run < 2; run += 1) {
      const { code } = await house.run('cli/setup.js', { SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined })
      expect(code).toBe(0)
    }
    expect(house.agents.driver.agents()).toHaveLength(1)
    expect(house.agents.driver.environments()).toHaveLength(1)
    expect(house.scalekit.configs()).toHaveLength(1)
  })

  it('finds its own again on another database', async () => {
    await open()
    await house.run('cli/setup.js')
    const { code } = await house.run('cli/setup.js', { DATABASE_URL: `file:${join(house.directory, 'other.db')}` })
    expect(code).toBe(0)
    expect(house.agents.driver.agents()).toHaveLength(1)
    expect(house.agents.driver.environments()).toHaveLength(1)
  })

  it('runs beside the bot', async () => {
    await open()
    await house.run('cli/setup.js')
    await house.startBot()
    expect((await house.run('cli/setup.js')).code).toBe(0)
  })
})

describe('npm run backup', () => {
  it('copies the database while the bot works, and never overwrites a copy', async () => {
    await open()
    await house.setUp()
    await house.startBot()
    const anna = house.slack.person(ANNA)
    anna.post('remember me')
    await anna.waitFor(answers('You said: remember me'))
    const target = join(house.directory, 'copy.db')
    const first = await house.run('cli/backup.js', {}, [target])
    expect(first.code).toBe(0)
    const again = await house.run('cli/backup.js', {}, [target])
    expect(again.code).not.toBe(0)
    expect(again.output).toContain('exists already')
    await house.bot.kill()
    // The copy is a whole database: a bot that starts on it knows the conversation.
    await house.startBot({ DATABASE_URL: `file:${target}` })
    const [asked] = anna.messages(anna.dm)
    anna.post('still there?', { threadTs: asked?.ts ?? '' })
    await anna.waitFor(answers('You said: still there?'))
    expect(house.agents.driver.sessions()).toHaveLength(1)
  })
})

describe('npm run doctor', () => {
  it('finds a good installation good, and names what is wrong with a bad one', async () => {
    await open()
    await house.setUp()
    const good = await house.run('cli/doctor.js')
    expect(good.output).not.toContain('✗')
    expect(good.code).toBe(0)
    const bad = await house.run('cli/doctor.js', { ANTHROPIC_API_KEY: 'sk-ant-wrong' })
    expect(bad.code).not.toBe(0)
    expect(bad.output).toContain('✗')
    expect(bad.output).not.toContain('sk-ant-wrong')
  })
})

describe('instance mode', () => {
  it('reaches the mailbox of the person who asks, and keeps their address to itself', async () => {
    await open({ environment: { SCALEKIT_MCP_MODE: 'instance', LOG_LEVEL: 'debug' } })
    await house.setUp()
    await house.startBot()
    const anna = house.slack.person(ANNA)
    anna.post('what is the newest mail?')
    await anna.waitFor(answers(`From ${ANNAS_MAIL}`))
    expect(house.scalekit.instances()).toHaveLength(1)
    const secret = house.scalekit.instances().map(({ id }) => id)
    for (const id of secret) expect(house.bot.output).not.toContain(id)
  })
})

describe('a wrong key of a vendor', () => {
  it('ends in words that say who can mend it', async () => {
    await open()
    await house.setUp()
    await house.startBot({ ANTHROPIC_API_KEY: 'sk-ant-wrong-key' })
    const anna = house.slack.person(ANNA)
    anna.post('hello')
    await anna.waitFor(answers('check its keys'))
    expect(house.bot.output).not.toContain('sk-ant-wrong-key')
  })
})

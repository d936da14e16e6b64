import { describe, expect, test } from 'vitest'
import { outcomeOf, slackFor, webFor } from '../harness.js'

const channel = 'C0GENERAL'
const x = (count: number): string => 'x'.repeat(count)
const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const buttons = (count: number) => Array.from({ length: count }, () => button())
const option = (value: string) => ({ text: plain('Option'), value })
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** Blocks at a limit, which Slack takes, and one step further, which it refuses at that pointer and with these words. */
const LIMITS: [limit: string, taken: object[], refused: object[], problem: string][] = [
  [
    '50 blocks',
    times(50, { type: 'divider' }),
    times(51, { type: 'divider' }),
    'no more than 50 items allowed [json-pointer:/blocks]',
  ],
  [
    'section of 3,000 characters',
    [{ type: 'section', text: mrkdwn(x(3000)) }],
    [{ type: 'divider' }, { type: 'section', text: mrkdwn(x(3001)) }],
    'must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
  ],
  [
    'section with something in it',
    [{ type: 'section', fields: [plain('a')] }],
    [{ type: 'section' }],
    'must define either `text` or `fields` [json-pointer:/blocks/0]',
  ],
  [
    'text with at least one character',
    [{ type: 'section', text: plain('a') }],
    [{ type: 'section', text: plain('') }],
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    '10 fields',
    [{ type: 'section', fields: times(10, plain('a')) }],
    [{ type: 'section', fields: times(11, plain('a')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'fields of 2,000 characters',
    [{ type: 'section', fields: [plain(x(2000))] }],
    [{ type: 'section', fields: [plain(x(2001))] }],
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  [
    'header of 150 characters',
    [{ type: 'header', text: plain(x(150)) }],
    [{ type: 'header', text: plain(x(151)) }],
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'header in plain text',
    [{ type: 'header', text: plain('a') }],
    [{ type: 'header', text: mrkdwn('a') }],
    'must be a valid enum value, one of: plain_text [json-pointer:/blocks/0/text/type]',
  ],
  [
    '10 elements of context',
    [{ type: 'context', elements: times(10, plain('a')) }],
    [{ type: 'context', elements: times(11, plain('a')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    '25 elements of actions',
    [actions(...buttons(25))],
    [actions(...buttons(26))],
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'actions with an element',
    [actions(button())],
    [actions()],
    'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'button label of 75 characters',
    [actions(button({ text: plain(x(75)) }))],
    [actions(button({ text: plain(x(76)) }))],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'button value of 2,000 characters',
    [actions(button({ value: x(2000) }))],
    [actions(button({ value: x(2001) }))],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    'button address of 3,000 characters',
    [actions(button({ url: `https://a.example/${x(2982)}` }))],
    [actions(button({ url: `https://a.example/${x(2983)}` }))],
    'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]',
  ],
  [
    'button address that is one',
    [actions(button({ url: 'https://a.example' }))],
    [actions(button({ url: 'connect' }))],
    'Invalid URL [json-pointer:/blocks/0/elements/0/url]',
  ],
  [
    'button with a label',
    [actions(button())],
    [actions({ type: 'button' })],
    'missing required field: text [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'button styles',
    [actions(button({ style: 'danger' }))],
    [actions(button({ style: 'secondary' }))],
    'must be a valid enum value, one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'action_id of 255 characters',
    [actions(button({ action_id: x(255) }))],
    [actions(button({ action_id: x(256) }))],
    'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
  ],
  [
    'action_id once in a block',
    [actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))],
    [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
    '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'block_id once in a message',
    [{ type: 'divider', block_id: 'a' }],
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]',
  ],
  [
    'block types',
    [{ type: 'divider' }],
    [{ type: 'marquee' }],
    'unsupported type: marquee [json-pointer:/blocks/0/type]',
  ],
  [
    'element types',
    [actions(button())],
    [actions({ type: 'plain_text_input' })],
    'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
  ],
  [
    'known fields',
    [{ type: 'markdown', text: 'a' }],
    [{ type: 'markdown', text: 'a', verbatim: true }],
    'invalid additional property: verbatim [json-pointer:/blocks/0]',
  ],
  [
    'markdown block of 12,000 characters',
    [{ type: 'markdown', text: x(12_000) }],
    [{ type: 'markdown', text: x(12_001) }],
    'must be less than 12001 characters [json-pointer:/blocks/0/text]',
  ],
  [
    'overflow of 5 options',
    [actions({ type: 'overflow', options: times(5, option('a')) })],
    [actions({ type: 'overflow', options: times(6, option('a')) })],
    'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'select with options',
    [actions({ type: 'static_select', options: [option('a')] })],
    [actions({ type: 'static_select' })],
    'missing required field: options [json-pointer:/blocks/0/elements/0]',
  ],
  [
    '5 elements of context_actions',
    [{ type: 'context_actions', elements: times(5, { type: 'icon_button', icon: 'trash', text: plain('a') }) }],
    [{ type: 'context_actions', elements: times(6, { type: 'icon_button', icon: 'trash', text: plain('a') }) }],
    'no more than 5 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'task states',
    [{ type: 'task_card', task_id: 't', title: 'Search', status: 'complete' }],
    [{ type: 'task_card', task_id: 't', title: 'Search', status: 'done' }],
    'must be a valid enum value, one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]',
  ],
  [
    'tables of 20 columns',
    [{ type: 'table', rows: [times(20, { type: 'raw_text', text: 'a' })] }],
    [{ type: 'table', rows: [times(21, { type: 'raw_text', text: 'a' })] }],
    'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
  ],
  [
    'images from one place',
    [{ type: 'image', alt_text: 'a', image_url: 'https://a.example/a.png' }],
    [{ type: 'image', alt_text: 'a' }],
    'must define either `image_url` or `slack_file` [json-pointer:/blocks/0]',
  ],
  [
    'confirm dialogs of 300 characters',
    [actions(button({ confirm: { text: plain(x(300)) } }))],
    [actions(button({ confirm: { text: plain(x(301)) } }))],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
]

describe('limits of blocks', () => {
  test.each(LIMITS)('%s', async (_limit, taken, refused, problem) => {
    const web = webFor(await slackFor())
    const post = (blocks: object[]) => web.apiCall('chat.postMessage', { channel, text: 'a', blocks })
    expect(await outcomeOf(post(taken))).toBe('ok')
    await expect(post(refused)).rejects.toMatchObject({
      data: { error: 'invalid_blocks', response_metadata: { messages: [`[ERROR] ${problem}`] } },
    })
  })

  test('markdown blocks share 12,000 characters', async () => {
    const web = webFor(await slackFor())
    const post = (...lengths: number[]) =>
      outcomeOf(
        web.chat.postMessage({ channel, text: 'a', blocks: lengths.map((n) => ({ type: 'markdown', text: x(n) })) }),
      )
    expect(await post(6000, 6000)).toBe('ok')
    expect(await post(6000, 6001)).toBe('msg_blocks_too_long')
    const sections = (count: number) =>
      Array.from({ length: count }, () => ({ type: 'section', text: { type: 'mrkdwn', text: x(3_000) } }))
    expect(await outcomeOf(web.chat.postMessage({ channel, text: 'a', blocks: sections(4) }))).toBe('ok')
    expect(await outcomeOf(web.chat.postMessage({ channel, text: 'a', blocks: sections(5) }))).toBe(
      'msg_blocks_too_long',
    )
  })

  test('hold for updates and ephemeral messages too', async () => {
    const web = webFor(await slackFor())
    const blocks = [{ type: 'section' }]
    const { ts = '' } = await web.chat.postMessage({ channel, text: 'a' })
    expect(await outcomeOf(web.chat.update({ channel, ts, text: 'a', blocks }))).toBe('invalid_blocks')
    expect(await outcomeOf(web.chat.postEphemeral({ channel, user: 'U0ANNA', text: 'a', blocks }))).toBe(
      'invalid_blocks',
    )
  })

  test('every problem is listed', async () => {
    const web = webFor(await slackFor())
    const blocks = [{ type: 'header', text: plain(x(151)) }, { type: 'marquee' }]
    await expect(web.chat.postMessage({ channel, text: 'a', blocks })).rejects.toMatchObject({
      data: {
        response_metadata: { messages: [expect.stringContaining('/0/text'), expect.stringContaining('/1/type')] },
      },
    })
  })
})

test('the blocks that agents use are known', async () => {
  const slack = await slackFor()
  const feedback = { text: plain('Good'), value: 'good' }
  await webFor(slack).apiCall('chat.postMessage', {
    channel,
    text: 'a',
    blocks: [
      { type: 'plan', title: 'Plan', tasks: [{ type: 'task_card', task_id: 't', title: 'Search', status: 'pending' }] },
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a' },
            { type: 'raw_number', value: 1, text: '1' },
          ],
        ],
      },
      { type: 'alert', text: plain('Careful'), level: 'warning' },
      {
        type: 'context_actions',
        elements: [
          { type: 'feedback_buttons', positive_button: feedback, negative_button: { ...feedback, value: 'bad' } },
        ],
      },
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: 'see ' },
              { type: 'user', user_id: 'U0BEN' },
            ],
          },
          { type: 'rich_text_list', style: 'bullet', elements: [{ type: 'rich_text_section', elements: [] }] },
        ],
      },
    ],
  })
  const [seen] = slack.person('U0ANNA').messages(channel)
  expect(seen?.shown).toBe('Plan\nSearch\na\n1\nCareful\nsee <@U0BEN>')
  expect(seen?.elements.map(({ value }) => value)).toEqual(['good', 'bad'])
})

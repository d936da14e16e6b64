/** The few pages at the end of a connect link: one sentence about what happened, one about what comes next. No script, nothing loaded. */

import { createHash } from 'node:crypto'
import type { PageName } from './connect-flow.js'

const STYLE =
  'body{font:18px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f8f8f8;color:#1d1c1d}' +
  'main{max-width:26rem;padding:2rem;margin:1rem;background:#fff;border-radius:12px;border:1px solid #ddd}' +
  'h1{font-size:1.35rem;margin:0 0 .5rem}p{margin:.5rem 0 0}a{color:#1264a3}'

export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`

interface Words {
  readonly status: number
  readonly title: string
  readonly text: string
}

const PAGES: Readonly<Record<PageName, Words>> = {
  connected: {
    status: 200,
    title: 'Connected',
    text: 'Your mailbox is connected. You can close this page and go back to Slack: what you asked is answered there by itself.',
  },
  already: {
    status: 200,
    title: 'This is done already',
    text: 'This link has been used. You can close this page and go back to Slack.',
  },
  expired: {
    status: 410,
    title: 'This link is too old',
    text: 'Nothing was connected. Go back to Slack and press Connect again: there is a fresh link.',
  },
  unknown: {
    status: 404,
    title: 'This link leads nowhere',
    text: 'Nothing was connected. Go back to Slack and press Connect in the message that was sent to you.',
  },
  other_browser: {
    status: 400,
    title: 'This did not begin in this browser',
    text: 'Nothing was connected. Follow the whole way in one browser, with cookies allowed: go back to Slack and ask again, which brings a fresh link.',
  },
  other_person: {
    status: 403,
    title: 'This link is not yours',
    text: 'It was made for somebody else, so nothing was connected, and your mailbox stays closed. To connect your own, write to the app in Slack yourself.',
  },
  refused: {
    status: 409,
    title: 'This did not work',
    text: 'The consent was too old, was used before or did not belong to this link, so nothing was connected. Go back to Slack and ask again, which brings a fresh link.',
  },
  not_signed_in: {
    status: 403,
    title: 'You are not signed in',
    text: 'To know that this mailbox is connected to the right person, you have to sign in with Slack. Nothing was connected yet.',
  },
  try_again: {
    status: 503,
    title: 'Not just now',
    text: 'One of the services does not answer. Nothing was connected yet; it can be tried again.',
  },
}

/** @param retry where to try again, relative to this page */
export function connectPage(name: PageName, retry?: string): { readonly status: number; readonly html: string } {
  const { status, title, text } = PAGES[name]
  const again = retry === undefined ? '' : `<p><a href="${escapeHtml(retry)}">Try again</a></p>`
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${text}</p>${again}</main></body></html>`
  return { status, html }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

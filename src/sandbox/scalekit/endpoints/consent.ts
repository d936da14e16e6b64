/** Where an authorization link leads: looking changes nothing, pressing Allow connects. */
import type { AuthorizationLinks } from '../resources/authorization-links.js'
import { type Exchange, readForm } from '../wire/exchange.js'
import { cancelledPage, connectedPage, consentPage, deadLinkPage, type MailAccount } from './consent-page.js'

export interface ConsentParts {
  readonly links: AuthorizationLinks
  readonly appName: string
  readonly mailAccounts: readonly MailAccount[]
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // The address is a secret; a verification page that follows must not learn it.
  'referrer-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
}

/** `GET` of a link: the page, and nothing else happens; link previews and curious people open it too. */
export function showConsent({ links, appName, mailAccounts }: ConsentParts, exchange: Exchange): void {
  const found = links.look(exchange.parts[0] ?? '')
  if (found.state === 'open') showPage(exchange, 200, consentPage({ appName, accounts: mailAccounts }))
  else showDeadLink(exchange, found.state)
}

/** `POST` of the form. Cancelling leaves the link as it was. */
export async function takeConsent({ links, mailAccounts }: ConsentParts, exchange: Exchange): Promise<void> {
  if (!fromOurPage(exchange)) {
    showPage(exchange, 403, deadLinkPage('unknown'))
    return
  }
  const form = await readForm(exchange.request)
  const found = links.look(exchange.parts[0] ?? '')
  if (found.state !== 'open') {
    showDeadLink(exchange, found.state)
    return
  }
  const account = mailAccounts.find(({ address }) => address === form.get('account'))
  if (form.get('action') === 'cancel') {
    showPage(exchange, 200, cancelledPage())
  } else if (form.get('action') !== 'allow' || account === undefined) {
    redirect(exchange, exchange.url.pathname)
  } else {
    const consent = links.allow(found, account.address)
    if (consent.next === 'verify') redirect(exchange, consent.redirectTo)
    else showPage(exchange, 200, connectedPage(account.address))
  }
}

/** Where an app may send the person after verification. */
export function showSuccess(exchange: Exchange): void {
  showPage(exchange, 200, connectedPage(undefined))
}

/** A form of another site must not press Allow. */
function fromOurPage({ request }: Exchange): boolean {
  const { origin, host } = request.headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}

function showDeadLink(exchange: Exchange, state: 'used' | 'expired' | 'unknown'): void {
  // A page for a person; an error status would only fill their browser's console.
  showPage(exchange, state === 'unknown' ? 404 : 200, deadLinkPage(state))
}

function showPage({ response }: Exchange, status: number, html: string): void {
  response.writeHead(status, PAGE_HEADERS)
  response.end(html)
}

/** 303: the browser follows with a GET. */
function redirect({ response }: Exchange, location: string): void {
  response.writeHead(303, { ...PAGE_HEADERS, location })
  response.end()
}

/** The pages a person sees on the way to a connected account: choose, allow, done. Plain HTML and CSS, no script. */
import { escapeHtml } from '../../wire/http.js'

export interface MailAccount {
  readonly address: string
  readonly displayName: string
}

export interface ConsentPage {
  readonly appName: string
  readonly accounts: readonly MailAccount[]
}

const PERMISSIONS = [
  ['Read your mail', 'Search messages and threads, open attachments, see labels and contacts'],
  ['Organize your mail', 'Write drafts, change labels, move mail to the trash and back'],
  ['Send mail as you', 'Send messages, drafts and replies from your address'],
]

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b57d0'/%3E%3Cpath d='M3 5l5 4 5-4v6H3z' fill='%23fff'/%3E%3C/svg%3E"

const STYLE = `
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:16px;padding:24px 16px;
  background:#f0f4f9;color:#1f1f1f;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:480px;background:#fff;border-radius:28px;padding:36px 40px;box-shadow:0 1px 3px rgba(0,0,0,.08)}
.mark{width:44px;height:44px;border-radius:12px;background:#0b57d0;display:grid;place-items:center}
.mark svg{width:26px;height:26px;fill:none;stroke:#fff;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.mark.done{background:#146c2e}.mark.stopped{background:#5f6368}
h1{font-size:26px;line-height:1.25;font-weight:500;margin:18px 0 6px}
p{margin:0 0 8px}.quiet{color:#5f6368}
h2{font-size:15px;font-weight:600;margin:24px 0 8px}
fieldset{border:0;margin:22px 0 0;padding:0}
legend{font-size:15px;font-weight:600;padding:0;margin-bottom:8px}
label{display:flex;align-items:center;gap:14px;padding:12px;border:1px solid #dadce0;border-radius:14px;margin-bottom:8px;cursor:pointer}
label:hover{background:#f7f9fc}
label:has(input:checked){border-color:#0b57d0;background:#f0f6ff}
label:has(input:focus-visible){outline:3px solid #a8c7fa}
input[type=radio]{accent-color:#0b57d0;width:18px;height:18px;margin:0;flex:none;outline:none}
.avatar{width:36px;height:36px;border-radius:50%;background:#d3e3fd;color:#0842a0;display:grid;place-items:center;font-weight:600;flex:none}
.who{min-width:0}.who b{display:block;font-weight:500}.who span{display:block;color:#5f6368;font-size:14px;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{display:flex;gap:12px;padding:8px 0;border-top:1px solid #eceff3}li:first-child{border-top:0}
li::before{content:"";flex:none;width:8px;height:8px;border-radius:50%;background:#0b57d0;margin-top:8px}
li b{display:block;font-weight:500}li span{color:#5f6368;font-size:14px}
.actions{display:flex;flex-direction:row-reverse;gap:12px;margin-top:26px}
button{font:inherit;font-weight:500;border-radius:100px;padding:10px 24px;border:1px solid transparent;cursor:pointer;min-height:44px}
button.allow{background:#0b57d0;color:#fff}button.allow:hover{background:#0842a0}
button.cancel{background:transparent;color:#0b57d0}button.cancel:hover{background:#f0f6ff}
button:focus-visible{outline:3px solid #a8c7fa;outline-offset:2px}
footer{max-width:480px;color:#5f6368;font-size:13px;text-align:center}
@media (max-width:480px){body{justify-content:flex-start;padding:0 0 16px;background:#fff}
  main{padding:28px 22px;border-radius:0;box-shadow:none}.actions{flex-direction:column}button{width:100%}footer{padding:0 22px}}
`

const ENVELOPE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3.5 6.5h17v11h-17zM4 7l8 6 8-6"/></svg>'
const CHECK = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>'
const CROSS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>'

/**
 * Which account, what is allowed, Allow and Cancel. Both buttons POST the form back to the page's own address. Allow comes first, because
 * the Enter key presses the first button of a form.
 */
export function consentPage({ appName, accounts }: ConsentPage): string {
  const name = escapeHtml(appName)
  const choices = accounts.map(
    (
      { address, displayName },
      index,
    ) => `<label><input type="radio" name="account" value="${escapeHtml(address)}" required${
      index === 0 && accounts.length === 1 ? ' checked' : ''
    }><span class="avatar" aria-hidden="true">${escapeHtml((displayName || address).slice(0, 1).toUpperCase())}</span>
<span class="who"><b>${escapeHtml(displayName || address)}</b><span>${escapeHtml(address)}</span></span></label>`,
  )
  const permissions = PERMISSIONS.map(([what, how]) => `<li><div><b>${what}</b><span>${how}</span></div></li>`)
  return page(
    `Choose an account – ${name}`,
    `<div class="mark">${ENVELOPE}</div>
<h1>Choose an account</h1>
<p class="quiet"><b>${name}</b> wants to access your mailbox.</p>
<form method="post">
<fieldset><legend>Your accounts</legend>${choices.join('\n')}</fieldset>
<h2>This will allow ${name} to</h2>
<ul>${permissions.join('')}</ul>
<div class="actions">
<button class="allow" type="submit" name="action" value="allow">Allow</button>
<button class="cancel" type="submit" name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  )
}

export function connectedPage(address: string | undefined): string {
  const which = address === undefined ? 'Your mailbox' : `<b>${escapeHtml(address)}</b>`
  return notice('Connected', 'done', CHECK, `${which} is connected.`, 'You can close this tab and go back to Slack.')
}

export function cancelledPage(): string {
  const advice = 'You can close this tab and go back to Slack. The link there still works if you change your mind.'
  return notice('Cancelled', 'stopped', CROSS, 'Nothing was connected.', advice)
}

/** For a link that does not work (any more). */
export function deadLinkPage(state: 'used' | 'expired' | 'unknown'): string {
  const titles = {
    used: 'This link has been used',
    expired: 'This link has expired',
    unknown: 'This link is not valid',
  } as const
  const reasons = {
    used: 'Each link connects one mailbox, once.',
    expired: 'Links are valid for a limited time.',
    unknown: 'It may be incomplete, or the connection it was made for is gone.',
  } as const
  return notice(titles[state], 'stopped', CROSS, reasons[state], 'Go back to Slack and ask the bot for a new one.')
}

function notice(title: string, mark: 'done' | 'stopped', icon: string, text: string, advice: string): string {
  return page(
    title,
    `<div class="mark ${mark}">${icon}</div><h1>${title}</h1><p>${text}</p><p class="quiet">${advice}</p>`,
  )
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<main>${content}</main>
<footer>The sandbox's stand-in for the mail provider's consent page.</footer>
</body>
</html>
`
}

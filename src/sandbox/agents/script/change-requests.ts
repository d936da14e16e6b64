/** Sentences that ask to move mail about: "archive it", "label the second one as Invoices". */
import { type Change, type Intent, NOTHING_NAMED } from './intent.js'
import { readTarget } from './target-words.js'

const CHANGES: readonly (readonly [RegExp, Change])[] = [
  [/^(?:un-?star|remove the star (?:from|of|on)|unflag)\b\s*(.*)$/is, { type: 'unstar' }],
  [/^(?:star|flag|put a star on|add a star to)\b\s*(.*)$/is, { type: 'star' }],
  [/^(?:un-?trash|restore|undelete|bring back|recover)\b\s*(.*)$/is, { type: 'untrash' }],
  [/^(?:trash|delete|bin|throw away|get rid of|throw out)\b\s*(.*)$/is, { type: 'trash' }],
  [/^(?:move|put|throw)\s+(.+?)\s+(?:in|into|to)\s+(?:the )?(?:trash|bin)\b.*$/is, { type: 'trash' }],
  [/^(?:un-?archive|move)\s+(.*?)\s*(?:back )?(?:in|into|to) (?:the |my )?inbox\b.*$/is, { type: 'unarchive' }],
  [/^(?:move|put)\s+(.+?)\s+(?:in|into|to)\s+(?:the |my )?archive\b.*$/is, { type: 'archive' }],
  [/^archive\b\s*(.*)$/is, { type: 'archive' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?unread\b.*$/is, { type: 'unread' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?(?:read|done|seen)\b.*$/is, { type: 'read' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?important\b.*$/is, { type: 'important' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?(?:starred|flagged)\b.*$/is, { type: 'star' }],
  [/^(?:mark|report)\s+(.*?)\s*(?:as\s+)?(?:spam|phishing|junk)\b.*$/is, { type: 'spam' }],
]
const LABELLINGS: readonly (readonly ['label' | 'unlabel', RegExp])[] = [
  ['unlabel', /^(?:remove|take)\s+(?:the\s+)?label\s+["“']?(?<label>.+?)["”']?\s+(?:from|off)\s+(?<target>.+)$/is],
  ['unlabel', /^(?:remove|take)\s+(?:the\s+)?["“']?(?<label>[^"”']+?)["”']?\s+label\s+(?:from|off)\s+(?<target>.+)$/is],
  ['label', /^(?:add|put|apply)\s+(?:the\s+)?label\s+["“']?(?<label>.+?)["”']?\s+(?:to|on)\s+(?<target>.+)$/is],
  ['label', /^(?:add|put|apply)\s+(?:the\s+)?["“']?(?<label>[^"”']+?)["”']?\s+label\s+(?:to|on)\s+(?<target>.+)$/is],
  ['label', /^(?:label|tag)\s+(?<target>.+?)\s+(?:as|with)\s+["“']?(?<label>[^"”']+?)["”']?$/is],
  [
    'label',
    /^(?:file|put|move)\s+(?<target>.+?)\s+(?:under|in|into|to)\s+(?:the\s+)?(?:label\s+|folder\s+)?["“']?(?<label>[^"”']+?)["”']?(?:\s+(?:label|folder))?$/is,
  ],
  ['label', /^(?:label|tag)\s+(?<target>.+?)\s+["“'](?<label>[^"”']+?)["”']$/is],
  [
    'label',
    /^(?:label|tag)\s+(?<target>it|this|that|them|these|the \w+(?: one)?|#\d+)\s+["“']?(?<label>[^"”']+?)["”']?$/is,
  ],
]

export function change(words: string): Intent | undefined {
  for (const [pattern, wanted] of CHANGES) {
    const match = pattern.exec(words)
    if (match !== null) return { type: 'change', change: wanted, target: changeTarget(match[1] ?? '') }
  }
  for (const [type, pattern] of LABELLINGS) {
    const groups = pattern.exec(words)?.groups
    if (groups?.label !== undefined) {
      return { type: 'change', change: { type, label: groups.label.trim() }, target: changeTarget(groups.target ?? '') }
    }
  }
  return undefined
}

function changeTarget(words: string) {
  return /^\W*$/.test(words) ? { ...NOTHING_NAMED, pronoun: true } : readTarget(words)
}

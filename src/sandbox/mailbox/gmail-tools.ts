/** Every Gmail tool that Scalekit knows. */
import { FORBIDDEN_TOOLS } from './gmail-forbidden-tools.js'
import { READ_TOOLS } from './gmail-read-tools.js'
import type { GmailTool } from './gmail-tool.js'
import { CHANGE_TOOLS, SEND_TOOLS } from './gmail-write-tools.js'

export const GMAIL_TOOLS: readonly GmailTool[] = [...READ_TOOLS, ...CHANGE_TOOLS, ...SEND_TOOLS, ...FORBIDDEN_TOOLS]

const NAMES: ReadonlySet<string> = new Set(GMAIL_TOOLS.map(({ name }) => name))

export function isGmailTool(name: string): boolean {
  return NAMES.has(name)
}
